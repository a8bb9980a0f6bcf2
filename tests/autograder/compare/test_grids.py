"""The part of two arrays that a report draws."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.compare import Comparison
from autograder.grids import COLUMNS, ROWS


def grid(yours, ours):
    """The grid in the evidence of a difference."""
    return Comparison().difference(np.asarray(yours), np.asarray(ours), "dw").evidence.grid


def test_a_matrix_is_shown_with_a_level_for_each_entry():
    ours = np.arange(1.0, 7.0).reshape(2, 3)
    found = grid(ours + np.array([[0, 10, 0], [0.05, 0, 2]]), ours)
    assert found.place == "dw[0:2, 0:3]"
    assert found.levels == ("040", "103")
    assert found.yours[0] == (1.0, 12.0, 3.0)
    assert found.ours[1] == (4.0, 5.0, 6.0)


def test_what_is_no_number_has_a_level_of_its_own():
    assert grid([[1.0, np.nan], [np.inf, 4.0]], [[1.0, 2.0], [3.0, 4.0]]).levels == ("0n", "n0")


def test_a_large_array_is_cut_around_its_largest_error():
    ours = np.zeros((3, 100, 200)) + 1.0
    yours = ours.copy()
    yours[1, 70, 150] = 9.0
    found = grid(yours, ours)
    assert (len(found.levels), len(found.levels[0])) == (ROWS, COLUMNS)
    row, column = found.first
    assert found.yours[70 - row][150 - column] == 9.0
    assert found.place == f"dw[1, {row}:{row + ROWS}, {column}:{column + COLUMNS}]"


@pytest.mark.parametrize("corner", [(0, 0), (99, 199)])
def test_an_error_in_a_corner_is_inside_the_picture(corner):
    yours = np.ones((100, 200))
    yours[corner] = 5.0
    found = grid(yours, np.ones((100, 200)))
    assert found.yours[corner[0] - found.first[0]][corner[1] - found.first[1]] == 5.0


def test_a_vector_is_one_row_and_a_number_is_no_picture():
    assert grid([1.0, 3.0], [1.0, 2.0]).levels == ("04",)
    assert grid([1.0, 3.0], [1.0, 2.0]).place == "dw[0:2]"
    assert grid(3.0, 2.0) is None


@pytest.mark.parametrize("value", [1e308, -1e308, 1e-308])
def test_extreme_numbers_are_drawn_too(value):
    found = grid([[value, 1.0], [1.0, 1.0]], [[-value, 2.0], [1.0, 1.0]])
    assert set("".join(found.levels)) <= set("01234n")
