"""What a command costs: CPU seconds of all that it starts, wall seconds, peak memory; on as many cores as one says.

CPU time is what counts: on a busy machine wall time says more about the neighbours. Everything that a command leaves
behind is waited for here, so that nothing escapes the account.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PR_SET_CHILD_SUBREAPER = 36
STOPPED = 130
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Cost:
    """cpu: user and system seconds of the whole tree. peak_bytes: resident memory of its largest process."""

    cpu: float
    wall: float
    peak_bytes: int = 0

    def rounded(self) -> dict[str, float]:
        """For the results' file."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def environment() -> dict[str, str]:
    """One thread for every program, so that a core is a core."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # nbgrader calls alembic
    return {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": path, "PATH": programs}


def run(
    command: Sequence[str],
    *,
    cores: int = 1,
    cwd: Path = ROOT,
    codes: Iterable[int] = (0,),
    seconds: float | None = None,
) -> Cost:
    """Run to the end, on the first so many cores. Raises RuntimeError for another exit code.

    seconds: after which it is interrupted, and may end with STOPPED.
    """
    _adopt()
    others = _living()  # a cluster's workers outlive the batches that they grade
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(all_cores)[:cores])  # what is started here inherits it
    before, start = _children(), time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, stopped = _said(process, seconds)
    os.sched_setaffinity(0, all_cores)
    wall = time.perf_counter() - start
    _reap(others)
    after = _children()
    if process.returncode not in (*codes, *([STOPPED] if stopped else [])):
        raise RuntimeError(f"{' '.join(command[:6])} … ended with {process.returncode}:\n{said.decode()[-2000:]}")
    return Cost(after[0] - before[0], wall, after[1])


def _said(process: subprocess.Popen[bytes], seconds: float | None) -> tuple[bytes, bool]:
    """What a command prints until it ends, and whether it had to be interrupted."""
    try:
        return process.communicate(timeout=seconds)[0], False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)
        return process.communicate()[0], True


def _adopt() -> None:
    """Whatever loses its parent below us becomes our child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _living() -> set[int]:
    """The processes below this one that have not ended; those that have are reaped."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return {int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == os.getpid()}


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _reap(others: Set[int]) -> None:
    """Wait for all that a command has left behind, ten seconds at most."""
    deadline = time.monotonic() + 10
    while _living() - others and time.monotonic() < deadline:
        time.sleep(0.01)


def _children() -> tuple[float, int]:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime, used.ru_maxrss << 10


def in_turn(sides: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """All sides once in each round, in turn, so that what slows one slows its neighbour."""
    measured: dict[str, list[Cost]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            measured[name].append(side())
    return measured


def median(costs: Iterable[Cost], of: str = "cpu") -> float:
    """The middle of what was measured."""
    return statistics.median(getattr(cost, of) for cost in costs)


def per_submission(few: Sequence[Cost], many: Sequence[Cost], difference: int, of: str = "cpu") -> float:
    """Seconds of one more submission: the start-up is in both and falls out."""
    return statistics.median((getattr(b, of) - getattr(a, of)) / difference for a, b in zip(few, many, strict=True))


def ratio(ours: Sequence[Cost], theirs: Sequence[Cost], of: str = "cpu") -> float:
    """The median over the rounds of what ours cost over theirs."""
    return round(statistics.median(getattr(a, of) / getattr(b, of) for a, b in zip(ours, theirs, strict=True)), 3)


def python(*words: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *words]
