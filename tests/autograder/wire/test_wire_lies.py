"""The wire: whatever is no honest frame is refused with WireError, and with nothing else."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from frames import MOST, frame, honest, lying, read, saying
from hypothesis import given
from hypothesis import strategies as st

from autograder import wire
from autograder.wire.framing import PREFIX
from autograder.wire.values import ALIKE, ARRAYS, HEADER_BYTES, PARTS, WireError

TAGS = ("tuple", "dict", "array", "tensor", "ref", "opaque", "callback", "seed", "int", "float", "complex", "x")
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**80), 2**80), st.floats(), st.text(max_size=6)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(TAGS),
            inner,
            min_size=1,
            max_size=2,
        ),
    ),
    max_leaves=8,
)


def refused(data: bytes, most: int = MOST) -> str:
    """Why a frame is refused."""
    with pytest.raises(WireError) as caught:
        read(data, most)
    return str(caught.value)


def survives(data: bytes) -> None:
    """Reading gives a message, nothing yet, or WireError."""
    with contextlib.suppress(WireError):
        read(data)


@pytest.mark.parametrize(
    ("key", "lie"),
    [
        ("dtype", "O"),
        ("dtype", "O8"),
        ("dtype", "f16"),
        ("dtype", "S8"),
        ("dtype", "M8"),
        ("dtype", "V8"),
        ("dtype", ">f8"),
        ("dtype", "f8,f8"),
        ("dtype", ""),
        ("dtype", None),
        ("dtype", 8),
        ("dtype", ["f8"]),
        ("dtype", "f4"),
        ("shape", [2, 4]),
        ("shape", [2, 2]),
        ("shape", [-1]),
        ("shape", [-2, -3]),
        ("shape", [2.0, 3.0]),
        ("shape", [True, 6]),
        ("shape", "23"),
        ("shape", None),
        ("shape", [None]),
        ("shape", [[6]]),
        ("shape", 6),
        ("shape", [1] * 17),
        ("shape", [2**31 + 1]),
        ("shape", [2**62, 4]),
        ("shape", [2**31, 2**31, 0]),
        ("shape", [10**400]),
        ("order", "A"),
        ("order", ""),
        ("order", None),
        ("order", ["C"]),
        ("order", "0"),
        ("order", "00"),
        ("order", "02"),
        ("order", "012"),
        ("order", "-1"),
        ("order", "٠١"),
        ("strides", [8, 8]),
    ],
)
def test_a_lie_about_an_array_is_refused(key, lie):
    assert refused(lying(key, lie)).startswith("malformed frame: ")


def test_a_payload_longer_than_its_arrays_is_refused():
    header, payload = honest()
    assert refused(frame(header, payload + b"\0")) == "malformed frame: the payload is longer than its arrays"


def test_a_payload_shorter_than_its_arrays_is_refused():
    header, payload = honest()
    assert refused(frame(header, payload[:-1])) == "malformed frame: an array longer than the payload"


def test_more_arrays_than_allowed_are_refused():
    spec = {"dtype": "f8", "shape": [0], "order": "C"}
    assert refused(saying(None, arrays=[spec] * (ARRAYS + 1))) == f"malformed frame: at most {ARRAYS} arrays"


def test_an_array_is_not_handed_out_twice():
    # 500 mentions of one large array would make the grader build 500 copies of it
    spec = {"dtype": "f8", "shape": [2], "order": "C"}
    twice = saying([{"array": 0}, {"array": 0}], bytes(16), [spec])
    assert refused(twice) == "malformed frame: an array that stands in two places"


def test_a_frame_of_the_wrong_magic_is_refused():
    header, payload = honest()
    assert refused(frame(header, payload, magic=0x42)) == "malformed frame: wrong magic"


@pytest.mark.parametrize("size", [0, HEADER_BYTES + 1, 2**32 - 1])
def test_a_header_of_no_or_too_many_bytes_is_refused_before_it_is_read(size):
    magic = frame({})[:4]
    assert refused(magic + PREFIX.pack(0, size, 0)[4:]) == f"malformed frame: a header of {size} bytes"


def test_a_payload_beyond_the_limit_is_refused_before_anything_is_allocated():
    magic = frame({})[:4]
    data = magic + PREFIX.pack(0, 10, 2**63)[4:]
    assert refused(data, most=1000) == f"an answer of {2**63} bytes; 1000 is the limit"


@pytest.mark.parametrize(
    "header",
    [
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'{"body": {}}',
        b'{"body": [], "arrays": []}',
        b'{"body": {}, "arrays": {}}',
        b'{"body": {}, "arrays": [3]}',
        b'{"body": {}, "arrays": [], "score": 100}',
        b"[" * 100_000,
        b'{"body": {"a": ' + b"9" * 5000 + b'}, "arrays": []}',
    ],
    ids=lambda header: header[:30].decode("latin-1"),
)
def test_a_header_that_is_no_message_is_refused(header):
    assert refused(frame(header)).startswith("malformed frame: ")


@pytest.mark.parametrize(
    "form",
    [
        {"pickle": "gASV"},
        {"tuple": [], "dict": []},
        {},
        {"tuple": 3},
        {"dict": {"a": 1}},
        {"dict": [["a"]]},
        {"dict": [["a", 1, 2]]},
        {"dict": [[["list"], 1]]},
        {"dict": [[{"tuple": [["list"]]}, 1]]},
        {"dict": [[{"opaque": "T"}, 1]]},
        {"float": 1.5},
        {"float": "1e400"},
        {"complex": [1]},
        {"complex": [1, "2"]},
        {"complex": [1, {"opaque": "T"}]},
        {"int": 3},
        {"int": "zz"},
        {"int": "f" * 1101},
        {"array": 0},
        {"array": -1},
        {"array": "0"},
        {"array": True},
        {"tensor": [0, 1]},
        {"tensor": [0, True]},
        {"tensor": [0, 1, "cpu"]},
        {"tensor": [0, True, "meta"]},
        {"tensor": [0, True, 0]},
        {"tensor": 0},
        {"ref": 3},
        {"ref": [3, "path"]},
        {"ref": [3, [1.5]]},
        {"ref": [-3, []]},
        {"opaque": 3},
        {"callback": -1},
        {"callback": "0"},
        {"seed": 7},
    ],
    ids=json.dumps,
)
def test_a_tag_with_the_wrong_content_is_refused(form):
    assert refused(saying(form)).startswith("malformed frame: ")


@pytest.mark.parametrize("tag", [None, "tuple"])
def test_a_value_nested_too_deeply_is_refused(tag):
    form = 1
    for _ in range(200):
        form = [form] if tag is None else {tag: [form]}
    assert refused(saying(form)) == "malformed frame: nested too deeply"


def test_a_huge_integer_is_refused_or_arrives_whole():
    assert read(saying({"int": hex(2**4096)}))["value"] == 2**4096
    survives(saying({"complex": [10**400, 0]}))


@pytest.mark.parametrize("form", [[0] * PARTS, {"tuple": [0] * PARTS}, {"dict": [[n, 0] for n in range(PARTS // 2)]}])
def test_more_values_than_anybody_could_look_at_are_refused(form):
    assert refused(saying(form)) == f"malformed frame: more than {PARTS} values"


def test_as_many_values_as_allowed_arrive():
    assert read(saying([0] * (PARTS - 1)))["value"] == [0] * (PARTS - 1)


def pairs_alike(count):
    """A dict's pairs whose keys all have the hash 0: Python compares each with all that came before."""
    return [[key * (2**61 - 1), 0] for key in range(count)]


