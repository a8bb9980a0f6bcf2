"""Programs that stand in no bank: right ones in unusual styles, and wrong ones whose true mistake a person has judged.

Each topic has a module in strangers/. A function there is called `NAME__STYLE`: NAME is what it replaces in the
solution, and functions of one STYLE go in together.
"""

from __future__ import annotations

import importlib.util
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import bank
from autograder.answering import Answerer
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Assignment, Report

FOLDER = Path(__file__).with_name("strangers")
TOPICS = tuple(sorted(path.stem for path in FOLDER.glob("*.py")))
COURSE = Course(Path(__file__).parents[2])


def right(function):
    """A right program, in an unusual style."""
    function.stranger = None
    return function


def wrong(*names: str):
    """A wrong program. names: the known mistakes that it is, by a person's judgement; none for most."""

    def mark(function):
        function.stranger = frozenset(names)
        return function

    return mark


def solution_of(topic: str) -> types.ModuleType:
    """The reference, for programs that differ from it in one place."""
    return bank.load_solution(COURSE.solutions(topic))


@dataclass(frozen=True)
class Stranger:
    """A program: what it replaces. names: the mistakes that may be named, or None for a right one.

    is_made: whether no person wrote it.
    """

    id: str
    exercise: str
    names: frozenset[str] | None
    replaced: dict[str, object] = field(default_factory=dict)
    is_made: bool = False

    def on(self, solution: types.ModuleType) -> types.SimpleNamespace:
        """The solution's public names with this program in place."""
        return types.SimpleNamespace(**{**bank.public(solution), **self.replaced})


def strangers(topic: str, assignment: Assignment) -> list[Stranger]:
    """All programs of a topic."""
    specification = importlib.util.spec_from_file_location(f"strangers_{topic}", FOLDER / f"{topic}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    exercises = {name: exercise.name for exercise in assignment.exercises for name in exercise.functions}
    found: dict[str, Stranger] = {}
    for value in vars(module).values():
        if hasattr(value, "stranger"):
            name, _, style = value.__name__.partition("__")
            known = found.setdefault(style, Stranger(style, exercises[name], value.stranger))
            assert name not in known.replaced, f"{topic}: two programs replace {name} in the style {style}"
            assert known.names == value.stranger, f"{topic}: {style} is marked in two ways"
            known.replaced[name] = value
    return list(found.values())


def reports(grader: Grader, programs: Iterable[Stranger], solution: types.ModuleType) -> list[Report]:
    """The programs' reports on their exercises, mistakes named."""
    done: list[Report] = []

    def players() -> Iterator[Answerer]:
        for program in programs:
            who = grader.played(program.id, program.on(solution), PUBLIC_SEED)
            yield replace(who, exercise=program.exercise)

    grader.grade(players(), done.append)
    return done
