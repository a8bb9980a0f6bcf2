"""Where the kernel refuses walls, as containers do: what each way of grading does and says, at level B and at C."""

import json

import pytest
from attacks import KILLS_AND_READS, shadows
from trees import REFUSED, ROOT, TOPIC, WALLS, read, submit, tried

from autograder.manifest import Course
from autograder.platforms import harness
from autograder.platforms.documents import write as write_notebook
from autograder.platforms.gradescope import Settings, write
from autograder.platforms.samples import samples

pytestmark = pytest.mark.slow
ASKS = """
import sys
from autograder.platforms.kernel import Client, GraderFaultError
client = Client()
try:
    print(sum(q["score"] for q in client.ask(sys.argv[1], "", open(sys.argv[2], "rb").read())["questions"]))
except GraderFaultError as error:
    print(error)
client.close()
"""


@pytest.fixture(scope="module")
def reference():
    return next(samples(Course(ROOT), TOPIC))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    """What Gradescope's container is made from."""
    folder = tmp_path_factory.mktemp("gradescope")
    archive = write(Course(ROOT), folder / "archive.zip", Settings(TOPIC, hidden="hidden"), bytes(32))
    return harness.image(archive, folder / "image")


def in_container(image, submission, level, **settings):
    """A container's results, None where it left none, and what it printed."""
    with harness.container(image, submission) as root:
        changed = root / "source" / "course" / "settings.json"
        changed.write_text(json.dumps({**json.loads(changed.read_text()), **settings}))
        python = root / "python"
        python.write_text(f'#!/bin/sh\nexec python3 "{WALLS}" {level} python3 "$@"\n')
        python.chmod(0o755)
        script = f"import subprocess, sys; sys.exit(subprocess.run([{str(root / 'run_autograder')!r}]).returncode)"
        own = {"AUTOGRADER_DIR": str(root), "AUTOGRADER_PYTHON": str(python)}
        status, said = tried(root, "-c", script, **own)
        results = root / "results" / "results.json"
        assert results.exists() is (status == 0)
        return (read(results) if status == 0 else None), said


def test_an_engine_beside_the_solutions_grades_nothing_at_level_c(tmp_path, reference):
    path = tmp_path / "notebook"
    write_notebook(path, reference.plain_notebook())
    _, said = tried(tmp_path, "-c", ASKS, TOPIC, str(path), level="C")
    assert REFUSED in said
    assert "set AUTOGRADER_UNSAFE=1 for code that you trust" in said
    _, said = tried(tmp_path, "-c", ASKS, TOPIC, str(path), level="C", AUTOGRADER_UNSAFE="1")
    assert said.split()[-1] == "100.0"


def test_nbgraders_autograde_leaves_a_student_ungraded_at_level_c_and_says_why(nbgrader, tmp_path, reference):
    for name in ("nbgrader_config.py", "gradebook.db"):
        (tmp_path / name).write_bytes((nbgrader.tree / name).read_bytes())
    for step in ("source", "release"):
        write_notebook(
            tmp_path / step / TOPIC / f"{TOPIC}.ipynb", read(nbgrader.tree / step / TOPIC / f"{TOPIC}.ipynb")
        )
    submit(tmp_path, "late", reference.in_notebook(nbgrader.released))
    status, said = tried(tmp_path, "nbgrader", "autograde", TOPIC, "--student", "late", level="C")
    assert status != 0
    assert f"predict_linear: not graded: {REFUSED}" in said
    assert not (tmp_path / "autograded" / "late" / TOPIC / f"{TOPIC}.ipynb").exists()


def test_nbgrader_import_refuses_at_level_c(nbgrader):
    status, said = tried(ROOT, "autograder", "nbgrader", "import", TOPIC, "--tree", str(nbgrader.tree), level="C")
    assert status == 2
    assert "cannot keep other people's code apart (level C: a plain process)" in said
    assert "--unsafe" in said


def test_gradescopes_container_keeps_a_hostile_submission_apart_at_level_b(image, tmp_path):
    path = tmp_path / "theirs" / f"{TOPIC}.py"
    path.parent.mkdir()
    path.write_text(KILLS_AND_READS + '\n\ndef predict_linear(X, w, b):\n    raise ValueError(f"read {len(found)}")\n')
    for name, content in shadows(tmp_path / "mark").items():
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_text(content)
    results, said = in_container(image, path.parent, "B")
    assert list(harness.problems(results)) == []
    assert results["extra_data"]["isolation"] == "B"
    assert "isolation: level B" in said
    assert results["score"] == 0
    assert "read 0" in results["tests"][0]["output"]
    assert not (tmp_path / "mark").exists()


def test_gradescopes_container_grades_nothing_at_level_c_unless_told_so(image, tmp_path):
    submission = Course(ROOT).solutions(TOPIC) / "solution.py"
    results, said = in_container(image, submission, "C")
    assert results is None
    assert "autograder: this machine cannot keep other people's code apart (level C" in said
    results, said = in_container(image, submission, "C", unsafe=True)
    assert (results["score"], results["extra_data"]["isolation"]) == (100, "C")
