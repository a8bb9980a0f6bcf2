"""What is said about one question: how it ended, what a check saw, and what that looks like."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from autograder.model.words import Sentence


class Status(enum.Enum):
    """How a question ended. Exactly one of them, OURS, is the grader's own fault and is never scored."""

    PASSED = "passed"
    WRONG = "wrong"
    NOT_IMPLEMENTED = "not_implemented"
    RAISED = "raised"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    DIED = "died"
    NOT_RUN = "not_run"
    OURS = "ours"


@dataclass(frozen=True)
class Grid:
    """The part of two arrays around their largest difference, as rows of numbers (see grids.py).

    place: which part, e.g. `dw[2, 0:3, 4:12]`. first: the indices of its first row and column.
    levels: a sign for each entry: 0 right, 1 to 4 wrong by ever more of the largest error, n no number.
    """

    place: str
    first: tuple[int, int]
    yours: tuple[tuple[float, ...], ...]
    ours: tuple[tuple[float, ...], ...]
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """Numbers for a report to draw, few and finite.

    kind: `curve` (values over steps, or points), `gauge` (a score), `heat` (cells), `path` (a descent over cells) or
    `boundary` (points over cells). title: what it shows. values: the curve, or the one score.
    marks: levels to reach, each with its name. cells: rows, the lowest y first where there is an extent.
    extent: of the cells: lowest and highest x, lowest and highest y; of a curve: the first and the last step.
    points: x, y and class.
    """

    kind: str
    title: Sentence
    values: tuple[float, ...] = ()
    marks: tuple[tuple[Sentence, float], ...] = ()
    cells: tuple[tuple[float, ...], ...] = ()
    extent: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float, int], ...] = ()


@dataclass(frozen=True)
class Step:
    """One part of an answer. state: `exact`, `close`, `off` by `error` at most, else what differs: `finite`, `form`."""

    name: str
    state: str
    error: float | None = None


@dataclass(frozen=True)
class Evidence:
    """What a failed comparison saw, ready to be shown.

    place: the entry with the largest error, e.g. `dw[3, 1]`.
    error, allowed: largest |yours - ours| / max(RMS(ours), floor) and what the tolerance admits there.
    yours, ours: the two values at that place, as text.
    mismatched, total: entries beyond the tolerance, entries compared. grid: both arrays around that place.
    steps: each part of an answer that has several.
    """

    place: str = ""
    yours: str = ""
    ours: str = ""
    error: float | None = None
    allowed: float | None = None
    mismatched: int | None = None
    total: int | None = None
    yours_shape: tuple[int, ...] | None = None
    ours_shape: tuple[int, ...] | None = None
    grid: Grid | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What is said about one question.

    message: what is wrong, in a sentence. pattern: what the error looks like. hint: a question that helps.
    attribution: whether a wrong gradient fits the student's own forward pass.
    mistake: the id of the known mistake that the answers equal, or None.
    traceback: the student's own frames, innermost last. output: what the student printed meanwhile.
    pictures: what checks gave to be drawn.
    """

    status: Status
    message: Sentence = field(default_factory=lambda: Sentence(""))
    evidence: Evidence | None = None
    pattern: Sentence | None = None
    attribution: Sentence | None = None
    hint: Mapping[str, str] | None = None
    mistake: str | None = None
    traceback: tuple[str, ...] = ()
    output: str = ""
    pictures: tuple[Picture, ...] = ()
