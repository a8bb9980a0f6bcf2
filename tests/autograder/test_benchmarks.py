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
from benchmarks import cases, eight, model, pieces  # noqa: E402
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
print([each.passed for each in floor.loop(Course(root), eight.TOPIC, sources)])
print(list(floor.loop(Course(root), probes.SMALL, [probes.FUNCTION.encode()])))
"""


ORPHAN = "import time\nwhile time.process_time() < 0.3: pass"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {ORPHAN!r}])"
ACCOUNT = f"""
import subprocess
from benchmarks.measuring import python, run
other = subprocess.Popen(["sleep", "9"])
print(run(python("-c", {PARENT!r})).cpu, other.poll())
other.kill()
"""


def test_a_command_pays_for_the_orphans_that_it_leaves_and_is_not_held_up_by_others():
    command = [sys.executable, "-c", ACCOUNT]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment())
    cpu, other = run.stdout.split()
    assert float(cpu) >= 0.3
    assert other == "None"


def test_the_floor_passes_and_fails_what_the_sets_say(tmp_path):
    command = [sys.executable, "-c", FLOOR, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment())
    expected = [eight.passes(source) for source in eight.submissions().values()]
    assert run.stdout.splitlines() == [str(expected), "[Graded(passed=3, questions=3, calls=3, callbacks=0)]"]
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


def piece(graded, taken_up, *, ended=False):
    return {"cpu": 3.0, "coordinator_bytes": 1000 + graded, "graded": graded, "taken_up": taken_up, "ended": ended}


def test_pieces_of_a_batch_add_up_to_the_whole():
    found = pieces.summed([piece(60, 0), piece(25, 60), piece(15, 85, ended=True)], 100)
    assert (found["done"], found["cpu_each"], found["coordinator_bytes"]) == (100, 0.09, 1060)
    assert pieces.summed([piece(60, 0), piece(25, 60)], 100)["done"] == 85


@pytest.mark.parametrize("last", [piece(15, 84, ended=True), piece(55, 45, ended=True)])
def test_a_piece_that_has_not_taken_up_what_was_graded_before_is_refused(last):
    with pytest.raises(RuntimeError, match="60 were graded before"):
        pieces.summed([piece(60, 0), last], 100)


def test_a_piece_is_known_by_what_it_adds_to_the_log(tmp_path):
    log = tmp_path / "batch.log"
    before = "at  ann: 2/2, 0.00 s, seed 1, level A\n"
    log.write_text(before + "at  run 2: small\nat  ann: 2/2, kept\nat  bob: 2/2, 0.01 s, seed 5, level A\n", "utf-8")
    assert pieces._told(log, 0) == (2, 1, False)
    assert pieces._told(log, len(before)) == (1, 1, False)
    with log.open("a", encoding="utf-8") as file:
        file.write("at  run 2 ended: 1 graded\n")
    assert pieces._told(log, len(before)) == (1, 1, True)


def test_a_mixed_class_has_each_kind_in_its_share():
    sources = {"reference": [b"r"], "mistake": [b"1", b"2", b"3", b"4"], "starter": [b"s"]}
    handed_in = list(model.in_shares(sources, 20))
    assert [kind for kind, _ in handed_in].count("mistake") == 6
    assert {source for kind, source in handed_in if kind == "mistake"} == {b"1", b"2", b"3", b"4"}
    assert {kind for kind, _ in handed_in[:10]} == {"reference", "mistake", "starter"}


def test_the_model_adds_what_a_submission_asks_to_what_it_computes():
    topic = model.Topic("numpy", floor=0.1, calls=100, callbacks=50)
    assert topic.each == pytest.approx(0.1 + 100 * model.CALL + 50 * model.CALLBACK + model.CHILD)
    assert topic.batch(10) - topic.batch(9) == pytest.approx(topic.each)
