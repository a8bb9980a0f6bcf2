"""A course's folders and the facts in assignments/<topic>/assignment.toml, checked as they are read."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from autograder.model import Assignment, AutograderError, Exercise, Forbidden, Limits, Sentence, UsageError, sentence

FORMAT = 1
LANGUAGES = ("en", "zh")
OPERATOR = re.compile(r"[a-z]\w*\.[\w*]+")


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
            raise UsageError(
                sentence("there is no topic {name!r}{nearest}", name=topic, nearest=nearest_of(topic, topics))
            )
        return read(path)

    @property
    def hidden(self) -> tuple[Path, ...]:
        """What no submission may read: solutions, graders, the secret of the seeds, and where results go by default."""
        return tuple(self.root / name for name in ("solutions", "tests/graders", "course.secret", "out"))

    def solutions(self, topic: str) -> Path:
        """The hidden folder with solution.py, mistakes.py and alternatives.py."""
        return self.root / "solutions" / topic

    def starter(self, topic: str) -> Path:
        """The generated file that a student edits."""
        return self.root / "starter" / f"{topic}.py"

    def recording(self, topic: str) -> Path:
        """In a student's edition, what stands in for the hidden folder."""
        return self.root / "reference" / f"{topic}.rec"

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
    raise UsageError(
        sentence("{folder} is not inside a course: no folder above it has assignments/", folder=str(folder))
    )


def nearest_of(name: str, names: Iterable[str]) -> Sentence:
    """The end of a sentence that refuses a name: the nearest one, else all there are."""
    names = sorted(names)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return sentence("; did you mean {name!r}?", name=close[0])
    return sentence("; there are {names}", names=", ".join(names)) if names else sentence("; there are none")


def nearest(name: str, names: Iterable[str]) -> str:
    """The same in English."""
    return str(nearest_of(name, names))


def read(path: Path) -> AssignmentFile:
    """An assignment.toml as facts. Raises AutograderError with the file, the key and what is allowed."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}") from None
    where = Table(raw, f"{path}")
    where.only("format", "topic", "points", "framework", "number", "title", "limits", "exercise")
    if where.get("format", int) != FORMAT:
        raise AutograderError(f"{path}: format = {raw['format']}, this version reads {FORMAT}")
    if where.get("topic", str) != path.parent.name:
        raise AutograderError(f"{path}: topic = {raw['topic']!r}, its folder is named {path.parent.name!r}")
    framework = where.one_of("framework", "numpy", "torch")
    exercises = tuple(_exercise(Table(item, f"{path}: exercise"), framework) for item in where.listed("exercise", dict))
    _refuse_double(exercises, path)
    return AssignmentFile(
        topic=raw["topic"],
        points=float(where.positive("points")),
        title=where.title(),
        framework=framework,
        exercises=exercises,
        limits=_limits(Table(where.get("limits", dict, {}), f"{path}: limits")),
        number=where.get("number", int, 99),
    )


class Table:
    """A TOML table that refuses what it does not know; each refusal names the file and the key."""

    def __init__(self, values: Mapping[str, Any], where: str) -> None:
        self.values, self.where = values, where

    def only(self, *names: str) -> None:
        """Refuse every other key."""
        for name in self.values:
            if name not in names:
                raise AutograderError(f"{self.where}: unknown key {name!r}{nearest(name, names)}")

    def get(self, name: str, kind: Any, default: Any = None) -> Any:
        """A value of this kind."""
        value = self.values.get(name, default)
        if value is None:
            raise AutograderError(f"{self.where}: {name} is missing")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise AutograderError(f"{self.where}: {name} = {value!r} has the wrong type")
        return value

    def positive(self, name: str, kind: Any = (int, float)) -> Any:
        """A finite number above zero."""
        value = self.get(name, kind)
        if not 0 < value < math.inf:
            raise AutograderError(f"{self.where}: {name} = {value} is not positive")
        return value

    def flag(self, name: str) -> bool:
        """Whether something holds; False when it is left out."""
        value = self.values.get(name, False)
        if not isinstance(value, bool):
            raise AutograderError(f"{self.where}: {name} = {value!r} is neither true nor false")
        return value

    def listed(self, name: str, kind: type, default: Any = None) -> list[Any]:
        """A list, not empty, of values of this kind."""
        values: list[Any] = self.get(name, list, default)
        if not values or not all(isinstance(value, kind) for value in values):
            raise AutograderError(f"{self.where}: {name} = {values!r} has the wrong type")
        return values

    def one_of(self, name: str, *allowed: str, default: str | None = None) -> str:
        """One of some words."""
        value = self.get(name, str, default)
        if value not in allowed:
            raise AutograderError(f"{self.where}: {name} = {value!r}, allowed are {' and '.join(map(repr, allowed))}")
        return str(value)

    def title(self) -> Mapping[str, str]:
        """The title in every language."""
        title = self.get("title", dict)
        missing = [language for language in LANGUAGES if not title.get(language) or type(title[language]) is not str]
        if missing:
            raise AutograderError(f"{self.where}: title has no {missing[0]}")
        return dict(title)


def _exercise(table: Table, framework: str) -> Exercise:
    forbidden = ("forbidden", "forbidden_operators", "forbidden_costs")
    table.only("name", "points", "title", "functions", "lecture", "starter", "bonus", *forbidden)
    name = table.get("name", str)
    if not name.isidentifier():
        raise AutograderError(f"{table.where}: name = {name!r} is not a Python name")
    return Exercise(
        name=name,
        points=float(table.positive("points")),
        title=table.title(),
        functions=tuple(table.listed("functions", str, [name])),
        lecture=table.get("lecture", str, ""),
        starter=table.one_of("starter", "unimplemented", "buggy", default="unimplemented"),
        forbidden=_forbidden(Table(table.values, f"{table.where}: {name}"), framework),
        bonus=table.flag("bonus"),
    )


def _forbidden(table: Table, framework: str) -> Forbidden:
    names, operators = (
        tuple(table.listed(key, str)) if key in table.values else () for key in ("forbidden", "forbidden_operators")
    )
    for name in names:
        if not all(step.isidentifier() for step in name.split(".")):
            raise AutograderError(f"{table.where}: forbidden = {name!r} is not a dotted name like 'numpy.linalg.lstsq'")
        above = next((other for other in names if name.startswith(f"{other}.") or names.count(name) > 1), None)
        if above is not None:
            raise AutograderError(f"{table.where}: forbidden = {name!r} is said already by {above!r}")
    for operator in operators:
        if not OPERATOR.fullmatch(operator):
            raise AutograderError(
                f"{table.where}: forbidden_operators = {operator!r} is not an operator like 'aten._softmax'"
            )
    if operators and framework != "torch":
        raise AutograderError(f"{table.where}: forbidden_operators are PyTorch's, and framework = {framework!r}")
    if "forbidden_costs" in table.values and not (names or operators):
        raise AutograderError(f"{table.where}: forbidden_costs without forbidden or forbidden_operators")
    return Forbidden(names, operators, table.one_of("forbidden_costs", "points", "flag", default="points"))


def _refuse_double(exercises: Iterable[Exercise], path: Path) -> None:
    names = [exercise.name for exercise in exercises]
    for name in names:
        if names.count(name) > 1:
            raise AutograderError(f"{path}: exercise: two are named {name!r}")


def _limits(table: Table) -> Limits:
    table.only(*(item.name for item in fields(Limits)))
    whole = {item.name for item in fields(Limits) if isinstance(item.default, int)}
    return Limits(**{name: table.positive(name, int if name in whole else (int, float)) for name in table.values})
