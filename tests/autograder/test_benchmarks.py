"""What `make bench` compares is comparable: every grader comes to the same of the same submissions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import __main__ as bench  # noqa: E402
from benchmarks import cases, eight  # noqa: E402
from benchmarks.measuring import environment  # noqa: E402

FLOOR = """
import sys
from pathlib import Path
from autograder.manifest import Course
from benchmarks import eight, floor, probes
root = Path(sys.argv[1])
eight.course(root)
probes.small_course(root, 3)
sources = [source.encode() for source in eight.submissions(20).values()]
print(list(floor.loop(Course(root), eight.TOPIC, sources)))
print(list(floor.loop(Course(root), probes.SMALL, [probes.FUNCTION.encode()])))
"""


def test_the_floor_passes_and_fails_what_the_sets_say(tmp_path):
    command = [sys.executable, "-c", FLOOR, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment())
    expected = [eight.passes(source) for source in eight.submissions().values()]
    assert run.stdout.splitlines() == [str(expected), "[3]"]
    assert sorted(set(expected)) == [6, 7, 8]


@pytest.mark.slow
def test_plain_pytest_comes_to_the_same(tmp_path):
    eight.plain_pytest(tmp_path)
    source = next(source for source in eight.submissions().values() if eight.passes(source) == 6)
    (tmp_path / f"{eight.TOPIC}.py").write_text(source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert "2 failed, 6 passed" in run.stdout


def test_a_notebook_holds_each_function_with_its_test():
    cells = json.loads(eight.nbgrader_notebook(eight.SOLUTION))["cells"]
    assert [cell["metadata"].get("nbgrader", {}).get("grade") for cell in cells] == [None, *[False, True] * 8]


def test_cases_are_run_in_part_and_their_ratios_gathered(tmp_path, monkeypatch, capsys):
    path = tmp_path / "found.json"
    bench.recorded(path, "one", {"ratios": {"a": 1.5}, "raw": [1]})
    bench.recorded(path, "two", {"ratios": {"b": 2.0}})
    found = json.loads(path.read_text("utf-8"))
    assert found["ratios"] == {"a": 1.5, "b": 2.0}
    assert found["one"]["raw"] == [1]
    assert found["machine"]["cores"] == os.cpu_count()
    monkeypatch.setattr(sys, "argv", ["benchmarks", "nothing"])
    assert bench.main() == 2
    assert "there is no case 'nothing'" in capsys.readouterr().err
    assert {"floor", "frameworks", "dask", "watch"} <= set(cases.CASES)
