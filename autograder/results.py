"""A folder of results that is whole at any moment: `grades.csv` and `reports/<student>.json`."""

from __future__ import annotations

import filecmp
import hashlib
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from autograder import database
from autograder.model import Outcome, Report, UsageError
from autograder.render import document
from autograder.render.clean import clean
from autograder.sheets import lines

PARTIAL = ".partial"
NAME_BYTES = 150  # of the 255 that file systems take, platforms' endings and a digest beside them
DIGESTED = re.compile(r"-[0-9a-f]{8}$")
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # no files on Windows, whatever follows


class Results:
    """Takes outcomes as they come; every file is written aside and put in place whole.

    Raises UsageError when another batch is writing to the folder.
    """

    def __init__(self, folder: Path, language: str) -> None:
        self.folder, self.language = folder, language
        self.reports = folder / "reports"
        self.reports.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder / ".lock", folder)
        for leftover in [*folder.glob(f"*{PARTIAL}"), *self.reports.glob(f"*{PARTIAL}")]:
            leftover.unlink()  # of a run that was killed

    def add(self, outcome: Outcome) -> None:
        """Write one outcome's report, unless just that is there already."""
        if outcome.report is not None:
            for student in (outcome.submission.student, *outcome.submission.receipt.members):
                self._write(student, outcome.report)

    def _write(self, student: str, report: Report) -> None:
        path = self.reports / f"{file_name(student)}.json"
        text = document.text(replace(report, student=student), self.language)
        if not path.is_file() or path.read_bytes() != text.encode():
            put(path, text)

    def grades(self, rows: Iterable[Sequence[str]]) -> Path:
        """Write grades.csv; where it is."""
        put_lines(self.folder / "grades.csv", lines(rows), "utf-8-sig")
        return self.folder / "grades.csv"

    def log(self, text: str) -> None:
        """A line in batch.log, with the time."""
        at = datetime.now().astimezone().isoformat(" ", "seconds")
        with (self.folder / "batch.log").open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{at}  {clean(text)}\n")

    def close(self) -> None:
        """Let another batch have the folder."""
        self._lock.close()


def _locked(path: Path, folder: Path) -> sqlite3.Connection:
    """A lock that ends with the process, however it ends, on any system."""
    with database.told(f"the lock {path}", broken="delete it"):
        lock = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            lock.close()
            if not database.is_busy(error):
                raise
            raise UsageError(f"another batch is writing to {folder}: wait for it, or give another OUT") from None
    return lock


def put(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file so that it is there whole or not at all."""
    put_lines(path, [text], encoding)


def put_lines(path: Path, pieces: Iterable[str], encoding: str = "utf-8", errors: str = "strict") -> None:
    """The same for a text of any length, which comes in pieces. A file that says the same stays untouched."""
    partial = path.with_name(path.name + PARTIAL)
    with partial.open("w", encoding=encoding, errors=errors, newline="") as file:
        file.writelines(pieces)
    if path.is_file() and filecmp.cmp(partial, path, shallow=False):
        partial.unlink()
    else:
        partial.replace(path)


def file_name(student: str) -> str:
    """A student's name as a file's: letters of any script, digits and `.-_ `, told apart by a digest if changed.

    A name that looks as if it had a digest gets one, too: nobody is given the file of somebody else.
    """
    student = student.encode("utf-8", "backslashreplace").decode()  # as the gradebook keeps it
    safe = re.sub(r"[^\w.\- ]", "_", student).strip(". ").encode()[:NAME_BYTES].decode("utf-8", "ignore")
    safe = f"_{safe}" if DEVICE.match(safe) else safe
    if safe == student and not DIGESTED.search(safe):
        return safe
    digest = hashlib.sha256(student.encode()).hexdigest()[:8]
    return f"{safe or 'student'}-{digest}"
