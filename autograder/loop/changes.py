"""What a save has changed: whether a file is another one, and which exercises its new lines may concern.

Nothing is parsed or run here: definitions are told by their first column, and use by their names as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from autograder.model import Exercise

DEFINITION = re.compile(rb"(?:async +)?(?:def|class) +(\w{1,100})")
WORD = re.compile(rb"\w+")
INSIDE = b" \t\r\n#)]}"  # how a line inside a definition may begin
DYNAMIC = {b"globals", b"getattr", b"exec", b"eval", b"vars", b"__dict__", b"importlib"}  # names that words do not tell
Stamp = tuple[int, int, int]


def stamp(path: Path | None) -> Stamp | None:
    """What changes when a file is saved, also by an editor that puts a new file in its place; None for no file."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found is not None else None


def blocks(source: bytes) -> dict[bytes, bytes]:
    """The text of each top-level definition by its name; all that stands outside of them, decorators too, under b''."""
    found, current = {b"": b""}, b""
    for line in source.splitlines(keepends=True):
        definition = DEFINITION.match(line)
        if definition:
            current = definition[1]
        elif line[:1] not in INSIDE:
            current = b""
        found[current] = found.get(current, b"") + line
    return found


def touched(before: bytes, after: bytes, exercises: Iterable[Exercise]) -> tuple[str, ...] | None:
    """The exercises whose functions differ, then those whose functions name what differs, in any number of steps.

    None where that cannot be told and all may be concerned: the same file again, other lines outside of
    definitions, names that are looked up while it runs.
    """
    old, new = ({name: text.rstrip() for name, text in blocks(source).items()} for source in (before, after))
    changed = {name for name in {*old, *new} if old.get(name) != new.get(name)}
    words = {name: set(WORD.findall(text)) for name, text in new.items()}
    if before == after or b"" in changed or DYNAMIC & set().union(*words.values()):
        return None
    reached = set(changed)
    while wider := {name for name, used in words.items() if name and used & reached} - reached:
        reached |= wider
    direct, all_names = ({name.decode("ascii", "replace") for name in names} for names in (changed, reached))
    exercises = tuple(exercises)
    first = [exercise.name for exercise in exercises if direct.intersection(exercise.functions)]
    others = [exercise.name for exercise in exercises if all_names.intersection(exercise.functions)]
    return tuple(dict.fromkeys([*first, *others]))
