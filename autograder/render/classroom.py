"""What an instructor reads in the terminal: a plan of what would be graded, a bar meanwhile, what it came to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from rich.cells import cell_len
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from autograder.language import say
from autograder.model import Outcome, Sentence, sentence
from autograder.render.clean import clean
from autograder.render.terminal import Page
from autograder.scoring import Tally

LeftOut = tuple[Sentence, str, object]


class ClassPage(Page):
    """Writes about many submissions to a console in one language."""

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Outcome], None]]:
        """A bar with rate, remaining time and failures for `total` outcomes; nothing moves in a pipe."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        counts = (TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[failed]}", style="red"))
        failed = 0
        with Progress(*columns, *counts, console=self.console, transient=True) as progress:
            task = progress.add_task(self.words("grading"), total=total, rate="", failed="")

            def advance(outcome: Outcome) -> None:
                nonlocal failed
                failed += outcome.report is None or not outcome.report.is_final
                speed = progress.tasks[task].speed
                rate = self.words("{rate:.1f} a second", rate=speed) if speed else ""
                said = self.words("{count} failed", count=failed) if failed else ""
                progress.update(task, advance=1, rate=rate, failed=said)

            yield advance

    def plan(self, rows: Iterable[Sequence[str]], left_out: Iterable[LeftOut], source: str) -> None:
        """What a dry run would grade, and what it would not."""
        headings = (
            sentence("student"), sentence("topic"), sentence("file"), sentence("attempt"), sentence("handed in"),
            sentence("late"), sentence("note"),
        )  # fmt: skip
        listed = [tuple(row) for row in rows]
        alike = {n for n in (1, 3) if len({row[n] for row in listed}) == 1}  # one topic, one attempt of everybody
        shown = [["" if n in alike else value for n, value in enumerate(row)] for row in listed]
        self.table("", [[say(heading, self.language) for heading in headings], *shown])
        self.left_out(left_out, source)

    def table(self, title: str, rows: Iterable[Sequence[str]], spared: Collection[str] = ()) -> None:
        """A heading and rows, columns in which nobody has anything left out.

        spared: headings of columns that stand back where the window is too narrow for all.
        """
        listed = [tuple(row) for row in rows]
        kept = [n for n in range(len(listed[0])) if len(listed) == 1 or any(row[n] for row in listed[1:])]
        widths = [max(cell_len(row[n]) for row in listed) for n in kept]
        if sum(widths) + 2 * len(widths) > self.console.width:
            kept = [n for n in kept if listed[0][n] not in spared]
        table = Table(box=None, pad_edge=False, header_style="bold", title=title or None, title_justify="left")
        for column in kept:
            table.add_column(listed[0][column], overflow="fold")
        for row in listed[1:]:
            table.add_row(*(Text(clean(row[column])) for column in kept))
        self.console.print(table)

    def left_out(self, items: Iterable[LeftOut], source: str) -> None:
        """How the place was read, and what in it is nobody's submission or needs a person."""
        self.say("read as {source}", source=source)
        for kind, where, why in items:
            shown = say(why, self.language) if isinstance(why, Sentence) else str(why)
            self.console.print(Text(clean(f"{say(kind, self.language)}: {where}: {shown}")))

    def batch(self, tally: Tally, path: Path) -> None:
        """What a batch came to: how many, their scores, and whom to look at."""
        if tally.without_gpu:
            self.say("No GPU: {count} questions were left out, with their points.", count=tally.without_gpu)
        self.say("{count} submissions graded; {path}", count=tally.graded, path=str(path))
        if tally.reused:
            self.say(
                "{count} of them in an earlier run: nothing that their reports rest on has changed", count=tally.reused
            )
        if tally.scores:
            self.say(
                "points: lowest {low:g}, median {middle:g}, highest {high:g}",
                low=min(tally.scores),
                middle=median(tally.scores),
                high=max(tally.scores),
            )
        for what in tally.look_at:
            self.console.print(Text(clean(say(what, self.language))))
