"""Folders of a class that no platform has named: nbgrader's exchange and tree, git clones, plain files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from autograder.roster import Who
from autograder.sources.archives import is_archive, stem
from autograder.sources.folders import SUFFIXES
from autograder.sources.handed import HandIn, Stray, inside, mostly
from autograder.sources.names import stray, timestamp
from autograder.sources.tree import Entry, TooLarge, Tree, Unreadable


class NbgraderExchange:
    """`inbound/user+assignment+timestamp+random/…`; a user's name may itself contain `+`."""

    name = "nbgrader-exchange"
    TOP = re.compile(
        r"(?P<user>.+)\+(?P<assignment>[^+]+)\+(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: [^+]+)?)"
        r"(?:\+(?P<random>[^+]+))?",
        re.DOTALL,
    )

    def fits(self, tree: Tree) -> bool:
        return mostly(self._inbound(tree), self.TOP)

    def _inbound(self, tree: Tree) -> Tree:
        return tree.below("inbound") if "inbound" in tree.tops else tree

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for top, entries in self._inbound(tree).by_top():
            found = self.TOP.fullmatch(top)
            if found is None:
                yield from (stray(each.path) for each in entries)
                continue
            who = Who("", {"student": found["user"]})
            at = timestamp(found["at"])
            order = (at.isoformat() if at else found["at"],)
            yield HandIn((who,), inside(entries), top, at, order=order, assignment=found["assignment"])


class NbgraderTree:
    """`submitted/<student>/<assignment>/<notebook>.ipynb` with a timestamp.txt."""

    name = "nbgrader"
    STEPS = frozenset({"source", "release", "submitted", "autograded", "feedback"})

    def fits(self, tree: Tree) -> bool:
        if "submitted" in tree.tops:
            return True
        count = stamped = 0
        for _, entries in tree.by_top():
            count += bool(entries)
            stamped += any(each.name == "timestamp.txt" and len(each.parts) == 3 for each in entries)
        return stamped > 0 and 2 * stamped >= count  # a student may write one of their own

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for each in (tree.below("submitted") if "submitted" in tree.tops else tree).entries:
            yield self._piece(each) if len(each.parts) >= 3 else stray(each.path)

    def _piece(self, entry: Entry) -> HandIn:
        student, assignment = entry.parts[:2]
        where, file = f"{student}/{assignment}", entry.below(2)
        blank = HandIn((Who("", {"student": student}),), (), where, assignment=assignment, key=where)
        return replace(blank, at=_stamp(file)) if file.parts == ("timestamp.txt",) else replace(blank, entries=(file,))


def _stamp(file: Entry) -> datetime | None:
    try:
        return timestamp(file.read(200).decode("ascii", "replace"))
    except (TooLarge, Unreadable, OSError):
        return None


class Clones:
    """A folder of git clones, one a student; a prefix that all share is the assignment's."""

    name = "clones"

    def fits(self, tree: Tree) -> bool:
        return tree.clones > 0 and 2 * tree.clones >= sum(len(es[0].parts) > 1 for _, es in tree.by_top() if es)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        prefix = _shared_prefix(*tree.clone_names)
        for top, entries in tree.by_top():
            if entries and all(len(each.parts) == 1 for each in entries):
                yield from (stray(each.path) for each in entries)
            else:
                student = top.removeprefix(prefix)
                yield HandIn((Who("", {"student": student}),), inside(entries), top)


def _shared_prefix(first: str, last: str) -> str:
    """What all names from the first to the last begin with, up to a hyphen; '' for a single one."""
    if first == last:
        return ""
    common = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("-", 0, common) + 1]


class Plain:
    """`<student>/…`, `<student>.py`, `<student>.zip` and the like."""

    name = "folder"

    def fits(self, tree: Tree) -> bool:
        return True

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for top, entries in tree.by_top():
            file = next((each for each in entries if len(each.parts) == 1), None)
            if file is None:
                yield HandIn((Who("", {"student": top}),), inside(entries), top, lenient=False)
            elif top.casefold().endswith(SUFFIXES) or is_archive(top) or file.problem or file.error:
                yield HandIn((Who("", {"student": stem(top)}),), (file,), top, order=(top,))
            else:
                yield stray(top)
