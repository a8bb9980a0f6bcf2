"""`explain` and `try`: a question or somebody's solution with everything visible, for those who may see it."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of
from autograder.language import chosen
from autograder.model import PUBLIC_SEED


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    explain = command(
        commands, "explain", _explain, "what a question sees: inputs, tolerance, known answers' distances"
    )
    explain.add_argument("topic", help="a topic")
    explain.add_argument("question", help="a question, or an exercise for all of its questions")
    explain.add_argument("--plot", type=Path, help="draw the distances into this file (.svg or .png)")
    attempt = command(commands, "try", _try, "grade somebody's solution with everything visible, hidden questions too")
    attempt.add_argument("topic", help="a topic")
    attempt.add_argument("file", type=Path, help="the solution: a file, or a folder that holds the topic's file")
    attempt.add_argument("--only", default="", help="one exercise or one question")
    for words in (explain, attempt):
        words.add_argument("--seed", default=PUBLIC_SEED, help="draw other inputs (default: %(default)s)")


def _explain(options: argparse.Namespace) -> int:
    from autograder.authoring.explaining import draw, explained, text
    from autograder.grading import Grader

    grader = Grader(course_of(options), options.topic, name_mistakes=False)
    found = explained(grader, options.question, options.seed)
    print("\n\n".join(map(text, found)))
    if options.plot is not None:
        draw(found, options.plot)
        print(f"\n{options.plot} written")
    return GRADED


def _try(options: argparse.Namespace) -> int:
    from autograder.authoring.trying import details, tried
    from autograder.grading import Grader
    from autograder.render.terminal import Page
    from autograder.scoring import loses
    from autograder.sources.folders import from_path

    course = course_of(options)
    assignment = course.assignment(options.topic)
    submission = from_path(options.file, options.topic, assignment.limits)
    done = tried(Grader(course, options.topic), submission, options.seed, options.only)
    Page(chosen(options.lang)).topic(assignment, done.report, show_all=True)
    for line in details(done):
        print(line)
    if not done.report.is_final:
        return OURS
    return INCOMPLETE if loses(done.report) else GRADED
