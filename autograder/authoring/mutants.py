"""Mutants graded like submissions: which lose points, which survive, and why the explained ones may.

Each share of the mutants runs in a forked helper of a warm process. The kernel counts the helper's CPU time and
ends it at the deadline, so that a mutant that never comes back costs a second, not the run; one that brings its
helper down is killed too, and the next helper goes on behind it.
"""

from __future__ import annotations

import functools
import json
import os
import resource
import signal
import time
import traceback
import types
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from autograder.answering import Answerer
from autograder.authoring.mutate import Mutant, applied, mutants_of
from autograder.authoring.spread import Pool
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import AutograderError, Report, Status

SHARE = 24
MEMORY_BYTES = 4 << 30
SILENCE_FACTOR = 30
OURS = 70


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: the question that it lost under each seed, or '' where it survived."""

    mutant: Mutant
    lost: Mapping[str, str]

    @property
    def survived(self) -> bool:
        """Whether a student with this answer could get full marks."""
        return not all(self.lost.values())


@dataclass(frozen=True)
class Share:
    """Some mutants of one topic, all asked about by the same exercises, for one process to grade."""

    root: Path
    topic: str
    mutants: tuple[Mutant, ...]
    seeds: tuple[str, ...]


def graded(course: Course, topic: str, seeds: Sequence[str], pool: Pool, only: str = "") -> tuple[Fate, ...]:
    """Every mutant of a topic's solution with its fate, in the order of lines. only: an exercise, all when empty."""
    path = course.solutions(topic) / "solution.py"
    found = mutants_of(path.read_text("utf-8"), course.assignment(topic).exercises, str(path))
    wanted = [mutant for mutant in found if not only or only in mutant.exercises]
    with pool() as executor:
        done = [fate for fates in executor.map(grade_share, _shares(course, topic, wanted, seeds)) for fate in fates]
    return tuple(sorted(done, key=lambda fate: fate.mutant.edit.start))


def _shares(course: Course, topic: str, mutants: Iterable[Mutant], seeds: Sequence[str]) -> Iterator[Share]:
    """The mutants by the exercises that ask for them, the last first: training takes longest."""
    together: dict[tuple[str, ...], list[Mutant]] = {}
    for mutant in mutants:
        together.setdefault(mutant.exercises, []).append(mutant)
    for group in reversed(together.values()):
        for start in range(0, len(group), SHARE):
            yield Share(course.root, topic, tuple(group[start : start + SHARE]), tuple(seeds))


@functools.cache
def _grader(root: Path, topic: str) -> Grader:
    """A process's own warm grader, which names no mistakes."""
    return Grader(Course(root), topic, name_mistakes=False)


def grade_share(share: Share) -> list[Fate]:
    """The fates of a share's mutants. Raises AutograderError when the reference itself loses points."""
    grader = _grader(share.root, share.topic)
    seconds = sum(_reference_seconds(share, seed) for seed in share.seeds)
    fates: list[Fate] = []
    while len(fates) < len(share.mutants):
        left = share.mutants[len(fates) :]
        fates += _helped(grader, left, share.seeds, deadline=1.0 + 10 * seconds)
    return fates


@functools.cache
def _reference_of(root: Path, topic: str, exercises: tuple[str, ...], seed: str) -> float:
    grader = _grader(root, topic)
    start = time.process_time()
    reports: list[Report] = []
    asked = (_asked(grader, grader.bank.solution, exercise, seed) for exercise in exercises)
    grader.grade(asked, reports.append)
    for question in (question for report in reports for question in report.questions):
        if question.score < question.points:
            raise AutograderError(f"{topic}: the reference itself loses {question.name} under seed {seed}")
    return time.process_time() - start


def _reference_seconds(share: Share, seed: str) -> float:
    """The CPU time of the questions on the reference, measured once in each process."""
    return _reference_of(share.root, share.topic, share.mutants[0].exercises, seed)


def _asked(grader: Grader, namespace: Any, exercise: str, seed: str) -> Answerer:
    return replace(grader.played("mutant", namespace, seed), exercise=exercise, until_lost=True)


def _lost(report: Report) -> str:
    """The first question that lost its points by the answer, or ''. A grader that fails by itself proves nothing."""
    ours = (Status.OURS, Status.NOT_RUN)
    return next((q.name for q in report.questions if q.score < q.points and q.verdict.status not in ours), "")


def _helped(grader: Grader, mutants: Sequence[Mutant], seeds: Sequence[str], deadline: float) -> list[Fate]:
    """The fates of as many mutants as one helper gets through; the one that ended it is the last."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become_helper(grader, mutants, seeds, deadline, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines if line.endswith("\n")]
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == OURS:
        raise AutograderError(f"{grader.topic}: grading mutants failed by itself, see above")
    fates = [Fate(mutant, lost) for mutant, lost in zip(mutants, told, strict=False)]
    if len(fates) < len(mutants):
        late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM)
        fates.append(Fate(mutants[len(fates)], dict.fromkeys(seeds, "never ends" if late else "dies")))
    return fates


def _become_helper(
    grader: Grader, mutants: Sequence[Mutant], seeds: Sequence[str], deadline: float, writing: int
) -> NoReturn:
    status = OURS
    try:
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 1)  # LAPACK prints what it thinks of a mutant's arguments
        limit = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, limit))
        _help(grader, mutants, seeds, deadline, writing)
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may return into a copy of the parent
        traceback.print_exc()
    os._exit(status)


def _help(grader: Grader, mutants: Iterable[Mutant], seeds: Sequence[str], deadline: float, writing: int) -> None:
    """Grade one mutant after the other within one session of pytest, telling each fate as soon as it is known.

    SIGPROF ends the process when its CPU time is up, in Python's loops and in C's; SIGALRM when nothing happens.
    """
    warnings.simplefilter("ignore")
    source = (grader.course.solutions(grader.topic) / "solution.py").read_text("utf-8")
    reports: list[Report] = []

    def answerers() -> Iterator[Answerer]:
        for mutant in mutants:
            signal.setitimer(signal.ITIMER_PROF, deadline)
            signal.setitimer(signal.ITIMER_REAL, SILENCE_FACTOR * deadline)
            module = _module(grader, applied(source, mutant))
            lost = dict.fromkeys(seeds, "import")
            for seed in seeds if module is not None else ():
                reports.clear()
                yield from _until_lost(grader, module, mutant.exercises, seed, reports)
                lost[seed] = next(filter(None, map(_lost, reports)), "")
            os.write(writing, json.dumps(lost).encode() + b"\n")

    grader.grade(answerers(), reports.append)


def _module(grader: Grader, source: str) -> types.ModuleType | None:
    """A mutant's module in the solution's place; None where it cannot even be executed."""
    module = types.ModuleType(grader.bank.solution.__name__)
    module.__package__ = grader.bank.solution.__package__
    code = compile(source, "<mutant>", "exec", dont_inherit=True)
    try:
        exec(code, module.__dict__)
    except Exception:  # noqa: BLE001 - whatever a mutant raises
        return None
    return module


def _until_lost(
    grader: Grader, module: types.ModuleType | None, exercises: Iterable[str], seed: str, reports: list[Report]
) -> Iterator[Answerer]:
    """A mutant asked by one exercise after the other, as long as it keeps its points."""
    for exercise in exercises:
        if not any(map(_lost, reports)):
            yield _asked(grader, module, exercise, seed)
