"""Students' editions for tests: a course with a recording in the solutions' place."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from autograder import bank
from autograder.authoring.recorder import recording
from autograder.bank import Variant
from autograder.grading import Answerer, Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Report


def edition_of(course: Course, topic: str, folder: Path, recorded: bytes | None = None) -> Course:
    """A folder that has of one topic what a student is given, and nothing hidden."""
    shutil.copytree(course.root / "assignments" / topic, folder / "assignments" / topic)
    graders = Path("tests", "graders", topic, "test_public.py")
    (folder / graders).parent.mkdir(parents=True)
    shutil.copy(course.root / graders, folder / graders)
    (folder / "reference").mkdir()
    edition = Course(folder)
    edition.recording(topic).write_bytes(recording(course, topic) if recorded is None else recorded)
    return edition


@dataclass(frozen=True)
class Named:
    """What became of a variant: did it lose points, and which mistakes were named."""

    lost: bool
    mistakes: frozenset[str]


def judged(grader: Grader, variants: Iterable[Variant], solution) -> dict[str, Named]:
    """Each variant on its exercise, played in this process, by what it is called."""
    reports: list[Report] = []

    def players() -> Iterator[Answerer]:
        for variant in variants:
            who = grader.played(variant.id, variant.on(solution), PUBLIC_SEED)
            yield replace(who, exercise=variant.exercise)

    grader.grade(players(), reports.append)
    return {each.student: Named(each.score < each.points, _named(each)) for each in reports}


def _named(report: Report) -> frozenset[str]:
    return frozenset(each.verdict.mistake for each in report.questions if each.verdict.mistake)


def shares(edition: Course, course: Course, topic: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """By the edition: alternatives that lost or got a hint; mistakes caught, named rightly, named wrongly."""
    known, grader = bank.load(course.solutions(topic)), Grader(edition, topic)
    kept = judged(grader, known.alternatives, known.solution)
    found = judged(grader, known.mistakes, known.solution)
    caught = [name for name, each in found.items() if each.lost]
    right = [name for name in caught if found[name].mistakes == {name}]
    wrong = [name for name in caught if found[name].mistakes - {name}]
    return [name for name, each in kept.items() if each.lost or each.mistakes], caught, right, wrong
