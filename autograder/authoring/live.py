"""The reference handed in like a submission, behind the sandbox: that nothing flakes, and what a grading costs."""

from __future__ import annotations

import ast
import os
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.spread import processes
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Isolation, Limits, Report, Status, Submission
from autograder.sandbox.choice import choose
from autograder.sandbox.protocol import Child, Ending, Sandbox
from autograder.scoring import exercise_of

TRAINING = ("check_falls", "check_reaches")


@dataclass(frozen=True)
class Live:
    """One grading of the reference behind the sandbox. cpu_seconds: of the grader and of the student's process."""

    report: Report
    cpu_seconds: float

    @property
    def lost(self) -> tuple[str, ...]:
        """What went wrong, in words."""
        questions = [question for question in self.report.questions if question.verdict.status is not Status.PASSED]
        return tuple(f"{question.name}: {question.verdict.message}" for question in questions)

    def seconds_of(self, exercises: Iterable[str]) -> float:
        """The part of the CPU time that some exercises took, by their share of the wall time."""
        seconds = {question.name: question.seconds for question in self.report.questions}
        wanted = [question.name for question in self.report.questions if question.exercise in set(exercises)]
        return self.cpu_seconds * sum(seconds[name] for name in wanted) / (sum(seconds.values()) or 1.0)


@dataclass(frozen=True)
class Seeds:
    """The seeds under which one process grades the reference of a topic."""

    root: Path
    topic: str
    seeds: tuple[str, ...]


def grade_reference(work: Seeds) -> list[Live]:
    """The reference graded under each seed, in a process that has imported everything and read no data."""
    grader = Grader(Course(work.root), work.topic)
    source = (grader.course.solutions(work.topic) / "solution.py").read_bytes()
    submission = Submission("reference", {f"{work.topic}.py": source})
    done: list[Live] = []
    reports: list[Report] = []
    with closing(_Counting(choose(grader.assignment.framework))) as sandbox:
        assert sandbox.isolation is not None  # it is warm
        for seed in work.seeds:
            start, sandbox.cpu_seconds = time.process_time(), 0.0
            grader.grade([grader.submitted(submission, sandbox, seed)], reports.append)
            done.append(Live(reports[-1], time.process_time() - start + sandbox.cpu_seconds))
    return done


def live_gradings(course: Course, topic: str, seeds: Sequence[str], jobs: int = 0) -> list[list[Live]]:
    """The reference graded under every seed, for each process in the order in which it did so."""
    jobs = min(jobs or os.cpu_count() or 1, len(seeds))
    work = [Seeds(course.root, topic, tuple(seeds[start::jobs])) for start in range(jobs)]
    with processes(jobs) as executor:
        return list(executor.map(grade_reference, work))


def training_exercises(grader: Grader) -> frozenset[str]:
    """The exercises that have a question about how training goes."""
    names = [exercise.name for exercise in grader.assignment.exercises]
    trees = [ast.parse(path.read_text("utf-8")) for path in grader.paths]
    questions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    asked = [node.name.removeprefix("test_") for node in questions if _uses(node, TRAINING)]
    return frozenset(filter(None, (exercise_of(name, names) for name in asked)))


def _uses(tree: ast.AST, names: Iterable[str]) -> bool:
    return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(tree))


def cost(lives: Sequence[Sequence[Live]], training: frozenset[str]) -> str:
    """What a grading costs, in words: the median of those in warm processes, and the first of a process."""
    first = statistics.median(done[0].cpu_seconds for done in lives)
    warm = [live for done in lives for live in done[1:]] or [done[0] for done in lives]
    seconds = statistics.median(live.cpu_seconds for live in warm)
    trained = statistics.median(live.seconds_of(training) for live in warm)
    return (
        f"{seconds:.2f} s of CPU for one live grading after imports, training {trained:.2f} s of it "
        f"({first:.2f} s for a process's first)"
    )


def slowest(lives: Sequence[Sequence[Live]]) -> tuple[float, dict[str, float]]:
    """The median CPU seconds of a grading, and of each question by its share of the wall time.

    CPU time, which a busy machine does not change.
    """
    every = [live for done in lives for live in done]
    names = [question.name for question in every[0].report.questions]
    shares = [_shares(live) for live in every]
    return (
        statistics.median(live.cpu_seconds for live in every),
        {name: statistics.median(share[name] for share in shares) for name in names},
    )


def _shares(live: Live) -> dict[str, float]:
    taken = {question.name: question.seconds for question in live.report.questions}
    whole = sum(taken.values()) or 1.0
    return {name: live.cpu_seconds * seconds / whole for name, seconds in taken.items()}


class _Counting:
    """A sandbox that adds up what its children cost."""

    def __init__(self, inner: Sandbox) -> None:
        self._inner = inner
        self.cpu_seconds = 0.0

    @property
    def isolation(self) -> Isolation:
        """The inner one's."""
        return self._inner.isolation

    def spawn(self, limits: Limits) -> Child:
        """A child whose end is counted."""
        return _Counted(self._inner.spawn(limits), self)

    def renew(self) -> None:
        """Renew the inner one."""
        self._inner.renew()

    def close(self) -> None:
        """Close the inner one."""
        self._inner.close()


class _Counted:
    """A child that reports its CPU time when it is reaped."""

    def __init__(self, inner: Child, sandbox: _Counting) -> None:
        self.wire, self.output = inner.wire, inner.output
        self._inner, self._sandbox = inner, sandbox
        self._counted = False

    def show_place(self) -> None:
        """As the inner one does."""
        self._inner.show_place()

    def waited_seconds(self) -> float:
        """As the inner one says."""
        return self._inner.waited_seconds()

    def end(self, *, patience: float = 0.0) -> Ending:
        """End the child and count it, once."""
        ending = self._inner.end(patience=patience)
        if not self._counted:
            self._counted = True
            self._sandbox.cpu_seconds += ending.seconds
        return ending
