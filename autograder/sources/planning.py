"""From hand-ins to submissions: whose each is, which file counts, which attempt; what was left out and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.model import Limits, Receipt, Sentence, Submission, UsageError, sentence
from autograder.roster import Person, Roster, Who, folded
from autograder.sources import archives
from autograder.sources.folders import most_bytes, of_content
from autograder.sources.handed import HandIn, Stray
from autograder.sources.platforms import SUFFIXES, detected
from autograder.sources.tree import Entry, TooLarge, Tree, Unreadable, is_noise, tree_at

MOST_ARCHIVES = 8  # of one student's that are looked into
MARK = re.compile(r"(?:[-_ ]?\(?(?P<number>\d{1,6})\)?)?")
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Planned:
    """One submission that would be graded. unmatched: why it is nobody's in the roster, None if it is somebody's."""

    student: str
    name: str
    topic: str
    entry: Entry | None
    receipt: Receipt
    problem: Sentence | None = None
    unmatched: Sentence | None = None
    person: Person | None = None
    order: tuple[int | str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)

    def submission(self, limits: Limits) -> Submission:
        """The submission, its file read now."""
        empty = Submission(self.student, {}, None, self.problem, self.receipt)
        if self.entry is None:
            return empty
        size = self.entry.size
        try:
            content = self.entry.read(most_bytes(self.entry.name, limits))
        except TooLarge:
            most = most_bytes(self.entry.name, limits)
            words = {"name": self.entry.name, "size": size, "most": most}
            return replace(empty, problem=sentence("{name} has {size} bytes, {most} is the limit", **words))
        except Unreadable as error:
            problem = self.entry.problem or sentence(
                "{name} cannot be read: {why}", name=self.entry.name, why=str(error)
            )
            return replace(empty, problem=problem)
        return of_content(empty, self.entry.name, content, self.topic, limits)


@dataclass(frozen=True)
class Plan:
    """What would be graded, in the order of the students' keys, and everything that would not.

    earlier: attempts that a later one replaces. missing: people of the roster who handed in nothing.
    """

    source: str
    planned: tuple[Planned, ...]
    strays: tuple[Stray, ...] = ()
    earlier: tuple[Planned, ...] = ()
    missing: tuple[Person, ...] = ()

    def of_topic(self, topic: str) -> tuple[Planned, ...]:
        """The submissions to one topic."""
        return tuple(each for each in self.planned if each.topic == topic)


def plan(
    path: Path,
    topics: Mapping[str, Limits],
    stack: ExitStack,
    *,
    source: str = "",
    pattern: str = "",
    roster: Roster | None = None,
    all_attempts: bool = False,
) -> Plan:
    """What a folder or archive comes to. stack: closes it when everything has been graded.

    topics: the limits of each topic asked for; of several, those that nobody handed in are left out. Raises
    UsageError for a place without any hand-in.
    """
    tree = tree_at(path, stack)
    found_source, tree = detected(tree, source, pattern)
    found = found_source.read(tree)
    if not found.hand_ins:
        seen = "".join(f"; {each.where}: {each.why}" for each in found.strays[:3])
        raise UsageError(f"{path} holds nothing that was handed in, read as {found_source.name}{seen}")
    owned = _owned(found.hand_ins, roster or Roster())
    submissions, strays = [], list(found.strays)
    for topic, limits in topics.items():
        chosen = [_planned(each, owner, topic, limits, found_source.name, len(topics) == 1) for each, owner in owned]
        if len(topics) == 1 or any(each.entry is not None for each in chosen):
            submissions += [each for each in chosen if _meant(each, topic, topics)]
    counted, earlier = _attempts(submissions, all_attempts)
    there = {owner.key for _, owner in owned} | {member for _, owner in owned for member in owner.members}
    missing = tuple(person for key, person in (roster.people if roster else {}).items() if key not in there)
    return Plan(found_source.name, counted, tuple(strays), earlier, missing)


@dataclass(frozen=True)
class _Owner:
    key: str
    name: str
    person: Person | None
    members: tuple[str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    unmatched: Sentence | None = None


def _owned(hand_ins: Iterable[HandIn], roster: Roster) -> list[tuple[HandIn, _Owner]]:
    """Each hand-in with its owner. Different people of the platform who come to one person are believed to be none."""
    hand_ins = list(hand_ins)
    whose: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for each in hand_ins:
        for who in each.who:
            person = roster.match(who) if roster else None
            if isinstance(person, Person):
                whose.setdefault(person.key, set()).add(tuple(sorted(who.ids.items())))
    doubtful = {key for key, ids in whose.items() if len(ids) > 1}
    return [(each, _owner(each, roster, doubtful)) for each in hand_ins]


def _owner(hand_in: HandIn, roster: Roster, doubtful: set[str]) -> _Owner:
    owners = [_one_owner(who, roster, doubtful) for who in hand_in.who]
    first = next((each for each in owners if each.unmatched is None), owners[0])
    members = tuple(dict.fromkeys(each.key for each in owners if each.key != first.key))
    return replace(first, members=members, unmatched=next((each.unmatched for each in owners if each.unmatched), None))


def _one_owner(who: Who, roster: Roster, doubtful: set[str]) -> _Owner:
    if not roster:
        return _Owner(who.key, who.name, None, ids=who.ids)
    person = roster.match(who)
    if isinstance(person, Sentence):
        return _Owner(f"?{who.key}", who.name, None, ids=who.ids, unmatched=person)
    if person.key in doubtful:
        why = sentence("hand-ins under different ids all look like {name}'s", name=person.name or person.key)
        return _Owner(f"?{who.key}", who.name, None, ids=who.ids, unmatched=why)
    return _Owner(person.key, person.name, person, ids=who.ids)


def _meant(planned: Planned, topic: str, topics: Mapping[str, Limits]) -> bool:
    """Whether a hand-in is to this topic: where the platform names the task, it may be to another."""
    task = planned.receipt.where.rpartition("/")[2]
    return not (planned.entry is None and task != topic and task in topics)


def _planned(hand_in: HandIn, owner: _Owner, topic: str, limits: Limits, source: str, alone: bool) -> Planned:
    lenient = hand_in.lenient and alone
    entry, problem, note = choose(hand_in.entries, topic, limits, lenient=lenient, numbered=hand_in.numbered)
    receipt = Receipt(hand_in.at, hand_in.late, 1, owner.members, source, hand_in.where, note)
    name = owner.name or (owner.person.name if owner.person else "")
    ids = {**owner.ids, **(owner.person.ids if owner.person else {})}
    return Planned(owner.key, name, topic, entry, receipt, problem, owner.unmatched, owner.person, hand_in.order, ids)


def _attempts(submissions: Iterable[Planned], keep_all: bool) -> tuple[tuple[Planned, ...], tuple[Planned, ...]]:
    """The attempts that count now, and the earlier ones; numbered by time, then as the platform orders them."""
    gathered: dict[tuple[str, str], list[Planned]] = {}
    for each in submissions:
        gathered.setdefault((each.topic, each.student), []).append(each)
    counted: list[Planned] = []
    earlier: list[Planned] = []
    for attempts in gathered.values():
        attempts.sort(key=lambda each: (each.receipt.at or BEGINNING, [str(part).zfill(12) for part in each.order]))
        numbered = [replace(a, receipt=replace(a.receipt, attempt=n)) for n, a in enumerate(attempts, start=1)]
        if _tied(numbered):
            both = ", ".join(each.receipt.where for each in numbered)
            problem = sentence("{files} were all handed in: which one counts?", files=both)
            numbered = [replace(numbered[-1], entry=None, problem=problem)]
        counted += numbered if keep_all else numbered[-1:]
        earlier += [] if keep_all else numbered[:-1]
    counted.sort(key=lambda each: (each.topic, each.student, each.receipt.attempt))
    return tuple(counted), tuple(earlier)


def _tied(attempts: list[Planned]) -> bool:
    """Whether nothing says which of several attempts came last."""
    if len(attempts) < 2:
        return False
    keys = [(each.receipt.at, each.order) for each in attempts]
    return len(set(keys)) < len(keys) or (attempts[0].receipt.source == "folder")


Choice = tuple[Entry | None, Sentence | None, Sentence | None]


def choose(
    entries: Iterable[Entry], topic: str, limits: Limits, *, lenient: bool = False, numbered: bool = False
) -> Choice:
    """The topic's file among a student's entries: the entry, else the problem; and a note where a person should look.

    `<topic>.py` or `.ipynb`, in any case, with the mark of a second upload (`-1`, ` (2)`), else solution.py in a
    folder of the topic's name, else, if lenient, the only Python file. Archives are looked into, one level deep.
    """
    everything = [each for each in entries if not is_noise(each.parts)]
    found = _best(everything, topic, lenient, numbered)
    if found is not None:
        return found
    problem: Sentence | None = None
    packed = [each for each in everything if each.problem is None and archives.is_archive(each.name)]
    for archive in packed[:MOST_ARCHIVES]:
        with ExitStack() as stack:
            try:
                inside = [each for each in archives.nested(archive, stack) if not is_noise(each.parts)]
                found = _best(inside, topic, lenient=True, numbered=False)
                if found is not None:
                    return _kept(found, limits)
            except TooLarge:
                problem = sentence("{name} is too large to be opened", name=archive.name)
            except Unreadable as error:
                problem = sentence("{name} cannot be opened: {why}", name=archive.name, why=str(error))
    if problem is None and len(everything) == 1 and everything[0].problem is not None:
        problem = everything[0].problem
    return None, problem or _nothing_fits(everything, topic), None


def _kept(found: Choice, limits: Limits) -> Choice:
    """A file out of a nested archive, which is closed now: its content stays, and no more than may be graded."""
    entry, problem, note = found
    if entry is None or entry.problem is not None:
        return found
    most_here = most_bytes(entry.name, limits)
    content = entry.read(most_here) if entry.size <= most_here else b""
    load: Callable[[int], bytes] = lambda most: content  # noqa: E731
    return replace(entry, load=load), problem, note


def _nothing_fits(entries: list[Entry], topic: str) -> Sentence:
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
    """How well a name fits: 0 exactly, 1 with a mark of a second upload, 2 solution.py, 3 any; and that mark."""
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


def read_all(planned: Iterable[Planned], limits: Limits) -> Iterator[Submission]:
    """The submissions of a plan, each read when it is wanted."""
    return (each.submission(limits) for each in planned)


def at(path: Path, topic: str, limits: Limits, stack: ExitStack) -> Iterator[Submission]:
    """The submissions to one topic in a folder or archive of whatever platform."""
    return read_all(plan(path, {topic: limits}, stack).planned, limits)


__all__ = ["Plan", "Planned", "Tree", "at", "choose", "plan", "read_all"]
