"""Scores: laws that hold for any outcome."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import Exercise, Isolation, QuestionResult, Status, Verdict
from autograder.scoring import (
    by_exercise,
    exercise_of,
    is_full,
    loses,
    open_exercises,
    report_of,
    score_of,
    to_work_on,
    total,
    worth,
)

EXERCISES = tuple(
    Exercise(name, 1.0, {"en": name, "zh": name}, (name,), bonus=name == "twist")
    for name in ("twist", "scale", "shift")
)
POINTS = st.sampled_from([0.5, 1.0, 1.5, 2.0, 0.1, 0.3, 10.0])


@st.composite
def questions(draw):
    """A question that ended in any way."""
    status, points = draw(st.sampled_from(Status)), draw(POINTS)
    exercise = draw(st.sampled_from(EXERCISES)).name
    titles = {"en": "t", "zh": "t"}
    score, bonus = score_of(status, points), exercise == "twist"
    return QuestionResult("q", exercise, titles, points, score, draw(st.booleans()), Verdict(status), bonus=bonus)


def report(asked):
    """A report of these questions."""
    return report_of(asked, topic="t", student="s", seed="1", isolation=Isolation("C"), versions={})


@given(st.lists(questions(), max_size=12))
def test_a_score_lies_between_zero_and_its_points(asked):
    made = report(asked)
    assert 0 <= made.score <= made.points + total(q.points for q in asked if q.bonus)


@given(st.lists(questions(), max_size=12))
def test_a_bonus_adds_to_the_score_and_not_to_the_points(asked):
    without = [q for q in asked if not q.bonus]
    assert report(asked).points == report(without).points == worth(asked)
    assert report(asked).score == total([report(without).score, *(q.score for q in asked if q.bonus)])


@given(st.lists(questions(), max_size=12))
def test_what_lacks_points_is_not_full_whatever_a_bonus_brings(asked):
    made = report(asked)
    without = report([q for q in asked if not q.bonus] or asked)
    assert is_full(made) is not loses(without)
    assert loses(made) is any(q.score < q.points for q in asked)


@given(st.lists(questions(), max_size=12))
def test_a_bonus_comes_last_and_one_that_is_left_alone_is_not_waited_for(asked):
    made = report(asked)
    todo, some = to_work_on(made), any(not q.bonus for q in asked)
    assert [q.bonus for q in todo] == sorted(q.bonus for q in todo)
    left = [q for q in asked if q.verdict.status is not Status.PASSED and q not in todo]
    assert all(some and q.bonus and q.verdict.status is Status.NOT_IMPLEMENTED for q in left)
    named = [score.exercise.name for score in open_exercises(by_exercise(made, EXERCISES))]
    assert set(named) >= {q.exercise for q in todo if not q.bonus}
    assert "twist" not in named[:-1]


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
    assert total(share.points for share in shares if not share.exercise.bonus) == report(asked).points
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
