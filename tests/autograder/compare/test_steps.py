"""An answer of several parts, told part by part in both languages."""

from __future__ import annotations

import numpy as np
import pytest
from reports import question, report
from support import local, refusal

from autograder.checks import check_close
from autograder.compare import Comparison
from autograder.model import Step
from autograder.render import document
from autograder.render.explained import stepped
from autograder.steps import MOST, steps

X = np.arange(1.0, 7.0).reshape(2, 3)
OURS = {"W1": X, "b1": X[0], "W2": X + 1, "b2": X[1], "dz": X}
YOURS = {"W1": X, "b1": X[0] * (1 + 1e-12), "W2": X + 1.5, "b2": X, "dz": np.where(X > 5, np.nan, X)}


def test_each_part_is_exact_close_or_off_by_so_much():
    assert steps(Comparison(), YOURS, OURS) == (
        Step("W1", "exact"),
        Step("b1", "close"),
        Step("W2", "off", 0.5),
        Step("b2", "form"),
        Step("dz", "finite"),
    )


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "✓ W1: exact",
                "✓ b1: close",
                "✗ W2: differs by up to 0.5",
                "✗ b2: has another form",
                "✗ dz: NaN or Inf stands elsewhere",
            ],
        ),
        (
            "zh",
            [
                "✓ W1: 完全一致",
                "✓ b1: 在误差允许之内",
                "✗ W2: 最大相差 0.5",
                "✗ b2: 形式不同",
                "✗ dz: NaN 或 Inf 的位置不同",
            ],
        ),
    ],
)
def test_a_line_is_said_of_each_part(language, lines):
    assert stepped(steps(Comparison(), YOURS, OURS), language) == lines


def test_parts_of_a_tuple_have_the_names_that_the_question_gives_them_and_nested_ones_their_way():
    ours = (0.5, {"W": X, "b": X[0]})
    found = steps(Comparison(names=("loss", "grads")), (0.5, {"W": X + 1, "b": X[0]}), ours)
    assert [step.name for step in found] == ["loss", "grads['W']", "grads['b']"]
    assert [step.name for step in steps(Comparison(), (X, X), (X, X))] == ["result[0]", "result[1]"]


@pytest.mark.parametrize("yours", [None, (X,), 3.0, "text"])
def test_parts_that_are_not_there_have_another_form(yours):
    assert [step.state for step in steps(Comparison(), yours, (X, X))] == ["form", "form"]


@pytest.mark.parametrize("ours", [X, (X,), [1.0, 2.0], {"a": X}, 3.0, (X,) * (MOST + 1)])
def test_one_part_and_too_many_are_told_as_before(ours):
    assert steps(Comparison(), None, ours) == ()


def test_a_refused_answer_carries_its_parts_and_a_report_keeps_them():
    student = local(f=lambda: (X, X + 1)).student
    verdict = refusal(check_close, student.f(), (X, X), names=("dx", "dw"))
    assert verdict.evidence.steps == (Step("dx", "exact"), Step("dw", "off", 1.0))
    made = report(question(verdict=verdict))
    again, _ = document.read(document.text(made))
    assert again.questions[0].verdict.evidence.steps == verdict.evidence.steps


def test_an_answer_of_one_array_has_no_parts():
    student = local(f=lambda: X + 1).student
    assert refusal(check_close, student.f(), X).evidence.steps == ()
