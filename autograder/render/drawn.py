"""What a report draws, as JSON values and back: the arrays around an error, and the pictures that checks gave."""

from __future__ import annotations

import math
from typing import Any

from autograder.language import say
from autograder.model import Grid, Picture, sentence
from autograder.render.clean import clean

KINDS = ("curve", "gauge", "heat", "path", "boundary")
MOST_CELLS = 1 << 13
ODD = ("nan", "inf", "-inf")


def grid_document(grid: Grid | None) -> dict[str, Any] | None:
    """A grid as plain JSON values; NaN and Inf as texts."""
    if grid is None:
        return None
    return {
        "place": clean(grid.place),
        "first": list(grid.first),
        "yours": [[_json(value) for value in row] for row in grid.yours],
        "ours": [[_json(value) for value in row] for row in grid.ours],
        "levels": list(grid.levels),
    }


def _json(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def picture_document(picture: Picture, language: str) -> dict[str, Any]:
    """A picture as plain JSON values."""
    return {
        "kind": picture.kind,
        "title": clean(say(picture.title, language)),
        "values": list(picture.values),
        "marks": [[clean(say(name, language)), value] for name, value in picture.marks],
        "cells": [list(row) for row in picture.cells],
        "extent": list(picture.extent) if picture.extent else None,
        "points": [list(point) for point in picture.points],
    }


def read_grid(found: Any) -> Grid | None:
    """What `grid_document` wrote. Raises ValueError, TypeError or LookupError for anything else."""
    if found is None:
        return None
    yours, ours = _matrix(found["yours"]), _matrix(found["ours"])
    row, column = found["first"]
    levels = tuple(str(line) for line in found["levels"])
    if [len(line) for line in levels] != [len(line) for line in yours] or set("".join(levels)) - set("01234n"):
        raise ValueError("the levels of a grid are not those of its rows")
    return Grid(str(found["place"]), (int(row), int(column)), yours, ours, levels)


def read_picture(found: Any) -> Picture:
    """What `picture_document` wrote. Raises ValueError, TypeError or LookupError for anything else."""
    if found["kind"] not in KINDS:
        raise ValueError(f"a picture of kind {found['kind']!r}")
    x0, x1, y0, y1 = map(_number, found["extent"] or (0, 0, 0, 0))
    return Picture(
        kind=found["kind"],
        title=_said(found["title"]),
        values=tuple(map(_number, found["values"])),
        marks=tuple((_said(name), _number(value)) for name, value in found["marks"]),
        cells=_matrix(found["cells"]),
        extent=(x0, x1, y0, y1) if found["extent"] else None,
        points=tuple((_number(x), _number(y), int(label)) for x, y, label in found["points"]),
    )


def _said(text: Any) -> Any:
    return sentence("{value}", value=str(text))


def _matrix(found: Any) -> tuple[tuple[float, ...], ...]:
    rows = tuple(tuple(_number(value) for value in row) for row in found)
    if sum(map(len, rows)) > MOST_CELLS or len(set(map(len, rows))) > 1:
        raise ValueError("the rows of a picture are too many or of different lengths")
    return rows


def _number(value: Any) -> float:
    if value in ODD:
        return float(value)
    if type(value) not in (int, float):
        raise TypeError(f"{value!r} is no number")
    return float(value)
