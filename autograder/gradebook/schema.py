"""The tables of the gradebook, their versions, and how a file of an earlier version becomes one of this."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from autograder import database
from autograder.model import AutograderError

APPLICATION = 0x67726164
BUSY_SECONDS = 60.0
BROKEN = "put back a copy of it, or move it away to begin a new one"
FIRST_APPEND_ONLY = ("run", "submission", "grading", "question_result", "event")
LATER_APPEND_ONLY = ("sighting", "ended")
APPEND_ONLY = (*FIRST_APPEND_ONLY, *LATER_APPEND_ONLY)

FIRST = """
CREATE TABLE student (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, section TEXT NOT NULL, ids TEXT NOT NULL
) STRICT;
CREATE TABLE run (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('batch', 'regrade')), topic TEXT NOT NULL,
    at TEXT NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL, grader TEXT NOT NULL, isolation TEXT NOT NULL
) STRICT;
CREATE TABLE submission (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, student TEXT NOT NULL REFERENCES student (key),
    leader TEXT NOT NULL, digest TEXT NOT NULL, content BLOB, problem TEXT, handed_in TEXT, late INTEGER NOT NULL,
    source TEXT NOT NULL, place TEXT NOT NULL, note TEXT, seen_at TEXT NOT NULL,
    UNIQUE (topic, student, digest)
) STRICT;
CREATE TABLE grading (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES run (id),
    submission INTEGER NOT NULL REFERENCES submission (id), at TEXT NOT NULL, fingerprint TEXT NOT NULL,
    language TEXT NOT NULL, seed TEXT NOT NULL, isolation TEXT NOT NULL, score REAL, points REAL,
    is_final INTEGER NOT NULL, flagged TEXT NOT NULL, trouble TEXT NOT NULL, report BLOB
) STRICT;
CREATE TABLE question_result (
    grading INTEGER NOT NULL REFERENCES grading (id), position INTEGER NOT NULL, name TEXT NOT NULL,
    exercise TEXT NOT NULL, points REAL NOT NULL, score REAL NOT NULL, hidden INTEGER NOT NULL,
    status TEXT NOT NULL, mistake TEXT, seconds REAL NOT NULL, PRIMARY KEY (grading, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('override', 'extension', 'excuse', 'apply', 'revert')),
    topic TEXT NOT NULL, student TEXT NOT NULL, target INTEGER, value TEXT NOT NULL, why TEXT NOT NULL
) STRICT;
CREATE INDEX grading_by_fingerprint ON grading (fingerprint);
CREATE INDEX grading_by_submission ON grading (submission);
"""


def _grow_only(tables: tuple[str, ...]) -> str:
    return "".join(
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE (ABORT, 'the gradebook only grows: {table} is never changed'); END;\n"
        for table in tables
        for verb in ("UPDATE", "DELETE")
    )


EVENTS = "CREATE INDEX event_by_student ON event (topic, student);"
BONUS = "ALTER TABLE question_result ADD COLUMN bonus INTEGER NOT NULL DEFAULT 0;"
LEADERS = "CREATE INDEX submission_by_leader ON submission (topic, leader);"
SIGHTINGS = """
CREATE TABLE sighting (
    id INTEGER PRIMARY KEY, submission INTEGER NOT NULL REFERENCES submission (id),
    run INTEGER NOT NULL REFERENCES run (id), at TEXT NOT NULL, attempt INTEGER NOT NULL, handed_in TEXT,
    late INTEGER NOT NULL, source TEXT NOT NULL, place TEXT NOT NULL, note TEXT
) STRICT;
CREATE INDEX sighting_by_submission ON sighting (submission);
INSERT INTO sighting
    SELECT NULL, s.id, min(g.run), s.seen_at, 0, s.handed_in, s.late, s.source, s.place, s.note
    FROM submission s JOIN grading g ON g.submission = s.id GROUP BY s.id ORDER BY s.id;
CREATE TABLE ended (run INTEGER PRIMARY KEY REFERENCES run (id), at TEXT NOT NULL) STRICT;
ALTER TABLE submission ADD COLUMN cells TEXT;
"""
MIGRATIONS = (
    FIRST + _grow_only(FIRST_APPEND_ONLY),
    EVENTS,
    BONUS,
    LEADERS,
    SIGHTINGS + _grow_only(LATER_APPEND_ONLY),
)


def connect(path: Path) -> sqlite3.Connection:
    """The gradebook in a file, made or brought to this version if need be.

    Raises AutograderError for a file that is none, that a later version of this program wrote, or that cannot be
    written now.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with database.told(f"the gradebook {path}", broken=BROKEN):
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring an open file to this version, in one transaction: two that start together do it once."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        version, owner = _number(connection, "user_version"), _number(connection, "application_id")
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != APPLICATION and tables:
            raise AutograderError(f"{path} is a database of another program, no gradebook")
        if version > len(MIGRATIONS):
            raise AutograderError(
                f"{path} is a gradebook of version {version}, this program knows {len(MIGRATIONS)}: use a newer one"
            )
        for script in MIGRATIONS[version:]:
            for statement in _statements(script):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(script: str) -> list[str]:
    """A script's statements; `executescript` would end the transaction."""
    found, held = [], ""
    for piece in script.split(";"):
        held += piece + ";"
        if sqlite3.complete_statement(held):
            found.append(held)
            held = ""
    return found


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
