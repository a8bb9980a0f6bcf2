"""Small pictures as inline SVG: heat maps, curves, gauges, descents, boundaries. Values in, text out.

Colours are classes of the page's style sheet, so that a picture follows light and dark; shapes and words say
what colours say. Every picture has a role and a label.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from html import escape

from autograder.language import say
from autograder.model import Grid, Picture, Sentence, sentence

CELL = 14
WIDTH, HEIGHT = 360, 200
STEPS = 6
SPAN = 30
NUMBERED = 6
LINE = 18
ROOM = 14  # from one label to the next
Rows = Sequence[Sequence[float]]


def svg(width: float, height: float, label: str, body: Iterable[str]) -> str:
    """A picture of this size with a label for who cannot see it."""
    inner = "".join(body)
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{escape(label)}">{inner}</svg>'
    )


def heat(rows: Rows, label: str, *, top: float | None = None, flipped: bool = False, cell: int = CELL) -> str:
    """A matrix in colour: one hue for each sign, the stronger the larger; numbers inside where there is room.

    top: the size that is strongest, by default the largest. flipped: the first row is lowest.
    """
    rows = list(reversed(rows)) if flipped else list(rows)
    wide = len(rows[0]) <= NUMBERED if rows else False
    width, height = (cell * 4 if wide else cell), (cell + 6 if wide else cell)
    body = list(_cells(rows, width, height, top))
    if wide:
        body += [
            f'<text x="{(x + 0.5) * width:g}" y="{(y + 0.5) * height + 3.5:g}" class="n">{escape(number(value))}</text>'
            for y, row in enumerate(rows)
            for x, value in enumerate(row)
        ]
    return svg(width * len(rows[0] if rows else ()), height * len(rows), label, body)


def _cells(rows: Rows, width: float, height: float, top: float | None) -> Iterable[str]:
    """One path for each strength of each sign."""
    finite = [abs(value) for row in rows for value in row if math.isfinite(value)]
    top = top or max(finite, default=0.0) or 1.0
    squares: dict[str, list[str]] = {}
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            squares.setdefault(_strength(value, top), []).append(
                f"M{x * width:g} {y * height:g}h{width:g}v{height:g}h-{width:g}z"
            )
    for name, parts in sorted(squares.items()):
        yield f'<path class="{name}" d="{"".join(parts)}"/>'


def _strength(value: float, top: float) -> str:
    if not math.isfinite(value):
        return "odd"
    share = min(abs(value) / top, 1.0) if math.isfinite(abs(value) / top) else 1.0
    return f"{'p' if value >= 0 else 'm'}{math.ceil(share * STEPS)}"


def error_map(grid: Grid, label: str) -> str:
    """The levels of a grid: empty squares are right, fuller ones wrong by more, a cross is no number."""
    wide = len(grid.levels[0]) <= NUMBERED if grid.levels else False
    width, height = (CELL * 4 if wide else CELL), (CELL + 6 if wide else CELL)
    body = []
    for y, row in enumerate(grid.levels):
        for x, sign in enumerate(row):
            left, upper = x * width, y * height
            if sign == "n":
                body.append(f'<path class="cross" d="M{left + 3} {upper + 3}l8 8m0 -8l-8 8"/>')
            else:
                inset = 5.5 - 1.25 * int(sign)
                size = f'width="{width - 2 * inset:g}" height="{height - 2 * inset:g}"'
                body.append(f'<rect class="e{sign}" x="{left + inset:g}" y="{upper + inset:g}" {size}/>')
    return svg(width * len(grid.levels[0] if grid.levels else ""), height * len(grid.levels), label, body)


def drawn(picture: Picture, language: str) -> str:
    """A check's picture."""
    label = say(picture.title, language)
    if picture.kind == "curve":
        return curve(picture, label, language)
    if picture.kind == "gauge":
        return gauge(picture, label, language)
    if picture.kind == "heat":
        return heat(picture.cells, label, cell=8 if len(picture.cells) > 16 else CELL)
    return plane(picture, label)


