"""The class of the README: the real batch over it gives each student the score that was written down by hand."""

import csv
import json
import os
import shutil
import subprocess
import sys

import pytest

from autograder.sandbox.choice import choose

TOPIC = "gradient_descent"


@pytest.fixture(scope="module")
def examples(root):
    return root / "examples" / "class"


@pytest.fixture(scope="module")
def expected(examples):
    with (examples / "EXPECTED.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: float(row["score"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def batch(root, tmp_path_factory):
    """Grades a folder with the command line's batch, behind the best walls of this machine."""
    sandbox = choose("numpy")
    unsafe = ["--unsafe"] if sandbox.isolation.level == "C" else []
    sandbox.close()

    def batch(folder):
        out = tmp_path_factory.mktemp("out")
        command = [sys.executable, "-m", "autograder", "batch", TOPIC, str(folder), str(out), *unsafe]
        environment = {**os.environ, "PYTHONPATH": str(root)}
        done = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return out

    return batch


@pytest.fixture(scope="module")
def out(batch, examples):
    return batch(examples)


def rows(out):
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def reports(out):
    return {path.stem: json.loads(path.read_text("utf-8")) for path in (out / "reports").glob("*.json")}


def test_every_sample_gets_the_score_that_its_author_intended(out, expected):
    assert {student: float(row["score"]) for student, row in rows(out).items()} == expected


def test_every_student_has_one_report_and_every_report_is_final(out, expected):
    assert sorted(reports(out)) == sorted(expected)
    assert {row["final"] for row in rows(out).values()} == {"yes"}


def test_every_report_is_small(out):
    assert [path.name for path in (out / "reports").iterdir() if path.stat().st_size >= 1_000_000] == []


def test_the_report_and_the_row_say_the_same(out):
    found = reports(out)
    assert {student: float(row["score"]) for student, row in rows(out).items()} == {
        student: report["score"] for student, report in found.items()
    }


@pytest.mark.slow
def test_broken_neighbours_change_nothing(out, batch, examples, tmp_path):
    alone = tmp_path / "alone"
    for student in ("alice", "li_na", "王小明"):
        shutil.copytree(examples / student, alone / student)
    found = reports(out)
    for student, report in reports(batch(alone)).items():
        assert untimed(report) == untimed(found[student])


def untimed(report):
    """A report without what no two runs share."""
    questions = [{key: value for key, value in q.items() if key != "seconds"} for q in report["questions"]]
    return {**report, "questions": questions}
