"""How a question can end, in words and points: passed, not asked, disturbed, or the grader's own fault."""

from __future__ import annotations

import traceback

from autograder.checks.observing import SHOWN
from autograder.diagnosis import Finding, Play
from autograder.model import GraderMistake, Picture, QuestionResult, Sentence, Status, Verdict, sentence
from autograder.questions import Question
from autograder.sandbox.protocol import SandboxError
from autograder.scoring import score_of

MOST_PICTURES = 4
MOST_SAID = 500


def pictures_of(play: Play) -> tuple[Picture, ...]:
    """What the checks of a question gave to be drawn, so many at most."""
    return tuple(seen.picture for seen in play.observations if seen.picture is not None)[-MOST_PICTURES:]


def accepted(play: Play) -> Verdict:
    """The verdict on a question whose checks all passed. Raises GraderMistake where nothing was checked."""
    notes = [seen.note for seen in play.observations if seen.note is not None]
    if all(seen.kind == SHOWN for seen in play.observations):
        raise GraderMistake("the question checked nothing")
    return Verdict(Status.PASSED, notes[-1] if notes else Sentence(""))


def ours(error: BaseException) -> Verdict:
    """The verdict where the grader failed: for its author, with the lines that lead there."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = tuple(f"{frame.filename}, line {frame.lineno}, in {frame.name}\n    {frame.line}" for frame in frames[-4:])
    message = sentence(
        "the grader itself failed, this is not your fault: {error}", error=f"{type(error).__name__}: {error}"
    )
    return Verdict(Status.OURS, message, traceback=lines)


def unexplained(verdict: Verdict, error: Exception) -> Finding:
    """The verdict where explaining it failed, and how that did."""
    return Finding(verdict, unexplained=f"{type(error).__name__}: {error}"[:MOST_SAID])


def without_gpu(question: Question, why: str) -> Verdict:
    """The verdict on a question that only a GPU could be asked. why: there is none."""
    message = sentence(
        "not asked, and its {points} points are left out: PyTorch finds no GPU here ({why})",
        points=f"{question.points:g}",
        why=why,
    )
    return Verdict(Status.NOT_RUN, message)


def disturbed(error: SandboxError) -> Verdict:
    """The verdict on a question that could not be asked, neither the first time nor the second."""
    message = sentence(
        "the sandbox was disturbed twice, which is not your fault; grade this submission again ({why})", why=str(error)
    )
    return Verdict(Status.OURS, message)


def result(question: Question, verdict: Verdict, seconds: float) -> QuestionResult:
    """A question with its verdict and its points. seconds: how long it took."""
    return QuestionResult(
        name=question.name,
        exercise=question.exercise,
        title=question.title,
        points=question.points,
        score=score_of(verdict.status, question.points),
        hidden=question.hidden,
        verdict=verdict,
        seconds=seconds,
        bonus=question.bonus,
    )
