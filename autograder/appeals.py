"""A grade made again from what the gradebook recorded: the bytes, the seed, the grader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder import running
from autograder.gradebook import Book
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Report, UsageError
from autograder.policies import Policy
from autograder.render import document
from autograder.sandbox.protocol import Sandbox
from autograder.student import CPU, Place


@dataclass(frozen=True)
class Recorded:
    """A grading as the gradebook has it."""

    number: int
    submission: int
    at: str
    report: Report
    language: str

    @property
    def device(self) -> str:
        """Where PyTorch computed, or should have."""
        return running.device_of(self.report)


def recorded(book: Book, topic: str, student: str, policy: Policy, grading: int = 0) -> Recorded:
    """The grading that counts for a student, or the one with a number. Raises UsageError."""
    counting = (each.standing.grading for each in running.grades(book, topic, policy, student))
    number = grading or next(counting, 0)
    made = book.gradings(topic, student)
    found = book.report(number) if number in made else None
    if found is None:
        raise UsageError(f"the gradebook has no such grading of {student!r} in {topic}; `gradebook history` lists them")
    return Recorded(number, *made[number], *found)


def again(course: Course, book: Book, found: Recorded, sandbox: Sandbox, place: Place = CPU) -> Report:
    """The report of the same bytes under the same seed, made now. place: where tensors are computed."""
    grader = Grader(course, found.report.topic)
    reports: list[Report] = []
    submission = book.submitted(found.submission)
    grader.grade([grader.submitted(submission, sandbox, found.report.seed, place)], reports.append)
    return replace(reports[0], student=found.report.student)


def timeless(report: Report, language: str) -> dict[str, Any]:
    """A report as JSON values, without what no two runs share: times."""
    value = document.document(report, language)
    return {**value, "questions": [{**question, "seconds": 0} for question in value["questions"]]}


def differences(old: Report, new: Report, language: str) -> list[str]:
    """What two reports say differently, times apart: `question: key: old → new`."""
    return list(_differences(timeless(old, language), timeless(new, language), ""))


def _differences(old: Any, new: Any, where: str) -> Iterator[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from _differences(old.get(key), new.get(key), f"{where}.{key}" if where else str(key))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            name = one["name"] if isinstance(one, dict) and "name" in one else str(number)
            yield from _differences(one, other, f"{where}[{name}]")
    elif old != new:
        yield f"{where}: {old} → {new}"
