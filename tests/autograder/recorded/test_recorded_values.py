"""What a recording holds comes back as it was, each time anew, and a damaged file says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder import wire
from autograder.model import AutograderError
from autograder.recorded.values import File, Iterated, Method, Raised, file_of, packed, unpacked

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner)))
def test_plain_values_come_back(value):
    assert unpacked(packed(value))() == value


@given(arrays.arrays(st.sampled_from([np.float64, np.float32, np.int64, np.bool_]), arrays.array_shapes(min_dims=0)))
def test_arrays_come_back_with_their_kind(array):
    (given, again) = unpacked(packed((array, array)))()
    assert given.dtype == array.dtype
    np.testing.assert_array_equal(given, array)
    assert given is not again


@pytest.mark.parametrize(
    "value", [np.float64(0.1), np.int64(3), np.str_("a"), Iterated([1]), Method("#0.f"), Raised("E", "x")]
)
def test_scalars_and_the_forms_of_a_recording_come_back(value):
    given = unpacked(packed(value))()
    assert type(given) is type(value)
    assert given == value


def test_texts_in_arrays_and_tensors_come_back():
    texts, tensor = unpacked(packed([np.array([["ab", "c"]]), wire.Tensor(np.ones(2, np.float32), True)]))()
    assert texts.tolist() == [["ab", "c"]]
    assert (tensor.array.dtype, tensor.requires_grad) == (np.dtype(np.float32), True)


def test_who_changes_a_part_changes_nothing_for_the_next():
    file = File(file_of({}, {"a": packed(np.zeros(2))}), "x.rec")
    file.part("a")[:] = 7
    np.testing.assert_array_equal(file.part("a"), np.zeros(2))


def test_equal_parts_are_kept_once():
    part = packed(np.arange(99.0))
    assert len(file_of({}, {"a": part, "b": part})) < 2 * len(part)


def test_what_is_no_recording_or_damaged_says_so():
    with pytest.raises(AutograderError, match=r"^x\.rec is no recording: .*; unpack the edition anew$"):
        File(b"nothing", "x.rec")
    whole = bytearray(file_of({}, {"a": packed([1.0] * 50)}))
    whole[-9:] = b"\0" * 9
    with pytest.raises(AutograderError, match=r"^x\.rec is damaged: "):
        File(bytes(whole), "x.rec").part("a")
    with pytest.raises(AutograderError, match=r"^x\.rec holds no b: it does not fit these graders$"):
        File(file_of({}, {"a": b""}), "x.rec").part("b")
