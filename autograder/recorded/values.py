"""Values of the trusted side as bytes and back: the wire's forms, and those that only a recording needs."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import wire
from autograder.model import AutograderError
from autograder.wire.decoding import Decoder, read_array, require
from autograder.wire.encoding import Encoder
from autograder.wire.values import Array

LENGTH = struct.Struct("<Q")


@dataclass(frozen=True)
class Iterated:
    """What a reference gave one by one."""

    items: list[Any]


@dataclass(frozen=True)
class Method:
    """A method of an object, by what it is called."""

    name: str


@dataclass(frozen=True)
class Raised:
    """The exception that a reference raised, by the name of its built-in type."""

    kind: str
    text: str


class _Writer(Encoder):
    """The wire's encoder, with NumPy's scalars as such, texts in arrays, and equal arrays once."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[tuple[str, tuple[int, ...], str, bytes], int] = {}

    def tree(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, np.generic):
            return {"scalar": self._array(np.asarray(value), depth)}
        return super().tree(value, depth)

    def _array(self, value: Array, depth: int) -> Any:
        if value.dtype.kind == "U":
            return {"texts": [list(value.shape), value.ravel().tolist()]}
        before = len(self.arrays)
        super()._array(value, depth)
        spec, buffer = self.arrays[-1], self.buffers[-1]
        number = self._known.setdefault((spec["dtype"], value.shape, spec["order"], bytes(buffer)), before)
        if number < before:
            self.arrays.pop()
            self.buffers.pop()
        return {"array": number}


_Writer._FORMS = {
    **Encoder._FORMS,
    Iterated: lambda self, value, depth: {"iterated": self.tree(value.items, depth + 1)},
    Method: lambda self, value, depth: {"method": value.name},
    Raised: lambda self, value, depth: {"raised": [value.kind, value.text]},
}


def _array_again(decoder: Decoder, content: Any, depth: int) -> Any:
    """An array, which in a recording may stand in several places: each time a fresh one."""
    require(type(content) is int and 0 <= content < len(decoder.arrays), "an array's number")
    array = decoder.arrays[content]
    assert array is not None
    return array.copy(order="K")


def _texts(decoder: Decoder, content: Any, depth: int) -> Any:
    shape, texts = content
    return np.array(texts, dtype=np.str_).reshape(shape)


class _Reader(Decoder):
    """The wire's decoder with the forms of a recording."""


_Reader._TAGS = {
    **Decoder._TAGS,
    "array": _array_again,
    "tensor": lambda self, content, depth: wire.Tensor(_array_again(self, content[0], depth), content[1]),
    "scalar": lambda self, content, depth: self.tree(content, depth)[()],
    "texts": _texts,
    "iterated": lambda self, content, depth: Iterated(self.tree(content, depth)),
    "method": lambda self, content, depth: Method(content),
    "raised": lambda self, content, depth: Raised(*content),
}


def packed(value: Any) -> bytes:
    """A value as compressed bytes, always the same ones. Raises WireError for one that has no form."""
    writer = _Writer()
    header = json.dumps({"value": writer.tree(value), "arrays": writer.arrays}, separators=(",", ":")).encode("ascii")
    return zlib.compress(LENGTH.pack(len(header)) + header + b"".join(bytes(part) for part in writer.buffers), 9)


def unpacked(data: bytes) -> Callable[[], Any]:
    """A function that gives the value anew each time, so that who changes it changes nothing else."""
    whole = memoryview(zlib.decompress(data))
    (length,) = LENGTH.unpack(whole[: LENGTH.size])
    top = json.loads(bytes(whole[LENGTH.size : LENGTH.size + length]))
    payload, offset, arrays = whole[LENGTH.size + length :], 0, []
    for spec in top["arrays"]:
        array, offset = read_array(spec, payload, offset)
        arrays.append(array)
    return lambda: _Reader(arrays).tree(top["value"])


def file_of(facts: Mapping[str, Any], parts: Mapping[str, bytes]) -> bytes:
    """A recording as a file: an index before its parts, so that only what is asked for is unpacked; equal ones once."""
    places: dict[str, list[int]] = {}
    starts: dict[bytes, int] = {}
    offset = 0
    for name in sorted(parts):
        start = starts.setdefault(parts[name], offset)
        places[name] = [start, len(parts[name])]
        offset += len(parts[name]) if start == offset else 0
    index = json.dumps({"facts": facts, "parts": places}, sort_keys=True, ensure_ascii=False).encode()
    return LENGTH.pack(len(index)) + index + b"".join(starts)


class File:
    """The parts of a recording by name. Raises AutograderError for a file that is none."""

    def __init__(self, data: bytes, name: str) -> None:
        self._data, self._name = memoryview(data), name
        try:
            (length,) = LENGTH.unpack(self._data[: LENGTH.size])
            index = json.loads(bytes(self._data[LENGTH.size : LENGTH.size + length]))
            self.facts: Mapping[str, Any] = index["facts"]
            self._places: Mapping[str, list[int]] = index["parts"]
        except (ValueError, KeyError, TypeError, struct.error) as error:
            raise AutograderError(f"{name} is no recording: {type(error).__name__}; unpack the edition anew") from None
        self._start = LENGTH.size + length
        self._unpacked: dict[str, Callable[[], Any]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What parts there are."""
        return tuple(self._places)

    def raw(self, name: str) -> bytes:
        """A part as it was before it was compressed: JSON, then arrays."""
        offset, size = self._places[name]
        return zlib.decompress(self._data[self._start + offset : self._start + offset + size])

    def part(self, name: str) -> Any:
        """A part's value, fresh. Raises AutograderError when there is none or it is damaged."""
        if name not in self._unpacked:
            if name not in self._places:
                raise AutograderError(f"{self._name} holds no {name}: it does not fit these graders")
            offset, size = self._places[name]
            start = self._start + offset
            try:
                self._unpacked[name] = unpacked(bytes(self._data[start : start + size]))
            except (ValueError, KeyError, zlib.error, struct.error, wire.WireError) as error:
                raise AutograderError(f"{self._name} is damaged: {error}; unpack the edition anew") from None
        return self._unpacked[name]()
