"""`autograder batch`, `starter`, `check`, `mutants`, `doctor`: what they print, write and give back."""

from __future__ import annotations

import csv
import shutil

import pytest
from support_courses import RIGHT, copied, with_graders


@pytest.fixture
def course(tmp_path):
    """A course that may be written into."""
    return copied(tmp_path / "course")


@pytest.mark.slow
def test_a_class_becomes_a_gradebook_and_reports(run, course, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "alice.py").write_text(RIGHT)
    (folder / "bob").mkdir()
    code, said, err = run("batch", "vectors", folder, out, "--jobs", 1, "--unsafe", root=course.root)
    assert (code, err) == (0, "")
    assert said.startswith("Isolation: level ")
    assert "2 submissions graded; " in said
    assert "not readable: bob: vectors.py was not handed in" in said
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["score"] for row in csv.DictReader(file)] == ["10", "0"]
    pages = sorted(path.name for path in (out / "reports").iterdir())
    assert pages == ["alice.html", "alice.json", "bob.html", "bob.json"]
    assert "alice" in (out / "index.html").read_text("utf-8")
    assert (course.root / "course.secret").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_index_shows_the_question_of_a_mistake_that_somebody_made(run, course, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "alice.py").write_text(RIGHT.replace("return 2 * x / x.size", "return -2 * x / x.size"))
    assert run("batch", "vectors", folder, out, "--jobs", 1, "--unsafe", root=course.root)[0] == 0
    page = (out / "index.html").read_text("utf-8")
    assert "Uphill or downhill?" in page
    assert "Which way does the factor go?" not in page


@pytest.mark.slow
def test_strict_asks_for_full_marks_of_everybody(run, course, tmp_path):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "alice.py").write_text(RIGHT)
    (folder / "bob.py").write_text(RIGHT.replace("return 2 * x / x.size", "return x"))
    assert run("batch", "vectors", folder, out, "--jobs", 1, "--unsafe", "--strict", root=course.root)[0] == 1


@pytest.mark.slow
def test_a_grader_that_fails_is_exit_code_3_and_in_the_book(run, tmp_path):
    course = with_graders(tmp_path / "course", "@points(1)\ndef test_scale(student):\n    '''T'''\n    1 / 0\n")
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "alice.py").write_text(RIGHT)
    code, said, _ = run("batch", "vectors", folder, out, "--jobs", 1, "--unsafe", root=course.root)
    assert code == 3
    assert "not final, a grader failed: alice" in said
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["final"] for row in csv.DictReader(file)] == ["no"]


def test_an_empty_or_missing_folder_is_exit_code_2(run, course, tmp_path):
    assert run("batch", "vectors", tmp_path / "nowhere", tmp_path / "out", root=course.root)[0] == 2
    (tmp_path / "in").mkdir()
    code, _, err = run("batch", "vectors", tmp_path / "in", tmp_path / "out", root=course.root)
    assert code == 2
    assert err.startswith("autograder: ")
    assert not (course.root / "course.secret").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["vektors"], "there is no topic 'vektors'; did you mean 'vectors'?"),
        (["vectors", "--jobs", "-1"], "--jobs -1 is not positive"),
        (["vectors", "--lang", "fr"], "there is no language 'fr'; there are en, zh"),
    ],
)
def test_wrong_words_are_exit_code_2(run, course, tmp_path, words, said):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "alice.py").write_text(RIGHT)
    topic, *rest = words
    given = run("batch", topic, tmp_path / "in", tmp_path / "out", *rest, root=course.root)
    assert given == (2, "", f"autograder: {said}\n")


def test_a_place_that_cannot_be_written_is_exit_code_2(run, course, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "alice.py").write_text(RIGHT)
    (tmp_path / "out").write_text("a file stands here")
    code, _, err = run("batch", "vectors", tmp_path / "in", tmp_path / "out", "--unsafe", root=course.root)
    assert code == 2
    assert "Traceback" not in err
    assert str(tmp_path / "out") in err


def test_starters_are_written_once_and_never_over_a_students_work(run, course):
    path = course.starter("vectors")
    assert run("starter", "vectors", root=course.root) == (0, "starter/vectors.py is up to date\n", "")
    path.unlink()
    assert run("starter", "vectors", root=course.root) == (0, "starter/vectors.py written\n", "")
    path.write_text("my work\n")
    code, out, err = run("starter", "vectors", root=course.root)
    assert (code, out) == (2, "")
    assert err.startswith("autograder: starter/vectors.py differs from what its solution gives")
    assert path.read_text() == "my work\n"
    assert run("starter", "vectors", "--force", root=course.root)[0] == 0
    assert path.read_text() != "my work\n"


def test_a_students_edition_has_no_solutions_to_make_starters_from(run, course):
    shutil.rmtree(course.root / "solutions")
    code, _, err = run("starter", "vectors", root=course.root)
    assert code == 2
    assert "a student's edition has no solutions to make starters from" in err


def test_a_sound_topic_passes_its_proofs(run):
    assert run("check", "vectors", "--flakes", "0") == (0, "vectors: checked\n", "")


def test_a_topic_that_proves_less_is_told_what_and_is_exit_code_1(run, course):
    path = course.root / "assignments" / "vectors" / "assignment.toml"
    path.write_text(path.read_text().replace("points = 4\n", "points = 5\n"))
    code, out, _ = run("check", "vectors", "--flakes", "0", root=course.root)
    assert code == 1
    where, agree = "assignments/vectors/assignment.toml, line 19", "make @points(…) and `points` agree"
    assert f"vectors: {where}: points: scale: questions add up to 4, assignment.toml says 5; {agree}\n" in out


def test_the_table_of_mistakes_counts_caught_named_and_kept(run):
    code, out, _ = run("mutants", "vectors", "--seeds", "1")
    head, scale, grad, everything = out.splitlines()
    assert code == 0
    assert head.split()[:3] == ["exercise", "caught", "named"]
    assert scale.split()[:4] == ["scale", "2/2", "2/2", "2/2"]
    assert grad.split()[:4] == ["mean_square_grad", "3/3", "3/3", "2/2"]
    assert everything.split()[:4] == ["vectors", "5/5", "5/5", "4/4"]


def test_the_table_of_mistakes_can_be_that_of_one_exercise(run):
    code, out, _ = run("mutants", "vectors", "--only", "scale", "--seeds", "1")
    rows = [line.split()[:4] for line in out.splitlines()[1:]]
    assert (code, rows) == (0, [["scale", "2/2", "2/2", "2/2"], ["vectors", "2/2", "2/2", "2/2"]])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "vectors", "--seeds", "0"], "--seeds 0 is not positive"),
        (["check", "vectors", "--flakes", "-1"], "--flakes -1 is not positive"),
        (["mutants", "vectors", "--seeds", "-1"], "--seeds -1 is not positive"),
        (["mutants", "vectors", "--jobs", "-1"], "--jobs -1 is not positive"),
        (["mutants", "vectors", "--only", "scales"], "vectors has no exercise 'scales'; did you mean 'scale'?"),
        (
            ["mutants", "--only", "scale"],
            "--only needs a topic, and no --recorded: autograder mutants TOPIC --only EXERCISE",
        ),
    ],
)
def test_words_that_make_no_sense_are_exit_code_2(run, words, said):
    assert run(*words) == (2, "", f"autograder: {said}\n")


def test_doctor_says_the_level_and_each_layer(run):
    code, out, _ = run("doctor")
    assert code == 0
    assert out.startswith("level ")
    code, out, _ = run("doctor", "--lang", "zh")
    assert code == 0
    assert out.startswith("隔离级别 ")
