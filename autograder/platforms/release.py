"""What the releases for all platforms share: an assignment's cells, its questions, and the proof that both fit."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.grading import Grader
from autograder.language import say, title
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Assignment, AutograderError, Exercise, QuestionResult, Report, UsageError
from autograder.platforms.documents import code
from autograder.platforms.parts import Part, parts_of
from autograder.render.scored import BONUS
from autograder.scoring import total


@dataclass(frozen=True)
class Material:
    """A topic as its notebooks are made from it. preface: the module's docstring.

    questions: every question of the graders, with its points, in their order.
    """

    assignment: Assignment
    preface: str
    parts: tuple[Part, ...]
    questions: tuple[QuestionResult, ...]
    language: str

    def asked(self, exercise: str, *, hidden: bool) -> tuple[QuestionResult, ...]:
        """An exercise's public or hidden questions."""
        return tuple(q for q in self.questions if q.exercise == exercise and q.hidden is hidden)

    def points(self, exercise: str, *, hidden: bool) -> float:
        """What these come to."""
        return total(question.points for question in self.asked(exercise, hidden=hidden))

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name."""
        return next(exercise for exercise in self.assignment.exercises if exercise.name == name)

    def heading(self, name: str) -> str:
        """An exercise's title and points as a heading."""
        exercise = self.exercise(name)
        bonus = f", {say(BONUS, self.language)}" if exercise.bonus else ""
        return f"## {title(exercise.title, self.language)} ({exercise.points:g}{bonus})"


def material(course: Course, topic: str, language: str, marked: Callable[[str], str]) -> Material:
    """A topic's material; `marked` writes the solution's marks as a platform knows them.

    Raises UsageError where there is no solution, AutograderError when the reference loses points as a notebook.
    """
    path = course.solutions(topic) / "solution.py"
    if not path.exists():
        raise UsageError(f"there is no {path}: a student's edition has nothing to release from")
    source, assignment = path.read_text("utf-8"), course.assignment(topic)
    grader = Grader(course, topic, name_mistakes=False)
    reports: list[Report] = []
    grader.grade([grader.played("reference", grader.bank.solution, PUBLIC_SEED)], reports.append)
    lost = [question.name for question in reports[0].questions if question.score < question.points]
    if lost:
        raise AutograderError(f"{topic}: the reference itself loses {', '.join(lost)}")
    preface = ast.get_docstring(ast.parse(source)) or ""
    parts = tuple(replace(part, source=marked(part.source)) for part in parts_of(source, assignment))
    return Material(assignment, preface, parts, reports[0].questions, language)


def last_parts(parts: Sequence[Part]) -> Mapping[str, int]:
    """By exercise, the number of its last part: after it the exercise is asked."""
    return {part.exercise: number for number, part in enumerate(parts) if part.exercise}


def filled(document: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    """A notebook with other sources in the cells of these ids."""
    cells = [{**cell, "source": sources.get(cell["id"], cell["source"])} for cell in document["cells"]]
    return {**document, "cells": cells}


def setup_cell(part: Part, **metadata: Any) -> dict[str, Any]:
    """The imports, which are part of what is handed in."""
    return code(part.source, "setup", tags=["solution"], **metadata)


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """A notebook as its file has it."""
    return json.dumps(document).encode()
