"""A course in a folder whose name other programs would read as something else."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest
from support_courses import RIGHT, copied, played, with_graders

from autograder.grading import Grader

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="no name on Windows holds a colon")


@pytest.mark.parametrize("name", ["DL [2025]", pytest.param("a::b[c]", marks=POSIX)])
def test_a_course_may_lie_in_a_folder_of_any_name(run, tmp_path, name):
    """What pytest takes for the name of a test in a path is a folder's here."""
    course = copied(tmp_path / name / "course")
    (course.root / "in").mkdir()
    (course.root / "in" / "alice.py").write_text(RIGHT, "utf-8")
    command = functools.partial(run, root=course.root)
    code, out, err = command("grade", "vectors", "--from", course.root / "in" / "alice.py", "--lang", "en")
    assert (code, err) == (0, "")
    assert "10/10" in out
    code, out, err = command("batch", "vectors", course.root / "in", "--jobs", "1", "--unsafe", "--lang", "en")
    assert (code, err) == (0, "")
    assert "1 submissions graded" in out
    code, out, err = command("check", "vectors", "--flakes", "1")
    assert (code, err) == (0, "")


def test_a_slip_in_a_grader_is_found_in_a_folder_of_any_name(run, tmp_path):
    course = with_graders(tmp_path / "DL [2025]" / "course", "1 / 0\n")
    code, out, _ = run("check", "vectors", root=course.root)
    assert code == 1
    assert "ZeroDivisionError: division by zero" in out
    assert "tests/graders/vectors/test_public.py" in out


def test_grading_leaves_the_process_where_it_is(run, tmp_path, monkeypatch):
    course = copied(tmp_path / "course")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here" / "conftest.py").write_text("raise SystemExit('not a grader')\n", "utf-8")
    (tmp_path / "here" / "alice.py").write_text(RIGHT, "utf-8")
    played(Grader(course, "vectors"))
    assert Path.cwd() == tmp_path / "here"
    for _ in range(2):
        code, out, err = run("grade", "vectors", "--from", "alice.py", "--lang", "en", root="../course")
        assert (code, err) == (0, "")
        assert "10/10" in out
