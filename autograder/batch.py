"""Many submissions: graded in shards by an executor, each report written as soon as it is done.

Student code never runs in these processes: each keeps a sandbox below it. What goes wrong in one shard is
told, tried twice more by itself, and stops nobody else.
"""

from __future__ import annotations

import atexit
import functools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from autograder import fingerprint, seeds
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Isolation, Outcome, Report, Submission
from autograder.sandbox.choice import choose, plain
from autograder.sandbox.protocol import Sandbox
from autograder.student import Place, gpu_trouble

SHARD = 8
BREAKS = 10

Pool = Callable[[int], Executor]


@dataclass(frozen=True)
class Shard:
    """Some submissions of one topic, for one process to grade.

    isolation: what was proved before; a sandbox that comes to less is refused. None: whatever there is. device: where
    PyTorch computes, `cpu` or `cuda`.
    """

    root: Path
    topic: str
    submissions: tuple[Submission, ...]
    secret: bytes
    isolation: Isolation | None = None
    device: str = "cpu"

    def singles(self) -> Iterator[Shard]:
        """Each submission by itself."""
        return (replace(self, submissions=(submission,)) for submission in self.submissions)


def fingerprints(
    shared: str, topic: str, secret: bytes, isolation: Isolation, device: str = "cpu"
) -> Callable[[Submission], str]:
    """What each submission's report will rest on, if it is graded now. shared: from `fingerprint.of_topic`."""
    level = isolation.level + Place(device).mark

    def of(submission: Submission) -> str:
        seed = seeds.seed_for(secret, topic, submission.student)
        return fingerprint.of_submission(shared, submission, seed, level)

    return of


@functools.cache
def _grader(
    root: Path, topic: str, isolation: Isolation | None = None, device: str = "cpu"
) -> tuple[Grader, Sandbox, Place]:
    """A process's own warm grader and sandbox, and where its tensors are computed."""
    sandbox, place = opened(Course(root).assignment(topic).framework, isolation, device)
    try:
        return Grader(Course(root), topic), sandbox, place
    except BaseException:
        sandbox.close()
        raise


def opened(framework: str, isolation: Isolation | None, device: str) -> tuple[Sandbox, Place]:
    """A started sandbox, and where tensors are computed behind it. isolation, device: as of a shard."""
    on_gpu = device != "cpu"
    is_plain = on_gpu and isolation is not None and isolation.level == "C"  # walls would hide the GPU
    sandbox = plain(framework) if is_plain else choose(framework, expected=isolation)
    try:
        trouble = gpu_trouble(sandbox) if on_gpu else ""
    except BaseException:
        sandbox.close()
        raise
    return sandbox, Place("cpu", trouble) if trouble else Place(device)


def grade_shard(shard: Shard) -> list[Report]:
    """The reports of a shard's submissions, in order."""
    grader, sandbox, place = _grader(shard.root, shard.topic, shard.isolation, shard.device)
    reports: list[Report] = []
    answerers = (
        grader.submitted(submission, sandbox, seeds.seed_for(shard.secret, shard.topic, submission.student), place)
        for submission in shard.submissions
    )
    grader.grade(answerers, reports.append)
    return reports


