"""Detectors that ask the student's code again: where NaN begins, and whether a gradient fits its own forward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.checks.observing import plain
from autograder.compare import as_array
from autograder.diagnosis.seen import Pattern, finite, first_wrong_leaf
from autograder.model import StudentFault, sentence
from autograder.student import Answer, Origin, asked_again
from autograder.wire import Array

MAGNITUDES = (1.0, 10.0, 100.0, 1000.0, 1e4, 1e5, 1e6)
TINY = 1e-3
STEP = 1e-5
FITS = 1e-4  # central differences of a float64 forward pass are within 1e-8; a wrong factor is off by 0.1 and more
DIRECTIONS = 2


def origin_of_nonfinite(seen: Observation) -> Pattern | None:
    """At which size of the input the first NaN or Inf appears, or that a 0 in it is what makes one."""
    pair = first_wrong_leaf(seen.actual, seen.expected)
    if (
        pair is None
        or pair[0].shape != pair[1].shape
        or np.all(np.isfinite(pair[0]))
        or not np.all(np.isfinite(pair[1]))
    ):
        return None
    if seen.origin is None or seen.student is None:
        return None
    place = _largest(seen.origin)
    if place is None:
        return None
    return _by_size(seen, seen.origin, place) or _by_zero(seen, seen.origin)


def _float_arrays(origin: Origin) -> list[int]:
    """The places of the arguments that are arrays of finite floats."""
    return [
        place
        for place, value in enumerate(origin.arguments)
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size and np.all(np.isfinite(value))
    ]


def _largest(origin: Origin) -> int | None:
    return max(_float_arrays(origin), key=lambda place: float(np.abs(origin.arguments[place]).max()), default=None)


def _by_size(seen: Observation, origin: Origin, place: int) -> Pattern | None:
    """The input scaled down to powers of ten: the last that gives finite numbers and the first that does not."""
    value = origin.arguments[place]
    top = float(np.abs(value).max())
    sizes = [size for size in MAGNITUDES if size < top]
    fine = [size for size in sizes if _is_finite(seen, origin, place, value * (size / top))]
    if not fine or fine != sizes[: len(fine)]:
        return None
    beyond = sizes[len(fine)] if len(fine) < len(sizes) else top
    if beyond < 50:  # no exponential overflows there
        return None
    says = sentence(
        "finite where the input goes up to {fine}, not finite at {beyond}: does exp overflow, or does log meet 0?",
        fine=f"{fine[-1]:g}",
        beyond=f"{beyond:.4g}",
    )
    return Pattern("overflow", says)


def _by_zero(seen: Observation, origin: Origin) -> Pattern | None:
    """Not finite only while an argument holds a 0."""
    for place in _float_arrays(origin):
        value = origin.arguments[place]
        moved = np.where(value == 0, TINY, value).astype(value.dtype)
        if np.any(value == 0) and _is_finite(seen, origin, place, moved):
            says = sentence(
                "not finite only while argument {number} holds a 0: a division by it, or its logarithm?",
                number=place + 1,
            )
            return Pattern(f"zero {place}", says)
    return None


def _is_finite(seen: Observation, origin: Origin, place: int, value: Array) -> bool:
    try:
        given = plain(asked_again(origin, seen.student, place, value))  # type: ignore[arg-type]
    except StudentFault:
        return False
    found = [np.all(np.isfinite(array)) for array in _arrays(given)]
    return bool(found) and all(found)


def _arrays(value: Any) -> Iterator[Array]:
    """The float arrays in an answer, in order."""
    array = as_array(value)
    if array is not None:
        if array.dtype.kind == "f":
            yield array
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _arrays(item)


def attributed(seen: Observation) -> Pattern | None:
    """For a wrong gradient whose call was handed the cache of a forward pass: which of the two to look at first."""
    pair = first_wrong_leaf(seen.actual, seen.expected)
    if pair is None or pair[0].shape != pair[1].shape or not finite(*pair) or seen.origin is None:
        return None
    forward = next(
        (value._origin for value in seen.origin.arguments if isinstance(value, Answer) and value._origin), None
    )
    if forward is None or forward.name == seen.origin.name:
        return None
    cotangents = [seen.origin.arguments[place] for place in _float_arrays(seen.origin)]
    names = {"forward": forward.name, "backward": seen.origin.name}
    for place in _float_arrays(forward):
        if forward.arguments[place].shape == pair[0].shape and cotangents:
            fits = _fitting(seen, forward, place, cotangents[0], pair)
            if fits == (True, False):
                says = sentence("{backward} fits your own {forward}: look at {forward} first", **names)
                return Pattern(f"forward {forward.name}", says)
            if fits == (False, True):
                says = sentence(
                    "your own {forward} is right here and {backward} does not fit it: look at {backward}", **names
                )
                return Pattern(f"backward {forward.name}", says)
    return None


def _fitting(
    seen: Observation, forward: Origin, place: int, cotangent: Array, pair: Sequence[Array]
) -> tuple[bool, ...] | None:
    """Whether yours and ours are the gradient of the student's own forward pass, along random directions."""
    rng = np.random.default_rng(0)
    x = forward.arguments[place].astype(np.float64)
    fits = [True] * len(pair)
    for _ in range(DIRECTIONS):
        along = rng.normal(size=x.shape)
        sides = [_paired(seen, forward, place, x + sign * STEP * along, cotangent) for sign in (1, -1)]
        if sides[0] is None or sides[1] is None:
            return None
        slope = (sides[0] - sides[1]) / (2 * STEP)
        for number, gradient in enumerate(pair):
            scale = float(np.linalg.norm(gradient * along)) + abs(slope)
            fits[number] &= abs(slope - float(np.sum(gradient * along))) <= FITS * scale
    return tuple(fits)


def _paired(seen: Observation, forward: Origin, place: int, x: Array, cotangent: Array) -> float | None:
    """<cotangent, forward(x)>, or None where the student's code gives nothing to pair with."""
    try:
        given = plain(asked_again(forward, seen.student, place, x))  # type: ignore[arg-type]
    except StudentFault:
        return None
    output = next((array for array in _arrays(given) if array.shape == cotangent.shape), None)
    return None if output is None or not np.all(np.isfinite(output)) else float(np.sum(output * cotangent))
