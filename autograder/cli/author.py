"""`new`, `starter`, `check` and `mutants`: a course author's commands."""

from __future__ import annotations

import argparse

from autograder.cli.codes import GRADED, INCOMPLETE, Commands, command, course_of, topics_of
from autograder.cli.parsing import told
from autograder.language import chosen, say
from autograder.manifest import Course, nearest
from autograder.model import PUBLIC_SEED, UsageError


def add_to(commands: Commands) -> None:
    """Make the commands known."""
    new = command(commands, "new", _new, "make the folders of a topic, with an example that passes every proof")
    new.add_argument("topic", help="its name, such as linear_regression")
    new.add_argument("--exercises", default="", help="their names, separated by commas (default: example)")
    starter = command(commands, "starter", _starter, "write starter/<topic>.py from its solution")
    starter.add_argument("--force", action="store_true", help="overwrite a file that differs")
    notebook = command(
        commands, "notebook", _notebook, told("write starter/<topic>.ipynb, to work in instead of the .py")
    )
    notebook.add_argument("--force", action="store_true", help=told("overwrite a file that differs"))
    check = command(commands, "check", _check, "prove a topic before it is released")
    check.add_argument("--seeds", type=int, default=1, help="under how many seeds (default: %(default)s)")
    check.add_argument("--flakes", type=int, default=3, help="live gradings of the reference (default: %(default)s)")
    mutants = command(commands, "mutants", _mutants, "tables of wrong answers: registered, or made by machine")
    mutants.add_argument("--auto", action="store_true", help="change the solution by machine; list what survives")
    mutants.add_argument("--recorded", action="store_true", help="by a student's edition: what is named offline")
    mutants.add_argument("--only", default="", help="one exercise of the topic")
    mutants.add_argument("--seeds", type=int, default=3, help="under how many seeds (default: %(default)s)")
    mutants.add_argument("--jobs", type=int, default=0, help="processes (default: one for each core)")
    for words in (starter, notebook, check, mutants):
        words.add_argument("topic", nargs="?", default="", help="a topic; all when left out")


def _new(options: argparse.Namespace) -> int:
    from autograder.authoring.scaffold import create

    course = course_of(options)
    names = [name.strip() for name in options.exercises.split(",")] if options.exercises else []
    for path in create(course, options.topic, names):
        print(path.relative_to(course.root))
    print(f"Next: autograder check {options.topic}. Then write your own in place of the example (docs/authors.md).")
    return GRADED


def _starter(options: argparse.Namespace) -> int:
    from autograder.authoring.starters import write

    course = course_of(options)
    for topic in topics_of(course, options.topic):
        print(write(course, topic, force=options.force))
    return GRADED


def _notebook(options: argparse.Namespace) -> int:
    from autograder.authoring.twins import write

    course, language = course_of(options), chosen(options.lang)
    for topic in topics_of(course, options.topic):
        print(say(write(course, topic, force=options.force), language))
    return GRADED


def _positive(options: argparse.Namespace, *names: str) -> None:
    for name in names:
        if getattr(options, name) < 0:
            raise UsageError(f"--{name} {getattr(options, name)} is not positive")


def _seeds(count: int) -> tuple[str, ...]:
    if count < 1:
        raise UsageError(f"--seeds {count} is not positive")
    return (PUBLIC_SEED, *(f"seed {number}" for number in range(1, count)))


def _check(options: argparse.Namespace) -> int:
    course = course_of(options)
    _positive(options, "flakes")
    refusals = 0
    for topic in topics_of(course, options.topic):
        refusals += _checked(course, topic, _seeds(options.seeds), options.flakes)
    return INCOMPLETE if refusals else GRADED


def _checked(course: Course, topic: str, seeds: tuple[str, ...], flakes: int) -> int:
    """Print whatever speaks against a topic; how much it is."""
    from autograder.authoring.checking import checked

    refusals = 0
    for refusal in checked(course, topic, seeds):
        print(f"{topic}: {refusal}", flush=True)
        refusals += 1
    print(f"{topic}: checked" + (f", {refusals} to mend" if refusals else ""))
    return refusals + (_live(course, topic, _seeds(flakes)) if flakes and not refusals else 0)


