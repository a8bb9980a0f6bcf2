"""Save-to-result of `watch`: from a file's save to the page that shows its result, beside `import torch`, in turns."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
END = b"q quit"
FAILING = "✗".encode()
PENDING = "… still".encode()
RIGHT, WRONG = "dw = 2 / len(y) * (X.T @ r)", "dw = 2 * (X.T @ r)"


class Watched:
    """`watch` on one file, its pages read from a pipe."""

    def __init__(self, topic: str, path: Path) -> None:
        command = [sys.executable, "-m", "autograder", "--root", str(ROOT), "watch", topic, "--from", str(path)]
        environment = {**os.environ, "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, cwd=ROOT
        )
        assert self.process.stdout is not None
        self.pages, self.unread, self.last = self.process.stdout.fileno(), b"", b""

    def page(self) -> bytes:
        """The next page."""
        while END not in self.unread:
            part = os.read(self.pages, 1 << 16)
            assert part, "watch has ended"
            self.unread += part
        page, _, self.unread = self.unread.partition(END)
        return page

    def shows(self, exercise: str, wrong: bool) -> None:
        """Wait for a page on which the exercise fails, or for one on which it does not."""
        while True:
            self.last = self.page()
            row = next(line for line in self.last.splitlines() if exercise.encode() in line.split())
            if (FAILING in row) == wrong:
                return

    def rests(self) -> None:
        """Wait until the whole topic has been asked."""
        while PENDING in self.last:
            self.last = self.page()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def import_torch() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import torch"], check=True)
    return time.perf_counter() - start


def save_to_result(topic: str, exercise: str, source: str, wrong: str, rounds: int) -> dict[str, object]:
    """The ratio of neighbours: a save with its result, an import; the first round is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"{topic}.py")
        path.write_text(source, "utf-8")
        watched = Watched(topic, path)
        try:
            watched.page()
            measured = []
            for number in range(rounds + 1):
                watched.rests()
                start = time.perf_counter()
                path.write_text(wrong if number % 2 == 0 else source, "utf-8")
                watched.shows(exercise, wrong=number % 2 == 0)
                measured.append((time.perf_counter() - start, import_torch()))
        finally:
            watched.close()
    ratios = [ours / theirs for ours, theirs in measured[1:]]
    return {
        "ratio": round(statistics.median(ratios), 3),
        "ours_seconds": round(statistics.median(ours for ours, _ in measured[1:]), 3),
        "theirs_seconds": round(statistics.median(theirs for _, theirs in measured[1:]), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def numpy_topic(rounds: int) -> dict[str, object]:
    """One line of `mse_grad` made wrong and right again; the result is the exercise's page."""
    source = (ROOT / "solutions" / "gradient_descent" / "solution.py").read_text("utf-8")
    assert RIGHT in source
    return save_to_result("gradient_descent", "mse_grad", source, source.replace(RIGHT, WRONG), rounds)


def torch_topic(rounds: int) -> dict[str, object]:
    """The same with the scale of self-attention."""
    source = (ROOT / "solutions" / "self_attention" / "solution.py").read_text("utf-8")
    right, wrong = "top = s.max(axis=axis, keepdims=True)", "top, s = 0 * s, 2 * s"
    assert right in source
    return save_to_result("self_attention", "masked_softmax", source, source.replace(right, wrong), rounds)
