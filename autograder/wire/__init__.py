"""What crosses the wall between the grader and a student's process: frames of plain values.

A frame is `magic, header length, payload length` (16 bytes, little-endian), a JSON header and the raw
bytes of its arrays. Values are None, bool, int, float, complex, str, NumPy arrays of whitelisted dtypes,
tensors, and tuples, lists and dicts of these; a few tags let one side point at what the other side holds.
No pickle, no object arrays, nothing that runs on arrival. Both sides import this module; it imports
nothing else of ours, because the student's process may hold nothing else of ours.
"""

from autograder.wire.decoding import decode
from autograder.wire.framing import Reader, encode, joined, packed
from autograder.wire.values import DEVICES, Array, Callback, Opaque, OversizeError, Ref, Seed, Tensor, WireError

__all__ = [
    "DEVICES",
    "Array",
    "Callback",
    "Opaque",
    "OversizeError",
    "Reader",
    "Ref",
    "Seed",
    "Tensor",
    "WireError",
    "decode",
    "encode",
    "joined",
    "packed",
]
