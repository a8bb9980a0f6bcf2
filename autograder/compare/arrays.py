"""Plain values as arrays, whatever they came as, and how far two of them are apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.wire import Array, Tensor
from autograder.wire.values import AXES

ROOM_BYTES = 1 << 28  # of an array made of a list; no question of ours has a thousandth of it
_NUMBERS = (bool, int, float, np.number, np.bool_)


def as_array(value: Any) -> Array | None:
    """The value as an array when it is a number, an array or nested lists of numbers of one shape; else None."""
    value = unwrapped(value)
    if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        array = np.asarray(value)
    elif isinstance(value, (list, tuple)):
        if _are_numbers(value):
            return np.array(value)
        items = [as_array(item) for item in value]
        if any(item is None for item in items) or len({item.shape for item in items if item is not None}) > 1:
            return None
        if items and items[0] is not None and items[0].ndim >= AXES:  # no array has so many
            return None
        if items and _bytes_together(items) > ROOM_BYTES:
            return None
        array = np.array(items) if items else np.zeros(0)
    else:
        return None
    return array if array.dtype.kind in "biufc" else None


def _bytes_together(items: Sequence[Any]) -> int:
    """What one array of them would take: one complex number among whole ones of a byte makes sixteen of each."""
    widest = int(np.result_type(*{item.dtype for item in items}).itemsize)
    return widest * int(items[0].size) * len(items)


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether all are Python's own numbers that NumPy has room for, so that one array takes them at once."""
    kinds = set(map(type, values))
    if not kinds or not kinds <= {bool, int, float}:
        return False
    return int not in kinds or all(-(2**63) <= value < 2**63 for value in values if type(value) is int)


def unwrapped(value: Any) -> Any:
    """A tensor of the wire as its array; everything else as it is."""
    return value.array if isinstance(value, Tensor) else value


def has_parts(ours: Any) -> bool:
    """Whether a reference value is compared part by part; a list of numbers is an array in all but name."""
    if isinstance(ours, list):
        return not ours or not all(isinstance(item, _NUMBERS) or _lone(item) for item in ours)
    return isinstance(ours, (tuple, Mapping))


def _lone(item: Any) -> bool:
    return isinstance(item, np.ndarray) and item.ndim == 0


def same_kind(a: Array, b: Array) -> bool:
    """Whether numbers of a's kind may stand for b's: whole ones for truth values if 0 or 1, a lone int for a float."""
    one, other = (array.dtype.kind.replace("u", "i") for array in (a, b))
    if one == other:
        return True
    if other == "b":
        return one == "i" and bool(np.all((a == 0) | (a == 1)))
    return one == "i" and other == "f" and a.ndim == 0


def errors(a: Array, b: Array) -> Array:
    """|a - b| entry by entry in double precision; 0 where both are the same Inf or NaN."""
    wide = np.complex128 if "c" in (a.dtype.kind, b.dtype.kind) else np.float64
    if a.dtype.kind in "iu" and b.dtype.kind in "iu":  # doubles would merge whole numbers beyond 2**53
        return np.asarray(np.where(a == b, 0.0, np.maximum(np.abs(a.astype(np.float64) - b.astype(np.float64)), 1.0)))
    with np.errstate(invalid="ignore", over="ignore"):
        error = np.abs(a.astype(wide) - b.astype(wide))
    return np.asarray(np.where(np.isfinite(b), error, 0.0), dtype=np.float64)


def rms(array: Array) -> float:
    """Root of the mean square of the finite entries, 0 for none; scaled so that it cannot overflow."""
    finite = np.abs(array[np.isfinite(array)].astype(np.complex128 if array.dtype.kind == "c" else np.float64))
    top = float(finite.max()) if finite.size else 0.0
    return top * math.sqrt(float(np.mean((finite / top) ** 2))) if top > 0 else 0.0
