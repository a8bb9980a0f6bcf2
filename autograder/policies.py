"""From what the grader found to what counts: drops, extra credit, lateness, overrides, rounding. Pure functions.

Each thing that changes a score is a line that the student can read; what the grader found is kept beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal

from autograder.model import Sentence, sentence
from autograder.scoring import Asked, total, worth

ROUNDINGS = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_UP, "down": ROUND_DOWN}
PERIODS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}


@dataclass(frozen=True)
class Late:
    """What lateness costs: so many percent of the score for each period begun, at most `cap_percent`.

    grace: forgiven altogether. flagged_periods: what counts when only the platform's flag says that it was late.
    """

    percent: float = 0.0
    per: str = "day"
    grace: timedelta = timedelta()
    cap_percent: float = 100.0
    flagged_periods: int = 0


@dataclass(frozen=True)
class Extension:
    """More time for a student or a section."""

    until: datetime
    student: str = ""
    section: str = ""
    why: str = ""


@dataclass(frozen=True)
class Policy:
    """What counts in one topic. drop, extra: exercises or questions. attempt: `latest` or `best`.

    extra: besides those that the assignment itself makes a bonus.
    """

    due: datetime | None = None
    late: Late = Late()
    attempt: str = "latest"
    drop: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()
    most_percent: float = math.inf
    places: int | None = None
    rounding: str = "half_up"
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True)
class Given:
    """A score that a person gave, and why."""

    score: float
    why: str = ""


@dataclass(frozen=True)
class Decisions:
    """What people decided about one student in one topic. score: instead of the computed one. excused: why, or None."""

    score: Given | None = None
    questions: Mapping[str, Given] = field(default_factory=dict)
    excused: str | None = None
    until: datetime | None = None

    @property
    def settle(self) -> bool:
        """Whether they say what counts by themselves, also for somebody who handed in nothing."""
        return self.score is not None or self.excused is not None


@dataclass(frozen=True)
class Line:
    """One thing that a policy or a person did to a score, and by how much."""

    text: Sentence
    change: float = 0.0


@dataclass(frozen=True)
class Final:
    """What counts, and why. raw, raw_points: as the grader found them. score: None where nothing counts.

    A score may be larger than its points, by extra credit.
    """

    raw: float | None
    raw_points: float
    score: float | None
    points: float
    lines: tuple[Line, ...] = ()
    excused: bool = False
    is_late: bool = False


def extended_for(policy: Policy, student: str, section: str, until: datetime | None = None) -> datetime | None:
    """Until when a student has more time than the topic's date gives, None without an extension of theirs."""
    theirs = [
        each.until
        for each in policy.extensions
        if (not each.student or each.student == student) and (not each.section or each.section == section)
    ]
    latest = max([*theirs, *([until] if until else [])], default=None)
    return latest if latest is not None and (policy.due is None or latest > policy.due) else None


def final(
    asked: Iterable[Asked],
    policy: Policy,
    *,
    student: str = "",
    section: str = "",
    handed_in: datetime | None = None,
    flagged: bool = False,
    decisions: Decisions = Decisions(),
) -> Final:
    """What counts of one graded submission.

    Questions that a person decided, dropped ones, extra credit, lateness, an overriding total, rounding: in that order.
    """
    asked = tuple(asked)
    raw, raw_points = total(each.score for each in asked), worth(asked)
    lines: list[Line] = []
    scores, points = _questions(asked, policy, decisions, lines)
    score = total(scores.values())
    most = points * policy.most_percent / 100
    if score > most:
        text = sentence("no more than {percent:g} percent count", percent=policy.most_percent)
        lines.append(Line(text, total([most, -score])))
        score = most
    extended = extended_for(policy, student, section, decisions.until)
    is_late, lateness = _lateness(score, policy, extended, handed_in, flagged)
    lines += lateness
    score = total([score, *(line.change for line in lateness)])
    if decisions.score is not None:
        text = sentence("set by the instructor: {why}", why=decisions.score.why)
        lines.append(Line(text, total([decisions.score.score, -score])))
        score = decisions.score.score
    rounded = _rounded(score, policy)
    if not math.isclose(rounded, score, abs_tol=1e-9):
        lines.append(Line(sentence("rounded to {places} decimals", places=policy.places), total([rounded, -score])))
    if decisions.excused is not None:
        lines.append(Line(sentence("excused: {why}", why=decisions.excused)))
        return Final(raw, raw_points, None, points, tuple(lines), True, is_late)
    return Final(raw, raw_points, rounded, points, tuple(lines), False, is_late)


