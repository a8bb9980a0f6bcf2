"""One question played by somebody: every check's observation, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.checks import Observation
from autograder.compare import Comparison, Tolerance, as_array
from autograder.model import Verdict
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


def _tells(seen: Observation) -> bool:
    return seen.actual is not None or seen.expected is not None


def same_answer(yours: object, theirs: object) -> bool:
    """Whether two answers are equal up to rounding, NaN and Inf included."""
    arrays = [as_array(value) for value in (yours, theirs)]
    narrow = any(array is not None and array.dtype.kind == "f" and array.dtype.itemsize < 8 for array in arrays)
    try:
        return Comparison(tolerance=SAME_FLOAT32 if narrow else SAME).difference(yours, theirs) is None
    except TypeError:  # something opaque on both sides says nothing
        return False


def _same_fault(one: Verdict, other: Verdict) -> bool:
    """The same kind of ending: for exceptions the same type and words."""
    if one.status is not other.status:
        return False
    keys = ("kind", "text", "difference", "asked")
    return all(str(one.message.values.get(key)) == str(other.message.values.get(key)) for key in keys)
