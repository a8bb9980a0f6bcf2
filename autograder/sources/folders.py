"""Submissions from files and folders: bytes, names and nothing parsed."""

from __future__ import annotations

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
