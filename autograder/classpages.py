"""The pages of a graded class: one for each student to hand back, and the instructor's index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from autograder import similarity, statistics
from autograder.gradebook import Book
from autograder.language import say
from autograder.language import title as titled
from autograder.manifest import Course
from autograder.model import Assignment, Report, Sentence, sentence
from autograder.policies import Final
from autograder.render import html, overview, similar
from autograder.render.handed_back import handed_back
from autograder.results import file_name, put_lines
from autograder.running import Grade
from autograder.scoring import for_review, total
from autograder.spool import Spool


def student_page(assignment: Assignment, grade: Grade, report: Report, language: str, *, final: bool = False) -> str:
    """What a student gets back: what counts and why, then every question; hidden ones reduced until it is final."""
    heading = f"{assignment.topic}: {grade.standing.name or grade.standing.student}"
    told = reduced(report, assignment, final=final)
    said = remarks(grade.final)
    return html.page([(assignment, told)], language, reveal_hidden=final, heading=heading, remarks=said, commands=False)


def reduced(report: Report, assignment: Assignment, *, final: bool) -> Report:
    """The report with nothing of a hidden question but its exercise, its status and its points, until it is final."""
    titles = {exercise.name: exercise.title for exercise in assignment.exercises}
    told = (replace(question, verdict=handed_back(question, final=final)) for question in report.questions)
    questions = tuple(
        replace(each, name=f"{each.exercise} #{n}", title=titles.get(each.exercise, {}))
        if each.hidden and not final
        else each
        for n, each in enumerate(told, start=1)
    )
    return replace(report, questions=questions)


def remarks(final: Final) -> list[Sentence]:
    """What policies and people did to a score, line by line, and what counts in the end."""
    if not final.lines:
        return []
    lines = [
        sentence("{what} ({change:+g} points)", what=line.text, change=line.change) if line.change else line.text
        for line in final.lines
    ]
    if final.score is None:
        return lines
    return [*lines, sentence("what counts: {score:g} of {points:g} points", score=final.score, points=final.points)]


def write(
    folder: Path,
    assignment: Assignment,
    book: Book,
    grades: Iterable[Grade],
    language: str,
    *,
    final: bool = False,
    links: Iterable[tuple[str, str]] = (),
) -> Path:
    """Write reports/<student>.html and index.html; where the index is. A page that says the same stays untouched."""
    exercises = [exercise.name for exercise in assignment.exercises]
    hints: dict[str, str] = {}
    found, listed = statistics.Gathered(), Spool[overview.Line]()
    for grade in grades:
        report = book.report(grade.standing.grading)
        if report is not None:
            hints |= _hints(report[0], language)
            path = folder / "reports" / f"{file_name(grade.standing.student)}.html"
            _put(path, [student_page(assignment, grade, report[0], language, final=final)])
        found.add(grade.standing.questions, grade.final.score, grade.final.points)
        line = _line(grade, exercises)
        listed.add(line, *overview.place_of(line))
    numbers, lines = found.statistics(assignment.points), Spool(listed.in_order())
    heading = titled(assignment.title, language)
    _put(folder / "index.html", overview.pieces(heading, lines, numbers, exercises, language, hints=hints, links=links))
    return folder / "index.html"


def write_similar(folder: Path, course: Course, assignment: Assignment, book: Book, language: str) -> tuple[Path, int]:
    """Write similar.html, pairs side by side; where it is, and how many. Groups count once."""
    topic = assignment.topic
    given = [path.read_text("utf-8", "replace") for path in _given(course, topic)]
    pairs = similarity.pairs(_Sources(book, topic), given)
    heading = say(sentence("{topic}: what submissions share", topic=topic), language)
    _put(folder / "similar.html", [similar.page(heading, pairs, _Sources(book, topic), language)])
    return folder / "similar.html", len(pairs)


class _Sources(Mapping[str, str]):
    """What everybody handed in last for a topic, by student, read when it is looked at. A group's is its first's."""

    def __init__(self, book: Book, topic: str) -> None:
        self.book, self.topic = book, topic

    def __iter__(self) -> Iterator[str]:
        return (student for student, _ in self._last())

    def __len__(self) -> int:
        return sum(1 for _ in self._last())

    def __getitem__(self, student: str) -> str:
        number = dict(self._last(student))[student]
        return self.book.submitted(number).files[f"{self.topic}.py"].decode("utf-8", "replace")

    def _last(self, student: str = "") -> Iterator[tuple[str, int]]:
        theirs = (each for each in self.book.standings(self.topic, student=student) if each.student == each.leader)
        for student, attempts in groupby(theirs, key=lambda each: each.student):
            *_, last = attempts
            if self.book.submitted(last.submission).files:
                yield student, last.submission


def _given(course: Course, topic: str) -> list[Path]:
    """What nobody needs to copy from a neighbour: the starter, the solution and the ways that are known."""
    names = ("solution.py", "alternatives.py", "mistakes.py")
    paths = [course.starter(topic), *(course.solutions(topic) / name for name in names)]
    return [path for path in paths if path.is_file()]


def _put(path: Path, pieces: Iterable[str]) -> None:
    put_lines(path, pieces, errors="replace")


def _hints(report: Report, language: str) -> Mapping[str, str]:
    """The question of each known mistake that a report names."""
    verdicts = (question.verdict for question in report.questions)
    return {each.mistake: titled(each.hint, language) for each in verdicts if each.mistake and each.hint}


def _line(grade: Grade, exercises: Iterable[str]) -> overview.Line:
    standing, final = grade.standing, grade.final
    note: Sentence | str = standing.problem or for_review(standing.flagged) or standing.note or standing.trouble
    kinds = {
        "ours": not standing.is_final,
        "review": bool(standing.flagged or standing.problem or standing.note),
        "late": final.is_late or standing.late,
        "adjusted": bool(final.lines),
        "none": final.score is None,
    }
    link = f"reports/{quote(file_name(standing.student), errors='replace')}.html" if standing.score is not None else ""
    parts = tuple(
        total(q.score for q in standing.questions if q.exercise == each) if standing.questions else None
        for each in exercises
    )
    if not note and final.lines:
        note = "; ".join(say(line.text, "en") for line in final.lines)
    return overview.Line(
        standing.student, standing.name, standing.section, final.score, final.points, final.raw, note,
        tuple(name for name, holds in kinds.items() if holds), link, parts,
    )  # fmt: skip
