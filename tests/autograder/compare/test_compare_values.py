"""Comparison of numbers: what is close, what never is, and what is said."""

from __future__ import annotations

import numpy as np
import pytest
from compared import difference, said
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder.compare import (
    FLOAT32,
    FLOAT64,
    Comparison,
    Tolerance,
    errors,
    rms,
    tolerance_for,
    tolerance_of_gradient,
)

FLOATS = arrays.arrays(
    st.sampled_from([np.float64, np.float32]),
    arrays.array_shapes(min_dims=0, max_dims=3, max_side=4),
    elements=st.floats(-(2.0**100), 2.0**100, width=32),
)


@given(FLOATS)
def test_a_value_is_close_to_itself(array):
    assert difference(array.copy(), array) is None


@given(FLOATS, st.data())
def test_nan_is_never_close_to_a_number(array, data):
    wrong = np.array(array)
    index = tuple(data.draw(st.integers(0, side - 1)) for side in array.shape)
    wrong[index] = np.nan
    assert difference(wrong, array).kind == "finite"


@given(FLOATS, st.sampled_from([np.inf, -np.inf]), st.data())
def test_inf_is_never_close_to_a_number(array, infinite, data):
    wrong = np.array(array)
    wrong[tuple(data.draw(st.integers(0, side - 1)) for side in array.shape)] = infinite
    assert difference(wrong, array).kind == "finite"


@pytest.mark.parametrize(
    ("yours", "ours"),
    [(1.0, np.nan), (np.nan, np.inf), (np.inf, np.nan), (np.inf, -np.inf), (0.0, np.inf), (complex(np.nan, 0), 1j)],
)
def test_nan_and_inf_must_stand_where_the_reference_has_them(yours, ours):
    assert difference(yours, ours).kind == "finite"


@pytest.mark.parametrize("special", [np.nan, np.inf, -np.inf])
def test_nan_and_inf_are_right_where_the_reference_has_them(special):
    assert difference(np.array([1.0, special]), np.array([1.0, special])) is None


def test_an_infinite_reference_does_not_widen_what_the_others_may_be_off():
    assert difference(np.array([1.1, np.inf]), np.array([1.0, np.inf])).kind == "value"


def test_the_first_entry_that_is_not_finite_is_named():
    yours = np.array([[1.0, 2.0], [np.nan, np.inf]])
    assert said(yours, np.ones((2, 2)) * [1, 2]) == "result[1, 0] is nan, expected 1"


def test_each_entry_may_be_off_by_a_part_of_itself_and_a_part_of_the_rms():
    ours = np.array([3.0, 4.0])  # RMS = sqrt(12.5)
    allowed = FLOAT64.rtol * 4 + FLOAT64.kappa * np.sqrt(12.5)
    assert difference(np.add(ours, [0, 0.99 * allowed]), ours) is None
    assert difference(np.add(ours, [0, 1.01 * allowed]), ours).kind == "value"


def test_a_small_entry_among_large_ones_is_held_to_the_scale_of_all():
    assert difference(np.array([1e-9, 1e6]), np.array([0.0, 1e6])) is None


def test_among_zeros_the_floor_is_the_scale():
    allowed = FLOAT64.kappa * FLOAT64.floor
    assert difference(np.full(3, 0.9 * allowed), np.zeros(3)) is None
    assert difference(np.full(3, 1.1 * allowed), np.zeros(3)).kind == "value"


@given(FLOATS.filter(lambda array: array.size > 0), st.floats(0.5, 1e6))
def test_scaling_both_sides_changes_no_verdict(array, factor):
    ours = np.asarray(array, np.float64) + 1.0
    yours = ours * (1 + 3e-7)
    before, after = difference(yours, ours), difference(yours * factor, ours * factor)
    assert (before is None) == (after is None)


@pytest.mark.parametrize("narrow", [np.float16, np.float32])
def test_a_narrow_answer_is_held_to_float32(narrow):
    assert tolerance_for(np.ones(2, narrow), np.ones(2)) == FLOAT32
    assert tolerance_for(np.ones(2), np.ones(2, narrow)) == FLOAT32


def test_a_gradient_in_float64_keeps_its_row_and_all_know_the_largest_beside_them():
    wide, narrow = np.ones(2), np.ones(2, np.float32)
    assert tolerance_of_gradient(wide, wide, 20.0) == Tolerance(FLOAT64.rtol, FLOAT64.kappa, floor=0.02)
    assert tolerance_of_gradient(wide, wide, 0.0) == FLOAT64
    assert tolerance_of_gradient(narrow, wide, 0.0) == tolerance_of_gradient(None, narrow, 0.0)
    assert tolerance_of_gradient(narrow, wide, 0.0, "cuda").kappa == 1e-3


@pytest.mark.parametrize("output", [np.ones(2, np.float32), np.float16(1), np.ones(2, np.complex64)])
def test_a_gradient_that_came_through_a_float32_output_is_held_to_float32s_row(output):
    wide = np.ones(2)
    assert tolerance_of_gradient(wide, wide, 0.0, through=[wide, output]) == tolerance_of_gradient(output, wide, 0.0)
    for others in ([], [wide], [np.arange(3)], [None, "float32", {"y": output}]):
        assert tolerance_of_gradient(wide, wide, 0.0, through=others) == FLOAT64


