"""What a class shows about its questions: difficulty, discrimination, commonest mistakes, and which look wrong.

Difficulty is the mean share of a question's points; item-rest correlation is Pearson's between a question and the sum
of the others; the 27 % index compares the top and bottom 27 % by total (Kelley 1939).
"""

from __future__ import annotations

import math
import struct
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from autograder.model import Sentence, sentence
from autograder.scoring import Asked

TAIL = 0.27
FEWEST = 5
FEWEST_FOR_CORRELATION = 10
SUSPICIOUS = -0.1


@dataclass(frozen=True)
class Item:
    """One question. difficulty: 0 nobody, 1 everybody; correlation, index: None where too few or all alike."""

    name: str
    exercise: str
    points: float
    asked: int
    difficulty: float
    correlation: float | None
    index: float | None
    seconds: float
    statuses: Mapping[str, int]
    suspicions: tuple[Sentence, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A known mistake and how many made it, of how many that were asked."""

    name: str
    exercise: str
    count: int
    asked: int


@dataclass(frozen=True)
class Statistics:
    """A class in numbers. scores: what counts, of those who have a score; a bonus may lift one beyond the points."""

    students: int
    scores: tuple[float, ...]
    points: float
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]

    def quantile(self, share: float) -> float:
        """The score below which a share of the class lies."""
        return float(np.quantile(self.scores, share)) if self.scores else 0.0

    @property
    def most(self) -> float:
        """What the histogram reaches to: the points, or the best score where that is more."""
        return max((self.points, *self.scores))

    def histogram(self, bins: int = 20) -> list[int]:
        """How many scores fall into each of so many equal parts of what is between 0 and `most`."""
        most = max(self.most, 1e-9)
        found = [0] * bins
        for score in self.scores:
            found[min(bins - 1, max(0, int(bins * score / most)))] += 1
        return found


class Answered(Asked, Protocol):
    """A question's outcome with what the statistics need of it."""

    @property
    def status(self) -> str:
        """How it ended."""

    @property
    def mistake(self) -> str | None:
        """The known mistake that it shows."""

    @property
    def seconds(self) -> float:
        """How long it took."""


COLUMN = np.dtype([("student", "<u4"), ("score", "<f8"), ("seconds", "<f8")])


class _Column:
    """One question's answers, on the disk but for what is counted of them."""

    def __init__(self, first: Answered) -> None:
        self.name, self.exercise, self.points = first.name, first.exercise, first.points
        self.statuses: Counter[str] = Counter()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this lives

    def add(self, student: int, answer: Answered) -> None:
        """Take one student's answer."""
        self.statuses[answer.status] += 1
        self._file.write(struct.pack("<Idd", student, answer.score, answer.seconds))

    def item(self, totals: np.ndarray) -> Item:
        """The numbers, asked for once. totals: float (students,), what each has of all questions together."""
        with self._file:
            self._file.seek(0)
            found = np.frombuffer(self._file.read(), COLUMN)
        mine, all_ = found["score"], totals[found["student"]]
        difficulty = float(mine.mean() / self.points) if self.points else 1.0
        correlation, index = _correlation(mine, all_ - mine), _index(mine, all_, self.points)
        suspicions = tuple(_suspicions(len(mine), difficulty, correlation))
        seconds = float(np.median(found["seconds"]))
        return Item(self.name, self.exercise, self.points, len(mine), difficulty, correlation, index, seconds,
                    dict(self.statuses), suspicions)  # fmt: skip


class Gathered:
    """A class's answers as they come, one student after the other: what is held is a score and a total of each.

    A question that ended in the grader's own fault is left out for that student, and so is a bonus that was not begun:
    nobody has to.
    """

    def __init__(self) -> None:
        self._students, self._points = 0, 0.0
        self._scores, self._totals = array("d"), array("d")
        self._columns: dict[str, _Column] = {}
        self._made: Counter[tuple[str, str]] = Counter()
        self._asked: Counter[str] = Counter()

    def add(self, questions: Sequence[Answered], score: float | None, points: float = 0.0) -> None:
        """Take a student's questions, what counts for them, and of how many points."""
        found = [each for each in questions if not _left_out(each)]
        for each in found:
            if each.name not in self._columns:
                self._columns[each.name] = _Column(each)
            self._columns[each.name].add(self._students, each)
        self._made.update({(each.mistake, each.exercise) for each in questions if each.mistake})
        self._asked.update({each.exercise for each in questions})
        self._totals.append(math.fsum(each.score for each in found))
        self._scores.extend(() if score is None else (score,))
        self._students, self._points = self._students + 1, max(points, self._points)

    def statistics(self, points: float) -> Statistics:
        """The class in numbers. points: what a submission can have where no student's points are known."""
        totals = np.frombuffer(self._totals, float) if self._students else np.zeros(0)
        items = tuple(column.item(totals) for column in self._columns.values())
        made = [Mistake(name, exercise, count, self._asked[exercise]) for (name, exercise), count in self._made.items()]
        mistakes = tuple(sorted(made, key=lambda each: (-each.count, each.name)))
        return Statistics(self._students, tuple(self._scores), self._points or points, items, mistakes)


def _left_out(answer: Answered) -> bool:
    return answer.status == "ours" or (answer.bonus and answer.status == "not_implemented")


def _correlation(mine: np.ndarray, rest: np.ndarray) -> float | None:
    if len(mine) < FEWEST or np.ptp(mine) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(mine, rest)[0, 1])


def _index(mine: np.ndarray, totals: np.ndarray, points: float) -> float | None:
    size = round(TAIL * len(mine))
    if size < 1 or not points:
        return None
    order = np.argsort(totals, kind="stable")
    return float((mine[order[-size:]].mean() - mine[order[:size]].mean()) / points)


def _suspicions(count: int, difficulty: float, correlation: float | None) -> Iterable[Sentence]:
    if count >= FEWEST and difficulty == 0:
        yield sentence("nobody of {count} earns it: is the question right?", count=count)
    if count >= FEWEST_FOR_CORRELATION and correlation is not None and correlation < SUSPICIOUS:
        yield sentence("those who do well otherwise fail it (correlation {value:.2f})", value=correlation)
