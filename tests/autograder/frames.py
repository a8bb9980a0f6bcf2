"""Frames for tests: honest ones, and ones with a lie in the header."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np

from autograder import wire
from autograder.wire.framing import MAGIC, PREFIX

MOST = 1 << 20


def read(data: bytes, most: int = MOST) -> dict[str, Any] | None:
    """The message in some bytes; None when they end before it does."""
    reader, rest = wire.Reader(most), memoryview(data)
    while True:
        buffer = reader.buffer()
        part = rest[: len(buffer)]
        if not part:
            return None
        buffer[: len(part)] = part
        rest = rest[len(part) :]
        message = reader.filled(len(part))
        if message is not None:
            return message


def arrived(value: Any) -> Any:
    """A value after its journey."""
    message = read(wire.joined(wire.encode({"value": value})), 1 << 26)
    assert message is not None
    return message["value"]


def frame(header: Any, payload: bytes = b"", *, magic: int = MAGIC) -> bytes:
    """A frame with any header, true lengths in front."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(magic, len(text), len(payload)) + text + payload


def honest() -> tuple[dict[str, Any], bytes]:
    """Header and payload of an answer with two arrays."""
    values = (np.arange(6.0).reshape(2, 3), np.array([1, 2], np.int32))
    _, header, *buffers = wire.encode({"id": 1, "kind": "answer", "value": values})
    return json.loads(bytes(header)), wire.joined(buffers)


def lying(key: str, value: Any) -> bytes:
    """The honest frame with one field of its first array changed."""
    header, payload = honest()
    header = copy.deepcopy(header)
    header["arrays"][0][key] = value
    return frame(header, payload)


def saying(form: Any, payload: bytes = b"", arrays: Any = ()) -> bytes:
    """A frame whose value is the given JSON form."""
    return frame({"body": {"value": form}, "arrays": list(arrays)}, payload)
