"""What a report of the real course draws comes from the student's own answers: another answer, another picture."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from autograder.grading import Grader

CASES = {
    "gradient_descent_by_hand": ("gradient_descent", "path", "gradient_descent"),
    "gradient_descent_diabetes": ("gradient_descent", "curve", "gradient_descent"),
    "train_views_weekly": ("gradient_descent", "gauge", "train_views"),
    "training_logistic_away_from_origin": ("classification", "boundary", "train_logistic"),
    "training_softmax_on_digits": ("classification", "gauge", "train_softmax"),
    "attention_values": ("self_attention", "heat", "attention"),
}
TIERS = ["Boss", "excellent", "good", "enough"]


@pytest.fixture(scope="module")
def graders(course):
    topics = sorted({topic for topic, _, _ in CASES.values()})
    return {topic: Grader(course, topic, name_mistakes=False) for topic in topics}


def drawn(grader, question, kind, **replaced):
    """The pictures of one kind that a question gives of the solution with some functions replaced."""
    names = {**vars(grader.bank.solution), **replaced}
    reports = []
    answerer = replace(grader.played("somebody", SimpleNamespace(**names), "2f31"), only_once=True)
    grader.grade([answerer], reports.append, only=question)
    return [picture for picture in reports[0].questions[0].verdict.pictures if picture.kind == kind]


@pytest.mark.parametrize(("question", "case"), CASES.items(), ids=list(CASES))
def test_a_topics_picture_is_drawn_from_the_students_own_answer(graders, question, case):
    topic, kind, name = case
    grader = graders[topic]
    right = getattr(grader.bank.solution, name)

    def other(*arguments):
        found = right(*arguments)
        factor = 0.97 if name == "train_views" else -0.9  # views that are far off are refused before they are drawn
        return tuple(factor * part for part in found) if isinstance(found, tuple) else 0.9 * found

    ours, theirs = drawn(grader, question, kind), drawn(grader, question, kind, **{name: other})
    assert len(ours) == len(theirs) == 1
    assert ours != theirs
    if kind == "gauge":
        assert [str(tier) for tier, _ in ours[0].marks] == TIERS
    if kind in ("path", "boundary"):
        assert len(ours[0].points) > 2
        assert ours[0].extent is not None
