"""Where a question is looked up in a recording: equal before near, what comes next before what came before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.recorded.oracle import _Calls
from autograder.recorded.signature import NEAR, SAME, signature


def calls(*asked):
    signatures = [signature(arguments, {}) for arguments in asked]
    return _Calls([s.form for s in signatures], [s.numbers for s in signatures], list(range(len(asked))))


@given(st.lists(st.integers(0, 3), max_size=8), st.integers(0, 3), st.integers(0, 8))
def test_the_first_equal_question_from_where_one_stands_is_found_or_else_the_first_of_all(kept, asked, start):
    start = min(start, len(kept))
    places = [*range(start, len(kept)), *range(start)]
    found = calls(*((np.arange(3.0), value) for value in kept)).place_of(signature((np.arange(3.0), asked), {}), start)
    assert found == next((place for place in places if kept[place] == asked), None)


@pytest.mark.parametrize("start", range(4))
def test_the_nearest_question_is_found_where_none_is_equal(start):
    kept = calls((1.0 + 3 * NEAR,), (1.0 + NEAR / 2,), (1.0 + NEAR / 4,))
    assert kept.place_of(signature((1.0,), {}), start) == 2
    assert kept.place_of(signature((1.0 + NEAR / 4 + SAME / 4,), {}), start) == 2
    assert kept.place_of(signature((1.1,), {}), start) is None


def test_equal_numbers_in_another_form_are_another_question():
    kept = calls(("mse", 1.0), ("mae", 1.0), (np.ones(1), "mse"))
    assert kept.place_of(signature(("mae", 1.0), {}), 0) == 1
    assert kept.place_of(signature(("huber", 1.0), {}), 0) is None


def test_a_question_without_numbers_is_found_by_its_form():
    assert calls(("a",), ("b",), ("a",)).place_of(signature(("a",), {}), 1) == 2


def test_what_is_no_number_is_near_itself_alone():
    kept = calls((np.array([1.0, np.nan]),), (np.array([1.0, 2.0]),), (np.array([1.0, np.inf]),))
    assert [kept.place_of(signature((np.array([1.0, value]),), {}), 0) for value in (np.nan, 2.0, np.inf, 3.0)] == [
        0,
        1,
        2,
        None,
    ]
