"""Processes of a batch are killed at random moments; every grade is that of an undisturbed run, and nothing is left.

AUTOGRADER_CHAOS=100 plays a hundred rounds instead of a few, AUTOGRADER_CHAOS_SEED=… other ones. A round that fails is
played again by its seed and number: `pytest tests/autograder/chaos -k "round-7"`.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from support_courses import RIGHT, copied

from autograder.gradebook import Book

ROUNDS = int(os.environ.get("AUTOGRADER_CHAOS", "4"))
SEED = os.environ.get("AUTOGRADER_CHAOS_SEED", "1")
KINDS = ("zygote", "child", "pool", "batch")
MONKEY = Path(__file__).with_name("monkey.py")
PATIENCE = 20.0

SLOW = RIGHT.replace("    return a *", "    import time; time.sleep(0.05)\n    return a *")
CLASS = {
    "alice": RIGHT,
    "bob": RIGHT.replace("return 2 * x / x.size", "return 2 * x"),
    "carol": SLOW,
    "dave": "import os\nos._exit(1)\n",
    "erin": RIGHT.replace("return a *", "while x is not None: pass\n    return a *"),
    "frank": "def scale(:\n",
    "grace": RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a"),
    "heidi": RIGHT.replace("return a *", "import ctypes; ctypes.string_at(0)\n    return a *"),
    "ivan": SLOW.replace("return 2 * x / x.size", "print('x' * 10**6); return 2 * x / x.size"),
    "judy": SLOW,
    "mallory": RIGHT.replace("return a *", "[].append(bytearray(10**9))\n    return a *"),
    "张伟": SLOW,
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc"),
]


class Batch:
    """A course, a class and a place for temporary files, and the batch over them."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder, self.root = folder, root
        self.course = copied(folder / "course").root
        facts = self.course / "assignments" / "vectors" / "assignment.toml"
        facts.write_text(facts.read_text("utf-8").replace("answer_seconds = 2", "answer_seconds = 1"), "utf-8")
        (folder / "in").mkdir()
        (folder / "tmp").mkdir()
        for student, source in CLASS.items():
            (folder / "in" / f"{student}.py").write_text(source, "utf-8")

    def run(self, out: Path, kind: str = "", after: float = 0.0, seed: str = "") -> dict:
        """One run with one killing: how it ended, what it said, what it left running."""
        command = [sys.executable, "-m", "autograder", "--root", self.course, "batch", "vectors"]
        command += [self.folder / "in", out, "--jobs", 2, "--unsafe", "--lang", "en"]
        order = {"command": [*map(str, command)], "kind": kind, "after": after, "seed": seed, "patience": PATIENCE}
        environment = {**os.environ, "TMPDIR": str(self.folder / "tmp"), "PYTHONPATH": str(self.root)}
        words = [sys.executable, str(MONKEY), json.dumps(order)]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=600, check=True)
        return json.loads(done.stdout)

    def files(self) -> set[str]:
        """Everything that is there outside the place for results, caches of Python's apart."""
        places = [self.folder / "course", self.folder / "in", self.folder / "tmp"]
        found = (path for place in places for path in place.rglob("*"))
        return {str(path) for path in found if "__pycache__" not in path.parts}


def graded(out: Path) -> dict[str, object]:
    """The rows of grades.csv and the reports, without what no two runs share."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        found: dict[str, object] = {"rows": list(csv.reader(file))}
    for path in (out / "reports").glob("*.json"):
        report = json.loads(path.read_text("utf-8"))
        questions = [{**question, "seconds": 0, "traceback": []} for question in report["questions"]]
        found[path.name] = {**report, "questions": questions}
    return found


def reports(out: Path) -> dict[str, bytes]:
    """The reports as they lie there, each of them whole."""
    found = {path.name: path.read_bytes() for path in (out / "reports").glob("*.json")}
    assert all(json.loads(content)["format"] == 1 for content in found.values())
    return found


def gradings(out: Path) -> set[tuple]:
    """What the gradebook holds, which opens and is whole whatever was killed."""
    if not (out / "gradebook.sqlite").exists():
        return set()
    with Book(out / "gradebook.sqlite") as book:
        assert book.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        return {(each.student, each.grading, each.score) for each in book.standings("vectors")}


@pytest.fixture(scope="module")
def batch(tmp_path_factory, root):
    """The batch and what it gives undisturbed, in how many seconds."""
    made = Batch(tmp_path_factory.mktemp("chaos"), root)
    quiet = made.run(made.folder / "quiet")
    assert (quiet["code"], quiet["left"]) == (0, []), quiet
    made.quiet, made.seconds, made.before = graded(made.folder / "quiet"), quiet["seconds"], made.files()
    scores = {row[0]: float(row[1]) for row in made.quiet["rows"][1:]}
    assert scores == {
        **dict.fromkeys(["alice", "carol", "ivan", "judy", "张伟"], 10),
        **dict.fromkeys(["dave", "frank"], 0),
        **dict.fromkeys(["erin", "grace", "heidi", "mallory"], 6),
        "bob": 4,
    }
    return made


@pytest.mark.parametrize("number", range(ROUNDS), ids=lambda number: f"round-{number}")
def test_whatever_is_killed_the_grades_are_those_of_an_undisturbed_run(batch, number):
    choice = random.Random(f"{SEED}/{number}")
    kind, after, out = KINDS[number % len(KINDS)], choice.uniform(0, batch.seconds), batch.folder / f"out-{number}"
    ended = batch.run(out, kind, after, f"{SEED}/{number}")
    context = f"{kind} after {after:.2f} s: {ended}"
    assert ended["left"] == [], context
    if kind == "batch" and ended["killed"]:
        assert ended["code"] == -9, context
        kept = reports(out) if out.exists() else {}
        finished = gradings(out)
        ended = batch.run(out)
        assert gradings(out) >= finished, context
        context += f"\nthen {ended}"
        assert {name: content for name, content in reports(out).items() if name in kept} == kept, context
    assert (ended["code"], ended["left"]) == (0, []), context
    assert graded(out) == batch.quiet, context
    assert batch.files() == batch.before, context
