"""What a class shows about its questions: difficulty, discrimination, commonest mistakes, and which look wrong.

Difficulty is the mean share of a question's points; item-rest correlation is Pearson's between a question and the sum
of the others; the 27 % index compares the top and bottom 27 % by total (Kelley 1939).
"""

from __future__ import annotations

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


def of(students: Sequence[Sequence[Answered]], scores: Iterable[float | None], points: float) -> Statistics:
    """The statistics of a class: each student's questions, and what counts for each.

    A question that ended in the grader's own fault is left out for that student, and so is a bonus that was not begun:
    nobody has to.
    """
    found = tuple(score for score in scores if score is not None)
    names = list(dict.fromkeys(q.name for questions in students for q in questions))
    column = {name: n for n, name in enumerate(names)}
    table = np.full((len(students), len(names)), np.nan)  # (student, question)
    kept: dict[str, list[Answered]] = {name: [] for name in names}
    for row, questions in enumerate(students):
        for each in questions:
            if each.status != "ours" and not (each.bonus and each.status == "not_implemented"):
                table[row, column[each.name]] = each.score
                kept[each.name].append(each)
    totals = np.nansum(table, axis=1) if names else np.zeros(len(students))
    items = tuple(_item(kept[name], table[:, column[name]], totals) for name in names if kept[name])
    return Statistics(len(students), found, points, items, _mistakes(students))


def _item(asked: Sequence[Answered], scores: np.ndarray, totals: np.ndarray) -> Item:
    there = ~np.isnan(scores)
    mine, rest = scores[there], (totals - np.nan_to_num(scores))[there]
    points = asked[0].points
    difficulty = float(mine.mean() / points) if points else 1.0
    correlation, index = _correlation(mine, rest), _index(mine, totals[there], points)
    statuses = dict(Counter(each.status for each in asked))
    seconds = float(np.median([each.seconds for each in asked]))
    suspicions = tuple(_suspicions(len(mine), difficulty, correlation))
    name, exercise = asked[0].name, asked[0].exercise
    return Item(name, exercise, points, len(mine), difficulty, correlation, index, seconds, statuses, suspicions)


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


def _mistakes(students: Sequence[Sequence[Answered]]) -> tuple[Mistake, ...]:
    """Each named mistake with how many students made it at least once, the commonest first."""
    made: Counter[tuple[str, str]] = Counter()
    asked: Counter[str] = Counter()
    for questions in students:
        made.update({(q.mistake, q.exercise) for q in questions if q.mistake})
        asked.update({q.exercise for q in questions})
    found = [Mistake(name, exercise, count, asked[exercise]) for (name, exercise), count in made.items()]
    return tuple(sorted(found, key=lambda each: (-each.count, each.name)))
