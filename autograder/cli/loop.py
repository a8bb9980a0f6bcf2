"""`watch`, `hint`, `status` and `debug`: what a student does between two lines of code."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from autograder.cli.codes import GRADED, Commands, command, course_of, topics_of
from autograder.cli.grade import graded, told_how_to_grade
from autograder.cli.parsing import told
from autograder.language import chosen, say
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Assignment, Report, UsageError, sentence
from autograder.render.commands import here
from autograder.sandbox.choice import choose
from autograder.sources.folders import file_of, from_path, own_work


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    watch = command(commands, "watch", _watch, told("grade on every save"))
    watch.add_argument("topic", nargs="?", default="", help=told("a topic; whichever is saved when left out"))
    watch.add_argument("--seed", default=PUBLIC_SEED, help=told("draw other inputs (default: %(default)s)"))
    watch.add_argument("--from", dest="origin", type=Path, help=told("a file or folder to watch instead of starter/"))
    watch.add_argument("--author", action="store_true", help=told("prove the topic on every save of one of its files"))
    told_how_to_grade(command(commands, "hint", _hint, told("a hint for the first question that is open")))
    told_how_to_grade(command(commands, "status", _status, told("progress over all topics and what comes next")))
    told_how_to_grade(
        command(commands, "debug", _debug, told("one question in this process, where breakpoint() works"))
    )


def _origins(course: Course, topics: tuple[str, ...], options: argparse.Namespace) -> dict[str, Path]:
    """Where each topic's file is looked for; topics without one are left out. Raises UsageError for none at all."""
    folder = options.origin or course.root / "starter"
    found = {topic: folder for topic in topics if file_of(folder, topic) is not None}
    if not found:
        files = ", ".join(f"{topic}.py" for topic in topics)
        raise UsageError(sentence("{folder} has no {file}", folder=str(folder), file=files))
    return found


def _watch(options: argparse.Namespace) -> int:
    """Grade, wait, grade again, until q or Ctrl-C. Raises UsageError."""
    course, language = course_of(options), chosen(options.lang)
    if options.author:
        return _prove_on_save(course, options.topic)
    origins = _origins(course, topics_of(course, options.topic), options)
    from autograder.loop.keys import keys
    from autograder.loop.watch import Watcher
    from autograder.render.live import View, live

    console = Console(highlight=False, soft_wrap=False)

    def paint(assignment: Assignment, report: Report, view: View) -> None:
        console.clear()
        console.print(live(assignment, report, view, language, here(options.origin)), crop=False)
        console.file.flush()  # a pipe would keep it until there is more

    def saved_at(topic: str) -> float:
        file = file_of(origins[topic], topic)
        return file.stat().st_mtime if file is not None else 0.0

    with keys() as pressed:
        watcher = Watcher(course, origins, lambda name: choose(name, for_many=False), pressed, paint, options.seed)
        try:
            watcher.run(max(origins, key=saved_at))
        except KeyboardInterrupt:
            return GRADED
    return GRADED


def _prove_on_save(course: Course, topic: str) -> int:
    """Prove a topic on every save, each time in a process of its own, which reads all anew. Raises UsageError."""
    import subprocess

    from autograder.loop.saves import files_of, saves

    if not topic:
        raise UsageError("watch --author needs a topic: autograder watch --author TOPIC")
    course.assignment(topic)
    if not course.solutions(topic).exists():
        raise UsageError(f"there is no {course.solutions(topic)}: a student's edition has nothing to prove")
    words = [sys.executable, "-m", "autograder", "--root", str(course.root), "check", topic, "--flakes", "0"]
    turns = saves(lambda: files_of(course, topic))
    try:
        subprocess.run(words, check=False)
        for changed in turns:
            print(f"\n{', '.join(str(path.relative_to(course.root)) for path in changed)}", flush=True)
            subprocess.run(words, check=False)
    except KeyboardInterrupt:
        pass
    return GRADED


