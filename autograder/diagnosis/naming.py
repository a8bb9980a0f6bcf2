"""From a failed question to a pattern and a known mistake's name, or to silence.

A mistake is named when its answers, played in the student's place under two seeds, equal the student's at
every check, and no other mistake's do. A wrong hint is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.diagnosis.patterns import attribution, pattern_of
from autograder.diagnosis.replay import Play, Replay, agreements
from autograder.model import QuestionResult, Status, StudentFault, Verdict
from autograder.student import Connection

DIAGNOSED = (Status.WRONG, Status.RAISED)
SEEDS = ("naming 1", "naming 2")


@dataclass(frozen=True)
class Suspect:
    """A known mistake, ready to be played."""

    id: str
    hint: Mapping[str, str]
    connection: Connection


@dataclass(frozen=True)
class Finding:
    """A verdict with its pattern, and the mistakes that fit it; more than one is for `settled` to decide."""

    verdict: Verdict
    suspects: tuple[Suspect, ...] = ()


def diagnose(verdict: Verdict, replay: Replay, student: Connection, suspects: Iterable[Suspect]) -> Finding:
    """What is known about a failed question beyond its verdict.

    The student is asked again, under two seeds that are the same for everybody: so the known mistakes'
    answers are computed once for a whole class (`replay` may remember them), and naming costs two plays.
    """
    if verdict.status not in DIAGNOSED:
        return Finding(verdict)
    try:
        plays = [replay(student, seed) for seed in SEEDS]
    except StudentFault:
        return Finding(verdict)
    seen, own = pattern_of(plays), attribution(plays)
    verdict = replace(verdict, pattern=seen.says if seen else None, attribution=own.says if own else None)
    return Finding(verdict, tuple(suspect for suspect in suspects if _fits(suspect, plays, replay)))


def _fits(suspect: Suspect, plays: Sequence[Play], replay: Replay) -> bool:
    total = 0
    for play, seed in zip(plays, SEEDS, strict=True):
        count = agreements(play, replay(suspect.connection, seed))
        if count is None:
            return False
        total += count
    return total >= 2


def settled(questions: Iterable[tuple[QuestionResult, tuple[Suspect, ...]]]) -> tuple[QuestionResult, ...]:
    """The questions with their mistakes named; several suspects at one are narrowed by the exercise's others."""
    questions = list(questions)
    by_exercise: dict[str, list[set[str]]] = {}
    for question, suspects in questions:
        if suspects:
            by_exercise.setdefault(question.exercise, []).append({suspect.id for suspect in suspects})
    named = []
    for question, suspects in questions:
        common = set.intersection(*by_exercise[question.exercise]) if suspects else set()
        fitting = [suspect for suspect in suspects if len(suspects) == 1 or common == {suspect.id}]
        named.append(_named(question, fitting[0]) if fitting else question)
    return tuple(named)


def _named(question: QuestionResult, suspect: Suspect) -> QuestionResult:
    return replace(question, verdict=replace(question.verdict, mistake=suspect.id, hint=suspect.hint))
