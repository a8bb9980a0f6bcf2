"""course.toml: what a course lays down about due dates, lateness, attempts and extra credit, read and refused."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.manifest import Course, Table, nearest
from autograder.model import AutograderError
from autograder.policies import PERIODS, ROUNDINGS, Extension, Late, Policy

SETTINGS = "course.toml"
KEYS = ("due", "late", "attempt", "drop", "extra_credit", "most_percent", "round", "rounding", "extension")


def of(course: Course) -> dict[str, Policy]:
    """The policies of a course by topic, `` for those that its course.toml does not name, held against what there is.

    Raises AutograderError with the file, the key and what is allowed, for a topic, an exercise or a question that
    nobody has as well: a misspelt name would be a policy that never applies.
    """
    path = course.root / SETTINGS
    found = read(path)
    topics = [folder.parent.name for folder in course.root.glob("assignments/*/assignment.toml")]
    for topic, policy in found.items():
        if topic and topic not in topics:
            raise AutograderError(f"{path}: topic.{topic}: there is no topic {topic!r}{nearest(topic, topics)}")
        meant = [topic] if topic else topics
        where = f"{path}: topic.{topic}" if topic else f"{path}: policy"
        usual = found[""] if topic else Policy()
        _refuse_unknown(where, "drop", policy.drop if policy.drop != usual.drop else (), course, meant)
        _refuse_unknown(where, "extra_credit", policy.extra if policy.extra != usual.extra else (), course, meant)
    return found


def _refuse_unknown(where: str, key: str, names: Iterable[str], course: Course, topics: Iterable[str]) -> None:
    """Refuse what is neither an exercise nor a question of any of these topics."""
    known = {exercise.name for topic in topics for exercise in course.assignment(topic).exercises}
    left = [name for name in names if name not in known]
    if left:
        known |= {name for topic in topics for path in course.graders(topic) for name in _questions(path)}
    for name in left:
        if name.partition("[")[0] not in known:
            raise AutograderError(f"{where}: {key}: there is no exercise or question {name!r}{nearest(name, known)}")


def _questions(graders: Path) -> Iterator[str]:
    """The names of the questions in a file, read and not run."""
    try:
        tree = ast.parse(graders.read_text("utf-8"), str(graders))
    except (SyntaxError, ValueError) as error:
        raise AutograderError(f"{graders} cannot be read: {error}") from None
    for node in ast.walk(tree):
        name = node.name if isinstance(node, (ast.FunctionDef, ast.alias)) else ""
        name = node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else name
        if name.startswith("test_"):
            yield name.removeprefix("test_")


def read(path: Path) -> dict[str, Policy]:
    """The policies in a course.toml as it stands. A course without one has none.

    Raises AutograderError with the file, the key and what is allowed.
    """
    table = _table(path)
    zone = _zone(table)
    usual = _policy(Table(table.get("policy", dict, {}), f"{path}: policy"), Policy(), zone)
    topics = Table(table.get("topic", dict, {}), f"{path}: topic")
    return {
        "": usual,
        **{
            name: _policy(Table(topics.get(name, dict), f"{path}: topic.{name}"), usual, zone) for name in topics.values
        },
    }


def zone_of(course: Course) -> tzinfo | None:
    """The time zone of all times in a course that name none; None for this machine's. Raises AutograderError."""
    return _zone(_table(course.root / SETTINGS))


def _table(path: Path) -> Table:
    try:
        raw = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}") from None
    table = Table(raw, f"{path}")
    table.only("format", "timezone", "policy", "topic", "cluster")  # the last is for cluster.py to read
    if table.get("format", int, 1) != 1:
        raise AutograderError(f"{path}: format = {raw['format']}, this version reads 1")
    return table


def _zone(table: Table) -> tzinfo | None:
    name = table.get("timezone", str, "local")
    found = None if name == "local" else zone_named(name)
    if found is None and name != "local":
        raise AutograderError(f"{table.where}: timezone = {name!r} is not like 'Europe/Berlin'")
    return found


def zone_named(name: str) -> tzinfo | None:
    """A time zone by its name, e.g. Europe/Berlin; None for a name that is none.

    Raises AutograderError where the system has no database of them, as Windows has none.
    """
    if name in ("UTC", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        if _has_zones():
            return None
        raise AutograderError(
            f"the time zone {name!r} cannot be looked up, because this system has no database of time zones: "
            ".venv/bin/pip install tzdata"
        ) from None


def placed(at: datetime, zone: tzinfo | None) -> datetime:
    """A time with its zone: its own, else this one, else this machine's."""
    if at.tzinfo is not None:
        return at
    return at.replace(tzinfo=zone) if zone is not None else at.astimezone()


def _has_zones() -> bool:
    try:
        return ZoneInfo("UTC") is not None
    except ZoneInfoNotFoundError:
        return False


def _policy(table: Table, usual: Policy, zone: tzinfo | None) -> Policy:
    table.only(*KEYS)
    values = table.values
    listed = table.listed("extension", dict) if values.get("extension", []) != [] else []
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
        changes["places"] = _between(table, "round", 0, 6, kind=int)
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
        flagged_periods=_between(table, "flagged_periods", 0, 10_000, 0, kind=int),
    )


def _between(
    table: Table, name: str, least: float, most: float, default: float | None = None, kind: Any = (int, float)
) -> Any:
    value = table.get(name, (int, float), default)
    if not isinstance(value, kind):
        raise AutograderError(f"{table.where}: {name} = {value} is no whole number")
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
    return placed(found, zone)
