"""The shapes in which platforms hand out a class: each is recognised, read, and nothing in it is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from autograder.model import UsageError, sentence
from autograder.roster import Who
from autograder.sources.archives import is_archive, stem
from autograder.sources.handed import HandIn, Source, Stray, inside, mostly
from autograder.sources.tree import Entry, TooLarge, Tree, Unreadable
from autograder.spool import Spool

SUFFIXES = (".py", ".ipynb")
METADATA_BYTES = 256 << 20


def _stray(where: str) -> Stray:
    return Stray(where, sentence("its name is not of the form in which this platform names hand-ins"))


class Canvas:
    """`doejane_LATE_4411_99012_hw1.py`: flat, several files of one student."""

    name = "canvas"
    FILE = re.compile(r"(?P<name>\w*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL)
    ANONYMOUS = re.compile(
        r"anon(?P<late>_LATE)?_(?P<user>[0-9A-Za-z]{1,10})_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL
    )
    TEXT = re.compile(r"(?:anon|(?P<name>\w*?))(?P<late>_LATE)?_(?P<user>[0-9A-Za-z]+)_(?P<file>(?:text|link)\.html)")

    def fits(self, tree: Tree) -> bool:
        return all(len(each.parts) == 1 for each in tree.entries) and mostly(tree, *self._patterns())

    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return (self.ANONYMOUS, self.FILE, self.TEXT)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for each in tree.entries:
            found = next(filter(None, (p.fullmatch(each.parts[0]) for p in self._patterns())), None)
            if found is None or len(each.parts) > 1:
                yield _stray(each.path)
                continue
            parts = found.groupdict()
            anonymous = found.re is self.ANONYMOUS or parts.get("name") is None
            who = Who(parts.get("name") or "", {"anonymous" if anonymous else "canvas": parts["user"]})
            file = replace(each, parts=(f"{parts.get('attachment', '0'):0>12}", parts["file"]))
            key = f"{parts.get('name') or ''}/{parts['user']}"
            yield HandIn((who,), (file,), each.path, late=bool(parts["late"]), numbered=True, key=key)


class Moodle:
    """`Jane Doe_1234_assignsubmission_file/…`, as folders or flat; `Participant_1234_…` when marking is blind."""

    name = "moodle"
    TOP = re.compile(r"(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL)

    def fits(self, tree: Tree) -> bool:
        return mostly(tree, self.TOP)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for top, entries in tree.by_top():
            found = self.TOP.fullmatch(top)
            if found is None:
                yield from (_stray(each.path) for each in entries)
                continue
            name = "" if found["name"] == "Participant" else found["name"]
            flat = [replace(e, parts=(found["file"] or e.name,)) for e in entries if len(e.parts) == 1]
            deep = inside(each for each in entries if len(each.parts) > 1)
            yield HandIn((Who(name, {"moodle": found["id"]}),), (*flat, *deep), top, key=found["id"])


class Gradescope:
    """`submission_123/…` beside submission_metadata.yml, which says whose each is; several submitters are a group."""

    name = "gradescope"
    METADATA = "submission_metadata.yml"

    def fits(self, tree: Tree) -> bool:
        return self.METADATA in tree.tops and any(each.parts == (self.METADATA,) for each in tree.entries)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        facts = self._facts(tree)
        for top, entries in tree.by_top():
            if top == self.METADATA:
                continue
            if isinstance(facts.get(top), dict):
                yield self._hand_in(top, facts.pop(top), inside(entries))
            else:
                yield Stray(top, sentence("{file} does not say whose it is", file=self.METADATA))
        for top, said in facts.items():
            if isinstance(said, dict) and said.get(":submitters"):
                yield self._hand_in(str(top), said, ())

    def _facts(self, tree: Tree) -> dict[str, dict[str, object]]:
        try:
            import yaml
        except ImportError:
            raise UsageError("reading a Gradescope export needs PyYAML: pip install 'autograder[instructor]'") from None
        entry = next(each for each in tree.entries if each.parts == (self.METADATA,))
        try:
            found = yaml.load(entry.read(METADATA_BYTES), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except (yaml.YAMLError, Unreadable, TooLarge, RecursionError, ValueError) as error:
            raise UsageError(f"{self.METADATA} cannot be read: {error}") from None
        if not isinstance(found, dict):
            raise UsageError(f"{self.METADATA} holds no submissions: its keys should be submission_123 and the like")
        return found

    def _hand_in(self, top: str, facts: dict[str, object], entries: tuple[Entry, ...]) -> HandIn:
        listed = facts.get(":submitters")
        submitters = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        who = tuple(self._who(each) for each in submitters) or (Who("", {"student": top}),)
        at = facts.get(":created_at")
        number = int(re.sub(r"\D", "", top) or 0)
        return HandIn(who, entries, top, _aware(at) if isinstance(at, datetime) else None, order=(number,))

    def _who(self, submitter: dict[str, object]) -> Who:
        ids = {kind: str(submitter.get(f":{kind}") or "").strip() for kind in ("sid", "email")}
        return Who(str(submitter.get(":name") or ""), {kind: value for kind, value in ids.items() if value})


class Brightspace:
    """`123-456 - Jane Doe - Oct 10, 2025 1022 AM/file.py`."""

    name = "brightspace"
    TOP = re.compile(
        r"(?P<a>\d+)-(?P<b>\d+) - (?P<name>.*) - (?P<at>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)", re.DOTALL
    )

    def fits(self, tree: Tree) -> bool:
        return mostly(tree, self.TOP)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        person = self._person(tree)
        folders: Spool[tuple[str, list[Entry]]] = Spool()
        for top, entries in tree.by_top():
            found = self.TOP.fullmatch(top)
            if found is not None:
                folders.add((top, entries), found[person])
            elif top != "index.html":
                yield from (_stray(each.path) for each in entries)
        for _, theirs in folders.groups():
            yield from self._hand_ins(theirs, person)

    def _person(self, tree: Tree) -> str:
        """Which of the two numbers in a name is a person's: the second where the first is everybody's."""
        first, count, is_same = "", 0, True
        for top in tree.tops:
            found = self.TOP.fullmatch(top)
            first, count = first or (found["a"] if found else ""), count + 1
            is_same = is_same and (found is None or found["a"] == first)
        return "b" if first and is_same and count > 1 else "a"

    def _hand_ins(self, theirs: list[tuple[str, list[Entry]]], person: str) -> Iterator[HandIn]:
        """The folders under one number, which are different people's where the names differ."""
        named = [(self.TOP.fullmatch(top), top, entries) for top, entries in theirs]
        same = len({found["name"] for found, _, _ in named if found}) == 1
        for found, top, entries in named:
            if found is not None:
                who, at = Who(found["name"], {"d2l": found[person] if same else found["b"]}), self._time(found["at"])
                yield HandIn((who,), inside(entries), top, at, order=(at.isoformat() if at else "",))

    def _time(self, text: str) -> datetime | None:
        day, clock, half = text.rsplit(" ", 2)
        for month in ("%b", "%B"):
            try:
                return datetime.strptime(f"{day} {clock:0>4} {half}", f"{month} %d, %Y %I%M %p").astimezone()
            except ValueError:
                continue
        return None


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
                yield from (_stray(each.path) for each in entries)
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
            yield self._piece(each) if len(each.parts) >= 3 else _stray(each.path)

    def _piece(self, entry: Entry) -> HandIn:
        student, assignment = entry.parts[:2]
        where, file = f"{student}/{assignment}", entry.below(2)
        blank = HandIn((Who("", {"student": student}),), (), where, assignment=assignment, key=where)
        return replace(blank, at=_stamp(file)) if file.parts == ("timestamp.txt",) else replace(blank, entries=(file,))


