"""Detectors of the fifth kind: where the entries that differ stand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograder.checks import Observation
from autograder.diagnosis.seen import Pattern, finite, wrong
from autograder.model import Sentence, sentence
from autograder.wire import Array

Region = tuple[str, Array, Sentence]
FEWEST = 8
LONG = 6
DENSE = 0.5  # of a region's entries must differ, or the region is not what they have in common


def placed(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """The smallest region that holds all entries that differ and whose entries mostly do."""
    if a.shape != b.shape or b.size < 3 or not finite(a, b):
        return None
    differs = wrong(a, b)
    if not np.any(differs) or np.all(differs):
        return None
    fitting = [region for region in _regions(a, b, seen) if _fits(differs, region[1])]
    if not fitting:
        return None
    key, _, says = min(fitting, key=lambda region: int(np.sum(region[1])))
    return Pattern(key, says)


def _fits(differs: Array, region: Array) -> bool:
    size = int(np.sum(region))
    return 0 < size < region.size and not np.any(differs & ~region) and int(np.sum(differs)) >= DENSE * size


def _regions(a: Array, b: Array, seen: Observation) -> Iterator[Region]:
    """Every region that has a name, the plainest first: of two as small the first is told."""
    yield from _slices(b)
    if b.ndim >= 2:
        yield from _matrix_regions(b)
    yield from _input_regions(b, seen)
    yield "zero ours", b == 0, sentence("only entries that are 0 in ours differ")
    yield "zero yours", a == 0, sentence("yours is 0 in every entry that differs")
    yield from _strides(b)


def _slices(b: Array) -> Iterator[Region]:
    for axis, length in enumerate(b.shape):
        place = np.arange(length).reshape([-1 if number == axis else 1 for number in range(b.ndim)])
        for index in range(length) if length >= 3 else ():
            says = sentence("only index {index} of axis {axis} differs", index=index, axis=axis)
            if index == 0:
                says = sentence("only the first entries along axis {axis} differ", axis=axis)
            elif index == length - 1:
                says = sentence("only the last entries along axis {axis} differ", axis=axis)
            named = {0: "first", length - 1: "last"}.get(index, str(index))
            yield f"index {axis} {named}", np.broadcast_to(place == index, b.shape), says


def _matrix_regions(b: Array) -> Iterator[Region]:
    """Regions of the last two axes: the border, the diagonal, what lies above and below it."""
    rows, columns = (np.arange(length) for length in b.shape[-2:])
    row, column = rows[:, None], columns[None, :]
    border = (row == 0) | (row == rows[-1:]) | (column == 0) | (column == columns[-1:])
    if min(rows.size, columns.size) >= 4:  # with less inside, it may as well be a column or two
        yield "border", np.broadcast_to(border, b.shape), sentence("only entries at the border differ")
    if rows.size != columns.size or rows.size < 3:  # a diagonal means something where rows and columns pair up
        return
    named = {
        "diagonal": (row == column, sentence("only entries on the diagonal differ")),
        "off diagonal": (row != column, sentence("only entries off the diagonal differ")),
        "above": (row < column, sentence("only entries above the diagonal differ")),
        "below": (row > column, sentence("only entries below the diagonal differ")),
    }
    for key, (region, says) in named.items():
        yield key, np.broadcast_to(region, b.shape), says


def _input_regions(b: Array, seen: Observation) -> Iterator[Region]:
    """Where an input of the same shape, or one that can be spread over it, is True, 0, negative or positive."""
    for position, value in seen.inputs.items():
        if not isinstance(value, np.ndarray) or value.ndim == 0 or value.dtype.kind not in "bfiu":
            continue
        try:
            spread = np.broadcast_to(value, b.shape)
        except ValueError:
            continue
        number = int(position) + 1
        if value.dtype.kind == "b":
            yield (
                f"true {number}",
                spread,
                sentence("only entries where argument {number} is True differ", number=number),
            )
            yield (
                f"false {number}",
                ~spread,
                sentence("only entries where argument {number} is False differ", number=number),
            )
            continue
        yield f"null {number}", spread == 0, sentence("only entries where argument {number} is 0 differ", number=number)
        if value.size < FEWEST:  # as many signs as there are may fall so by chance
            continue
        yield (
            f"less {number}",
            spread < 0,
            sentence("only entries where argument {number} is negative differ", number=number),
        )
        yield (
            f"more {number}",
            spread > 0,
            sentence("only entries where argument {number} is positive differ", number=number),
        )


def _strides(b: Array) -> Iterator[Region]:
    """Every second entry along an axis, and its halves."""
    for axis, length in enumerate(b.shape):
        if length < LONG:
            continue
        place = np.arange(length).reshape([-1 if number == axis else 1 for number in range(b.ndim)])
        named = {
            "even": (
                place % 2 == 0,
                sentence("only every second entry along axis {axis} differs, from the first", axis=axis),
            ),
            "odd": (
                place % 2 == 1,
                sentence("only every second entry along axis {axis} differs, from the second", axis=axis),
            ),
            "front": (place < length // 2, sentence("only the first half along axis {axis} differs", axis=axis)),
            "back": (place >= length // 2, sentence("only the second half along axis {axis} differs", axis=axis)),
        }
        for key, (region, says) in named.items():
            yield f"{key} {axis}", np.broadcast_to(region, b.shape), says
