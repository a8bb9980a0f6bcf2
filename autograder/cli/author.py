"""`starter`, `check` and `mutants`: a course author's commands."""

from __future__ import annotations

import argparse

from autograder.cli.codes import GRADED, INCOMPLETE, Commands, command, course_of, topics_of
from autograder.model import PUBLIC_SEED, UsageError


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    starter = command(commands, "starter", _starter, "write starter/<topic>.py from its solution")
    starter.add_argument("--force", action="store_true", help="overwrite a file that differs")
    check = command(commands, "check", _check, "prove a topic before it is released")
    check.add_argument("--seeds", type=int, default=1, help="under how many seeds (default: %(default)s)")
    mutants = command(commands, "mutants", _mutants, "table of known mistakes: caught, named, alternatives kept")
    mutants.add_argument("--seeds", type=int, default=3, help="under how many seeds (default: %(default)s)")
    for words in (starter, check, mutants):
        words.add_argument("topic", nargs="?", default="", help="a topic; all when left out")


def _starter(options: argparse.Namespace) -> int:
    from autograder.authoring.starters import write

    course = course_of(options)
    for topic in topics_of(course, options.topic):
        print(write(course, topic, force=options.force))
    return GRADED


def _seeds(count: int) -> tuple[str, ...]:
    if count < 1:
        raise UsageError(f"--seeds {count} is not positive")
    return (PUBLIC_SEED, *(f"seed {number}" for number in range(1, count)))


def _check(options: argparse.Namespace) -> int:
    from autograder.authoring.proofs import prove
    from autograder.grading import Grader

    course = course_of(options)
    refusals = 0
    for topic in topics_of(course, options.topic):
        path = course.starter(topic)
        committed = path.read_text("utf-8") if path.exists() else ""
        for refusal in prove(Grader(course, topic), committed, _seeds(options.seeds)):
            print(f"{topic}: {refusal}")
            refusals += 1
        print(f"{topic}: checked")
    return INCOMPLETE if refusals else GRADED


def _mutants(options: argparse.Namespace) -> int:
    from autograder.authoring.proofs import alternatives_kept, mistakes_caught, trials
    from autograder.authoring.table import mutants_table
    from autograder.grading import Grader

    course = course_of(options)
    refused = 0
    for topic in topics_of(course, options.topic):
        grader = Grader(course, topic)
        seeds = _seeds(options.seeds)
        mistakes = trials(grader, grader.bank.mistakes, seeds)
        alternatives = trials(grader, grader.bank.alternatives, seeds)
        print(mutants_table(grader.assignment, mistakes, alternatives))
        for refusal in (*mistakes_caught(mistakes), *alternatives_kept(alternatives)):
            print(f"  {refusal}")
            refused += 1
    return INCOMPLETE if refused else GRADED
