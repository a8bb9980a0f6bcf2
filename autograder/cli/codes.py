"""Exit codes and the options that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from autograder.cli.parsing import told
from autograder.manifest import Course, course_at
from autograder.model import UsageError, sentence

Commands = Any  # argparse's own class for them is private

GRADED, INCOMPLETE, USAGE, OURS, STOPPED = 0, 1, 2, 3, 130


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    """A subcommand with the options that all have."""
    made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    made.add_argument("--lang", default="", help=told("en or zh (default: the environment's)"))
    made.set_defaults(run=run)
    return made


def course_of(options: argparse.Namespace) -> Course:
    """The course that a command works in. Raises UsageError."""
    return course_at(options.root.resolve())


def topics_of(course: Course, wanted: str) -> tuple[str, ...]:
    """The topic asked for, or all. Raises UsageError for one that is not there."""
    if wanted:
        course.assignment(wanted)
        return (wanted,)
    if not course.topics:
        where = str(course.root)
        raise UsageError(sentence("{folder} has no topics: no assignments/<topic>/assignment.toml", folder=where))
    return course.topics
