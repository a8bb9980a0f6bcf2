"""The instructor's own Moodle grading worksheet, in whatever language, with grades and comments filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from autograder.exporters.protocol import File, Missing, Options, needed, number, placed, possible_in, scaled
from autograder.gradebook import Book
from autograder.language import say
from autograder.model import Assignment, UsageError
from autograder.render.clean import clean
from autograder.roster import folded, moodle_column
from autograder.running import Grade
from autograder.sheets import Sheet

GRADE = {"grade", "bewertung", "calificación", "nota", "note", "valutazione", "beoordeling", "cijfer", "成绩", "分数",
         "評分", "評定", "оценка", "ocena", "betyg", "not", "karakter"}  # fmt: skip
MOST = {"maximum grade", "bestwertung", "calificación máxima", "nota máxima", "note maximale", "valutazione massima",
        "maximumcijfer", "最高分", "最大评分", "最高成绩"}  # fmt: skip
COMMENTS = {
    "feedback comments", "feedback als kommentar", "comentarios de retroalimentación", "comentários de feedback",
    "feedback par commentaires", "commenti", "feedbackcommentaar", "反馈评语", "反馈意见",
}  # fmt: skip


class Moodle:
    """`Identifier,Full name,…,Grade,Maximum Grade,…,Feedback comments` with `Participant 1234` in each line."""

    name = "moodle"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """grades filled into the downloaded worksheet. Raises UsageError for a column that is not there.

        Moodle passes over a grade above the assignment's maximum and says nothing, so that one gets the maximum.
        """
        sheet = needed(options, "the grading worksheet that Moodle's assignment gives")
        if moodle_column(sheet) is None:
            raise UsageError("this is no worksheet of Moodle: no column says `Participant 1234` in every line")
        column = _column(sheet, GRADE, options.column)
        if column is None:
            there = "; ".join(sheet.rows[0].values)
            raise UsageError(f"which column is the grade's? --column with its header; there are {there}")
        most, comments = _column(sheet, MOST), _column(sheet, COMMENTS)
        comma = any(re.fullmatch(r"\d+,\d+", row[c]) for row in sheet.rows for c in (column, most) if c is not None)
        for found in placed(sheet, grades):
            if isinstance(found, Missing):
                yield found
                continue
            line, grade = found
            possible = possible_in(sheet.rows[line][most] if most is not None else "")
            value = scaled(grade, assignment, possible)
            if value is not None:
                if possible is not None and value > possible:
                    why = f"{number(value)} of {number(possible)}, and Moodle takes no more than its maximum"
                    yield Missing(grade.standing.student, why, "the maximum for")
                    value = possible
                sheet = sheet.with_cell(line, column, number(value, comma))
                if comments is not None:
                    sheet = sheet.with_cell(line, comments, comment(grade, options.language))
        yield File("moodle.csv", sheet.content())


def _column(sheet: Sheet, names: set[str], wanted: str = "") -> int | None:
    head = [folded(value.lstrip("\ufeff")) for value in sheet.rows[0].values]
    words = {folded(wanted)} if wanted else names
    return next((n for n, name in enumerate(head) if name in words), None)


def comment(grade: Grade, language: str) -> str:
    """What counts and why, in a line of HTML that no spreadsheet obeys."""
    lines = [f"{grade.final.raw:g}/{grade.final.raw_points:g}"] if grade.final.raw is not None else []
    lines += [say(line.text, language) for line in grade.final.lines]
    return escape(clean("; ".join(lines)), quote=False)
