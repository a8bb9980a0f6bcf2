"""`otter assign` takes our notebook, `grader.check` gives our feedback, `otter run` our scores."""

import importlib.resources
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import COMPARISONS_REPLACED, EQUAL_TO_EVERYTHING, FILES_LEFT_BEHIND, IN_OTTER, shadows
from trees import REFUSED, ROOT, TOPIC, command, read, sources, tried, with_attack

from autograder.manifest import Course
from autograder.platforms import harness
from autograder.platforms.documents import code, write
from autograder.platforms.samples import samples
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
def otter(tmp_path_factory, quick):
    folder = tmp_path_factory.mktemp("otter")
    command(ROOT, "autograder", "otter", "release", TOPIC, "--into", str(folder))
    command(
        folder / TOPIC, "otter", "assign", f"{TOPIC}.ipynb", "dist", **quick
    )  # which also runs the tests on the solutions
    archive = next((folder / TOPIC / "dist" / "autograder").glob("*.zip"))
    bare = folder / "bare.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(bare, "w") as taken:
        for name in given.namelist():
            content = given.read(name)
            if name == "otter_config.json":
                content = json.dumps({**json.loads(content), "plugins": []}).encode()
            taken.writestr(name, content)
    return Otter(folder, archive, bare, read(folder / TOPIC / "dist" / "student" / f"{TOPIC}.ipynb"))


def run(otter, submission, archive, quick):
    """The points that `otter run` gives a notebook, or a zip of one."""
    path = submission
    if isinstance(submission, dict):
        path = otter.folder / "submission" / f"{TOPIC}.ipynb"
        write(path, submission)
    words = ("-a", str(archive), "-o", str(otter.folder), "--no-logo", str(path))
    command(otter.folder, "otter", "run", *words, **quick)
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


TOTALS = """
import sys
from otter.api import grade_submission
for path in sys.argv[2:]:
    found = grade_submission(path, sys.argv[1], quiet=True)
    print("total", sum(test.score for test in found.results.values()))
"""


def test_attacks_forge_full_marks_in_otters_kernel(otter, quick):
    names = list(IN_OTTER)  # the last one changes the process that grades
    paths = [otter.folder / name / f"{TOPIC}.ipynb" for name in names]
    for path, name in zip(paths, names, strict=True):
        write(path, with_attack(otter.student, IN_OTTER[name]))
    said = command(otter.folder, "-c", TOTALS, str(otter.bare), *map(str, paths), **quick)
    totals = [line.split()[1] for line in said.splitlines() if line.startswith("total ")]
    assert dict(zip(names, totals, strict=True)) == dict.fromkeys(names, "100.0")


def test_the_same_attacks_get_nothing_with_our_plugin(otter, quick):
    for attacks in ([*IN_OTTER.values(), FILES_LEFT_BEHIND], [COMPARISONS_REPLACED, EQUAL_TO_EVERYTHING]):
        assert run(otter, with_attack(otter.student, "\n\n".join(attacks), last=True), otter.archive, quick) == 0


def test_nothing_that_lies_beside_a_submission_is_executed_or_counts(otter, quick):
    path, mark = otter.folder / "shadows.zip", otter.folder / "mark"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{TOPIC}.ipynb", json.dumps(otter.student))
        for name, content in shadows(mark).items():
            packed.writestr(name, content)
    assert run(otter, path, otter.archive, quick) == 0
    assert not mark.exists()


def test_otter_run_gives_nothing_at_level_c_and_says_why(otter):
    mark = otter.folder / "executed"
    write(otter.folder / "open.ipynb", with_attack(otter.student, f"open({str(mark)!r}, 'w').close()"))
    (otter.folder / "left").mkdir()
    words = ("otter", "run", "-a", str(otter.archive), "-o", "left", "--no-logo", "open.ipynb")
    status, said = tried(otter.folder, *words, level="C")
    assert status != 0
    assert REFUSED in said
    assert "set AUTOGRADER_UNSAFE=1 for code that you trust" in said
    assert not mark.exists()
    assert list((otter.folder / "left").iterdir()) == []


IN_CONTAINER = """
import pathlib, sys
import dill
from otter.grade.utils import merge_scores_to_df
from otter.run.run_autograder import main
place = pathlib.Path(sys.argv[1])
main(str(place))
scores = dill.loads((place / "results" / "results.pkl").read_bytes())
scores.file = "theirs.ipynb"
merge_scores_to_df([scores]).to_csv(place / "final_grades.csv", index=False)
"""


def test_the_archive_grades_in_the_folders_of_the_container_that_otter_grade_builds(otter, quick, tmp_path):
    place = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (place / name).mkdir(parents=True)
    with zipfile.ZipFile(otter.archive) as given:
        given.extractall(place / "source")
    dockerfile = importlib.resources.files("otter.grade").joinpath("Dockerfile").read_text("utf-8")
    added = [name for line in dockerfile.splitlines() if line.startswith("ADD ") for name in line.split()[1:-1]]
    assert "run_otter.py" in added
    assert [name for name in added if "*" not in name and not (place / "source" / name).exists()] == []
    needed = (place / "source" / "environment.yml").read_text("utf-8")
    assert all(f"- {package}==" in needed for package in ("numpy", "pytest", "rich", "scikit-learn"))
    (place / "submission_metadata.json").write_text("{}")  # Otter's own is empty, and no plugin survives that
    reference = next(samples(Course(ROOT), TOPIC))
    write(place / "submission" / "theirs.ipynb", reference.in_notebook(otter.student))
    command(tmp_path, "-c", IN_CONTAINER, str(place), **quick)
    results = read(place / "results" / "results.json")
    assert list(harness.problems(results)) == []
    assert sum(test.get("score", 0) for test in results["tests"]) == 100
    names, of_all, theirs = (line.split(",") for line in (place / "final_grades.csv").read_text("utf-8").splitlines())
    assert (names[0], theirs[0]) == ("file", "theirs.ipynb")
    assert float(theirs[names.index("total_points_earned")]) == float(of_all[names.index("total_points_earned")]) == 100


def test_the_plugin_leaves_of_a_submission_only_what_is_graded(tmp_path):
    from autograder.platforms.otter_plugin import Isolated

    path = tmp_path / f"{TOPIC}.ipynb"
    for name in (path.name, ".OTTER_LOG", "__init__.py", "numpy.py", "tests/test.py", "otter/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("theirs")
    Isolated(str(path), {}, {"topic": TOPIC}).before_grading(None)
    assert sorted(left.name for left in tmp_path.iterdir()) == ["__init__.py", path.name, "tests"]
    assert (tmp_path / "__init__.py").read_text() == ""
