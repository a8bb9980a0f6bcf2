"""What a source finds: who handed in what, when, and where it lay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from autograder.model import Sentence
from autograder.roster import Who, folded
from autograder.sources.tree import Entry, Tree


@dataclass(frozen=True)
class HandIn:
    """One hand-in of one person or group, or a piece of it. order: tells attempts of one person apart, later ones last.

    at: in its zone, without one where the platform names none: then in the course's.

    key: pieces with one key are one hand-in, wherever they lie; '' for a whole one. assignment: what the platform calls
    the task, where it says so; one that is called as a topic is, is to that topic alone. lenient: whether the only
    Python file is taken whatever its name is, because the platform's students choose names freely. numbered: whether
    folders among the entries are the platform's numbers, of which the largest is the newest.
    """

    who: tuple[Who, ...]
    entries: tuple[Entry, ...]
    where: str
    at: datetime | None = None
    late: bool = False
    order: tuple[int | str, ...] = ()
    assignment: str = ""
    lenient: bool = True
    numbered: bool = False
    key: str = ""


@dataclass(frozen=True)
class Stray:
    """Something that is nobody's hand-in, and why it is thought so."""

    where: str
    why: Sentence


def together(pieces: Sequence[HandIn]) -> HandIn:
    """One hand-in of its pieces: whose, where and which is told by the first."""
    first, *others = pieces
    if not others:
        return first
    entries = tuple(entry for each in pieces for entry in each.entries)
    at = next((each.at for each in reversed(pieces) if each.at is not None), None)
    return replace(first, entries=entries, late=any(each.late for each in pieces), at=at)


def named_by(hand_ins: Iterable[HandIn], topics: Iterable[str]) -> frozenset[str]:
    """The topics that some hand-in is called by."""
    called = {folded(topic): topic for topic in topics}
    return frozenset(called[task] for each in hand_ins if (task := folded(each.assignment)) in called)


def is_meant(hand_in: HandIn, topic: str, named: frozenset[str]) -> bool:
    """Whether a hand-in may be to a topic: to none but the one that its task is called, where any is called so.

    An instructor may call the tasks otherwise, `hw3`: then what lies in a hand-in says which topic it is to.
    """
    task = folded(hand_in.assignment)
    if topic in named:
        return task in ("", folded(topic))
    return task not in {folded(each) for each in named}


class Source(Protocol):
    """A platform's way of handing out what a class handed in."""

    name: str

    def fits(self, tree: Tree) -> bool:
        """Whether a tree looks like this platform's."""

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        """Everybody's hand-ins, whole or in pieces, one after the other: each entry is in a hand-in or stray.

        Raises UsageError for a tree that is this platform's and damaged.
        """


def mostly(tree: Tree, *patterns: re.Pattern[str]) -> bool:
    """Whether at least half of a tree's top names are of one of the patterns."""
    count = fitting = 0
    for top in tree.tops:
        count += top != "index.html"
        fitting += top != "index.html" and any(pattern.fullmatch(top) for pattern in patterns)
    return count > 0 and 2 * fitting >= count


def inside(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a folder as seen from within it."""
    return tuple(each.below(1) if len(each.parts) > 1 else each for each in entries)
