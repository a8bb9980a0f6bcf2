"""One question explained in a terminal: place, size, map, pattern, hint, and how to ask it again. 25 lines at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autograder.language import say, title
from autograder.model import PUBLIC_SEED, Grid, QuestionResult, Report, Status, Step, sentence
from autograder.render.clean import clean
from autograder.render.commands import Command, Typed, here
from autograder.render.wrapping import Prose

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
PRINTED_LINES = 5
PRINTED_CHARACTERS = 400  # of a line
FRAMES = 2
MAP_ROWS = 6
SIGNS = str.maketrans("01234n", "·░▒▓█!")
COLOURS = {"░": "yellow", "▒": "yellow", "▓": "red", "█": "red", "!": "red"}


Row = tuple[str, str | Text]


def mark(question: QuestionResult) -> tuple[str, str]:
    """A question's sign and its colour."""
    return MARKS.get(question.verdict.status, WRONG)


def most_telling(failed: Sequence[QuestionResult]) -> QuestionResult:
    """Of one exercise's failed questions the first with a hint, else the first with a pattern, else the first."""
    with_hint = (question for question in failed if question.verdict.hint)
    with_pattern = (question for question in failed if question.verdict.pattern is not None)
    return next(with_hint, None) or next(with_pattern, failed[0])


def explained(report: Report, question: QuestionResult, language: str, typed: Typed | None = None) -> RenderableType:
    """One question that lost its points, in full. typed: how its command is typed, by default as this process was."""
    typed, rows = typed or here(), _rows(question, language)
    label = say(sentence("again"), language)
    width = max(cell_len(name) for name in (label, *(name for name, _ in rows)))
    command = Command(f"  {set_cell_size(label, width)}  ", again(report, question, typed), typed)
    return Group(_told(question, rows, language), command)


def handed_out(question: QuestionResult, language: str) -> RenderableType:
    """The same for who cannot ask it again: a student's edition refuses the seed that a class was graded under."""
    return _told(question, _rows(question, language), language)


def _told(question: QuestionResult, rows: list[Row], language: str) -> Group:
    return Group(headed(question, language), Padding(_table(rows), (0, 0, 0, 2)))


def _rows(question: QuestionResult, language: str) -> list[Row]:
    verdict = question.verdict
    rows: list[Row] = [(say(WORDS[verdict.status], language), clean(say(verdict.message, language)))]
    rows += _numbers(question, language)
    if verdict.pattern is not None:
        rows.append((say(sentence("pattern"), language), clean(say(verdict.pattern, language))))
    if verdict.attribution is not None:
        rows.append((say(sentence("own check"), language), clean(say(verdict.attribution, language))))
    if verdict.hint:
        rows.append((say(sentence("hint"), language), title(verdict.hint, language)))
    if verdict.traceback:
        frames = (clean(frame) for frame in verdict.traceback[-FRAMES:])
        rows.append((say(sentence("where"), language), "\n".join(frames)))
    return rows + _printed(question, language)


def prints(question: QuestionResult, language: str) -> RenderableType:
    """What was printed under a question that passed."""
    return Group(headed(question, language), Padding(_table(_printed(question, language)), (0, 0, 0, 2)))


def again(report: Report, question: QuestionResult, typed: Typed) -> str:
    """The command that asks a question once more with the same numbers; the seed is said where it is not the usual."""
    seed = "" if report.seed == PUBLIC_SEED else report.seed
    return typed.command("grade", report.topic, only=question.name, seed=seed)


def headed(question: QuestionResult, language: str) -> Text:
    """A question's sign, name, points and title."""
    return Prose.assemble(
        mark(question),
        f" {question.name}  ",
        (f"{question.score:g}/{question.points:g}  ", "bold"),
        title(question.title, language),
    )


def _numbers(question: QuestionResult, language: str) -> Iterator[Row]:
    seen = question.verdict.evidence
    if seen is None:
        return
    if seen.yours_shape is not None:
        shapes = sentence("yours {yours}, ours {ours}", yours=seen.yours_shape, ours=seen.ours_shape)
        yield say(sentence("shape"), language), say(shapes, language)
    if seen.error is not None:
        size = sentence(
            "the error is {error:.2g} times the typical size, {allowed:.2g} is allowed",
            error=seen.error,
            allowed=seen.allowed,
        )
        yield say(sentence("size"), language), say(size, language)
    if seen.mismatched is not None and (seen.total or 0) > 1:
        entries = sentence("{bad} of {all} differ", bad=seen.mismatched, all=seen.total)
        yield say(sentence("entries"), language), say(entries, language)
    if seen.steps:
        yield say(sentence("parts"), language), "\n".join(stepped(seen.steps, language))
    if seen.grid is not None and tells(seen.grid):
        place = clean(seen.grid.place)
        legend = sentence("{place}  · right, ░▒▓█ wrong by ever more, ! no number", place=place)
        yield say(sentence("map"), language), say(legend, language)
        yield "", _map(seen.grid)


STATES = {
    "exact": ("✓", sentence("exact")),
    "close": ("✓", sentence("close")),
    "finite": ("✗", sentence("NaN or Inf stands elsewhere")),
    "form": ("✗", sentence("has another form")),
}


def stepped(steps: Sequence[Step], language: str) -> list[str]:
    """A line for each part of an answer: its sign, its name, and how it agrees."""
    lines = []
    for step in steps:
        off = "✗", sentence("differs by up to {most:.3g}", most=step.error or 0.0)
        sign, state = STATES.get(step.state, off)
        lines.append(f"{sign} {clean(step.name)}: {say(state, language)}")
    return lines


def tells(grid: Grid) -> bool:
    """Whether a map says more than a sentence: at least two rows, and not the same sign everywhere."""
    return len(grid.levels) > 1 and len(set("".join(grid.levels))) > 1


def _map(grid: Grid) -> Text:
    """The rows around the largest error, a sign for each entry; readable without colour."""
    worst = max(range(len(grid.levels)), key=lambda row: max(grid.levels[row]))
    first = min(max(0, worst - MAP_ROWS // 2), max(0, len(grid.levels) - MAP_ROWS))
    lines = [line.translate(SIGNS) for line in grid.levels[first : first + MAP_ROWS]]
    text = Text("\n".join(lines), no_wrap=True, overflow="crop")
    for sign, colour in COLOURS.items():
        text.highlight_regex(f"[{sign}]+", colour)
    return text


def _printed(question: QuestionResult, language: str) -> list[Row]:
    lines = question.verdict.output.rstrip().splitlines()
    if not lines:
        return []
    shown = [clean(line, PRINTED_CHARACTERS) for line in lines[-PRINTED_LINES:]]
    if len(lines) > PRINTED_LINES:
        shown.insert(0, say(sentence("… {count} lines before", count=len(lines) - PRINTED_LINES), language))
    return [(say(sentence("printed"), language), "\n".join(shown))]


def _table(rows: Iterable[Row]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Prose(value) if isinstance(value, str) else value)
    return table
