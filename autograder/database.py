"""What SQLite refuses, in a sentence that says what to do: a file that is busy or full is no file to throw away."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.model import AutograderError

PRIMARY = 0xFF  # of an error's code, without what details it
CAUSES = {
    sqlite3.SQLITE_BUSY: "is in use by another program: wait for it, then run the same command again",
    sqlite3.SQLITE_LOCKED: "is in use by another program: wait for it, then run the same command again",
    sqlite3.SQLITE_READONLY: "cannot be written: you need to be allowed to write to it and to its folder",
    sqlite3.SQLITE_PERM: "cannot be written: you need to be allowed to write to it and to its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: it needs to be a file, and its folder one that you may write to",
    sqlite3.SQLITE_FULL: "cannot be written, the disk is full: make room, then run the same command again",
    sqlite3.SQLITE_IOERR: "cannot be read or written: look at its disk, then run the same command again",
}
BROKEN = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another connection holds what this one wanted."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@contextmanager
def told(what: str, *, broken: str) -> Iterator[None]:
    """What the file's state makes SQLite refuse is an AutograderError. what: the file; broken: the advice for one that
    is no database, or no whole one any more. Any other error stays as it is: it is this program's own mistake.
    """
    try:
        yield
    except sqlite3.Error as error:
        if _code(error) in BROKEN:
            raise AutograderError(f"{what} cannot be read: {error}; {broken}") from None
        if _code(error) not in CAUSES:
            raise
        raise AutograderError(f"{what} {CAUSES[_code(error)]} ({error})") from None


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & PRIMARY
