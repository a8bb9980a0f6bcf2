"""What came of a submission: its questions' results, what a person is to look at, and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.model.submissions import Submission
from autograder.model.verdicts import Verdict
from autograder.model.words import Sentence


@dataclass(frozen=True)
class QuestionResult:
    """One question's outcome within a report. `score` is `points` or 0: parts come from splitting exercises.

    bonus: whether it is extra credit, which adds to a report's score and not to its points. unexplained: what failed
    when a wrong answer was to be explained, which is our own fault: for the instructor.
    """

    name: str
    exercise: str
    title: Mapping[str, str]
    points: float
    score: float
    hidden: bool
    verdict: Verdict
    device: str = "cpu"
    seconds: float = 0.0
    bonus: bool = False
    unexplained: str = ""


@dataclass(frozen=True)
class Isolation:
    """How student code was kept apart: level `A`, `B` or `C` (see docs/security.md) and the layers in force."""

    level: str
    layers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """One use of what an exercise forbids, as the student's process tells it.

    forbidden: the name or operator that the exercise lists; name: under which it was used, e.g. `torch.softmax` for
    `torch`. file, line, source: where; line 0 when that is not known.
    """

    forbidden: str
    name: str
    file: str = ""
    line: int = 0
    source: str = ""


@dataclass(frozen=True)
class Flag:
    """Something about an exercise for a person to look at. It costs no points. use: None if none was found."""

    exercise: str
    message: Sentence
    use: Use | None = None


@dataclass(frozen=True)
class Report:
    """One submission graded on one topic. `is_final` is False when any question ended in OURS.

    score: what every question earned. points: what those that are no bonus are worth, so that a score may be more.
    fingerprint: what the result rests on, or '' (see fingerprint.py).
    """

    topic: str
    student: str
    seed: str
    isolation: Isolation
    versions: Mapping[str, str]
    questions: tuple[QuestionResult, ...]
    score: float
    points: float
    is_final: bool
    flags: tuple[Flag, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one submission: its report, or the trouble why there is none, which is never its fault.

    reused: the report is of an earlier run, and nothing that it rests on has changed.
    """

    submission: Submission
    report: Report | None
    trouble: str = ""
    reused: bool = False
