"""The same eight questions and the same submissions through our batch, a bare loop, pytest, nbgrader and Otter."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from benchmarks import eight
from benchmarks.batches import Figures, batch, folder
from benchmarks.measuring import Cost, in_turn, median, per_submission, python, run


def frameworks(full: bool) -> Figures:
    """The same eight questions and twenty submissions through five graders, on one core."""
    few, many, rounds = (2, 20, 3) if full else (1, 4, 1)
    with folder() as place:
        eight.course(place / "course")
        eight.plain_pytest(place / "pytest")
        ours = both_eight(place, rounds)
        found: Figures = {
            "batch": ours,
            "floor": {"cpu_each": _floor(place)},
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
    with path.open(encoding="utf-8-sig", newline="") as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    expected = [float(eight.passes(source)) for source in eight.submissions().values()]
    if scores != expected:
        raise RuntimeError(f"the batch gave {scores}, expected {expected}")


def _floor(place: Path) -> float:
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
