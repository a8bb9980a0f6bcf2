"""Exercises with rules, and submissions asked about them, for the tests of forbidden names."""

from __future__ import annotations

import textwrap
from contextlib import closing
from typing import Any

import numpy as np

from autograder.model import Exercise, Forbidden, Limits, StudentFault, Submission
from autograder.sandbox.protocol import Sandbox
from autograder.student import Remote, Student

NAMES = ("torch", "scipy", "numpy.linalg.lstsq", "numpy.ma")


def exercises(*names: str, operators: tuple[str, ...] = ()) -> tuple[Exercise, ...]:
    """`solve`, which forbids what is given, and `fit`, which forbids nothing."""
    forbidden = Forbidden(names, operators)
    return Exercise("solve", 1, {}, ("solve",), forbidden=forbidden), Exercise("fit", 1, {}, ("fit", "Fit"))


def asked(
    sandbox: Sandbox,
    source: str,
    *arguments: Any,
    names: tuple[str, ...] = NAMES,
    operators: tuple[str, ...] = (),
    **files: str,
) -> tuple[Any, list[tuple[str, str, int]] | None]:
    """What `solve` answered, or what it was refused with, and the uses that were found: rule, name, line."""
    sources = {"answer": source, **files}
    submission = Submission("s", {f"{name}.py": textwrap.dedent(text).encode() for name, text in sources.items()})
    with closing(Remote(sandbox, submission, "answer", Limits(), exercises(*names, operators=operators))) as connection:
        connection.new_question("solve")
        try:
            answer = Student(connection, lambda seen: None, "seed").solve(*(arguments or (np.eye(3) + 1.0,)))._value
        except StudentFault as fault:
            answer = fault
        uses = connection.uses("solve")
        return answer, None if uses is None else [(use.forbidden, use.name, use.line) for use in uses]
