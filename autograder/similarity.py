"""Which submissions share more than chance, the starter and the reference explain: evidence to look at, no verdict.

Winnowing (Schleimer, Wilkerson, Aiken: Winnowing, SIGMOD 2003) over tokens in which names, numbers, texts, comments and
layout make no difference: renaming and reordering hide nothing. Sources are cut into tokens and never parsed or run.
"""

from __future__ import annotations

import keyword
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

GRAM = 10
WINDOW = 6
MOST_TOKENS = 20_000
COMMON_SHARE = 0.25
COMMON_LEAST = 5
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


def tokens(source: str) -> list[Token]:
    """A source as tokens that renaming, reformatting and commenting leave as they are.

    Names become one sign, except Python's own words and attributes, which a library gives; a bare text is a docstring.
    """
    found: list[Token] = []
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
            found.append(Token(text, line))
        if len(found) >= MOST_TOKENS:
            break
    return found


def grams(found: Sequence[Token]) -> list[int]:
    """The hash of the tokens from each place on, GRAM of them."""
    codes = [zlib.crc32(token.text.encode("utf-8", "surrogatepass")) for token in found]
    if len(codes) < GRAM:
        return []
    high = pow(BASE, GRAM, MODULUS)
    rolling = 0
    made = []
    for n, code in enumerate(codes):
        rolling = (rolling * BASE + code) % MODULUS
        if n >= GRAM:
            rolling = (rolling - codes[n - GRAM] * high) % MODULUS
        if n >= GRAM - 1:
            made.append(rolling)
    return made


def winnowed(hashes: Sequence[int]) -> set[int]:
    """The least hash of every window: any run of GRAM + WINDOW - 1 tokens that two sources share leaves one in both."""
    if len(hashes) <= WINDOW:
        return {min(hashes)} if hashes else set()
    return {min(hashes[n : n + WINDOW]) for n in range(len(hashes) - WINDOW + 1)}


def pairs(
    sources: Mapping[str, str], without: Iterable[str] = (), *, least: float = LEAST_SHARE, most: int = 100
) -> list[Pair]:
    """The pairs that share at least so much, the most alike first.

    without: the starter, the reference: what they say is nobody's own, nor is what a quarter of the class says.
    """
    cut = {name: tokens(source) for name, source in sources.items()}
    hashed = {name: grams(found) for name, found in cut.items()}
    given = {value for source in without for value in grams(tokens(source))}
    prints = {name: winnowed(hashes) - given for name, hashes in hashed.items()}
    common = _common(prints)
    own = {name: values - common for name, values in prints.items()}
    found = []
    for (one, other), shared in _shared(own).items():
        share = shared / min(len(own[one]), len(own[other]))
        if shared >= LEAST_SHARED and share >= least:
            found.append((share, shared, one, other))
    found.sort(key=lambda each: (-each[0], -each[1], each[2], each[3]))
    ignored = given | common
    return [
        Pair(one, other, share, shared, _matches(cut[one], hashed[one], cut[other], hashed[other], ignored))
        for share, shared, one, other in found[:most]
    ]


def _common(prints: Mapping[str, set[int]]) -> set[int]:
    """What so many say that it tells nothing."""
    counts = Counter(value for values in prints.values() for value in values)
    limit = max(COMMON_LEAST, COMMON_SHARE * len(prints))
    return {value for value, count in counts.items() if count > limit}


def _shared(own: Mapping[str, set[int]]) -> Counter[tuple[str, str]]:
    """How many prints each two have in common, pairs without any left out."""
    holders: dict[int, list[str]] = {}
    for name in sorted(own):
        for value in own[name]:
            holders.setdefault(value, []).append(name)
    return Counter(
        (one, other) for names in holders.values() for n, one in enumerate(names) for other in names[n + 1 :]
    )


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