def test_keys_that_share_a_hash_are_refused():
    # 150,000 of them fit into a header and would keep the grader busy for minutes
    alike = saying({"dict": pairs_alike(ALIKE + 2)})
    assert refused(alike) == "malformed frame: keys of a dict that share a hash"


def test_a_few_keys_may_share_a_hash():
    assert len(read(saying({"dict": pairs_alike(ALIKE + 1)}))["value"]) == ALIKE + 1
    assert read(saying({"dict": [[-1, 0], [-2, 1]]}))["value"] == {-1: 0, -2: 1}


def test_a_type_name_is_cut_to_a_bearable_length():
    assert len(read(saying({"opaque": "x" * 10_000}))["value"].type_name) == 200


def test_bytes_other_than_0_and_1_are_truth_all_the_same():
    spec = {"dtype": "b1", "shape": [3], "order": "C"}
    got = read(saying({"array": 0}, b"\x00\x01\xfe", [spec]))["value"]
    assert got.view(np.uint8).tolist() == [0, 1, 1]


@given(st.data())
def test_a_frame_with_any_byte_changed_is_refused_or_still_a_message(data):
    frame_bytes = bytearray(frame(*honest()))
    for _ in range(data.draw(st.integers(1, 4))):
        frame_bytes[data.draw(st.integers(0, len(frame_bytes) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(frame_bytes))


@given(st.integers(0, len(frame(*honest())) - 1))
def test_a_truncated_frame_gives_no_message(length):
    assert read(frame(*honest())[:length]) is None


@given(st.binary(max_size=200))
def test_noise_is_no_message(noise):
    survives(noise)
    survives(frame(noise or b"\0"))


@given(JSON, st.binary(max_size=16))
def test_any_json_under_any_tag_is_refused_or_a_value(form, payload):
    survives(saying(form, payload, [{"dtype": "u1", "shape": [len(payload)], "order": "C"}]))


@given(st.lists(JSON, max_size=3))
def test_any_json_in_place_of_an_array_is_refused(specs):
    survives(saying({"array": 0}, b"\0" * 8, specs))


def deep(levels: int):
    """A list of that many levels."""
    return [] if levels == 1 else [deep(levels - 1)]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "a value of type object cannot be sent"),
        ({1, 2}, "a value of type set cannot be sent"),
        (b"bytes", "a value of type bytes cannot be sent"),
        ([lambda: 0], "a value of type function cannot be sent"),
        ({"model": pytest}, "a value of type module cannot be sent"),
        (slice(1), "a value of type slice cannot be sent"),
        ({np.int64(1): 2}, "a dict with a key of type int64 cannot be sent"),
        ([0] * PARTS, f"a value of more than {PARTS} parts cannot be sent: is it to be an array?"),
        (2**4096, "an integer of 4097 bits cannot be sent; 4096 is the limit"),
        (deep(34), "a value nested deeper than 32 levels cannot be sent"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_sent_is_refused_by_the_name_of_its_type(value, why):
    with pytest.raises(WireError) as caught:
        wire.encode({"value": value})
    assert str(caught.value) == why


@pytest.mark.parametrize("dtype", ["O", "U3", "S3", "M8[s]", "m8[s]", "V4", "f8,i4", "longdouble", "clongdouble"])
def test_an_array_of_a_dtype_that_may_not_travel_is_refused_by_name(dtype):
    array = np.zeros(2, dtype)
    with pytest.raises(WireError, match=r"an array of dtype .* cannot be sent; allowed are b1, c16, c8, f2, f4"):
        wire.encode({"value": array})


def test_an_array_of_objects_may_be_rescued_as_opaque():
    assert wire.encode({"value": np.array([{}])}, lambda value: wire.Opaque("array of objects"))


def test_a_message_with_too_many_arrays_is_refused():
    with pytest.raises(WireError, match=f"a message with {ARRAYS + 1} arrays cannot be sent; {ARRAYS} is the limit"):
        wire.encode({"value": [np.zeros(0)] * (ARRAYS + 1)})


def test_a_message_with_too_long_a_header_is_refused():
    with pytest.raises(WireError, match=f"cannot be sent; {HEADER_BYTES} is the limit"):
        wire.encode({"value": "x" * HEADER_BYTES})
