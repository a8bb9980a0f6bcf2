"""Detectors of the fifth kind that look at a whole play: which item of a list, and under which argument, goes wrong."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from autograder.checks import Observation
from autograder.compare import as_array
from autograder.diagnosis.replay import Play
from autograder.diagnosis.seen import Pattern, close
from autograder.model import sentence
from autograder.student import Answer

SCALARS = (str, bool, int, float, type(None))
MOST_VALUES = 4


def last_item(play: Play) -> Pattern | None:
    """A list of arrays whose last one alone is wrong: the short batch."""
    failure = next(iter(play.failures), None)
    yours, ours = (failure.actual, failure.expected) if failure is not None else (None, None)
    if not isinstance(yours, (list, tuple)) or not isinstance(ours, list) or not 2 < len(ours) == len(yours):
        return None
    right = [_same(one, other) for one, other in zip(yours, ours, strict=True)]
    if None in right or any(not each for each in right[:-1]) or right[-1]:
        return None
    return Pattern("last item", sentence("only the last of the {count} items differs", count=len(ours)))


def _same(one: Any, other: Any) -> bool | None:
    a, b = as_array(one), as_array(other)
    return None if a is None or b is None else close(a, b)


def under_one_argument(play: Play) -> Pattern | None:
    """One argument whose values tell the calls that went wrong from those that went right; None if two would."""
    failure = next(iter(play.failures), None)
    if failure is None or failure.origin is None:
        return None
    calls = [seen for seen in play.observations if _is_of(seen, failure)]
    bad, good = ([seen for seen in calls if seen.passed is passed] for passed in (False, True))
    telling = [found for number in range(len(failure.origin.arguments)) if (found := _told(number, bad, good))]
    if len(telling) != 1:
        return None
    number, worse, better = telling[0]
    if not any(_alike(one, other, number) for one in bad for other in good):
        return None
    says = sentence(
        "wrong where argument {number} is {worse}, right where it is {better}",
        number=number + 1,
        worse=_listed(worse),
        better=_listed(better),
    )
    return Pattern(f"argument {number} {_listed(worse)}", says)


def _is_of(seen: Observation, failure: Observation) -> bool:
    """Whether an observation compares values of the same function's answer."""
    if seen.origin is None or failure.origin is None or seen.origin.name != failure.origin.name:
        return False
    return seen.kind == "value" or (seen.passed and seen.comparison is not None and seen.comparison.values)


def _told(
    number: int, bad: Sequence[Observation], good: Sequence[Observation]
) -> tuple[int, list[Hashable], list[Hashable]] | None:
    worse, better = _values(number, bad), _values(number, good)
    if not worse or not better or set(worse) & set(better) or max(len(worse), len(better)) > MOST_VALUES:
        return None
    return number, worse, better


def _alike(one: Observation, other: Observation, number: int) -> bool:
    """Whether two calls differ in one argument alone, but for the numbers in arrays."""
    assert one.origin is not None
    assert other.origin is not None
    forms = [
        [_form(value) for place, value in enumerate(seen.arguments) if place != number]
        for seen in (one.origin, other.origin)
    ]
    return forms[0] == forms[1]


def _form(value: Any) -> Hashable:
    if type(value) in SCALARS:
        return repr(value)
    shape = () if isinstance(value, Answer) else getattr(value, "shape", ())
    return type(value).__name__, tuple(shape)


def _values(number: int, calls: Sequence[Observation]) -> list[Hashable]:
    """The values of one argument in some calls, each once; none when one of them is no plain value."""
    arguments = [seen.origin.arguments for seen in calls if seen.origin is not None]
    values = [given[number] for given in arguments if number < len(given) and type(given[number]) in SCALARS]
    return list(dict.fromkeys(values)) if len(values) == len(calls) else []


def _listed(values: Sequence[Hashable]) -> str:
    return ", ".join(sorted(f"{value:.6g}" if isinstance(value, float) else repr(value) for value in values))
