"""From what the grader found to what counts: drops, extra credit, lateness, overrides, rounding. Pure functions.

Each thing that changes a score is a line that the student can read; what the grader found is kept beside it.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.manifest import Table
from autograder.model import AutograderError, Sentence, sentence
from autograder.scoring import Asked, total

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
    """What counts in one topic. drop, extra: exercises or questions. attempt: `latest` or `best`."""

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
class Decisions:
    """What people decided about one student in one topic. score: instead of the computed one."""

    score: float | None = None
    questions: Mapping[str, float] | None = None
    excused: bool = False
    until: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Line:
    """One thing that a policy or a person did to a score, and by how much."""

    text: Sentence
    change: float = 0.0


@dataclass(frozen=True)
class Final:
    """What counts, and why. raw, raw_points: as the grader found them. score: None where nothing counts."""

    raw: float | None
    raw_points: float
    score: float | None
    points: float
    lines: tuple[Line, ...] = ()
    excused: bool = False
    is_late: bool = False


def due_for(policy: Policy, student: str, section: str, until: datetime | None = None) -> datetime | None:
    """When a student's work is due: the latest of the topic's date and the extensions that are theirs."""
    if policy.due is None:
        return None
    theirs = [
        each.until
        for each in policy.extensions
        if (not each.student or each.student == student) and (not each.section or each.section == section)
    ]
    return max([policy.due, *theirs, *([until] if until else [])])


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
    raw, raw_points = total(each.score for each in asked), total(each.points for each in asked)
    lines: list[Line] = []
    scores, points = _questions(asked, policy, decisions, lines)
    score = total(scores.values())
    most = points * policy.most_percent / 100
    if score > most:
        text = sentence("no more than {percent:g} percent count", percent=policy.most_percent)
        lines.append(Line(text, total([most, -score])))
        score = most
    due = due_for(policy, student, section, decisions.until)
    is_late, lateness = _lateness(score, policy.late, due, handed_in, flagged)
    lines += lateness
    score = total([score, *(line.change for line in lateness)])
    if decisions.score is not None:
        text = sentence("set by the instructor: {why}", why=decisions.why)
        lines.append(Line(text, total([decisions.score, -score])))
        score = decisions.score
    rounded = _rounded(score, policy)
    if not math.isclose(rounded, score, abs_tol=1e-9):
        lines.append(Line(sentence("rounded to {places} decimals", places=policy.places), total([rounded, -score])))
    if decisions.excused:
        lines.append(Line(sentence("excused: {why}", why=decisions.why)))
        return Final(raw, raw_points, None, points, tuple(lines), True, is_late)
    return Final(raw, raw_points, rounded, points, tuple(lines), False, is_late)


def _questions(
    asked: Sequence[Asked], policy: Policy, decisions: Decisions, lines: list[Line]
) -> tuple[dict[str, float], float]:
    """Each question's score and the points that are to be had, after drops, extra credit and people's decisions."""
    scores = {each.name: each.score for each in asked}
    for name, value in (decisions.questions or {}).items():
        if name in scores and scores[name] != value:
            text = sentence("{name} set by the instructor: {why}", name=name, why=decisions.why)
            lines.append(Line(text, total([value, -scores[name]])))
            scores[name] = value
    dropped = [each for each in asked if {each.name, each.exercise} & set(policy.drop)]
    for each in dropped:
        lines.append(Line(sentence("{name} does not count", name=each.name), -scores.pop(each.name)))
    extra = [each for each in asked if {each.name, each.exercise} & set(policy.extra) and each.name in scores]
    for each in extra:
        lines.append(Line(sentence("{name} is extra credit, in the score and not in the points", name=each.name)))
    regular = (each.points for each in asked if each not in dropped and each not in extra)
    return scores, total(regular)


def _lateness(
    score: float, late: Late, due: datetime | None, handed_in: datetime | None, flagged: bool
) -> tuple[bool, list[Line]]:
    """Whether it came late, and what that costs."""
    if handed_in is None or due is None:
        if not flagged:
            return False, []
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


KEYS = ("due", "late", "attempt", "drop", "extra_credit", "most_percent", "round", "rounding", "extension")


def read(path: Path) -> dict[str, Policy]:
    """The policies in a course.toml by topic, `` for those that it does not name. A course without one has none.

    Raises AutograderError with the file, the key and what is allowed.
    """
    if not path.exists():
        return {"": Policy()}
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}") from None
    table = Table(raw, f"{path}")
    table.only("format", "timezone", "policy", "topic", "cluster")  # the last is for cluster.py to read
    if table.get("format", int, 1) != 1:
        raise AutograderError(f"{path}: format = {raw['format']}, this version reads 1")
    zone = _zone(table)
    usual = _policy(Table(table.get("policy", dict, {}), f"{path}: policy"), Policy(), zone)
    topics = table.get("topic", dict, {})
    found = {name: _policy(Table(topics[name], f"{path}: topic.{name}"), usual, zone) for name in topics}
    return {"": usual, **found}


def _zone(table: Table) -> tzinfo | None:
    name = table.get("timezone", str, "local")
    try:
        return None if name == "local" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise AutograderError(f"{table.where}: timezone = {name!r} is not like 'Europe/Berlin'") from None


def _policy(table: Table, usual: Policy, zone: tzinfo | None) -> Policy:
    table.only(*KEYS)
    values = table.values
    listed = table.get("extension", list, [])
    extensions = [_extension(Table(each, f"{table.where}: extension"), zone) for each in listed]
    changes: dict[str, Any] = {"extensions": (*usual.extensions, *extensions)}
    if "due" in values:
        changes["due"] = _time(table, "due", zone)
    if "late" in values:
        changes["late"] = _late(Table(table.get("late", dict), f"{table.where}: late"))
    if "attempt" in values:
        changes["attempt"] = table.one_of("attempt", "latest", "best")
    for key, name in (("drop", "drop"), ("extra_credit", "extra")):
        if key in values:
            changes[name] = tuple(table.listed(key, str))
    if "most_percent" in values:
        changes["most_percent"] = float(table.positive("most_percent"))
    if "round" in values:
        changes["places"] = _between(table, "round", 0, 6)
    if "rounding" in values:
        changes["rounding"] = table.one_of("rounding", *ROUNDINGS)
    return replace(usual, **changes)


def _late(table: Table) -> Late:
    table.only("percent", "per", "grace_minutes", "cap_percent", "flagged_periods")
    usual = Late()
    return Late(
        percent=_between(table, "percent", 0, 100),
        per=table.one_of("per", *PERIODS, default="day"),
        grace=timedelta(minutes=_between(table, "grace_minutes", 0, 100_000, 0)),
        cap_percent=_between(table, "cap_percent", 0, 100, usual.cap_percent),
        flagged_periods=int(_between(table, "flagged_periods", 0, 10_000, 0)),
    )


def _between(table: Table, name: str, least: float, most: float, default: float | None = None) -> Any:
    value = table.get(name, (int, float), default)
    if not least <= value <= most:
        raise AutograderError(f"{table.where}: {name} = {value} is not between {least:g} and {most:g}")
    return value


def _extension(table: Table, zone: tzinfo | None) -> Extension:
    table.only("until", "student", "section", "why")
    words = {name: table.get(name, str, "") for name in ("student", "section", "why")}
    if not words["student"] and not words["section"]:
        raise AutograderError(f"{table.where}: student or section is missing: whose extension is it?")
    return Extension(_time(table, "until", zone), **words)


def _time(table: Table, name: str, zone: tzinfo | None) -> datetime:
    value = table.get(name, object)
    return moment(value, zone, f"{table.where}: {name}")


def moment(value: object, zone: tzinfo | None, where: str) -> datetime:
    """A time with its zone: TOML's own, or text like 2026-11-30T23:59 or 2026-11-30, which means the end of that day.

    Raises AutograderError.
    """
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    text = f"{text}T23:59:59" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise AutograderError(f"{where} = {value!r} is no time like 2026-11-30T23:59") from None
    if found.tzinfo is not None:
        return found
    return found.replace(tzinfo=zone) if zone is not None else found.astimezone()
