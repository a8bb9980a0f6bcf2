"""A course's folders and the facts in assignments/<topic>/assignment.toml, checked as they are read."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autograder.model import Assignment, AutograderError, Exercise, Limits, UsageError

FORMAT = 1
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Course:
    """The folders of a course, all found from its root."""

    root: Path

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that have an assignment.toml, in the order in which they are taught."""
        found = [path.parent.name for path in self.root.glob("assignments/*/assignment.toml")]
        return tuple(sorted(found, key=lambda topic: (self.assignment(topic).number, topic)))

    def assignment(self, topic: str) -> AssignmentFile:
        """The facts of one topic. Raises UsageError for a topic that is not there."""
        path = self.root / "assignments" / topic / "assignment.toml"
        if not path.exists():
            topics = [found.parent.name for found in self.root.glob("assignments/*/assignment.toml")]
            raise UsageError(f"there is no topic {topic!r}{nearest(topic, topics)}")
        return read(path)

    def solutions(self, topic: str) -> Path:
        """The hidden folder with solution.py, mistakes.py and alternatives.py."""
        return self.root / "solutions" / topic

    def starter(self, topic: str) -> Path:
        """The generated file that a student edits."""
        return self.root / "starter" / f"{topic}.py"

    def graders(self, topic: str) -> tuple[Path, ...]:
        """The grader files there are: public, and hidden where it is shipped."""
        folder = self.root / "tests" / "graders" / topic
        return tuple(path for path in (folder / "test_public.py", folder / "test_hidden.py") if path.exists())


@dataclass(frozen=True)
class AssignmentFile(Assignment):
    """An Assignment and its place in the course: topics are taught by `number`."""

    number: int = 99


def course_at(folder: Path) -> Course:
    """The course whose root is `folder` or one above it. Raises UsageError."""
    for root in (folder, *folder.parents):
        if (root / "assignments").is_dir():
            return Course(root)
    raise UsageError(f"{folder} is not inside a course: no folder above it has assignments/")


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a sentence that refuses a name: the nearest one, else all there are."""
    names = sorted(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(names) or 'none'}"


def read(path: Path) -> AssignmentFile:
    """An assignment.toml as facts. Raises AutograderError with the file, the key and what is allowed."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}") from None
    where = _Table(raw, f"{path}")
    where.only("format", "topic", "points", "framework", "number", "title", "limits", "exercise")
    if where.get("format", int) != FORMAT:
        raise AutograderError(f"{path}: format = {raw['format']}, this version reads {FORMAT}")
    if where.get("topic", str) != path.parent.name:
        raise AutograderError(f"{path}: topic = {raw['topic']!r}, its folder is named {path.parent.name!r}")
    framework = where.get("framework", str)
    if framework not in ("numpy", "torch"):
        raise AutograderError(f"{path}: framework = {framework!r}, allowed are 'numpy' and 'torch'")
    exercises = tuple(_exercise(_Table(item, f"{path}: exercise")) for item in where.get("exercise", list))
    return AssignmentFile(
        topic=raw["topic"],
        points=float(where.get("points", (int, float))),
        title=where.title(),
        framework=framework,
        exercises=exercises,
        limits=_limits(_Table(raw.get("limits", {}), f"{path}: limits")),
        number=where.get("number", int, 99),
    )


class _Table:
    """A TOML table that refuses what it does not know."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values, self.where = values, where

    def only(self, *names: str) -> None:
        for name in self.values:
            if name not in names:
                raise AutograderError(f"{self.where}: unknown key {name!r}{nearest(name, names)}")

    def get(self, name: str, kind: Any, default: Any = None) -> Any:
        value = self.values.get(name, default)
        if value is None:
            raise AutograderError(f"{self.where}: {name} is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise AutograderError(f"{self.where}: {name} = {value!r} has the wrong type")
        return value

    def title(self) -> Mapping[str, str]:
        title = self.get("title", dict)
        missing = [language for language in LANGUAGES if not title.get(language)]
        if missing:
            raise AutograderError(f"{self.where}: title has no {missing[0]}")
        return dict(title)


def _exercise(table: _Table) -> Exercise:
    table.only("name", "points", "title", "functions", "lecture", "starter")
    name = table.get("name", str)
    if not name.isidentifier():
        raise AutograderError(f"{table.where}: name = {name!r} is not a Python name")
    return Exercise(
        name=name,
        points=float(table.get("points", (int, float))),
        title=table.title(),
        functions=tuple(table.get("functions", list, [name])),
        lecture=table.get("lecture", str, ""),
        starter=table.get("starter", str, "unimplemented"),
    )


def _limits(table: _Table) -> Limits:
    table.only(*(item.name for item in fields(Limits)))
    values = {name: table.get(name, (int, float)) for name in table.values}
    for name, value in values.items():
        if value <= 0:
            raise AutograderError(f"{table.where}: {name} = {value} is not positive")
    return Limits(**values)
