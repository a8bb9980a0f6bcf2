"""Grades and reports as files of their own: a table, JSON lines, JUnit, Gradescope's results, feedback to hand back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from xml.sax.saxutils import escape, quoteattr

from autograder.classpages import student_page
from autograder.exporters import gradescope
from autograder.exporters.protocol import File, Missing, Options
from autograder.gradebook import Book
from autograder.language import say
from autograder.model import Assignment, QuestionResult, Report, Status
from autograder.render import document
from autograder.render.clean import clean
from autograder.render.scored import BONUS
from autograder.results import file_name
from autograder.running import Grade
from autograder.sheets import written
from autograder.sources.archives import stem

HEAD = ("student", "name", "section", "email", "score", "points", "raw", "excused", "late", "adjustments")


class Table:
    """grades.csv: a line for each student, quoted, safe against formulas."""

    name = "csv"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """One table."""
        text = written([HEAD, *(_row(each, options.language) for each in grades)])
        yield File("grades.csv", f"\ufeff{text}".encode())


def _row(grade: Grade, language: str) -> tuple[str, ...]:
    standing, final = grade.standing, grade.final
    lines = "; ".join(say(line.text, language) for line in final.lines)
    return (
        standing.student, standing.name, standing.section, standing.ids.get("email", ""), _plain(final.score),
        f"{final.points:g}", _plain(final.raw), "yes" if final.excused else "", "yes" if final.is_late else "", lines,
    )  # fmt: skip


def _plain(value: float | None) -> str:
    return f"{value:g}" if value is not None else ""


class Lines:
    """grades.jsonl: everything about each student in one line of JSON."""

    name = "jsonl"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """One file; hidden questions in full, it is the instructor's."""
        yield File("grades.jsonl", "".join(_line(book, grade, options) for grade in grades).encode())


def _line(book: Book, grade: Grade, options: Options) -> str:
    final = asdict(grade.final)
    final["lines"] = [{"text": say(line.text, options.language), "change": line.change} for line in grade.final.lines]
    standing, found = grade.standing, book.report(grade.standing.grading)
    value = {
        "student": standing.student, "name": standing.name, "section": standing.section, "ids": dict(standing.ids),
        **final, "report": document.document(found[0], found[1]) if found else None,
    }  # fmt: skip
    return json.dumps(value, ensure_ascii=False) + "\n"


def _reported(book: Book, grades: Sequence[Grade]) -> Iterator[tuple[Grade, Report | Missing]]:
    """Each student's report, or why there is none."""
    for grade in grades:
        found = book.report(grade.standing.grading)
        why = grade.standing.trouble or "nothing was graded"
        yield grade, found[0] if found is not None else Missing(grade.standing.student, why)


def _for_each(book: Book, grades: Sequence[Grade], made: Callable[[Grade, Report], File]) -> Iterator[File | Missing]:
    """A file for each student who has a report."""
    for grade, report in _reported(book, grades):
        yield report if isinstance(report, Missing) else made(grade, report)


class JUnit:
    """junit.xml: a suite for each student, a case for each question with its score; nothing of a hidden question."""

    name = "junit"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """One file for continuous integration."""
        suites = []
        for _, report in _reported(book, grades):
            if isinstance(report, Missing):
                yield report
            else:
                suites.append(_suite(report, options))
        text = '<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n' + "".join(suites) + "</testsuites>\n"
        yield File("junit.xml", text.encode())


def _suite(report: Report, options: Options) -> str:
    failures = sum(question.score < question.points for question in report.questions if not _left_alone(question))
    name = quoteattr(clean(f"{report.topic}: {report.student}"))
    cases = []
    for question in report.questions:
        told = options.final or not question.hidden
        title = quoteattr(clean(question.name if told else question.exercise))
        score = f'<properties><property name="score" value="{question.score:g}"/></properties>'
        status = question.verdict.status.value
        message = clean(say(question.verdict.message, options.language)) if told else ""
        failure = "" if question.score else f"<failure type={quoteattr(status)}>{escape(message)}</failure>"
        failure = f"<skipped message={quoteattr(say(BONUS, options.language))}/>" if _left_alone(question) else failure
        time = f'time="{question.seconds:.3f}"'
        cases.append(f"<testcase classname={name} name={title} {time}>{score}{failure}</testcase>\n")
    return f'<testsuite name={name} tests="{len(cases)}" failures="{failures}">\n{"".join(cases)}</testsuite>\n'


def _left_alone(question: QuestionResult) -> bool:
    """Whether it is a bonus that nobody has begun."""
    return question.bonus and question.verdict.status is Status.NOT_IMPLEMENTED


class Gradescope:
    """results/<student>.json, each as Gradescope's own autograder would have written it."""

    name = "gradescope"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """A file for each student."""
        return _for_each(book, grades, lambda grade, report: _results(grade, report, options))


def _results(grade: Grade, report: Report, options: Options) -> File:
    value = gradescope.results(report, options.language, reveal_hidden=options.final)
    if grade.final.score is not None:
        value["score"] = grade.final.score
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    return File(f"results/{file_name(grade.standing.student)}.json", text.encode())


MOODLE = re.compile(r"(?P<who>.*?_\d+)_assignsubmission_[a-z]+", re.DOTALL)


class Feedback:
    """A file for each student, in the names that Canvas and Moodle take back for a bulk upload."""

    name = "feedback"

    def export(
        self, book: Book, assignment: Assignment, grades: Sequence[Grade], options: Options
    ) -> Iterator[File | Missing]:
        """A page for each student."""
        return _for_each(book, grades, lambda grade, report: _feedback(assignment, grade, report, options))


def _feedback(assignment: Assignment, grade: Grade, report: Report, options: Options) -> File:
    """What a student gets back: hidden questions reduced until they are final."""
    text = student_page(assignment, grade, report, options.language, final=options.final)
    return File(f"feedback/{feedback_name(grade, '.html')}", text.encode("utf-8", "replace"))


def feedback_name(grade: Grade, suffix: str) -> str:
    """Where the platform looks for a student's feedback; elsewhere `<student>`."""
    standing = grade.standing
    top = standing.place.split("/")[0]
    moodle = MOODLE.match(top)
    if standing.source == "moodle" and moodle:
        return f"{moodle['who']}_assignsubmission_file_feedback{suffix}"
    if standing.source == "canvas" and re.search(r"_\d+_", top):
        return f"{stem(top)}{suffix}"
    return f"{file_name(standing.student)}{suffix}"
