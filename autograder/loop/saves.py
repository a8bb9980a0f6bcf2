"""The loop of an author's work: for each save of one of a topic's files, one turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from autograder.loop.changes import Stamp, stamp
from autograder.manifest import Course

SECONDS = 0.2


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
    """Each file that is there with what a save changes."""
    stamps = {path: stamp(path) for path in files}
    return {path: found for path, found in stamps.items() if found is not None}
