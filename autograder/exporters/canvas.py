"""The instructor's own Canvas gradebook with one column filled; every other byte stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autograder.exporters.protocol import File, Missing, Options, needed, number, placed, possible_in, scaled
from autograder.gradebook import Book
from autograder.model import Assignment, UsageError
from autograder.roster import folded, is_canvas
from autograder.running import Grade
from autograder.sheets import Sheet

COMPUTED = re.compile(r"(current|final|unposted|override) .*(score|points|grade)", re.IGNORECASE)


class Canvas:
    """`Student,ID,SIS User ID,…,Section,…,Homework 1 (12345)`: ids and the column's own id are kept."""

    name = "canvas"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """grades filled into the exported gradebook. Raises UsageError for a column that is not there."""
        sheet = needed(options, "the CSV that Canvas's gradebook exports")
        if not is_canvas([folded(value) for value in sheet.rows[0].values]):
            raise UsageError("this is no gradebook of Canvas: its first line should be Student,ID,…,Section,…")
        column = column_of(sheet, options.column, assignment)
        possible = _possible(sheet, column)
        for found in placed(sheet, grades):
            if isinstance(found, Missing):
                yield found
                continue
            line, grade = found
            score = scaled(grade, assignment, possible)
            value = "EX" if grade.final.excused else number(score) if score is not None else None
            sheet = sheet.with_cell(line, column, value) if value is not None else sheet
        yield File("canvas.csv", sheet.content())


def column_of(sheet: Sheet, wanted: str, assignment: Assignment) -> int:
    """The column meant: by its id, its whole header, its title, or the only one that names the topic."""
    head = [value.strip() for value in sheet.rows[0].values]
    section = [folded(value) for value in head].index("section")
    columns = {n: head[n] for n in range(section + 1, len(head)) if head[n] and not COMPUTED.fullmatch(head[n])}
    words = [wanted] if wanted else [assignment.topic, assignment.topic.replace("_", " "), *assignment.title.values()]
    found = [n for n, name in columns.items() if any(_names(name, word) for word in words)]
    if len(found) != 1:
        there = "; ".join(columns.values()) or "none"
        asked = wanted or assignment.topic
        raise UsageError(f"which column is {asked!r}? --column with its name or number; there are {there}")
    if any("(read only)" in row[found[0]].casefold() for row in sheet.rows[1:4]):
        raise UsageError(f"Canvas takes nothing for {columns[found[0]]!r}: the column is read-only")
    return found[0]


def _names(header: str, word: str) -> bool:
    title, _, number_ = header.rpartition(" (")
    return folded(word) in (folded(header), folded(title), number_.rstrip(")"))


def _possible(sheet: Sheet, column: int) -> float | None:
    """The platform's points for full marks, where its line of possible points says so."""
    row = next((row for row in sheet.rows[1:4] if "points possible" in row[0].casefold()), None)
    return possible_in(row[column]) if row else None