def test_values_of_a_mapping_may_have_tolerances_of_their_own():
    ours = {"y": np.ones(3), "dx": np.ones(3)}
    yours = {"y": np.ones(3), "dx": np.full(3, 1.01)}
    comparison = Comparison(by_key={"dx": Tolerance(rtol=0.1, kappa=0.0, floor=0.0)})
    assert comparison.difference(yours, ours) is None
    assert comparison.excess(yours, ours) == pytest.approx(0.1)
    assert comparison.difference({**yours, "y": yours["dx"]}, ours).kind == "value"


def test_float16_gets_no_row_of_its_own():
    ours = np.linspace(0.1, 1, 50)
    assert difference(ours.astype(np.float32), ours) is None
    assert difference(ours.astype(np.float16), ours).kind == "value"


def test_complex64_is_held_to_float32_and_complex128_to_float64():
    assert tolerance_for(np.ones(2, np.complex64), np.ones(2, np.complex128)) == FLOAT32
    assert tolerance_for(np.ones(2, np.complex128), np.ones(2, np.complex128)) == FLOAT64


def test_complex_numbers_differ_by_their_distance():
    assert difference(np.array([1 + 1j]), np.array([1 + 1j])) is None
    assert difference(np.array([1 - 1j]), np.array([1 + 1j])).evidence.error == pytest.approx(2 / np.sqrt(2))


def test_whole_numbers_must_be_equal():
    assert difference(np.array([3, 4]), np.array([3, 4], np.int32)) is None
    assert said(np.array([3, 5]), np.array([3, 4])) == "result[1] is 5, expected 4"


def test_whole_numbers_beyond_doubles_are_told_apart():
    assert difference(np.array([2**53 + 1]), np.array([2**53])).kind == "value"
    assert difference(2**64 - 1, 2**64 - 2).kind == "value"


def test_an_exact_comparison_allows_floats_nothing():
    assert difference(0.1 + 0.2, 0.3) is None
    assert difference(0.1 + 0.2, 0.3, exact=True).kind == "value"


def test_the_evidence_is_the_worst_entry():
    ours = np.array([[1.0, 1.0], [1.0, 1.0]])
    found = difference(np.add(ours, [[0.1, 0.0], [0.5, 0.0]]), ours).evidence
    assert (found.place, found.yours, found.ours) == ("result[1, 0]", "1.5", "1")
    assert (found.mismatched, found.total) == (2, 4)
    assert found.error == pytest.approx(0.5)
    assert found.allowed == pytest.approx(FLOAT64.rtol + FLOAT64.kappa)


def test_two_numbers_that_differ_never_look_the_same():
    assert said(1.0 + 1e-6, 1.0) == "result is 1.000001, expected 1"
    assert said(np.array([1 / 3 + 1e-7]), np.array([1 / 3])) == "result[0] is 0.3333334, expected 0.3333333"
    assert said(1.0 + 1e-15, 1.0, exact=True) == "result is 1.000000000000001, expected 1"


def test_an_enormous_error_is_still_a_number():
    assert np.isfinite(difference(np.array([1e308]), np.array([0.0])).evidence.error)
    assert np.isfinite(difference(np.array([1.7e308]), np.array([-1.7e308])).evidence.error)


def test_a_tolerance_of_ones_own_takes_the_place_of_the_table():
    assert difference(1.1, 1.0, tolerance=Tolerance(rtol=0.2, kappa=0, floor=1e-8)) is None


def test_the_rms_neither_overflows_nor_counts_what_is_not_finite():
    assert rms(np.array([1e300, 1e300])) == pytest.approx(1e300)
    assert rms(np.array([3.0, np.inf, np.nan, 4.0])) == pytest.approx(np.sqrt(12.5))
    assert rms(np.zeros(0)) == 0.0
    assert rms(np.array([3 + 4j])) == pytest.approx(5.0)


def test_the_error_is_zero_where_both_are_the_same_inf_or_nan():
    both = np.array([np.inf, np.nan, 1.0])
    assert errors(both, both).tolist() == [0.0, 0.0, 0.0]


def test_the_excess_is_the_error_in_units_of_what_is_allowed():
    ours = np.array([1.0, 2.0])
    comparison = Comparison(tolerance=Tolerance(rtol=0.1, kappa=0.0, floor=1e-8))
    assert comparison.excess(ours * 1.05, ours) == pytest.approx(0.5)
    assert comparison.excess(ours * 1.2, ours) == pytest.approx(2.0)
    assert comparison.excess((ours, ours * 1.3), (ours, ours)) == pytest.approx(3.0)
    assert comparison.excess({"a": ours}, {"a": ours}) == 0.0


def test_the_excess_of_a_wrong_form_is_infinite():
    assert Comparison().excess(np.ones(3), np.ones(2)) == np.inf
    assert Comparison().excess(np.nan, 1.0) == np.inf
