"""`export`: what counts, in the shape that a platform takes."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.batch import BOOK
from autograder.cli.codes import GRADED, Commands, command, course_of
from autograder.cli.gradebook import opened
from autograder.language import chosen
from autograder.model import UsageError


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "export", run, "write grades for a platform: canvas, moodle, gradescope, csv, junit, …")
    words.add_argument("topic", help="the topic")
    words.add_argument("format", help="canvas, moodle, gradescope, csv, junit, jsonl or feedback")
    words.add_argument("to", type=Path, help="the folder for what is written")
    words.add_argument("--into", type=Path, help="the platform's own file, which is filled: canvas, moodle")
    words.add_argument("--column", default="", help="the column of it, by name or number")
    words.add_argument("--final", action="store_true", help="show hidden questions in full: no more attempts follow")
    words.add_argument("--book", type=Path, help=f"the gradebook (default: out/{BOOK})")


def run(options: argparse.Namespace) -> int:
    """Write the files, and name those whose grade the platform's file does not take. Raises UsageError."""
    from autograder import coursefile, running, sheets
    from autograder.exporters import all as exporters
    from autograder.exporters.protocol import File, Options
    from autograder.render.clean import clean

    known = exporters.known()
    if options.format not in known:
        raise UsageError(f"there is no format {options.format!r}; there are {', '.join(sorted(known))}")
    course = course_of(options)
    assignment = course.assignment(options.topic)
    rules = coursefile.of(course)
    sheet = sheets.read(options.into.read_bytes()) if options.into else None
    asked = Options(sheet, options.column, options.final, chosen(options.lang))
    count = 0
    with opened(options) as book:
        policy = rules.get(options.topic, rules[""])
        grades = list(running.grades(book, options.topic, policy, points=assignment.points))
        if not grades:
            raise UsageError(f"the gradebook has no grades for {options.topic}; `gradebook show` lists what there is")
        for each in known[options.format].export(book, assignment, grades, asked):
            if isinstance(each, File):
                path = options.to / each.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(each.content)
                count += 1
            else:
                print(clean(f"{each.what} {each.student}: {each.why}"))
    print(f"{count} file{'s' if count != 1 else ''} written to {options.to}")
    return GRADED
