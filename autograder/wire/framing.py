"""Frames: a prefix of magic and lengths, a header, a payload."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from autograder.wire.decoding import decode, malformed, require
from autograder.wire.encoding import to_parts
from autograder.wire.values import HEADER_BYTES, OversizeError

MAGIC = 0x31574741  # "AGW1"
PREFIX = struct.Struct("<IIQ")
SMALL_BYTES = 1 << 16


def encode(message: Mapping[str, Any], opaque: Callable[[Any], Any] | None = None) -> list[memoryview]:
    """One message as buffers to be sent in order. Raises WireError, naming the type that cannot travel."""
    header, buffers = to_parts(message, opaque)
    payload = sum(buffer.nbytes for buffer in buffers)
    return [memoryview(PREFIX.pack(MAGIC, len(header), payload)), memoryview(header), *buffers]


class Reader:
    """Gathers one frame after another from a stream: fill `buffer()`, say `filled(n)`, take what comes out.

    payload_bytes: what a frame may carry at most; a larger one is refused before anything is allocated.
    """

    def __init__(self, payload_bytes: int) -> None:
        self.payload_bytes = payload_bytes
        self._expect(PREFIX.size)
        self._prefix: tuple[int, int] | None = None

    def _expect(self, count: int) -> None:
        self._data, self._have = bytearray(count), 0

    def buffer(self) -> memoryview:
        """Where the next bytes belong; never empty."""
        return memoryview(self._data)[self._have :]

    def filled(self, count: int) -> dict[str, Any] | None:
        """Account for `count` bytes put into `buffer()`; the message when it is complete. Raises WireError."""
        self._have += count
        if self._have < len(self._data):
            return None
        if self._prefix is None:
            self._begin()
            return None
        header, _ = self._prefix
        data, self._prefix = memoryview(self._data), None
        self._expect(PREFIX.size)
        return decode(data[:header], data[header:])

    def _begin(self) -> None:
        magic, header, payload = PREFIX.unpack(self._data)
        require(magic == MAGIC, "wrong magic")
        if not 0 < header <= HEADER_BYTES:
            raise malformed(f"a header of {header} bytes")
        if payload > self.payload_bytes:
            raise OversizeError(payload, self.payload_bytes)
        self._prefix = (header, payload)
        self._expect(header + payload)


def packed(buffers: Iterable[memoryview]) -> list[memoryview]:
    """The same bytes in as few pieces as are worth a copy: a small message wakes the other side once."""
    pieces: list[memoryview] = []
    small: list[memoryview] = []
    for buffer in buffers:
        if buffer.nbytes <= SMALL_BYTES:
            small.append(buffer)
        else:
            pieces += [memoryview(joined(small)), buffer] if small else [buffer]
            small = []
    return [*pieces, memoryview(joined(small))] if small else pieces


def joined(buffers: Iterable[memoryview]) -> bytes:
    """The buffers of a message in one piece, for small messages and for tests."""
    return b"".join(buffers)
