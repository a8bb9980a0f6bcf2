"""A new topic's folders, from the template: a small example that passes every proof and is rewritten bit by bit."""

from __future__ import annotations

import keyword
import re
import string
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from autograder.manifest import Course
from autograder.model import UsageError
from autograder.scoring import exercise_of
from autograder.stubs import starter_from

POINTS, MOST_EXERCISES = 100, 25
ASPECTS = ("values", "keeps_its_inputs", "one_example")
EACH = "=== each exercise\n"
SLUG = re.compile(r"[a-z][a-z0-9_]*")


def create(course: Course, topic: str, exercises: Sequence[str] = ()) -> tuple[Path, ...]:
    """Write a new topic; the files, in the order in which an author edits them.

    exercises: their names, `example` alone when empty. Raises UsageError for names that cannot be, and rather than
    touch a folder that is there.
    """
    exercises = tuple(exercises) or ("example",)
    _refuse(course, topic, exercises)
    texts = _texts(course, topic, exercises)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tuple(texts)


def _refuse(course: Course, topic: str, exercises: Sequence[str]) -> None:
    """Refuse names that cannot be: no slug, there already, or one that another's questions would go by."""
    for what, name in (("topic", topic), *(("exercise", name) for name in exercises)):
        if not SLUG.fullmatch(name) or keyword.iskeyword(name):
            raise UsageError(f"{what} {name!r}: a name is small letters, digits and _, such as 'weighted_mean'")
    for name in exercises:
        if exercises.count(name) > 1:
            raise UsageError(f"exercise {name!r} is named twice")
        owners = {exercise_of(f"{name}_{aspect}", exercises) for aspect in ASPECTS}
        for owner in sorted(str(owner) for owner in owners - {name}):
            raise UsageError(f"a question of {name!r} would go to {owner!r}, which begins alike: take another name")
    if len(exercises) > MOST_EXERCISES:
        raise UsageError(f"{len(exercises)} exercises are to share {POINTS} points; {MOST_EXERCISES} is the limit")
    taken = [path for path in _folders(course, topic) if path.exists()]
    if taken:
        shown = taken[0].relative_to(course.root)
        raise UsageError(f"{shown} is there already: take another name, or go on with autograder check {topic}")


def _folders(course: Course, topic: str) -> tuple[Path, ...]:
    graders = course.root / "tests" / "graders" / topic
    return course.root / "assignments" / topic, course.solutions(topic), graders, course.starter(topic)


def _texts(course: Course, topic: str, exercises: Sequence[str]) -> dict[Path, str]:
    """Every file with its text."""
    facts, solutions, graders, starter = _folders(course, topic)
    names = {
        solutions: ("solution.py", "mistakes.py", "alternatives.py"),
        graders: ("test_public.py", "test_hidden.py"),
        facts: ("assignment.toml", "README.md", "README.zh-CN.md", "worked.toml"),
    }
    known = [course.assignment(other).number for other in course.topics]
    shared = {
        "topic": topic,
        "title": topic.replace("_", " ").capitalize(),
        "number": str(max([number for number in known if number < 99], default=0) + 1),
    }
    texts = {folder / name: _filled(name, shared, exercises) for folder, files in names.items() for name in files}
    return texts | {starter: starter_from(texts[solutions / "solution.py"])}


def _filled(name: str, shared: dict[str, str], exercises: Sequence[str]) -> str:
    """A file of the template: its head once, then the rest for each exercise."""
    template = resources.files("autograder.authoring").joinpath("template", f"{name}.txt").read_text("utf-8")
    head, each = (string.Template(part) for part in template.split(EACH))
    blocks = [
        each.substitute(shared, exercise=exercise, **_points(position, len(exercises)))
        for position, exercise in enumerate(exercises)
    ]
    return head.substitute(shared) + "".join(blocks)


def _points(position: int, count: int) -> dict[str, str]:
    """An exercise's share of the points, and its questions' shares of that, in halves."""
    whole = POINTS // count + (position < POINTS % count)
    contract, edge = (max(0.5, round(2 * part * whole) / 2) for part in (0.1, 0.3))
    shares = {"points": whole, "contract": contract, "edge": edge, "values": whole - contract - edge}
    return {name: f"{value:g}" for name, value in shares.items()}