def curve(picture: Picture, label: str, language: str) -> str:
    """Values over steps, or over the turns that points tell, with the levels to reach, each named.

    Logarithmic along an axis that spans more than a factor of SPAN. Few points are dots.
    """
    points = [(x, y) for x, y, _ in picture.points] or _over_steps(picture)
    if len(points) < 2:
        few = ", ".join(number(y) for _, y in points) or "–"
        return svg(WIDTH, LINE * 2, label, [f'<text x="4" y="{LINE}">{escape(few)}</text>'])
    left, right, top, foot = 62, WIDTH - 118, 10, HEIGHT - LINE - 6
    across = _scale([x for x, _ in points], left + 6, right - 6)
    down = _scale([*(y for _, y in points), *(level for _, level in picture.marks)], foot - 4, top)
    spots = [(across(x), down(y)) for x, y in points]
    low, high = min(points, key=_height)[1], max(points, key=_height)[1]
    body = [f'<path class="axis" d="M{left} {top - 4}V{foot}H{right}"/>']
    body += [f'<path class="level" d="M{left} {down(level):.1f}H{right}"/>' for _, level in picture.marks]
    body.append(f'<polyline class="trace" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in spots)}"/>')
    if picture.points:
        body += [_spot(x, y, 0) for x, y in spots]
    ends = [(spots[-1][1], number(points[-1][1]))]
    ends += [(down(level), f"{say(name, language)} {number(level)}") for name, level in picture.marks]
    for (y, text), place in zip(sorted(ends), _apart([y for y, _ in sorted(ends)], top, foot), strict=True):
        body.append(f'<path class="axis" d="M{right} {y:.1f}L{right + 10} {place:.1f}"/>')
        body.append(f'<text x="{right + 13}" y="{place + 4:.1f}">{escape(text)}</text>')
    heights = {number(value): down(value) + 4 for value in (low, high)}  # one label where they look the same
    body += [f'<text class="end" x="{left - 5}" y="{y:.1f}">{escape(text)}</text>' for text, y in heights.items()]
    body.append(f'<text x="{left}" y="{HEIGHT - 6}">{escape(number(points[0][0]))}</text>')
    body.append(f'<text class="end" x="{right}" y="{HEIGHT - 6}">{escape(number(points[-1][0]))}</text>')
    return svg(WIDTH, HEIGHT, label, body)


def _over_steps(picture: Picture) -> list[tuple[float, float]]:
    """A curve's values over the steps at which they were taken."""
    each = picture.extent[1] / max(len(picture.values) - 1, 1) if picture.extent else 1.0
    return [(each * index, value) for index, value in enumerate(picture.values)]


def _height(point: tuple[float, float]) -> float:
    return point[1]


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """Where each value lies between start and end; by its logarithm where the values span more than SPAN."""
    scale = math.log if min(values) > 0 and max(values) > SPAN * min(values) else float
    low, high = scale(min(values)), scale(max(values))
    return lambda value: start + (end - start) * (scale(value) - low) / ((high - low) or 1.0)


def _apart(heights: Sequence[float], top: float, foot: float) -> list[float]:
    """Ascending heights moved apart so that a label has room at each; those that touch move evenly up and down."""
    blocks: list[list[float]] = []  # each as what its labels would like, the second a line lower than the first …
    for height in heights:
        blocks.append([height])
        while len(blocks) > 1 and _last(blocks[-2]) + ROOM > _first(blocks[-1]):
            *rest, upper, lower = blocks
            blocks = [*rest, [*upper, *lower]]
    placed = [_first(block) + ROOM * row for block in blocks for row in range(len(block))]
    shift = max(0.0, top - placed[0]) or min(0.0, foot - placed[-1])
    return [place + shift for place in placed]


