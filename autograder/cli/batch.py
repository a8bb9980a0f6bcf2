"""`batch`: what a class handed in, from whatever platform, into the gradebook and a report for each."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.language import chosen, say
from autograder.manifest import Course
from autograder.model import Assignment, Isolation, Sentence, UsageError, sentence

if TYPE_CHECKING:
    from autograder.gradebook import Book
    from autograder.policies import Policy
    from autograder.render.classroom import ClassPage
    from autograder.roster import Roster
    from autograder.scoring import Tally
    from autograder.sources.planning import Plan

BOOK = "gradebook.sqlite"
NUMBERED = re.compile(r"^\d{12}/")  # by which Canvas's files are put in order


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "batch", run, "grade what a class handed in: a folder, zip or tar of any platform")
    words.add_argument("topic", help="the topic that they answer, or all")
    words.add_argument("folder", type=Path, help="what the platform gave out, or <student>/<topic>.py, <student>.py")
    words.add_argument("out", type=Path, nargs="?", help="where grades.csv and reports/ go (default: out/TOPIC)")
    words.add_argument("--book", type=Path, help=f"the gradebook (default: {BOOK} in OUT, or in out/)")
    words.add_argument("--source", default="", help="the platform, where it is not recognised: canvas, moodle, …")
    words.add_argument("--pattern", default="", help="a site's own names: (?P<student_id>…), as nbgrader's zip_collect")
    words.add_argument("--roster", type=Path, help="the class: the platform's gradebook, or a table of username, name")
    words.add_argument("--dry-run", action="store_true", help="show what would be graded, and grade nothing")
    words.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    words.add_argument("--cluster", default="", help="a Dask scheduler, tcp://host:8786, or a name from course.toml")
    words.add_argument(
        "--device", choices=("cpu", "cuda"), default="cpu", help="where PyTorch computes; cuda: see docs/scale.md"
    )
    words.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")
    words.add_argument("--resume", action="store_true", help="keep what is finished: the default, said aloud")
    words.add_argument("--fresh", action="store_true", help="grade everybody again, also those with a final report")
    words.add_argument("--final", action="store_true", help="show hidden questions in full in the students' pages")
    words.add_argument("--strict", action="store_true", help="exit with 1 when somebody has less than full marks")


@dataclass(frozen=True)
class Places:
    """Where results go: the gradebook, and a folder for each topic."""

    book: Path
    folders: dict[str, Path]


def places(course: Course, topics: tuple[str, ...], options: argparse.Namespace) -> Places:
    """A folder named for one topic holds its results; otherwise each topic has one of its own in it."""
    base: Path = options.out or course.root / "out"
    alone = options.out is not None and options.topic != "all"
    folders = {topic: base if alone else base / topic for topic in topics}
    return Places(options.book or base / BOOK, folders)


def run(options: argparse.Namespace) -> int:
    """Grade everybody, write the gradebook, print what happened. Raises UsageError."""
    from autograder import coursefile
    from autograder.render.classroom import ClassPage
    from autograder.sources.planning import plan

    course = course_of(options)
    topics = topics_of(course, "" if options.topic == "all" else options.topic)
    page = ClassPage(chosen(options.lang))
    rules = coursefile.read(course.root / "course.toml")
    limits = {topic: course.assignment(topic).limits for topic in topics}
    with ExitStack() as stack:
        found = plan(
            options.folder,
            limits,
            stack,
            source=options.source,
            pattern=options.pattern,
            roster=roster_of(options.roster),
            all_attempts=any(rules.get(topic, rules[""]).attempt == "best" for topic in topics),
        )
        jobs = options.jobs or min(os.cpu_count() or 1, found.count)
        if jobs < 1:
            raise UsageError(f"--jobs {options.jobs} is not positive")
        if options.dry_run:
            page.plan(_listed(found), _left_out(found), found.source)
            return GRADED
        return _graded(course, topics, found, options, page, jobs, rules)


def roster_of(path: Path | None) -> Roster | None:
    """The roster in a file, None without one."""
    from autograder import roster, sheets

    if path is None:
        return None

    return roster.read(sheets.read(path.read_bytes()))


def _graded(
    course: Course,
    topics: tuple[str, ...],
    found: Plan,
    options: argparse.Namespace,
    page: ClassPage,
    jobs: int,
    rules: Mapping[str, Policy],
) -> int:
    from autograder import cluster, running
    from autograder.gradebook import Book
    from autograder.results import Results

    topics = tuple(topic for topic in topics if found.topics.get(topic))
    where = places(course, topics, options)
    code = GRADED
    for topic in topics:
        assignment, policy = course.assignment(topic), rules.get(topic, rules[""])
        device = options.device if assignment.framework == "torch" else "cpu"
        secret = (*course.hidden, options.folder, where.folders[topic], where.book)
        isolation = _isolation(device, secret, unsafe=options.unsafe)
        page.say("Isolation: level {level} ({layers})", level=isolation.level, layers=", ".join(isolation.layers))
        with closing(Results(where.folders[topic], page.language)) as results, Book(where.book) as book:
            _know(book, found, topic)
            planned = found.topics[topic]
            submissions = (each.submission(assignment.limits) for each in planned)
            try:
                with (
                    page.progress(len(planned)) as advance,
                    cluster.spread(options.cluster, course.root, topic, jobs, device) as (pool, flying),
                ):
                    settings = running.Settings(flying, isolation, page.language, options.fresh, pool, device)
                    tally = running.grade_class(
                        course, topic, submissions, len(planned), book, results, settings, advance
                    )
            finally:
                path = results.grades(running.rows(book, assignment, policy))
            index = _pages(course, assignment, policy, book, where.folders[topic], page.language, final=options.final)
        page.batch(tally, path)
        page.say("to look at, sort and filter: {path}", path=str(index))
        code = max(code, _code(tally, options.strict))
    page.left_out(_left_out(found), found.source)
    return code


def _isolation(device: str, secret: Iterable[Path], *, unsafe: bool) -> Isolation:
    """What keeps submissions apart: proved, or none for code that is trusted, which may then use the GPU."""
    from autograder.sandbox.choice import plain, require_isolation

    if unsafe and device != "cpu":
        with closing(plain("numpy")) as sandbox:
            return sandbox.isolation
    # The walls are the same for both frameworks, and stand sooner without PyTorch.
    return require_isolation("numpy", unsafe=unsafe, secret=secret)


def _pages(
    course: Course, assignment: Assignment, policy: Policy, book: Book, folder: Path, language: str, *, final: bool
) -> Path:
    """The students' pages and the instructor's index; where that is."""
    from autograder import classpages, running

    grades = running.grades(book, assignment.topic, policy)
    _, count = classpages.write_similar(folder, course, assignment, book, language)
    text = say(sentence("similar submissions: {count} pairs to look at", count=count), language)
    links = [(text, "similar.html"), ("grades.csv", "grades.csv")]
    return classpages.write(folder, assignment, book, grades, language, final=final, links=links)


def _code(tally: Tally, strict: bool) -> int:
    if not tally.is_final:
        return OURS
    return INCOMPLETE if strict and tally.incomplete else GRADED


def _know(book: Book, found: Plan, topic: str) -> None:
    book.know(
        (each.student, each.name, each.person.section if each.person else "", each.ids) for each in found.topics[topic]
    )


def _listed(found: Plan) -> Iterator[tuple[str, ...]]:
    for each in found.planned:
        file = NUMBERED.sub("", each.entry.path) if each.entry else "–"
        at = each.receipt.at.isoformat(" ", "minutes") if each.receipt.at else ""
        late = "late" if each.receipt.late else ""
        said = each.problem or (each.entry.problem if each.entry else None) or each.receipt.note
        yield (each.student, each.topic, file, str(each.receipt.attempt), at, late, str(said or ""))


def _left_out(found: Plan) -> Iterator[tuple[Sentence, str, object]]:
    """What a person is to know about: kind, whose or where, why."""
    for each in found.planned:
        if each.unmatched is not None:
            yield sentence("not in the roster"), each.receipt.where, each.unmatched
    for stray in found.strays:
        yield sentence("left out"), stray.where, stray.why
    for each in found.earlier:
        yield sentence("an earlier attempt"), each.receipt.where, each.student
    for person in found.missing:
        yield sentence("handed in nothing"), person.key, person.name
