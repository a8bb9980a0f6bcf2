"""Scores: laws that hold for any outcome."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Exercise, Isolation, QuestionResult, Status, Verdict
from autograder.scoring import by_exercise, exercise_of, report_of, score_of, total

EXERCISES = tuple(Exercise(name, 1.0, {"en": name, "zh": name}, (name,)) for name in ("scale", "shift"))
POINTS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 0.1, 0.3, 10.0])


@st.composite
def questions(draw):
    """A question that ended in any way."""
    status, points = draw(st.sampled_from(Status)), draw(POINTS)
    exercise = draw(st.sampled_from(EXERCISES)).name
    titles = {"en": "t", "zh": "t"}
    return QuestionResult("q", exercise, titles, points, score_of(status, points), draw(st.booleans()), Verdict(status))


def report(asked):
    """A report of these questions."""
    return report_of(asked, topic="t", student="s", seed="1", isolation=Isolation("C"), versions={})


@given(st.lists(questions(), max_size=12))
def test_a_score_lies_between_zero_and_its_points(asked):
    made = report(asked)
    assert 0 <= made.score <= made.points


@given(st.lists(questions(), max_size=12))
def test_only_what_passed_brings_points(asked):
    made = report(asked)
    assert made.score == total(q.points for q in asked if q.verdict.status is Status.PASSED)


@given(st.lists(questions(), max_size=12))
def test_a_fault_of_ours_makes_a_report_not_final(asked):
    assert report(asked).is_final is not any(q.verdict.status is Status.OURS for q in asked)


@given(st.lists(questions(), max_size=12))
def test_exercises_share_out_the_whole_score(asked):
    shares = by_exercise(report(asked), EXERCISES)
    assert total(share.score for share in shares) == report(asked).score
    assert total(share.points for share in shares) == report(asked).points
    assert sum(len(share.questions) for share in shares) == len(asked)


@given(st.lists(questions(), max_size=12))
def test_the_order_of_questions_changes_no_score(asked):
    assert report(asked[::-1]).score == report(asked).score


@given(st.lists(POINTS, max_size=60))
def test_a_sum_of_points_is_free_of_binary_dust(values):
    tenths = sum(round(value * 10) for value in values)
    assert total(values) == tenths / 10


def test_exercises_stand_in_the_assignments_order_and_those_not_asked_are_left_out():
    passed = Verdict(Status.PASSED)
    asked = [QuestionResult("q", name, {}, 1.0, 1.0, False, passed) for name in ("shift", "scale")]
    assert [share.exercise.name for share in by_exercise(report(asked), EXERCISES)] == ["scale", "shift"]
    assert [share.exercise.name for share in by_exercise(report(asked[:1]), EXERCISES)] == ["shift"]


def test_an_exercise_is_complete_when_every_question_passed():
    results = [
        QuestionResult("q", "scale", {}, 1.0, score_of(status, 1.0), False, Verdict(status))
        for status in (Status.PASSED, Status.WRONG)
    ]
    (half,) = by_exercise(report(results), EXERCISES)
    (whole,) = by_exercise(report(results[:1]), EXERCISES)
    assert (half.is_complete, whole.is_complete) == (False, True)


@pytest.mark.parametrize(
    ("question", "exercise"),
    [
        ("mse_values", "mse"),
        ("mse", "mse"),
        ("mse_grad_values", "mse_grad"),
        ("mse_grad", "mse_grad"),
        ("mse_values[3-long name]", "mse"),
        ("mse[grad_x]", "mse"),
        ("mses_values", None),
        ("ms", None),
        ("", None),
    ],
)
def test_a_question_belongs_to_the_longest_exercise_that_it_begins_with(question, exercise):
    assert exercise_of(question, ["mse", "mse_grad", "softmax"]) == exercise
