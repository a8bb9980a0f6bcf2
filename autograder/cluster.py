"""The same batch on a Dask cluster: each submission is a task, graded in the sandbox of the worker that takes it.

The scheduler hands a lost worker's unfinished tasks to the others; what was finished stays finished. A task's name
is a digest of all that its report rests on: whoever grades it again gets the same. Student code never runs in a
worker's own process, and results come back to the one process that writes them down.
"""

from __future__ import annotations

import functools
import hmac
import importlib
import threading
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder import batch, fingerprint, seeds
from autograder.batch import Shard
from autograder.coursefile import SETTINGS
from autograder.fingerprint import versions
from autograder.manifest import Course, nearest
from autograder.model import AutograderError, Report, UsageError
from autograder.student import Place

GPU = "GPU"
ALONE = threading.Lock()  # a worker with several threads has one sandbox all the same
START_SECONDS = 60
FLYING = 2  # shards for each worker: one in hand and one to go on with
KEPT = 256
OTHER = "other graders, another solution or other versions"
KEYS = ("class", "workers", "options", "resources")


class OtherCourseError(AutograderError):
    """A worker would grade by something else than what this batch rests on."""


def graded(shard: Shard, basis: str) -> list[Report]:
    """`batch.grade_shard` in a worker's process. Raises OtherCourseError where the worker has another course.

    basis: the fingerprint of the topic with its graders, this program and the versions of what it runs on.
    """
    with ALONE:
        if basis_of(shard.root, shard.topic) != basis:
            raise OtherCourseError(f"a worker has {OTHER} of {shard.topic}")
        return batch.grade_shard(shard)


@functools.cache
def basis_of(root: Path, topic: str) -> str:
    """What this process grades a topic by: as it was when it was first asked, because it loads a solution only once."""
    if not (root / "assignments").is_dir():
        raise OtherCourseError(f"there is no course at {root} on this worker: the folder must be shared")
    return fingerprint.of_topic(Course(root), topic, versions())


def key_of(shard: Shard, basis: str) -> str:
    """The name of a task, which tells nothing to whoever reads the scheduler's pages."""
    digest = hmac.new(shard.secret, basis.encode(), "sha256")
    for submission in shard.submissions:
        seed = seeds.seed_for(shard.secret, shard.topic, submission.student)
        level = (shard.isolation.level if shard.isolation else "") + Place(shard.device).mark
        digest.update(fingerprint.of_submission(basis, submission, seed, level).encode())
    return f"grade-{digest.hexdigest()}"


@dataclass(frozen=True)
class Scheduler:
    """Where a batch is spread: a scheduler's address, or a cluster that this process starts and ends.

    start: gives the cluster object; None for a scheduler that runs already. resources: what each task needs of a
    worker, by the names that workers declare, e.g. {"GPU": 1}: one grading process for each GPU.
    """

    address: str = ""
    start: Callable[[], Any] | None = None
    resources: Mapping[str, float] = field(default_factory=dict)


def scheduler(word: str, root: Path) -> Scheduler:
    """What `--cluster` means: `tcp://host:8786` (or tls://…), or the name of a [cluster.<name>] in course.toml.

    Raises UsageError for anything else, and for a table that is not one.
    """
    if "://" in word:
        return Scheduler(word)
    path = root / SETTINGS
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("cluster", {}) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    table = tables.get(word) if isinstance(tables, dict) else None
    if not isinstance(table, dict):
        known = tables if isinstance(tables, dict) else ()
        raise UsageError(f"--cluster {word}: neither tcp://… nor a [cluster.{word}] in {path}{nearest(word, known)}")
    where, needed = f"{path}: [cluster.{word}]", table.get("resources", {})
    if not isinstance(needed, dict) or not all(type(amount) in (int, float) for amount in needed.values()):
        raise UsageError(f"{where}: resources = {needed!r}, expected amounts by name, e.g. {{ GPU = 1 }}")
    return Scheduler(start=_starting(table, where), resources=needed)


def _starting(table: Mapping[str, Any], where: str) -> Callable[[], Any]:
    """A function that makes the cluster object of a table: `class`, `workers`, and the class's own options."""
    unknown = sorted(set(table) - {*KEYS})
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r}{nearest(unknown[0], KEYS)}")
    name, workers, options = table.get("class"), table.get("workers", 0), table.get("options", {})
    if not isinstance(name, str) or "." not in name:
        raise UsageError(
            f"{where}: class = {name!r}, expected the name of a cluster, e.g. 'dask_jobqueue.SLURMCluster'"
        )
    if not isinstance(workers, int) or isinstance(workers, bool) or workers < 0 or not isinstance(options, dict):
        raise UsageError(f"{where}: workers is a whole number, and options is a table")

    def start() -> Any:
        module, _, attribute = name.rpartition(".")
        try:
            cluster = getattr(importlib.import_module(module), attribute)(**options)
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise UsageError(f"{where}: {name} cannot be started: {error}") from None
        if workers:
            cluster.scale(workers)
        return cluster

    return start


