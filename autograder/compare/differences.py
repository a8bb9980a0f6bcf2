"""What is said where two values differ: the sentence, and the evidence to show with it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare.arrays import as_array, unwrapped
from autograder.grids import grid
from autograder.model import Evidence, Sentence, sentence
from autograder.wire import Array, Opaque

WHOLE = sentence("whole numbers")
KINDS = {
    "b": sentence("truth values"),
    "i": WHOLE,
    "u": WHOLE,
    "f": sentence("floats"),
    "c": sentence("complex numbers"),
}


@dataclass(frozen=True)
class Difference:
    """Why two values are not the same. `kind` is the layer that failed: structure, shape, dtype, finite or value."""

    kind: str
    message: Sentence
    evidence: Evidence


def describe(value: Any) -> Sentence:
    """What a value is, in a few words: `array of shape (3, 4)`, `tuple of 2`, `None`."""
    value = unwrapped(value)
    if isinstance(value, Opaque):
        return sentence("an object of type {kind}", kind=value.type_name)
    if isinstance(value, np.ndarray) and value.shape:
        return sentence("an array of shape {shape}", shape=value.shape)
    if isinstance(value, (tuple, list, dict)):
        return sentence("a {kind} of {count}", kind=type(value).__name__, count=len(value))
    if as_array(value) is not None:
        return sentence("a single number")
    return sentence("{value}", value=repr(value)[:60])


def of_structure(yours: Any, ours: Any, place: str) -> Difference:
    """Another kind of value, or another number of parts."""
    message = sentence("{place} is {yours}, expected {ours}", place=place, yours=describe(yours), ours=describe(ours))
    if unwrapped(yours) is None:
        message = sentence("{place} is None, expected {ours}: is a return missing?", place=place, ours=describe(ours))
    return Difference("structure", message, Evidence(place=place))


def of_keys(yours: Mapping[Any, Any], ours: Mapping[Any, Any], place: str) -> Difference:
    """Dicts whose keys are not the same."""
    message = sentence(
        "{place} has the keys {yours}, expected {ours}", place=place, yours=_listed(yours), ours=_listed(ours)
    )
    return Difference("structure", message, Evidence(place=place))


def _listed(keys: Mapping[Any, Any]) -> str:
    text = ", ".join(map(repr, keys))
    return text if len(text) <= 200 else text[:200] + "…"


def of_shape(a: Array, b: Array, place: str) -> Difference:
    """Arrays of other shapes."""
    message = sentence("{place} has shape {yours}, expected {ours}", place=place, yours=str(a.shape), ours=str(b.shape))
    return Difference("shape", message, Evidence(place=place, yours_shape=a.shape, ours_shape=b.shape))


def of_kind(a: Array, b: Array, place: str) -> Difference:
    """Numbers of another kind, e.g. whole ones for floats."""
    yours, ours = KINDS[a.dtype.kind], KINDS[b.dtype.kind]
    message = sentence(
        "{place} holds {yours} ({dtype}), expected {ours}", place=place, yours=yours, dtype=a.dtype.name, ours=ours
    )
    return Difference("dtype", message, Evidence(place=place, yours=a.dtype.name, ours=b.dtype.name))


def of_finiteness(a: Array, b: Array, place: str) -> Difference | None:
    """NaN or Inf where the reference has none, or none where it has; None where they stand alike."""
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


def of_values(a: Array, b: Array, error: Array, allowed: Array, scale: float, place: str) -> Difference:
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
