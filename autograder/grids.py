"""The part of two arrays around their largest difference, small enough to be kept and drawn."""

from __future__ import annotations

import math

import numpy as np

from autograder.model import Grid
from autograder.wire import Array

ROWS, COLUMNS = 12, 32
DIGITS = 4


def grid(a: Array, b: Array, differs: Array, worst: tuple[int, ...], place: str) -> Grid | None:
    """The last two axes of both arrays at the worst entry; a vector is one row. None for what is no such picture.

    differs: which entries count as wrong. worst: the index of the entry that must be seen.
    """
    if b.ndim == 0 or "c" in (a.dtype.kind, b.dtype.kind) or "b" in (a.dtype.kind, b.dtype.kind) or not b.size:
        return None
    before, (row, column) = worst[:-2], ((0,) * (2 - len(worst[-2:])) + worst[-2:])
    yours, ours, marked = (np.atleast_2d(array[before]) for array in (a, b, differs))
    rows, columns = _window(row, yours.shape[0], ROWS), _window(column, yours.shape[1], COLUMNS)
    yours, ours, marked = (array[rows, columns] for array in (yours, ours, marked))
    return Grid(
        place=_place(place, b.ndim, before, rows, columns),
        first=(rows.start, columns.start),
        yours=_numbers(yours),
        ours=_numbers(ours),
        levels=_levels(yours, ours, marked),
    )


def _window(index: int, length: int, most: int) -> slice:
    start = min(max(0, index - most // 2), max(0, length - most))
    return slice(start, min(length, start + most))


def _place(place: str, axes: int, before: tuple[int, ...], rows: slice, columns: slice) -> str:
    """`dw[2, 0:3, 4:12]`: which part is shown."""
    parts = [
        *map(str, before),
        *(f"{part.start}:{part.stop}" for part in ((rows, columns) if axes > 1 else (columns,))),
    ]
    return f"{place}[{', '.join(parts)}]"


def _numbers(array: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(short(float(value)) for value in row) for row in array)


def short(value: float) -> float:
    """A number with as many digits as a picture needs."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else value


def _levels(yours: Array, ours: Array, differs: Array) -> tuple[str, ...]:
    """A sign for each entry: 0 right, n no number, 1 to 4 wrong by less than 1 %, 10 %, 50 % and all of the largest."""
    with np.errstate(all="ignore"):
        error = np.abs(yours.astype(np.float64) - ours.astype(np.float64))
    lost = differs & ~np.isfinite(error)
    error = np.where(np.isfinite(error), error, 0.0)
    top = float(error[differs].max(initial=0.0)) or 1.0
    level = 1 + np.searchsorted([0.01, 0.1, 0.5], error / top, side="right")
    signs = np.where(lost, "n", np.where(differs, level.astype(str), "0"))
    return tuple("".join(row) for row in signs)
