"""What one computation on a student's values may take of the grader's memory."""

import sys

import numpy as np
import pytest

from autograder.memory import ROOM_BYTES, SMALL, bounded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")


def limit():
    import resource

    return resource.getrlimit(resource.RLIMIT_AS)[0]


@pytest.mark.parametrize("value", [np.zeros(SMALL + 1), [0.0], "text", 10**9, object()])
def test_a_computation_on_values_of_any_size_is_bounded_and_nothing_after_it(value):
    before = limit()
    with pytest.raises(MemoryError), bounded([1.0, value]):
        np.empty(2 * ROOM_BYTES, np.uint8)
    assert limit() == before


@pytest.mark.parametrize("values", [[], [1.5, None, True], [np.zeros(SMALL)]])
def test_small_values_are_not_worth_it(values):
    before = limit()
    with bounded(values):
        assert limit() == before
