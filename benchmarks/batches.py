"""Batches to be measured: folders of submissions, and the command that grades them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Cost, in_turn, median, per_submission, python, run

Figures = dict[str, Any]
AUTOGRADER = ("-m", "autograder")


@contextmanager
def folder() -> Iterator[Path]:
    """A place that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        yield Path(name)


def copies(where: Path, topic: str, source: bytes, count: int) -> Path:
    """A folder with so many equal submissions."""
    for number in range(count):
        file = where / f"student{number:06}" / f"{topic}.py"
        file.parent.mkdir(parents=True)
        file.write_bytes(source)
    return where


def solution(topic: str, root: Path = ROOT) -> bytes:
    """A right submission."""
    return (root / "solutions" / topic / "solution.py").read_bytes()


def batch(root: Path, topic: str, handed_in: Path, out: Path, *more: str, cores: int = 1) -> Cost:
    """A whole batch, from the command to the gradebook."""
    words = [*AUTOGRADER, "--root", str(root), "batch", topic, str(handed_in), str(out), "--fresh", *more]
    return run(python(*words), cores=cores)


def both(
    root: Path, topic: str, source: bytes, few: int, many: int, rounds: int, *more: str, cores: int = 1
) -> Figures:
    """Batches of few and of many submissions in turn, and what one more submission costs."""
    with folder() as place:
        sizes = {"few": few, "many": many}
        for name, count in sizes.items():
            copies(place / name, topic, source, count)
        costs = in_turn(
            {
                name: lambda name=name: batch(root, topic, place / name, place / f"out_{name}", *more, cores=cores)
                for name in sizes
            },
            rounds,
        )
    return {
        **sizes,
        "cpu_each": per_submission(costs["few"], costs["many"], many - few),
        "wall_each": per_submission(costs["few"], costs["many"], many - few, "wall"),
        "cpu_whole_each": median(costs["many"]) / many,
        "runs": {name: [cost.rounded() for cost in found] for name, found in costs.items()},
    }
