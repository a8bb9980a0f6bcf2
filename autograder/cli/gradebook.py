"""`gradebook`: what is in it, and the decisions of people: each with a reason, each revertible."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.batch import BOOK
from autograder.cli.codes import GRADED, Commands, command, course_of
from autograder.language import chosen
from autograder.model import UsageError

if TYPE_CHECKING:
    from autograder.gradebook import Book


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "gradebook", run, "show grades, and decide: override, extend, excuse, revert")
    words.add_argument("--book", type=Path, help=f"the gradebook (default: out/{BOOK})")
    verbs = words.add_subparsers(dest="verb", required=True, metavar="VERB")
    show = verbs.add_parser("show", help="everybody's grades, or one topic's")
    show.add_argument("topic", nargs="?", default="")
    history = verbs.add_parser("history", help="all that happened about one student, and the decisions' numbers")
    history.add_argument("student")
    override = _decision(verbs, "override", "set a score, of the whole or of one question")
    override.add_argument("score", type=float)
    override.add_argument("--question", default="", help="only this question's")
    extend = _decision(verbs, "extend", "give one student more time")
    extend.add_argument("until", help="2026-11-30T23:59, or a day, which means its end")
    _decision(verbs, "excuse", "let a topic not count for one student")
    revert = verbs.add_parser("revert", help="undo a decision, or an applied regrade, by its number")
    revert.add_argument("number", type=int)
    revert.add_argument("--why", default="", help="the reason")


def _decision(verbs: Commands, name: str, text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    made.add_argument("student")
    made.add_argument("topic")
    made.add_argument("--why", default="", help="the reason, which the student may read")
    return made


def run(options: argparse.Namespace) -> int:
    """Show or decide. Raises UsageError."""
    with opened(options) as book:
        VERBS[options.verb](book, options)
    return GRADED


def opened(options: argparse.Namespace) -> Book:
    """The gradebook that is meant, which must be there."""
    from autograder.gradebook import Book

    path: Path = options.book or course_of(options).root / "out" / BOOK
    if not path.is_file():
        raise UsageError(f"there is no gradebook {path}; `batch` makes one, --book says where it is")
    return Book(path)


def _show(book: Book, options: argparse.Namespace) -> None:
    from autograder import coursefile, running
    from autograder.render.classroom import ClassPage

    page, course = ClassPage(chosen(options.lang)), course_of(options)
    rules = coursefile.read(course.root / "course.toml")
    topics = [options.topic] if options.topic else book.topics()
    for topic in topics:
        assignment = course.assignment(topic)
        parts = {exercise.name for exercise in assignment.exercises}  # all of them stand in grades.csv
        page.table(topic, running.rows(book, assignment, rules.get(topic, rules[""])), parts)


def _history(book: Book, options: argparse.Namespace) -> None:
    from autograder.render.clean import clean

    found = book.history(options.student)
    if not found:
        raise UsageError(f"the gradebook has no student {options.student!r}; `gradebook show` lists them")
    for at, what in found:
        print(f"{at}  {clean(what)}")


def _override(book: Book, options: argparse.Namespace) -> None:
    known = {q.name for each in book.standings(options.topic, student=options.student) for q in each.questions}
    if options.question and options.question not in known:
        from autograder.manifest import nearest

        raise UsageError(f"{options.student} was not asked {options.question!r}{nearest(options.question, known)}")
    if not 0 <= options.score < float("inf"):
        raise UsageError(f"score {options.score:g} is no number of points")
    value: dict[str, object] = {"score": options.score, **({"question": options.question} if options.question else {})}
    _decide(book, options, "override", value)


def _extend(book: Book, options: argparse.Namespace) -> None:
    from autograder.coursefile import moment

    _decide(book, options, "extension", {"until": moment(options.until, None, "until").isoformat()})


def _excuse(book: Book, options: argparse.Namespace) -> None:
    _decide(book, options, "excuse", {})


def _decide(book: Book, options: argparse.Namespace, kind: str, value: dict[str, object]) -> None:
    course_of(options).assignment(options.topic)
    number = book.decide(kind, options.why, topic=options.topic, student=options.student, value=value)
    undone = f"`gradebook revert {number} --why '…'` undoes it"
    print(f"decision {number}: {kind} for {options.student} in {options.topic}; {undone}")


def _revert(book: Book, options: argparse.Namespace) -> None:
    meant = next((event for event in book.events() if event.id == options.number), None)
    topic, student = (meant.topic, meant.student) if meant else ("", "")
    number = book.decide("revert", options.why, topic=topic, student=student, target=options.number)
    print(f"decision {number}: {options.number} does not hold any more")


VERBS = {
    "show": _show,
    "history": _history,
    "override": _override,
    "extend": _extend,
    "excuse": _excuse,
    "revert": _revert,
}
