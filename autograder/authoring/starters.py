"""Writes starter/<topic>.py out of solutions/<topic>/solution.py, without treading on a student's work."""

from __future__ import annotations

from autograder.manifest import Course
from autograder.model import UsageError
from autograder.stubs import starter_from


def generated(course: Course, topic: str) -> str:
    """The text that the starter has to be."""
    path = course.solutions(topic) / "solution.py"
    if not path.exists():
        raise UsageError(f"there is no {path}: a student's edition has no solutions to make starters from")
    return starter_from(path.read_text("utf-8"), str(path.relative_to(course.root)))


def write(course: Course, topic: str, *, force: bool = False) -> str:
    """Write the starter; what was done, in a sentence. Raises UsageError rather than overwrite another text."""
    path, text = course.starter(topic), generated(course, topic)
    shown = path.relative_to(course.root)
    if path.exists() and path.read_text("utf-8") == text:
        return f"{shown} is up to date"
    if path.exists() and not force:
        raise UsageError(f"{shown} differs from what its solution gives; to overwrite it: make starter FORCE=1")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return f"{shown} written"
