"""Somebody's solution against the live reference, with everything visible: inputs, both answers, hidden ones too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from autograder.authoring import showing
from autograder.checks import Observation
from autograder.diagnosis import Play
from autograder.grading import Grader
from autograder.model import QuestionResult, Report, Status, Submission
from autograder.render.clean import clean
from autograder.sandbox.choice import choose


@dataclass(frozen=True)
class Tried:
    """A report, and what every check of every question saw."""

    report: Report
    plays: dict[str, Play]


def tried(grader: Grader, submission: Submission, seed: str, only: str = "") -> Tried:
    """Grade a submission behind the sandbox and keep all that is seen."""
    plays: dict[str, Play] = {}
    reports: list[Report] = []
    with closing(choose(grader.assignment.framework, for_many=False)) as sandbox:
        who = replace(grader.submitted(submission, sandbox, seed), witness=plays.__setitem__)
        grader.grade([who], reports.append, only=only)
    return Tried(reports[0], plays)


def details(done: Tried) -> Iterator[str]:
    """For every question that is not passed, each check: what went in, what came out, what is right and allowed."""
    for question in done.report.questions:
        if question.verdict.status is not Status.PASSED and question.name in done.plays:
            yield from _question(question, done.plays[question.name])


def _question(question: QuestionResult, play: Play) -> Iterator[str]:
    yield f"{question.name}  ({'hidden' if question.hidden else 'public'})"
    for number, seen in enumerate(play.observations, 1):
        yield from (f"  {line}" for line in _look(number, seen))
    if play.fault is not None:
        yield f"  ended: {clean(str(play.fault.message))}"
        yield from (f"    {clean(frame)}" for frame in play.fault.traceback)
    yield ""


def _look(number: int, seen: Observation) -> Iterator[str]:
    yield f"check {number}: {clean(seen.called)}  {'passes' if seen.passed else 'fails'}"
    if seen.verdict is None:
        return
    for name, given in seen.inputs.items():
        yield f"  argument {name}: {showing.indented(showing.value(given), 4)}"
    yield f"  theirs: {showing.indented(clean(showing.value(seen.actual)), 4)}"
    yield f"  ours:   {showing.indented(showing.value(seen.expected), 4)}"
    yield f"  allowed: {showing.tolerance(seen)}; off by {showing.distance(seen):.3g} tolerances"
