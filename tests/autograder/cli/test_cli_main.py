"""`python -m autograder` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from reports import ASSIGNMENT, question, report
from support_books import recorded
from support_courses import copied

from autograder.model import Outcome, Submission


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "has no rich: run it through make, or by the Python into which the requirements were installed\n"),
        ("zh", "中没有安装 rich：请通过 make 运行，或者使用装好了所需软件包的那个 Python\n"),
    ],
)
def test_a_python_without_the_requirements_is_told_in_one_sentence(root, language, said):
    environment = {**os.environ, "PYTHONPATH": str(root), "LANGUAGE": language, "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-S", "-m", "autograder", "grade"]  # -S: without what is installed
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (2, f"autograder: {sys.executable} {said}")


def test_files_that_are_named_like_libraries_are_not_taken_for_them(root, tmp_path):
    for name in ("numpy", "rich", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken for a library')\n")
    command = [sys.executable, "-m", "autograder", "--root", root, "grade", "gradient_descent", "--from", "nothing.py"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing.py" in done.stderr


@pytest.mark.parametrize("words", [("gradebook", "show"), ("starter", "vectors")])
def test_a_reader_that_has_had_enough_is_no_fault_of_the_grader(root, tmp_path, words):
    course = copied(tmp_path / "course")
    (course.root / "out").mkdir()
    recorded(course.root / "out", ASSIGNMENT, [Outcome(Submission("alice", {}), report(question()))])
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "autograder", "--root", course.root, *words]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with os.fdopen(writing) as pipe:
        done = subprocess.run(command, env=environment, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")
