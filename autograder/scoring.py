"""From verdicts to points: a question is all or nothing, a report is the sum, OURS is never scored.

A bonus adds to the score and not to what it is measured by.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from autograder.model import (
    Exercise,
    Flag,
    Isolation,
    Outcome,
    QuestionResult,
    Report,
    Sentence,
    Status,
    Verdict,
    sentence,
)


class Asked(Protocol):
    """A question's outcome, of a report or of the gradebook."""

    @property
    def name(self) -> str:
        """As the grader calls it."""

    @property
    def exercise(self) -> str:
        """Whose it is."""

    @property
    def points(self) -> float:
        """What it is worth."""

    @property
    def score(self) -> float:
        """What it earned."""

    @property
    def bonus(self) -> bool:
        """Whether that is extra credit, by the assignment's own word."""


@dataclass(frozen=True)
class ExerciseScore:
    """What one exercise came to. points: what its questions can give, bonus or not."""

    exercise: Exercise
    score: float
    points: float
    questions: tuple[QuestionResult, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every question passed."""
        return all(question.verdict.status is Status.PASSED for question in self.questions)

    @property
    def is_tried(self) -> bool:
        """Whether something was written for it that fails."""
        calm = (Status.PASSED, Status.NOT_IMPLEMENTED)
        return any(question.verdict.status not in calm for question in self.questions)

    @property
    def is_left_alone(self) -> bool:
        """Whether it is a bonus that nobody has begun: that is no fault, and nothing that remains to be done."""
        statuses = {question.verdict.status for question in self.questions}
        return self.exercise.bonus and statuses == {Status.NOT_IMPLEMENTED}


def score_of(status: Status, points: float) -> float:
    """The points of a question that ended so."""
    return points if status is Status.PASSED else 0.0


def total(values: Iterable[float]) -> float:
    """A sum of points, free of the last bits of binary fractions."""
    return round(sum(values), 6)


def worth(questions: Iterable[Asked]) -> float:
    """By what a score is measured: the points of the questions that are no bonus."""
    return total(question.points for question in questions if not question.bonus)


def is_full(report: Report) -> bool:
    """Whether nothing is lacking: every question that counts gave its points. A bonus counts where all are one."""
    asked = [question for question in report.questions if not question.bonus] or report.questions
    return all(question.score >= question.points for question in asked)


def loses(report: Report) -> bool:
    """Whether any question, bonus or not, gave less than its points."""
    return any(question.score < question.points for question in report.questions)


def to_work_on(report: Report) -> list[QuestionResult]:
    """The questions that do not pass, in the order in which to work on them: a bonus comes last.

    One that nobody has begun is left out, unless nothing but bonus was asked for.
    """
    missing = [question for question in report.questions if question.verdict.status is not Status.PASSED]
    if all(question.bonus for question in report.questions):
        return missing
    begun = [each for each in missing if not (each.bonus and each.verdict.status is Status.NOT_IMPLEMENTED)]
    return sorted(begun, key=lambda question: question.bonus)


def report_of(
    questions: Iterable[QuestionResult],
    *,
    topic: str,
    student: str,
    seed: str,
    isolation: Isolation,
    versions: Mapping[str, str],
    flags: tuple[Flag, ...] = (),
    fingerprint: str = "",
) -> Report:
    """One submission's questions as a report. A question that ended in OURS makes it non-final."""
    questions = tuple(questions)
    return Report(
        topic=topic,
        student=student,
        seed=seed,
        isolation=isolation,
        versions=versions,
        questions=questions,
        score=total(question.score for question in questions),
        points=worth(questions),
        is_final=all(question.verdict.status is not Status.OURS for question in questions),
        flags=flags,
        fingerprint=fingerprint,
    )


def by_exercise(report: Report, exercises: Iterable[Exercise]) -> tuple[ExerciseScore, ...]:
    """The report's questions gathered by exercise, in the assignment's order; exercises not asked are left out."""
    gathered = []
    for exercise in exercises:
        asked = tuple(question for question in report.questions if question.exercise == exercise.name)
        if asked:
            score, points = total(q.score for q in asked), total(q.points for q in asked)
            gathered.append(ExerciseScore(exercise, score, points, asked))
    return tuple(gathered)


def unloadable(report: Report) -> Verdict | None:
    """What is said of every question alike, because the file itself cannot be used; None where some differ."""
    verdicts = [question.verdict for question in report.questions]
    statuses = (Status.RAISED, Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.DIED, Status.NOT_RUN)
    alike = len({(verdict.status, str(verdict.message)) for verdict in verdicts}) == 1
    return verdicts[0] if alike and len(verdicts) > 1 and verdicts[0].status in statuses else None


def open_exercises(scores: Sequence[ExerciseScore]) -> list[ExerciseScore]:
    """The exercises to work on, in order: a bonus comes last, and only once it is begun or was alone asked for."""
    missing = [score for score in scores if not score.is_complete]
    if all(score.exercise.bonus for score in scores):
        return missing
    return sorted((score for score in missing if not score.is_left_alone), key=lambda score: score.exercise.bonus)


def exercise_of(question: str, names: Iterable[str]) -> str | None:
    """The exercise that a question's name begins with, the longest if several do; None if none does."""
    stem = question.split("[")[0]
    fitting = [name for name in names if stem == name or stem.startswith(f"{name}_")]
    return max(fitting, key=len, default=None)


def for_review(exercises: Iterable[str], student: str = "") -> Sentence | None:
    """The exercises that a person is to look at, if there are any. student: whose they are, where that is not plain."""
    names = ", ".join(dict.fromkeys(exercises))
    return sentence("For review: {what}", what=f"{student}: {names}" if student else names) if names else None


class Tally:
    """What a batch came to, without keeping its reports: counts, scores, and whom to look at and why."""

    def __init__(self, outcomes: Iterable[Outcome] = ()) -> None:
        self.graded = self.reused = self.failed = self.incomplete = self.without_gpu = 0
        self.scores = array("d")
        self.look_at: list[Sentence] = []
        self._unexplained: set[str] = set()
        for outcome in outcomes:
            self.add(outcome)

    @property
    def is_final(self) -> bool:
        """Whether everybody has a report, and none is open by the grader's own fault."""
        return not self.failed

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        report, student = outcome.report, outcome.submission.student
        if report is None:
            self.failed += 1
            trouble = outcome.trouble
            self.look_at.append(sentence("not graded, ours to mend: {student}: {why}", student=student, why=trouble))
            return
        self.graded += 1
        self.reused += outcome.reused
        self.scores.append(report.score)
        self.without_gpu += sum(q.device == "cuda" and q.verdict.status is Status.NOT_RUN for q in report.questions)
        self.incomplete += not is_full(report)
        self.failed += not report.is_final
        self._look_at_hints(report, student)
        if not report.is_final:
            self.look_at.append(sentence("not final, a grader failed: {student}", student=student))
        elif outcome.submission.problem is not None:
            problem = outcome.submission.problem
            self.look_at.append(sentence("not readable: {student}: {why}", student=student, why=problem))
        elif (review := for_review((flag.exercise for flag in report.flags), student)) is not None:
            self.look_at.append(review)

    def _look_at_hints(self, report: Report, student: str) -> None:
        """What went wrong while explaining, once for each reason: a slip of a detector's meets a whole class."""
        for question in report.questions:
            why = question.unexplained
            if why and why not in self._unexplained:
                self._unexplained.add(why)
                values = {"student": student, "name": question.name, "why": why}
                self.look_at.append(sentence("not explained, ours to mend: {student}, {name}: {why}", **values))
