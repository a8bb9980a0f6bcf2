"""`grade`: a student's own work, all topics in a table or one in detail."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.cli.parsing import told
from autograder.language import chosen, say
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Assignment, Report, UsageError, sentence
from autograder.render.commands import here
from autograder.sandbox.choice import choose, plain
from autograder.sandbox.protocol import Sandbox
from autograder.scoring import is_full
from autograder.sources.folders import file_of, from_path, own_work

if TYPE_CHECKING:
    from autograder.grading import Grader
    from autograder.student import Place

DEVICES = ("cpu", "cuda", "auto")


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "grade", run, told("grade your own work: all topics, or one in detail"))
    told_how_to_grade(words)
    words.add_argument("--all", action="store_true", help=told("show every open question in full"))
    words.add_argument("--json", action="store_true", help=told("print the report as JSON"))
    words.add_argument("--strict", action="store_true", help=told("exit with 1 on less than full marks"))


def told_how_to_grade(words: argparse.ArgumentParser) -> None:
    """The options of every command that grades."""
    words.add_argument("topic", nargs="?", default="", help=told("a topic; all when left out"))
    words.add_argument("--only", default="", help=told("one exercise or one question"))
    words.add_argument("--seed", default=PUBLIC_SEED, help=told("draw other inputs (default: %(default)s)"))
    words.add_argument("--from", dest="origin", type=Path, help=told("a file or folder to grade instead of starter/"))
    words.add_argument(
        "--device",
        choices=DEVICES,
        default="cpu",
        help=told("where PyTorch computes; auto: a GPU if there is one"),
    )


def run(options: argparse.Namespace) -> int:
    """Grade and print. Raises UsageError."""
    course = course_of(options)
    topics = topics_of(course, options.topic)
    language = chosen(options.lang)
    found = list(graded(course, topics, options, name_mistakes=bool(options.topic)))
    _show(course, found, options, language)
    reports = [report for _, report in found if report is not None]
    if any(not report.is_final for report in reports):
        return OURS
    return INCOMPLETE if options.strict and not all(map(is_full, reports)) else GRADED


def graded(
    course: Course,
    topics: tuple[str, ...],
    options: argparse.Namespace,
    *,
    name_mistakes: bool = True,
    draws: bool = False,
) -> Iterator[tuple[Assignment, Report | None]]:
    """Each topic's report; None where all topics are asked for and one has no file. Raises UsageError.

    draws: whether the reports hold pictures of how trainings go.
    """
    if options.only and not options.topic:
        topic, only = (say(place, chosen(options.lang)) for place in (sentence("<topic>"), sentence("<exercise>")))
        command = here().command(options.command, topic, only=only)
        raise UsageError(sentence("an exercise is asked for, and no topic: {command}", command=command))
    sandboxes: dict[str, tuple[Sandbox, Place]] = {}
    with ExitStack() as stack:
        for topic in topics:
            assignment = course.assignment(topic)
            origin = options.origin or own_work(course, topic)
            if not options.topic and file_of(origin, topic) is None:
                yield assignment, None
                continue
            _tell_twin(origin, options)
            framework = assignment.framework
            if framework not in sandboxes:
                sandbox = stack.enter_context(closing(choose(framework, for_many=False)))
                sandboxes[framework] = _placed(sandbox, framework, options.device)
            grader = _grader(course, assignment.topic, name_mistakes)
            yield assignment, _report(grader, origin, *sandboxes[framework], options, draws)


def _tell_twin(origin: Path, options: argparse.Namespace) -> None:
    """Say that it is the notebook which is graded, where there is a module, too."""
    module = origin.with_suffix(".py")
    if origin.suffix == ".ipynb" and module.exists():
        told = sentence("{name} is graded: it was saved after {other}", name=origin.name, other=module.name)
        print(say(told, chosen(options.lang)), file=sys.stderr)


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


def _grader(course: Course, topic: str, name_mistakes: bool) -> Grader:
    from autograder.grading import Grader  # imports pytest, while the sandbox warms up

    return Grader(course, topic, name_mistakes=name_mistakes)


def _report(
    grader: Grader, origin: Path, sandbox: Sandbox, place: Place, options: argparse.Namespace, draws: bool
) -> Report:
    submission = from_path(origin, grader.topic, grader.assignment.limits)
    answerer = replace(grader.submitted(submission, sandbox, options.seed, place), draws_trainings=draws, is_hasty=True)
    reports: list[Report] = []
    grader.grade([answerer], reports.append, only=options.only)
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

    page = Page(language, typed=here(options.origin))
    if options.topic:
        for assignment, report in graded:
            if report is not None:
                page.topic(assignment, report, show_all=options.all, show_prints=bool(options.only), only=options.only)
    else:
        page.topics(graded, shown_path(options.origin or course.root / "starter", course.root))
    page.device(graded, asked=options.device)
