"""What an exporter is: grades in, files out, and the names of those whom it could not place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.gradebook import Book
from autograder.model import Assignment, UsageError
from autograder.roster import Person, Roster, Who, rows
from autograder.running import Grade
from autograder.sheets import Sheet


@dataclass(frozen=True)
class Options:
    """What an export may be told. sheet: the platform's own file, to be filled; column: where in it.

    final: hidden questions in full. language: of what students read.
    """

    sheet: Sheet | None = None
    column: str = ""
    final: bool = False
    language: str = "en"


@dataclass(frozen=True)
class File:
    """One file to write. name: relative to where the export goes."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Missing:
    """Somebody whose grade the platform's file has no line for, or does not take as it is, and why.

    what: which of the two, in words before the name.
    """

    student: str
    why: str
    what: str = "no line for"


class Exporter(Protocol):
    """A platform's way of taking grades."""

    name: str

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """The files. Raises UsageError for a sheet that is not the platform's."""


def placed(sheet: Sheet, grades: Sequence[Grade]) -> Iterator[tuple[int, Grade] | Missing]:
    """Each grade with the line of the sheet that is its student's: by ids, then by a name that only one has."""
    lines = {person.key: number for number, person in rows(sheet)}
    roster = Roster(person for _, person in rows(sheet))
    taken: dict[str, str] = {}
    for grade in grades:
        standing = grade.standing
        found = roster.match(Who(standing.name, {**standing.ids, "student": standing.student}))
        if not isinstance(found, Person):
            yield Missing(standing.student, str(found))
        elif found.key in taken:
            yield Missing(standing.student, f"its line is {taken[found.key]}'s already")
        else:
            taken[found.key] = standing.student
            yield lines[found.key], grade


def needed(options: Options, what: str) -> Sheet:
    """The sheet, or a sentence that asks for it."""
    if options.sheet is None or not options.sheet.rows:
        raise UsageError(f"the platform's own file is filled, not made from nothing: --into {what}")
    return options.sheet


def possible_in(cell: str) -> float | None:
    """The platform's points for full marks, if its cell says a number of them."""
    try:
        possible = float(cell.strip().replace(",", "."))
    except ValueError:
        return None
    return possible if 0 < possible < math.inf else None


def scaled(grade: Grade, assignment: Assignment, possible: float | None) -> float | None:
    """A grade's score in the platform's points, None where nothing counts.

    Full marks are each grade's own, since a question may be left out for some; the topic's where nothing was graded.
    """
    score, full = grade.final.score, grade.final.points or assignment.points
    return score if score is None or possible is None else score * possible / full


def number(value: float, comma: bool = False) -> str:
    """A score as platforms take it: two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    text = "0" if text == "-0" else text
    return text.replace(".", ",") if comma else text
