"""What lies in the gradebook's tables, as values: questions, standings, decisions, and how text is kept."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autograder.model import Receipt, Sentence, Submission


@dataclass(frozen=True)
class Question:
    """One question of a standing."""

    name: str
    exercise: str
    points: float
    score: float
    hidden: bool
    status: str
    mistake: str | None
    seconds: float
    bonus: bool = False


@dataclass(frozen=True)
class Standing:
    """A student's submission to a topic with the grading that is in force. score: None when nothing was graded."""

    student: str
    name: str
    section: str
    ids: Mapping[str, str]
    topic: str
    submission: int
    grading: int
    leader: str
    handed_in: datetime | None
    late: bool
    score: float | None
    points: float
    is_final: bool
    flagged: tuple[str, ...]
    trouble: str
    problem: Sentence | None
    note: Sentence | None
    seed: str
    source: str
    place: str
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Event:
    """A decision: who made it, when, why, and whether it still holds."""

    id: int
    at: str
    who: str
    kind: str
    topic: str
    student: str
    target: int | None
    value: Mapping[str, Any]
    why: str
    holds: bool


def digest_of(submission: Submission) -> str:
    """What tells one hand-in of a student from another: the bytes, or why there are none, and a notebook's cells."""
    whole = hashlib.sha256()
    cells = [str(submission.cells).encode()] if submission.cells else []
    for part in (*submission.files.values(), str(submission.problem or "").encode("utf-8", "surrogatepass"), *cells):
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()


def event_of(row: sqlite3.Row, *, holds: bool) -> Event:
    """A decision as it is kept."""
    return Event(**{**dict(row), "value": json.loads(row["value"])}, holds=holds)


def told(row: sqlite3.Row) -> str:
    """A grading in a line of a student's history."""
    result = f"{row['score']:g}/{row['points']:g}" if row["score"] is not None else f"not graded: {row['trouble']}"
    return (
        f"grading {row['id']}: {row['topic']} {result}, seed {row['seed'] or '–'}, level {row['isolation'] or '–'}, "
        f"grader {row['grader'][:12]}, {row['kind']} {row['run']} by {row['who']}"
        f"{': ' if row['why'] else ''}{row['why']}"
    )


def back(row: sqlite3.Row) -> str:
    """A return to an earlier file in a line of a student's history."""
    return f"hand-in: {row['topic']}, the file of grading {row['grading']} again, batch {row['run']}"


def decided(event: Event) -> str:
    """A decision in a line of a student's history."""
    state = "" if event.holds else " (reverted)"
    value = f" {json.dumps(event.value, ensure_ascii=False)}" if event.value else ""
    target = f" of {event.target}" if event.target is not None else ""
    return f"decision {event.id}: {event.kind}{target} {event.topic}{value} by {event.who}: {event.why}{state}"


def question_of(row: sqlite3.Row) -> Question:
    """One question of a grading."""
    return Question(**dict(row) | {name: bool(row[name]) for name in ("hidden", "bonus")})


def absent_of(row: sqlite3.Row, topic: str) -> Standing:
    """Somebody who handed in nothing: submission and grading are 0, which none has."""
    return Standing(
        student=row["student"], name=row["name"], section=row["section"], ids=json.loads(row["ids"]), topic=topic,
        submission=0, grading=0, leader=row["student"], handed_in=None, late=False, score=None, points=0.0,
        is_final=True, flagged=(), trouble="handed in nothing", problem=None, note=None, seed="", source="", place="",
    )  # fmt: skip


def standing_of(row: sqlite3.Row, questions: tuple[Question, ...]) -> Standing:
    """A submission with the grading in force. questions: how each of it ended."""
    return Standing(
        student=row["student"], name=row["name"], section=row["section"], ids=json.loads(row["ids"]),
        topic=row["topic"], submission=row["submission"], grading=row["grading"], leader=row["leader"],
        handed_in=_moment(row["handed_in"]), late=bool(row["late"]), score=row["score"], points=row["points"] or 0.0,
        is_final=bool(row["is_final"]), flagged=tuple(filter(None, row["flagged"].split(","))),
        trouble=row["trouble"], problem=heard(row["problem"]),
        note=heard(row["note"]), seed=row["seed"], source=row["source"], place=row["place"], questions=questions,
    )  # fmt: skip


def submission_of(row: sqlite3.Row, members: Iterable[str]) -> Submission:
    """A submission as it was handed in, under the name of the one whose seed it has. members: the others."""
    files = {f"{row['topic']}.py": zlib.decompress(row["content"])} if row["content"] is not None else {}
    at = _moment(row["handed_in"])
    receipt = Receipt(at, bool(row["late"]), 1, tuple(members), row["source"], row["place"], heard(row["note"]))
    cells = tuple((start, number) for start, number in json.loads(row["cells"] or "[]"))
    return Submission(row["leader"], files, None, heard(row["problem"]), receipt, cells)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def plain_text(text: str) -> str:
    """Text that SQLite takes: half a surrogate becomes a question mark's cousin and stays told apart."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def said(what: Sentence | None) -> str | None:
    """A sentence as it is kept."""
    return json.dumps({"text": what.text, "values": {k: _plain(v) for k, v in what.values.items()}}) if what else None


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)


def heard(text: str | None) -> Sentence | None:
    """The sentence that was kept so."""
    if text is None:
        return None
    found = json.loads(text)
    return Sentence(found["text"], found["values"])
