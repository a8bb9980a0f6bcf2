"""A Dask cluster on this machine, and a batch on it beside two local jobs."""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.batches import Figures, batch, copies, folder, solution
from benchmarks.measuring import ROOT, Cost, environment, in_turn, ratio


def dask(full: bool) -> Figures:
    """Two workers of a Dask cluster on loopback beside two local jobs, by wall time of one more submission.

    The workers have graded before, so that what they load once is not in the first batch only. A local job starts anew
    with each batch, but that is in the few and in the many alike.
    """
    few, many, rounds = (20, 120, 5) if full else (8, 40, 3)
    return _dask_and_local(ROOT, "classification", few, many, rounds)


def _dask_and_local(root: Path, topic: str, few: int, many: int, rounds: int) -> Figures:
    """All four batches of each round in turn."""
    with folder() as place, closing(Loopback(workers=2)) as cluster:
        for name, count in {"few": few, "many": many}.items():
            copies(place / name, topic, solution(topic, root), count)
        where = {"local": ("--jobs", "2"), "dask": ("--cluster", cluster.address)}

        def graded(name: str, side: str) -> Cost:
            return batch(root, topic, place / name, place / f"out_{side}_{name}", *where[side], cores=2)

        graded("few", "dask")  # what a worker loads once is no part of what a submission costs
        sides = {
            f"{side}_{name}": lambda name=name, side=side: graded(name, side)
            for name in ("few", "many")
            for side in where
        }
        costs = in_turn(sides, rounds)
    each = {side: _each_wall(costs[f"{side}_few"], costs[f"{side}_many"], many - few) for side in where}
    return {
        **{side: {"wall_each": statistics.median(found)} for side, found in each.items()},
        "submissions": {"few": few, "many": many},
        "whole_dask_over_local": ratio(costs["local_many"], costs["dask_many"], "wall"),
        "runs": {name: [cost.rounded() for cost in found] for name, found in costs.items()},
        "ratios": {"dask_over_local": round(statistics.median(_over(each["local"], each["dask"])), 3)},
    }


def _each_wall(few: list[Cost], many: list[Cost], difference: int) -> list[float]:
    return [(b.wall - a.wall) / difference for a, b in zip(few, many, strict=True)]


def _over(ours: list[float], theirs: list[float]) -> Iterator[float]:
    return (a / b for a, b in zip(ours, theirs, strict=True))


class Loopback:
    """A scheduler and workers of one thread, as processes of this machine."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self._running = [_started("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
        for _ in range(workers):
            words = (self.address, "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
            self._running.append(_started("dask_worker", *words))
        from distributed import Client

        with Client(self.address, timeout=60, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def close(self) -> None:
        """End all of them."""
        for process in reversed(self._running):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _started(module: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *words],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
