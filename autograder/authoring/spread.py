"""Known mistakes and alternatives tried in many processes, an exercise in each."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.proofs import Trial, trials
from autograder.bank import Variant
from autograder.batch import local_pool
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Report
from autograder.sandbox.forked import THREADS

Pool = Callable[[], Executor]


def processes(jobs: int = 0) -> Executor:
    """As many processes as asked for, one for each core by default, each with one thread of arithmetic."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    return local_pool(jobs or os.cpu_count() or 1)


@dataclass(frozen=True)
class Part:
    """The variants of one exercise, for one process to try. kind: `mistakes` or `alternatives`."""

    root: Path
    topic: str
    kind: str
    exercise: str
    seeds: tuple[str, ...]


Told = tuple[str, str, Report, tuple[float, ...]]


@functools.cache
def _grader(root: Path, topic: str) -> Grader:
    return Grader(Course(root), topic)


def try_part(part: Part) -> list[Told]:
    """What became of each variant of a part under each seed, as values that can travel."""
    grader = _grader(part.root, part.topic)
    variants = [variant for variant in getattr(grader.bank, part.kind) if variant.exercise == part.exercise]
    done = trials(grader, variants, part.seeds)
    return [(trial.variant.id, trial.seed, trial.report, trial.excess) for trial in done]


def spread_trials(grader: Grader, seeds: Sequence[str], pool: Pool, only: str = "") -> tuple[list[Trial], list[Trial]]:
    """Every known mistake and alternative of a topic under every seed, the exercises spread over processes.

    only: an exercise, all when empty.
    """
    # the last exercises are training, which takes longest: they go first
    names = [only] if only else [exercise.name for exercise in reversed(grader.assignment.exercises)]
    root, topic = grader.course.root, grader.topic
    parts = [Part(root, topic, kind, name, tuple(seeds)) for kind in ("mistakes", "alternatives") for name in names]
    found: dict[str, list[Trial]] = {"mistakes": [], "alternatives": []}
    with pool() as executor:
        for part, told in zip(parts, executor.map(try_part, parts), strict=True):
            known = {variant.id: variant for variant in getattr(grader.bank, part.kind)}
            found[part.kind] += _rebuilt(told, known)
    return found["mistakes"], found["alternatives"]


def _rebuilt(told: Iterable[Told], known: dict[str, Variant]) -> list[Trial]:
    return [Trial(known[variant], seed, report, excess) for variant, seed, report, excess in told]
