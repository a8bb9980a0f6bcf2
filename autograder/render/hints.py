"""What helps with the first open question, in a few lines; where nothing is known, nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.language import say, title
from autograder.model import Assignment, QuestionResult, Report, Sentence, Status, literally, sentence
from autograder.render.clean import clean
from autograder.render.explained import FRAMES, most_telling
from autograder.scoring import to_work_on

CALM = (Status.PASSED, Status.NOT_IMPLEMENTED)


def hints(assignment: Assignment, report: Report, language: str) -> list[str]:
    """The lines; none where every question passes."""
    open_ones = to_work_on(report)
    tried = [question for question in open_ones if question.verdict.status not in CALM]
    if not open_ones:
        return []
    question = open_ones[0]
    if tried:
        question = most_telling([each for each in tried if each.exercise == tried[0].exercise])
    heading = f"{question.name}: {title(question.title, language)}"
    return [heading, *(f"  {clean(say(line, language))}" for line in _lines(assignment, question))]


def _lines(assignment: Assignment, question: QuestionResult) -> Iterator[Sentence]:
    verdict = question.verdict
    exercise = next((each for each in assignment.exercises if each.name == question.exercise), None)
    if verdict.status is Status.NOT_IMPLEMENTED:
        names = ", ".join(exercise.functions if exercise is not None else (question.exercise,))
        yield sentence(
            "To write: {names}. Its docstring says what goes in, what comes out and by which convention.", names=names
        )
    else:
        yield verdict.message
        yield from (line for line in (verdict.pattern, verdict.attribution) if line is not None)
        yield from (Sentence(literally(line)) for frame in verdict.traceback[-FRAMES:] for line in frame.split("\n"))
        if verdict.hint:
            yield Sentence(literally(title(verdict.hint, "en")), zh=literally(title(verdict.hint, "zh")))
        elif not verdict.traceback:
            yield sentence("No known mistake fits, so nothing is guessed. What you print is shown under the question.")
    if exercise is not None and exercise.lecture:
        yield sentence(
            "To read: {lecture}; assignments/{topic}/README.md", lecture=exercise.lecture, topic=assignment.topic
        )
