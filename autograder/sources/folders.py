"""Submissions from files and folders: bytes, names and nothing parsed."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

from autograder.manifest import Course
from autograder.model import Limits, Submission, UsageError, sentence
from autograder.notebooks import NOTEBOOK_BYTES, NotebookError, module_from

SUFFIXES = (".py", ".ipynb")


def file_of(path: Path, topic: str) -> Path | None:
    """The topic's file: the path itself, or `<topic>`, `<topic>/<topic>` or `<topic>/solution` in it, a module or a
    notebook. Of both in one place it is the one that was changed last, the module where that cannot be told.
    """
    if path.is_file():
        return path
    for stem in (path / topic, path / topic / topic, path / topic / "solution"):
        files = [stem.with_name(stem.name + suffix) for suffix in SUFFIXES]
        there = [(at, file) for file in files if (at := _changed_at(file)) is not None]
        if there:
            return max(there, key=lambda found: found[0])[1]  # the first of equal ones
    return None


def _changed_at(file: Path) -> int | None:
    """When a plain file was last changed, in whole seconds; None for what is none, or is away: editors do that."""
    try:
        facts = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return int(facts.st_mtime) if stat.S_ISREG(facts.st_mode) else None


def own_work(course: Course, topic: str) -> Path:
    """The file in starter/ that a student works in, the module where there is none."""
    module = course.starter(topic)
    return file_of(module.parent, topic) or module


def from_path(path: Path, topic: str, limits: Limits, student: str = "") -> Submission:
    """The submission in a file, or in a folder that holds the topic's file (see `file_of`).

    Raises UsageError when there is none.
    """
    found = file_of(path, topic)
    if found is None:
        if path.is_dir():
            raise UsageError(sentence("{folder} has no {file}", folder=str(path), file=f"{topic}.py"))
        raise UsageError(sentence("there is no file {path}", path=str(path)))
    return _read(found, topic, limits, student or path.stem)


def _read(path: Path, topic: str, limits: Limits, student: str) -> Submission:
    """One file as a submission, a notebook as its module. A file too large is not read, and the submission says so."""
    is_notebook = path.suffix == ".ipynb"
    size, most = path.stat().st_size, NOTEBOOK_BYTES if is_notebook else limits.source_bytes
    if size > most and not is_notebook:
        problem = sentence("{name} has {size} bytes, {most} is the limit", name=path.name, size=size, most=most)
        return Submission(student, {}, path, problem)
    with path.open("rb") as file:
        return of_content(Submission(student, {}, path), path.name, file.read(most + 1), topic, limits)


def of_content(empty: Submission, name: str, content: bytes, topic: str, limits: Limits) -> Submission:
    """A submission with its file's content: a notebook's as the module of its cells, or why it is none."""
    if name.casefold().endswith(".ipynb"):
        try:
            module = module_from(content, name, limits.source_bytes)
        except NotebookError as error:
            return replace(empty, problem=error.problem)
        return replace(empty, files={f"{topic}.py": module.source.encode()}, cells=module.starts)
    return replace(empty, files={f"{topic}.py": content})


def most_bytes(name: str, limits: Limits) -> int:
    """How large a file of this name may be."""
    return NOTEBOOK_BYTES if name.casefold().endswith(".ipynb") else limits.source_bytes
