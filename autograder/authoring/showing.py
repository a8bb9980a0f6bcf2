"""Values, tolerances and distances as an author reads them: inputs as drawn, what is right, what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.authoring.proofs import ALTERNATIVE_EXCESS, MISTAKE_EXCESS
from autograder.checks import Observation
from autograder.compare import Comparison, as_array, rms
from autograder.student import Answer
from autograder.wire import Tensor

ENTRIES, DIGITS, WIDTH, LINES = 24, 5, 100, 12
LEAST, MOST = -12, 12  # decades of the axis, in tolerances
COLUMNS = 2 * (MOST - LEAST) + 1


def value(given: Any) -> str:
    """A value in a few lines: numbers as they are, of large arrays the corners."""
    if isinstance(given, Tensor):
        given = given.array
    if isinstance(given, Answer):
        return f"the student's own object, {given!r}"
    with np.printoptions(precision=DIGITS, threshold=ENTRIES, edgeitems=3, linewidth=WIDTH, suppress=False):
        text = f"{given!r}" if not isinstance(given, np.ndarray) else f"{given.dtype}{given.shape} {given}"
    lines = text.splitlines()
    return "\n".join(lines if len(lines) <= LINES else [*lines[: LINES - 1], "…"])


def indented(text: str, by: int) -> str:
    """The same text with its later lines below its first."""
    return text.replace("\n", "\n" + " " * by)


def tolerance(seen: Observation) -> str:
    """What a check allows, in words and numbers."""
    how = seen.comparison
    if how is None:
        return "a property, which holds or does not"
    if how.exact:
        return "equal, exactly"
    if not how.values:
        return "structure, shapes and kinds of numbers alone"
    return "; ".join(dict.fromkeys(_rows(how, seen.actual, seen.expected))) or "nothing to compare"


def _rows(how: Comparison, yours: Any, ours: Any) -> Iterator[str]:
    """The tolerance of every array in an answer."""
    if isinstance(ours, dict) and isinstance(yours, dict):
        for key in ours:
            yield from _rows(how.of(key), yours.get(key), ours[key])
        return
    if isinstance(ours, (tuple, list)) and as_array(ours) is None:
        for one, other in zip(yours if isinstance(yours, (tuple, list)) else ours, ours, strict=False):
            yield from _rows(how, one, other)
        return
    a, b = as_array(yours), as_array(ours)
    if b is None or a is None:
        return
    if b.dtype.kind in "biu":
        yield "whole numbers: equal, exactly"
        return
    row = how.row(a, b)
    scale, least = max(rms(b), row.floor), row.floor >= rms(b)
    what = "the least that counts" if least else "RMS(b)"
    yield f"|a − b| ≤ {row.rtol:g}·|b| + {row.kappa:g}·{scale:.3g}, the last being {what}"


def distance(seen: Observation | None) -> float:
    """How far an answer is from the right one, in tolerances: 0 and ∞ where that is a matter of yes and no."""
    if seen is None:
        return math.inf
    if seen.comparison is None or not seen.comparison.values or seen.comparison.exact:
        return 0.0 if seen.passed else math.inf
    return seen.comparison.excess(seen.actual, seen.expected)


def axis(tolerances: float, mark: str) -> str:
    """A logarithmic axis in characters, two a decade: `¦` at a third and at ten tolerances, the mark at a distance."""
    cells = ["·"] * COLUMNS
    for place in (ALTERNATIVE_EXCESS, MISTAKE_EXCESS):
        cells[_column(place)] = "¦"
    cells[_column(tolerances)] = mark
    return "".join(cells)


def _column(tolerances: float) -> int:
    decade = LEAST if tolerances <= 0 else min(MOST, max(LEAST, math.log10(tolerances)))
    return round(2 * (decade - LEAST))
