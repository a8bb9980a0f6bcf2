"""A new topic passes every proof at once, its example question is short, and names that cannot be are refused."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support_courses import TINY, copied

from autograder.authoring import proofs
from autograder.authoring.scaffold import create
from autograder.authoring.starters import generated
from autograder.cli import main
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import UsageError

MOST_LINES = 10
PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def made(root, *exercises, topic="means"):
    course = copied(root / "course")
    create(course, topic, exercises)
    return course


@pytest.mark.parametrize("exercises", [(), ("mean", "mean_grad", "third")])
def test_a_new_topic_passes_every_proof(exercises, tmp_path):
    course = made(tmp_path, *exercises)
    grader = Grader(course, "means")
    starter = course.starter("means").read_text("utf-8")
    assert [str(refusal) for refusal in proofs.prove(grader, starter, ("2f31", "other"))] == []
    assert [exercise.name for exercise in grader.assignment.exercises] == list(exercises or ["example"])


def test_every_question_of_the_template_has_ten_lines_at_most(tmp_path):
    course = made(tmp_path)
    for path in course.graders("means"):
        source = path.read_text("utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.decorator_list[0].lineno + 1 <= MOST_LINES, node.name


def test_no_mutant_of_the_template_survives(tmp_path):
    root = tmp_path / "course"
    shutil.copytree(TINY, root)
    assert main(["--root", str(root), "new", "means"]) == 0
    assert main(["--root", str(root), "mutants", "means", "--auto", "--seeds", "1", "--jobs", "1"]) == 0


def test_a_new_topic_comes_after_the_others_and_has_its_starter(tmp_path):
    course = made(tmp_path)
    assert course.topics[-1] == "means"
    assert course.starter("means").read_text("utf-8") == generated(course, "means")


@pytest.mark.parametrize("count", [1, 3, 7, 25])
def test_the_exercises_share_a_hundred_points(count, tmp_path):
    course = made(tmp_path, *(f"part{number}" for number in range(count)))
    assert sum(exercise.points for exercise in course.assignment("means").exercises) == 100


@pytest.mark.parametrize(
    ("topic", "exercises", "why"),
    [
        ("Means", (), "topic 'Means': a name is small letters, digits and _, such as 'weighted_mean'"),
        ("../means", (), "topic '../means': a name is small letters, digits and _, such as 'weighted_mean'"),
        ("means", ("class",), "exercise 'class': a name is small letters, digits and _, such as 'weighted_mean'"),
        ("means", ("a", ""), "exercise '': a name is small letters, digits and _, such as 'weighted_mean'"),
        ("means", ("a", "a"), "exercise 'a' is named twice"),
        (
            "means",
            ("a", "a_values"),
            "a question of 'a' would go to 'a_values', which begins alike: take another name",
        ),
        (
            "means",
            tuple(f"e{number}" for number in range(26)),
            "26 exercises are to share 100 points; 25 is the limit",
        ),
        (
            "vectors",
            (),
            "assignments/vectors is there already: take another name, or go on with autograder check vectors",
        ),
    ],
)
def test_names_that_cannot_be_are_refused(topic, exercises, why):
    with pytest.raises(UsageError) as refused:
        create(Course(TINY), topic, exercises)
    assert str(refused.value) == why


def test_the_files_of_the_template_have_the_style_of_the_others(tmp_path):
    course = made(tmp_path, "mean", "third")
    folders = (course.solutions("means"), course.root / "tests" / "graders" / "means")
    settings = ["--config", str(PYPROJECT), "--no-cache"]
    for words in (["check", "--extend-ignore=D1,ANN", *settings], ["format", "--check", *settings]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, *folders], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
