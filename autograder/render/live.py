"""The page of `watch`: the topic's exercises, the one in focus explained, and what the keys do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from autograder.language import say, title
from autograder.model import Assignment, QuestionResult, Report, Sentence, Status, sentence
from autograder.render.commands import Typed, here
from autograder.render.explained import explained, mark, most_telling
from autograder.render.scored import scored, worded
from autograder.scoring import ExerciseScore, by_exercise

KEYS = sentence("n next exercise · h hint · a all · q quit · saved files are graded at once")


@dataclass(frozen=True)
class View:
    """What is shown: the exercise in focus, whether it was chosen by key, its hint, all open questions.

    pending: exercises whose results are still those of the file before.
    """

    exercise: str = ""
    chosen: bool = False
    hint: bool = False
    everything: bool = False
    pending: tuple[str, ...] = ()


def live(
    assignment: Assignment, report: Report, view: View, language: str, typed: Typed | None = None
) -> RenderableType:
    """The whole page. typed: how its commands are typed, by default as this process was."""
    heading = f"{title(assignment.title, language)}  {scored(report, language)}"
    scores = by_exercise(report, assignment.exercises)
    parts: list[RenderableType] = [Text(heading, style="bold"), _table(scores, view, language), Text("")]
    parts += _explained(report, view, language, typed or here())
    if view.pending:
        waiting = sentence("… still to be asked again: {names}", names=", ".join(view.pending))
        parts.append(Text(say(waiting, language), style="dim"))
    return Group(*parts, Text(""), Text(say(KEYS, language), style="dim"))


def _table(scores: tuple[ExerciseScore, ...], view: View, language: str) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis")
    for score in scores:
        marks = Text.assemble(*(mark(question) for question in score.questions))
        pointer = "▸" if score.exercise.name == view.exercise else " "
        marks.append(f" {worded('', language, bonus=True)}" if score.exercise.bonus else "", style="dim")
        table.add_row(pointer, score.exercise.name, f"{score.score:g}/{score.points:g}", marks)
    return table


def _explained(report: Report, view: View, language: str, typed: Typed) -> Iterator[RenderableType]:
    wanted = [question for question in report.questions if view.everything or question.exercise == view.exercise]
    wrong = [question for question in wanted if is_wrong(question)]
    if not wrong:
        yield Text(say(_calm(view), language), style="" if view.exercise else "green")
    for number, question in enumerate(wrong if view.everything else [most_telling(wrong)] if wrong else []):
        if number:
            yield Text("")
        yield explained(report, question if view.hint else _without_hint(question), language, typed)
        if question.verdict.hint and not view.hint:
            yield Text(say(sentence("  There is a hint: press h."), language), style="dim")
        if view.hint and not question.verdict.hint:
            yield Text(say(NO_HINT, language), style="dim")


NO_HINT = sentence("  No known mistake fits, so nothing is guessed. What you print is shown here.")


def _calm(view: View) -> Sentence:
    if not view.exercise:
        return sentence("Everything passes.")
    return sentence("Next: {name}. Write it and save the file.", name=view.exercise)


def is_wrong(question: QuestionResult) -> bool:
    """Whether there is something to explain."""
    return question.verdict.status not in (Status.PASSED, Status.NOT_IMPLEMENTED)


def _without_hint(question: QuestionResult) -> QuestionResult:
    return replace(question, verdict=replace(question.verdict, hint=None))
