"""What a student reads in the terminal: one failing question in full, the rest in a line each.

Plain text through rich, which measures Chinese widths, fits the window and obeys NO_COLOR and pipes.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.language import say, title
from autograder.model import Assignment, Outcome, QuestionResult, Report, Status, sentence
from autograder.render.clean import clean
from autograder.scoring import ExerciseScore, by_exercise

MARKS = {Status.PASSED: ("✓", "green"), Status.NOT_IMPLEMENTED: ("·", "dim"), Status.NOT_RUN: ("–", "dim")}
WRONG = ("✗", "red")
WORDS = {
    Status.PASSED: sentence("passed"),
    Status.WRONG: sentence("wrong"),
    Status.NOT_IMPLEMENTED: sentence("to do"),
    Status.RAISED: sentence("exception"),
    Status.TIMED_OUT: sentence("too slow"),
    Status.OUT_OF_MEMORY: sentence("memory"),
    Status.DIED: sentence("died"),
    Status.NOT_RUN: sentence("not run"),
    Status.OURS: sentence("our fault"),
}
HEADINGS = (sentence("topic"), None, sentence("points"), sentence("progress"), sentence("next"))
PRINTED_LINES = 6


class Page:
    """Writes reports to a console in one language."""

    def __init__(self, language: str, console: Console | None = None) -> None:
        self.language = language
        self.console = console or Console(highlight=False, soft_wrap=False)

    def words(self, template: str, **values: object) -> str:
        """A sentence of our own in the page's language."""
        return say(sentence(template, **values), self.language)

    def say(self, template: str, style: str = "", **values: object) -> None:
        """Print a sentence of our own."""
        self.console.print(Text(self.words(template, **values), style=style))

    def topics(self, rows: Iterable[tuple[Assignment, Report | None]], folder: str) -> None:
        """The table of all topics: points, progress and what to do next."""
        table = Table(box=None, pad_edge=False, header_style="bold")
        for number, heading in enumerate(HEADINGS):
            text = say(heading, self.language) if heading is not None else ""
            table.add_column(text, justify="right" if number == 2 else "left", no_wrap=number != 1)
        for assignment, report in rows:
            table.add_row(*self._topic(assignment, report))
        self.console.print(table)
        self.say(
            "One topic in detail: make grade TOPIC=<topic>. You edit the files in {folder}.", folder=folder, style="dim"
        )

    def _topic(self, assignment: Assignment, report: Report | None) -> Sequence[str | Text]:
        shown = title(assignment.title, self.language)  # the only column that gives way in a narrow window
        name = Text(assignment.topic, style="bold"), Text(shown, no_wrap=True, overflow="ellipsis")
        if report is None:
            return (*name, "–", "", self.words("no file"))
        points = f"{report.score:g}/{report.points:g}"
        return (*name, points, Text(bar(report.score, report.points)), self._next(assignment, report))

    def _next(self, assignment: Assignment, report: Report) -> Text:
        for score in by_exercise(report, assignment.exercises):
            if not score.is_complete:
                return Text(score.exercise.name)
        return Text(self.words("done"), style="green")

    def topic(self, assignment: Assignment, report: Report, *, show_all: bool = False) -> None:
        """One topic: its exercises, then the first question to work on (or all of them)."""
        heading = f"{title(assignment.title, self.language)}  {report.score:g}/{report.points:g}"
        self.console.print(Text(heading, style="bold"))
        scores = by_exercise(report, assignment.exercises)
        self.console.print(self._exercises(scores))
        todo = [question for question in report.questions if question.verdict.status is not Status.PASSED]
        for question in todo if show_all else todo[: self._expanded(todo)]:
            self.console.print()
            self.console.print(self.question(report, question))
        self._flags(report)
        self._ending(report, todo)

    def device(self, report: Report, *, asked: str) -> None:
        """Where PyTorch computed, if it was asked for: a result of the CPU is never taken for one of the GPU."""
        left_out = sum(q.device == "cuda" and q.verdict.status is Status.NOT_RUN for q in report.questions)
        if asked == "cpu":
            return
        if left_out:
            self.say("No GPU: {count} questions were left out, with their points.", count=left_out, style="yellow")
        elif any(question.device == "cuda" for question in report.questions):
            self.say(
                "PyTorch computed on the GPU, at isolation level {level}.", level=report.isolation.level, style="dim"
            )
        else:
            self.say("PyTorch computed on the CPU.", style="dim")

    def _expanded(self, todo: Sequence[QuestionResult]) -> int:
        """How many questions to show in full: the first that is wrong; none while nothing has been tried."""
        attempted = [question for question in todo if question.verdict.status is not Status.NOT_IMPLEMENTED]
        if not attempted:
            return 0
        first = attempted[0]
        todo[:] = [first, *(question for question in todo if question is not first)]  # type: ignore[index]
        return 1

    def _exercises(self, scores: Iterable[ExerciseScore]) -> Table:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column()
        table.add_column(justify="right")
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for score in scores:
            marks = Text.assemble(*(_mark(question) for question in score.questions))
            table.add_row(score.exercise.name, f"{score.score:g}/{score.points:g}", marks, self._state(score))
        return table

    def _state(self, score: ExerciseScore) -> Text:
        statuses = {question.verdict.status for question in score.questions}
        if statuses == {Status.PASSED}:
            note = next((q.verdict.message for q in score.questions if q.verdict.message.text), None)
            return Text(say(note, self.language) if note else "", style="green")
        if statuses <= {Status.PASSED, Status.NOT_IMPLEMENTED}:
            return Text(self.words("not implemented yet"), style="dim")
        failing = next(q for q in score.questions if q.verdict.status not in (Status.PASSED, Status.NOT_IMPLEMENTED))
        return Text(title(failing.title, self.language))

    def question(self, report: Report, question: QuestionResult) -> RenderableType:
        """One failing question: place, size, pattern, hint, and how to ask it again."""
        verdict = question.verdict
        head = Text.assemble(
            _mark(question),
            f" {question.name}  ",
            (f"{question.score:g}/{question.points:g}  ", "bold"),
            title(question.title, self.language),
        )
        rows = [(say(WORDS[verdict.status], self.language), clean(say(verdict.message, self.language)))]
        rows += self._numbers(question)
        if verdict.pattern is not None:
            rows.append((self.words("pattern"), clean(say(verdict.pattern, self.language))))
        if verdict.attribution is not None:
            rows.append((self.words("own check"), clean(say(verdict.attribution, self.language))))
        if verdict.hint:
            rows.append((self.words("hint"), title(verdict.hint, self.language)))
        rows += [(self.words("where"), clean(frame)) for frame in verdict.traceback[-1:]]
        printed = clean(verdict.output).strip().splitlines()
        if printed:
            rows.append((self.words("printed"), "\n".join(printed[-PRINTED_LINES:])))
        only, seed = shlex.quote(question.name), shlex.quote(report.seed)
        rows.append((self.words("again"), f"make grade TOPIC={report.topic} ONLY={only} SEED={seed}"))
        return Group(head, Padding(_grid(rows), (0, 0, 0, 2)))

    def _numbers(self, question: QuestionResult) -> list[tuple[str, str]]:
        seen = question.verdict.evidence
        rows = []
        if seen is not None and seen.yours_shape is not None:
            rows.append(
                (
                    self.words("shape"),
                    self.words("yours {yours}, ours {ours}", yours=seen.yours_shape, ours=seen.ours_shape),
                )
            )
        if seen is not None and seen.error is not None:
            size = self.words(
                "the error is {error:.2g} times the typical size, {allowed:.2g} is allowed",
                error=seen.error,
                allowed=seen.allowed,
            )
            rows.append((self.words("size"), size))
        if seen is not None and seen.mismatched is not None and (seen.total or 0) > 1:
            rows.append(
                (self.words("entries"), self.words("{bad} of {all} differ", bad=seen.mismatched, all=seen.total))
            )
        return rows

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[], None]]:
        """A bar with rate and remaining time for `total` steps; nothing moves in a pipe."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(self.words("grading"), total=total)
            yield lambda: progress.advance(task)

    def batch(self, outcomes: Sequence[Outcome], path: Path) -> None:
        """What a batch came to: how many, their scores, and whom to look at."""
        reports = [outcome.report for outcome in outcomes if outcome.report is not None]
        scores = sorted(report.score for report in reports)
        self.say("{count} submissions graded; {path}", count=len(reports), path=str(path))
        reused = sum(outcome.reused for outcome in outcomes)
        if reused:
            self.say("{count} of them in an earlier run: nothing that their reports rest on has changed", count=reused)
        if scores:
            middle = scores[len(scores) // 2]
            self.say(
                "points: lowest {low:g}, median {middle:g}, highest {high:g}",
                low=scores[0],
                middle=middle,
                high=scores[-1],
            )
        for outcome in outcomes:
            if outcome.report is None:
                self.say(
                    "not graded, ours to mend: {student}: {why}",
                    student=clean(outcome.submission.student),
                    why=clean(outcome.trouble),
                )
            elif not outcome.report.is_final:
                self.say("not final, a grader failed: {student}", student=clean(outcome.submission.student))
            elif outcome.submission.problem is not None:
                self.say(
                    "not readable: {student}: {why}",
                    student=clean(outcome.submission.student),
                    why=outcome.submission.problem,
                )
            elif outcome.report.flags:
                names = ", ".join(dict.fromkeys(flag.exercise for flag in outcome.report.flags))
                self.say("For review: {what}", what=clean(f"{outcome.submission.student}: {names}"))

    def _ending(self, report: Report, todo: Sequence[QuestionResult]) -> None:
        self.console.print()
        if not report.is_final:
            self._own_faults(report)
        if not todo:
            self.say("Everything passes.", style="green")
        elif all(question.verdict.status is Status.NOT_IMPLEMENTED for question in todo):
            name = todo[0].exercise
            self.say(
                "Next: {name}. Write it, then run make grade TOPIC={topic} ONLY={name}.", name=name, topic=report.topic
            )
        elif len(todo) > 1:
            self.say(
                "Still open: {count} more. All of them: make grade TOPIC={topic} ALL=1",
                count=len(todo) - 1,
                topic=report.topic,
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


def _mark(question: QuestionResult) -> tuple[str, str]:
    return MARKS.get(question.verdict.status, WRONG)


def _grid(rows: Iterable[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in rows:
        grid.add_row(name, Text(value))
    return grid


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
