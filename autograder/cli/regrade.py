"""`regrade`: what a changed grader affects, old against new; `appeal`: one grade again, from its recorded seed."""

from __future__ import annotations

import argparse
import os
import shlex
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.batch import BOOK, isolation_for, jobs_of
from autograder.cli.codes import GRADED, INCOMPLETE, Commands, command, course_of
from autograder.cli.gradebook import opened
from autograder.language import chosen

if TYPE_CHECKING:
    from autograder.gradebook import Book


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    words = command(commands, "regrade", run, "grade again what a changed grader affects, and show old against new")
    words.add_argument("topic", help="the topic")
    words.add_argument("--why", default="", help="what was wrong, for the record")
    words.add_argument("--apply", action="store_true", help="let the last regrade of this topic count")
    words.add_argument("--all", action="store_true", help="grade again also what nothing affects")
    words.add_argument("--csv", type=Path, help="write old against new as a table")
    words.add_argument("--html", type=Path, help="write old against new as a page")
    words.add_argument("--book", type=Path, help=f"the gradebook (default: out/{BOOK})")
    words.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    words.add_argument(
        "--device", choices=("cpu", "cuda"), default="", help="where PyTorch computes (default: where it did before)"
    )
    words.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")
    again = command(commands, "appeal", appeal, "grade one submission again with its recorded seed, and compare")
    again.add_argument("student", help="the student")
    again.add_argument("topic", help="the topic")
    again.add_argument("--grading", type=int, default=0, help="which (default: the one that counts; see history)")
    again.add_argument("--book", type=Path, help=f"the gradebook (default: out/{BOOK})")
    again.add_argument("--json", action="store_true", help="print the new report as JSON")
    again.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")


def run(options: argparse.Namespace) -> int:
    """Grade again, show the difference, let it count only if asked to. Raises UsageError."""
    from autograder import regrading, running
    from autograder.render import tables
    from autograder.render.classroom import ClassPage
    from autograder.results import put
    from autograder.sheets import written

    course, page = course_of(options), ClassPage(chosen(options.lang))
    on_torch = course.assignment(options.topic).framework == "torch"
    jobs = jobs_of(options, os.cpu_count() or 1)
    with opened(options) as book:
        if options.apply and not options.all and book.runs("regrade", options.topic):
            return _apply(book, options)
        device = (options.device or regrading.device_before(book, options.topic)) if on_torch else "cpu"
        isolation = isolation_for(device, (*course.hidden, book.path), unsafe=options.unsafe)
        settings = running.Settings(jobs, isolation, page.language, fresh=options.all, device=device)
        meant = regrading.affected(course, options.topic, book, settings)
        if not meant:
            print(f"{options.topic}: nothing has changed that a grade rests on; --all grades everybody again")
            return GRADED
        with page.progress(len(meant)) as advance:
            number = regrading.regrade(course, options.topic, meant, len(meant), book, settings, options.why, advance)
        found = regrading.changes(book, options.topic, number)
        table = list(regrading.rows(found))
        if len(table) > 1:
            page.table(f"regrade {number} of {options.topic}", table)
        if options.csv:
            put(options.csv, written(table), "utf-8-sig")
        if options.html:
            put(options.html, tables.page(f"{options.topic}: old against new", table, options.why))
        print(f"{len(found)} graded again, {len(table) - 1} differ; nothing counts yet")
        if options.apply:
            return _apply(book, options)
        if len(table) > 1:
            book_words = f" --book {shlex.quote(str(options.book))}" if options.book else ""
            print(f"let it count: python -m autograder regrade {options.topic} --apply{book_words} --why '…'")
    return GRADED


def _apply(book: Book, options: argparse.Namespace) -> int:
    from autograder import regrading

    run, number = regrading.apply(book, options.topic, options.why)
    print(f"decision {number}: regrade {run} counts; `gradebook revert {number} --why '…'` undoes it")
    return GRADED


def appeal(options: argparse.Namespace) -> int:
    """One grade again: the same bytes, seed and grader give the same report. Raises UsageError."""
    from autograder import appeals, batch, coursefile
    from autograder.render import document

    course = course_of(options)
    framework = course.assignment(options.topic).framework
    rules = coursefile.of(course)
    with opened(options) as book:
        policy = rules.get(options.topic, rules[""])
        found = appeals.recorded(book, options.topic, options.student, policy, options.grading)
        isolation = isolation_for(found.device, (*course.hidden, book.path), unsafe=options.unsafe)
        sandbox, place = batch.opened(framework, isolation, found.device)
        with closing(sandbox):
            made = appeals.again(course, book, found, sandbox, place)
    if options.json:
        print(document.text(made, found.language), end="")
        return GRADED
    print(f"{options.student}, {options.topic}: grading {found.number}, seed {found.report.seed}, {found.at}")
    print(f"then {found.report.score:g}/{found.report.points:g}, now {made.score:g}/{made.points:g}")
    differing = appeals.differences(found.report, made, found.language)
    for line in differing:
        print(f"differs: {line}")
    print("the same report, apart from times" if not differing else "not the same: see docs/instructors.md")
    return INCOMPLETE if differing else GRADED
