"""What a class handed in, as entries with safe names: from a folder or an archive, nothing unpacked to a disk.

An entry is read when it is graded, never more of it than a submission may have: a bomb costs what its limit costs.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from autograder.model import Sentence, UsageError, sentence

NOISE = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini", "__pycache__", ".ipynb_checkpoints"}
DEPTH = 32
MOST_ENTRIES = 500_000
LONGEST = 255


class TooLarge(Exception):
    """An entry holds more than was allowed."""


class Unreadable(Exception):
    """An entry or an archive cannot be read; the text says why."""


@dataclass(frozen=True)
class Entry:
    """One file: its safe path, its size as claimed, and how to read at most so many bytes of it.

    problem: why it is not to be read (a link, a device, a path that leads out), or None.
    """

    parts: tuple[str, ...]
    size: int
    load: Callable[[int], bytes]
    problem: Sentence | None = None
    modified: datetime | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """Its path as it is shown."""
        return "/".join(self.parts)

    def read(self, most: int) -> bytes:
        """Its bytes. Raises TooLarge beyond `most`, Unreadable for what is no file or is damaged."""
        if self.problem is not None:
            raise Unreadable(str(self.problem))
        if self.size > most:
            raise TooLarge(self.path)
        content = self.load(most)
        if len(content) > most:
            raise TooLarge(self.path)
        return content

    def below(self, count: int) -> Entry:
        """The same entry seen from `count` folders further down."""
        return replace(self, parts=self.parts[count:])


@dataclass(frozen=True)
class Tree:
    """All entries of a folder or archive. clones: its top folders that are git repositories."""

    name: str
    entries: tuple[Entry, ...]
    clones: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def below(self, folder: str) -> Tree:
        """What lies in one of its top folders."""
        inside = tuple(each.below(1) for each in self.entries if each.parts[0] == folder and len(each.parts) > 1)
        return Tree(folder, inside)

    @property
    def wrapper(self) -> str:
        """The one folder that holds everything, or ''."""
        tops = {each.parts[0] for each in self.entries if len(each.parts) > 1} | set(self.folders)
        files = [each for each in self.entries if len(each.parts) == 1 and each.name.casefold() != "index.html"]
        return tops.pop() if len(tops) == 1 and not files else ""


def safe_parts(name: str) -> tuple[str, ...]:
    """A path inside an archive as parts. Raises ValueError with the reason for one that leads elsewhere."""
    if len(name) > DEPTH * (LONGEST + 1):
        raise ValueError("its path is empty, too long or too deep")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise ValueError("its name holds control characters")
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", name):
        raise ValueError("its path is absolute")
    parts = tuple(part for part in re.split(r"[/\\]", name) if part not in ("", "."))
    if ".." in parts:
        raise ValueError("its path leads out of the archive")
    if not parts or len(parts) > DEPTH or max(map(len, parts)) > LONGEST:
        raise ValueError("its path is empty, too long or too deep")
    return tuple(unicodedata.normalize("NFC", part) for part in parts)


def is_noise(parts: tuple[str, ...]) -> bool:
    """Whether a path is of what systems leave about, and nobody handed in."""
    return any(part.casefold() in NOISE or part.startswith(".") for part in parts)


def tree_at(path: Path, stack: ExitStack) -> Tree:
    """The entries of a folder, zip or tar. stack: closes what was opened. Raises UsageError."""
    from autograder.sources import archives

    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise UsageError(f"there is no file or folder {path}")
    try:
        entries = archives.entries(path.name, path, stack)
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from None
    if entries is None:
        raise UsageError(f"{path} is no folder, zip or tar; unpack it, and give the folder")
    return Tree(path.name, tuple(each for each in entries if not is_noise(each.parts)))


def _folder(root: Path) -> Tree:
    clones: set[str] = set()
    entries = tuple(_walk(root, (), clones))
    tops = frozenset(path.name for path in os.scandir(root) if path.is_dir(follow_symlinks=False))
    return Tree(root.name, entries, frozenset(clones), frozenset(top for top in tops if not top.startswith((".", "_"))))


def _walk(folder: Path, above: tuple[str, ...], clones: set[str]) -> Iterator[Entry]:
    for found in sorted(os.scandir(folder), key=lambda each: each.name):
        parts = (*above, found.name)
        if found.name == ".git" and len(above) == 1:
            clones.add(above[0])
        if is_noise((found.name,)) or (not above and found.name.startswith("_")):
            continue
        if found.is_symlink():
            yield Entry(
                parts, 0, _nothing, sentence("{name} is a symbolic link, a plain file is expected", name=found.name)
            )
        elif found.is_dir():
            if len(parts) <= DEPTH:
                yield from _walk(Path(found.path), parts, clones)
        elif not found.is_file():
            yield Entry(parts, 0, _nothing, sentence("{name} is no plain file", name=found.name))
        else:
            facts = found.stat()
            yield Entry(
                parts,
                facts.st_size,
                _reader(Path(found.path)),
                None,
                datetime.fromtimestamp(facts.st_mtime).astimezone(),
            )


def _nothing(most: int) -> bytes:
    return b""


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(most: int) -> bytes:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{path.name} is no plain file")
            return file.read(most + 1)

    return read
