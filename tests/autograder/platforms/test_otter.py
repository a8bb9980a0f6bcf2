"""`otter assign` takes our notebook, `grader.check` gives our feedback, `otter run` our scores."""

import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import IN_OTTER
from trees import ROOT, TOPIC, command, read, sources, with_attack

from autograder.platforms.documents import code, write
from autograder.stubs import solution_lines

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Otter:
    """What `otter assign` made. bare: the same archive without our plugin, as Otter grades by itself."""

    folder: Path
    archive: Path
    bare: Path
    student: dict


@pytest.fixture(scope="module")
def otter(tmp_path_factory):
    folder = tmp_path_factory.mktemp("otter")
    command(ROOT, "autograder", "otter", "release", TOPIC, "--into", str(folder))
    command(folder / TOPIC, "otter", "assign", f"{TOPIC}.ipynb", "dist")  # which also runs the tests on the solutions
    archive = next((folder / TOPIC / "dist" / "autograder").glob("*.zip"))
    bare = folder / "bare.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(bare, "w") as taken:
        for name in given.namelist():
            content = given.read(name)
            if name == "otter_config.json":
                content = json.dumps({**json.loads(content), "plugins": []}).encode()
            taken.writestr(name, content)
    return Otter(folder, archive, bare, read(folder / TOPIC / "dist" / "student" / f"{TOPIC}.ipynb"))


def run(otter, document, archive):
    """The points that `otter run` gives a notebook."""
    path = otter.folder / "submission" / f"{TOPIC}.ipynb"
    write(path, document)
    command(otter.folder, "otter", "run", "-a", str(archive), "-o", str(otter.folder), "--no-logo", str(path))
    return sum(test.get("score", 0) for test in read(otter.folder / "results.json")["tests"])


def test_the_students_notebook_holds_no_solution_and_no_hidden_question(otter):
    text = "\n".join(sources(otter.student).values()) + json.dumps(otter.student["metadata"])
    solution = (ROOT / "solutions" / TOPIC / "solution.py").read_text("utf-8")
    assert [line for line in solution_lines(solution) if line in text] == []
    hidden = (ROOT / "tests" / "graders" / TOPIC / "test_hidden.py").read_text("utf-8")
    names = [line.split("(")[0].removeprefix("def ") for line in hidden.splitlines() if line.startswith("def test_")]
    assert names
    assert [name for name in names if name in text] == []


def test_grader_check_shows_our_feedback_in_the_students_notebook(otter):
    from nbclient import NotebookClient
    from nbformat import from_dict

    wrong = "import numpy as np\n\n\ndef predict_linear(X, w, b):\n    return X @ w\n"
    setup = [cell for cell in otter.student["cells"] if "Initialize Otter" in "".join(cell["source"])]
    setup = [{**cell, "source": "".join(cell["source"])} for cell in setup]
    cells = [*setup, code(wrong, "mine"), code('grader.check("predict_linear")', "check")]
    folder = otter.folder / "at_home"
    document = {**otter.student, "cells": cells}
    write(folder / f"{TOPIC}.ipynb", document)
    executed = NotebookClient(from_dict(document), resources={"metadata": {"path": str(folder)}}).execute()
    shown = str(executed["cells"][-1]["outputs"])
    assert "predict_linear_by_hand" in shown
    assert "What should the model predict for a row of zeros?" in shown


def test_attacks_forge_full_marks_in_otters_kernel_and_none_with_our_plugin(otter):
    for attack in IN_OTTER.values():
        assert run(otter, with_attack(otter.student, attack), otter.bare) == 100
    every = "\n\n".join(IN_OTTER.values())
    assert run(otter, with_attack(otter.student, every), otter.archive) == 0


def test_the_plugin_leaves_of_a_submission_only_what_is_graded(tmp_path):
    from autograder.platforms.otter_plugin import Isolated

    path = tmp_path / f"{TOPIC}.ipynb"
    for name in (path.name, ".OTTER_LOG", "numpy.py", "tests/test.py", "otter/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    Isolated(str(path), {}, {"topic": TOPIC}).before_grading(None)
    assert sorted(left.name for left in tmp_path.iterdir()) == [path.name, "tests"]
    shutil.rmtree(tmp_path)
