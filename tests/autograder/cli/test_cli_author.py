"""`autograder new`, `explain`, `try`, `watch --author`: an author's words, as they are typed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest
from support_courses import RIGHT, TINY, copied

from autograder.cli import main
from autograder.loop.saves import files_of, saves
from autograder.manifest import Course


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


@pytest.mark.parametrize(
    ("language", "written", "same", "other", "broken"),
    [
        (
            "en",
            "starter/vectors.ipynb written; of it and vectors.py, whichever you saved last is graded\n",
            "starter/vectors.ipynb is up to date\n",
            "autograder: starter/vectors.ipynb holds something else than vectors.py; to overwrite it: FORCE=1\n",
            "autograder: vectors.py cannot be read as Python: '(' was never closed (vectors.py, line 6)\n",
        ),
        (
            "zh",
            "已写好 starter/vectors.ipynb；它和 vectors.py 中最后保存的那一份会被评分\n",
            "starter/vectors.ipynb 已是最新\n",
            "autograder: starter/vectors.ipynb 的内容与 vectors.py 不同；要覆盖它，请加 FORCE=1\n",
            "autograder: vectors.py 不是可以读取的 Python 文件：'(' was never closed (vectors.py, line 6)\n",
        ),
    ],
)
def test_the_notebook_of_ones_own_work_is_graded_like_it(tmp_path, capsys, language, written, same, other, broken):
    course = copied(tmp_path / "course")

    def run(*words):
        code = main(["--root", str(course.root), *words, "--lang", language])
        said = capsys.readouterr()
        return code, said.out, said.err

    course.starter("vectors").write_text(RIGHT)
    os.utime(course.starter("vectors"), (1, 1))
    assert run("notebook", "vectors") == (0, written, "")
    assert run("notebook", "vectors") == (0, same, "")
    code, out, err = run("grade", "vectors")
    assert (code, "10/10" in out, "vectors.ipynb" in err) == (0, True, True)
    course.starter("vectors").write_text(RIGHT + "\n\nx = 1\n")
    assert run("notebook", "vectors") == (2, "", other)
    assert run("notebook", "vectors", "--force") == (0, written, "")
    course.starter("vectors").write_text(RIGHT.replace("def scale(x, a):", "def scale(x, a:"))
    assert run("notebook", "vectors", "--force") == (2, "", broken)
