"""`make bench`: ratios of what we cost to what nobody can avoid, measured in pairs, in turns, in one run.

A machine that is busy slows both sides of a pair; the median of the ratios of neighbours is what counts.
Results go to benchmarks/results/<date>-<commit>.json with the machine described.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import watching

ROOT = Path(__file__).parents[1]
IMPORT = [sys.executable, "-c", "import torch, pytest"]
GRADE = [sys.executable, "-m", "autograder"]
NUMPY = [*GRADE, "--root", str(ROOT), "grade", "gradient_descent", "--from", str(ROOT / "starter")]
NUMPY_FULL = [*GRADE, "--root", str(ROOT), "grade", "gradient_descent", "--from", str(ROOT / "solutions")]
COURSE = ROOT / "benchmarks" / "course"
TORCH = [*GRADE, "--root", str(COURSE), "grade", "layer", "--from", str(COURSE / "solutions")]


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def pairs(ours: list[str], theirs: list[str], rounds: int) -> dict[str, object]:
    """Both commands in turns; the first round warms the caches and is thrown away."""
    measured = [(seconds(ours), seconds(theirs)) for _ in range(rounds + 1)][1:]
    ratios = [one / other for one, other in measured]
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ours_seconds": round(statistics.median(one for one, _ in measured), 3),
        "theirs_seconds": round(statistics.median(other for _, other in measured), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def submission_cost(rounds: int) -> dict[str, float]:
    """Milliseconds of a child's life (spawn, load, one call, kill, reap), isolated and not, in turns."""
    from autograder.model import Limits, Submission
    from autograder.sandbox.choice import Restarting
    from autograder.student import Remote, Student

    submission = Submission("bench", {"answer.py": b"def f(x):\n    return x\n"})
    sandboxes = {"isolated": Restarting("numpy"), "plain": Restarting("numpy", wanted=())}
    sandboxes["plain"]._settled = True  # without Bubblewrap's help
    costs: dict[str, list[float]] = {name: [] for name in sandboxes}
    for _ in range(rounds):
        for name, sandbox in sandboxes.items():
            start = time.perf_counter()
            remote = Remote(sandbox, submission, "answer", Limits())
            Student(remote, lambda seen: None, "0").f(1.0)
            remote.close()
            costs[name].append(1000 * (time.perf_counter() - start))
    for sandbox in sandboxes.values():
        sandbox.close()
    return {name: round(statistics.median(values), 2) for name, values in costs.items()}


def batch_cost(students: int) -> dict[str, float]:
    """Seconds a submission of a whole batch of right answers, start-up included."""
    source = (ROOT / "solutions" / "gradient_descent" / "solution.py").read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(students):
            Path(folder, f"student{number:04}.py").write_bytes(source)
        out = str(Path(folder, "out"))
        took = seconds([*GRADE, "--root", str(ROOT), "batch", "gradient_descent", folder, out])
    return {"students": students, "seconds": round(took, 2), "seconds_each": round(took / students, 3)}


def machine() -> dict[str, object]:
    import numpy as np
    import torch

    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return {
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "platform": platform.platform(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "commit": commit.stdout.strip() or "none",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--students", type=int, default=20)
    options = parser.parse_args()
    results: dict[str, object] = {"machine": machine()}
    print("make grade of a NumPy topic / import torch, pytest …")
    results["numpy_starter_over_import"] = pairs(NUMPY, IMPORT, options.rounds)
    results["numpy_full_over_import"] = pairs(NUMPY_FULL, IMPORT, options.rounds)
    print("make grade of a PyTorch topic / import torch, pytest …")
    results["torch_over_import"] = pairs(TORCH, IMPORT, options.rounds)
    print("save-to-result of make watch / import torch …")
    results["watch_numpy_over_import"] = watching.numpy_topic(options.rounds)
    results["watch_torch_over_import"] = watching.torch_topic(options.rounds)
    results["submission_milliseconds"] = submission_cost(20 * options.rounds)
    results["batch"] = batch_cost(options.students)
    for name, value in results.items():
        print(f"{name}: {json.dumps(value)}")
    folder = ROOT / "benchmarks" / "results"
    folder.mkdir(exist_ok=True)
    commit = results["machine"]["commit"]  # type: ignore[index]
    path = folder / f"{datetime.now(UTC):%Y-%m-%d}-{commit}.json"
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
