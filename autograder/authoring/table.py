"""The table of `make mutants`: for each exercise, mistakes caught and named, alternatives kept, separation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograder.authoring.proofs import Trial
from autograder.model import Assignment

HEAD = ("exercise", "caught", "named", "kept", "worst right / tol", "least wrong / tol")


def mutants_table(assignment: Assignment, mistakes: Sequence[Trial], alternatives: Sequence[Trial]) -> str:
    """The table as text, a row an exercise and one for all."""
    names = [exercise.name for exercise in assignment.exercises]
    rows = [HEAD, *(_row(name, _of(mistakes, name), _of(alternatives, name)) for name in names)]
    rows.append(_row(assignment.topic, mistakes, alternatives))
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _of(trials: Iterable[Trial], exercise: str) -> list[Trial]:
    return [trial for trial in trials if trial.variant.exercise == exercise]


def _row(name: str, mistakes: Sequence[Trial], alternatives: Sequence[Trial]) -> tuple[str, ...]:
    caught = sum(trial.lost for trial in mistakes)
    named = sum(trial.named == {trial.variant.id} for trial in mistakes)
    kept = sum(not trial.lost for trial in alternatives)
    worst = max((max(trial.excess, default=0.0) for trial in alternatives), default=0.0)
    least = min((max(trial.excess) for trial in mistakes if trial.excess and max(trial.excess) > 1), default=0.0)
    share = (f"{caught}/{len(mistakes)}", f"{named}/{len(mistakes)}", f"{kept}/{len(alternatives)}")
    return (name, *share, f"{worst:.2g}", f"{least:.2g}")