def _stamp(file: Entry) -> datetime | None:
    try:
        return timestamp(file.read(200).decode("ascii", "replace"))
    except (TooLarge, Unreadable):
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
                yield from (_stray(each.path) for each in entries)
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
            elif top.casefold().endswith(SUFFIXES) or is_archive(top) or file.problem is not None:
                yield HandIn((Who("", {"student": stem(top)}),), (file,), top, order=(top,))
            else:
                yield _stray(top)


class Pattern:
    """Names of a site's own, told by a regular expression with nbgrader's groups.

    student_id; optionally first_name, last_name, name, email, timestamp, late, file_id. Matched against a whole path.
    """

    name = "pattern"

    def __init__(self, pattern: str) -> None:
        try:
            self.pattern = re.compile(pattern, re.DOTALL)
        except re.error as error:
            raise UsageError(f"--pattern {pattern!r} is no regular expression: {error}") from None
        if not {"student_id", "id"} & self.pattern.groupindex.keys():
            raise UsageError(f"--pattern {pattern!r} has no group (?P<student_id>…)")

    def fits(self, tree: Tree) -> bool:
        return any(self.pattern.match(each.path) for each in tree.entries)

    def read(self, tree: Tree) -> Iterator[HandIn | Stray]:
        for each in tree.entries:
            found = self.pattern.match(each.path)
            if found is None:
                yield _stray(each.path)
                continue
            said = {name: value for name, value in found.groupdict().items() if value}
            student, when = said.get("student_id") or said.get("id") or "", said.get("timestamp", "")
            name = said.get("name") or f"{said.get('first_name', '')} {said.get('last_name', '')}".strip()
            ids = {"student": student, **({"email": said["email"]} if "email" in said else {})}
            rest = tuple(part for part in each.path[found.end() :].split("/") if part)
            file = replace(each, parts=rest or (said.get("file_id", each.name),))
            who, key, at = (Who(name, ids),), f"{student}\0{when}", timestamp(when)
            yield HandIn(who, (file,), each.path, at, late="late" in said, order=(when,), key=key)


