"""Files watched by looking at them: for each save of one of them, one turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from autograder.manifest import Course

SECONDS = 0.2
Stamp = tuple[int, int, int]


def files_of(course: Course, topic: str) -> list[Path]:
    """What an author of a topic edits."""
    graders = course.root / "tests" / "graders" / topic
    folders = (course.root / "assignments" / topic, course.solutions(topic), graders)
    found = [path for folder in folders for path in folder.glob("*") if path.suffix in (".py", ".toml", ".md")]
    return sorted([*found, course.starter(topic)])


def saves(files: Callable[[], Iterable[Path]], wait: Callable[[float], object] = time.sleep) -> Iterator[list[Path]]:
    """Those that were saved, made or removed since the call, whenever some were. wait: called between two looks."""
    return _changes(_stamps(files()), files, wait)


def _changes(
    before: dict[Path, Stamp], files: Callable[[], Iterable[Path]], wait: Callable[[float], object]
) -> Iterator[list[Path]]:
    while True:
        wait(SECONDS)
        now = _stamps(files())
        changed = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
        before = now
        if changed:
            yield changed


def _stamps(files: Iterable[Path]) -> dict[Path, Stamp]:
    """What changes when a file is saved, also by an editor that puts a new one in its place."""
    found: dict[Path, Stamp] = {}
    for path in files:
        try:
            seen = path.stat()
        except OSError:
            continue
        found[path] = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
    return found
