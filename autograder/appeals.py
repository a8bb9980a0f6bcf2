"""A grade made again from what the gradebook recorded: the bytes, the seed, the grader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from autograder.gradebook import Book
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Report, UsageError
from autograder.render import document
from autograder.sandbox.protocol import Sandbox


@dataclass(frozen=True)
class Recorded:
    """A grading as the gradebook has it."""

    number: int
    submission: int
    report: Report
    language: str
    at: str


def recorded(book: Book, topic: str, student: str, grading: int = 0) -> Recorded:
    """The grading that counts for a student, or the one with a number. Raises UsageError."""
    query = (
        "SELECT g.id, g.submission, g.at FROM grading g JOIN submission s ON s.id = g.submission "
        "WHERE s.topic = ? AND s.student = ? AND g.report IS NOT NULL"
    )
    rows = {row[0]: row for row in book.connection.execute(query, (topic, student))}
    counting = [each.grading for each in book.standings(topic, student=student)]
    number = grading or (counting[-1] if counting else 0)
    found = book.report(number) if number in rows else None
    if found is None:
        raise UsageError(f"the gradebook has no such grading of {student!r} in {topic}; `gradebook history` lists them")
    return Recorded(number, rows[number][1], found[0], found[1], rows[number][2])


def again(course: Course, book: Book, found: Recorded, sandbox: Sandbox) -> Report:
    """The report of the same bytes under the same seed, made now."""
    grader = Grader(course, found.report.topic)
    reports: list[Report] = []
    submission = book.submitted(found.submission)
    grader.grade([grader.submitted(submission, sandbox, found.report.seed)], reports.append)
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
