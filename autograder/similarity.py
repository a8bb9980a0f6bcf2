"""Which submissions share more than chance, the starter and the reference explain: evidence to look at, no verdict.

Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003) over tokens in which names, numbers, texts, comments and
layout make no difference: renaming and reordering hide nothing. Sources are cut into tokens and never parsed or run.
"""

from __future__ import annotations

import keyword
import re
import sqlite3
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

GRAM = 10
WINDOW = 6
CACHE_KIB = 2048
MOST_MARKED = 20_000  # tokens in which matches are shown; they are found wherever they are
COMMON_SHARE = 0.25
COMMON_LEAST, COMMON_MOST = 5, 100
LEAST_SHARED = 6
LEAST_SHARE = 0.5
MODULUS = (1 << 61) - 1
BASE = 1_000_003

TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<text>[rbfuRBFU]{0,2}(?:\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*(?:\"\"\")?|'{3}(?:[^'\\]|\\.|'(?!''))*(?:'{3})?"
    r"|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?))"  # an end may be missing: no text sends the search back
    r"|(?P<number>\d[\w.]*|\.\d[\w.]*)|(?P<name>[^\W\d]\w*)|(?P<attribute>\.[^\W\d]\w*)|(?P<sign>[^\w\s])",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """One token with names made alike, and the line it stands in."""

    text: str
    line: int


@dataclass(frozen=True)
class Match:
    """Lines of one submission that say the same as lines of another, both ends included, counted from 1."""

    mine: tuple[int, int]
    theirs: tuple[int, int]


@dataclass(frozen=True)
class Pair:
    """Two submissions and what they share. share: of the smaller one's own prints; matches: where."""

    one: str
    other: str
    share: float
    shared: int
    matches: tuple[Match, ...]


def tokens(source: str) -> Iterator[Token]:
    """A source as tokens that renaming, reformatting and commenting leave as they are.

    Names become one sign, except Python's own words and attributes, which a library gives; a bare text is a docstring.
    """
    line, place = 1, 0
    for each in TOKEN.finditer(source):
        line += source.count("\n", place, each.start())
        place = each.start()
        kind, text = each.lastgroup, each.group()
        if kind == "name":
            text = text if keyword.iskeyword(text) else "n"
        elif kind in ("text", "number"):
            text = "0" if kind == "number" else "s"
        if kind != "comment":
            yield Token(text, line)


def grams(found: Iterable[Token]) -> Iterator[int]:
    """The hash of the tokens from each place on, GRAM of them."""
    high = pow(BASE, GRAM, MODULUS)
    rolling, last = 0, deque([0] * GRAM)
    for n, token in enumerate(found):
        code = zlib.crc32(token.text.encode("utf-8", "surrogatepass"))
        last.append(code)
        rolling = (rolling * BASE + code - last.popleft() * high) % MODULUS
        if n >= GRAM - 1:
            yield rolling


def winnowed(hashes: Iterable[int]) -> set[int]:
    """The least hash of every window: any run of GRAM + WINDOW - 1 tokens that two sources share leaves one in both."""
    window: deque[int] = deque(maxlen=WINDOW)
    found = set()
    for value in hashes:
        window.append(value)
        if len(window) == WINDOW:
            found.add(min(window))
    return found or {min(window)} if window else set()


def pairs(
    sources: Mapping[str, str], without: Iterable[str] = (), *, least: float = LEAST_SHARE, most: int = 100
) -> list[Pair]:
    """The pairs that share at least so much, the most alike first.

    without: the starter, the reference: what they say is nobody's own, nor is what a quarter of the class or a hundred
    people say. The sources' prints lie on the disk meanwhile, and a source is looked at only while it is its turn.
    """
    given = {value for source in without for value in grams(tokens(source))}
    prints = _Prints()
    for name in sources:
        prints.add(name, winnowed(grams(tokens(sources[name]))) - given)
    return [
        Pair(one, other, share, shared, _matches_of(sources[one], sources[other], given, prints))
        for one, other, share, shared in prints.pairs(least, most)
    ]


class _Prints:
    """Whose prints are whose, in SQLite's own temporary file."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        self._file.executescript(
            f"PRAGMA cache_size = -{CACHE_KIB}; PRAGMA journal_mode = OFF; "
            "CREATE TABLE source (number INTEGER PRIMARY KEY, name BLOB, own INTEGER);"
            "CREATE TABLE print (value INTEGER, source INTEGER);"
            "CREATE TABLE common (value INTEGER PRIMARY KEY);"
        )

    def add(self, name: str, values: Iterable[int]) -> None:
        """Take a source's prints."""
        row = (name.encode("utf-8", "surrogatepass"),)
        number = self._file.execute("INSERT INTO source VALUES (NULL, ?, 0)", row).lastrowid
        self._file.executemany("INSERT INTO print VALUES (?, ?)", ((value, number) for value in values))

    def pairs(self, least: float, most: int) -> Iterator[tuple[str, str, float, int]]:
        """The names, the share and the number of common prints of those most alike, without what is common."""
        count = self._file.execute("SELECT count(*) FROM source").fetchone()[0]
        limit = max(COMMON_LEAST, min(COMMON_MOST, COMMON_SHARE * count))
        self._file.execute("CREATE INDEX by_value ON print (value, source)")
        self._file.execute("INSERT INTO common SELECT value FROM print GROUP BY value HAVING count(*) > ?", (limit,))
        self._file.execute("DELETE FROM print WHERE value IN common")
        counts = "UPDATE source SET own = c.n FROM (SELECT source, count(*) AS n FROM print GROUP BY source) AS c"
        self._file.execute(f"{counts} WHERE source.number = c.source")
        found = self._file.execute(
            "SELECT min(a.name, b.name) AS one, max(a.name, b.name) AS other, 1.0 * n / min(a.own, b.own) AS share, n "
            "FROM (SELECT p.source AS x, q.source AS y, count(*) AS n FROM print p JOIN print q "
            "ON q.value = p.value AND q.source > p.source GROUP BY x, y HAVING n >= ?) "
            "JOIN source a ON a.number = x JOIN source b ON b.number = y "
            "WHERE share >= ? ORDER BY share DESC, n DESC, one, other LIMIT ?", (LEAST_SHARED, least, most),
        )  # fmt: skip
        for one, other, share, shared in found.fetchall():
            yield one.decode("utf-8", "surrogatepass"), other.decode("utf-8", "surrogatepass"), share, shared

    def common(self, values: Iterable[int]) -> set[int]:
        """Those of these prints that so many have that they tell nothing."""
        query = "SELECT 1 FROM common WHERE value = ?"
        return {value for value in set(values) if self._file.execute(query, (value,)).fetchone()}


def _matches_of(one: str, other: str, given: set[int], prints: _Prints) -> tuple[Match, ...]:
    mine, theirs = (list(islice(tokens(source), MOST_MARKED)) for source in (one, other))
    my_hashes = list(grams(mine))
    return _matches(mine, my_hashes, theirs, list(grams(theirs)), given | prints.common(my_hashes))


def _matches(
    mine: Sequence[Token],
    my_hashes: Sequence[int],
    theirs: Sequence[Token],
    their_hashes: Sequence[int],
    ignored: set[int],
) -> tuple[Match, ...]:
    """The longest runs of tokens that both have, as lines."""
    places: dict[int, int] = {}
    for n, value in enumerate(their_hashes):
        places.setdefault(value, n)
    found: list[Match] = []
    n = 0
    while n < len(my_hashes):
        there = places.get(my_hashes[n])
        if there is None or my_hashes[n] in ignored:
            n += 1
            continue
        length = 1
        while (
            n + length < len(my_hashes)
            and there + length < len(their_hashes)
            and my_hashes[n + length] == their_hashes[there + length]
        ):
            length += 1
        end = length + GRAM - 2
        found.append(Match((mine[n].line, mine[n + end].line), (theirs[there].line, theirs[there + end].line)))
        n += length
    return tuple(found)
