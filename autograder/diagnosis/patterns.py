"""Patterns that a wrong array shows whatever mistake made it: a factor, a transpose, an axis too many.

Each detector looks at one failed observation and says what it sees, or nothing. `pattern` demands that two
observations, under different draws, show the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.compare import FLOAT32, FLOAT64, as_array, rms
from autograder.model import Sentence, sentence
from autograder.student import Answer
from autograder.wire import Array


@dataclass(frozen=True)
class Pattern:
    """What an error looks like. Two observations agree when their `key` is the same."""

    key: str
    says: Sentence


Detector = Callable[[Array, Array, Observation], Pattern | None]


def pattern(failures: Sequence[Observation]) -> Pattern | None:
    """The first pattern that at least two failures show and none contradicts."""
    pairs = [(leaf, seen) for seen in failures for leaf in [_first_wrong_leaf(seen.actual, seen.expected)] if leaf]
    if len(pairs) < 2:
        return None
    for detector in DETECTORS:
        with np.errstate(all="ignore"):  # a student's numbers may be as large as they like
            found = [detector(yours, ours, seen) for (yours, ours), seen in pairs]
        keys = {pattern.key if pattern else None for pattern in found}
        if len(keys) == 1 and found[0] is not None:
            return found[0]
    return None


def _first_wrong_leaf(yours: Any, ours: Any) -> tuple[Array, Array] | None:
    """The first pair of arrays inside two answers that do not agree."""
    for a, b in _leaves(yours, ours):
        if a.shape != b.shape or not close(a, b):
            return a, b
    return None


def _leaves(yours: Any, ours: Any) -> Iterator[tuple[Array, Array]]:
    if isinstance(ours, (tuple, list)) and isinstance(yours, (tuple, list)) and len(ours) == len(yours):
        for one, other in zip(yours, ours, strict=True):
            yield from _leaves(one, other)
        return
    if isinstance(ours, Mapping) and isinstance(yours, Mapping):
        for key in ours:
            if key in yours:
                yield from _leaves(yours[key], ours[key])
        return
    a, b = as_array(yours), as_array(ours)
    if a is not None and b is not None and a.dtype.kind in "fiu" and b.dtype.kind in "fiu":
        yield a.astype(np.float64), b.astype(np.float64)


def close(a: Array, b: Array) -> bool:
    """Equal within the comparison's own tolerance."""
    table = FLOAT32 if min(a.dtype.itemsize, b.dtype.itemsize) < 8 else FLOAT64
    if a.shape != b.shape:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        return bool(
            np.all((np.abs(a - b) <= table.rtol * np.abs(b) + table.kappa * max(rms(b), table.floor)) | (a == b))
        )


def _shapes(a: Array, b: Array, seen: Observation) -> Pattern | None:
    if a.shape == b.shape or a.size != b.size:
        return None
    if a.ndim == b.ndim == 2 and close(a.T, b):
        return Pattern("transposed", sentence("yours is ours transposed"))
    if close(a.reshape(b.shape), b):
        axes = sentence(
            "the numbers are right, the shape is not: {yours} instead of {ours}", yours=a.shape, ours=b.shape
        )
        return Pattern("reshape", axes)
    return None


def _transposed(a: Array, b: Array, seen: Observation) -> Pattern | None:
    if a.ndim == 2 and a.shape == b.shape and a.shape[0] == a.shape[1] and close(a.T, b):
        return Pattern("transposed", sentence("yours is ours transposed"))
    return None


def _proportional(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """yours = r * ours for one r, named by what it is made of: -1, 2, 1/2, or a size of an input."""
    if a.shape != b.shape or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))) or not np.any(b):
        return None
    if b.size < 2 or np.count_nonzero(np.abs(b) > 1e-9 * np.abs(b).max()) < 2:
        return None  # a single number is a multiple of any other
    ratio = float(np.sum(a * b) / np.sum(b * b))
    if ratio == 0 or not close(a / ratio, b):
        return None
    name = _ratio_name(ratio, seen.inputs)
    if name is None:
        return None
    says = sentence("yours is ours times {ratio}{name}", ratio=f"{ratio:.4g}", name=name)
    return Pattern(f"ratio {name.values.get('what', round(ratio, 6))}", says)


def _ratio_name(ratio: float, inputs: Mapping[str, Any]) -> Sentence | None:
    """What a ratio is: nothing to add for -1, 2 and ½; else a size of an input; None for no known one."""
    if any(math.isclose(ratio, plain, rel_tol=1e-6) for plain in (-1.0, 2.0, 0.5, -2.0, -0.5)):
        return Sentence("")
    for position, value in inputs.items():
        for axis, size in enumerate(() if isinstance(value, Answer) else getattr(value, "shape", ())):
            what = _made_of(ratio, size) if size > 1 else None
            if what is not None:
                place = {"what": what, "size": size, "axis": axis, "argument": int(position) + 1}
                if what == str(size):
                    return sentence(", and {size} is the length of axis {axis} of argument {argument}", **place)
                return sentence(" = {what}, where {size} is the length of axis {axis} of argument {argument}", **place)
    return None


def _made_of(ratio: float, size: int) -> str | None:
    """`ratio` as a simple expression of a size, or None."""
    powers = {f"{size}": 1.0, f"1/{size}": -1.0, f"√{size}": 0.5, f"1/√{size}": -0.5}
    for times, sign in (("", 1.0), ("−", -1.0), ("2 · ", 2.0), ("½ · ", 0.5)):
        for text, power in powers.items():
            if math.isclose(ratio, sign * size**power, rel_tol=1e-6):
                return f"{times}{text}"
    return None


def _offset(a: Array, b: Array, seen: Observation) -> Pattern | None:
    if a.shape != b.shape or b.size < 2 or not np.all(np.isfinite(a)):
        return None
    shift = float(np.mean(a - b))
    if shift != 0 and close(a - shift, b) and np.ptp(b) > 1e-6 * max(rms(b), 1e-12):
        return Pattern("offset", sentence("yours − ours is the same number everywhere: {shift}", shift=f"{shift:.4g}"))
    return None


def _rearranged(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """Flipped or shifted along one axis."""
    if a.shape != b.shape or b.size < 3:
        return None
    for axis in range(b.ndim):
        if b.shape[axis] > 2 and close(np.flip(a, axis), b):
            return Pattern(f"flip {axis}", sentence("yours is ours in reverse order along axis {axis}", axis=axis))
        for by in (1, -1):
            if b.shape[axis] > 3 and close(_inner(a, axis, by), _inner(b, axis, -by)):
                return Pattern(f"shift {axis}", sentence("yours is ours shifted by one along axis {axis}", axis=axis))
    return None


def _inner(array: Array, axis: int, by: int) -> Array:
    kept = slice(1, None) if by > 0 else slice(None, -1)
    return array[tuple(kept if number == axis else slice(None) for number in range(array.ndim))]


def _overflow(a: Array, b: Array, seen: Observation) -> Pattern | None:
    if a.shape != b.shape or np.all(np.isfinite(a)) or not np.all(np.isfinite(b)):
        return None
    inputs = [np.abs(value).max() for value in seen.inputs.values() if isinstance(value, np.ndarray) and value.size]
    largest = max((float(value) for value in inputs), default=0.0)
    if largest < 50:
        return None
    says = sentence(
        "not finite where the input goes up to {largest}: does an exponential overflow?", largest=f"{largest:.4g}"
    )
    return Pattern("overflow", says)


DETECTORS: tuple[Detector, ...] = (_shapes, _transposed, _overflow, _proportional, _offset, _rearranged)
