"""`grade`: a student's own work, all topics in a table or one in detail."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.language import chosen
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Assignment, Report, UsageError
from autograder.sandbox.choice import choose, plain
from autograder.sandbox.protocol import Sandbox
from autograder.sources.folders import file_of, from_path

if TYPE_CHECKING:
    from autograder.student import Place

DEVICES = ("cpu", "cuda", "auto")


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "grade", run, "grade your own work: all topics, or one in detail")
    words.add_argument("topic", nargs="?", default="", help="a topic; all when left out")
    words.add_argument("--only", default="", help="one exercise or one question")
    words.add_argument("--seed", default=PUBLIC_SEED, help="draw other inputs (default: %(default)s)")
    words.add_argument("--from", dest="origin", type=Path, help="a file or folder to grade instead of starter/")
    words.add_argument(
        "--device", choices=DEVICES, default="cpu", help="where PyTorch computes; auto: a GPU if there is one"
    )
    words.add_argument("--all", action="store_true", help="show every open question in full")
    words.add_argument("--json", action="store_true", help="print the report as JSON")
    words.add_argument("--strict", action="store_true", help="exit with 1 on less than full marks")


def run(options: argparse.Namespace) -> int:
    """Grade and print. Raises UsageError."""
    course = course_of(options)
    topics = topics_of(course, options.topic)
    if options.only and not options.topic:
        raise UsageError("--only needs a topic: autograder grade TOPIC --only EXERCISE")
    language = chosen(options.lang)
    graded = list(_reports(course, topics, options))
    _show(course, graded, options, language)
    reports = [report for _, report in graded if report is not None]
    if any(not report.is_final for report in reports):
        return OURS
    return INCOMPLETE if options.strict and any(r.score < r.points for r in reports) else GRADED


def _reports(
    course: Course, topics: tuple[str, ...], options: argparse.Namespace
) -> Iterator[tuple[Assignment, Report | None]]:
    """Each topic's report; None where a table of all topics meets one without a file."""
    sandboxes: dict[str, tuple[Sandbox, Place]] = {}
    with ExitStack() as stack:
        for topic in topics:
            assignment = course.assignment(topic)
            origin = options.origin or course.starter(topic)
            if not options.topic and file_of(origin, topic) is None:
                yield assignment, None
                continue
            framework = assignment.framework
            if framework not in sandboxes:
                sandbox = stack.enter_context(closing(choose(framework, for_many=False)))
                sandboxes[framework] = _placed(sandbox, framework, options.device)
            yield assignment, _report(course, assignment, origin, *sandboxes[framework], options)


def _placed(sandbox: Sandbox, framework: str, device: str) -> tuple[Sandbox, Place]:
    """Where to compute, and behind which walls: most of them hide the GPU, so that it takes a plain process."""
    from autograder.student import CPU, GPU, Place, gpu_trouble

    if device == "cpu" or framework == "numpy":
        return sandbox, CPU
    trouble = ""
    for each in (sandbox, plain(framework)):
        trouble = gpu_trouble(each)
        if not trouble:
            return each, GPU
    return sandbox, Place(trouble=trouble) if device == "cuda" else CPU


def _report(
    course: Course, assignment: Assignment, origin: Path, sandbox: Sandbox, place: Place, options: argparse.Namespace
) -> Report:
    submission = from_path(origin, assignment.topic, assignment.limits)
    from autograder.grading import Grader  # imports pytest, while the sandbox warms up

    reports: list[Report] = []
    grader = Grader(course, assignment.topic, name_mistakes=bool(options.topic))
    grader.grade([grader.submitted(submission, sandbox, options.seed, place)], reports.append, only=options.only)
    return reports[0]


def _show(
    course: Course, graded: list[tuple[Assignment, Report | None]], options: argparse.Namespace, language: str
) -> None:
    if options.json:
        from autograder.render import document

        for _, report in graded:
            if report is not None:
                print(document.text(report, language), end="")
        return
    from autograder.render.terminal import Page, shown_path

    page = Page(language)
    if options.topic:
        for assignment, report in graded:
            if report is not None:
                page.topic(assignment, report, show_all=options.all)
                page.device(report, asked=options.device)
    else:
        page.topics(graded, shown_path(options.origin or course.root / "starter", course.root))
