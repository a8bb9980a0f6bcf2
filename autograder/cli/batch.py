"""`batch`: a folder of submissions into a gradebook."""

from __future__ import annotations

import argparse
import os
from contextlib import ExitStack
from itertools import chain
from pathlib import Path

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.language import chosen
from autograder.model import Outcome, UsageError
from autograder.sources.planning import plan


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "batch", run, "grade a folder of submissions")
    words.add_argument("topic", help="the topic that they answer")
    words.add_argument("folder", type=Path, help="holds <student>/<topic>.py or <student>.py")
    words.add_argument("out", type=Path, help="where grades.csv and reports/ go")
    words.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    words.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")
    words.add_argument("--fresh", action="store_true", help="grade everybody again, also those with a final report")
    words.add_argument("--strict", action="store_true", help="exit with 1 when somebody has less than full marks")


def run(options: argparse.Namespace) -> int:
    """Grade everybody, write the gradebook, print what happened. Raises UsageError."""
    course = course_of(options)
    topics_of(course, options.topic)
    assignment = course.assignment(options.topic)
    with ExitStack() as stack:
        found = plan(options.folder, {options.topic: assignment.limits}, stack)
        submissions = [each.submission(assignment.limits) for each in found.planned]
    jobs = options.jobs or min(os.cpu_count() or 1, len(submissions))
    if jobs < 1:
        raise UsageError(f"--jobs {options.jobs} is not positive")
    from autograder import batch, gradebook
    from autograder.render.terminal import Page
    from autograder.sandbox.choice import require_isolation

    isolation = require_isolation(assignment.framework, unsafe=options.unsafe)
    page = Page(chosen(options.lang))
    page.say("Isolation: level {level} ({layers})", level=isolation.level, layers=", ".join(isolation.layers))
    secret = batch.course_secret(course.root)
    book = gradebook.Gradebook(options.out, assignment, page.language)
    rests_on = batch.fingerprints(course, options.topic, secret, isolation)
    kept = {} if options.fresh else book.finished(submissions, rests_on)
    left = [each for each in submissions if each.student not in kept]
    work = batch.shards(left, course.root, options.topic, secret, jobs, isolation)
    done: list[Outcome] = []
    try:
        with page.progress(len(submissions)) as advance:
            for outcome in chain(kept.values(), batch.outcomes(work, batch.local_pool, jobs)):
                book.add(outcome)
                done.append(outcome)
                advance()
    finally:
        path = book.close()
    page.batch(done, path)
    if any(outcome.report is None or not outcome.report.is_final for outcome in done):
        return OURS
    incomplete = any(outcome.report.score < outcome.report.points for outcome in done if outcome.report)
    return INCOMPLETE if options.strict and incomplete else GRADED
