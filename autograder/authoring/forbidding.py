"""What a rule of forbidden names must prove: it can be broken, the reference does not, and a use of each is caught."""

from __future__ import annotations

import difflib
import fnmatch
import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from importlib import metadata
from typing import Any

from autograder.grading import Grader
from autograder.manifest import nearest
from autograder.model import PUBLIC_SEED, Exercise, Report, Status, Submission
from autograder.sandbox.choice import choose
from autograder.sandbox.forbidden.watching import MADE_OF, plain
from autograder.sandbox.protocol import Sandbox
from autograder.student import Remote

COMPOSITE = "CompositeImplicitAutograd"


def offences(grader: Grader) -> Iterator[tuple[str, str]]:
    """Whatever speaks against the topic's rules: the exercise, '' where all are meant, and a sentence.

    Needs the sandbox only where something is forbidden.
    """
    exercises = [exercise for exercise in grader.assignment.exercises if exercise.forbidden]
    if not exercises:
        return
    for exercise in exercises:
        for why in (*_unknown(exercise), *_unseen(exercise)):
            yield exercise.name, f"{exercise.name} forbids {why}"
    with closing(choose(grader.assignment.framework, for_many=False)) as sandbox:
        yield from (("", offence) for offence in _of_the_reference(grader, sandbox, exercises))
        for exercise in exercises:
            yield from ((exercise.name, offence) for offence in _missed(grader, sandbox, exercise))


def _unknown(exercise: Exercise) -> Iterator[str]:
    """Names that do not exist: nobody could break that rule. A package that is not installed is not looked into."""
    for name in exercise.forbidden.names:
        package, *steps = name.split(".")
        if importlib.util.find_spec(package) is None:
            meant = difflib.get_close_matches(package, metadata.packages_distributions(), n=1, cutoff=0.8)
            yield from (f"{name}, and no {package} is installed; did you mean {other!r}?" for other in meant)
        elif steps:
            yield from (f"{name}, and there is no {why}" for why in _astray(package, steps))


def _astray(path: str, steps: Iterable[str]) -> Iterator[str]:
    """The first step of a dotted path that leads nowhere, with the nearest that leads somewhere."""
    found: Any = importlib.import_module(path)
    for step in steps:
        path = f"{path}.{step}"
        if not hasattr(found, step):
            try:
                importlib.import_module(path)
            except ImportError:
                yield f"{path}{nearest(step, dir(found))[:200]}"
                return
        found = getattr(found, step)


def _unseen(exercise: Exercise) -> Iterator[str]:
    """Operators that never run: there is none of that name, or it is made of others, which run in its place."""
    if not exercise.forbidden.operators:
        return
    import torch

    overloads: dict[str, list[str]] = {}
    for overload in torch._C._dispatch_get_all_op_names():
        name, _, variant = overload.replace("::", ".", 1).partition(".")[2].partition(".")
        if not variant.endswith("out"):
            overloads.setdefault(plain(f"{overload.partition('::')[0]}.{name}"), []).append(overload)
    for operator in exercise.forbidden.operators:
        fitting = fnmatch.filter(overloads, plain(operator))
        if not fitting:
            yield f"{operator}, and PyTorch has no such operator{nearest(plain(operator), overloads)[:200]}"
        elif operator not in MADE_OF and all(_is_composite(each) for name in fitting for each in overloads[name]):
            yield f"{operator}, which is made of other operators and never seen to run itself: forbid one of those"


def _is_composite(overload: str) -> bool:
    import torch

    return bool(torch._C._dispatch_has_kernel_for_dispatch_key(overload, COMPOSITE))


def _of_the_reference(grader: Grader, sandbox: Sandbox, exercises: Iterable[Exercise]) -> Iterator[str]:
    """The reference, handed in like a submission, keeps its points and raises no flag."""
    source = (grader.course.solutions(grader.topic) / "solution.py").read_bytes()
    submission = Submission("the reference", {f"{grader.topic}.py": source})
    reports: list[Report] = []
    answerers = (
        replace(grader.submitted(submission, sandbox, PUBLIC_SEED), exercise=exercise.name) for exercise in exercises
    )
    grader.grade(answerers, reports.append)
    for report in reports:
        lost = [q for q in report.questions if q.verdict.status not in (Status.PASSED, Status.NOT_RUN)]
        yield from (f"the reference loses {question.name}: {question.verdict.message}" for question in lost[:1])
        yield from (f"the reference is flagged: {flag.message}" for flag in report.flags)


def _missed(grader: Grader, sandbox: Sandbox, exercise: Exercise) -> Iterator[str]:
    """Forbidden names whose use in the exercise's own functions is not found."""
    for function in exercise.functions:
        source = (grader.course.solutions(grader.topic) / "solution.py").read_text("utf-8")
        source += _breaking(function, exercise.forbidden.names)
        submission = Submission("a probe", {f"{grader.topic}.py": source.encode()})
        assignment = grader.assignment
        with closing(Remote(sandbox, submission, assignment.topic, assignment.limits, assignment.exercises)) as probe:
            found = {use.forbidden for use in probe.uses(exercise.name) or ()}
        for name in exercise.forbidden.names:
            if name not in found:
                yield f"{function} could use {name} in {exercise.name} without being found"


def _breaking(function: str, names: Iterable[str]) -> str:
    """Source that uses each name in a function's place. It is searched, never run: a package may be missing."""
    lines = [line for name in names for line in (f"    import {name.split('.')[0]}", f"    {name}")]
    return "\n".join(["", "", f"def {function}(*arguments, **keywords):", *lines, ""])
