"""Patterns that a wrong array shows whatever mistake made it: a factor, a transpose, an axis too many.

The order is: shapes, factors, other orders; then, after the known mistakes (see naming.py), places, and where
NaN begins. What is said has been seen in two plays under different draws, or is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.diagnosis.amounts import offset, proportional
from autograder.diagnosis.asking import attributed, origin_of_nonfinite
from autograder.diagnosis.circumstances import last_item, under_one_argument
from autograder.diagnosis.orders import interleaved, permuted, rearranged, transposed
from autograder.diagnosis.places import placed
from autograder.diagnosis.replay import Play, same_answer
from autograder.diagnosis.seen import Detector, Pattern, first_wrong_leaf
from autograder.diagnosis.shapes import blown_up, cut_to_whole, one_off, reshaped, unreduced
from autograder.model import sentence
from autograder.wire import Array

__all__ = ["Pattern", "attribution", "pattern", "pattern_of"]


def overflow(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """Not finite under a large input; told where the code cannot be asked with smaller ones."""
    if seen.origin is not None or a.shape != b.shape or np.all(np.isfinite(a)) or not np.all(np.isfinite(b)):
        return None
    inputs = [np.abs(value).max() for value in seen.inputs.values() if isinstance(value, np.ndarray) and value.size]
    largest = max((float(value) for value in inputs), default=0.0)
    if largest < 50:
        return None
    says = sentence(
        "not finite where the input goes up to {largest}: does exp overflow, or does log meet 0?",
        largest=f"{largest:.4g}",
    )
    return Pattern("overflow", says)


DETECTORS: tuple[Detector, ...] = (
    reshaped,
    transposed,
    blown_up,
    unreduced,
    one_off,
    cut_to_whole,
    proportional,
    offset,
    rearranged,
    interleaved,
    permuted,
    placed,
    overflow,
)


def pattern_of(plays: Sequence[Play]) -> Pattern | None:
    """The first pattern that two plays show and none contradicts."""
    failures = probes(plays)
    if len(failures) < 2:
        return None
    return (
        _agreed(origin_of_nonfinite, failures)
        or pattern(failures)
        or _agreed(last_item, plays)
        or _agreed(under_one_argument, plays)
    )


def attribution(plays: Sequence[Play]) -> Pattern | None:
    """Whether a wrong gradient is right for the student's own forward pass, if two plays say the same."""
    failures = probes(plays)
    return _agreed(attributed, failures) if len(failures) >= 2 else None


def probes(plays: Sequence[Play]) -> list[Observation]:
    """The first failure of each play; where a question's data are fixed, another failing check of the same name.

    The same numbers twice are one probe, and what one probe shows may be chance.
    """
    first = [play.failures[0] for play in plays if play.failures]
    others = [seen for play in plays for seen in play.failures if _function(seen) == _function(first[0])]
    found: list[Observation] = []
    for seen in [*first, *others]:
        if len(found) < 2 and not any(same_answer(seen.expected, other.expected) for other in found):
            found.append(seen)
    return found if len(first) > 1 else []


def _function(seen: Observation) -> str:
    return seen.called.partition("(")[0]


def _agreed(detector: Callable[[Any], Pattern | None], probes: Iterable[Any]) -> Pattern | None:
    """What a detector says of the first probe, if it says the same of every other."""
    said: Pattern | None = None
    for probe in probes:
        with np.errstate(all="ignore"):
            found = detector(probe)
        if found is None or (said is not None and said.key != found.key):
            return None
        said = said or found
    return said


def pattern(failures: Sequence[Observation]) -> Pattern | None:
    """The first pattern of the wrong arrays alone that at least two failures show and none contradicts."""
    pairs = [(leaf, seen) for seen in failures for leaf in [first_wrong_leaf(seen.actual, seen.expected)] if leaf]
    if len(pairs) < 2:
        return None
    for detector in DETECTORS:
        found = _agreed(lambda pair, look=detector: look(*pair[0], pair[1]), pairs)  # type: ignore[misc]
        if found is not None:
            return found
    return None
