"""`autograder nbgrader release`: a source notebook in a course tree of nbgrader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.language import title as titled
from autograder.manifest import Course
from autograder.model import UsageError
from autograder.platforms import documents
from autograder.platforms.parts import for_nbgrader
from autograder.platforms.release import Material, last_parts, material, setup_cell

SCHEMA_VERSION = 3  # the newest that nbgrader 0.9 validates
CELL_SECONDS = 600
CONFIG = """\
\"\"\"nbgrader's settings for this course.\"\"\"

import os

c = get_config()  # noqa: F821 - nbgrader's own
c.Execute.timeout = {seconds}  # an exercise may train a model, and a wrong one may never end
os.environ.setdefault("AUTOGRADER_COURSE", {course!r})
"""


def release(course: Course, topic: str, tree: Path, language: str, *, force: bool = False) -> tuple[Path, ...]:
    """Write source/<topic>/<topic>.ipynb, and nbgrader_config.py where there is none; what was written.

    Raises UsageError rather than overwrite a notebook.
    """
    path = tree / "source" / topic / f"{topic}.ipynb"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; to write it anew: autograder nbgrader release {topic} --force")
    made = source_notebook(material(course, topic, language, for_nbgrader))
    documents.write(path, made)
    config = tree / "nbgrader_config.py"
    if config.exists():
        return (path,)
    config.write_text(CONFIG.format(seconds=CELL_SECONDS, course=str(course.root)), "utf-8")
    return (path, config)


def source_notebook(topic: Material) -> dict[str, Any]:
    """The source notebook of a topic, solutions and all."""
    return documents.notebook(_cells(topic))


def _cells(topic: Material) -> Iterator[dict[str, Any]]:
    yield documents.markdown(f"# {titled(topic.assignment.title, topic.language)}\n\n{topic.preface}", "title")
    last = last_parts(topic.parts)
    seen: set[str] = set()
    for number, part in enumerate(topic.parts):
        if not part.exercise:
            yield setup_cell(part, nbgrader=_mark(part.name, locked=True))
            continue
        if part.exercise not in seen:
            yield documents.markdown(topic.heading(part.exercise), f"title-{part.exercise}")
        seen.add(part.exercise)
        yield documents.code(part.source, part.name, nbgrader=_mark(part.name, solution=True))
        if last[part.exercise] == number:
            yield from _questions(topic, part.exercise)


def _questions(topic: Material, name: str) -> Iterator[dict[str, Any]]:
    """The cells that grade an exercise: its public questions, and a call for those that only the graders know."""
    for hidden in (False, True):
        points = topic.points(name, hidden=hidden)
        if not points:
            continue
        identity = f"{'hidden' if hidden else 'public'}-{name}"
        call = f'graded("{topic.assignment.topic}", "{name}"{", hidden=True" if hidden else ""})'
        source = f"from autograder.platforms.kernel import graded\n\n{call}"
        yield documents.code(source, identity, nbgrader=_mark(identity, grade=True, locked=True, points=points))


def _mark(identity: str, *, grade: bool = False, locked: bool = False, solution: bool = False, **more: Any) -> Any:
    """A cell's metadata as nbgrader's schema has it."""
    facts = {"schema_version": SCHEMA_VERSION, "grade_id": identity, "task": False}
    return {**facts, "grade": grade, "locked": locked, "solution": solution, **more}
