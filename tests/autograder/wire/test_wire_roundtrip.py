"""The wire: what is sent arrives, whatever its type, shape or order."""

from __future__ import annotations

import enum
import math

import numpy as np
import pytest
from frames import arrived, read
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograder import wire
from autograder.wire.values import DTYPES

NUMBERS = st.one_of(st.integers(-(2**4000), 2**4000), st.floats(), st.complex_numbers())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
KEYS = st.one_of(TEXTS, st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.tuples(st.integers(), TEXTS))
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=20,
)


def same(one, other):
    """Equality that tells types, signed zeros and NaN apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if isinstance(one, float):
        return (math.isnan(one) and math.isnan(other)) or (one == other and math.copysign(1, one * other) >= 0)
    if isinstance(one, complex):
        return same([one.real, one.imag], [other.real, other.imag])
    return one == other


@given(TREES)
def test_nested_values_arrive_as_they_were_sent(value):
    assert same(arrived(value), value)


@pytest.mark.parametrize("code", sorted(DTYPES))
@given(data=st.data())
def test_arrays_of_every_dtype_arrive_bit_for_bit(code, data):
    dtype = np.dtype("?" if code == "b1" else code)
    shape = arrays.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
    sent = data.draw(arrays.arrays(dtype, shape))
    got = arrived(sent)
    assert (got.dtype, got.shape) == (sent.dtype, sent.shape)
    assert got.tobytes() == sent.tobytes()


@given(st.integers(2, 5).flatmap(lambda axes: st.permutations(range(axes))))
def test_any_memory_order_is_kept_and_every_value_in_its_place(axes):
    sent = np.arange(math.prod(range(2, 2 + len(axes)))).reshape(range(2, 2 + len(axes))).transpose(axes)
    assert np.array_equal(arrived(sent), sent)
    assert arrived(sent).strides == sent.strides


def test_what_is_not_contiguous_arrives_without_its_gaps_and_in_its_order():
    wide = np.arange(120.0).reshape(5, 4, 6)
    for sent in (wide[:, :, ::2].transpose(2, 0, 1), wide.transpose(1, 0, 2)[::-1], wide[:, :1].T):
        got = arrived(sent)
        assert np.array_equal(got, sent)
        assert not got.flags.c_contiguous


def test_an_axis_that_takes_no_step_in_memory_says_nothing_about_its_order():
    for sent in (np.broadcast_to(np.arange(3.0)[:, None], (3, 4)), np.ones((4, 3))[:, :1], np.ones((1, 3)).T):
        assert arrived(sent).flags.c_contiguous


def test_fortran_order_is_kept():
    assert arrived(np.asfortranarray(np.ones((3, 4)))).flags.f_contiguous


@pytest.mark.parametrize(
    "sent", [np.arange(10)[::3], np.arange(12.0).reshape(3, 4)[:, ::-2], np.broadcast_to(3, (2, 2))]
)
def test_views_arrive_with_the_values_they_show(sent):
    assert np.array_equal(arrived(sent), sent)


def test_big_endian_arrays_arrive_in_native_order():
    got = arrived(np.array([1.5, -2.0], dtype=">f8"))
    assert got.dtype == np.dtype("f8")
    assert got.tolist() == [1.5, -2.0]


def test_an_array_without_axes_stays_an_array():
    got = arrived(np.float32(2.5))
    assert (type(got), got.shape, got.dtype) == (np.ndarray, (), np.dtype("f4"))


def test_arrays_of_no_entries_keep_their_shape():
    assert arrived(np.zeros((0, 3, 2))).shape == (0, 3, 2)


def test_what_arrives_shares_no_memory_with_what_was_sent():
    sent = np.zeros(3)
    got = arrived(sent)
    got[0] = 1.0
    assert sent.tolist() == [0.0, 0.0, 0.0]


def test_the_same_array_sent_twice_arrives_as_two():
    sent = np.zeros(3)
    one, other = arrived((sent, sent))
    one[0] = 1.0
    assert other.tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "tagged",
    [wire.Ref(7, ("cache", 1)), wire.Callback(3), wire.Seed(2**127), wire.Opaque("Model"), wire.Ref(0)],
    ids=lambda tagged: type(tagged).__name__,
)
def test_tags_arrive_as_they_were_sent(tagged):
    assert arrived([tagged]) == [tagged]


def test_tensors_arrive_with_their_need_of_a_gradient():
    got = arrived(wire.Tensor(np.ones((2, 3), np.float32), requires_grad=True))
    assert (got.array.shape, got.requires_grad) == ((2, 3), True)


def test_subclasses_travel_as_what_they_extend():
    class Loud(str):
        __slots__ = ()

    class Vector(np.ndarray):
        pass

    assert type(arrived(Loud("a"))) is str
    assert type(arrived(np.ones(2).view(Vector))) is np.ndarray


@pytest.mark.parametrize("word", [np.str_("saddle"), np.array("saddle"), np.select([True], ["saddle"], "min")])
def test_a_word_of_numpy_travels_as_a_word(word):
    assert arrived(word) == "saddle"
    assert type(arrived(word)) is str


ODD = st.one_of(
    st.integers(-9, 9).map(np.int64),
    st.floats(-9, 9).map(np.float64),
    st.booleans().map(np.bool_),
    st.complex_numbers(),
)


@given(odd=ODD, within=st.booleans(), others=st.dictionaries(TEXTS, TREES, max_size=3))
def test_a_dict_with_a_key_that_is_none_of_the_wires_stays_where_it_is(odd, within, others):
    value = [{"plain": 1}, {**others, ((0, odd) if within else odd): np.ones(2)}]
    buffers = wire.encode({"value": value}, lambda rescued: wire.Opaque(type(rescued).__name__))
    kept = wire.Opaque(f"dict with a key of type {'tuple' if within else type(odd).__name__}")
    assert read(wire.joined(buffers))["value"] == [{"plain": 1}, kept]


def test_keys_that_only_extend_a_plain_one_arrive_as_that():
    class Side(enum.IntEnum):
        LEFT = 4

    assert arrived({np.str_("w"): 1, Side.LEFT: 2, (Side.LEFT, "b"): 3}) == {"w": 1, 4: 2, (4, "b"): 3}


def test_lone_surrogates_are_replaced_rather_than_sent():
    assert arrived("a\ud800b") == "a?b"


def test_a_message_may_arrive_byte_by_byte():
    data = wire.joined(wire.encode({"value": [1, np.ones(3)]}))
    reader = wire.Reader(1 << 20)
    came = []
    for byte in data:
        reader.buffer()[0] = byte
        came.append(reader.filled(1))
    assert came[:-1] == [None] * (len(data) - 1)
    assert came[-1]["value"][1].tolist() == [1.0, 1.0, 1.0]


def test_two_messages_in_a_row_are_told_apart():
    reader = wire.Reader(1 << 20)
    first, second = (wire.joined(wire.encode({"value": value})) for value in (1, "two"))
    data, came = memoryview(first + second), []
    while data:
        buffer = reader.buffer()
        buffer[:] = data[: len(buffer)]
        data = data[len(buffer) :]
        came.append(reader.filled(len(buffer)))
    assert [message["value"] for message in came if message is not None] == [1, "two"]


@given(st.lists(st.sampled_from([0, 1, 100, 1 << 16, (1 << 16) + 1]), max_size=8))
def test_packed_pieces_hold_the_same_bytes_and_no_two_small_ones_stand_together(sizes):
    buffers = [memoryview(bytes([number]) * size) for number, size in enumerate(sizes)]
    pieces = wire.packed(buffers)
    assert wire.joined(pieces) == wire.joined(buffers)
    larges = sum(size > 1 << 16 for size in sizes)
    assert len(pieces) <= 2 * larges + 1
