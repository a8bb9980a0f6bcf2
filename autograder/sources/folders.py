"""Submissions from files and folders: bytes, names and nothing parsed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autograder.model import Limits, Submission, UsageError, sentence


def file_of(path: Path, topic: str) -> Path | None:
    """The topic's file: the path itself, or `<topic>.py`, `<topic>/<topic>.py` or `<topic>/solution.py` in it."""
    candidates = [path, path / f"{topic}.py", path / topic / f"{topic}.py", path / topic / "solution.py"]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def from_path(path: Path, topic: str, limits: Limits, student: str = "") -> Submission:
    """The submission in a file, or in a folder that holds the topic's file (see `file_of`).

    Raises UsageError when there is none.
    """
    found = file_of(path, topic)
    if found is None:
        raise UsageError(f"{path} has no {topic}.py" if path.is_dir() else f"there is no file {path}")
    return _read(found, topic, limits, student or path.stem)


def _read(path: Path, topic: str, limits: Limits, student: str) -> Submission:
    """One file as a submission. A file too large is not read, and the submission says so."""
    size = path.stat().st_size
    if size > limits.source_bytes:
        problem = sentence(
            "{name} has {size} bytes, {most} is the limit", name=path.name, size=size, most=limits.source_bytes
        )
        return Submission(student, {}, path, problem)
    return Submission(student, {f"{topic}.py": path.read_bytes()}, path)


def from_folder(folder: Path, topic: str, limits: Limits) -> Iterator[Submission]:
    """One submission a student: `<student>/<topic>.py` or `<student>.py`, in the order of their names.

    A student's folder without the file is a submission with a problem: nothing is dropped silently.
    Symbolic links are not followed. Raises UsageError when the folder holds nothing, or somebody twice.
    """
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    entries = sorted(path for path in folder.iterdir() if not path.name.startswith((".", "_")))
    entries = [path for path in entries if path.is_dir() or path.suffix == ".py"]
    if not entries:
        raise UsageError(f"{folder} holds no <student>/{topic}.py and no <student>.py")
    files = {path.stem for path in entries if not path.is_dir()}
    for path in entries:
        if path.is_dir() and path.name in files:
            raise UsageError(f"{folder} holds {path.name}.py and {path.name}/: which one counts?")
        student = path.name if path.is_dir() else path.stem
        file = path / f"{topic}.py" if path.is_dir() else path
        if path.is_symlink() or file.is_symlink():
            problem = sentence("{name} is a symbolic link, a plain file is expected", name=file.name)
            yield Submission(student, {}, file, problem)
        elif not file.is_file():
            yield Submission(student, {}, file, sentence("{name} was not handed in", name=file.name))
        else:
            yield _read(file, topic, limits, student)
