"""What a source finds: who handed in what, when, and where it lay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from autograder.model import Sentence
from autograder.roster import Who
from autograder.sources.tree import Entry, Tree


@dataclass(frozen=True)
class HandIn:
    """One hand-in of one person or group. order: tells attempts of one person apart, later ones larger.

    assignment: what the platform calls the task, where it says so. lenient: whether the only Python file is taken
    whatever its name is, because the platform's students choose names freely. numbered: whether folders among the
    entries are the platform's numbers, of which the largest is the newest.
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


@dataclass(frozen=True)
class Stray:
    """Something that is nobody's hand-in, and why it is thought so."""

    where: str
    why: Sentence


@dataclass(frozen=True)
class Found:
    """Everything that a source saw: each entry is in a hand-in or stray."""

    hand_ins: tuple[HandIn, ...]
    strays: tuple[Stray, ...] = ()


class Source(Protocol):
    """A platform's way of handing out what a class handed in."""

    name: str

    def fits(self, tree: Tree) -> bool:
        """Whether a tree looks like this platform's."""

    def read(self, tree: Tree) -> Found:
        """Everybody's hand-ins. Raises UsageError for a tree that is this platform's and damaged."""


def mostly(tree: Tree, *patterns: re.Pattern[str]) -> bool:
    """Whether at least half of a tree's top names are of one of the patterns."""
    tops = {each.parts[0] for each in tree.entries} | set(tree.folders)
    tops -= {"index.html"}
    return bool(tops) and 2 * sum(any(pattern.fullmatch(top) for pattern in patterns) for top in tops) >= len(tops)


def by_top(tree: Tree) -> dict[str, list[Entry]]:
    """A tree's entries by the first part of their path, empty folders too."""
    found: dict[str, list[Entry]] = {top: [] for top in sorted(tree.folders)}
    for each in tree.entries:
        found.setdefault(each.parts[0], []).append(each)
    return found


def inside(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries of a folder as seen from within it."""
    return tuple(each.below(1) if len(each.parts) > 1 else each for each in entries)
