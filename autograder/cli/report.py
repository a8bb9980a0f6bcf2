"""`report`: a student's work as one HTML file to look at, to print, or to send."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.codes import GRADED, OURS, Commands, command, course_of, topics_of
from autograder.cli.grade import graded, told_how_to_grade
from autograder.cli.parsing import told
from autograder.language import chosen, say
from autograder.model import UsageError, sentence

OUT = Path("out/report.html")


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "report", run, told("write an HTML report with pictures: all topics, or one"))
    told_how_to_grade(words)
    words.add_argument("--out", type=Path, default=OUT, help=told("the file (default: %(default)s)"))


def run(options: argparse.Namespace) -> int:
    """Grade, write the page, say where it is. Raises UsageError."""
    course = course_of(options)
    topics = topics_of(course, options.topic)
    language = chosen(options.lang)
    if options.out.is_dir():
        raise UsageError(sentence("{path} is a folder; --out names the file to write", path=str(options.out)))
    asked = graded(course, topics, options, draws=True)
    found = [(assignment, report) for assignment, report in asked if report is not None]
    from autograder.render.commands import here
    from autograder.render.html import page

    options.out.parent.mkdir(parents=True, exist_ok=True)
    partly = options.out.with_name(options.out.name + ".part")
    partly.write_text(page(found, language, typed=here(options.origin)), "utf-8")
    partly.replace(options.out)
    print(say(sentence("The report is {path}. Open it in a browser.", path=options.out), language))
    return GRADED if all(report.is_final for _, report in found) else OURS
