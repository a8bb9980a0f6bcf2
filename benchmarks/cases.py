"""The cases of `make bench`. Each gives its raw figures and, under `ratios`, what docs/performance.md explains."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from benchmarks import eight, model, pieces, probes, watching
from benchmarks.batches import AUTOGRADER, Figures, batch, both, copies, folder, solution
from benchmarks.measuring import ROOT, Cost, in_turn, median, per_submission, python, run

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
        name: _ratio(found[1:], rounds["import"][1:], "wall") for name, found in rounds.items() if name != "import"
    }
    return {
        "ratios": {"grade_over_import": ratios["torch"]},
        "over_import": ratios,
        "runs": {name: [cost.rounded() for cost in found] for name, found in rounds.items()},
    }


def _ratio(ours: list[Cost], theirs: list[Cost], of: str = "cpu") -> float:
    return round(statistics.median(getattr(a, of) / getattr(b, of) for a, b in zip(ours, theirs, strict=True)), 3)


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


def frameworks(full: bool) -> Figures:
    """The same eight questions and twenty submissions through five graders, on one core."""
    few, many, rounds = (2, 20, 3) if full else (1, 4, 1)
    with folder() as place:
        eight.course(place / "course")
        eight.plain_pytest(place / "pytest")
        ours = both_eight(place, rounds)
        found: Figures = {
            "batch": ours,
            "floor": {"cpu_each": _floor_eight(place)},
            "pytest": _each([_pytest(place, source) for source in _some(many if full else 3)]),
            "nbgrader": _nbgrader(place, few, many, rounds),
            "otter": _otter(place, many if full else 3),
        }
        if full:
            found["two_cores"] = {"batch": both_eight(place, rounds, "--jobs", "2", cores=2)}
    each = ours["cpu_each"]
    found["ratios"] = {
        f"{name}_over_batch": round(found[name]["cpu_each"] / each, 1) for name in ("nbgrader", "otter", "pytest")
    }
    return found


def _some(count: int) -> list[str]:
    return list(eight.submissions(count).values())


def _each(costs: list[Cost]) -> Figures:
    return {
        "cpu_each": round(median(costs), 3),
        "wall_each": round(median(costs, "wall"), 3),
        "submissions": len(costs),
    }


def both_eight(place: Path, rounds: int, *more: str, cores: int = 1) -> Figures:
    """Our batch on the twenty submissions, and on the twenty six times over: what one of them costs."""
    few, many = 20, 120
    for count in (few, many):
        eight.handed_in(place / f"in{count}", count)
    words = more or ("--jobs", "1")
    sides = {
        str(count): lambda count=count: batch(
            place / "course", eight.TOPIC, place / f"in{count}", place / f"out{count}", *words, cores=cores
        )
        for count in (few, many)
    }
    costs = in_turn(sides, rounds)
    _see_scores(place / f"out{few}" / "grades.csv")
    return {
        "cpu_each": per_submission(costs[str(few)], costs[str(many)], many - few),
        "wall_each": per_submission(costs[str(few)], costs[str(many)], many - few, "wall"),
        "whole_of_twenty": [cost.rounded() for cost in costs[str(few)]],
        "runs": {name: [cost.rounded() for cost in found] for name, found in costs.items()},
    }


def _see_scores(path: Path) -> None:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    expected = [float(eight.passes(source)) for source in eight.submissions().values()]
    if scores != expected:
        raise RuntimeError(f"the batch gave {scores}, expected {expected}")


def _floor_eight(place: Path) -> float:
    few, many = 5, 105
    root = str(place / "course")
    costs = [run(python("-m", "benchmarks.floor", root, eight.TOPIC, str(count))) for count in (few, many)]
    return (costs[1].cpu - costs[0].cpu) / (many - few)


def _pytest(place: Path, source: str) -> Cost:
    where = place / "pytest"
    (where / f"{eight.TOPIC}.py").write_text(source, "utf-8")
    return run(python("-m", "pytest", "-q", "-p", "no:cacheprovider"), cwd=where, codes=(0, 1))


def _nbgrader(place: Path, few: int, many: int, rounds: int) -> Figures:
    """`nbgrader autograde` on few and on many submissions: its start-up falls out."""
    for count in (few, many):
        eight.nbgrader_course(place / f"nb{count}", count)
        run(python("-m", "nbgrader", "generate_assignment", eight.TOPIC), cwd=place / f"nb{count}")
    command = python("-m", "nbgrader", "autograde", eight.TOPIC, "--force")
    sides = {str(n): lambda n=n: run(command, cwd=place / f"nb{n}", codes=(0, 1)) for n in (few, many)}
    costs = in_turn(sides, rounds)
    graded = len(list((place / f"nb{many}" / "autograded").rglob("*.ipynb")))
    if graded != many:
        raise RuntimeError(f"nbgrader graded {graded} of {many}")
    return {
        "cpu_each": round(per_submission(costs[str(few)], costs[str(many)], many - few), 3),
        "wall_each": round(per_submission(costs[str(few)], costs[str(many)], many - few, "wall"), 3),
        "submissions": many,
    }


def _otter(place: Path, count: int) -> Figures:
    """`otter run`, a fresh process for each submission."""
    import json

    where = place / "otter"
    eight.otter_assignment(where, count)
    options = ("--no-requirements", "--no-environment", "-o", "autograder.zip")
    run(python("-m", "otter", "generate", "-t", "tests", *options), cwd=where)
    (where / "results").mkdir()
    costs = []
    for student, source in eight.submissions(count).items():
        words = ("-m", "otter", "run", "-a", "autograder.zip", "-o", "results", f"submitted/{student}.ipynb")
        costs.append(run(python(*words), cwd=where))
        tests = json.loads((where / "results" / "results.json").read_text("utf-8"))["tests"]
        score = sum(float(test.get("score", 0)) for test in tests)
        if score != eight.passes(source):
            raise RuntimeError(f"otter gave {student} {score}, expected {eight.passes(source)}")
    return _each(costs)


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


def dask(full: bool) -> Figures:
    """Two workers of a Dask cluster on loopback beside two local jobs, by wall time of one more submission.

    The workers have graded before, so that what they load once is not in the first batch only. A local job starts anew
    with each batch, but that is in the few and in the many alike.
    """
    few, many, rounds = (20, 120, 5) if full else (8, 40, 3)
    return _dask_and_local(ROOT, "classification", few, many, rounds)


def _dask_and_local(root: Path, topic: str, few: int, many: int, rounds: int) -> Figures:
    """All four batches of each round in turn."""
    with folder() as place, closing(probes.Loopback(workers=2)) as cluster:
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
        "whole_dask_over_local": _ratio(costs["local_many"], costs["dask_many"], "wall"),
        "runs": {name: [cost.rounded() for cost in found] for name, found in costs.items()},
        "ratios": {"dask_over_local": round(statistics.median(_over(each["local"], each["dask"])), 3)},
    }


def _each_wall(few: list[Cost], many: list[Cost], difference: int) -> list[float]:
    return [(b.wall - a.wall) / difference for a, b in zip(few, many, strict=True)]


def _over(ours: list[float], theirs: list[float]) -> Iterator[float]:
    return (a / b for a, b in zip(ours, theirs, strict=True))


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
    "dask": dask,
    "frameworks": frameworks,
    "many": many,
    "topics": model.topics,
    "model": model.model,
    "hundred_thousand": pieces.hundred_thousand,
}