def _questions(
    asked: Sequence[Asked], policy: Policy, decisions: Decisions, lines: list[Line]
) -> tuple[dict[str, float], float]:
    """Each question's score and the points that are to be had, after drops, extra credit and people's decisions."""
    scores = {each.name: each.score for each in asked}
    for name, given in decisions.questions.items():
        if name in scores and scores[name] != given.score:
            text = sentence("{name} set by the instructor: {why}", name=name, why=given.why)
            lines.append(Line(text, total([given.score, -scores[name]])))
            scores[name] = given.score
    dropped = [each for each in asked if {each.name, each.exercise} & set(policy.drop)]
    for each in dropped:
        lines.append(Line(sentence("{name} does not count", name=each.name), -scores.pop(each.name)))
    named = [each for each in asked if {each.name, each.exercise} & set(policy.extra) and each.name in scores]
    extra = [each for each in named if not each.bonus]
    for each in extra:
        lines.append(Line(sentence("{name} is extra credit, in the score and not in the points", name=each.name)))
    return scores, worth(each for each in asked if each not in dropped and each not in extra)


def _lateness(
    score: float, policy: Policy, extended: datetime | None, handed_in: datetime | None, flagged: bool
) -> tuple[bool, list[Line]]:
    """Whether it came late, and what that costs.

    A platform's flag rests on the date that the platform knows, which may not be the student's own.
    """
    late, due = policy.late, extended if extended and (policy.due or flagged) else policy.due
    if handed_in is None or due is None:
        if not flagged:
            return False, []
        if extended is not None:
            text = sentence(
                "late, the platform says; extended to {until}, and when it came is not known, so that it costs nothing",
                until=extended.isoformat(" ", "minutes"),
            )
            return True, [Line(text)]
        if not late.percent or not late.flagged_periods:
            return True, [Line(sentence("late, the platform says; when is not known, so that it costs nothing"))]
        return True, [_penalty(score, late, late.flagged_periods)]
    over = handed_in - due
    if over <= timedelta():
        return False, []
    if over <= late.grace:
        return True, [Line(sentence("late by {time}, within the time of grace", time=_shown(over)))]
    if not late.percent:
        return True, [Line(sentence("late by {time}, which costs nothing", time=_shown(over)))]
    return True, [_penalty(score, late, math.ceil((over - late.grace) / PERIODS[late.per]), over)]


def _penalty(score: float, late: Late, periods: int, over: timedelta | None = None) -> Line:
    percent = min(late.percent * periods, late.cap_percent)
    by = _shown(over) if over is not None else sentence("the platform's flag")
    text = sentence("late by {time}: {percent:g} percent less", time=by, percent=percent)
    return Line(text, total([-score * percent / 100]))


def _shown(span: timedelta) -> str:
    minutes = math.ceil(span.total_seconds() / 60)
    return f"{minutes // 1440} d {minutes % 1440 // 60:02d}:{minutes % 60:02d}"


def _rounded(score: float, policy: Policy) -> float:
    if policy.places is None:
        return score
    unit = Decimal(1).scaleb(-policy.places)
    return float(Decimal(str(round(score, 9))).quantize(unit, ROUNDINGS[policy.rounding]))


def counts(attempts: Sequence[Final], policy: Policy) -> int:
    """Which of several attempts counts, given in the order of time: the latest, or the first of the best."""
    if policy.attempt == "latest":
        return len(attempts) - 1
    scores = [each.score if each.score is not None else -math.inf for each in attempts]
    return scores.index(max(scores))