class Spread:
    """A batch's way to its cluster: `pool` is what `batch.outcomes` takes. Close it at the end.

    basis: what all workers are to grade by (see `basis_of`). Raises UsageError when there is no cluster there.
    """

    def __init__(self, where: Scheduler, basis: str) -> None:
        self._distributed = _distributed()
        self._basis, self._resources = basis, dict(where.resources)
        self._cluster = where.start() if where.start else None
        self._address = where.address or self._cluster
        self._kept: dict[str, list[Report]] = {}

    def pool(self, jobs: int) -> Executor:
        """An executor on the cluster; how many work there is the cluster's to say."""
        return _Tasks(self.client(), self._basis, self._resources or None, self._kept)

    def client(self) -> Any:
        """A new connection. Raises UsageError."""
        try:
            return self._distributed.Client(self._address, timeout=START_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {self._address}: {error}") from None

    def jobs(self) -> int:
        """How many shards to keep on their way. Waits for the first worker; raises UsageError when none will do."""
        with self.client() as client:
            try:
                client.wait_for_workers(1, timeout=START_SECONDS)
            except TimeoutError:
                raise UsageError(f"the scheduler at {self._address} has no worker") from None
            workers = client.scheduler_info(n_workers=-1)["workers"].values()
        fitting = [each for each in workers if self._fits(each["resources"])]
        if not fitting:
            needed = ", ".join(f"{name}={amount:g}" for name, amount in self._resources.items())
            raise UsageError(
                f"none of the {len(workers)} workers at {self._address} declares {needed}, which these questions need; "
                f"start one for each GPU: dask worker … --nthreads 1 --resources '{needed}'"
            )
        return FLYING * len(fitting)

    def _fits(self, declared: Mapping[str, float]) -> bool:
        return all(declared.get(name, 0) >= amount for name, amount in self._resources.items())

    def proved(self, root: Path, topic: str) -> None:
        """See that every worker that is there now has the same course. Raises UsageError naming one that has not."""
        with self.client() as client:
            found = client.run(basis_of, root, topic, on_error="return")
        for worker, basis in found.items():
            if isinstance(basis, BaseException):
                raise UsageError(f"the worker {worker} cannot grade: {basis}")
            if basis != self._basis:
                raise UsageError(
                    f"the worker {worker} has {OTHER} of {topic} than this machine: give all of them the same folder "
                    "and the same constraints.txt, and start workers anew when the course has changed"
                )

    def close(self) -> None:
        """End the cluster if it was started here."""
        if self._cluster is not None:
            self._cluster.close()


@contextmanager
def spread(word: str, root: Path, topic: str, jobs: int, device: str = "cpu") -> Iterator[tuple[batch.Pool, int]]:
    """Where a topic's work goes, and how many pieces to keep on their way: the cluster, or this machine without one.

    device: what is computed on a GPU goes to workers that declare one, here to one process. Raises UsageError.
    """
    on_gpu = device != "cpu"
    if not word:
        yield batch.local_pool, 1 if on_gpu else jobs
        return
    where = scheduler(word, root)
    if on_gpu:
        where = replace(where, resources={GPU: 1, **where.resources})
    with closing(Spread(where, basis_of(root, topic))) as found:
        flying = found.jobs()
        found.proved(root, topic)
        yield found.pool, flying


class _Tasks(Executor):
    """Shards as tasks of one submission each; what was finished of a shard that failed is not graded again."""

    def __init__(
        self, client: Any, basis: str, resources: Mapping[str, float] | None, kept: dict[str, list[Report]]
    ) -> None:
        self._client, self._basis, self._resources, self._kept = client, basis, resources, kept

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Future[Any]:
        """The reports of a shard, in order. Raises BrokenExecutor when the scheduler is gone."""
        (shard,) = arguments
        keyed = [(key_of(single, self._basis), single) for single in shard.singles()]
        parts = {key: self._part(key, single) for key, single in dict(keyed).items()}
        return self._together(parts, [key for key, _ in keyed])

    def _part(self, key: str, single: Shard) -> Future[list[Report]]:
        mine: Future[list[Report]] = Future()
        if key in self._kept:
            mine.set_result(self._kept.pop(key))
            return mine
        try:
            task = self._client.submit(graded, single, self._basis, key=key, resources=self._resources)
        except Exception as error:  # noqa: BLE001 - its own kinds of not being there any more
            raise BrokenExecutor(f"the scheduler takes no work any more ({error})") from None
        task.add_done_callback(functools.partial(_arrived, mine))
        return mine

    def _together(self, parts: Mapping[str, Future[list[Report]]], order: Sequence[str]) -> Future[list[Report]]:
        """The reports in this order once the last one is there, or what went wrong in any part.

        What was handed in twice stands twice in the order: it is one task, and its report is that of both.
        """
        whole: Future[list[Report]] = Future()
        left, lock = set(parts), threading.Lock()

        def came(key: str, _: Future[list[Report]]) -> None:
            with lock:
                left.discard(key)
                if left or whole.done():
                    return
                errors = [error for part in parts.values() if (error := part.exception()) is not None]
                if errors:
                    self._keep({key: part.result() for key, part in parts.items() if part.exception() is None})
                    whole.set_exception(next((each for each in errors if isinstance(each, BrokenExecutor)), errors[0]))
                else:
                    whole.set_result([report for key in order for report in parts[key].result()])

        for key, part in parts.items():
            part.add_done_callback(functools.partial(came, key))
        return whole

    def _keep(self, finished: Mapping[str, list[Report]]) -> None:
        self._kept.update(finished)
        while len(self._kept) > KEPT:
            self._kept.pop(next(iter(self._kept)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Hang up. The scheduler forgets what nobody waits for any more."""
        self._client.close()


def _arrived(mine: Future[list[Report]], task: Any) -> None:
    """What a task came to. A worker that keeps dying of it is the task's trouble, a lost scheduler everybody's."""
    try:
        if task.status == "error":
            mine.set_exception(task.exception(timeout=START_SECONDS))
        else:
            mine.set_result(task.result(timeout=START_SECONDS))
    except BaseException as error:  # noqa: BLE001 - cancelled, timed out, hung up: there will be no answer
        mine.set_exception(BrokenExecutor(f"the scheduler or its answer was lost ({type(error).__name__})"))


def _distributed() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError:
        raise UsageError("a cluster needs Dask: .venv/bin/pip install '.[cluster]'") from None
