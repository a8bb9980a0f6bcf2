"""What a question sees: its inputs, what is right, what is allowed, and how far each known answer is from it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.answering import Answerer
from autograder.authoring import showing
from autograder.authoring.proofs import ALTERNATIVE_EXCESS, MISTAKE_EXCESS
from autograder.bank import Variant
from autograder.checks import Observation
from autograder.diagnosis import Play
from autograder.grading import Grader
from autograder.model import AutograderError, QuestionResult, Report, UsageError
from autograder.scoring import exercise_of

REFERENCE = "the reference"


@dataclass(frozen=True)
class Distance:
    """A known answer at one check. tolerances: how far it is off; ∞ for another form, or where it never came so far."""

    id: str
    is_right: bool
    tolerances: float


@dataclass(frozen=True)
class Look:
    """One check of a question: what the reference's answer looked like there, and the distances of all others."""

    number: int
    seen: Observation
    distances: tuple[Distance, ...]

    @property
    def passing(self) -> tuple[str, ...]:
        """The mistakes that this check lets pass."""
        return tuple(each.id for each in self.distances if not each.is_right and each.tolerances <= 1)


@dataclass(frozen=True)
class Explanation:
    """A question with all its checks, under one seed."""

    question: QuestionResult
    seed: str
    looks: tuple[Look, ...]


def explained(grader: Grader, name: str, seed: str) -> tuple[Explanation, ...]:
    """The question of a name, or an exercise's questions, played by the reference and by all that is known.

    grader: one that names no mistakes is quicker. Raises UsageError for an unknown name.
    """
    asked = name.removeprefix("test_")
    exercise = exercise_of(asked, [each.name for each in grader.assignment.exercises])
    known = [variant for variant in (*grader.bank.alternatives, *grader.bank.mistakes) if variant.exercise == exercise]
    plays: dict[str, dict[str, Play]] = {}
    reports: list[Report] = []
    grader.grade(_players(grader, known, seed, plays), reports.append, only=asked)
    right = [question for question in reports[0].questions if question.name in plays[REFERENCE]]
    return tuple(Explanation(each, seed, tuple(_looks(each.name, plays, known))) for each in right)


def _players(
    grader: Grader, known: Sequence[Variant], seed: str, plays: dict[str, dict[str, Play]]
) -> Iterator[Answerer]:
    for who, namespace in [(REFERENCE, grader.bank.solution), *((v.id, v.on(grader.bank.solution)) for v in known)]:
        seen = plays.setdefault(who, {})
        yield replace(grader.played(who, namespace, seed), witness=seen.__setitem__)


def _looks(name: str, plays: Mapping[str, Mapping[str, Play]], known: Sequence[Variant]) -> Iterator[Look]:
    for number, seen in enumerate(plays[REFERENCE][name].observations):
        distances = []
        for variant in known:
            theirs = plays[variant.id][name].observations
            there = theirs[number] if number < len(theirs) else None
            distances.append(Distance(variant.id, not variant.hint, showing.distance(there)))
        yield Look(number + 1, seen, tuple(distances))


def text(explanation: Explanation) -> str:
    """An explanation in words and characters."""
    question = explanation.question
    kind = "hidden" if question.hidden else "public"
    lines = [f"{question.name}  ({question.points:g} points, {kind}, seed {explanation.seed})", question.title["en"]]
    for look in explanation.looks:
        lines += ["", f"check {look.number}: {look.seen.called}"]
        for name, given in look.seen.inputs.items():
            lines.append(f"  argument {name}: {showing.indented(showing.value(given), 4)}")
        lines.append(f"  reference: {showing.indented(showing.value(look.seen.expected), 4)}")
        lines.append(f"  allowed: {showing.tolerance(look.seen)}")
        lines += [f"  {line}" for line in _plot(look)]
        if look.passing:
            lines.append(f"  does not tell from the reference: {', '.join(look.passing)}")
    return "\n".join(lines)


def _plot(look: Look) -> Iterator[str]:
    """Each known answer's distance on a logarithmic axis, the right ones first."""
    width = max((len(each.id) for each in look.distances), default=0)
    if look.distances:
        head = "tolerances".rjust(width + 18)
        yield f"{head}  1e{showing.LEAST} … a third ¦ ¦ ten … 1e+{showing.MOST}"
    for each in look.distances:
        word, mark = ("right", "o") if each.is_right else ("wrong", "x")
        yield f"{word}  {each.id.ljust(width)}  {each.tolerances:9.2g}  {showing.axis(each.tolerances, mark)}"


def draw(explanations: Sequence[Explanation], path: Path) -> None:
    """The distances as a picture, a panel for each check. Raises UsageError for a kind of file that cannot be drawn."""
    if path.suffix not in (".svg", ".png"):
        raise UsageError(f"{path} is no .svg and no .png")
    try:
        import matplotlib
    except ImportError:
        raise AutograderError("a plot needs matplotlib: python -m pip install -e '.[dev]'") from None
    matplotlib.use("svg" if path.suffix == ".svg" else "agg")
    from matplotlib import pyplot

    looks = [(each, look) for each in explanations for look in each.looks]
    rows = sum(len(look.distances) + 2 for _, look in looks)
    figure, panels = pyplot.subplots(
        len(looks), 1, figsize=(9, 0.22 * rows + 0.5), sharex=True, squeeze=False, layout="constrained"
    )
    for panel, (each, look) in zip(panels[:, 0], looks, strict=True):
        _panel(panel, f"{each.question.name}, check {look.number}", look)
    panels[-1, 0].set_xlabel("distance from the reference, in tolerances")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


def _panel(panel: Any, title: str, look: Look) -> None:
    ends = 10.0**showing.LEAST, 10.0**showing.MOST
    panel.axvspan(ends[0], ALTERNATIVE_EXCESS, color="tab:blue", alpha=0.08)
    panel.axvspan(MISTAKE_EXCESS, ends[1], color="tab:red", alpha=0.08)
    panel.axvline(1.0, color="grey", linewidth=0.8)
    for row, each in enumerate(look.distances):
        at = min(max(each.tolerances, ends[0]), ends[1])
        color, marker = ("tab:blue", "o") if each.is_right else ("tab:red", ">" if math.isinf(each.tolerances) else "x")
        panel.plot([at], [row], marker, color=color, clip_on=False)
    panel.set_xscale("log")
    panel.set_xlim(*ends)
    panel.set_yticks(range(len(look.distances)), [each.id for each in look.distances], fontsize=7)
    panel.invert_yaxis()
    panel.set_title(title, fontsize=9, loc="left")
