"""Whatever a student claims, a check accepts it or refuses it: no claim at all is the grader's own fault."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.checks import (
    Observation,
    check_close,
    check_equal,
    check_falls,
    check_reaches,
    check_shape,
    check_that,
    parts,
    then,
)
from autograder.diagnosis import Play
from autograder.diagnosis.patterns import pattern
from autograder.diagnosis.replay import agreements
from autograder.language import say
from autograder.model import StudentFault
from autograder.student import Answer
from autograder.wire import Opaque, Ref, Tensor
from autograder.wire.values import DTYPES

ARRAYS = st.sampled_from(sorted(DTYPES)).flatmap(
    lambda code: arrays.arrays(np.dtype("?" if code == "b1" else code), arrays.array_shapes(min_dims=0, max_side=3))
)
KEYS = st.one_of(st.text(max_size=3), st.integers(-3, 3), st.booleans(), st.none(), st.tuples(st.integers(0, 2)))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**80), 2**80),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=4),
    st.just(Opaque("Model")),
    ARRAYS,
    ARRAYS.map(Tensor),
)
CLAIMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.lists(inner, max_size=3).map(tuple), st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
REFERENCES = (
    np.arange(6.0).reshape(2, 3),
    np.array([np.nan, np.inf, 1.0]),
    np.array([1, 2, 3]),
    np.array([True, False]),
    np.array([1 + 2j]),
    np.float32(0.5),
    1.5,
    3,
    True,
    "relu",
    None,
    [0.5, 0.25],
    [],
    (np.ones(2), {"x": np.zeros(3)}),
    {"W1": np.ones((2, 2)), "b1": np.zeros(2)},
)


class Anybody:
    """Stands where a Student stands; what the checks see is kept."""

    def __init__(self):
        self.seen = []

    _device = "cpu"

    def _observe(self, observation):
        self.seen.append(observation)
        if observation.verdict is not None:
            raise StudentFault(observation.verdict)


def judged(check, value, *more, **options):
    """What a check saw; the sentence of a refusal can be said in both languages."""
    student, refusals = Anybody(), []
    try:
        check(Answer(student, "f()", value=value), *more, **options)
    except StudentFault as fault:
        refusals.append(fault.verdict.message)
    assert all(say(words, language) for words in refusals for language in ("en", "zh"))
    return student.seen


@pytest.mark.parametrize("check", [check_close, check_equal, check_shape])
@given(value=CLAIMS, reference=st.sampled_from(REFERENCES))
def test_any_claim_is_close_equal_and_shaped_or_is_not(check, value, reference):
    judged(check, value, reference)


@given(CLAIMS)
def test_any_claim_falls_reaches_holds_and_comes_apart_or_does_not(value):
    judged(check_falls, value)
    judged(check_reaches, value, at_least=0.5)
    judged(check_that, value, lambda v: v > 0, "it is positive")
    judged(lambda answer: parts(answer, "out", "cache"), value)
    judged(lambda answer: then(answer, np.sum), value)
    judged(lambda answer: then(answer, lambda a, b: a + b), value)


@given(st.lists(CLAIMS, min_size=2, max_size=2), st.sampled_from(REFERENCES))
def test_any_two_wrong_claims_are_diagnosed_or_are_not(values, reference):
    seen: list[Observation] = [each for value in values for each in judged(check_close, value, reference)]
    pattern([each for each in seen if not each.passed])
    one, other = (Play(tuple(judged(check_close, value, reference))) for value in values)
    agreements(one, other)
    assert agreements(one, one) in (0, 1, None)


@given(CLAIMS, st.one_of(KEYS, st.integers(-100, 100)))
def test_any_item_of_any_claim_is_there_or_is_not(value, key):
    if isinstance(value, (tuple, list, dict)):
        with suppress(StudentFault):
            Answer(Anybody(), "f()", value=value, ref=Ref(1))[key]
