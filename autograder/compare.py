"""Truthful comparison of plain values: attributes first, then NaN and Inf, then numbers.

Accept iff for every entry |a - b| <= rtol * |b| + kappa * S with S = max(RMS(b), floor). Scaled by RMS,
because an elementwise relative error fails right float32 code through cancellation.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.grids import grid
from autograder.model import Evidence, Sentence, sentence
from autograder.wire import Array, Opaque, Tensor
from autograder.wire.values import AXES

_NUMBERS = (bool, int, float, np.number, np.bool_)
WHOLE = sentence("whole numbers")
KINDS = {
    "b": sentence("truth values"),
    "i": WHOLE,
    "u": WHOLE,
    "f": sentence("floats"),
    "c": sentence("complex numbers"),
}


@dataclass(frozen=True)
class Tolerance:
    """rtol: relative part. kappa: part of the reference's RMS. floor: the least RMS that counts."""

    rtol: float
    kappa: float
    floor: float


FLOAT64 = Tolerance(rtol=1e-7, kappa=1e-9, floor=1e-8)
FLOAT32 = Tolerance(rtol=1e-4, kappa=3e-5, floor=1e-6)
FLOAT32_CUDA = Tolerance(rtol=1e-4, kappa=1e-4, floor=1e-6)


@dataclass(frozen=True)
class Difference:
    """Why two values are not the same. `kind` is the layer that failed: structure, shape, dtype, finite or value."""

    kind: str
    message: Sentence
    evidence: Evidence


def tolerance_for(yours: Array, ours: Array, device: str = "cpu") -> Tolerance:
    """The row of the tolerance table for two arrays: the coarser of both. float16 is held to float32's row."""
    kinds = {array.dtype for array in (yours, ours) if array.dtype.kind in "fc"}
    if all(dtype.itemsize >= (8 if dtype.kind == "f" else 16) for dtype in kinds):
        return FLOAT64
    return FLOAT32 if device == "cpu" else FLOAT32_CUDA


@dataclass(frozen=True)
class Comparison:
    """How two values are compared. tolerance: None for the table's. values: False stops after shapes and kinds.

    exact: numbers must be equal. names: what the parts of a tuple are called. root: what the whole is called.
    """

    tolerance: Tolerance | None = None
    values: bool = True
    exact: bool = False
    names: tuple[str, ...] = ()
    device: str = "cpu"
    root: str = "result"

    def difference(self, yours: Any, ours: Any, place: str = "") -> Difference | None:
        """The first difference, depth first, or None."""
        place = place or self.root
        yours, ours = _unwrapped(yours), _unwrapped(ours)
        if isinstance(ours, (tuple, list)) and has_parts(ours):
            return self._sequences(yours, ours, place)
        if isinstance(ours, Mapping):
            return self._mappings(yours, ours, place)
        if isinstance(ours, (str, type(None))):
            same = type(yours) is type(ours) and (yours == ours or not self.values)
            return None if same else _structure(yours, ours, place)
        return self._arrays(yours, ours, place)

    def _sequences(self, yours: Any, ours: Sequence[Any], place: str) -> Difference | None:
        if not isinstance(yours, (tuple, list)) or len(yours) != len(ours):
            return _structure(yours, ours, place)
        for number, (one, other) in enumerate(zip(yours, ours, strict=True)):
            found = self.difference(one, other, self._name(ours, number, place))
            if found:
                return found
        return None

    def _name(self, ours: Sequence[Any], number: int, place: str) -> str:
        names = (self.names or getattr(ours, "_fields", ())) if place == self.root else ()
        return names[number] if number < len(names) else f"{place}[{number}]"

    def _mappings(self, yours: Any, ours: Mapping[Any, Any], place: str) -> Difference | None:
        if not isinstance(yours, Mapping):
            return _structure(yours, ours, place)
        if set(yours) != set(ours):
            return _keys(yours, ours, place)
        for key in ours:
            found = self.difference(yours[key], ours[key], f"{place}[{key!r}]")
            if found:
                return found
        return None

    def _arrays(self, yours: Any, ours: Any, place: str) -> Difference | None:
        a, b = as_array(yours), as_array(ours)
        if b is None:
            raise TypeError(f"a reference value of type {type(ours).__name__} cannot be compared")
        if a is None:
            return _structure(yours, ours, place)
        if a.shape != b.shape:
            return _shape(a, b, place)
        if not _same_kind(a, b):
            return _dtype(a, b, place)
        if not self.values:
            return None
        return _nonfinite(a, b, place) or self._numbers(a, b, place)

    def _numbers(self, a: Array, b: Array, place: str) -> Difference | None:
        allowed, scale = self._allowed(a, b)
        error = errors(a, b)
        return None if np.all(error <= allowed) else _value(a, b, error, allowed, scale, place)

    def _allowed(self, a: Array, b: Array) -> tuple[Array, float]:
        """What each entry may be off, and the scale S of the array."""
        if b.dtype.kind in "biu" or self.exact:
            return np.zeros(b.shape), max(rms(b), 1.0)
        tolerance = self.tolerance or tolerance_for(a, b, self.device)
        scale = max(rms(b), tolerance.floor)
        with np.errstate(invalid="ignore"):
            finite = np.where(np.isfinite(b), tolerance.rtol * np.abs(b) + tolerance.kappa * scale, 0.0)
        return np.asarray(finite), scale

    def excess(self, yours: Any, ours: Any) -> float:
        """The largest error in units of what is allowed there; inf where the difference is not one of values."""
        found = self.difference(yours, ours)
        if found is not None and found.kind != "value":
            return math.inf
        if isinstance(ours, Mapping):
            return max((self.excess(yours[key], ours[key]) for key in ours), default=0.0)
        if isinstance(ours, (tuple, list)) and has_parts(ours):
            return max((self.excess(a, b) for a, b in zip(yours, ours, strict=True)), default=0.0)
        a, b = as_array(yours), as_array(ours)
        if a is None or b is None or not self.values:
            return 0.0
        error, (allowed, _) = errors(a, b), self._allowed(a, b)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return float(np.max(np.where(error == 0, 0.0, error / allowed), initial=0.0))


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


