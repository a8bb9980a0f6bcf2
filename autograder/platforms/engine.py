"""The trusted process beside a notebook's kernel: it is sent cells, and grades them behind our own sandbox.

A request is a line of JSON on standard input, a reply a line on standard output. What a kernel defines is never
looked at: only the text of the cells travels, so that what is patched in the kernel does not count.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TextIO

from autograder.grading import Grader
from autograder.language import chosen
from autograder.manifest import Course
from autograder.model import AutograderError, Report, Submission
from autograder.notebooks import NotebookError, module_from
from autograder.platforms import feedback
from autograder.platforms.kernel import UNSAFE
from autograder.sandbox.choice import choose
from autograder.sandbox.protocol import Sandbox

OPEN = (
    "this machine cannot keep student code apart (level C), and the course with its solutions is here: nothing is "
    f"graded; see `autograder doctor`, or set {UNSAFE}=1 for code that you trust"
)


class Engine:
    """Warm graders and sandboxes, and the last report of each exercise."""

    def __init__(self, course: Course, language: str) -> None:
        self.course, self.language = course, language
        self._stack = ExitStack()
        self._known: dict[tuple[str, str], tuple[tuple[object, ...], Report]] = {}
        self._sandbox = functools.cache(self._opened)
        self._grader = functools.cache(functools.partial(Grader, course))

    def _opened(self, framework: str) -> Sandbox:
        return self._stack.enter_context(closing(choose(framework, for_many=False)))

    def close(self) -> None:
        """End the sandboxes."""
        self._stack.close()

    def report(self, submission: Submission, topic: str, exercise: str, seed: str) -> Report:
        """A submission's report on one exercise, or on all when it is empty; the last one is remembered."""
        basis = (submission.files.get(f"{topic}.py", str(submission.problem).encode()), submission.cells, seed)
        known = self._known.get((topic, exercise))
        if known is not None and known[0] == basis:
            return known[1]
        sandbox = self._sandbox(self.course.assignment(topic).framework)
        grader = self._grader(topic)
        reports: list[Report] = []
        grader.grade([grader.submitted(submission, sandbox, seed)], reports.append, only=exercise)
        self._known[topic, exercise] = (basis, reports[0])
        return reports[0]

    def reply(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What a kernel is told: every question's status, points and text; hidden ones without their text."""
        topic, exercise = request["topic"], request["exercise"]
        self._refuse_in_the_open(topic)
        submission = submission_of(base64.b64decode(request["notebook"]), topic)
        report = self.report(submission, topic, exercise, request["seed"])
        hidden = [question for question in report.questions if question.hidden]
        return {
            "isolation": report.isolation.level,
            "questions": feedback.entries(report, self.language),
            "hidden": feedback.hidden_text(hidden, self.language) if hidden else feedback.later(self.language),
        }

    def _refuse_in_the_open(self, topic: str) -> None:
        """Raise AutograderError where a submission could read the solutions, before one runs."""
        if os.environ.get(UNSAFE) or not self.course.solutions(topic).exists():
            return
        if self._sandbox(self.course.assignment(topic).framework).isolation.level == "C":
            raise AutograderError(OPEN)


def submission_of(notebook: bytes, topic: str, student: str = "notebook") -> Submission:
    """A notebook as a submission; one that cannot be read says why."""
    try:
        module = module_from(notebook, f"{topic}.ipynb")
    except NotebookError as error:
        return Submission(student, {}, problem=error.problem)
    return Submission(student, {f"{topic}.py": module.source.encode()}, cells=module.starts)


def serve(course: Course, language: str, requests: TextIO, replies: TextIO) -> None:
    """Answer until the requests end. What goes wrong with one is its reply."""
    with closing(Engine(course, language)) as engine:
        for line in requests:
            print(answer(engine, line), file=replies, flush=True)


def answer(engine: Engine, request: str | bytes) -> str:
    """The reply to a request, as JSON; what went wrong is one, too."""
    try:
        reply = engine.reply(json.loads(request))
    except AutograderError as error:
        reply = {"trouble": str(error)}
    except Exception as error:  # noqa: BLE001 - told to the kernel, which must not wait for ever
        reply = {"trouble": f"{type(error).__name__}: {error}"}
    return json.dumps(reply)


def own_output() -> TextIO:
    """This process's standard output for replies alone; whatever else prints goes nowhere."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    return replies


def main(root: str) -> None:
    """Serve a kernel through this process's standard streams."""
    replies = own_output()
    serve(Course(Path(root)), chosen(), sys.stdin, replies)
