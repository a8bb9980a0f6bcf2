"""The gradebook: outcomes and decisions go in, standings come out, and nothing that went in is ever changed."""

from __future__ import annotations

import getpass
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from autograder import database
from autograder.gradebook import entries, schema
from autograder.gradebook.entries import now
from autograder.gradebook.rows import (
    Event,
    Question,
    Standing,
    absent_of,
    back,
    decided,
    event_of,
    plain_text,
    question_of,
    standing_of,
    submission_of,
    told,
)
from autograder.model import Outcome, Report, Submission, UsageError
from autograder.render import document


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
        with database.told(f"the gradebook {self.path}", broken=schema.BROKEN):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            finally:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")

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
                entries.known(change, *person)

    def add(self, run: int, outcome: Outcome, language: str) -> None:
        """One outcome, whole or not at all: for its student, and for everybody else in the group."""
        submission, report = outcome.submission, outcome.report
        with self._change() as change:
            topic = report.topic if report else entries.topic_of(change, run)
            for student in entries.everybody(submission):
                handed_in = entries.seen(change, run, submission, student, topic)
                entries.graded(change, run, handed_in, outcome, student, language)

    def end(self, run: int) -> None:
        """A run has come to its end: only then may a regrade be applied."""
        with self._change() as change:
            change.execute("INSERT INTO ended VALUES (?, ?)", (run, now()))

    def has_ended(self, run: int) -> bool:
        """Whether a run came to its end."""
        return self.connection.execute("SELECT 1 FROM ended WHERE run = ?", (run,)).fetchone() is not None

    def finished(self, run: int, submission: Submission, fingerprint: str, language: str) -> Outcome | None:
        """The final outcome that rests on the same as one made now, if there is one.

        Whoever of the group has another grading in force, or none, gets this one under this run.
        """
        found = self.connection.execute(
            "SELECT g.report FROM grading g JOIN submission s ON s.id = g.submission "
            "WHERE g.fingerprint = ? AND g.language = ? AND g.is_final AND s.student = ? ORDER BY g.id DESC LIMIT 1",
            (fingerprint, language, plain_text(submission.student)),
        ).fetchone()
        if found is None:
            return None
        report, _ = document.read(zlib.decompress(found["report"]).decode())
        outcome = Outcome(submission, replace(report, student=submission.student), reused=True)
        with self._change() as change:
            for student in entries.everybody(submission):
                handed_in = entries.seen(change, run, submission, student, report.topic)
                if self._in_force(handed_in) != (fingerprint, language, True):
                    entries.graded(change, run, handed_in, outcome, student, language)
        return outcome

    def _in_force(self, submission: int) -> tuple[str, str, bool] | None:
        """What the grading in force of a submission rests on, its language, and whether it is final."""
        where, values = self._counted()
        query = (
            f"SELECT g.fingerprint, g.language, g.is_final FROM grading g WHERE g.submission = ? AND {where} "
            "ORDER BY g.id DESC LIMIT 1"
        )
        found = self.connection.execute(query, (submission, *values)).fetchone()
        return (found[0], found[1], bool(found[2])) if found is not None else None

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
            raise UsageError(
                f"the gradebook has no student {student!r}; `gradebook show` lists who handed in, and a batch with the "
                "roster makes the others known"
            )
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

    def standings(self, topic: str, *, student: str = "", run: int = 0) -> Iterator[Standing]:
        """Every submission to a topic with the grading in force, one after the other, by student and hand-in.

        The order is that of the times where all of a student's are known, else that in which batches last saw them.
        What is told of a hand-in is what the last batch saw of it; a time that another knew stays known.
        run: the gradings of one run instead, applied or not.
        """
        where, values = ("g.run = ?", [run]) if run else self._counted()
        who = "AND s.student = ?" if student else ""
        query = (
            "SELECT s.id AS submission, s.topic, s.student, s.leader, s.problem, l.late, l.source, l.place, l.note, "
            "coalesce(l.handed_in, (SELECT handed_in FROM sighting WHERE submission = s.id AND handed_in NOTNULL "
            "ORDER BY id DESC LIMIT 1)) AS handed_in, t.name AS name, t.section, t.ids, g.id AS grading, g.score, "
            "g.points, g.is_final, g.flagged, g.trouble, g.seed FROM submission s JOIN student t ON t.key = s.student "
            "JOIN sighting l ON l.id = (SELECT max(id) FROM sighting WHERE submission = s.id) "
            "JOIN grading g ON g.id = (SELECT max(g.id) FROM grading g WHERE g.submission = s.id AND " + where + ") "
            f"WHERE s.topic = ? {who} ORDER BY s.student, "
            "CASE WHEN min(l.handed_in NOTNULL) OVER (PARTITION BY s.student) THEN l.handed_in END, "
            "l.run, l.attempt, s.id"
        )
        for row in self.connection.execute(query, (*values, topic, *([student] if student else []))):
            yield self._standing(row)

    def _standing(self, row: sqlite3.Row) -> Standing:
        return standing_of(row, self._asked(row["grading"]))

    def _asked(self, grading: int) -> tuple[Question, ...]:
        query = (
            "SELECT name, exercise, points, score, hidden, status, mistake, seconds, bonus FROM question_result "
            "WHERE grading = ? ORDER BY position"
        )
        return tuple(map(question_of, self.connection.execute(query, (grading,))))

    def last(self, topic: str) -> int:
        """The last grading of a topic that counts and has a report, 0 where there is none."""
        where, values = self._counted()
        query = (
            "SELECT coalesce(max(g.id), 0) FROM grading g JOIN run r ON r.id = g.run "
            f"WHERE r.topic = ? AND g.report NOTNULL AND {where}"
        )
        return int(self.connection.execute(query, (topic, *values)).fetchone()[0])

    def asked(self, topic: str) -> tuple[Question, ...]:
        """The questions of that grading."""
        return self._asked(self.last(topic))

    def absent(self, topic: str, student: str) -> Standing:
        """The standing of somebody known who handed in nothing to a topic."""
        query = "SELECT key AS student, name, section, ids FROM student WHERE key = ?"
        return absent_of(self.connection.execute(query, (student,)).fetchone(), topic)

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

    def gradings(self, topic: str, student: str) -> dict[int, tuple[int, str]]:
        """The gradings of a student's in a topic that have a report: the submission of each, and when it was made."""
        query = (
            "SELECT g.id, g.submission, g.at FROM grading g JOIN submission s ON s.id = g.submission "
            "WHERE s.topic = ? AND s.student = ? AND g.report NOTNULL"
        )
        return {row[0]: (row[1], row[2]) for row in self.connection.execute(query, (topic, student))}

    def submitted(self, submission: int) -> Submission:
        """A submission as it was handed in, for grading it again: under the name of the one whose seed it has."""
        row = self.connection.execute("SELECT * FROM submission WHERE id = ?", (submission,)).fetchone()
        members = self.connection.execute(
            "SELECT student FROM submission WHERE topic = ? AND leader = ? AND digest = ? AND student != leader "
            "ORDER BY id",
            (row["topic"], row["leader"], row["digest"]),
        )
        return submission_of(row, [member[0] for member in members])

    def _back(self, student: str) -> list[sqlite3.Row]:
        """The batches that saw an earlier file of a student's in the place of a later one, and graded nothing."""
        return self.connection.execute(
            "SELECT seen.*, (SELECT max(id) FROM grading WHERE submission = seen.submission) AS grading FROM "
            "(SELECT l.at, l.run, l.submission, s.topic, max(l.attempt), lag(l.submission) OVER "
            "(PARTITION BY s.topic ORDER BY l.run) AS before FROM sighting l JOIN submission s ON s.id = l.submission "
            "WHERE s.student = ? GROUP BY s.topic, l.run) AS seen WHERE before != submission AND NOT EXISTS "
            "(SELECT 1 FROM grading g WHERE g.submission = seen.submission AND g.run = seen.run)",
            (student,),
        ).fetchall()

    def history(self, student: str) -> list[tuple[str, str]]:
        """All that happened about one student: when and what, in the order of time."""
        gradings = self.connection.execute(
            "SELECT g.at, s.topic, g.score, g.points, g.seed, g.isolation, g.trouble, g.id, "
            "r.kind, r.who, r.why, r.grader, r.id AS run "
            "FROM grading g JOIN submission s ON s.id = g.submission JOIN run r ON r.id = g.run "
            "WHERE s.student = ? ORDER BY g.id", (student,)
        ).fetchall()  # fmt: skip
        found = [(row["at"], told(row)) for row in gradings] + [(row["at"], back(row)) for row in self._back(student)]
        for e in self.events(student=student):
            if e.student == student or (e.kind in ("apply", "revert") and not e.student):
                found.append((e.at, decided(e)))
        return sorted(found)
