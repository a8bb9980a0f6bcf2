"""What a class handed in, as entries with safe names: from a folder or an archive, nothing unpacked to a disk.

An entry is read when it is graded, never more of it than a submission may have: a bomb costs what its limit costs.
"""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.model import AutograderError, Sentence, UsageError, sentence
from autograder.spool import Spool

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

    problem: why it is not to be read (a link, a device, a path that leads out), or None. error: what this machine met
    when it looked at the file or the folder, which is nobody's fault who handed it in.
    """

    parts: tuple[str, ...]
    size: int
    load: Callable[[int], bytes]
    problem: Sentence | None = None
    error: OSError | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.parts[-1]

    @property
    def path(self) -> str:
        """Its path as it is shown."""
        return "/".join(self.parts)

    def read(self, most: int) -> bytes:
        """Its bytes.

        Raises TooLarge beyond `most`, Unreadable for what is no file or is damaged, OSError for what fails here.
        """
        if self.error is not None:
            raise self.error
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


class Tree:
    """All entries of a folder or archive, kept on the disk, however many they are.

    folders: its top folders, those in which nothing lies included. clones: how many of them are git repositories, and
    the first and the last of those by name.
    """

    def __init__(self, name: str, entries: Iterable[Entry] = (), folders: Iterable[str] = ()) -> None:
        self.name = name
        self.clones, self.clone_names = 0, ("", "")
        self._entries: Spool[Entry | None] = Spool()
        self._folder, self._is_wrapped = "", True
        for folder in folders:
            self._entries.add(None, folder)
            self._holds(folder)
        for each in entries:
            self._entries.add(each, each.parts[0])
            if len(each.parts) > 1:
                self._holds(each.parts[0])
            elif each.name.casefold() != "index.html":
                self._is_wrapped = False

    def _holds(self, folder: str) -> None:
        self._is_wrapped = self._is_wrapped and self._folder in ("", folder)
        self._folder = folder

    def cloned(self, folder: str) -> None:
        """Take note that a top folder is a git repository; in the order of the names."""
        self.clones += 1
        self.clone_names = (self.clone_names[0] or folder, folder)

    @property
    def entries(self) -> Iterator[Entry]:
        """Every entry, as the folder or archive lists them."""
        return (each for each in self._entries if each is not None)

    @property
    def tops(self) -> Iterator[str]:
        """The names at the top, of files and of folders, in no order."""
        return self._entries.keys()

    def by_top(self) -> Iterator[tuple[str, list[Entry]]]:
        """The entries by the first part of their path, empty folders too."""
        for top, entries in self._entries.groups():
            yield top, [each for each in entries if each is not None]

    def below(self, folder: str) -> Tree:
        """What lies in one of its top folders."""
        return Tree(folder, (e.below(1) for e in self.entries if e.parts[0] == folder and len(e.parts) > 1))

    @property
    def wrapper(self) -> str:
        """The one folder that holds everything, or ''."""
        return self._folder if self._is_wrapped else ""


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
    return tuple(map(_composed, parts))


def _composed(name: str) -> str:
    """A name in the one form that is compared: some file systems take names apart into letters and their accents."""
    return unicodedata.normalize("NFC", name)


def is_noise(parts: tuple[str, ...]) -> bool:
    """Whether a path is of what systems leave about, and nobody handed in."""
    return any(part.casefold() in NOISE or part.startswith(".") for part in parts)


def tree_at(path: Path, stack: ExitStack) -> Tree:
    """The entries of a folder, zip or tar. stack: closes what was opened.

    Raises UsageError, AutograderError where this machine fails: no space left, a disk that cannot be read.
    """
    from autograder.sources import archives

    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise UsageError(f"there is no file or folder {path}")
    try:
        entries = archives.entries(path.name, path, stack)
        if entries is not None:
            return Tree(path.name, (each for each in entries if not is_noise(each.parts)))
    except Unreadable as error:
        raise UsageError(f"{path}: {error}") from None
    except OSError as error:
        if error.filename is not None:
            raise
        raise AutograderError(f"{path} could not be opened on this machine: {error.strerror}") from None
    raise UsageError(f"{path} is no folder, zip or tar; unpack it, and give the folder")


def _folder(root: Path) -> Tree:
    names: Spool[str] = Spool()
    with os.scandir(root) as listed:
        for found in listed:
            names.add(found.name, found.name)
    folders = (_composed(name) for name in names.in_order() if _is_class_folder(root, name))
    tree = Tree(root.name, _top(root, names), folders)
    for name in names.in_order():
        if _is_class_folder(root, name) and os.path.lexists(os.path.join(root, name, ".git")):
            tree.cloned(_composed(name))
    return tree


def _is_class_folder(root: Path, name: str) -> bool:
    path = os.path.join(root, name)
    return not name.startswith((".", "_")) and os.path.isdir(path) and not os.path.islink(path)


def _top(root: Path, names: Spool[str]) -> Iterator[Entry]:
    """What lies in a class's folder, by name."""
    for name in names.in_order():
        if not name.startswith("_"):
            yield from _walked(os.path.join(root, name), (_composed(name),))


def _walked(path: str, parts: tuple[str, ...]) -> Iterator[Entry]:
    """A file as an entry, or those in a folder, by name. What cannot be looked at is an entry that says so."""
    name = parts[-1]
    if is_noise((name,)):
        return
    try:
        mode, size = (facts := os.lstat(path)).st_mode, facts.st_size
        listed = sorted(os.listdir(path)) if stat.S_ISDIR(mode) and len(parts) <= DEPTH else []
    except OSError as error:  # not permitted, gone meanwhile, too long a path
        yield Entry(parts, 0, _nothing, error=error)
        return
    if stat.S_ISLNK(mode):
        yield Entry(parts, 0, _nothing, sentence("{name} is a symbolic link, a plain file is expected", name=name))
    elif stat.S_ISDIR(mode):
        for below in listed:
            yield from _walked(os.path.join(path, below), (*parts, _composed(below)))
    elif not stat.S_ISREG(mode):
        yield Entry(parts, 0, _nothing, sentence("{name} is no plain file", name=name))
    else:
        yield Entry(parts, size, FileReader(path))


def _nothing(most: int) -> bytes:
    return b""


@dataclass(frozen=True)
class FileReader:
    """Reads at most so many bytes, and one more, of a file that is neither a link nor a device."""

    path: str

    def __call__(self, most: int) -> bytes:
        """The bytes. Raises Unreadable for what is no file, OSError for one that is gone or not permitted."""
        descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unreadable(f"{os.path.basename(self.path)} is no plain file")
            return file.read(most + 1)
