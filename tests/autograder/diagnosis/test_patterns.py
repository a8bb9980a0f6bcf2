"""Patterns in wrong arrays: each is seen under two draws or not at all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.checks import Observation
from autograder.diagnosis.patterns import pattern

RNG = np.random.default_rng(5)
OURS = [RNG.normal(size=(4, 6)) + 3 for _ in range(2)]
SQUARE = [RNG.normal(size=(4, 4)) for _ in range(2)]
INPUT = {"0": np.ones((7, 6))}


def seen(make, ours=OURS, inputs=INPUT):
    """What is said when both draws are wrong in the same way."""
    found = pattern([Observation("f()", make(each), each, "value", inputs=inputs) for each in ours])
    return None if found is None else str(found.says)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda a: -a, "yours is ours times -1"),
        (lambda a: 2 * a, "yours is ours times 2"),
        (lambda a: a / 2, "yours is ours times 0.5"),
        (lambda a: -2 * a, "yours is ours times -2"),
        (lambda a: 7 * a, "yours is ours times 7, and 7 is the length of axis 0 of argument 1"),
        (lambda a: a / 7, "yours is ours times 0.1429 = 1/7, where 7 is the length of axis 0 of argument 1"),
        (lambda a: a * 6**0.5, "yours is ours times 2.449 = √6, where 6 is the length of axis 1 of argument 1"),
        (lambda a: -a / 7**0.5, "yours is ours times -0.378 = −1/√7, where 7 is the length of axis 0 of argument 1"),
        (lambda a: 14 * a, "yours is ours times 14 = 2 · 7, where 7 is the length of axis 0 of argument 1"),
        (lambda a: a / 14, "yours is ours times 0.07143 = ½ · 1/7, where 7 is the length of axis 0 of argument 1"),
        (lambda a: a + 1.5, "yours − ours is the same number everywhere: 1.5"),
        (lambda a: a.T, "yours is ours transposed"),
        (lambda a: a[..., None], "the numbers are right, the shape is not: (4, 6, 1) instead of (4, 6)"),
        (lambda a: a.reshape(-1), "the numbers are right, the shape is not: (24,) instead of (4, 6)"),
        (lambda a: a[::-1], "yours is ours in reverse order along axis 0"),
        (lambda a: a[:, ::-1], "yours is ours in reverse order along axis 1"),
        (lambda a: np.roll(a, 1, 1), "yours is ours shifted by one along axis 1"),
        (lambda a: np.roll(a, -1, 0), "yours is ours shifted by one along axis 0"),
    ],
)
def test_a_pattern_is_seen(make, words):
    assert seen(make) == words


def test_a_square_matrix_may_be_transposed_too():
    assert seen(lambda a: a.T, SQUARE) == "yours is ours transposed"


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_under_a_large_input_overflows(wrong):
    large = {"0": np.array([1.0, -1000.0])}
    words = "not finite where the input goes up to 1000: does exp overflow, or does log meet 0?"
    assert seen(lambda a: np.full_like(a, wrong), inputs=large) == words


def test_what_is_not_finite_under_a_small_input_is_no_overflow():
    assert seen(lambda a: np.full_like(a, np.nan), inputs={"0": np.array([1.0, 10.0])}) is None


@pytest.mark.parametrize(
    "make",
    [
        lambda a: a,
        lambda a: a * 3.3,
        lambda a: a**2,
        np.zeros_like,
        lambda a: a + RNG.normal(size=a.shape),
        lambda a: a[:2],
        lambda a: "text",
        lambda a: None,
        lambda a: a > 0,
    ],
)
def test_what_is_no_known_pattern_is_silence(make):
    assert seen(make) is None


def test_two_draws_that_disagree_are_silence():
    draws = [Observation("f()", factor * each, each, "value") for factor, each in zip((2, -1), OURS, strict=True)]
    assert pattern(draws) is None


def test_one_draw_alone_is_silence():
    assert pattern([Observation("f()", -OURS[0], OURS[0], "value")]) is None
    assert pattern([]) is None


def test_a_single_number_is_a_multiple_of_any_other_and_says_nothing():
    assert seen(lambda a: 2 * a, [np.array([3.0]), np.array([5.0])]) is None
    assert seen(lambda a: 2 * a, [3.0, 5.0]) is None


def test_a_factor_that_both_draws_do_not_share_is_silence():
    assert seen(lambda a: a * a.shape[0], [RNG.normal(size=(3, 5)), RNG.normal(size=(4, 5))], inputs={}) is None


def test_a_factor_may_be_a_size_that_changes_with_the_draw():
    ours = [RNG.normal(size=5), RNG.normal(size=5)]
    draws = [Observation("f()", 7 * each, each, "value", inputs={"0": np.ones(7)}) for each in ours]
    assert str(pattern(draws).says) == "yours is ours times 7, and 7 is the length of axis 0 of argument 1"


def test_the_first_wrong_part_of_a_tuple_is_looked_at():
    ours = [(each, {"db": each[0]}) for each in OURS]
    assert seen(lambda pair: (pair[0], {"db": -pair[1]["db"]}), ours) == "yours is ours times -1"
    assert seen(lambda pair: (2 * pair[0], {"db": -pair[1]["db"]}), ours) == "yours is ours times 2"


def test_answers_in_float32_show_patterns_too():
    assert seen(lambda a: (2 * a).astype(np.float32)) == "yours is ours times 2"


def test_zeros_in_the_reference_say_nothing():
    assert seen(lambda a: a + 0.0, [np.zeros(4), np.zeros(4)]) is None
    assert seen(lambda a: a + 1.0, [np.zeros(4), np.zeros(4)]) is None


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e200, 1e300])
def test_extreme_numbers_break_no_detector(scale):
    ours = [each * scale for each in OURS]
    for make in (lambda a: -a, lambda a: a + 1, lambda a: a.T, lambda a: a**2, lambda a: a[::-1]):
        with np.errstate(over="ignore", under="ignore"):
            draws = [Observation("f()", make(each), each, "value") for each in ours]
        pattern(draws)


@given(st.sampled_from([-1.0, 2.0, 0.5, -2.0, -0.5]), st.integers(0, 2**32 - 1))
def test_a_plain_factor_is_always_seen(factor, seed):
    rng = np.random.default_rng(seed)
    ours = [rng.normal(size=(3, 5)) for _ in range(2)]
    assert seen(lambda a: factor * a, ours) == f"yours is ours times {factor:.4g}"


@given(st.floats(0.01, 100).filter(lambda f: min(abs(f - g) for g in (0.5, 1, 2)) > 1e-3), st.integers(0, 2**32 - 1))
def test_any_other_factor_is_silence_without_inputs(factor, seed):
    rng = np.random.default_rng(seed)
    assert seen(lambda a: factor * a, [rng.normal(size=(3, 5)) for _ in range(2)], inputs={}) is None
