"""Detectors of the first kind: what a wrong shape or a wrong kind of numbers comes from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks import Observation
from autograder.diagnosis.seen import Pattern, close
from autograder.model import sentence
from autograder.wire import Array


def reshaped(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """The right numbers in another shape."""
    if a.shape == b.shape or a.size != b.size or not b.size:
        return None
    if a.ndim == b.ndim == 2 and close(a.T, b):
        return Pattern("transposed", sentence("yours is ours transposed"))
    if not close(a.reshape(b.shape), b):
        return None
    says = sentence("the numbers are right, the shape is not: {yours} instead of {ours}", yours=a.shape, ours=b.shape)
    return Pattern("reshape", says)


def blown_up(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """(N, 1) with (N,) gives (N, N)."""
    if b.ndim == 0 or b.shape[-1] < 2 or a.shape != (*b.shape, b.shape[-1]):
        return None
    says = sentence(
        "yours has shape {yours}, ours {ours}: does an array of shape {column} meet one of shape {row}?",
        yours=a.shape,
        ours=b.shape,
        column=(b.shape[-1], 1),
        row=(b.shape[-1],),
    )
    return Pattern("blown up", says)


def unreduced(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """A sum or a mean over one axis that is missing, or one too many."""
    for axis, whole, part in (
        *((axis, a, b) for axis in _lost(a, b)),
        *((axis, b, a) for axis in _lost(b, a)),
    ):
        for name, reduce in (("sum", np.sum), ("mean", np.mean)):
            if close(reduce(whole, axis=axis).reshape(part.shape), part):
                return _reduction(name, axis, too_many=whole is b)
    return None


def _lost(whole: Array, part: Array) -> Iterator[int]:
    """The axes of `whole` whose reduction gives the shape of `part`, kept with length 1 or not."""
    for axis in range(whole.ndim):
        left = tuple(np.delete(whole.shape, axis))
        if whole.shape[axis] > 1 and part.shape in (left, (*left[:axis], 1, *left[axis:])):
            yield axis


def _reduction(name: str, axis: int, *, too_many: bool) -> Pattern:
    words = {
        ("sum", False): sentence("the sum of yours over axis {axis} is ours", axis=axis),
        ("mean", False): sentence("the mean of yours over axis {axis} is ours", axis=axis),
        ("sum", True): sentence("yours is the sum of ours over axis {axis}", axis=axis),
        ("mean", True): sentence("yours is the mean of ours over axis {axis}", axis=axis),
    }
    return Pattern(f"{name} {axis} {too_many}", words[name, too_many])


def one_off(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """One entry too few or too many at an end of one axis, the others right."""
    axis = _longer_by_one(a, b)
    if axis is None:
        return None
    few = a.shape[axis] < b.shape[axis]
    whole, part = (b, a) if few else (a, b)
    at_end = close(_cut(whole, axis, slice(None, -1)), part)
    if not part.size or not (at_end or close(_cut(whole, axis, slice(1, None)), part)):
        return None
    words = {
        (True, True): sentence("yours lacks the last entry along axis {axis}", axis=axis),
        (True, False): sentence("yours lacks the first entry along axis {axis}", axis=axis),
        (False, True): sentence("yours has one entry too many at the end of axis {axis}", axis=axis),
        (False, False): sentence("yours has one entry too many at the beginning of axis {axis}", axis=axis),
    }
    return Pattern(f"one off {axis} {few} {at_end}", words[few, at_end])


def _longer_by_one(a: Array, b: Array) -> int | None:
    """The only axis along which two shapes differ, if they do so by one."""
    if a.ndim != b.ndim:
        return None
    off = [axis for axis in range(a.ndim) if a.shape[axis] != b.shape[axis]]
    return off[0] if len(off) == 1 and abs(a.shape[off[0]] - b.shape[off[0]]) == 1 else None


def _cut(array: Array, axis: int, kept: slice) -> Array:
    return array[tuple(kept if number == axis else slice(None) for number in range(array.ndim))]


def cut_to_whole(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """Decimals lost: an array of integers was written into, or `//` divided."""
    if a.shape != b.shape or not b.size or not np.all(np.isfinite(b)) or close(a, b):
        return None
    if any(np.any(whole) and close(a, whole) for whole in (np.trunc(b), np.floor(b))):  # zeros come from anywhere
        return Pattern(
            "whole", sentence("yours is ours without the decimals: is an array of whole numbers in between?")
        )
    return None
