"""Names of a site's own, told by a regular expression, and the times that names carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from autograder.coursefile import zone_named
from autograder.model import UsageError, sentence
from autograder.roster import Who
from autograder.sources.handed import HandIn, Stray
from autograder.sources.tree import Tree


def stray(where: str) -> Stray:
    """A file whose name says nothing of whose it is."""
    return Stray(where, sentence("its name is not of the form in which this platform names hand-ins"))


class Pattern:
    """Names of a site's own, told by a regular expression with nbgrader's groups.

    student_id; optionally first_name, last_name, name, email, timestamp, late, file_id. Matched against a whole path.
    """

    name = "pattern"

    def __init__(self, pattern: str) -> None:
        try:
            self.pattern = re.compile(pattern, re.DOTALL)
        except re.error as error:
            raise UsageError(f"--pattern {pattern!r} is no regular expression: {error}") from None
        if not {"student_id", "id"} & self.pattern.groupindex.keys():
            raise UsageError(f"--pattern {pattern!r} has no group (?P<student_id>…)")

    def fits(self, tree: Tree) -> bool:
        return any(self.pattern.match(each.path) for each in tree.entries)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for each in tree.entries:
            found = self.pattern.match(each.path)
            if found is None:
                yield stray(each.path)
                continue
            said = {name: value for name, value in found.groupdict().items() if value}
            student, when = said.get("student_id") or said.get("id") or "", said.get("timestamp", "")
            name = said.get("name") or f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
            ids = {"student": student, **({"email": said["email"]} if "email" in said else {})}
            rest = tuple(part for part in each.path[found.end() :].split("/") if part)
            file = replace(each, parts=rest or (said.get("file_id", each.name),))
            who, key, at = (Who(name, ids),), f"{student}\0{when}", timestamp(when)
            yield HandIn(who, (file,), each.path, at, late="late" in said, order=(when,), key=key)


def timestamp(text: str) -> datetime | None:
    """A time as nbgrader and Blackboard write it, in the zone that it names, if any; None if it is no time."""
    found = re.fullmatch(r"\s*(\d{4})-(\d\d)-(\d\d)[ T-](\d\d)[:-](\d\d)[:-](\d\d)(?:\.(\d{1,6})\d*)?\s*(\S*)\s*", text)
    if found is None:
        return None
    *numbers, fraction, zone = found.groups()
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        at = datetime(year, month, day, hour, minute, second, int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None
    named = zone_named(zone) if zone else None
    return at.replace(tzinfo=named) if named is not None or not zone else None
