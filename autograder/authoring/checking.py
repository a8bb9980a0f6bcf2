"""All that a topic must prove, in the author's order of work: what is read first, then what is played."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from autograder.authoring import determinism, handouts, proofs, reading
from autograder.authoring.refusal import Places, Refusal, line_of
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Assignment, AutograderError, UsageError

SHARE = 1 / 3


def checked(course: Course, topic: str, seeds: Sequence[str]) -> Iterator[Refusal]:
    """Everything that speaks against a topic. Raises UsageError for one that is not there.

    What cannot be read ends it: the later proofs would only say the same again.
    """
    at = Places(course, topic)
    try:
        assignment = course.assignment(topic)
        missing = list(_missing(at))
        yield from missing
        if missing:
            return
        first = [*reading.regions_hold(at, assignment)]
        first += [] if first else [*reading.starter_holds(at)]
        yield from first
        yield from reading.randomness_seeded(at)
        if not first:
            yield from _played(at, assignment, seeds)
    except UsageError:
        raise
    except AutograderError as error:
        yield from _unreadable(at, str(error))


def _missing(at: Places) -> Iterator[Refusal]:
    for path in (at.solution, at.course.root / "tests" / "graders" / at.topic / "test_public.py"):
        if not path.exists():
            yield Refusal("files", at.at(path), "it is missing", "autograder new TOPIC writes one to begin with")


def _played(at: Places, assignment: Assignment, seeds: Sequence[str]) -> Iterator[Refusal]:
    grader = Grader(at.course, at.topic)
    path = at.course.starter(at.topic)
    yield from proofs.prove(grader, path.read_text("utf-8") if path.exists() else "", seeds)
    for seed in seeds[:2]:
        yield from determinism.draws_repeat(grader, seed)
    yield from reading.cotangents_random(at)
    yield from reading.languages_present(at)
    yield from reading.secrets_kept(at)
    yield from handouts.numbers_hold(at, grader.bank.solution)
    yield from handouts.rules_told(at, assignment)
    yield from handouts.links_hold(at)


def _imported(at: Places, said: str) -> str:
    """Where pytest stopped when it imported a topic's graders: the last line of theirs that its account names."""
    folder = at.course.root / "tests" / "graders" / at.topic
    named = re.findall(rf'{at.topic}/(\w+\.py)(?:", line |:)(\d+)', said)
    return at.at(folder / named[-1][0], int(named[-1][1])) if named else at.at(folder)


def _unreadable(at: Places, said: str) -> Iterator[Refusal]:
    """What could not even be loaded, one refusal for each of its lines that names a place."""
    heading, *lines = said.splitlines()
    for line in lines:
        found = re.match(r"(?P<path>\S+\.py)::(?P<name>\w+)\S* (?P<what>.*?): (?P<do>.*)", line)
        if found:
            yield Refusal("questions", at.question(found["name"].removeprefix("test_")), found["what"], found["do"])
    if any(re.match(r"\S+\.py::", line) for line in lines):
        return
    place, _, what = heading.partition(": ")
    if lines:  # pytest's account of what could not be imported
        told = [line.removeprefix("E").strip() for line in lines if re.match(r"E\s+\S", line)]
        place, what = _imported(at, said), (told or lines)[-1]
    misplaced = re.match(r"(mistake|alternative) (\w+) replaces", heading)
    if misplaced:
        path = at.course.solutions(at.topic) / f"{misplaced[1]}s.py"
        place, what = at.at(path, line_of(path, misplaced[2])), heading
    place = place.removeprefix(f"{at.course.root}/").replace(" cannot be loaded", "")
    yield Refusal("files", place, what or heading, "nothing else can be proved before this is mended")


def over_budget(at: Places, assignment: Assignment, seconds: float, questions: dict[str, float]) -> Iterator[Refusal]:
    """Refuses a reference that needs more than a third of a limit: slower machines and slower students must pass.

    seconds: of CPU for one submission. questions: those of each.
    """
    limits, do = assignment.limits, "make the question smaller, or raise the limit in assignment.toml"
    for name, took in questions.items():
        if took > SHARE * limits.answer_seconds:
            what = f"{name} takes the reference {took:.1f} s, a third of answer_seconds = {limits.answer_seconds:g}"
            yield Refusal("budget", at.question(name), f"{what} is allowed", do)
    for limit, most, took in (
        ("cpu_seconds", limits.cpu_seconds, seconds),
        ("submission_seconds", limits.submission_seconds, seconds),
    ):
        if took > SHARE * most:
            what = f"the reference takes {took:.1f} s, a third of {limit} = {most:g} is allowed"
            yield Refusal("budget", at.fact("[limits]"), what, do)
