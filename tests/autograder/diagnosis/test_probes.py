"""Two probes are two draws: the same numbers asked twice are one, and one says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from support_courses import by_name, played, with_graders

from autograder.grading import Grader
from autograder.language import say

FIXED = """
@points(1)
def test_scale_by_hand(student, reference):
    '''fixed numbers'''
    check_close(student.scale(np.array([1.0, 2.0, 4.0]), 3.0), np.array([3.0, 6.0, 12.0]))
"""
TWICE = FIXED + "    check_close(student.scale(np.array([1.0, 5.0, 7.0]), 2.0), np.array([2.0, 10.0, 14.0]))\n"
DRAWN = """
@points(1)
def test_scale_by_hand(student, reference, rng):
    '''drawn numbers'''
    x = rng.normal(size=3)
    check_close(student.scale(x, 3.0), 3.0 * x)
"""


@pytest.mark.parametrize(
    ("questions", "said"), [(FIXED, None), (TWICE, "yours is ours times -1"), (DRAWN, "yours is ours times -1")]
)
def test_fixed_numbers_are_one_probe(tmp_path, questions, said):
    class Negated:
        @staticmethod
        def scale(x, a):
            return -a * np.asarray(x)

    report = played(Grader(with_graders(tmp_path / "c", questions), "vectors"), Negated)
    pattern = by_name(report)["scale_by_hand"].verdict.pattern
    assert (pattern and say(pattern, "en")) == said
