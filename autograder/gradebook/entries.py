"""How what comes in becomes lines of the gradebook's tables: people, submissions, sightings, gradings."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from autograder.gradebook.rows import digest_of, plain_text, said
from autograder.model import Outcome, Submission
from autograder.render import document


def now() -> str:
    """This moment, as the gradebook writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def everybody(submission: Submission) -> tuple[str, ...]:
    """The student and the others in the group."""
    return (submission.student, *submission.receipt.members)


def topic_of(change: sqlite3.Connection, run: int) -> str:
    """What a run grades."""
    return str(change.execute("SELECT topic FROM run WHERE id = ?", (run,)).fetchone()[0])


def known(change: sqlite3.Connection, key: str, name: str, section: str, ids: Mapping[str, str]) -> None:
    """Who somebody is. What was known before stays where nothing new is said."""
    change.execute(
        "INSERT INTO student VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
        "name = coalesce(nullif(excluded.name, ''), name), "
        "section = coalesce(nullif(excluded.section, ''), section), "
        "ids = json_patch(ids, excluded.ids)",
        (plain_text(key), plain_text(name), plain_text(section), json.dumps(dict(ids), sort_keys=True)),
    )


def seen(change: sqlite3.Connection, run: int, submission: Submission, student: str, topic: str) -> int:
    """What a student handed in: the submission's number, the same for the same bytes. A batch also notes that it saw
    it, when it was handed in and where: it may be what counts again, or have a time that was not known before.
    """
    known(change, student, "", "", {})
    receipt, digest = submission.receipt, digest_of(submission)
    content = b"".join(submission.files.values()) if submission.files else None
    facts = (
        receipt.at.astimezone(UTC).isoformat() if receipt.at else None, receipt.late, receipt.source,
        plain_text(receipt.where), said(receipt.note),
    )  # fmt: skip
    row = (
        topic, plain_text(student), plain_text(submission.student), digest,
        zlib.compress(content) if content is not None else None, said(submission.problem), *facts, now(),
        json.dumps(submission.cells) if submission.cells else None,
    )  # fmt: skip
    change.execute(f"INSERT OR IGNORE INTO submission VALUES (NULL, {', '.join('?' * len(row))})", row)
    found = change.execute(
        "SELECT id FROM submission WHERE topic = ? AND student = ? AND digest = ?", (topic, plain_text(student), digest)
    )
    number = int(found.fetchone()[0])
    change.execute(
        "INSERT INTO sighting SELECT NULL, ?, id, ?, ?, ?, ?, ?, ?, ? FROM run WHERE id = ? AND kind = 'batch'",
        (number, now(), receipt.attempt, *facts, run),
    )
    return number


def graded(change: sqlite3.Connection, run: int, handed_in: int, outcome: Outcome, student: str, language: str) -> None:
    """A grading with its report and its questions' results. handed_in: the submission's number."""
    report = outcome.report
    if report is None:
        nothing = (None, None, 0, "", outcome.trouble, None)
        row: tuple[Any, ...] = (run, handed_in, now(), "", language, "", "", *nothing)
    else:
        own = replace(report, student=student)
        text = zlib.compress(document.text(own, language, indent=None).encode())
        flagged = ",".join(dict.fromkeys(flag.exercise for flag in report.flags))
        row = (
            run, handed_in, now(), report.fingerprint, language, report.seed, report.isolation.level,
            report.score, report.points, report.is_final, flagged, "", text,
        )  # fmt: skip
    cursor = change.execute(f"INSERT INTO grading VALUES (NULL, {', '.join('?' * len(row))})", row)
    if report is not None:
        change.executemany(
            f"INSERT INTO question_result VALUES ({', '.join('?' * 11)})",
            [
                (cursor.lastrowid, n, q.name, q.exercise, q.points, q.score, q.hidden, q.verdict.status.value,
                 q.verdict.mistake, round(q.seconds, 4), q.bonus)
                for n, q in enumerate(report.questions)
            ],
        )  # fmt: skip
