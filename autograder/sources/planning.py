"""From hand-ins to submissions: whose each is, which file counts, which attempt; what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from autograder.coursefile import placed
from autograder.model import Limits, Outcome, Receipt, Sentence, Submission, UsageError, sentence
from autograder.roster import Person, Roster, Who
from autograder.sources.choosing import choose, nothing_fits
from autograder.sources.detecting import detected
from autograder.sources.folders import most_bytes, of_content
from autograder.sources.handed import HandIn, Source, Stray, is_meant, named_by, together
from autograder.sources.tree import Entry, TooLarge, Tree, Unreadable, tree_at
from autograder.spool import Spool

Known = tuple[str, str, str, Mapping[str, str]]  # a student's key, name, section and ids
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Planned:
    """One submission that would be graded. unmatched: why it is nobody's in the roster, None if it is somebody's.

    people: what is known of the student and of everybody else in the group.
    trouble: what failed on this machine when its files were looked at, '' for nothing: that is not its student's fault.
    """

    student: str
    name: str
    topic: str
    entry: Entry | None
    receipt: Receipt
    problem: Sentence | None = None
    trouble: str = ""
    unmatched: Sentence | None = None
    person: Person | None = None
    order: tuple[int | str, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    people: tuple[Known, ...] = ()

    def handed_in(self, limits: Limits) -> Submission | Outcome:
        """The submission, its file read now; where this machine fails to, why it is not graded."""
        try:
            return Outcome(self._empty, None, self.trouble) if self.trouble else self.submission(limits)
        except (OSError, MemoryError) as error:
            return Outcome(self._empty, None, _told(error))

    @property
    def _empty(self) -> Submission:
        return Submission(self.student, {}, None, self.problem, self.receipt)

    def submission(self, limits: Limits) -> Submission:
        """The submission, its file read now. Raises OSError, MemoryError for what fails on this machine."""
        empty = self._empty
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
    """What would be graded, by topic and in the order of the students' keys, and everything that would not.

    earlier: attempts that a later one replaces. missing: people of the roster who handed in nothing. None of it is held
    in memory but the roster's people.
    """

    source: str
    topics: Mapping[str, Spool[Planned]]
    strays: Spool[Stray]
    earlier: Spool[Planned]
    missing: tuple[Person, ...] = ()

    @property
    def planned(self) -> Iterator[Planned]:
        """All submissions."""
        return (each for topic in sorted(self.topics) for each in self.topics[topic])

    @property
    def count(self) -> int:
        """How many submissions there are."""
        return sum(map(len, self.topics.values()))


def plan(
    path: Path,
    topics: Mapping[str, Limits],
    stack: ExitStack,
    *,
    source: str = "",
    pattern: str = "",
    roster: Roster | None = None,
    all_attempts: bool = False,
    known: Iterable[str] = (),
    zone: tzinfo | None = None,
) -> Plan:
    """What a folder or archive comes to. stack: closes it when everything has been graded.

    topics: the limits of each topic asked for; of several, those that nobody handed in are left out. Where the platform
    names the task, hand-ins to another topic, also one of `known`, are nobody's to this. zone: of times for which the
    platform names none; None for this machine's. Raises UsageError for a place without any hand-in.
    """
    tree = tree_at(path, stack)
    found_source, tree = detected(tree, source, pattern)
    hand_ins, strays = _read(found_source, tree, zone)
    if not hand_ins:
        seen = "".join(f"; {each.where}: {each.why}" for each in islice(strays, 3))
        raise UsageError(f"{path} holds nothing that was handed in, read as {found_source.name}{seen}")
    named = named_by(hand_ins, [*topics, *known])
    if len(topics) == 1 and named:
        (topic,) = topics
        hand_ins = Spool(each for each in hand_ins if is_meant(each, topic, named))
        if not hand_ins:
            raise UsageError(
                f"{path} holds nothing for {topic}, read as {found_source.name}; {', '.join(sorted(named))} is there"
            )
    owners = _Owners(hand_ins, roster or Roster())
    planned: dict[str, Spool[Planned]] = {}
    earlier: Spool[Planned] = Spool()
    for topic, limits in topics.items():
        meant = ((each, owner) for each, owner in owners if is_meant(each, topic, named))
        chosen, is_there = _chosen(meant, topic, limits, found_source.name, alone=len(topics) == 1)
        if is_there or len(topics) == 1:
            planned[topic] = _attempts(chosen, earlier, all_attempts)
    for each in hand_ins if not planned else ():
        strays.add(Stray(each.where, nothing_fits(each.entries, "TOPIC")))
    return Plan(found_source.name, planned, strays, earlier, owners.missing())


def _read(source: Source, tree: Tree, zone: tzinfo | None) -> tuple[Spool[HandIn], Spool[Stray]]:
    """What a source finds, the pieces of each hand-in put together."""
    pieces: Spool[HandIn] = Spool()
    strays: Spool[Stray] = Spool()
    for number, each in enumerate(source.read(tree)):
        if isinstance(each, Stray):
            strays.add(each)
        else:
            each = replace(each, at=placed(each.at, zone)) if each.at is not None else each
            pieces.add(each, f"={each.key}" if each.key else str(number))
    return Spool(together(found) for _, found in pieces.groups()), strays


def _chosen(
    hand_ins: Iterable[tuple[HandIn, _Owner]], topic: str, limits: Limits, source: str, *, alone: bool
) -> tuple[Spool[Planned], bool]:
    """Every hand-in to a topic under its owner's key, and whether anybody's has the topic's file."""
    found: Spool[Planned] = Spool()
    is_there = False
    for hand_in, owner in hand_ins:
        each = _planned(hand_in, owner, topic, limits, source, alone)
        is_there = is_there or each.entry is not None
        found.add(each, each.student)
    return found, is_there


