"""The bank of known wrong answers and right variants: the decorators that register them and the loader.

A mistake or alternative is a function (or class) put in the place of one of solution.py's. Members that
share a `group` go in together.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from autograder.model import AutograderError

F = TypeVar("F", bound=Callable[..., Any])
MARK = "__bank__"


@dataclass(frozen=True)
class Entry:
    """What a decorator says of one function."""

    kind: str
    exercise: str
    replaces: str
    group: str
    hint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Variant:
    """A whole variant of the solution: the names it replaces and what stands there. `id` is unique in the topic."""

    id: str
    exercise: str
    replaced: Mapping[str, Any]
    hint: Mapping[str, str] = field(default_factory=dict)

    def on(self, solution: types.ModuleType) -> types.SimpleNamespace:
        """The solution's public names with this variant in place."""
        return types.SimpleNamespace(**{**public(solution), **self.replaced})


@dataclass(frozen=True)
class Bank:
    """A topic's solution with its mistakes and alternatives."""

    solution: types.ModuleType
    mistakes: tuple[Variant, ...]
    alternatives: tuple[Variant, ...]


def mistake(exercise: str, *, en: str = "", zh: str = "", replaces: str = "", group: str = "") -> Callable[[F], F]:
    """Register a wrong answer to `exercise` under its own name, with its hint as a question in two languages."""
    return _marking("mistake", exercise, replaces, group, {"en": en, "zh": zh})


def alternative(exercise: str, *, replaces: str = "", group: str = "") -> Callable[[F], F]:
    """Register a right answer to `exercise` that is written another way."""
    return _marking("alternative", exercise, replaces, group, {})


def _marking(kind: str, exercise: str, replaces: str, group: str, hint: Mapping[str, str]) -> Callable[[F], F]:
    def mark(function: F) -> F:
        entry = Entry(kind, exercise, replaces or exercise, group or function.__name__, hint)
        setattr(function, MARK, entry)
        return function

    return mark


def public(module: types.ModuleType) -> dict[str, Any]:
    """The names of a module that do not begin with an underscore."""
    return {name: value for name, value in vars(module).items() if not name.startswith("_")}


def load(folder: Path) -> Bank:
    """The bank in solutions/<topic>/. Raises AutograderError when a file is missing or an entry is wrong."""
    solution, package = load_solution(folder), _package(folder)
    mistakes, alternatives = (_module(package, folder, name) for name in ("mistakes", "alternatives"))
    return Bank(solution, _variants(mistakes, solution, "mistake"), _variants(alternatives, solution, "alternative"))


def load_solution(folder: Path) -> types.ModuleType:
    """Only the reference."""
    solution = _module(_package(folder), folder, "solution")
    if solution is None:
        raise AutograderError(f"{folder / 'solution.py'} is missing")
    return solution


def _package(folder: Path) -> str:
    """A package whose path is the folder, so that `from . import solution` works wherever a course lies."""
    name = f"_solutions_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"
    if name not in sys.modules:
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package
    return name


def _module(package: str, folder: Path, name: str) -> types.ModuleType | None:
    path = folder / f"{name}.py"
    if not path.exists():
        return None
    try:
        return importlib.import_module(f"{package}.{name}")
    except Exception as error:
        raise AutograderError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error


def _variants(module: types.ModuleType | None, solution: types.ModuleType, kind: str) -> tuple[Variant, ...]:
    groups: dict[str, list[tuple[Entry, Any]]] = {}
    for value in vars(module).values() if module is not None else ():
        entry = vars(value).get(MARK) if hasattr(value, "__dict__") else None
        if isinstance(entry, Entry) and entry.kind == kind:
            groups.setdefault(entry.group, []).append((entry, value))
    return tuple(_variant(name, members, solution) for name, members in groups.items())


def _variant(name: str, members: list[tuple[Entry, Any]], solution: types.ModuleType) -> Variant:
    for entry, _ in members:
        if not hasattr(solution, entry.replaces):
            raise AutograderError(f"{entry.kind} {name} replaces {entry.replaces}, which solution.py does not define")
    hint = next((entry.hint for entry, _ in members if any(entry.hint.values())), {})
    return Variant(name, members[0][0].exercise, {entry.replaces: value for entry, value in members}, hint)
