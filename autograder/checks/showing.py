"""What a grader gives a report to draw. Showing grades nothing: an answer that cannot be drawn is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.checks.observing import look, shown
from autograder.compare import as_array
from autograder.grids import short
from autograder.model import Picture, Sentence, literally, sentence
from autograder.student import Answer
from autograder.wire import Array

SIDE = 24  # cells along one side of a surface
CELLS = 48
POINTS = 200


def losses_picture(losses: Array, to: float | None = None) -> Picture:
    """A training's losses over its steps, with the level that they have to fall to, if there is one."""
    marks = ((sentence("needed"), short(to * float(losses[0]))),) if to is not None and np.isfinite(losses[0]) else ()
    losses = _finite_part(losses)
    extent = (0.0, float(max(len(losses) - 1, 0)), 0.0, 0.0)
    return Picture("curve", sentence("loss over steps"), values=_thinned(losses), marks=marks, extent=extent)


def over_turns(level: Picture, points: Sequence[tuple[int, float]], unit: Sentence) -> Picture:
    """What a training has to reach, as a curve over its turns.

    level: the picture of what it reached in the end. points: turns and what was reached after them.
    """
    name = sentence("score") if level.kind == "gauge" else sentence("loss")
    curve = tuple((float(turns), short(value), 0) for turns, value in points)
    return Picture("curve", sentence("{what} over {unit}", what=name, unit=unit), marks=level.marks, points=curve)


def score_picture(value: float, tiers: Sequence[tuple[Sentence, float]]) -> Picture:
    """A score among the tiers that it may reach."""
    return Picture("gauge", sentence("score"), values=_finite([value]), marks=tuple(tiers))


def show_heat(answer: Answer, title: str, *, zh: str = "", item: int | None = None) -> None:
    """A matrix as a heat map, e.g. attention weights. Its last two axes; the first matrix of more.

    item: which part of a tuple it is.
    """
    value = look(answer, "show_heat")
    if item is not None:
        value = value[item] if isinstance(value, (tuple, list)) and len(value) > item else None
    array = as_array(value)
    if array is None or array.ndim < 2 or array.dtype.kind == "c" or not array.size:
        return
    matrix = array.reshape(-1, *array.shape[-2:])[0][:CELLS, :CELLS].astype(np.float64)
    if np.all(np.isfinite(matrix)):
        shown(answer, Picture("heat", _titled(title, zh), cells=_rows(matrix)))


def show_path(answer: Answer, surface: Callable[[Array], Any], title: str, *, zh: str = "") -> None:
    """A descent in two parameters over the error surface.

    answer: float (steps + 1, 2). surface: the height at float (2,).
    """
    path = as_array(look(answer, "show_path"))
    if (
        path is None
        or path.ndim != 2
        or path.shape[1] != 2
        or path.dtype.kind not in "fi"
        or not path.size
        or not np.all(np.isfinite(path))
    ):
        return
    extent = _around(path)
    if not np.all(np.isfinite(extent)):
        return
    heights = np.array([float(surface(point)) for point in _cells(extent, SIDE)]).reshape(SIDE, SIDE)
    if np.all(np.isfinite(heights)):
        steps = path[np.unique(np.linspace(0, len(path) - 1, min(len(path), POINTS)).astype(int))]
        points = tuple((short(float(x)), short(float(y)), 0) for x, y in steps)
        shown(answer, Picture("path", _titled(title, zh), cells=_rows(heights), extent=extent, points=points))


def lattice(points: Array, side: int = SIDE) -> Array:
    """float (side², 2): the plane around points of float (N, 2), row by row from below, for `show_boundary`."""
    return _cells(_around(np.asarray(points)), side)


def show_boundary(answer: Answer, points: Array, labels: Array, title: str, *, zh: str = "") -> None:
    """What a classifier says at every place of `lattice(points)`, under the points with their labels.

    answer: classes or probabilities, (side²,) or (side², 1). points: float (N, 2). labels: int (N,).
    """
    said = as_array(look(answer, "show_boundary"))
    side = int(said.size**0.5) if said is not None else 0
    if said is None or said.dtype.kind == "c" or side < 2 or side * side != said.size or not np.all(np.isfinite(said)):
        return
    cells = _rows(said.reshape(side, side)[:CELLS, :CELLS].astype(np.float64))
    marked = zip(np.asarray(points)[:POINTS], np.asarray(labels)[:POINTS], strict=False)
    dots = tuple((short(float(x)), short(float(y)), int(label)) for (x, y), label in marked)
    extent = _around(np.asarray(points))
    shown(answer, Picture("boundary", _titled(title, zh), cells=cells, extent=extent, points=dots))


def _titled(title: str, zh: str) -> Sentence:
    return Sentence(literally(title), zh=literally(zh))


def _around(points: Array) -> tuple[float, float, float, float]:
    """Lowest and highest x and y of the points with room around them."""
    low, high = points.min(axis=0).astype(float), points.max(axis=0).astype(float)
    room = np.maximum(0.25 * (high - low), 1e-3 * np.maximum(1.0, np.abs(high)))
    room = np.maximum(room, 0.1 * room.max())
    (x0, y0), (x1, y1) = low - room, high + room
    return short(float(x0)), short(float(x1)), short(float(y0)), short(float(y1))


def _cells(extent: tuple[float, float, float, float], side: int) -> Array:
    x0, x1, y0, y1 = extent
    x, y = np.meshgrid(np.linspace(x0, x1, side), np.linspace(y0, y1, side))
    return np.stack([x.ravel(), y.ravel()], axis=1)  # (side², 2)


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(short(float(value)) for value in row) for row in matrix)


def _finite_part(values: Array) -> Array:
    """The values up to the first that is no number."""
    broken = np.flatnonzero(~np.isfinite(values))
    return values[: broken[0]] if broken.size else values


def _thinned(values: Array) -> tuple[float, ...]:
    """As many values as a picture needs, the last one among them."""
    kept = np.unique(np.linspace(0, max(len(values) - 1, 0), min(len(values), POINTS)).astype(int))
    return tuple(short(float(value)) for value in values[kept])


def _finite(values: Sequence[float]) -> tuple[float, ...]:
    return tuple(short(value) for value in values if np.isfinite(value))
