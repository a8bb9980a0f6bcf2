"""What lies in the gradebook's tables, as values: questions, standings, decisions, and how text is kept."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from autograder.model import Sentence, Submission


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
    seen_at: datetime
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
    """What tells one hand-in of a student from another: the bytes, or why there are none."""
    whole = hashlib.sha256()
    for part in (*submission.files.values(), str(submission.problem or "").encode("utf-8", "surrogatepass")):
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
