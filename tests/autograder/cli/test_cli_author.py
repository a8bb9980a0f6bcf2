"""`autograder new`, `explain`, `try`, `watch --author`: an author's words, as they are typed."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from support_courses import RIGHT, TINY, copied

from autograder.cli import main
from autograder.loop.saves import files_of, saves
from autograder.manifest import Course


@pytest.fixture
def run(capsys):
    """Run a command in a course: exit code, what it printed, what it complained."""

    def command(*words, root=TINY):
        code = main(["--root", str(root), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def test_from_new_to_all_proofs_in_two_commands(run, tmp_path):
    course = copied(tmp_path / "course")
    code, out, _ = run("new", "means", "--exercises", "mean, spread", root=course.root)
    assert code == 0
    assert out.splitlines()[:2] == ["solutions/means/solution.py", "solutions/means/mistakes.py"]
    assert out.splitlines()[-1].startswith("Next: autograder check means.")
    assert run("check", "means", "--flakes", "1", root=course.root)[0] == 0


def test_a_topic_that_is_there_is_not_touched(run, tmp_path):
    course = copied(tmp_path / "course")
    code, _, err = run("new", "vectors", root=course.root)
    assert code == 2
    assert "assignments/vectors is there already" in err
    assert (course.root / "solutions" / "vectors" / "solution.py").read_text("utf-8") == RIGHT


def test_explain_prints_and_draws(run, tmp_path):
    code, out, _ = run("explain", "vectors", "scale_values", "--plot", tmp_path / "plot.svg")
    assert code == 0
    assert "wrong  scale_adds" in out
    assert (tmp_path / "plot.svg").exists()


def test_try_shows_the_inputs_both_answers_and_hidden_questions(run, tmp_path):
    path = tmp_path / "vectors.py"
    path.write_text(RIGHT.replace("return a * np.asarray(x)", "return a + np.asarray(x)"), "utf-8")
    code, out, _ = run("try", "vectors", path, "--lang", "en")
    assert code == 1
    assert "scale_one_row  (hidden)" in out
    assert "check 1: scale(array(1, 5)" in out
    for words in ("argument 0: float64(1, 5)", "theirs: float64(1, 5)", "ours:   float64(1, 5)", "tolerances"):
        assert words in out


def test_try_shows_where_it_raised(run, tmp_path):
    path = tmp_path / "vectors.py"
    path.write_text(RIGHT.replace("return a * np.asarray(x)", "return a * y"), "utf-8")
    code, out, _ = run("try", "vectors", path, "--only", "scale_values", "--lang", "en")
    assert code == 1
    assert "ended: scale(array(3, 4), 2.929) raised NameError: name 'y' is not defined" in out
    assert "vectors.py, line 13, in scale" in out


def test_try_of_a_right_answer_passes(run, tmp_path):
    path = tmp_path / "vectors.py"
    path.write_text(RIGHT, "utf-8")
    assert run("try", "vectors", path)[0] == 0


def test_try_of_no_file_is_a_matter_of_usage(run, tmp_path):
    code, _, err = run("try", "vectors", tmp_path / "nobody.py")
    assert code == 2
    assert "there is no file" in err


def test_watching_needs_a_topic(run):
    code, _, err = run("watch", "--author")
    assert code == 2
    assert "watch --author needs a topic" in err


def test_every_save_of_an_authors_file_is_seen(tmp_path):
    course = copied(tmp_path / "course")
    solution = course.solutions("vectors") / "solution.py"
    new = course.solutions("vectors") / "survivors.toml"
    edits = iter(
        [
            lambda: solution.write_text(RIGHT + "\n", "utf-8"),
            lambda: None,
            lambda: new.write_text("", "utf-8"),
            new.unlink,
        ]
    )
    turns = saves(lambda: files_of(course, "vectors"), wait=lambda seconds: next(edits)())
    assert [next(turns) for _ in range(3)] == [[solution], [new], [new]]


def test_an_authors_files_are_those_of_the_topic():
    names = {path.relative_to(TINY).as_posix() for path in files_of(Course(TINY), "vectors")}
    assert {"starter/vectors.py", "solutions/vectors/mistakes.py", "assignments/vectors/README.md"} <= names
    assert not any("layers" in name for name in names)


def test_watch_proves_again_after_a_save(tmp_path):
    course = copied(tmp_path / "course")
    words = [sys.executable, "-m", "autograder", "--root", str(course.root), "watch", "--author", "vectors"]
    hints = course.solutions("vectors") / "mistakes.py"
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        killer = threading.Timer(50, process.kill)  # a watch that never answers fails below, and hangs nothing
        killer.start()
        lines = iter(process.stdout.readline, "")
        assert "vectors: checked\n" in lines
        hints.write_text(hints.read_text("utf-8").replace("Uphill or downhill?", "Downhill."), "utf-8")
        assert "solutions/vectors/mistakes.py\n" in lines
        assert any("its hint (en) is missing or no question" in line for line in lines)
        process.terminate()
        killer.cancel()