@dataclass(frozen=True)
class _Owner:
    key: str
    name: str
    person: Person | None
    members: tuple[_Owner, ...] = ()
    ids: Mapping[str, str] = field(default_factory=dict)
    unmatched: Sentence | None = None

    @property
    def known(self) -> Known:
        """What is known of them, from the hand-in and from the roster."""
        if self.person is None:
            return self.key, self.name, "", self.ids
        return self.key, self.name or self.person.name, self.person.section, {**self.ids, **self.person.ids}


class _Owners:
    """Each hand-in with its owner. Different people of the platform who come to one person are believed to be none."""

    def __init__(self, hand_ins: Iterable[HandIn], roster: Roster) -> None:
        self.hand_ins, self.roster = hand_ins, roster
        whose: dict[str, set[tuple[tuple[str, str], ...]]] = {}
        for each in hand_ins if roster else ():
            for who in each.who:
                person = roster.match(who)
                if isinstance(person, Person):
                    whose.setdefault(person.key, set()).add(tuple(sorted(who.ids.items())))
        self.doubtful = {key for key, ids in whose.items() if len(ids) > 1}
        self.there = whose.keys() - self.doubtful

    def __iter__(self) -> Iterator[tuple[HandIn, _Owner]]:
        return ((each, _owner(each, self.roster, self.doubtful)) for each in self.hand_ins)

    def missing(self) -> tuple[Person, ...]:
        """The people of the roster whose nothing is."""
        return tuple(person for key, person in self.roster.people.items() if key not in self.there)


def _owner(hand_in: HandIn, roster: Roster, doubtful: set[str]) -> _Owner:
    owners = [_one_owner(who, roster, doubtful) for who in hand_in.who]
    first = next((each for each in owners if each.unmatched is None), owners[0])
    members = {each.key: each for each in owners if each.key != first.key}
    return replace(
        first,
        members=tuple(members.values()),
        unmatched=next((each.unmatched for each in owners if each.unmatched), None),
    )


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


def _planned(hand_in: HandIn, owner: _Owner, topic: str, limits: Limits, source: str, alone: bool) -> Planned:
    how, trouble = {"lenient": hand_in.lenient, "numbered": hand_in.numbered, "alone": alone}, ""
    try:
        entry, problem, note = choose(hand_in.entries, topic, limits, **how)
    except (OSError, MemoryError) as error:
        entry, problem, note, trouble = None, None, None, _told(error)
    receipt = Receipt(
        hand_in.at, hand_in.late, 1, tuple(each.key for each in owner.members), source, hand_in.where, note
    )
    people = tuple(each.known for each in (owner, *owner.members))
    _, name, _, ids = people[0]
    whose = (owner.unmatched, owner.person, hand_in.order, ids, people)
    return Planned(owner.key, name, topic, entry, receipt, problem, trouble, *whose)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _attempts(submissions: Spool[Planned], earlier: Spool[Planned], keep_all: bool) -> Spool[Planned]:
    """The attempts that count now, in the order of their students; `earlier` takes the others.

    They are numbered by time, then as the platform orders them.
    """
    counted: Spool[Planned] = Spool()
    for student, attempts in submissions.groups():
        attempts.sort(key=lambda each: (each.receipt.at or BEGINNING, [str(part).zfill(12) for part in each.order]))
        numbered = [replace(a, receipt=replace(a.receipt, attempt=n)) for n, a in enumerate(attempts, start=1)]
        if _tied(numbered):
            both = ", ".join(each.receipt.where for each in numbered)
            problem = sentence("{files} were all handed in: which one counts?", files=both)
            numbered = [replace(numbered[-1], entry=None, problem=problem)]
        for each in numbered if keep_all else numbered[-1:]:
            counted.add(each, student)
        for each in [] if keep_all else numbered[:-1]:
            earlier.add(each)
    return Spool(counted.in_order())


def _tied(attempts: list[Planned]) -> bool:
    """Whether nothing says which of several attempts came last."""
    if len(attempts) < 2:
        return False
    keys = [(each.receipt.at, each.order) for each in attempts]
    return len(set(keys)) < len(keys) or (attempts[0].receipt.source == "folder")