def as_array(value: Any) -> Array | None:
    """The value as an array when it is a number, an array or nested lists of numbers of one shape; else None."""
    value = _unwrapped(value)
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
        array = np.array(items) if items else np.zeros(0)
    else:
        return None
    return array if array.dtype.kind in "biufc" else None


def _are_numbers(values: Sequence[Any]) -> bool:
    """Whether all are Python's own numbers that NumPy has room for, so that one array takes them at once."""
    kinds = set(map(type, values))
    if not kinds or not kinds <= {bool, int, float}:
        return False
    return int not in kinds or all(-(2**63) <= value < 2**63 for value in values if type(value) is int)


def _unwrapped(value: Any) -> Any:
    return value.array if isinstance(value, Tensor) else value


def has_parts(ours: Any) -> bool:
    """Whether a reference value is compared part by part; a list of numbers is an array in all but name."""
    if isinstance(ours, list):
        return not ours or not all(isinstance(item, _NUMBERS) or _lone(item) for item in ours)
    return isinstance(ours, (tuple, Mapping))


def _lone(item: Any) -> bool:
    return isinstance(item, np.ndarray) and item.ndim == 0


def _same_kind(a: Array, b: Array) -> bool:
    """Whether numbers of a's kind may stand for b's: whole ones for truth values if 0 or 1, a lone int for a float."""
    one, other = (array.dtype.kind.replace("u", "i") for array in (a, b))
    if one == other:
        return True
    if other == "b":
        return one == "i" and bool(np.all((a == 0) | (a == 1)))
    return one == "i" and other == "f" and a.ndim == 0


def describe(value: Any) -> Sentence:
    """What a value is, in a few words: `array of shape (3, 4)`, `tuple of 2`, `None`."""
    value = _unwrapped(value)
    if isinstance(value, Opaque):
        return sentence("an object of type {kind}", kind=value.type_name)
    if isinstance(value, np.ndarray) and value.shape:
        return sentence("an array of shape {shape}", shape=value.shape)
    if isinstance(value, (tuple, list, dict)):
        return sentence("a {kind} of {count}", kind=type(value).__name__, count=len(value))
    if as_array(value) is not None:
        return sentence("a single number")
    return sentence("{value}", value=repr(value)[:60])


