"""The tables of `make mutants`: registered mistakes and alternatives, and automatic mutants, by exercise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from autograder.authoring.mutants import Fate
from autograder.authoring.proofs import Trial
from autograder.authoring.survivors import Explanation, balance
from autograder.model import Assignment

REGISTERED = ("exercise", "caught", "named", "alternatives passed", "worst separation (right, wrong / tolerance)")
AUTOMATIC = ("exercise", "mutants", "killed", "explained", "survivors")


def mutants_table(
    assignment: Assignment, mistakes: Sequence[Trial], alternatives: Sequence[Trial], only: str = ""
) -> str:
    """The registered ones, a row for each exercise (only: of one) and one for all.

    caught: mistakes that lost points under every seed, of those registered; named: those among them that were
    named by their own id and no other under every seed; alternatives that kept every point under every seed.
    """
    names = [only] if only else [exercise.name for exercise in assignment.exercises]
    rows = [_row(name, _of(mistakes, name), _of(alternatives, name)) for name in names]
    return aligned([REGISTERED, *rows, _row(assignment.topic, mistakes, alternatives)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows as text with their columns below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _of(trials: Iterable[Trial], exercise: str) -> list[Trial]:
    return [trial for trial in trials if trial.variant.exercise == exercise]


def _row(name: str, mistakes: Sequence[Trial], alternatives: Sequence[Trial]) -> tuple[str, ...]:
    caught = _always(mistakes, lambda trial: trial.lost)
    named = _always(mistakes, lambda trial: trial.lost and trial.named == {trial.variant.id}) & caught
    passed = _always(alternatives, lambda trial: not trial.lost)
    return (
        name,
        f"{len(caught)}/{len(_ids(mistakes))}",
        f"{len(named)}/{len(caught)}",
        f"{len(passed)}/{len(_ids(alternatives))}",
        _separation(mistakes, alternatives),
    )


def _ids(trials: Iterable[Trial]) -> set[str]:
    return {trial.variant.id for trial in trials}


def _always(trials: Sequence[Trial], holds: Callable[[Trial], bool]) -> set[str]:
    """The variants for which something holds under every seed."""
    return _ids(trials) - _ids(trial for trial in trials if not holds(trial))


def _separation(mistakes: Iterable[Trial], alternatives: Iterable[Trial]) -> str:
    """The alternatives' largest error, and the least among the mistakes' largest ones where values differ."""
    worst = max((max(trial.excess, default=0.0) for trial in alternatives), default=0.0)
    largest = [max(trial.excess, default=math.inf) for trial in mistakes if trial.lost]
    least = min((excess for excess in largest if excess > 1), default=math.inf)
    return f"{worst:.2g}, {least:.2g}"


def automatic_table(assignment: Assignment, fates: Sequence[Fate], explanations: Sequence[Explanation]) -> str:
    """The automatic ones, a row an exercise, one for each helper that several exercises use, and one for all."""
    together: dict[str, list[Fate]] = {exercise.name: [] for exercise in assignment.exercises}
    for fate in fates:
        asked = fate.mutant.exercises
        name = asked[0] if len(asked) == 1 else f"{fate.mutant.function} (helper of {len(asked)})"
        together.setdefault(name, []).append(fate)
    rows = [_counts(name, group, explanations) for name, group in together.items() if group]
    return aligned([AUTOMATIC, *rows, _counts(assignment.topic, fates, explanations)])


def _counts(name: str, fates: Sequence[Fate], explanations: Sequence[Explanation]) -> tuple[str, ...]:
    found = balance(fates, explanations)
    share = f"{found.killed} ({found.killed / len(fates):.1%})" if fates else "0"
    return name, f"{len(fates)}", share, f"{len(found.explained)}", f"{len(found.unexplained)}"
