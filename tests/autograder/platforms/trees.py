"""Course trees and commands of the platforms, for tests: the installed programs, run as an instructor runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

from autograder.platforms.documents import write
from autograder.platforms.release import filled

ROOT = Path(__file__).parents[3]
TOPIC = "gradient_descent"
SEED = "2f31"


def command(folder, *words, **environment):
    """A command's standard output and error together. Fails when it fails."""
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AUTOGRADER_COURSE": str(ROOT),
        "AUTOGRADER_SEED": SEED,
        "PYTHONWARNINGS": "ignore",  # nbgrader's own use of SQLAlchemy
    }
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, **own, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def read(path):
    return json.loads(path.read_text("utf-8"))


def sources(document):
    return {cell["id"]: "".join(cell["source"]) for cell in document["cells"]}


def with_attack(released, attack):
    """The released notebook with an attack below the first exercise's stub."""
    first = "solution-predict_linear"
    return filled(released, {first: f"{sources(released)[first]}\n\n\n{attack}"})


def submit(tree, student, document):
    write(tree / "submitted" / student / TOPIC / f"{TOPIC}.ipynb", document)
