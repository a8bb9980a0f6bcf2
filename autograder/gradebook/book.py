"""The gradebook: outcomes and decisions go in, standings come out, and nothing that went in is ever changed."""

from __future__ import annotations

import getpass
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.gradebook import schema
from autograder.gradebook.rows import (
    Event,
    Standing,
    decided,
    digest_of,
    event_of,
    plain_text,
    said,
    standing_of,
    submission_of,
    told,
)
from autograder.model import Outcome, Report, Submission, UsageError
from autograder.render import document


def now() -> str:
    """This moment, as the gradebook writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def whoever() -> str:
    """The person at the keyboard, as the system names them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "?"


class Book:
    """One gradebook. Several processes may have it open; each change is one transaction."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = schema.connect(path)
        self.connection.row_factory = sqlite3.Row

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    # What goes in

    def begin(self, kind: str, topic: str, *, grader: str, isolation: str, why: str = "", who: str = "") -> int:
        """A run of the grader over many submissions; its number. `regrade` counts only once it is applied."""
        with self._change() as change:
            row = (kind, topic, now(), who or whoever(), why, grader, isolation)
            cursor = change.execute("INSERT INTO run VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
            return int(cursor.lastrowid or 0)

    def know(self, people: Iterable[tuple[str, str, str, Mapping[str, str]]]) -> None:
        """Remember who students are: key, name, section and ids of each. A class is one write to the disk."""
        with self._change() as change:
            for person in people:
                self._know(change, *person)

    def _know(self, change: sqlite3.Connection, key: str, name: str, section: str, ids: Mapping[str, str]) -> None:
        """What was known before stays where nothing new is said."""
        change.execute(
            "INSERT INTO student VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "
            "name = coalesce(nullif(excluded.name, ''), name), "
            "section = coalesce(nullif(excluded.section, ''), section), "
            "ids = CASE excluded.ids WHEN '{}' THEN ids ELSE excluded.ids END",
            (plain_text(key), plain_text(name), plain_text(section), json.dumps(dict(ids), sort_keys=True)),
        )

    def add(self, run: int, outcome: Outcome, language: str) -> None:
        """One outcome, whole or not at all: for its student, and for everybody else in the group."""
        submission, report = outcome.submission, outcome.report
        with self._change() as change:
            for student in (submission.student, *submission.receipt.members):
                self._know(change, student, "", "", {})
                topic = report.topic if report else _topic(change, run)
                handed_in = self._submission(change, submission, student, topic)
                self._grading(change, run, handed_in, outcome, student, language)

    def _submission(self, change: sqlite3.Connection, submission: Submission, student: str, topic: str) -> int:
        receipt, digest = submission.receipt, digest_of(submission)
        content = b"".join(submission.files.values()) if submission.files else None
        row = (
            topic, plain_text(student), plain_text(submission.student), digest,
            zlib.compress(content) if content is not None else None, said(submission.problem),
            receipt.at.astimezone(UTC).isoformat() if receipt.at else None, receipt.late, receipt.source,
            plain_text(receipt.where), said(receipt.note), now(),
        )  # fmt: skip
        change.execute(f"INSERT OR IGNORE INTO submission VALUES (NULL, {', '.join('?' * 12)})", row)
        found = change.execute(
            "SELECT id FROM submission WHERE topic = ? AND student = ? AND digest = ?",
            (topic, plain_text(student), digest),
        )
        return int(found.fetchone()[0])

    def _grading(
        self, change: sqlite3.Connection, run: int, handed_in: int, outcome: Outcome, student: str, language: str
    ) -> None:
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
        cursor = change.execute(f"INSERT INTO grading VALUES (NULL, {', '.join('?' * 13)})", row)
        if report is not None:
            change.executemany(
                f"INSERT INTO question_result VALUES ({', '.join('?' * 11)})",
                [
                    (cursor.lastrowid, n, q.name, q.exercise, q.points, q.score, q.hidden, q.verdict.status.value,
                     q.verdict.mistake, round(q.seconds, 4), q.bonus)
                    for n, q in enumerate(report.questions)
                ],
            )  # fmt: skip

    def finished(self, run: int, submission: Submission, fingerprint: str, language: str) -> Outcome | None:
        """The final outcome that rests on the same as one made now, if there is one.

        Where a grading made since then is in force, the old one is taken up again under this run.
        """
        found = self.connection.execute(
            "SELECT g.id, g.report, g.submission FROM grading g JOIN submission s ON s.id = g.submission "
            "WHERE g.fingerprint = ? AND g.language = ? AND g.is_final AND s.student = ? ORDER BY g.id DESC LIMIT 1",
            (fingerprint, language, plain_text(submission.student)),
        ).fetchone()
        if found is None:
            return None
        report, _ = document.read(zlib.decompress(found["report"]).decode())
        outcome = Outcome(submission, replace(report, student=submission.student), reused=True)
        if self._in_force(found["submission"]) != found["id"]:
            self.add(run, outcome, language)
        return outcome

    def _in_force(self, submission: int) -> int | None:
        where, values = self._counted()
        query = f"SELECT max(id) FROM grading g WHERE submission = ? AND {where}"
        found = self.connection.execute(query, (submission, *values)).fetchone()[0]
        return int(found) if found is not None else None

    def decide(
        self,
        kind: str,
        why: str,
        *,
        topic: str = "",
        student: str = "",
        target: int | None = None,
        value: Mapping[str, Any] | None = None,
    ) -> int:
        """Write down a decision; its number. Raises UsageError without a reason, or for what is not there."""
        if not why.strip():
            raise UsageError("a reason is needed: --why '…'; the student may ask for it")
        if student and self.connection.execute("SELECT 1 FROM student WHERE key = ?", (student,)).fetchone() is None:
            raise UsageError(f"the gradebook has no student {student!r}; `gradebook show` lists them")
        if kind == "revert":
            self._refuse_revert(target)
        with self._change() as change:
            said = json.dumps(dict(value or {}), ensure_ascii=False)
            row = (now(), whoever(), kind, topic, student, target, said, why)
            return int(change.execute("INSERT INTO event VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", row).lastrowid or 0)

    def _refuse_revert(self, target: int | None) -> None:
        found = next((event for event in self.events() if event.id == target), None)
        if found is None:
            raise UsageError(f"there is no decision {target}; `gradebook history` lists them with their numbers")
        if not found.holds:
            raise UsageError(f"decision {target} does not hold any more: it was reverted before")

    # What comes out

    def events(self, topic: str = "", student: str = "") -> list[Event]:
        """Decisions in the order in which they were made. A revert that is reverted lets its target hold again."""
        rows = self.connection.execute("SELECT * FROM event ORDER BY id").fetchall()
        undone: set[int] = set()
        for row in reversed(rows):
            if row["kind"] == "revert" and row["id"] not in undone:
                undone.add(row["target"])
        found = [event_of(row, holds=row["id"] not in undone) for row in rows]
        return [e for e in found if e.topic in ("", topic or e.topic) and e.student in ("", student or e.student)]

    def _counted(self) -> tuple[str, list[int]]:
        """The condition that a grading counts: its run is a batch, or a regrade that was applied and not reverted."""
        applied = [event.target or 0 for event in self.events() if event.kind == "apply" and event.holds]
        marks = ", ".join("?" * len(applied))
        return f"g.run IN (SELECT id FROM run WHERE kind = 'batch' OR id IN ({marks}))", applied

    def topics(self) -> list[str]:
        """The topics in which anything was handed in."""
        return [row[0] for row in self.connection.execute("SELECT DISTINCT topic FROM submission ORDER BY topic")]

    def students(self) -> Iterator[sqlite3.Row]:
        """Everybody, in the order of their keys."""
        yield from self.connection.execute("SELECT key, name, section, ids FROM student ORDER BY key")

    def standings(self, topic: str, *, student: str = "", run: int = 0) -> Iterator[Standing]:
        """Every submission to a topic with the grading in force, one after the other, by student and hand-in.

        run: the gradings of one run instead, applied or not.
        """
        where, values = ("g.run = ?", [run]) if run else self._counted()
        who = "AND s.student = ?" if student else ""
        query = (
            "SELECT s.id AS submission, s.topic, s.student, s.leader, s.problem, s.handed_in, s.late, s.source, "
            "s.place, s.note, s.seen_at, t.name AS name, t.section, t.ids, g.id AS grading, g.score, g.points, "
            "g.is_final, g.flagged, g.trouble, g.seed FROM submission s JOIN student t ON t.key = s.student "
            "JOIN grading g ON g.id = (SELECT max(g.id) FROM grading g WHERE g.submission = s.id AND " + where + ") "
            f"WHERE s.topic = ? {who} ORDER BY s.student, coalesce(s.handed_in, s.seen_at), s.id"
        )
        for row in self.connection.execute(query, (*values, topic, *([student] if student else []))):
            yield self._standing(row)

    def _standing(self, row: sqlite3.Row) -> Standing:
        asked = self.connection.execute(
            "SELECT name, exercise, points, score, hidden, status, mistake, seconds, bonus FROM question_result "
            "WHERE grading = ? ORDER BY position", (row["grading"],)
        )  # fmt: skip
        return standing_of(row, asked)

    def fingerprints(self, topic: str) -> dict[int, str]:
        """What each grading of a topic rests on."""
        query = "SELECT g.id, g.fingerprint FROM grading g JOIN run r ON r.id = g.run WHERE r.topic = ?"
        return {row[0]: row[1] for row in self.connection.execute(query, (topic,))}

    def runs(self, kind: str, topic: str = "") -> list[sqlite3.Row]:
        """The runs of a kind, the latest first."""
        query = "SELECT * FROM run WHERE kind = ? AND (topic = ? OR ? = '') ORDER BY id DESC"
        return self.connection.execute(query, (kind, topic, topic)).fetchall()

    def report(self, grading: int) -> tuple[Report, str] | None:
        """The report of a grading and its language; None if it has none."""
        found = self.connection.execute("SELECT report FROM grading WHERE id = ?", (grading,)).fetchone()
        return document.read(zlib.decompress(found[0]).decode()) if found and found[0] is not None else None

    def submitted(self, submission: int) -> Submission:
        """A submission as it was handed in, for grading it again: under the name of the one whose seed it has."""
        row = self.connection.execute("SELECT * FROM submission WHERE id = ?", (submission,)).fetchone()
        members = self.connection.execute(
            "SELECT student FROM submission WHERE topic = ? AND leader = ? AND digest = ? AND student != leader "
            "ORDER BY id",
            (row["topic"], row["leader"], row["digest"]),
        )
        return submission_of(row, [member[0] for member in members])

    def history(self, student: str) -> list[tuple[str, str]]:
        """All that happened about one student: when and what, in the order of time."""
        gradings = self.connection.execute(
            "SELECT g.at, s.topic, g.score, g.points, g.seed, g.isolation, g.trouble, g.id, "
            "r.kind, r.who, r.why, r.grader, r.id AS run "
            "FROM grading g JOIN submission s ON s.id = g.submission JOIN run r ON r.id = g.run "
            "WHERE s.student = ? ORDER BY g.id", (student,)
        ).fetchall()  # fmt: skip
        found = [(row["at"], told(row)) for row in gradings]
        for e in self.events(student=student):
            if e.student == student or (e.kind in ("apply", "revert") and not e.student):
                found.append((e.at, decided(e)))
        return sorted(found)


def _topic(change: sqlite3.Connection, run: int) -> str:
    return str(change.execute("SELECT topic FROM run WHERE id = ?", (run,)).fetchone()[0])
