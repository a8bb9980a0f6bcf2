"""The shapes in which platforms hand out a class: each is recognised, read, and nothing in it is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from autograder.model import UsageError, sentence
from autograder.roster import Who
from autograder.sources.handed import HandIn, Stray, inside, mostly
from autograder.sources.names import Pattern, stray
from autograder.sources.tree import Entry, TooLarge, Tree, Unreadable
from autograder.spool import Spool

METADATA_BYTES = 256 << 20


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
                yield stray(each.path)
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
                yield from (stray(each.path) for each in entries)
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
            raise UsageError("reading a Gradescope export needs PyYAML: pip install -e '.[instructor]'") from None
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
                yield from (stray(each.path) for each in entries)
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
                return datetime.strptime(f"{day} {clock:0>4} {half}", f"{month} %d, %Y %I%M %p")
            except ValueError:
                continue
        return None


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


BLACKBOARD = Pattern(
    r"[^/]*?_(?P<student_id>[^_/]+)_attempt_(?P<timestamp>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)_(?P<file_id>[^/]+)"
)
BLACKBOARD.name = "blackboard"
