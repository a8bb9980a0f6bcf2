"""Courses for tests: the tiny one as it stands, or a copy with other graders, and one submission graded in it."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, QuestionResult, Report, Submission

TINY = Path(__file__).with_name("tiny")
RIGHT = (TINY / "solutions" / "vectors" / "solution.py").read_text("utf-8")
HEAD = """\
import numpy as np
import pytest
from autograder.checks import *
from autograder.questions import points

"""


def copied(folder: Path) -> Course:
    """A copy of the tiny course that a test may change."""
    shutil.copytree(TINY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return Course(folder)


def with_graders(folder: Path, text: str, topic: str = "vectors", hidden: str = "") -> Course:
    """A copy of the tiny course whose questions on a topic are these."""
    course = copied(folder)
    graders = folder / "tests" / "graders" / topic
    (graders / "test_hidden.py").unlink(missing_ok=True)
    (graders / "test_public.py").write_text(HEAD + textwrap.dedent(text), "utf-8")
    if hidden:
        (graders / "test_hidden.py").write_text(HEAD + textwrap.dedent(hidden), "utf-8")
    return course


def played(grader: Grader, namespace: Any = None, *, seed: str = PUBLIC_SEED, only: str = "") -> Report:
    """The report of trusted code in the student's place, by default of the reference itself."""
    reports: list[Report] = []
    grader.grade([grader.played("somebody", namespace or grader.bank.solution, seed)], reports.append, only=only)
    (report,) = reports
    return report


def graded(grader: Grader, sandbox: Any, sources: Iterable[str], seed: str = PUBLIC_SEED) -> list[Report]:
    """The reports of submissions behind a sandbox."""
    reports: list[Report] = []
    submissions = [
        Submission(f"student {number}", {f"{grader.topic}.py": source.encode()})
        for number, source in enumerate(sources)
    ]
    grader.grade([grader.submitted(each, sandbox, seed) for each in submissions], reports.append)
    return reports


def by_name(report: Report) -> dict[str, QuestionResult]:
    """A report's questions by name."""
    return {question.name: question for question in report.questions}


def statuses(report: Report) -> dict[str, str]:
    """How each question ended."""
    return {question.name: question.verdict.status.value for question in report.questions}
