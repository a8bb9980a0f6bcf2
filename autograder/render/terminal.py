"""What a student reads in the terminal: one failing question in full, the rest in a line each.

Plain text through rich, which measures Chinese widths, fits the window and obeys NO_COLOR and pipes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.language import say, title
from autograder.model import Assignment, QuestionResult, Report, Status, sentence
from autograder.render.clean import clean
from autograder.render.commands import Command, Typed, here
from autograder.render.explained import explained, headed, mark, most_telling, prints
from autograder.render.scored import scored, worded
from autograder.render.wrapping import Prose
from autograder.scoring import ExerciseScore, by_exercise, open_exercises, to_work_on, total, unloadable

HEADINGS = (sentence("topic"), None, sentence("points"), sentence("progress"), sentence("next"))
NOTHING_YET = sentence("not implemented yet")


class Page:
    """Writes reports to a console in one language. typed: how commands are typed, by default as this process was."""

    def __init__(self, language: str, console: Console | None = None, typed: Typed | None = None) -> None:
        self.language, self.typed = language, typed or here()
        self.console = console or Console(highlight=False, soft_wrap=False)

    def words(self, template: str, **values: object) -> str:
        """A sentence of our own in the page's language."""
        return say(sentence(template, **values), self.language)

    def say(self, template: str, style: str = "", **values: object) -> None:
        """Print a sentence of our own."""
        self.console.print(Prose(self.words(template, **values), style=style))

    def tell(self, what: str, verb: str, topic: str, *, only: str = "", every: bool = False, **values: object) -> None:
        """A sentence that ends in a command: after it where there is room, else below it, to be pasted either way."""
        said, command = self.words(what, **values), self.typed.command(verb, topic, only=only, every=every)
        line = f"{said}{command}" if said.endswith("：") else f"{said} {command}"
        if cell_len(line) <= self.console.width:
            self.console.print(Text(line))
        else:
            self.console.print(Prose(said))
            self.console.print(Command("  ", command, self.typed), crop=False)

    def topics(self, rows: Iterable[tuple[Assignment, Report | None]], folder: str) -> None:
        """The table of all topics: points, progress and what to do next."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for number, heading in enumerate(HEADINGS):
            text = say(heading, self.language) if heading is not None else ""
            table.add_column(text, justify="right" if number == 2 else "left", no_wrap=number != 1)
        for assignment, report in rows:
            table.add_row(*self._topic(assignment, report))
        self.console.print(table)
        self.say("You edit the files in {folder}.", folder=folder, style="dim")
        self.tell("One topic in detail:", "grade", self.words("<topic>"))

    def unreadable(self, rows: Iterable[tuple[Assignment, Report | None]]) -> None:
        """Why a topic's file cannot be graded at all, e.g. its syntax error with the line; nothing where each can."""
        for assignment, report in rows:
            verdict = unloadable(report) if report is not None else None
            if verdict is not None:
                told = [clean(say(verdict.message, self.language)), *map(clean, verdict.traceback[-1:])]
                self.console.print()
                self.console.print(Text(f"{assignment.topic}: ", style="bold") + Text(told[0]))
                for frame in told[1:]:
                    self.console.print(Padding(Text(frame), (0, 0, 0, 2)))

    def progress_so_far(self, rows: Sequence[tuple[Assignment, Report | None]]) -> None:
        """The sum over all topics, and the command for the next step."""
        reports = [report for _, report in rows if report is not None]
        score, points = total(report.score for report in reports), total(report.points for report in reports)
        self.say("{score:g} of {points:g} points", style="bold", score=score, points=points)
        for assignment, report in rows:
            open_ones = open_exercises(by_exercise(report, assignment.exercises)) if report else []
            if open_ones:
                name = open_ones[0].exercise.name
                self.tell("Next: {name}. To have it graded on every save:", "watch", assignment.topic, name=name)
                return
        self.say("Everything passes.", style="green")
        self._left_alone(score for a, report in rows if report for score in by_exercise(report, a.exercises))

    def _topic(self, assignment: Assignment, report: Report | None) -> Sequence[str | Text]:
        shown = title(assignment.title, self.language)  # the only column that gives way in a narrow window
        name = Text(assignment.topic, style="bold"), Text(shown, no_wrap=True, overflow="ellipsis")
        if report is None:
            return (*name, "–", "", self.words("no file"))
        points = f"{report.score:g}/{report.points:g}"
        counted = total(question.score for question in report.questions if not question.bonus)
        return (*name, points, Text(bar(counted, report.points)), self._next(assignment, report))

    def _next(self, assignment: Assignment, report: Report) -> Text:
        for score in open_exercises(by_exercise(report, assignment.exercises)):
            return Text(score.exercise.name)
        return Text(self.words("done"), style="green")

    def topic(
        self,
        assignment: Assignment,
        report: Report,
        *,
        show_all: bool = False,
        show_prints: bool = False,
        only: str = "",
    ) -> None:
        """One topic: its exercises, then the first question to work on (or all of them).

        show_prints: also what was printed under questions that passed. only: what alone was asked, or ''.
        """
        heading = f"{title(assignment.title, self.language)}  {scored(report, self.language)}"
        self.console.print(Text(heading, style="bold"))
        scores = by_exercise(report, assignment.exercises)
        self.console.print(self._exercises(scores))
        todo = to_work_on(report) if show_all else _foremost(to_work_on(report))
        shown = todo if show_all else [each for each in todo[:1] if _is_begun(each)]
        for question in sorted(shown, key=lambda question: question.verdict.status is Status.NOT_IMPLEMENTED):
            if question.verdict.status is Status.NOT_IMPLEMENTED:
                self.console.print(headed(question, self.language))
                continue
            self.console.print()
            self.console.print(explained(report, question, self.language, self.typed), crop=False)
        for question in report.questions if show_all or show_prints else ():
            if question.verdict.status is Status.PASSED and question.verdict.output.strip():
                self.console.print(prints(question, self.language))
        self._flags(report)
        self._ending(report, todo, only=only, is_told=show_all)
        if not todo:
            self._left_alone(scores)

    def device(self, graded: Sequence[tuple[Assignment, Report | None]], *, asked: str) -> None:
        """Where PyTorch computed, if it was asked for: a result of the CPU is never taken for one of the GPU."""
        reports = [report for assignment, report in graded if report is not None and assignment.framework == "torch"]
        questions = [question for report in reports for question in report.questions]
        left_out = sum(
            question.device == "cuda" and question.verdict.status is Status.NOT_RUN for question in questions
        )
        if asked == "cpu":
            return
        if not questions:
            self.say("NumPy computed on the CPU: nothing here is about PyTorch.", style="dim")
        elif left_out:
            self.say("No GPU: {count} questions were left out, with their points.", count=left_out, style="yellow")
        elif any(question.device == "cuda" for question in questions):
            level = reports[0].isolation.level
            self.say("PyTorch computed on the GPU, at isolation level {level}.", level=level, style="dim")
        else:
            self.say("PyTorch computed on the CPU.", style="dim")

    def _left_alone(self, scores: Iterable[ExerciseScore]) -> None:
        """What there is beyond, for those who want it."""
        names = [score.exercise.name for score in scores if score.is_left_alone]
        if names:
            self.say("There is a bonus, for those who want it: {names}", names=", ".join(names), style="dim")

    def _exercises(self, scores: Iterable[ExerciseScore]) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for score in scores:
            marks = Text.assemble(*(mark(question) for question in score.questions))
            table.add_row(score.exercise.name, f"{score.score:g}/{score.points:g}", marks, self._state(score))
        return table

    def _state(self, score: ExerciseScore) -> Text:
        state = self._stand(score)
        return Prose(worded(state.plain, self.language, bonus=score.exercise.bonus), style=state.style)

    def _stand(self, score: ExerciseScore) -> Text:
        statuses = {question.verdict.status for question in score.questions}
        if statuses == {Status.PASSED}:
            note = next((q.verdict.message for q in score.questions if q.verdict.message.text), None)
            return Text(say(note, self.language) if note else "", style="green")
        if statuses <= {Status.PASSED, Status.NOT_IMPLEMENTED}:
            return Text(self._missing(score), style="dim")
        failing = next(q for q in score.questions if q.verdict.status not in (Status.PASSED, Status.NOT_IMPLEMENTED))
        return Text(title(failing.title, self.language))

    def _missing(self, score: ExerciseScore) -> str:
        """That there is nothing yet, and where the file lacks even the name, which one, e.g. after a slip in it."""
        told = [q.verdict.message for q in score.questions if q.verdict.status is Status.NOT_IMPLEMENTED]
        lacking = next((said for said in told if said.text not in ("", NOTHING_YET.text)), NOTHING_YET)
        return clean(say(lacking, self.language))

    def _ending(self, report: Report, todo: Sequence[QuestionResult], *, only: str, is_told: bool) -> None:
        self.console.print()
        if not report.is_final:
            self._own_faults(report)
        if not todo:
            self.say("Everything passes.", style="green")
        elif all(question.verdict.status is Status.NOT_IMPLEMENTED for question in todo):
            name = todo[0].exercise
            self.tell("Next: {name}. Write it, then run", "grade", report.topic, only=name, name=name)
        elif len(todo) > 1 and not is_told:
            count = len(todo) - 1
            self.tell(
                "Still open: {count} more. All of them:", "grade", report.topic, only=only, every=True, count=count
            )

    def _flags(self, report: Report) -> None:
        """What a person is to look at; it costs nothing by itself."""
        for flag in report.flags:
            self.console.print()
            self.say("For review: {what}", style="yellow", what=clean(say(flag.message, self.language)))
            if flag.use is not None and flag.use.source:
                self.console.print(Padding(Text(clean(flag.use.source)), (0, 0, 0, 2)))

    def _own_faults(self, report: Report) -> None:
        for question in report.questions:
            if question.verdict.status is Status.OURS:
                why = clean(say(question.verdict.message, self.language))
                self.say(
                    "{name} failed by itself, its points are open: {why}", style="yellow", name=question.name, why=why
                )


def _is_begun(question: QuestionResult) -> bool:
    return question.verdict.status is not Status.NOT_IMPLEMENTED


def _foremost(todo: Sequence[QuestionResult]) -> list[QuestionResult]:
    """The same with the most telling question of the first exercise that is wrong before all others."""
    tried = [question for question in todo if _is_begun(question)]
    first = most_telling([question for question in tried if question.exercise == tried[0].exercise]) if tried else None
    return sorted(todo, key=lambda question: question is not first)


def bar(score: float, points: float, width: int = 10) -> str:
    """Progress in characters: `██████░░░░`. Full only when nothing is missing."""
    filled = int(width * score / points) if points else 0
    return "█" * filled + "░" * (width - filled)


def shown_path(path: Path, root: Path) -> str:
    """A path as a student would type it."""
    try:
        return str(path.relative_to(root))
    except ValueError:
        return str(path)
