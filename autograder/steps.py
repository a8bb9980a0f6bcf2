"""An answer of several parts, part by part: which are exact, which close, and how far the others are off.

A backward pass goes through many steps; knowing which of them still agree says where to look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.compare import Comparison, as_array, errors, has_parts
from autograder.model import Step

MOST = 8


def steps(comparison: Comparison, yours: Any, ours: Any) -> tuple[Step, ...]:
    """Each part in its order, or nothing: of one part, of too many, and where only forms are compared."""
    if not comparison.values or not has_parts(ours):
        return ()
    found = tuple(_each(comparison, yours, ours, ""))
    return found if 1 < len(found) <= MOST else ()


def _each(comparison: Comparison, yours: Any, ours: Any, above: str) -> Iterator[Step]:
    for name, one, other in _parts(comparison, yours, ours, above):
        if has_parts(other):
            yield from _each(comparison, one, other, name)
        else:
            yield _step(replace(comparison, names=(), root=name), one, other)


def _parts(comparison: Comparison, yours: Any, ours: Any, above: str) -> Iterator[tuple[str, Any, Any]]:
    """Name, yours and ours of each part; None for one that yours lacks."""
    if isinstance(ours, Mapping):
        given = yours if isinstance(yours, Mapping) else {}
        yield from ((f"{above}[{key!r}]" if above else str(key), given.get(key), ours[key]) for key in ours)
        return
    names = (comparison.names or getattr(ours, "_fields", ())) if not above else ()
    fits = isinstance(yours, (tuple, list)) and len(yours) == len(ours)
    for number, part in enumerate(ours):
        name = names[number] if number < len(names) else f"{above or comparison.root}[{number}]"
        yield name, yours[number] if fits else None, part


def _step(comparison: Comparison, yours: Any, ours: Any) -> Step:
    difference = comparison.difference(yours, ours)
    a, b = as_array(yours), as_array(ours)
    if difference is None:
        exact = a is None or b is None or np.array_equal(a, b, equal_nan=b.dtype.kind in "fc")
        return Step(comparison.root, "exact" if exact else "close")
    if difference.kind != "value" or a is None or b is None:
        return Step(comparison.root, "form" if difference.kind != "finite" else "finite")
    return Step(comparison.root, "off", float(np.max(errors(a, b))))
