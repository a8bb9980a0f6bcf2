"""Measurements from inside: a child's life and memory, the wire, the coordinator's peak, a cluster on loopback."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Cost, python, run

SMALL = "small"
FUNCTION = (
    '"""Small functions."""\n\nimport numpy as np\n\n\ndef scale(x, a):\n    """a x."""\n    return a * np.asarray(x)\n'
)


def small_course(root: Path, questions: int) -> None:
    """A course with so many questions of one call each."""
    facts = (
        f'format = 1\ntopic = "{SMALL}"\npoints = {questions}\nframework = "numpy"\ntitle = {{ en = "S", zh = "S" }}\n'
    )
    facts += f'\n[[exercise]]\nname = "scale"\npoints = {questions}\ntitle = {{ en = "scale", zh = "scale" }}\n'
    head = "from autograder.checks import check_close\nfrom autograder.questions import points\n"
    body = "".join(
        f'\n\n@points(1)\ndef test_scale_{number:03}(student, reference, rng):\n    """scale"""\n'
        "    x = rng.normal(size=(16, 8))\n    check_close(student.scale(x, 3.0), reference.scale(x, 3.0))\n"
        for number in range(questions)
    )
    for path, text in {
        root / "assignments" / SMALL / "assignment.toml": facts,
        root / "solutions" / SMALL / "solution.py": FUNCTION,
        root / "tests" / "graders" / SMALL / "test_public.py": head + body,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


COORDINATE = """
import signal
import sys
from autograder.cli import main
if __name__ == "__main__":
    try:
        code = main(sys.argv[2:])
    except KeyboardInterrupt:  # not yet where it is expected
        code = 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # too late to be stopped
    with open("/proc/self/status") as file:
        peak = next(line.split()[1] for line in file if line.startswith("VmHWM"))
    open(sys.argv[1], "w").write(peak)
    sys.exit(code)
"""


def coordinator(
    root: Path, topic: str, handed_in: Path, out: Path, jobs: int = 1, seconds: float | None = None
) -> tuple[Cost, int]:
    """The cost of a batch, and the peak of its coordinating process alone, in bytes.

    seconds: after which it is stopped as by Ctrl-C.
    """
    script, said = out.with_suffix(".py"), out.with_suffix(".peak")
    script.write_text(COORDINATE, "utf-8")
    words = [str(script), str(said), "--root", str(root), "batch", topic, str(handed_in), str(out), "--jobs", str(jobs)]
    cost = run(python(*words), cores=jobs, seconds=seconds)
    return cost, int(said.read_text("utf-8")) << 10


def _remote(framework: str, source: bytes, **limits: int) -> Any:
    from autograder.model import Limits, Submission
    from autograder.sandbox.choice import choose
    from autograder.student import Remote

    sandbox = choose(framework)
    return sandbox, Remote(sandbox, Submission("bench", {"answer.py": source}), "answer", Limits(**limits))


def _student(remote: Any) -> Any:
    from autograder.student import Student

    return Student(remote, lambda seen: None, "0")


def wire_throughput(rounds: int) -> dict[str, Any]:
    """Seconds of a round trip with an array of this many bytes each way, and what that makes in megabytes a second."""
    found: dict[str, Any] = {}
    limits = {"answer_bytes": 1 << 28, "memory_bytes": 1 << 32}
    sandbox, remote = _remote("numpy", b"def f(x):\n    return x\n", **limits)
    try:
        for name, size in {"1 KB": 1 << 10, "1 MB": 1 << 20, "100 MB": 100 << 20}.items():
            array = np.zeros(size // 8)
            times = []
            for _ in range(rounds * (100 if size < 1 << 20 else 1)):
                remote.new_question()
                start = time.perf_counter()
                _student(remote).f(array)
                times.append(time.perf_counter() - start)
            seconds = statistics.median(times)
            found[name] = {"seconds": round(seconds, 6), "megabytes_a_second": round(2 * size / seconds / 1e6, 1)}
    finally:
        remote.close()
        sandbox.close()
    return found


def child_memory(framework: str) -> dict[str, int]:
    """Bytes of a child that has answered one call: pages of its own, and its share of those it shares (PSS)."""
    sandbox, remote = _remote(framework, b"def f(x):\n    return x\n")
    try:
        _student(remote).f(1.0)
        held = Path(f"/proc/self/fdinfo/{remote._line._child._handle}").read_text("utf-8")
        pid = next(line.split()[1] for line in held.splitlines() if line.startswith("Pid:"))
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
    finally:
        remote.close()
        sandbox.close()
    kept = {line.split(":")[0]: int(line.split()[1]) << 10 for line in text.splitlines()[1:] if line.endswith("kB")}
    return {"private": kept["Private_Dirty"] + kept["Private_Clean"], "share": kept["Pss"], "resident": kept["Rss"]}


def lives(rounds: int) -> dict[str, float]:
    """Median milliseconds of a child's life, isolated and not, in turn."""
    from autograder.model import Limits, Submission
    from autograder.sandbox.choice import Restarting
    from autograder.student import Remote

    submission = Submission("bench", {"answer.py": b"def f(x):\n    return x\n"})
    sandboxes = {"isolated": Restarting("numpy"), "plain": Restarting("numpy", wanted=())}
    sandboxes["plain"]._settled = True  # without Bubblewrap's help
    costs: dict[str, list[float]] = {name: [] for name in sandboxes}
    for _ in range(rounds):
        for name, sandbox in sandboxes.items():
            start = time.perf_counter()
            remote = Remote(sandbox, submission, "answer", Limits())
            _student(remote).f(1.0)
            remote.close()
            costs[name].append(1000 * (time.perf_counter() - start))
    for sandbox in sandboxes.values():
        sandbox.close()
    return {name: round(statistics.median(values), 2) for name, values in costs.items()}
