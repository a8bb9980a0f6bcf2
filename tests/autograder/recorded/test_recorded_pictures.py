"""Every kind of picture is drawn of right and of wrong work, by the reference itself and by a recording of it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from support_courses import by_name, with_graders
from support_editions import edition_of

from autograder import bank
from autograder.grading import Grader
from autograder.model import PUBLIC_SEED, Status

QUESTIONS = '''
    @points(4)
    def test_scale_pictures(student, reference, rng):
        """all that can be drawn"""
        X, y = rng.normal(size=(20, 2)), np.arange(20) % 2
        path = student.descended(lambda theta: reference.scale(np.array([1.0, 3.0]), 2.0) * theta, np.ones(2), 9)
        show_path(path, lambda theta: theta[0] ** 2 + 3 * theta[1] ** 2, "path")
        show_heat(student.scale(X[:5], 2.0), "heat")
        show_boundary(then(student.scale(lattice(X), 1.0), lambda z: 1.0 * (z.sum(axis=1) > 0)), X, y, "boundary")
        losses = then(path, lambda path: (np.array([1.0, 3.0]) * path**2).sum(axis=1))
        check_falls(losses, to=0.5)
        check_reaches(then(path, lambda path: 1 / (1 + float((path[-1] ** 2).sum()))), at_least=0.5, boss=0.9)


    @points(6)
    def test_mean_square_grad_values(student, reference, rng):
        """the error beside yours and ours"""
        x = rng.normal(size=5)
        check_close(student.mean_square_grad(x), reference.mean_square_grad(x))
'''
MORE = """


def descended(slope, theta, steps):
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - 0.1 * slope(path[-1]))
    return np.stack(path)
"""


@pytest.fixture(scope="module")
def graders(tmp_path_factory):
    """The same questions, with the reference and with a recording of it; and the solution."""
    course = with_graders(tmp_path_factory.mktemp("course") / "course", QUESTIONS)
    path = course.solutions("vectors") / "solution.py"
    path.write_text(path.read_text("utf-8") + MORE, "utf-8")
    edition = edition_of(course, "vectors", tmp_path_factory.mktemp("edition") / "edition")
    solution = vars(bank.load(course.solutions("vectors")).solution)
    return {"live": Grader(course, "vectors"), "recorded": Grader(edition, "vectors")}, solution


def graded(grader, names):
    reports = []
    answerer = replace(grader.played("somebody", SimpleNamespace(**names), PUBLIC_SEED), draws_trainings=True)
    grader.grade([answerer], reports.append)
    return by_name(reports[0])


@pytest.mark.parametrize("oracle", ["live", "recorded"])
def test_right_and_wrong_work_is_drawn_whoever_knows_the_answers(graders, oracle):
    made, right = graders
    wrong = {
        "scale": lambda x, a: -a * np.asarray(x),
        "descended": lambda slope, theta, steps: right["descended"](lambda at: 0.001 * slope(at), theta, steps),
        "mean_square_grad": lambda x: -x,
    }
    first, second = (graded(made[oracle], names) for names in (right, {**right, **wrong}))
    ours, theirs = (found["scale_pictures"].verdict for found in (first, second))
    assert (ours.status, theirs.status) == (Status.PASSED, Status.WRONG)
    assert [picture.kind for picture in ours.pictures] == ["heat", "boundary", "curve", "gauge", "curve"]
    assert [picture.kind for picture in theirs.pictures] == ["path", "heat", "boundary", "curve"]
    assert ours.pictures[1] != theirs.pictures[2]
    assert second["mean_square_grad_values"].verdict.evidence.grid is not None


def test_a_recording_draws_what_the_reference_draws(graders):
    made, right = graders
    live, recorded = (graded(made[oracle], right)["scale_pictures"].verdict.pictures for oracle in made)
    assert live == recorded
