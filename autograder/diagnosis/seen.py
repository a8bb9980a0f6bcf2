"""What a detector is given and gives: one wrong array beside the right one, and what the error looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.compare import FLOAT32, FLOAT64, as_array, rms
from autograder.model import Sentence
from autograder.wire import Array


@dataclass(frozen=True)
class Pattern:
    """What an error looks like. Two observations agree when their `key` is the same."""

    key: str
    says: Sentence


MOST_ENTRIES = 1 << 20

Detector = Callable[[Array, Array, Observation], Pattern | None]


def close(a: Array, b: Array) -> bool:
    """Equal within the comparison's own tolerance."""
    return a.shape == b.shape and not np.any(wrong(a, b))


def wrong(a: Array, b: Array) -> Array:
    """Which entries of two arrays of one shape differ by more than the comparison's own tolerance."""
    table = FLOAT32 if min(a.dtype.itemsize, b.dtype.itemsize) < 8 else FLOAT64
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = table.rtol * np.abs(b) + table.kappa * max(rms(b), table.floor)
        return np.asarray(~((np.abs(a - b) <= allowed) | (a == b)))


def finite(a: Array, b: Array) -> bool:
    """Whether both hold nothing but finite numbers."""
    return bool(np.all(np.isfinite(a)) and np.all(np.isfinite(b)))


def varied(b: Array) -> bool:
    """Whether most entries of an array differ from each other, so that where they stand can be told."""
    return b.size >= 4 and np.unique(b).size > 0.9 * b.size


def first_wrong_leaf(yours: Any, ours: Any) -> tuple[Array, Array] | None:
    """The first pair of arrays inside two answers that do not agree."""
    return next(((a, b) for a, b in leaves(yours, ours) if not close(a, b)), None)


def leaves(yours: Any, ours: Any) -> Iterator[tuple[Array, Array]]:
    """The arrays of two answers side by side, as far as their structure is the same; in double precision."""
    if isinstance(ours, (tuple, list)) and isinstance(yours, (tuple, list)) and len(ours) == len(yours):
        for one, other in zip(yours, ours, strict=True):
            yield from leaves(one, other)
        return
    if isinstance(ours, Mapping) and isinstance(yours, Mapping):
        for key in ours:
            if key in yours:
                yield from leaves(yours[key], ours[key])
        return
    a, b = as_array(yours), as_array(ours)
    if a is None or b is None or (a.shape != b.shape and a.size > MOST_ENTRIES):
        return  # what is that large and of another shape looks like nothing
    if a.dtype.kind in "fiu" and b.dtype.kind in "fiu":
        yield a.astype(np.float64), b.astype(np.float64)
