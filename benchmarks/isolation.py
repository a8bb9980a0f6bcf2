"""What each layer costs a child, beyond the fork: medians in microseconds.

    python benchmarks/isolation.py [--rounds 200] [--warm] [--json]

--warm imports torch and runs one optimiser step in the zygote first, as grading does: its children share more
pages, so that each page touched costs more. Stacks are measured in turns, so that a busy machine slows all alike;
"fork to reaped" is the only table that waits for other processes.
"""

import argparse
import json
import os
import statistics
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from autograder.sandbox.layers import (
    LayerUnavailable,
    confine,
    landlock,
    limits,
    namespaces,
    privileges,
    root,
    seccomp,
)
from autograder.sandbox.layers.confine import EVERY_LAYER, LANDLOCK, LIMITS, NAMESPACES, SECCOMP, Confinement
from autograder.sandbox.layers.limits import Limits
from autograder.sandbox.layers.syscalls import perform, ready
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]
Costs = dict[str, dict[str, float]]

STACKS = {
    "fork": None,
    "fork, limits, no capabilities": frozenset({LIMITS}),
    "+ Landlock": frozenset({LIMITS, LANDLOCK}),
    "+ seccomp (level B)": frozenset({LIMITS, LANDLOCK, SECCOMP}),
    "+ namespaces (level A)": EVERY_LAYER,
}


def warm() -> None:
    import torch

    torch.set_num_threads(1)
    weights = torch.ones(8, 8, requires_grad=True)
    torch.linalg.svdvals(weights @ weights).sum().backward()
    torch.optim.SGD([weights]).step()


def child(fork: Callable[[], int], work: Work) -> tuple[float, float, float]:
    """Seconds from before the fork until the child is reaped, those that the work took in it, and of its CPU."""
    reading, writing = os.pipe()
    start = time.perf_counter()
    pid = fork()
    if not pid:
        begun = time.perf_counter()
        try:
            work()
            os.write(writing, struct.pack("d", time.perf_counter() - begun))
        finally:
            os._exit(0)
    used = os.wait4(pid, 0)[2]
    total = time.perf_counter() - start
    inside = struct.unpack("d", os.read(reading, 8))[0]
    os.close(reading)
    os.close(writing)
    return total, inside, used.ru_utime + used.ru_stime


def stacks(own: int) -> dict[str, tuple[Callable[[], int], Work]]:
    """For each stack its fork and its work."""
    made: dict[str, tuple[Callable[[], int], Work]] = {}
    for name, layers in STACKS.items():
        if layers is None:
            made[name] = (os.fork, lambda: None)
            continue
        nested = NAMESPACES in layers
        scratch = root.SCRATCH if nested else None
        confinement = Confinement(read=confine.readable(), scratch=scratch, layers=layers)
        prepared = confine.prepare(confinement, confine.program_for(confinement))
        fork = (lambda: namespaces.fork_into_pid_namespace(own)) if nested else os.fork
        made[name] = (fork, lambda prepared=prepared: confine.confine(prepared))  # type: ignore[misc]
    return made


def steps() -> dict[str, Work]:
    """The parts of level A in their order, each after those before it."""
    limit = limits.limiting(Limits(), limits.address_space())
    filter_ = seccomp.Filter(seccomp.program())
    groups = {
        "mounts, IPC, host name": namespaces.hiding(1 << 26),
        "own user namespace": (ready("unshare", namespaces.NEWUSER),),
        "bounding set, securebits": privileges.stripping(),
        "rlimits": limit,
        "group, parent's death, not dumpable": limits.being_alone(),
        "capabilities": privileges.dropping(),
        "Landlock": landlock.enforcing(landlock.ruleset(confine.readable(), ("/dev/null", "/sandbox"))),
    }
    works: dict[str, Work] = {name: (lambda calls=calls: perform(calls)) for name, calls in groups.items()}  # type: ignore[misc]
    return works | {"seccomp": filter_.install}


def one_by_one(works: dict[str, Work]) -> list[float]:
    times = []
    for work in works.values():
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return times


def step_times(own: int, works: dict[str, Work]) -> list[float]:
    """Seconds of each step in one child."""
    reading, writing = os.pipe()
    pid = namespaces.fork_into_pid_namespace(own)
    if not pid:
        try:
            os.write(writing, struct.pack(f"{len(works)}d", *one_by_one(works)))
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    times = struct.unpack(f"{len(works)}d", os.read(reading, 8 * len(works)))
    os.close(reading)
    os.close(writing)
    return list(times)


def summary(samples: list[float]) -> dict[str, float]:
    micros = sorted(sample * 1e6 for sample in samples)
    return {"p10": round(micros[len(micros) // 10], 1), "median": round(statistics.median(micros), 1)}


def measure(rounds: int, warmed: bool) -> dict[str, Costs]:
    """All tables, measured in a nested zygote."""
    own = namespaces.nest((*root.system(), *root.interpreter()))
    if warmed:
        warm()
    made, works = stacks(own), steps()
    samples = [{name: child(*each) for name, each in made.items()} for _ in range(rounds)]
    single = [step_times(own, works) for _ in range(rounds)]
    return {
        "fork to reaped": {name: summary([one[name][0] for one in samples]) for name in made},
        "CPU of the child, exit included": {name: summary([one[name][2] for one in samples]) for name in made},
        "in the child, beyond the fork": {name: summary([one[name][1] for one in samples]) for name in made},
        "steps of level A": {name: summary([one[i] for one in single]) for i, name in enumerate(works)},
    }


def ordinary(work: Work) -> Work:
    """The work by an ordinary user where we are root."""

    def changed() -> object:
        others = privileges.other_uids()
        if others:
            namespaces.unshare(namespaces.NEWNS)
            root.narrow([*root.system(), *root.interpreter()], read_only=False)
            privileges.become_other(others)
        return work()

    return changed


def show(tables: dict[str, Costs]) -> None:
    for title, costs in tables.items():
        print(f"{title:<40}{'p10 µs':>10}{'median µs':>12}")
        for name, cost in costs.items():
            print(f"  {name:<38}{cost['p10']:>10.0f}{cost['median']:>12.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {}
    for user, by in (("root" if os.geteuid() == 0 else "this user", lambda work: work), ("ordinary user", ordinary)):
        try:
            results[user] = trial(by(lambda: measure(options.rounds, options.warm)), 600)
        except LayerUnavailable as error:
            results[user] = str(error)
    if options.json:
        print(json.dumps(results))
        return
    for user, tables in results.items():
        print(f"\nStarted by {user}{', zygote warmed with torch' if options.warm else ''}")
        show(tables) if isinstance(tables, dict) else print(f"  {tables}")


if __name__ == "__main__":
    main()
