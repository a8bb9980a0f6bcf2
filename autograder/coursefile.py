"""course.toml: what a course lays down about due dates, lateness, attempts and extra credit, read and refused."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.manifest import Table
from autograder.model import AutograderError
from autograder.policies import PERIODS, ROUNDINGS, Extension, Late, Policy

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
