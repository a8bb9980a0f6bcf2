"""Submissions from files and folders: bytes, names and nothing parsed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
        files = [file for file in (stem.with_name(stem.name + suffix) for suffix in SUFFIXES) if file.is_file()]
        if files:
            return max(files, key=lambda file: int(file.stat().st_mtime))  # the first of equal ones
    return None


def from_path(path: Path, topic: str, limits: Limits, student: str = "") -> Submission:
    """The submission in a file, or in a folder that holds the topic's file (see `file_of`).

    Raises UsageError when there is none.
    """
    found = file_of(path, topic)
    if found is None:
        raise UsageError(f"{path} has no {topic}.py" if path.is_dir() else f"there is no file {path}")
    return _read(found, topic, limits, student or path.stem)


def _read(path: Path, topic: str, limits: Limits, student: str) -> Submission:
    """One file as a submission, a notebook as its module. A file too large is not read, and the submission says so."""
    is_notebook = path.suffix == ".ipynb"
    size, most = path.stat().st_size, NOTEBOOK_BYTES if is_notebook else limits.source_bytes
    if size > most and not is_notebook:
        problem = sentence("{name} has {size} bytes, {most} is the limit", name=path.name, size=size, most=most)
        return Submission(student, {}, path, problem)
    with path.open("rb") as file:
        content = file.read(most + 1)
    if is_notebook:
        try:
            content = module_from(content, path.name, limits.source_bytes).source.encode()
        except NotebookError as error:
            return Submission(student, {}, path, error.problem)
    return Submission(student, {f"{topic}.py": content}, path)


def from_folder(folder: Path, topic: str, limits: Limits) -> Iterator[Submission]:
    """One submission a student: `<student>/<topic>.py` or `<student>.py`, in the order of their names; also .ipynb.

    A student's folder without the file is a submission with a problem: nothing is dropped silently.
    Symbolic links are not followed. Raises UsageError when the folder holds nothing, or somebody twice.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    entries = [path for path in folder.iterdir() if not path.name.startswith((".", "_"))]
    entries = [path for path in entries if path.is_dir() or path.suffix in SUFFIXES]
    entries.sort(key=lambda path: (_student(path), path.is_dir(), path.name))
    if not entries:
        raise UsageError(f"{folder} holds no <student>/{topic}.py and no <student>.py")
    first: dict[str, Path] = {}
    for path in entries:
        student = _student(path)
        if student in first:
            raise UsageError(f"{folder} holds {_shown(first[student])} and {_shown(path)}: which one counts?")
        first[student] = path
    for student, path in first.items():
        yield _handed_in(path, topic, limits, student)


def _student(path: Path) -> str:
    return path.name if path.is_dir() else path.stem


def _shown(path: Path) -> str:
    return f"{path.name}/" if path.is_dir() else path.name


def _handed_in(path: Path, topic: str, limits: Limits, student: str) -> Submission:
    """What one student's entry in the folder holds."""
    files = [path / f"{topic}{suffix}" for suffix in SUFFIXES] if path.is_dir() else [path]
    there = [file for file in files if file.is_symlink() or file.is_file()]
    file = there[0] if there else files[0]
    if path.is_symlink() or file.is_symlink():
        problem = sentence("{name} is a symbolic link, a plain file is expected", name=file.name)
    elif not there:
        problem = sentence("{name} was not handed in", name=file.name)
    elif len(there) > 1:
        one, other = there[0].name, there[1].name
        problem = sentence("{one} and {other} were both handed in: which one counts?", one=one, other=other)
    else:
        return _read(file, topic, limits, student)
    return Submission(student, {}, file, problem)
