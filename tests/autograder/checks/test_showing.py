"""What graders give a report to draw: bounded, finite, and never a reason to lose points."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from support_courses import by_name, played, with_graders

from autograder.checks.showing import losses_picture
from autograder.grading import Grader
from autograder.language import say
from autograder.model import Status
from autograder.render import svg
from autograder.render.document import read, text

QUESTIONS = """
@points(1)
def test_scale_path(student, reference):
    '''a descent'''
    path = student.scale(np.array([[4.0, 2.0], [2.0, 1.0], [1.0, 0.5]]), 1.0)
    show_path(path, lambda at: at[0] ** 2 + at[1] ** 2, "your {descent}", zh="下降")
    check_that(path, lambda value: True, "anything")

@points(1)
def test_scale_heat(student, reference, rng):
    '''a map'''
    weights = student.scale(rng.random(size=(2, 60, 70)), 1.0)
    show_heat(weights, "weights")
    check_that(weights, lambda value: True, "anything")

@points(1)
def test_scale_boundary(student, reference, rng):
    '''a boundary'''
    X = rng.normal(size=(9, 2))
    show_boundary(student.scale(lattice(X)[:, 0], 1.0), X, np.arange(9) % 2, "regions")
    check_falls(student.scale(np.linspace(4, 1, 500), 1.0), to=0.5)
    check_reaches(student.scale(0.93, 1.0), at_least=0.9, good=0.95)
"""
NOTHING = """
@points(1)
def test_scale_path(student, reference):
    '''only shown'''
    show_heat(student.scale(np.ones((2, 2)), 1.0), "ones")
"""


def pictures(folder, scale, questions=QUESTIONS):
    """The pictures of each question when a student scales so."""
    report = played(Grader(with_graders(folder / "c", questions), "vectors"), SimpleNamespace(scale=scale))
    return report, {name: found.verdict.pictures for name, found in by_name(report).items()}


def test_each_kind_of_picture_is_kept_with_the_question(tmp_path):
    report, found = pictures(tmp_path, lambda x, a: a * x)
    (path,), (heat,) = found["scale_path"], found["scale_heat"]
    boundary, curve, gauge = found["scale_boundary"]
    assert [each.kind for each in (path, heat, boundary, curve, gauge)] == [
        "path",
        "heat",
        "boundary",
        "curve",
        "gauge",
    ]
    assert (say(path.title, "en"), say(path.title, "zh")) == ("your {descent}", "下降")
    assert [point[:2] for point in path.points] == [(4.0, 2.0), (2.0, 1.0), (1.0, 0.5)]
    x0, x1, y0, y1 = path.extent
    assert x0 < 1 < 4 < x1
    assert y0 < 0.5 < 2 < y1
    assert (len(heat.cells), len(heat.cells[0])) == (48, 48)
    assert (len(curve.values), curve.values[0], curve.values[-1]) == (200, 4.0, 1.0)
    assert [(say(name, "en"), value) for name, value in curve.marks] == [("needed", 2.0)]
    assert [(say(name, "zh"), value) for name, value in gauge.marks] == [("良好", 0.95), ("合格", 0.9)]
    assert gauge.values == (0.93,)
    again, _ = read(text(report))
    assert [[p.kind for p in q.verdict.pictures] for q in again.questions] == [
        [p.kind for p in q.verdict.pictures] for q in report.questions
    ]
    assert by_name(again)["scale_path"].verdict.pictures[0].cells == path.cells


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        np.nan,
        3.0,
        np.full((3, 2), np.inf),
        np.ones(0),
        np.ones((0, 2)),
        {"a": 1},
        1e308 * np.ones((3, 2)),
    ],
)
def test_what_cannot_be_drawn_is_left_out_and_costs_nothing(tmp_path, answer):
    report, _ = pictures(tmp_path, lambda x, a: answer if np.ndim(x) > 1 else a * x)
    assert [by_name(report)[name].verdict.status for name in ("scale_path", "scale_heat")] == [Status.PASSED] * 2
    read(text(report))


PART = """
@points(1)
def test_scale_heat(student, reference):
    '''one part of two'''
    answer = student.scale(1.0, 1.0)
    show_heat(answer, "weights", item=1)
    check_that(answer, lambda value: True, "anything")
"""


@pytest.mark.parametrize(
    ("answer", "count"), [((1.0, np.eye(3)), 1), ((1.0,), 0), (np.eye(3), 0), ((1.0, "text"), 0), (None, 0)]
)
def test_a_part_of_an_answer_may_be_shown(tmp_path, answer, count):
    _, found = pictures(tmp_path, lambda x, a: answer, PART)
    assert len(found["scale_heat"]) == count


def test_a_picture_is_no_check(tmp_path):
    report, _ = pictures(tmp_path, lambda x, a: x, NOTHING)
    assert by_name(report)["scale_path"].verdict.status is Status.OURS


@pytest.mark.parametrize(
    ("answer", "words"),
    [(["a", "b"], "numbers are expected, it is a list of 2"), ("2.0", "numbers are expected, it is '2.0'")],
)
def test_numpys_words_about_ufuncs_are_not_a_students(tmp_path, answer, words):
    questions = """
    @points(1)
    def test_scale_path(student, reference):
        '''computed with'''
        check_close(then(student.scale(1.0, 1.0), lambda value: np.ones(3) * np.array(value)), np.ones(3))
    """
    report, _ = pictures(tmp_path, lambda x, a: answer, questions)
    assert words in say(by_name(report)["scale_path"].verdict.message, "en")


@pytest.mark.parametrize(("losses", "last"), [(np.linspace(5.0, 1.0, 601), 600), ([4.0, 3.0, np.nan, 2.0], 1)])
def test_a_curve_ends_at_the_step_at_which_the_training_ended(losses, last):
    picture = losses_picture(np.asarray(losses), 0.5)
    assert len(picture.values) <= 200
    assert picture.extent[:2] == (0, last)
    assert f">{last}</text>" in svg.drawn(picture, "en")
