"""Who is in the class, and whose hand-in is this: by the platform's ids first, by a name only if it is unique."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from autograder.model import Sentence, UsageError, sentence
from autograder.sheets import Row, Sheet

ID_KINDS = ("canvas", "sis", "login", "moodle", "sid", "email", "student", "anonymous", "github", "d2l")
EXACT = ("canvas", "moodle", "d2l")  # numbers that mean nothing on another platform


@dataclass(frozen=True)
class Who:
    """A person as a platform names them. ids: by kind, e.g. `canvas`, `moodle`, `sid`, `email`, `student`."""

    name: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A name for somebody whom no roster knows: readable, and different for different ids."""
        if "student" in self.ids:
            return self.ids["student"]
        own = next((self.ids[kind] for kind in ID_KINDS if kind in self.ids), "")
        return f"{self.name}_{own}" if self.name and own else own or self.name or "?"


@dataclass(frozen=True)
class Person:
    """Somebody in the class. key: how the gradebook calls them, for good."""

    key: str
    name: str
    ids: Mapping[str, str] = field(default_factory=dict)
    section: str = ""


class Roster:
    """The people of a class by every word that names them. Raises UsageError for two with one key."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people: dict[str, Person] = {}
        self._by_id: dict[tuple[str, str], list[Person]] = {}
        self._by_word: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        for person in people:
            self._add(person)

    def __bool__(self) -> bool:
        return bool(self.people)

    def _add(self, person: Person) -> None:
        if person.key in self.people:
            raise UsageError(f"the roster has two people with the id {person.key!r}; each needs one of their own")
        self.people[person.key] = person
        for kind, value in person.ids.items():
            if value:
                self._by_id.setdefault((kind, folded(value)), []).append(person)
                if kind not in EXACT:
                    _note(self._by_word, folded(value), person)
        _note(self._by_word, folded(person.key), person)
        for name in names_of(person.name):
            _note(self._by_name, name, person)

    def match(self, who: Who) -> Person | Sentence:
        """The person meant, or why nobody is."""
        for kind in ID_KINDS:
            found = self._by_id.get((kind, folded(who.ids.get(kind, ""))), []) if kind in who.ids else []
            if len(found) == 1:
                return self._agreeing(found[0], who, kind)
        for value in (v for kind, v in who.ids.items() if kind not in EXACT):
            found = self._by_word.get(folded(value), [])
            if len(found) == 1:
                return found[0]
        found = list({p.key: p for name in names_of(who.name) for p in self._by_name.get(name, [])}.values())
        if len(found) == 1 and not self._contradicts(found[0], who):
            return found[0]
        if len(found) > 1:
            return sentence("{count} people in the roster are named {name}", count=len(found), name=who.name)
        return sentence("{name} is not in the roster", name=who.name or who.key)

    def _contradicts(self, person: Person, who: Who) -> bool:
        """Whether the same kind of id says that this is another person of that name."""
        return any(person.ids.get(kind) and folded(person.ids[kind]) != folded(v) for kind, v in who.ids.items())

    def _agreeing(self, person: Person, who: Who, kind: str) -> Person | Sentence:
        """A Canvas file's name holds a name beside the id: where they disagree, neither is believed."""
        if kind != "canvas" or not who.name or compact(who.name) in {compact(n) for n in names_of(person.name)}:
            return person
        words = {"id": who.ids[kind], "name": person.name, "other": who.name}
        return sentence("the id {id} is {name}'s, the name {other} is not", **words)


def _note(index: dict[str, list[Person]], word: str, person: Person) -> None:
    found = index.setdefault(word, [])
    if person not in found:
        found.append(person)


def folded(text: str) -> str:
    """A word as it is compared: composed, without case, without spaces around or doubled inside."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split())


def compact(name: str) -> str:
    """A sortable name as Canvas puts it into a file's name: lower-case, non-word characters removed."""
    return re.sub(r"\W", "", unicodedata.normalize("NFC", name).lower())


def names_of(name: str) -> tuple[str, ...]:
    """The forms of a name, folded: as written, and with `Last, First` turned round both ways."""
    plain = folded(name)
    if not plain:
        return ()
    last, comma, first = plain.partition(",")
    if comma:
        return (plain, folded(f"{first} {last}"), folded(f"{last} {first}"))
    words = plain.split()
    turned = (f"{words[-1]}, {' '.join(words[:-1])}", " ".join([words[-1], *words[:-1]])) if len(words) > 1 else ()
    return (plain, *turned)