def _hint(options: argparse.Namespace) -> int:
    """Grade, then say what helps with the first open question. Raises UsageError."""
    course, language = course_of(options), chosen(options.lang)
    found = graded(course, topics_of(course, options.topic), options)
    for assignment, report in ((assignment, report) for assignment, report in found if report is not None):
        from autograder.render.hints import hints

        lines = hints(assignment, report, language)
        if lines:
            print("\n".join(lines))
            return GRADED
    print(say(sentence("Everything passes."), language))
    return GRADED


def _status(options: argparse.Namespace) -> int:
    """All topics in a table, their sum, and the next step. Raises UsageError."""
    course, language = course_of(options), chosen(options.lang)
    found = list(_standing(course, topics_of(course, options.topic), options))
    from autograder.render.terminal import Page, shown_path

    page = Page(language, typed=here(options.origin))
    page.topics(found, shown_path(options.origin or course.root / "starter", course.root))
    page.unreadable(found)
    page.progress_so_far(found)
    return GRADED


def _standing(
    course: Course, topics: tuple[str, ...], options: argparse.Namespace
) -> Iterator[tuple[Assignment, Report | None]]:
    """Each topic's report; only those whose file, graders or program have changed since the last time are graded."""
    if options.only or options.device != "cpu":
        yield from graded(course, topics, options, name_mistakes=False)
        return
    from autograder.loop.kept import Kept

    kept = Kept(course, options.seed)
    origins = {topic: options.origin or own_work(course, topic) for topic in topics}
    bases = {topic: kept.basis(topic, at) for topic, at in origins.items() if file_of(at, topic) is not None}
    reports = {topic: kept.report(topic, basis) for topic, basis in bases.items()}
    stale = tuple(topic for topic in topics if reports.get(topic) is None)
    for assignment, report in graded(course, stale, options, name_mistakes=False):
        reports[assignment.topic] = report
        if report is not None and kept.basis(assignment.topic, origins[assignment.topic]) == bases[assignment.topic]:
            kept.keep(assignment.topic, bases[assignment.topic], report)
    yield from ((course.assignment(topic), reports[topic]) for topic in topics)


def _debug(options: argparse.Namespace) -> int:
    """Ask one question with the student's code in this very process. Raises UsageError."""
    course, language = course_of(options), chosen(options.lang)
    if not options.topic or not options.only:
        topic, only = (say(place, language) for place in (sentence("<topic>"), sentence("<question>")))
        command = here().command("debug", topic, only=only)
        raise UsageError(sentence("debug needs a topic and a question: {command}", command=command))
    assignment = course.assignment(options.topic)
    origin = options.origin or own_work(course, options.topic)
    submission = from_path(origin, options.topic, assignment.limits)
    if submission.problem is not None:
        raise UsageError(submission.problem)
    _warn(language)
    from autograder.grading import Grader
    from autograder.render.clean import clean
    from autograder.render.terminal import Page
    from autograder.sandbox import loading, raising
    from autograder.student import faults

    compiled = loading.whole
    if submission.cells:
        from autograder.notebooks.stepping import by_cell

        compiled = partial(by_cell, starts=submission.cells, name=origin.name)
    try:
        namespace = loading.load(submission.files, options.topic, compiled)
    except Exception as error:  # noqa: BLE001 - the student's own, told as grading tells it
        verdict = faults.raised(raising.raised(error), f"{options.topic}.py", cells=submission.cells).verdict
        told = [say(verdict.message, language), *verdict.traceback[-1:]]
        raise UsageError("\n".join(map(clean, told))) from None
    grader, reports = Grader(course, options.topic, name_mistakes=False), list[Report]()
    answerer = replace(grader.played(submission.student, namespace, options.seed), only_once=True)
    grader.grade([answerer], reports.append, only=options.only)
    Page(language, typed=here(options.origin)).topic(assignment, reports[0], show_all=True)
    return GRADED


def _warn(language: str) -> None:
    """Say how debugging differs from grading."""
    warning = sentence(
        "debug: one process, no sandbox, no time limit, so that breakpoint() works. "
        "This is not how it is graded; {command} is.",
        command=here().command("grade"),
    )
    print(say(warning, language), file=sys.stderr)
