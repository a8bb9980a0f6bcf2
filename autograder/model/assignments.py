"""What a topic asks for and allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Every limit ends the question that meets it, not the submission.

    answer_seconds, submission_seconds: wall time. cpu_seconds: of each process that the submission gets.
    memory_bytes: beyond what the warm process has. processes: threads among them. file_bytes: what it may write,
    in one file and in all its scratch. output_bytes: how much of its prints is kept; the rest is counted.
    """

    answer_seconds: float = 10.0
    submission_seconds: float = 300.0
    cpu_seconds: int = 120
    memory_bytes: int = 1 << 30
    processes: int = 64
    file_bytes: int = 1 << 26
    open_files: int = 256
    output_bytes: int = 1 << 16
    answer_bytes: int = 1 << 26
    source_bytes: int = 1 << 20


@dataclass(frozen=True)
class Forbidden:
    """What an exercise forbids, because its point is to write that by hand.

    names: dotted, of modules or of what is in them. operators: of PyTorch, e.g. `aten._softmax`, watched at run time.
    costs: `points`, or `flag` for a person to look at.
    """

    names: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    costs: str = "points"

    def __bool__(self) -> bool:
        return bool(self.names or self.operators)


@dataclass(frozen=True)
class Exercise:
    """One exercise of a topic. `functions` are the public names of solution.py that it asks for.

    bonus: whether its points are extra credit, beyond those of the topic.
    """

    name: str
    points: float
    title: Mapping[str, str]
    functions: tuple[str, ...]
    lecture: str = ""
    starter: str = "unimplemented"
    forbidden: Forbidden = Forbidden()
    bonus: bool = False


@dataclass(frozen=True)
class Assignment:
    """The facts of assignments/<topic>/assignment.toml. `framework` is `numpy` or `torch`.

    points: of the exercises that are no bonus.
    """

    topic: str
    points: float
    title: Mapping[str, str]
    framework: str
    exercises: tuple[Exercise, ...]
    limits: Limits = Limits()
