"""Detectors of the third kind: the right numbers, flipped, shifted or in another order."""

from __future__ import annotations

import itertools

import numpy as np

from autograder.checks import Observation
from autograder.diagnosis.seen import Pattern, close, finite, varied
from autograder.model import sentence
from autograder.wire import Array

MOST_AXES = 4
MOST_ENTRIES = 1 << 16


def transposed(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """A square matrix transposed, or the axes of a larger array in another order."""
    if a.ndim != b.ndim or not 2 <= b.ndim <= MOST_AXES or a.size != b.size:
        return None
    for order in itertools.permutations(range(b.ndim)):
        if order != tuple(range(b.ndim)) and close(a, b.transpose(order)):
            if b.ndim == 2:
                return Pattern("transposed", sentence("yours is ours transposed"))
            says = sentence("yours is ours with its axes in the order {order}", order=order)
            return Pattern(f"axes {order}", says)
    return None


def rearranged(a: Array, b: Array, seen: Observation) -> Pattern | None:
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


def interleaved(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """Heads taken apart or put together in the wrong order: (h, d) along an axis read as (d, h)."""
    if a.shape != b.shape or b.ndim == 0 or not varied(b) or b.size > MOST_ENTRIES:
        return None
    length = b.shape[-1]
    for groups in (count for count in range(2, length) if length % count == 0):
        split = b.reshape(*b.shape[:-1], groups, length // groups)
        if close(a, split.swapaxes(-1, -2).reshape(b.shape)):
            says = sentence(
                "yours is ours with the last axis interleaved: {groups} groups of {each} read as {each} of {groups}",
                groups=groups,
                each=length // groups,
            )
            return Pattern(f"interleaved {groups}", says)
    return None


def permuted(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """The slices of one axis in another order, or all entries in other places."""
    if a.shape != b.shape or not finite(a, b) or not varied(b) or b.size > MOST_ENTRIES or close(a, b):
        return None
    for axis in range(b.ndim):
        if b.shape[axis] > 2 and close(_sorted(a, axis), _sorted(b, axis)):
            return Pattern(f"order {axis}", sentence("yours is ours in another order along axis {axis}", axis=axis))
    if close(np.sort(a, axis=None), np.sort(b, axis=None)):
        return Pattern("order", sentence("yours holds the same numbers as ours in other places"))
    return None


def _sorted(array: Array, axis: int) -> Array:
    """The slices along an axis in the order of their first entries."""
    rows = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    return rows[np.argsort(rows[:, 0], kind="stable")]
