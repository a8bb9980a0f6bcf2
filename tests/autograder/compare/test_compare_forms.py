"""Comparison of forms: structure, shapes and kinds of numbers come before values."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from compared import difference, said

from autograder.compare import as_array, describe
from autograder.wire import Opaque, Tensor


class Parts(NamedTuple):
    """A named pair."""

    dw: object
    db: object


@pytest.mark.parametrize(
    ("yours", "ours", "words"),
    [
        (None, np.ones(3), "result is None, expected an array of shape (3,): is a return missing?"),
        ((1, 2), np.ones((2, 2)), "result has shape (2,), expected (2, 2)"),
        (np.ones((2, 1)), np.ones(2), "result has shape (2, 1), expected (2,)"),
        (3.0, np.ones(2), "result has shape (), expected (2,)"),
        ("0.5", 0.5, "result is '0.5', expected a single number"),
        (Opaque("Model"), 0.5, "result is an object of type Model, expected a single number"),
        ([1.0, [2.0]], np.ones(2), "result is a list of 2, expected an array of shape (2,)"),
        ({"a": 1.0}, 1.0, "result is a dict of 1, expected a single number"),
        (np.ones(3), (1.0, 2.0), "result is an array of shape (3,), expected a tuple of 2"),
        ((1.0,), (1.0, 2.0), "result is a tuple of 1, expected a tuple of 2"),
        (None, {"a": 1.0}, "result is None, expected a dict of 1: is a return missing?"),
        ({"b": 1.0}, {"a": 1.0}, "result has the keys 'b', expected 'a'"),
        (3, "relu", "result is a single number, expected 'relu'"),
        ("tanh", "relu", "result is 'tanh', expected 'relu'"),
        (0, None, "result is a single number, expected None"),
        (2**70, 5, f"result is {2**70}, expected a single number"),
    ],
    ids=str,
)
def test_a_wrong_structure_is_said_in_words(yours, ours, words):
    assert said(yours, ours) == words


@pytest.mark.parametrize(
    ("yours", "ours", "words"),
    [
        (np.ones(2), np.ones(2, int), "result holds floats (float64), expected whole numbers"),
        (np.ones(2, int), np.ones(2), "result holds whole numbers (int64), expected floats"),
        (np.ones(2) > 0, np.ones(2), "result holds truth values (bool), expected floats"),
        (np.ones(2) > 0, np.ones(2, int), "result holds truth values (bool), expected whole numbers"),
        (np.ones(2, complex), np.ones(2), "result holds complex numbers (complex128), expected floats"),
        (np.ones(2), np.ones(2, complex), "result holds floats (float64), expected complex numbers"),
        (np.array([0, 2]), np.array([False, True]), "result holds whole numbers (int64), expected truth values"),
        (2.5, 2, "result holds floats (float64), expected whole numbers"),
    ],
)
def test_a_wrong_kind_of_numbers_is_said_with_its_dtype(yours, ours, words):
    assert said(yours, ours) == words


@pytest.mark.parametrize(
    ("yours", "ours"),
    [
        (3, 3.0),
        (np.float32(0.5), 0.5),
        (np.array(2.0), 2.0),
        (2.0, np.array(2.0)),
        (np.array([0, 1]), np.array([False, True])),
        (np.array([3, 4], np.uint8), np.array([3, 4])),
        ([1.0, 2.0], np.array([1.0, 2.0])),
        ((1.0, 2.0), [1.0, 2.0]),
        ([[1, 2], [3, 4]], np.array([[1, 2], [3, 4]])),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.array([1.0, 2.0]), [np.float32(1.0), np.float32(2.0)]),
        (np.array([1.0, 2.0]), [np.array(1.0), 2.0]),
        ([1.0, np.zeros(2)], (1.0, np.zeros(2))),
        ((1.0, 2.0), Parts(1.0, 2.0)),
        ({"b": 2, "a": 1}, {"a": 1, "b": 2}),
        (Tensor(np.ones(2)), np.ones(2)),
        (None, None),
        ("relu", "relu"),
        ([], []),
        (np.zeros((0, 3)), np.zeros((0, 3))),
    ],
    ids=str,
)
def test_the_same_thing_in_another_dress_is_accepted(yours, ours):
    assert difference(yours, ours) is None


def test_shape_comes_before_kind_and_kind_before_values():
    assert difference(np.zeros(3, int), np.ones(2)).kind == "shape"
    assert difference(np.zeros(2, int), np.ones(2)).kind == "dtype"
    assert difference(np.zeros(2), np.ones(2)).kind == "value"


def test_shapes_that_would_broadcast_are_different():
    assert difference(np.ones((1, 3)), np.ones((2, 3))).kind == "shape"
    assert difference(np.ones(3), np.ones((2, 3))).kind == "shape"


def test_the_place_of_a_difference_is_its_path():
    ours = {"layers": [(np.ones(2), np.zeros(3))]}
    yours = {"layers": [(np.ones(2), np.array([0.0, 7.0, 0.0]))]}
    assert said(yours, ours) == "result['layers'][0][1][1] is 7, expected 0"


def test_parts_of_a_tuple_bear_the_names_that_they_are_given():
    assert said((1.0, 3.0), (1.0, 2.0), names=("dw", "db")) == "db is 3, expected 2"
    assert said((1.0, np.ones(2)), (1.0, np.ones(3)), names=("dw",)) == "result[1] has shape (2,), expected (3,)"


def test_parts_of_a_named_tuple_bear_its_names():
    assert said((1.0, 3.0), Parts(1.0, 2.0)) == "db is 3, expected 2"


def test_names_are_for_the_outer_tuple_only():
    assert said((1.0, (2.0, 5.0)), (1.0, (2.0, 3.0)), names=("dw", "db")) == "db[1] is 5, expected 3"


def test_a_comparison_of_shapes_looks_at_no_value():
    assert difference(np.zeros(2), np.ones(2), values=False) is None
    assert difference((np.nan, "a"), (1.0, "b"), values=False) is None
    assert difference(np.zeros(3), np.ones(2), values=False).kind == "shape"
    assert difference(np.zeros(2, int), np.ones(2), values=False).kind == "dtype"


def test_a_comparison_of_shapes_tells_a_text_from_none_and_from_numbers():
    assert difference(np.zeros(3), None, values=False).kind == "structure"
    assert difference(None, "text", values=False).kind == "structure"
    assert difference(3.0, "text", values=False).kind == "structure"


def test_a_reference_that_is_no_value_is_the_graders_fault():
    with pytest.raises(TypeError, match="a reference value of type object cannot be compared"):
        difference(1.0, object())


def deep(levels):
    """A list of that many levels, a number inside."""
    return 1.0 if levels == 0 else [deep(levels - 1)]


@pytest.mark.parametrize(
    "odd",
    ["3", None, [1, "a"], [[1], [1, 2]], 2**70, [2**70], {"a": 1}, Opaque("T"), [None], deep(70), np.array(["a"])],
    ids=str,
)
def test_what_is_no_array_of_numbers_is_none_rather_than_an_error(odd):
    assert as_array(odd) is None


def test_a_list_that_would_make_an_array_of_a_gigabyte_is_none():
    whole, fine = np.zeros(60_000, np.int8), np.zeros(60_000, complex)
    assert as_array([whole] * 1000 + [fine]) is None
    assert as_array([whole] * 100).shape == (100, 60_000)


def test_an_empty_list_is_an_array_of_no_entries():
    assert as_array([]).shape == (0,)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (np.ones((2, 3)), "an array of shape (2, 3)"),
        (np.array(2.0), "a single number"),
        (np.float32(2.0), "a single number"),
        (True, "a single number"),
        ([1, 2], "a list of 2"),
        ("x" * 100, "'" + "x" * 59),
        (Opaque("Model"), "an object of type Model"),
    ],
)
def test_a_value_is_described_in_a_few_words(value, words):
    assert str(describe(value)) == words
