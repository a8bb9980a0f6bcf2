"""`nbgrader`, `otter`, `gradescope`, `parity`: the same assignment on other platforms."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

from autograder.cli.codes import GRADED, INCOMPLETE, OURS, Commands, command, course_of, topics_of
from autograder.language import chosen
from autograder.model import UsageError
from autograder.render.clean import clean


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    nbgrader = commands.add_parser("nbgrader", help="an nbgrader course tree: release to it, grade its submissions")
    verbs = nbgrader.add_subparsers(dest="verb", required=True, metavar="VERB")
    release = _verb(verbs, "release", _nbgrader_release, "write source/<topic>/<topic>.ipynb into a course tree")
    grading = _verb(verbs, "import", _nbgrader_import, "grade submitted/ in our sandbox, scores into gradebook.db")
    grading.add_argument("--unsafe", action="store_true", help="grade without isolation: only code that you trust")
    grading.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    release.add_argument("--force", action="store_true", help="overwrite what is there")
    for words in (release, grading):
        words.add_argument("--tree", type=Path, default=Path("out/nbgrader"), help="its folder (default: %(default)s)")
    otter = commands.add_parser("otter", help="a notebook for Otter-Grader")
    verbs = otter.add_subparsers(dest="verb", required=True, metavar="VERB")
    release = _verb(verbs, "release", _otter_release, "write <topic>/<topic>.ipynb for `otter assign`")
    release.add_argument("--force", action="store_true", help="overwrite what is there")
    release.add_argument("--into", type=Path, default=Path("out/otter"), help="a folder (default: %(default)s)")
    archive = _verb(commands, "gradescope", _gradescope, "write the archive of a Gradescope autograder")
    archive.add_argument("--out", type=Path, help="where (default: out/gradescope/<topic>.zip)")
    archive.add_argument("--hidden", default="after_published", help="when hidden questions are seen: %(default)s")
    archive.add_argument("--leaderboard", action="store_true", help="show the class the points of public questions")
    archive.add_argument("--unsafe", action="store_true", help="grade even where student code cannot be kept apart")
    archive.add_argument("--torch-index", default="", help="where pip finds PyTorch's CPU build (https://…)")
    archive.add_argument("--try", dest="trial", type=Path, help="a submission to run it on here, as Gradescope would")
    _add_parity(commands)


def _add_parity(commands: Commands) -> None:
    parity = command(commands, "parity", _parity, "the same scores on every platform: a table, and out/parity.csv")
    parity.add_argument("topic", nargs="?", default="", help="a topic; all when left out")
    parity.add_argument("--most", type=int, default=0, help="so many alternatives and mistakes (default: all)")
    parity.add_argument("--apart", action="store_true", help="each known answer in a submission of its own")
    parity.add_argument("--routes", default="", help="notebook,nbgrader,otter,gradescope (default: all)")
    parity.add_argument("--seconds", type=float, default=0, help="begin nothing more after so long; run again to go on")
    parity.add_argument("--fresh", action="store_true", help="forget the scores of earlier runs")
    parity.add_argument("--out", type=Path, help="a folder for scores and parity.csv (default: out/parity)")
    parity.add_argument("--page", type=Path, help="write the table as a page of Markdown, too")


def _verb(verbs: Commands, name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    made = command(verbs, name, run, text)
    made.add_argument("topic", help="a topic")
    return made


def _nbgrader_release(options: argparse.Namespace) -> int:
    from autograder.platforms.nbgrader_release import release

    course = course_of(options)
    topics_of(course, options.topic)
    for path in release(course, options.topic, options.tree, chosen(options.lang), force=options.force):
        print(path)
    return GRADED


def _nbgrader_import(options: argparse.Namespace) -> int:
    from autograder import batch, seeds
    from autograder.platforms import nbgrader_import as importing
    from autograder.sandbox.choice import require_isolation

    course, topic = course_of(options), options.topic
    topics_of(course, topic)
    tree = importing.tree_at(options.tree)
    importing.check_released(tree, topic)
    submissions = list(importing.submissions(tree, topic))
    jobs = options.jobs or min(os.cpu_count() or 1, len(submissions))
    if jobs < 1:
        raise UsageError(f"--jobs {options.jobs} is not positive")
    framework, hidden = course.assignment(topic).framework, (*course.hidden, options.tree)
    isolation = require_isolation(framework, unsafe=options.unsafe, secret=hidden)
    print(f"isolation: level {isolation.level}")
    secret = seeds.course_secret(course.root)
    work = batch.shards(submissions, len(submissions), course.root, topic, secret, jobs, isolation)
    open_ones = 0
    for outcome in batch.outcomes(work, batch.local_pool, jobs):
        student = clean(outcome.submission.student)
        if outcome.report is None:
            print(f"{student}: not graded, ours to mend: {clean(outcome.trouble)}")
        else:
            print(f"{student}: {importing.enter(tree, topic, outcome, chosen(options.lang)):g}")
            trouble = importing.stamp_trouble(tree, topic, outcome.submission.student)
            if trouble:
                print(f"{student}: {clean(trouble)}")
        open_ones += outcome.report is None or not outcome.report.is_final
    return OURS if open_ones else GRADED


def _otter_release(options: argparse.Namespace) -> int:
    from autograder.platforms.otter_release import release

    course = course_of(options)
    topics_of(course, options.topic)
    print(release(course, options.topic, options.into, chosen(options.lang), force=options.force))
    return GRADED


def _gradescope(options: argparse.Namespace) -> int:
    from autograder.platforms import gradescope
    from autograder.seeds import course_secret

    course = course_of(options)
    topics_of(course, options.topic)
    settings = gradescope.Settings(
        options.topic, chosen(options.lang), options.hidden, options.leaderboard, options.unsafe
    )
    path = options.out or course.root / "out" / "gradescope" / f"{options.topic}.zip"
    print(gradescope.write(course, path, settings, course_secret(course.root), options.torch_index))
    if options.trial is not None:
        from autograder.platforms.harness import run

        found = run(path, options.trial)
        print(found.printed.strip())
        print(
            f"results.json is as Gradescope wants it: {len(found.results['tests'])} tests, {found.results['score']:g}"
        )
    return GRADED


def _parity(options: argparse.Namespace) -> int:
    from autograder import fingerprint
    from autograder.authoring.table import aligned
    from autograder.fingerprint import versions
    from autograder.model import PUBLIC_SEED
    from autograder.platforms import kept, parity
    from autograder.platforms.routes import ROUTES
    from autograder.results import put

    course = course_of(options)
    routes = tuple(filter(None, options.routes.split(","))) or ROUTES
    if options.most < 0:
        raise UsageError(f"--most {options.most} is not positive")
    if not set(routes) <= set(ROUTES):
        raise UsageError(f"--routes {options.routes}: allowed are {', '.join(ROUTES)}")
    until = time.monotonic() + options.seconds if options.seconds else 0
    folder = options.out or course.root / "out" / "parity"
    found: list[parity.Row] = []
    counts: dict[str, int] = {}
    whole = True
    print(parity.heading(), flush=True)
    for topic in topics_of(course, options.topic):
        chosen = parity.chosen_samples(course, topic, options.most, apart=options.apart)
        path = folder / f"{topic}.jsonl"
        if options.fresh:
            path.unlink(missing_ok=True)
        known = kept.Kept(path, parity.basis(course, topic), fingerprint.of_topic(course, topic, versions()))
        whole &= parity.run(course, topic, chosen, known, routes, until)
        found += parity.rows(topic, chosen, known)
        counts[topic] = sum(sample.answers for sample in chosen)
    print(aligned(parity.table(found)))
    print("\n".join(parity.deviations(found)))
    put(folder / "parity.csv", parity.details(found))
    if options.page is not None:
        put(options.page, parity.page(found, str(options.page), PUBLIC_SEED, counts))
    if not whole:
        print("not all is done yet: the same command goes on where this one ended")
    return GRADED if whole and not list(parity.deviations(found)) else INCOMPLETE
