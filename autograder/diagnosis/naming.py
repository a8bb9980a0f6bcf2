"""From a failed question to a pattern and a known mistake's name, or to silence.

A mistake is named when its answers, played in the student's place under two seeds, equal the student's at
every check, and no other mistake's do. What the exercise's other questions showed must not speak against it: a mistake
that fails at a question where the student is right, or fails there with other answers, is not the student's. A question
that draws nothing asks the same under both seeds, and a wrong yes or no, or NaN, is shared by many programs: there a
mistake also has to fit another failed question of its exercise, or be the only one to fail of several. A wrong hint is
worse than none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.diagnosis.patterns import attribution, pattern_of
from autograder.diagnosis.replay import Play, Replay, agreements, same_play, says_little
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

    against: the ids of the mistakes that fail here, but otherwise. telling: whether two seeds gave two probes, with
    more to them than yes or no. diagnosed: whether mistakes were looked for at all. unexplained: what went wrong then.
    """

    verdict: Verdict
    suspects: tuple[Suspect, ...] = ()
    against: frozenset[str] = frozenset()
    telling: bool = True
    diagnosed: bool = False
    unexplained: str = ""


TellsApart = Callable[[Suspect, str], bool]


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
    fitting, against = [], set()
    for suspect in suspects:
        found = _compared(suspect, plays, replay)
        if found:
            fitting.append(suspect)
        elif found is False:
            against.add(suspect.id)
    telling = not same_play(*plays) and not all(says_little(play) for play in plays)
    return Finding(verdict, tuple(fitting), frozenset(against), telling=telling, diagnosed=True)


def _compared(suspect: Suspect, plays: Sequence[Play], replay: Replay) -> bool | None:
    """Whether a mistake gives the student's wrong answers (True) or other wrong ones (False); None for right ones."""
    total = 0
    for play, seed in zip(plays, SEEDS, strict=True):
        theirs = replay(suspect.connection, seed)
        count = agreements(play, theirs)
        if count is None:
            return False if theirs.is_wrong else None
        total += count
    return True if total >= 2 else None


def settled(questions: Iterable[tuple[QuestionResult, Finding]], tells_apart: TellsApart) -> tuple[QuestionResult, ...]:
    """The questions with their mistakes named; what the exercise's other questions showed narrows the suspects.

    tells_apart: whether the question of that name tells a mistake and the student apart; asked about suspects and
    passed questions only.
    """
    questions = list(questions)
    by_exercise: dict[str, list[tuple[QuestionResult, Finding]]] = {}
    for question, finding in questions:
        by_exercise.setdefault(question.exercise, []).append((question, finding))
    left = {exercise: _left(group, tells_apart) for exercise, group in by_exercise.items()}
    named = []
    for question, _ in questions:
        suspect = _settled(left[question.exercise][question.name], [*left[question.exercise].values()])
        named.append(question if suspect is None else _named(question, suspect))
    return tuple(named)


def _left(group: Sequence[tuple[QuestionResult, Finding]], tells_apart: TellsApart) -> dict[str, Finding]:
    """The findings of one exercise by question, without the suspects against whom another of its questions speaks."""
    cleared = _cleared(group, tells_apart)
    return {
        question.name: replace(finding, suspects=tuple(each for each in finding.suspects if each.id not in cleared))
        for question, finding in group
    }


def _cleared(group: Sequence[tuple[QuestionResult, Finding]], tells_apart: TellsApart) -> frozenset[str]:
    """The ids of the suspects of an exercise against whom one of its questions speaks."""
    suspects = {suspect.id: suspect for _, finding in group for suspect in finding.suspects}
    against = frozenset[str]().union(*(finding.against for _, finding in group))
    passed = [question.name for question, _ in group if question.verdict.status is Status.PASSED]
    return against | {
        name for name, each in suspects.items() if name not in against and any(tells_apart(each, n) for n in passed)
    }


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
