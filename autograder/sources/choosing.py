"""Which of a student's files is the one for a topic, or why none is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace

from autograder.model import Limits, Sentence, sentence
from autograder.roster import folded
from autograder.sources import archives
from autograder.sources.folders import SUFFIXES, most_bytes
from autograder.sources.tree import Entry, TooLarge, Unreadable, is_noise

MOST_ARCHIVES = 8  # of one student's that are looked into
MARK = re.compile(r"(?:[-_ ]?\(?(?P<number>\d{1,6})\)?)?")

Choice = tuple[Entry | None, Sentence | None, Sentence | None]


def choose(
    entries: Iterable[Entry],
    topic: str,
    limits: Limits,
    *,
    lenient: bool = False,
    numbered: bool = False,
    alone: bool = True,
) -> Choice:
    """The topic's file among a student's entries: the entry, else the problem; and a note where a person should look.

    `<topic>.py` or `.ipynb`, in any case, with the mark of a second upload (`-1`, ` (2)`), else solution.py in a
    folder of the topic's name, else, if lenient, the only Python file. Archives are looked into, one level deep, where
    the only Python file is taken, too. alone: whether no other topic is asked for; else that file may be the other's.
    Raises OSError where none is found and this machine could not look everywhere.
    """
    everything = [each for each in entries if not is_noise(each.parts)]
    found = _best(everything, topic, lenient and alone, numbered)
    if found is not None:
        return found
    problem: Sentence | None = None
    packed = [each for each in everything if each.problem is None and archives.is_archive(each.name)]
    for archive in packed[:MOST_ARCHIVES]:
        with ExitStack() as stack:
            try:
                inside = [each for each in archives.nested(archive, stack) if not is_noise(each.parts)]
                found = _best(inside, topic, alone, numbered=False)
                if found is not None:
                    return _kept(found, limits)
            except TooLarge:
                problem = sentence("{name} is too large to be opened", name=archive.name)
            except Unreadable as error:
                problem = sentence("{name} cannot be opened: {why}", name=archive.name, why=str(error))
    for each in everything:
        if each.error is not None:
            raise each.error
    if problem is None and len(everything) == 1 and everything[0].problem is not None:
        problem = everything[0].problem
    return None, problem or nothing_fits(everything, topic), None


def _kept(found: Choice, limits: Limits) -> Choice:
    """A file out of a nested archive, which is closed now: its content stays, and no more than may be graded."""
    entry, problem, note = found
    if entry is None or entry.problem is not None:
        return found
    most_here = most_bytes(entry.name, limits)
    content = entry.read(most_here) if entry.size <= most_here else b""
    return replace(entry, load=Held(content)), problem, note


@dataclass(frozen=True)
class Held:
    """What was read before, read again."""

    content: bytes

    def __call__(self, most: int) -> bytes:
        """The bytes."""
        return self.content


def nothing_fits(entries: Iterable[Entry], topic: str) -> Sentence:
    """That none of the entries is a topic's file, and what is there instead."""
    names = [each.path for each in entries]
    if not names:
        return sentence("{name} was not handed in", name=f"{topic}.py")
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return sentence("{name} was not handed in, only {others}", name=f"{topic}.py", others=shown)


def _best(entries: list[Entry], topic: str, lenient: bool, numbered: bool) -> Choice | None:
    """The choice among entries, None if no name fits."""
    ranked = [(rank, each) for each in entries if (rank := _rank(each, topic, lenient)) is not None]
    if not ranked:
        return None
    closest = min(rank[0] for rank, _ in ranked)
    among = [(rank, each) for rank, each in ranked if rank[0] == closest]

    def key(pair: tuple[tuple[int, int], Entry]) -> tuple[int, int, tuple[str, ...]]:
        (_, mark), each = pair
        return (0 if numbered else -len(each.parts), mark, each.parts[:-1] if numbered else ())

    best = max(map(key, among))
    tied = [pair[1] for pair in among if key(pair) == best]
    if closest == 3 and len({each.path for _, each in among}) > 1:
        return None, sentence("several files could be {name}: {files}", name=f"{topic}.py", files=_listed(among)), None
    if len(tied) > 1:
        return None, _collision(tied, topic), None
    (chosen,) = tied
    note = None
    if closest > 0 or chosen.name != f"{topic}{chosen.name[-len(_suffix(chosen)) :]}":
        note = sentence("{file} was taken for {name}", file=chosen.name, name=f"{topic}{_suffix(chosen)}")
    return chosen, None, note


def _listed(among: list[tuple[tuple[int, int], Entry]]) -> str:
    return ", ".join(sorted(each.path for _, each in among)[:5])


def _collision(tied: list[Entry], topic: str) -> Sentence:
    if len({folded(each.path) for each in tied}) < len(tied):
        names = sorted(each.path for each in tied)
        return sentence(
            "{one} and {other} are one name on many systems; one of them counts", one=names[0], other=names[-1]
        )
    names = sorted((each.path for each in tied), reverse=True)
    if len({name.rpartition(".")[0] for name in names}) == 1 and len(names) == 2:
        one, other = names
        return sentence("{one} and {other} were both handed in: which one counts?", one=one, other=other)
    files = ", ".join(sorted(names)[:5])
    return sentence("several files could be {name}: {files}", name=f"{topic}.py", files=files)


def _suffix(entry: Entry) -> str:
    return next((suffix for suffix in SUFFIXES if entry.name.casefold().endswith(suffix)), "")


def _rank(entry: Entry, topic: str, lenient: bool) -> tuple[int, int] | None:
    """How well a name fits: 0 the topic's, 2 solution.py, 3 any; and the number of a second upload's mark, else 0."""
    name, suffix = folded(entry.name), _suffix(entry)
    if not suffix:
        return None
    base = name.removesuffix(suffix)
    if base == folded(topic):
        return (0, 0)
    if base.startswith(folded(topic)):
        mark = MARK.fullmatch(base[len(folded(topic)) :])
        if mark is not None and mark["number"]:
            return (0, int(mark["number"]))
    if base == "solution" and len(entry.parts) > 1 and folded(entry.parts[-2]) == folded(topic):
        return (2, 0)
    return (3, 0) if lenient else None