def shards(
    submissions: Iterable[Submission],
    count: int,
    root: Path,
    topic: str,
    secret: bytes,
    jobs: int,
    isolation: Isolation | None = None,
    device: str = "cpu",
) -> Iterator[Shard]:
    """The submissions in pieces: large enough to be worth a message, the last ones small so that all jobs end together.

    Each is taken when it is wanted: a class need not fit into memory. count: about how many there are.
    """
    coming = iter(submissions)
    while piece := tuple(islice(coming, max(1, min(SHARD, count // (4 * jobs))))):
        count -= len(piece)
        yield Shard(root, topic, piece, secret, isolation, device)


def local_pool(jobs: int) -> Executor:
    """Processes on this machine, which end when this one does, however it does."""
    return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Without it a process whose batch was killed waits for work for ever, and its sandbox with it.

    Ctrl-C is the batch's to hear: it ends its processes itself. Taking torch apart would take one of them 0.4 s.
    """
    atexit.register(os._exit, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def outcomes(work: Iterable[Shard], pool: Pool, jobs: int) -> Iterator[Outcome]:
    """Every submission's outcome, as it comes. pool: makes an executor of so many processes.

    The submissions of a shard that failed, or that was in a process when its pool broke, are tried again one at
    a time; those that fail alone too, once more, because something else may have disturbed them.
    """
    suspects: list[Shard] = []
    for shard, result in _graded(work, pool, jobs):
        if isinstance(result, BaseException):
            suspects += shard.singles()
        else:
            yield from (Outcome(*pair) for pair in zip(shard.submissions, result, strict=True))
    again: list[Shard] = []
    for shard, result in _graded(suspects, pool, 1):
        if isinstance(result, BaseException):
            again.append(shard)
        else:
            yield Outcome(shard.submissions[0], result[0])
    for shard, result in _graded(again, pool, 1):
        if isinstance(result, BaseException):
            yield Outcome(shard.submissions[0], None, f"{type(result).__name__}: {result}")
        else:
            yield Outcome(shard.submissions[0], result[0])


Result = list[Report] | BaseException


def _graded(work: Iterable[Shard], pool: Pool, jobs: int) -> Iterator[tuple[Shard, Result]]:
    """Each shard with its reports or with what went wrong.

    A pool that breaks takes the shards in flight with it; a new one goes on with the rest. After several that
    broke without a single result, nothing can be had here.
    """
    waiting, fruitless = _Waiting(work), 0
    error: BaseException = BrokenExecutor("no process could be started")
    while waiting.first() is not None and fruitless < BREAKS:
        fruitless += 1
        with _ended(pool(jobs)) as executor:
            for shard, result in _from_one_pool(waiting, executor, jobs):
                fruitless, error = (fruitless, result) if isinstance(result, BaseException) else (0, error)
                yield shard, result
    while (left := waiting.first()) is not None:
        yield waiting.take(left), error


class _Waiting:
    """Work that is made when it is wanted, and that can be looked at before it is taken."""

    def __init__(self, work: Iterable[Shard]) -> None:
        self._coming, self._first = iter(work), None

    _first: Shard | None

    def first(self) -> Shard | None:
        """The next piece, which stays; None at the end."""
        if self._first is None:
            self._first = next(self._coming, None)
        return self._first

    def take(self, shard: Shard) -> Shard:
        """The next piece, looked at before, is no longer waiting."""
        self._first = None
        return shard


@contextmanager
def _ended(executor: Executor) -> Iterator[Executor]:
    """An executor whose processes end at once when the batch is stopped, rather than after what they have in hand."""
    try:
        yield executor
    except BaseException:
        processes = dict(getattr(executor, "_processes", None) or {})
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes.values():
            process.terminate()
        raise
    finally:
        executor.shutdown()


def _from_one_pool(waiting: _Waiting, executor: Executor, jobs: int) -> Iterator[tuple[Shard, Result]]:
    """What one pool gives until all is done or it breaks. Takes from `waiting` no more than is being graded.

    Whoever has ended gets new work before anybody looks at the result: writing it down takes a while.
    """
    flying: dict[Future[list[Report]], Shard] = {}
    intact = True

    def refill() -> bool:
        while intact and len(flying) < jobs and (shard := waiting.first()) is not None:
            try:
                flying[executor.submit(grade_shard, shard)] = shard
                waiting.take(shard)
            except BrokenExecutor:
                return False
        return intact

    intact = refill()
    while flying:
        ended = {future: flying.pop(future) for future in wait(flying, return_when=FIRST_COMPLETED).done}
        errors = [future.exception() for future in ended]
        intact = intact and not any(isinstance(error, BrokenExecutor) for error in errors)
        intact = refill()
        for (future, shard), error in zip(ended.items(), errors, strict=True):
            yield shard, error or future.result()
