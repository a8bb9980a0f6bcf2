"""Many submissions: graded in shards by an executor, each report written as soon as it is done.

Student code never runs in these processes: each keeps a sandbox below it. What goes wrong in one shard is
told, tried once more by itself, and stops nobody else.
"""

from __future__ import annotations

import csv
import functools
import hashlib
import hmac
import multiprocessing
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Assignment, AutograderError, Outcome, Report, Sentence, Submission, sentence
from autograder.render import document
from autograder.render.clean import cell
from autograder.sandbox.choice import choose
from autograder.sandbox.protocol import Sandbox
from autograder.scoring import by_exercise

SHARD = 8
SECRET_BYTES = 32


@dataclass(frozen=True)
class Shard:
    """Some submissions of one topic, for one process to grade."""

    root: Path
    topic: str
    submissions: tuple[Submission, ...]
    secret: bytes


def course_secret(root: Path) -> bytes:
    """The secret that fresh seeds are derived from: made once, in a file that only its owner reads.

    Raises AutograderError for a file that holds another thing: an empty secret is one that everybody knows.
    """
    path = root / "course.secret"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
    text = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}", text):
        raise AutograderError(
            f"{path} holds no secret of {SECRET_BYTES} bytes in hexadecimal; put back the one that seeds were derived "
            "from, or delete the file to have a new one made"
        )
    return bytes.fromhex(text)


def seed_for(secret: bytes, topic: str, student: str) -> str:
    """A student's own seed: nobody without the secret can know it, everybody with the report can use it again."""
    message = f"{topic}/{student}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:8]


@functools.cache
def _grader(root: Path, topic: str) -> tuple[Grader, Sandbox]:
    """A process's own warm grader and sandbox."""
    sandbox = choose(Course(root).assignment(topic).framework)
    return Grader(Course(root), topic), sandbox


def grade_shard(shard: Shard) -> list[Report]:
    """The reports of a shard's submissions, in order."""
    grader, sandbox = _grader(shard.root, shard.topic)
    reports: list[Report] = []
    answerers = (
        grader.submitted(submission, sandbox, seed_for(shard.secret, shard.topic, submission.student))
        for submission in shard.submissions
    )
    grader.grade(answerers, reports.append)
    return reports


def shards(submissions: Sequence[Submission], root: Path, topic: str, secret: bytes, jobs: int) -> list[Shard]:
    """The submissions in pieces: small enough that all jobs end together, large enough to be worth a message."""
    size = max(1, min(SHARD, len(submissions) // (4 * jobs)))
    pieces = [tuple(submissions[start : start + size]) for start in range(0, len(submissions), size)]
    return [Shard(root, topic, piece, secret) for piece in pieces]


def local_pool(jobs: int) -> Executor:
    """Processes on this machine."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"))


def outcomes(work: Sequence[Shard], pool: Callable[[], Executor]) -> Iterator[Outcome]:
    """Every submission's outcome, as it comes. A shard that fails is tried again, one submission at a time."""
    failed: list[Shard] = []
    with pool() as executor:
        futures = {executor.submit(grade_shard, shard): shard for shard in work}
        for future in as_completed(futures):
            shard = futures[future]
            try:
                reports = future.result()
            except Exception:  # noqa: BLE001 - whatever it was, the shard is tried again below
                failed.append(shard)
                continue
            yield from (Outcome(*pair) for pair in zip(shard.submissions, reports, strict=True))
    for shard in failed:
        for submission in shard.submissions:
            yield _alone(Shard(shard.root, shard.topic, (submission,), shard.secret), pool)


def _alone(shard: Shard, pool: Callable[[], Executor]) -> Outcome:
    with pool() as executor:
        try:
            (report,) = executor.submit(grade_shard, shard).result()
        except (Exception, BrokenExecutor) as error:  # noqa: BLE001 - named in the gradebook, the batch goes on
            return Outcome(shard.submissions[0], None, f"{type(error).__name__}: {error}")
    return Outcome(shard.submissions[0], report)


class Gradebook:
    """A folder of results: `grades.csv` and `reports/<student>.json`."""

    def __init__(self, folder: Path, assignment: Assignment, language: str) -> None:
        self.folder, self.assignment, self.language = folder, assignment, language
        self._rows: dict[str, list[str]] = {}
        (folder / "reports").mkdir(parents=True, exist_ok=True)

    def add(self, outcome: Outcome) -> None:
        """Write one outcome's report and remember its row."""
        student, report = outcome.submission.student, outcome.report
        if report is None:
            self._rows[student] = [cell(student), "", "", "no", cell(outcome.trouble)]
            return
        written = document.text(report, self.language)
        _replace(self.folder / "reports" / f"{file_name(student)}.json", written)
        scores = {score.exercise.name: f"{score.score:g}" for score in by_exercise(report, self.assignment.exercises)}
        note = outcome.submission.problem or _for_review(report)
        row = [cell(student), f"{report.score:g}", f"{report.points:g}", "yes" if report.is_final else "no"]
        row += [cell(str(note)) if note else "", *(scores.get(e.name, "") for e in self.assignment.exercises)]
        self._rows[student] = row

    def close(self) -> Path:
        """Write grades.csv, students in the order of their names; where it is."""
        path = self.folder / "grades.csv"
        partial = path.with_suffix(".partial")
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["student", "score", "points", "final", "note", *(e.name for e in self.assignment.exercises)]
            )
            writer.writerows(self._rows[student] for student in sorted(self._rows))
        partial.replace(path)
        return path


def _for_review(report: Report) -> Sentence | None:
    """The exercises that a person is to look at, if there are any."""
    names = dict.fromkeys(flag.exercise for flag in report.flags)
    return sentence("For review: {what}", what=", ".join(names)) if names else None


def _replace(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def file_name(student: str) -> str:
    """A student's name as a file's: letters of any script, digits and `.-_ `, told apart by a digest if changed."""
    safe = re.sub(r"[^\w.\- ]", "_", student).strip(". ")[:100]
    if safe == student:
        return safe
    digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe or 'student'}-{digest}"
