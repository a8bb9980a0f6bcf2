"""Course trees and commands of the platforms, for tests: the installed programs, run as an instructor runs them."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

from autograder.platforms.documents import write
from autograder.platforms.release import filled

ROOT = Path(__file__).parents[3]
WALLS = Path(__file__).with_name("walls.py")
TOPIC = "gradient_descent"
SEED = "2f31"
WRONG = "mistake-loss_summed"
HOSTILE = {
    "no_json": b"{",
    "no_cells": b"{}",
    "deep": b"[" * 100_000,
    "empty": b"",
}
REFUSED = "this machine cannot keep student code apart (level C)"


def command(folder, *words, **environment):
    """A command's standard output and error together. Fails when it fails."""
    status, said = tried(folder, *words, **environment)
    assert status == 0, said
    return said


def tried(folder, *words, level="", **environment):
    """A command's exit status and what it printed. level: where the kernel refuses the walls above it (walls.py)."""
    program = [sys.executable, *(words if words[0] == "-c" else ("-m", *words))]
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AUTOGRADER_COURSE": str(ROOT),
        "AUTOGRADER_SEED": SEED,
        "PYTHONWARNINGS": "ignore",  # nbgrader's own use of SQLAlchemy
    }
    done = subprocess.run(
        [sys.executable, str(WALLS), level, *program] if level else program,
        cwd=folder,
        env={**os.environ, **own, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def read(path):
    return json.loads(path.read_text("utf-8"))


def sources(document):
    return {cell["id"]: "".join(cell["source"]) for cell in document["cells"]}


def with_attack(released, attack, *, last=False):
    """The released notebook with an attack below the first exercise's stub, or below the last one's."""
    names = [name for name in sources(released) if name.startswith("solution-")]
    name = names[-1 if last else 0]
    return filled(released, {name: f"{sources(released)[name]}\n\n\n{attack}"})


def edited(released, edit):
    """A copy of the released notebook after an edit of its cells' metadata."""
    document = copy.deepcopy(released)
    edit(document)
    return document


def submit(tree, student, document):
    write(tree / "submitted" / student / TOPIC / f"{TOPIC}.ipynb", document)
