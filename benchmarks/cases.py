"""The cases of `make bench`. Each gives its raw figures and, under `ratios`, what docs/performance.md explains."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

from benchmarks import frameworks, loopback, model, pieces, probes, watching
from benchmarks.batches import AUTOGRADER, Figures, both, copies, folder, solution
from benchmarks.measuring import ROOT, in_turn, median, python, ratio, run

IMPORT = python("-c", "import torch, pytest")
COURSE = ROOT / "benchmarks" / "course"


def imports(full: bool) -> Figures:
    """What imports cost: the floor under every start."""
    commands = {
        "python": python("-c", "pass"),
        "numpy": python("-c", "import numpy"),
        "pytest": python("-c", "import pytest"),
        "torch, pytest": IMPORT,
        "autograder.cli": python("-c", "import autograder.cli"),
        "autograder.grading": python("-c", "import autograder.grading"),
    }
    costs = in_turn(
        {name: lambda command=command: run(command) for name, command in commands.items()}, 7 if full else 3
    )
    return {
        name: {"cpu": round(median(found), 3), "wall": round(median(found, "wall"), 3)} for name, found in costs.items()
    }


def grade(full: bool) -> Figures:
    """`make grade`, warm, beside `import torch, pytest`: wall time, for it is waited for."""
    words = (*AUTOGRADER, "--root", str(ROOT), "grade", "gradient_descent", "--from")
    commands = {
        "import": IMPORT,
        "starter": python(*words, str(ROOT / "starter")),
        "solution": python(*words, str(ROOT / "solutions")),
        "torch": python(*AUTOGRADER, "--root", str(COURSE), "grade", "layer", "--from", str(COURSE / "solutions")),
    }
    sides = {name: lambda command=command: run(command, cores=2) for name, command in commands.items()}
    rounds = in_turn(sides, 8 if full else 4)
    ratios = {
        name: ratio(found[1:], rounds["import"][1:], "wall") for name, found in rounds.items() if name != "import"
    }
    return {
        "ratios": {"grade_over_import": ratios["torch"]},
        "over_import": ratios,
        "runs": {name: [cost.rounded() for cost in found] for name, found in rounds.items()},
    }


def watch(full: bool) -> Figures:
    """From a saved file to the result of its exercise, under `watch`, beside `import torch`."""
    rounds = 8 if full else 4
    found = {"numpy": watching.numpy_topic(rounds), "torch": watching.torch_topic(rounds)}
    return {"ratios": {"watch_over_import": found["numpy"]["ratio"]}, **found}


def floor(full: bool) -> Figures:
    """A batch of `classification`, isolated, beside a bare loop over the same calls in one warm process."""
    few, many, rounds = (20, 220, 3) if full else (10, 40, 1)
    topics = ("classification", "gradient_descent") if full else ("classification",)
    found: Figures = {"ratios": {}}
    for topic in topics:
        ours = both(ROOT, topic, solution(topic), few, many, rounds, "--jobs", "1")
        bare = [_floor(topic, many - few) for _ in range(rounds)]
        found[topic] = {**ours, "floor_each": statistics.median(bare)}
        found[topic]["over_floor"] = round(ours["cpu_each"] / found[topic]["floor_each"], 3)
        found[topic]["whole_over_floor"] = round(ours["cpu_whole_each"] / found[topic]["floor_each"], 3)
    found["ratios"]["batch_over_floor"] = found["classification"]["over_floor"]
    return found


def _floor(topic: str, count: int, root: Path = ROOT) -> float:
    """CPU seconds of a submission in the bare loop, once it is warm."""
    few, many = (run(python("-m", "benchmarks.floor", str(root), topic, str(each))) for each in (2, 2 + count))
    return (many.cpu - few.cpu) / count


def jobs(full: bool) -> Figures:
    """Two jobs on two cores beside one job on one, by wall time of one more submission."""
    few, many, rounds = (20, 120, 3) if full else (8, 32, 1)
    topic = "classification"
    one = both(ROOT, topic, solution(topic), few, many, rounds, "--jobs", "1", cores=1)
    two = both(ROOT, topic, solution(topic), few, many, rounds, "--jobs", "2", cores=2)
    return {"one": one, "two": two, "ratios": {"two_jobs_speedup": round(one["wall_each"] / two["wall_each"], 2)}}


def many(full: bool) -> Figures:
    """Cost of one of many, and the coordinator's peak memory, against the number of submissions."""
    counts = (10, 100, 1000, 10_000) if full else (10, 100, 500)
    found: Figures = {}
    with folder() as place:
        probes.small_course(place / "course", questions=2)
        source = solution(probes.SMALL, place / "course")
        for count in counts:
            handed_in = copies(place / f"in{count}", probes.SMALL, source, count)
            rounds = 7 if full and count <= 100 else 1  # a start of 1.5 s hides what 90 submissions cost
            runs = [
                probes.coordinator(place / "course", probes.SMALL, handed_in, place / f"out{count}-{number}")
                for number in range(rounds)
            ]
            cost, peak = sorted(runs, key=lambda each: each[0].cpu)[rounds // 2]
            found[str(count)] = {"cpu_each": round(cost.cpu / count, 5), **cost.rounded(), "coordinator_bytes": peak}
    start = found["10"]["cpu"]
    each = {count: (found[str(count)]["cpu"] - start) / (count - 10) for count in counts[1:]}
    last = counts[-1]
    memory = found[str(last)]["coordinator_bytes"] / found["100"]["coordinator_bytes"]
    name = "cost_10000_over_100" if last == 10_000 else f"cost_{last}_over_100"
    found["cpu_each_without_start"] = {str(count): round(value, 5) for count, value in each.items()}
    return {
        **found,
        "ratios": {name: round(each[last] / each[100], 3), name.replace("cost", "memory"): round(memory, 3)},
    }


def questions(full: bool) -> Figures:
    """Cost of one submission against the number of its questions, beside the bare loop; 50 are the promise."""
    few, count, rounds = (20, 120, 3) if full else (10, 40, 1)
    found: Figures = {}
    for number in (5, 50) if not full else (1, 10, 25, 50, 100):
        with folder() as place:
            probes.small_course(place, questions=number)
            ours = both(place, probes.SMALL, solution(probes.SMALL, place), few, count, rounds, "--jobs", "1")
            bare = _floor(probes.SMALL, count - few, place)
        found[str(number)] = {
            "cpu_each": round(ours["cpu_each"], 5),
            "floor_each": round(bare, 5),
            "added_milliseconds": round(1000 * (ours["cpu_each"] - bare), 1),
        }
    return {**found, "ratios": {"added_by_50_questions_milliseconds": found["50"]["added_milliseconds"]}}


def wire(full: bool) -> Figures:
    """A call and its answer over the wire, against the size of the array that goes and comes back."""
    return probes.wire_throughput(rounds=20 if full else 5)


def memory(full: bool) -> Figures:
    """What one more child takes of the machine's memory: its private pages, and its share of the others."""
    return {framework: probes.child_memory(framework) for framework in ("numpy", "torch")}


def child(full: bool) -> Figures:
    """A child's life: spawned, loaded, called once, ended; isolated and not, in turn."""
    return {"milliseconds": probes.lives(rounds=200 if full else 40)}


CASES: dict[str, Callable[..., Figures]] = {
    "imports": imports,
    "grade": grade,
    "watch": watch,
    "child": child,
    "memory": memory,
    "wire": wire,
    "questions": questions,
    "floor": floor,
    "jobs": jobs,
    "dask": loopback.dask,
    "frameworks": frameworks.frameworks,
    "many": many,
    "topics": model.topics,
    "model": model.model,
    "hundred_thousand": pieces.hundred_thousand,
}