def _structure(yours: Any, ours: Any, place: str) -> Difference:
    message = sentence("{place} is {yours}, expected {ours}", place=place, yours=describe(yours), ours=describe(ours))
    return Difference("structure", message, Evidence(place=place))


def _keys(yours: Mapping[Any, Any], ours: Mapping[Any, Any], place: str) -> Difference:
    message = sentence(
        "{place} has the keys {yours}, expected {ours}", place=place, yours=_listed(yours), ours=_listed(ours)
    )
    return Difference("structure", message, Evidence(place=place))


def _listed(keys: Mapping[Any, Any]) -> str:
    text = ", ".join(map(repr, keys))
    return text if len(text) <= 200 else text[:200] + "…"


def _shape(a: Array, b: Array, place: str) -> Difference:
    message = sentence("{place} has shape {yours}, expected {ours}", place=place, yours=str(a.shape), ours=str(b.shape))
    return Difference("shape", message, Evidence(place=place, yours_shape=a.shape, ours_shape=b.shape))


def _dtype(a: Array, b: Array, place: str) -> Difference:
    yours, ours = KINDS[a.dtype.kind], KINDS[b.dtype.kind]
    message = sentence(
        "{place} holds {yours} ({dtype}), expected {ours}", place=place, yours=yours, dtype=a.dtype.name, ours=ours
    )
    return Difference("dtype", message, Evidence(place=place, yours=a.dtype.name, ours=b.dtype.name))


def _nonfinite(a: Array, b: Array, place: str) -> Difference | None:
    """Where NaN and Inf do not stand as the reference has them."""
    if b.dtype.kind not in "fc" or (np.isfinite(a).all() and np.isfinite(b).all()):
        return None
    same = (np.isnan(a) == np.isnan(b)) & np.where(np.isinf(b) | np.isinf(a), a == b, True)
    same |= np.isnan(a) & np.isnan(b)
    if np.all(same):
        return None
    index = tuple(int(i) for i in np.argwhere(~same)[0])
    yours, ours = apart(a[index], b[index])
    message = sentence("{place} is {yours}, expected {ours}", place=entry(place, index), yours=yours, ours=ours)
    found = grid(a, b, np.asarray(~same), index, place)
    evidence = Evidence(entry(place, index), yours, ours, mismatched=int(np.sum(~same)), total=int(a.size), grid=found)
    return Difference("finite", message, evidence)


def _value(a: Array, b: Array, error: Array, allowed: Array, scale: float, place: str) -> Difference:
    """The difference at the entry that goes furthest beyond what is allowed there."""
    index = tuple(int(i) for i in np.unravel_index(int(np.argmax(error - allowed)), error.shape))
    shown = scale if scale > 0 else 1.0
    yours, ours = apart(a[index], b[index])
    evidence = Evidence(
        place=entry(place, index),
        yours=yours,
        ours=ours,
        error=min(float(error[index]) / shown, sys.float_info.max),  # infinity is no JSON
        allowed=float(allowed[index]) / shown,
        mismatched=int(np.sum(error > allowed)),
        total=int(error.size),
        grid=grid(a, b, error > allowed, index, place),
    )
    message = sentence(
        "{place} is {yours}, expected {ours}", place=evidence.place, yours=evidence.yours, ours=evidence.ours
    )
    return Difference("value", message, evidence)


def entry(place: str, index: tuple[int, ...]) -> str:
    """`dw` and (3, 1) as `dw[3, 1]`; a number's place is its name."""
    return f"{place}[{', '.join(map(str, index))}]" if index else place


def number(value: Any, digits: int = 6) -> str:
    """A number with at most so many digits; 0 for as many as it takes."""
    scalar = value.item() if hasattr(value, "item") else value
    return f"{scalar:.{digits}g}" if digits and isinstance(scalar, (float, complex)) else str(scalar)


def apart(yours: Any, ours: Any) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart, six at least."""
    texts = [(number(yours, digits), number(ours, digits)) for digits in range(6, 17)]
    texts += [(number(yours, 0), number(ours, 0))]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[0])
