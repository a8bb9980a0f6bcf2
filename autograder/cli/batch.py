"""`batch`: a folder of submissions into a gradebook."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.language import chosen
from autograder.manifest import Course
from autograder.model import Outcome, UsageError
from autograder.sources.folders import from_folder

if TYPE_CHECKING:
    from autograder.batch import Pool


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "batch", run, "grade a folder of submissions")
    words.add_argument("topic", help="the topic that they answer")
    words.add_argument("folder", type=Path, help="holds <student>/<topic>.py or <student>.py")
    words.add_argument("out", type=Path, help="where grades.csv and reports/ go")
    words.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    words.add_argument("--cluster", default="", help="a Dask scheduler, tcp://host:8786, or a name from course.toml")
    words.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")
    words.add_argument("--fresh", action="store_true", help="grade everybody again, also those with a final report")
    words.add_argument("--strict", action="store_true", help="exit with 1 when somebody has less than full marks")


@contextmanager
def spread(course: Course, options: argparse.Namespace, jobs: int) -> Iterator[tuple[Pool, int]]:
    """Where the work goes, and how many pieces to keep on their way: this machine, or a cluster that is asked for."""
    from autograder import batch

    if not options.cluster:
        yield batch.local_pool, jobs
        return
    from autograder import cluster

    basis = cluster.basis_of(course.root, options.topic)
    with closing(cluster.Spread(cluster.place(options.cluster, course.root), basis)) as found:
        flying = found.jobs()
        found.proved(course.root, options.topic)
        yield found.pool, options.jobs or flying


def run(options: argparse.Namespace) -> int:
    """Grade everybody, write the gradebook, print what happened. Raises UsageError."""
    course = course_of(options)
    topics_of(course, options.topic)
    assignment = course.assignment(options.topic)
    submissions = list(from_folder(options.folder, options.topic, assignment.limits))
    jobs = options.jobs or min(os.cpu_count() or 1, len(submissions))
    if jobs < 1:
        raise UsageError(f"--jobs {options.jobs} is not positive")
    from autograder import batch, gradebook
    from autograder.render.terminal import Page
    from autograder.sandbox.choice import require_isolation

    isolation = require_isolation("numpy", unsafe=options.unsafe)  # walls are the same, and up without torch's import
    page = Page(chosen(options.lang))
    page.say("Isolation: level {level} ({layers})", level=isolation.level, layers=", ".join(isolation.layers))
    secret = batch.course_secret(course.root)
    book = gradebook.Gradebook(options.out, assignment, page.language)
    rests_on = batch.fingerprints(course, options.topic, secret, isolation)
    kept = {} if options.fresh else book.finished(submissions, rests_on)
    left = [each for each in submissions if each.student not in kept]
    done: list[Outcome] = []
    try:
        with page.progress(len(submissions)) as advance, spread(course, options, jobs) as (pool, jobs):
            work = batch.shards(left, course.root, options.topic, secret, jobs, isolation)
            for outcome in chain(kept.values(), batch.outcomes(work, pool, jobs)):
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
