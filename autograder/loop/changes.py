"""What a save has changed: whether a file is another one, and which exercises its new lines belong to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.model import Exercise

DEFINITION = re.compile(rb"^(?:async +)?(?:def|class) +(\w{1,100})", re.MULTILINE)
Stamp = tuple[int, int, int]


def stamp(path: Path | None) -> Stamp | None:
    """What changes when a file is saved, also by an editor that puts a new file in its place; None for no file."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found is not None else None


def blocks(source: bytes) -> dict[bytes, bytes]:
    """The text of each top-level definition by its name, and what stands before them under b''. Nothing is parsed."""
    starts = [(match.start(), match[1]) for match in DEFINITION.finditer(source)]
    ends = [start for start, _ in starts[1:]] + [len(source)]
    found = {b"": source[: starts[0][0] if starts else len(source)]}
    for (start, name), end in zip(starts, ends, strict=False):
        found[name] = found.get(name, b"") + source[start:end]
    return found


def touched(before: bytes, after: bytes, exercises: Iterable[Exercise]) -> tuple[str, ...]:
    """The exercises whose functions' text differs; none where only other lines do, which may concern them all."""
    old, new = ({name: text.rstrip() for name, text in blocks(source).items()} for source in (before, after))
    names = {name.decode() for name in {*old, *new} if old.get(name) != new.get(name)}
    return tuple(exercise.name for exercise in exercises if names.intersection(exercise.functions))
