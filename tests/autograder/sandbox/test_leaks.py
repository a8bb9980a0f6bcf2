"""Many submissions through one sandbox leave no descriptor, no process and no memory behind."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support import asked, refusal
from support_courses import RIGHT, copied

from autograder.checks import check_close
from autograder.grading import Grader
from autograder.model import Submission
from autograder.sandbox.choice import choose

SUBMISSIONS, GRADED, WARM = 1000, 200, 60
MEGABYTE = 1 << 20
GROWTH_BYTES = 8 * MEGABYTE

SOURCES = [
    *[RIGHT] * 12,
    RIGHT.replace("return 2 * x / x.size", "return 2 * x"),
    "import os\nos._exit(1)\n",
    "def scale(x, a):\n    raise ValueError('x' * 10**5)\n",
    "def scale(:\n",
    "import os\ndef scale(x, a):\n    os.closerange(0, 64)\n",
    "def scale(x, a):\n    print('x' * 10**5)\n    return a * x\n",
    "import numpy as np\ndef scale(x, a):\n    return np.ones(10**5)\n",
    "import os\ndef scale(x, a):\n    os.write(3, bytes(100))\n    os.write(4, bytes(100))\n",
]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="descriptors and processes are counted in /proc")


def children(pid: int) -> dict[int, str]:
    """The processes directly below one, and their states."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if int(parent) == pid:
                found[int(folder.name)] = state
    return found


def memory(pid: int) -> int:
    """Bytes of memory that a process holds."""
    rows = dict(row.split(":", 1) for row in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(rows["VmRSS"].split()[0]) * 1024


def descriptors(pid: int) -> int:
    """How many a process has open; 0 where one may not look (another user's)."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        return 0


def census(sandbox) -> tuple[dict[str, int], int]:
    """What must not grow, counted, and the memory of grader and zygote together."""
    outer = sandbox._sandbox._process.pid
    zygote = next(iter(children(outer)), outer)
    counted = {
        "descriptors of the grader": descriptors(os.getpid()),
        "descriptors of the zygote": descriptors(zygote),
        "processes below the zygote": len(children(zygote)),
        "processes below the grader": len(children(os.getpid())),
    }
    return counted, memory(os.getpid()) + memory(zygote)


@pytest.fixture
def own_sandbox():
    """A sandbox that nobody else uses."""
    with closing(choose("numpy")) as sandbox:
        yield sandbox


def grown(sandbox, work) -> None:
    """Do some work twice, a little and a lot; between the two nothing may grow."""
    work(WARM)
    counted, held = census(sandbox)
    work(None)
    after, holds = census(sandbox)
    assert after == counted
    assert holds - held < GROWTH_BYTES, f"{(holds - held) / MEGABYTE:.1f} MB more"


QUICK = [
    *["def f(x):\n    return 2 * x\n"] * 45,
    "import os\nos._exit(1)\n",
    "def f(x):\n    raise ValueError('x' * 10**5)\n",
    "def f(:\n",
    "import os\ndef f(x):\n    os.write(3, bytes(100))\n    os.write(4, bytes(100))\n",
    "import os\ndef f(x):\n    os.closerange(0, 64)\n",
]


@pytest.mark.slow
def test_a_thousand_processes_leave_nothing_behind(own_sandbox):
    def work(count):
        for number in range(count or SUBMISSIONS):
            somebody = asked(own_sandbox, QUICK[number % len(QUICK)])
            if number % len(QUICK) < 45:
                assert somebody.student.f(3)._value == 6
            else:
                refusal(lambda somebody=somebody: check_close(somebody.student.f(3), 6))
            somebody.remote.close()

    grown(own_sandbox, work)


@pytest.mark.slow
def test_hundreds_of_gradings_leave_nothing_behind_and_each_is_like_the_first(tmp_path, own_sandbox):
    grader = Grader(copied(tmp_path / "course"), "vectors")
    scores: list[float] = []

    def deliver(report):
        assert report.is_final, [str(question.verdict.message) for question in report.questions]
        scores.append(report.score)

    def work(count):
        sources = (SOURCES[number % len(SOURCES)] for number in range(count or GRADED))
        submissions = (Submission("somebody", {"vectors.py": source.encode()}) for source in sources)
        grader.grade((grader.submitted(each, own_sandbox, "2f31") for each in submissions), deliver)

    grown(own_sandbox, work)
    assert scores == [scores[number % len(SOURCES)] for number in range(WARM + GRADED)]
    assert scores.count(10.0) == 12 * (WARM + GRADED) // len(SOURCES)
