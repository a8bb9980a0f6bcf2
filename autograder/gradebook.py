"""A folder of results that is whole at any moment: `grades.csv` and `reports/<student>.json`."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from autograder.model import Assignment, Outcome, Report, Sentence, Submission, sentence
from autograder.render import document
from autograder.render.clean import cell, clean
from autograder.scoring import by_exercise

PARTIAL = ".partial"


class Gradebook:
    """Takes outcomes as they come; every file is written aside and put in place whole."""

    def __init__(self, folder: Path, assignment: Assignment, language: str) -> None:
        self.folder, self.assignment, self.language = folder, assignment, language
        self.reports = folder / "reports"
        self._rows: dict[str, list[str]] = {}
        self.reports.mkdir(parents=True, exist_ok=True)
        for leftover in [*folder.glob(f"*{PARTIAL}"), *self.reports.glob(f"*{PARTIAL}")]:
            leftover.unlink()  # of a run that was killed

    def finished(self, submissions: Iterable[Submission], rests_on: Callable[[Submission], str]) -> dict[str, Outcome]:
        """By student, the outcomes of an earlier run whose reports are final and rest on the same as one made now.

        rests_on: the fingerprint of a submission's report, if it is graded now.
        """
        found = (self._finished(submission, rests_on(submission)) for submission in submissions)
        return {outcome.submission.student: outcome for outcome in found if outcome is not None}

    def _finished(self, submission: Submission, fingerprint: str) -> Outcome | None:
        try:
            report, language = document.read(self._path(submission.student).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        same = (fingerprint, self.language, self.assignment.topic, clean(submission.student))
        if not report.is_final or (report.fingerprint, language, report.topic, report.student) != same:
            return None
        return Outcome(submission, replace(report, student=submission.student), reused=True)

    def add(self, outcome: Outcome) -> None:
        """Write one outcome's report, unless it is there already, and remember its row."""
        student, report = outcome.submission.student, outcome.report
        if report is None:
            self._rows[student] = [cell(student), "", "", "no", cell(outcome.trouble)]
            return
        if not outcome.reused:
            put(self._path(student), document.text(report, self.language))
        self._rows[student] = self._row(outcome, report)

    def _row(self, outcome: Outcome, report: Report) -> list[str]:
        scores = {score.exercise.name: f"{score.score:g}" for score in by_exercise(report, self.assignment.exercises)}
        note = outcome.submission.problem or _for_review(report)
        row = [cell(report.student), f"{report.score:g}", f"{report.points:g}", "yes" if report.is_final else "no"]
        return [*row, cell(str(note)) if note else "", *(scores.get(e.name, "") for e in self.assignment.exercises)]

    def _path(self, student: str) -> Path:
        return self.reports / f"{file_name(student)}.json"

    def close(self) -> Path:
        """Write grades.csv, students in the order of their names; where it is."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(["student", "score", "points", "final", "note", *(e.name for e in self.assignment.exercises)])
        writer.writerows(self._rows[student] for student in sorted(self._rows))
        put(self.folder / "grades.csv", text.getvalue(), "utf-8-sig")
        return self.folder / "grades.csv"


def _for_review(report: Report) -> Sentence | None:
    """The exercises that a person is to look at, if there are any."""
    names = dict.fromkeys(flag.exercise for flag in report.flags)
    return sentence("For review: {what}", what=", ".join(names)) if names else None


def put(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("w", encoding=encoding, newline="") as file:
        file.write(text)
    partial.replace(path)


def file_name(student: str) -> str:
    """A student's name as a file's: letters of any script, digits and `.-_ `, told apart by a digest if changed."""
    safe = re.sub(r"[^\w.\- ]", "_", student).strip(". ")[:100]
    if safe == student:
        return safe
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe or 'student'}-{digest}"
