"""One question played by somebody: every check's observation, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.checks.observing import NO_GRADIENT
from autograder.compare import Comparison, Tolerance, as_array
from autograder.model import Sentence, Status, Verdict
from autograder.recorded.signature import summed
from autograder.student import Connection


@dataclass(frozen=True)
class Play:
    """What the checks of a question saw. fault: the verdict that ended it early, or None."""

    observations: tuple[Observation, ...]
    fault: Verdict | None = None

    @property
    def failures(self) -> tuple[Observation, ...]:
        """The observations that were refused."""
        return tuple(seen for seen in self.observations if not seen.passed)

    @property
    def is_wrong(self) -> bool:
        """Whether anything was refused, or an exception ended it."""
        return self.fault is not None or bool(self.failures)


MOST_KEPT = 128
FEW = 3
SMALL = 100
FAULT_WORDS = ("kind", "text", "difference", "asked")
Replay = Callable[[Connection, str], Play]

# Two programs with the same mistake differ by rounding only; wider than the check's own tolerance would be a guess.
SAME = Tolerance(rtol=1e-6, kappa=1e-7, floor=1e-12)
SAME_FLOAT32 = Tolerance(rtol=1e-4, kappa=3e-5, floor=1e-6)


def agreements(yours: Play, theirs: Play) -> int | None:
    """At how many failures two plays give equal wrong answers; None when they differ anywhere."""
    if len(yours.observations) != len(theirs.observations) or (yours.fault is None) != (theirs.fault is None):
        return None
    count = 0
    for one, other in zip(yours.observations, theirs.observations, strict=True):
        if one.passed != other.passed:
            return None
        if not one.passed:
            if one.kind != other.kind or not same_answer(one.actual, other.actual):
                return None
            count += 1
    if yours.fault is not None and theirs.fault is not None:
        if not _same_fault(yours.fault, theirs.fault):
            return None
        count += 1
    return count


def same_play(one: Play, other: Play) -> bool:
    """Whether two plays of one question show that they asked the same and heard the same: then they are one probe."""
    if len(one.observations) != len(other.observations):
        return False
    pairs = [(a, b) for a, b in zip(one.observations, other.observations, strict=True) if _tells(a) or _tells(b)]
    same = (same_answer(a.expected, b.expected) and same_answer(a.actual, b.actual) for a, b in pairs)
    return bool(pairs) and all(same)


def says_little(play: Play) -> bool:
    """Whether every refused answer is one of few (yes, a word, a small number, NaN), which many programs share.

    No gradient at all is more than that: whatever else a program does, it cuts the graph there.
    """
    few = (seen.kind != NO_GRADIENT and _is_one_of_few(seen.actual, seen.expected) for seen in play.failures)
    return bool(play.failures) and all(few)


def _is_one_of_few(answer: object, ours: object) -> bool:
    array, right = as_array(answer), as_array(ours)
    if array is None and isinstance(answer, (tuple, list)) and isinstance(ours, (tuple, list)):
        pairs = [pair for pair in zip(answer, ours, strict=False) if not same_answer(*pair)]
        return bool(pairs) and all(not isinstance(pair[0], str) and _is_one_of_few(*pair) for pair in pairs)
    if array is None:
        return answer is None or isinstance(answer, str)
    if array.dtype.kind in "biu":
        return array.size <= FEW and bool(np.all(np.abs(array.astype(np.float64)) < SMALL))
    differs = ~np.isclose(array, right) if right is not None and right.shape == array.shape else np.True_
    return not np.any(np.isfinite(array) & differs)


def _tells(seen: Observation) -> bool:
    return seen.actual is not None or seen.expected is not None


def same_answer(yours: object, theirs: object) -> bool:
    """Whether two answers are equal up to rounding, NaN and Inf included. One of them may be abridged."""
    if isinstance(theirs, Abridged):
        yours, theirs = abridged(yours).value, theirs.value
    narrow = _is_narrow(yours) or _is_narrow(theirs)
    try:
        return Comparison(tolerance=SAME_FLOAT32 if narrow else SAME).difference(yours, theirs) is None
    except TypeError:  # something opaque on both sides says nothing
        return False


def _is_narrow(value: object) -> bool:
    """Whether floats of less than 64 bits are in an answer."""
    if isinstance(value, (tuple, list)) and as_array(value) is None:
        return any(map(_is_narrow, value))
    if isinstance(value, Mapping):
        return any(map(_is_narrow, value.values()))
    array = as_array(value)
    return array is not None and array.dtype.kind == "f" and array.dtype.itemsize < 8


@dataclass(frozen=True)
class Abridged:
    """An answer whose large arrays are told in a few numbers, for a recording."""

    value: Any


def abridged(value: Any) -> Abridged:
    """An answer with each array of more than MOST_KEPT numbers as its shape, some entries and its components."""
    return Abridged(_abridged(value))


def _abridged(value: Any) -> Any:
    array = as_array(value)
    if array is not None:
        if array.size <= MOST_KEPT:
            return value
        entries = array.ravel()[:: array.size // (MOST_KEPT // 2)]
        numbers = np.nan_to_num(summed(array))
        return [list(array.shape), entries, numbers.astype(array.dtype if array.dtype.kind == "f" else numbers.dtype)]
    if isinstance(value, (tuple, list)):
        return type(value)(map(_abridged, value))
    if isinstance(value, Mapping):
        return {key: _abridged(item) for key, item in value.items()}
    return value


def _same_fault(one: Verdict, other: Verdict) -> bool:
    """The same kind of ending: for exceptions the same type and words."""
    if one.status is not other.status:
        return False
    return all(str(one.message.values.get(key)) == str(other.message.values.get(key)) for key in FAULT_WORDS)


def play_kept(play: Play) -> dict[str, Any]:
    """Of a play what `agreements` looks at, as plain values: for a recording."""
    seen = [[each.kind, abridged(each.actual).value] if not each.passed else [] for each in play.observations]
    fault = play.fault
    words = {} if fault is None else {key: str(fault.message.values[key]) for key in _words(fault)}
    return {"seen": seen, "status": fault.status.name if fault is not None else None, "words": words}


def kept_play(kept: Mapping[str, Any]) -> Play:
    """The play that was kept, as far as it was."""
    refused = Verdict(Status.WRONG)
    seen = [
        Observation("", Abridged(each[1]), None, each[0], refused) if each else Observation("", None, None)
        for each in kept["seen"]
    ]
    fault = None if kept["status"] is None else Verdict(Status[kept["status"]], Sentence("", kept["words"]))
    return Play(tuple(seen), fault)


def _words(fault: Verdict) -> list[str]:
    return [key for key in FAULT_WORDS if key in fault.message.values]
