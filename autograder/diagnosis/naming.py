"""From a failed question to a pattern and a known mistake's name, or to silence.

A mistake is named when its answers, played in the student's place under two seeds, equal the student's at
every check, and no other mistake's do. A question that draws nothing asks the same under both seeds, and a wrong
yes or no is shared by many programs: there a mistake also has to fit another failed question of its exercise, or be
the only one to fail of several. A wrong hint is worse than none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.diagnosis.patterns import attribution, pattern_of
from autograder.diagnosis.replay import Play, Replay, agreements, same_play, yes_or_no
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
    """A verdict with its pattern, and the mistakes that fit it; more than one is for `settled` to decide.

    telling: whether two seeds gave two probes, with more to them than yes or no. diagnosed: whether mistakes were
    looked for at all.
    """

    verdict: Verdict
    suspects: tuple[Suspect, ...] = ()
    telling: bool = True
    diagnosed: bool = False


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
    fitting = tuple(suspect for suspect in suspects if _fits(suspect, plays, replay))
    telling = not same_play(*plays) and not all(yes_or_no(play) for play in plays)
    return Finding(verdict, fitting, telling=telling, diagnosed=True)


def _fits(suspect: Suspect, plays: Sequence[Play], replay: Replay) -> bool:
    total = 0
    for play, seed in zip(plays, SEEDS, strict=True):
        count = agreements(play, replay(suspect.connection, seed))
        if count is None:
            return False
        total += count
    return total >= 2


def settled(questions: Iterable[tuple[QuestionResult, Finding]]) -> tuple[QuestionResult, ...]:
    """The questions with their mistakes named; several suspects at one are narrowed by the exercise's others."""
    questions = list(questions)
    by_exercise: dict[str, list[Finding]] = {}
    for question, finding in questions:
        by_exercise.setdefault(question.exercise, []).append(finding)
    named = []
    for question, finding in questions:
        suspect = _settled(finding, by_exercise[question.exercise])
        named.append(question if suspect is None else _named(question, suspect))
    return tuple(named)


def _settled(finding: Finding, findings: Sequence[Finding]) -> Suspect | None:
    """The one suspect at a question, as far as the findings of its whole exercise leave one."""
    if not finding.suspects:
        return None
    common = set.intersection(*({suspect.id for suspect in other.suspects} for other in findings if other.suspects))
    fitting = [s for s in finding.suspects if len(finding.suspects) == 1 or common == {s.id}]
    if not fitting or not (finding.telling or _borne_out(fitting[0], findings)):
        return None
    return fitting[0]


def _borne_out(suspect: Suspect, findings: Sequence[Finding]) -> bool:
    """Whether another failed question fits the suspect, or the exercise's other questions were asked and passed."""
    failed = [finding for finding in findings if finding.diagnosed]
    return sum(suspect in finding.suspects for finding in failed) > 1 or len(failed) == 1 < len(findings)


def _named(question: QuestionResult, suspect: Suspect) -> QuestionResult:
    return replace(question, verdict=replace(question.verdict, mistake=suspect.id, hint=suspect.hint))
