"""Things of any number, kept on the disk: in an order, in groups, as often as wanted. A class need not fit into memory.

The file is SQLite's own temporary one: nobody else opens it, and it is gone with its process. That is why what lies in
it may be pickled.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
CACHE_KIB = 256
AT_ONCE = 50


class Spool(Generic[Thing]):
    """Frozen things under keys of one or more words. Nothing is added any more once it is iterated."""

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for setting in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF"):
            self._file.execute(f"PRAGMA {setting}")
        self._file.execute("CREATE TABLE thing (n INTEGER PRIMARY KEY, key BLOB NOT NULL, content BLOB NOT NULL)")
        for each in things:
            self.add(each)

    def add(self, thing: Thing, *key: str) -> None:
        """Take one thing. Words but the last hold no NUL, so that keys sort as their words do."""
        row = ("\0".join(key).encode("utf-8", "surrogatepass"), pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
        self._file.execute("INSERT INTO thing VALUES (NULL, ?, ?)", row)

    def __len__(self) -> int:
        return int(self._file.execute("SELECT count(*) FROM thing").fetchone()[0])

    def __iter__(self) -> Iterator[Thing]:
        """Everything as it came."""
        return self._things("SELECT content FROM thing ORDER BY n")

    def in_order(self) -> Iterator[Thing]:
        """Everything in the order of the keys; under one key, as it came."""
        return self._things("SELECT content FROM thing ORDER BY key, n")

    def keys(self) -> Iterator[str]:
        """Every key once, in no order."""
        return (_words(row[0]) for row in self._rows("SELECT DISTINCT key FROM thing"))

    def groups(self) -> Iterator[tuple[str, list[Thing]]]:
        """What lies under each key, the key that came first before the others."""
        self._file.execute("CREATE INDEX IF NOT EXISTS by_key ON thing (key)")
        found = self._rows(
            "SELECT key, content FROM (SELECT key, min(n) AS first FROM thing GROUP BY key ORDER BY first) "
            "CROSS JOIN thing USING (key) ORDER BY first, n"
        )
        for key, rows in groupby(found, key=lambda row: row[0]):
            yield _words(key), [pickle.loads(row[1]) for row in rows]

    def _things(self, query: str) -> Iterator[Thing]:
        return (pickle.loads(row[0]) for row in self._rows(query))

    def _rows(self, query: str) -> Iterator[tuple[bytes, ...]]:
        cursor = self._file.execute(query)
        cursor.arraysize = AT_ONCE
        while rows := cursor.fetchmany():
            yield from rows


def _words(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")