def _first(block: Sequence[float]) -> float:
    """Where a block of labels begins, its middle being that of what they would like."""
    return sum(block) / len(block) - ROOM * (len(block) - 1) / 2


def _last(block: Sequence[float]) -> float:
    return _first(block) + ROOM * (len(block) - 1)


def gauge(picture: Picture, label: str, language: str) -> str:
    """A score and the tiers that it reaches, a line for each, the highest first."""
    score = picture.values[0] if picture.values else math.nan
    tiers = sorted(picture.marks, key=lambda mark: -mark[1])
    lowest = min([level for _, level in tiers] + ([score] if math.isfinite(score) else []), default=0.0)
    top = max([1.0, *(level for _, level in tiers), score if math.isfinite(score) else 0.0])
    start = lowest - 0.2 * ((top - lowest) or 1.0)

    def across(value: float) -> float:
        return 200 * (value - start) / ((top - start) or 1.0)

    body = []
    for row, (name, level) in enumerate(tiers):
        y = LINE * row
        reached = score >= level
        size = f'width="{across(level):.1f}" height="11"'
        body.append(f'<rect class="{"good" if reached else "open"}" x="0.5" y="{y + 3.5}" {size}/>')
        text = f"{'✓' if reached else '·'} {say(name, language)} ≥ {number(level)}"
        body.append(f'<text x="210" y="{y + 13}">{escape(text)}</text>')
    height = LINE * (len(tiers) + 1) + 6
    if math.isfinite(score):
        body.append(f'<path class="trace" d="M{across(score):.1f} 0V{height - LINE}"/>')
    body.append(f'<text x="4" y="{height - 6}">{escape(f"{label} {number(score)}")}</text>')
    return svg(WIDTH, height, label, body)


def plane(picture: Picture, label: str) -> str:
    """Points or a descent over the plane, x to the right and y upwards."""
    cell, rows = 10, picture.cells
    side_x, side_y = cell * len(rows[0] if rows else ()), cell * len(rows)
    if not rows or picture.extent is None:
        return svg(WIDTH, LINE, label, [])
    x0, x1, y0, y1 = picture.extent
    low = min(min(row) for row in rows)
    lifted = [[_root(value - low) for value in row] for row in reversed(rows)] if picture.kind == "path" else rows[::-1]
    body = list(_cells(lifted, cell, cell, None))
    spots = [
        (side_x * (x - x0) / ((x1 - x0) or 1.0), side_y * (1 - (y - y0) / ((y1 - y0) or 1.0)), label)
        for x, y, label in picture.points
    ]
    if picture.kind == "path":
        body.append(f'<polyline class="halo" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)}"/>')
        body.append(f'<polyline class="trace" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y, _ in spots)}"/>')
    body += [_spot(x, y, kind) for x, y, kind in spots]
    texts = (f"x {number(x0)} … {number(x1)}", f"y {number(y0)} … {number(y1)}")
    body += [f'<text x="2" y="{side_y + LINE * (row + 1) - 4}">{escape(text)}</text>' for row, text in enumerate(texts)]
    return svg(side_x, side_y + 2 * LINE, label, body)


def _root(value: float) -> float:
    """Heights of a bowl, nearer to each other: its bottom is what one wants to see."""
    return math.sqrt(max(value, 0.0))


def _spot(x: float, y: float, kind: int) -> str:
    """A class is told by the shape: a disc, a square, a diamond."""
    if kind % 3 == 0:
        return f'<circle class="spot" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    if kind % 3 == 1:
        return f'<rect class="spot hollow" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
    return f'<path class="spot" d="M{x:.1f} {y - 4:.1f}l4 4l-4 4l-4 -4z"/>'


def number(value: float) -> str:
    """A number in a picture."""
    return f"{value:.3g}"


def caption(place: str) -> Sentence:
    """What the three maps of a grid show."""
    return sentence("{place}: yours, ours, and where they differ", place=place)
