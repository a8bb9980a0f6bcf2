"""Answers computed on the trusted side: the student's process, which may lie, never goes on with them."""

from __future__ import annotations

import numpy as np
import pytest
from support import message

from autograder.checks import check_close, parts, then
from autograder.model import GraderMistake

LIAR = """
    import operator, sys

    def pair():
        return 1.0, 2.0

    class Liar:
        def __getattr__(self, name):
            return lambda *operands: 666.0

    sys.modules["autograder.sandbox.worker"].OPERATORS = {"getitem": lambda *_: 666.0, "add": lambda *_: 666.0}
    """


def test_what_was_computed_here_is_taken_apart_here(submit):
    student = submit(LIAR).student
    derived = then(student.pair(), lambda a, b: (a + b, {"product": a * b}, np.array([a, b])))
    total, more, array = parts(derived, "total", "more", "array")
    check_close(total, 3.0)
    check_close(more["product"], 2.0)
    check_close(array[1], 2.0)
    assert message(lambda: more["sum"]) == "pair() → more['sum']: there is no item 'sum' in a dict of 1"


@pytest.mark.parametrize(
    "use",
    [lambda d: d + 1, lambda d: 1 - d, lambda d: -d, lambda d: d.sum(), lambda d: d(3), lambda d: d @ np.ones(2)],
)
def test_what_was_computed_here_is_computed_with_here_and_not_by_the_student(submit, use):
    student = submit(LIAR).student
    with pytest.raises(GraderMistake) as caught:
        check_close(use(then(student.pair(), lambda a, b: np.array([a, b]))), 3.0)
    assert str(caught.value).endswith(" is computed here, not by the student: go on computing in then()")