BLACKBOARD = Pattern(
    r"[^/]*?_(?P<student_id>[^_/]+)_attempt_(?P<timestamp>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)_(?P<file_id>[^/]+)"
)
BLACKBOARD.name = "blackboard"


def timestamp(text: str) -> datetime | None:
    """A time as nbgrader and Blackboard write it, in the zone that it names or in this machine's; None if none."""
    found = re.fullmatch(r"\s*(\d{4})-(\d\d)-(\d\d)[ T-](\d\d)[:-](\d\d)[:-](\d\d)(?:\.(\d{1,6})\d*)?\s*(\S*)\s*", text)
    if found is None:
        return None
    *numbers, fraction, zone = found.groups()
    try:
        year, month, day, hour, minute, second = map(int, numbers)
        at = datetime(year, month, day, hour, minute, second, int((fraction or "0").ljust(6, "0")))
        if not zone:
            return at.astimezone()
        return at.replace(tzinfo=UTC if zone in ("UTC", "Z") else ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


SOURCES: tuple[Source, ...] = (
    Gradescope(),
    NbgraderExchange(),
    Moodle(),
    Brightspace(),
    BLACKBOARD,
    Canvas(),
    NbgraderTree(),
    Clones(),
    Plain(),
)


def known() -> tuple[Source, ...]:
    """All sources, the most telling shapes first; those of plug-ins before ours, since they know their own best."""
    return (*(point.load()() for point in entry_points(group="autograder.sources")), *SOURCES)


def _wraps(tree: Tree, inner: Tree) -> bool:
    """Whether an archive's one folder is the class, and not the only student."""
    return is_archive(tree.name) and not any(e.name.endswith(SUFFIXES) for e in inner.entries if len(e.parts) == 1)


def detected(tree: Tree, wanted: str = "", pattern: str = "") -> tuple[Source, Tree]:
    """The platform that a tree is of, and the tree without the folder that wraps it all.

    wanted: the name of the one to use; pattern: a site's own (see Pattern). Raises UsageError for an unknown name.
    """
    if pattern:
        return Pattern(pattern), tree
    sources = known()
    if wanted and wanted not in {each.name for each in sources}:
        names = ", ".join(sorted(each.name for each in sources))
        raise UsageError(f"there is no source {wanted!r}; there are {names}, and --pattern for names of your own")
    asked = [each for each in sources if each.name == wanted] or list(sources)
    inner = tree.below(tree.wrapper) if tree.wrapper and tree.wrapper != "submitted" else None
    for source in asked:
        for candidate in (tree, inner):
            if candidate is not None and source.fits(candidate) and not isinstance(source, Plain):
                return source, candidate
    if wanted and wanted != Plain.name:
        return asked[0], tree
    return Plain(), inner if inner is not None and _wraps(tree, inner) else tree