def _live(course: Course, topic: str, seeds: tuple[str, ...]) -> int:
    """Grade the reference live under every seed; how many gradings lost anything or were too slow."""
    from autograder.authoring.checking import over_budget
    from autograder.authoring.live import cost, live_gradings, slowest, training_exercises
    from autograder.authoring.refusal import Places
    from autograder.grading import Grader

    grader = Grader(course, topic)
    lives = live_gradings(course, topic, seeds)
    failed = [live for done in lives for live in done if live.lost]
    for live in failed:
        print(f"{topic}: flake under seed {live.report.seed}: {'; '.join(live.lost)}")
    print(f"{topic}: {len(seeds)} live gradings of the reference, {len(failed)} lost points")
    print(f"{topic}: {cost(lives, training_exercises(grader))}")
    slow = list(over_budget(Places(course, topic), grader.assignment, *slowest(lives)))
    for refusal in slow:
        print(f"{topic}: {refusal}")
    return len(failed) + len(slow)


def _mutants(options: argparse.Namespace) -> int:
    _positive(options, "jobs")
    if options.only and (options.recorded or not options.topic):
        raise UsageError("--only needs a topic, and no --recorded: autograder mutants TOPIC --only EXERCISE")
    if options.recorded and options.auto:
        raise UsageError("--recorded is about registered mistakes, --auto about those made by machine: ask for one")
    course = course_of(options)
    refused = 0
    for topic in topics_of(course, options.topic):
        _known_exercise(course, topic, options.only)
        refused += (_automatic if options.auto else _recorded if options.recorded else _registered)(
            course, topic, options
        )
    return INCOMPLETE if refused else GRADED


def _known_exercise(course: Course, topic: str, only: str) -> None:
    names = [exercise.name for exercise in course.assignment(topic).exercises]
    if only and only not in names:
        raise UsageError(f"{topic} has no exercise {only!r}{nearest(only, names)}")


def _registered(course: Course, topic: str, options: argparse.Namespace) -> int:
    from autograder.authoring.proofs import alternatives_kept, mistakes_caught
    from autograder.authoring.spread import processes, spread_trials
    from autograder.authoring.table import mutants_table
    from autograder.grading import Grader

    grader = Grader(course, topic)
    mistakes, alternatives = spread_trials(grader, _seeds(options.seeds), lambda: processes(options.jobs), options.only)
    print(mutants_table(grader.assignment, mistakes, alternatives, options.only))
    refusals = [*mistakes_caught(mistakes), *alternatives_kept(alternatives)]
    for refusal in refusals:
        print(f"  {refusal}")
    return len(refusals)


def _recorded(course: Course, topic: str, options: argparse.Namespace) -> int:
    """What a student's edition makes of the registered ones; 1 where it names too few, or a wrong one."""
    from autograder.authoring import offline

    done = offline.offline(course, topic)
    for line in offline.told(done):
        print(line, flush=True)
    return int(not done.enough)


def _automatic(course: Course, topic: str, options: argparse.Namespace) -> int:
    from autograder.authoring import mutants, survivors
    from autograder.authoring.spread import processes
    from autograder.authoring.table import automatic_table

    assignment = course.assignment(topic)
    pool = lambda: processes(options.jobs)  # noqa: E731 - a word of its own would be longer
    fates = mutants.graded(course, topic, _seeds(options.seeds), pool, options.only)
    folder = course.solutions(topic).relative_to(course.root)
    explanations = survivors.asked(survivors.read(course.root / folder / "survivors.toml"), fates, options.only)
    found, old = survivors.balance(fates, explanations), survivors.stale(fates, explanations)
    print(automatic_table(assignment, fates, explanations))
    for fate in found.unexplained:
        print(f"  {folder}/solution.py:{fate.mutant.line}: {fate.mutant.before}  →  {fate.mutant.after}")
    for function, before, after in old:
        print(f"  {folder}/survivors.toml: {function}: stale, this is no survivor: {before}  →  {after}")
    return len(found.unexplained) + len(old)