HEADERS = {
    "name": ("name", "full name", "student name", "student", "姓名", "学生"),
    "first": ("first name", "first_name", "firstname", "given name", "名"),
    "last": ("last name", "last_name", "lastname", "surname", "family name", "姓"),
    "student": ("username", "user", "student_id", "student id", "login", "key", "id", "学号"),
    "email": ("email", "email address", "e-mail", "邮箱"),
    "sid": ("sid", "student number", "id number", "sis id"),
    "section": ("section", "sections", "group", "班级"),
    "github": ("github_id", "github"),
}


def read(sheet: Sheet) -> Roster:
    """The roster in a Canvas gradebook, a Moodle worksheet, a Gradescope roster or any table with such headers.

    Raises UsageError for a table in which nobody is named.
    """
    if not sheet.rows:
        raise UsageError("the roster is empty: a first line of headers and a line for each student are expected")
    return Roster(person for _, person in rows(sheet))


def rows(sheet: Sheet) -> Iterator[tuple[int, Person]]:
    """The people of a table and the lines in which they stand."""
    head = [folded(value.lstrip("\ufeff")) for value in sheet.rows[0].values]
    if is_canvas(head):
        yield from _canvas(head, sheet)
    elif moodle_column(sheet) is not None:
        yield from _moodle(head, sheet)
    else:
        yield from _plain(head, sheet)


def is_canvas(head: list[str]) -> bool:
    """Whether a header is that of a Canvas gradebook."""
    return len(head) > 1 and head[0] == "student" and ("id" in head or "sis login id" in head) and "section" in head


def _canvas(head: list[str], sheet: Sheet) -> Iterator[tuple[int, Person]]:
    columns = {"canvas": "id", "sis": "sis user id", "login": "sis login id"}
    where = {kind: head.index(name) for kind, name in columns.items() if name in head}
    for number, row in enumerate(sheet.rows[1:], start=1):
        ids = {kind: row[column].strip() for kind, column in where.items() if row[column].strip()}
        if ids and not points_row(row):
            key = ids.get("login") or ids.get("sis") or f"{compact(row[0])}_{ids['canvas']}"
            yield number, Person(key, row[0].strip(), ids, row[head.index("section")])


def points_row(row: Row) -> bool:
    """Whether a row of a Canvas gradebook is no student's."""
    return "points possible" in row[0].casefold() or any("manual posting" in v.casefold() for v in row.values)


def moodle_column(sheet: Sheet) -> int | None:
    """The column of a Moodle worksheet that says `Participant 1234` in whatever language, or None.

    It is the first whose every cell is the same word and a number of its own.
    """
    rows = [row for row in sheet.rows[1:] if any(row.values)]
    if not rows or len(sheet.rows[0].cells) < 4:
        return None
    for column in range(len(sheet.rows[0].cells)):
        found = [re.fullmatch(r"(\D*\D)(\d+)", row[column].strip()) for row in rows]
        words = {each.group(1) for each in found if each}
        if all(found) and len(words) == 1 and len({each.group(2) for each in found if each}) == len(rows):
            return column if words.pop().strip() else None
    return None


def participant(row: Row, column: int) -> str:
    """The number in a cell like `Participant 1234`."""
    found = re.search(r"(\d+)\s*$", row[column])
    return found.group(1) if found else ""


def _moodle(head: list[str], sheet: Sheet) -> Iterator[tuple[int, Person]]:
    column = moodle_column(sheet)
    assert column is not None
    filled = [(number, row) for number, row in enumerate(sheet.rows) if number and any(row.values)]
    email = next((c for c in range(len(head)) if filled and all("@" in row[c] for _, row in filled)), None)
    for number, row in filled:
        ids = {"moodle": participant(row, column)}
        if email is not None:
            ids["email"] = row[email].strip()
        name = row[column + 1].strip()
        yield number, Person(ids.get("email") or f"{name}_{ids['moodle']}", name, ids)


def _plain(head: list[str], sheet: Sheet) -> Iterator[tuple[int, Person]]:
    where = {kind: next((head.index(name) for name in names if name in head), None) for kind, names in HEADERS.items()}
    keys = [where[kind] for kind in ("student", "sid", "email", "name") if where[kind] is not None]
    if not keys and (where["first"] is None or where["last"] is None):
        raise UsageError(
            f"the roster's headers are {', '.join(head) or 'empty'}; one of them must be username, sid, email or name"
        )

    def value(row: Row, kind: str) -> str:
        column = where[kind]
        return row[column].strip() if column is not None else ""

    for number, row in enumerate(sheet.rows[1:], start=1):
        name = value(row, "name") or " ".join(filter(None, (value(row, "first"), value(row, "last"))))
        ids = {kind: value(row, kind) for kind in ("student", "sid", "email", "github") if value(row, kind)}
        if name or ids:
            yield number, Person(next(iter(ids.values()), name), name, ids, value(row, "section"))
