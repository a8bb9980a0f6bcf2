"""One thing that a topic has not proved: where, what is wrong, and what to do about it."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bank import MARK, Variant
from autograder.manifest import Course


@dataclass(frozen=True)
class Refusal:
    """proof: the short name of what was tried. place: `file, line n`. what: what is wrong. do: how to mend it."""

    proof: str
    place: str
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.place}: {self.proof}: {self.what}; {self.do}"


@dataclass(frozen=True)
class Places:
    """Where the things of one topic stand, as `file, line n` from the course's root; the file where no line is."""

    course: Course
    topic: str

    def at(self, path: Path, line: int = 0) -> str:
        """A file, and a line in it."""
        shown = path.relative_to(self.course.root).as_posix()
        return f"{shown}, line {line}" if line else shown

    @property
    def facts(self) -> Path:
        """The assignment.toml."""
        return self.course.root / "assignments" / self.topic / "assignment.toml"

    @property
    def solution(self) -> Path:
        """The solution.py."""
        return self.course.solutions(self.topic) / "solution.py"

    def fact(self, text: str = "") -> str:
        """The first line of assignment.toml that begins with a text."""
        return self.at(self.facts, _line(self.facts, rf"\s*{re.escape(text)}") if text else 0)

    def exercise(self, name: str) -> str:
        """Where an exercise is named."""
        return self.at(self.facts, _line(self.facts, rf"\s*name\s*=\s*[\"']{re.escape(name)}[\"']"))

    def question(self, name: str) -> str:
        """Where a question is defined."""
        for path in self.course.graders(self.topic):
            line = line_of(path, f"test_{name.split('[')[0]}")
            if line:
                return self.at(path, line)
        return self.at(self.course.root / "tests" / "graders" / self.topic)

    def definition(self, name: str) -> str:
        """Where solution.py defines a name."""
        return self.at(self.solution, line_of(self.solution, name.split(".")[0]))

    def variant(self, variant: Variant) -> str:
        """Where a mistake or an alternative is defined; for one made by machine, what it was made of."""
        return next(map(place_of, variant.replaced.values()), self.at(self.course.solutions(self.topic)))


def place_of(made: Any) -> str:
    """Where a function or class of a topic's bank stands, from the course's root."""
    found = inspect.unwrap(made)
    try:
        path, line = Path(inspect.getsourcefile(found) or ""), inspect.getsourcelines(found)[1]
    except (OSError, TypeError):
        return "solutions"
    lines = path.read_text("utf-8").splitlines()
    if MARK in getattr(found, "__dict__", {}):  # from its decorator to the line that names it
        line = next((n for n in range(line, len(lines) + 1) if re.match(r"(def|class)\b", lines[n - 1])), line)
    return f"{Path(*path.parts[-3:]).as_posix()}, line {line}"


def _line(path: Path, pattern: str) -> int:
    """The first line that matches, 0 for none."""
    lines = path.read_text("utf-8").splitlines()
    return next((number for number, text in enumerate(lines, 1) if re.match(pattern, text)), 0)


def line_of(path: Path, name: str) -> int:
    """The line of a function or class, 0 for none."""
    return next((node.lineno for node in definitions(path) if node.name == name), 0)


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def definitions(path: Path) -> Iterator[Definition]:
    """The functions and classes of a module, in order; none of a file that is no Python."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, UnicodeDecodeError, OSError):
        return
    yield from (node for node in tree.body if isinstance(node, Definition))
