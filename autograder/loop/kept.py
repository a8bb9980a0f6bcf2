"""What `status` came to last time, kept for each topic in the course's own folder until anything it rests on changes.

It is the student's own machine: a report that is kept says no more than grading again would, and counts for nothing.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder import fingerprint
from autograder.manifest import Course
from autograder.model import Report, Status
from autograder.render import document
from autograder.sources.folders import from_path

FOLDER = ".autograder"
SURE = {Status.PASSED, Status.WRONG, Status.NOT_IMPLEMENTED, Status.RAISED}  # which hang on nothing but the file


@dataclass
class Kept:
    """The last reports of a course, graded under one seed. Whatever cannot be read or written is graded again."""

    course: Course
    seed: str
    _versions: dict[str, str] = field(default_factory=fingerprint.versions)

    def basis(self, topic: str, origin: Path) -> str:
        """What a report on this file rests on. Raises UsageError for no file."""
        submission = from_path(origin, topic, self.course.assignment(topic).limits)
        shared = fingerprint.of_topic(self.course, topic, self._versions)
        return fingerprint.of_submission(shared, submission, self.seed, "status")

    def report(self, topic: str, basis: str) -> Report | None:
        """The report that rests on this, if there is one."""
        try:
            found = json.loads(self._file(topic).read_text("utf-8"))
            return document.read(found["report"])[0] if found["basis"] == basis else None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def keep(self, topic: str, basis: str, report: Report) -> None:
        """Keep a report, unless another try might end otherwise."""
        if not report.is_final or any(question.verdict.status not in SURE for question in report.questions):
            return
        file = self._file(topic)
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            partly = file.with_suffix(".part")
            partly.write_text(json.dumps({"basis": basis, "report": document.text(report, indent=None)}), "utf-8")
            partly.replace(file)

    def _file(self, topic: str) -> Path:
        return self.course.root / FOLDER / f"status-{topic}.json"
