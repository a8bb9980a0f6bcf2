"""One course tree of nbgrader, graded by nbgrader itself: what several tests look at."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from attacks import ANYWHERE, EDITS, IN_NBGRADER
from trees import HOSTILE, ROOT, TOPIC, WRONG, command, edited, read, submit, with_attack

from autograder.manifest import Course
from autograder.platforms import shared, warm
from autograder.platforms.nbgrader_import import tree_at
from autograder.platforms.samples import samples


@dataclass(frozen=True)
class Nbgrader:
    """A tree with submissions that nbgrader autograded. said: what its commands printed."""

    tree: Path
    released: dict
    said: dict
    scores: dict


@pytest.fixture(scope="session")
def quick():
    """Variables with which the platforms' programs have warm kernels and one engine: a third of the time."""
    with warm.kernels(["otter"]) as kernels, shared.engine(ROOT) as engine:
        yield {**kernels, **engine}


@pytest.fixture(scope="session")
def nbgrader(tmp_path_factory, quick):
    """The reference, a mistake and every attack, released and autograded by nbgrader's own commands."""
    tree = tmp_path_factory.mktemp("nbgrader")
    command(ROOT, "autograder", "nbgrader", "release", TOPIC, "--tree", str(tree))
    said = {"generate_assignment": command(tree, "nbgrader", "generate_assignment", TOPIC)}
    released = read(tree / "release" / TOPIC / f"{TOPIC}.ipynb")
    for sample in samples(Course(ROOT), TOPIC):
        if sample.name in ("reference", WRONG):
            submit(tree, sample.name, sample.in_notebook(released))
    for name, attack in IN_NBGRADER.items():
        submit(tree, name, with_attack(released, attack))
    said["autograde"] = command(tree, "nbgrader", "autograde", TOPIC, **quick)
    return Nbgrader(tree, released, said, scores(tree))


@pytest.fixture(scope="session")
def imported(nbgrader, tmp_path_factory):
    """The same tree once more, with broken submissions too, graded by us."""
    tree = tmp_path_factory.mktemp("imported") / "tree"
    shutil.copytree(nbgrader.tree, tree, ignore=shutil.ignore_patterns("autograded"))
    twice = {**nbgrader.released, "cells": [cell for cell in nbgrader.released["cells"] for _ in range(2)]}
    without = [cell for cell in nbgrader.released["cells"] if "grade" not in str(cell["metadata"])]
    submit(tree, "cells_twice", twice)
    submit(tree, "cells_deleted", {**nbgrader.released, "cells": without})
    for name, attack in ANYWHERE.items():
        submit(tree, name, with_attack(nbgrader.released, attack, last=True))
    for name, edit in EDITS.items():
        submit(tree, name, edited(nbgrader.released, edit))
    reference = read(tree / "submitted" / "reference" / TOPIC / f"{TOPIC}.ipynb")
    submit(tree, "reference_with_more_cells", edited(reference, EDITS["cells_added"]))
    (tree / "submitted" / "nothing" / TOPIC).mkdir(parents=True)
    for name, content in HOSTILE.items():
        (tree / "submitted" / name / TOPIC).mkdir(parents=True)
        (tree / "submitted" / name / TOPIC / f"{TOPIC}.ipynb").write_bytes(content)
    (tree / "submitted" / "a_link" / TOPIC).mkdir(parents=True)
    (tree / "submitted" / "a_link" / TOPIC / f"{TOPIC}.ipynb").symlink_to(tree / "source" / TOPIC / f"{TOPIC}.ipynb")
    (tree / "submitted" / "reference" / TOPIC / "timestamp.txt").write_text("2026-09-01 12:00:00 UTC")
    (tree / "submitted" / WRONG / TOPIC / "timestamp.txt").write_text("\x00 yesterday")
    said = command(ROOT, "autograder", "nbgrader", "import", TOPIC, "--tree", str(tree), "--jobs", "1")
    return tree, said, scores(tree)


def scores(tree):
    """By student, what the gradebook holds."""
    with tree_at(tree).gradebook() as book:
        return {one.student.id: one.score for one in book.find_assignment(TOPIC).submissions}


def pytest_collection_modifyitems(items):
    """Others' packages warn when they are imported; what ours warn of is an error everywhere else."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore"))
