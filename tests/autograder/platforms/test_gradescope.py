"""The archive for Gradescope: what is in it, and what it does in the platform's folders."""

import json
import re
import subprocess
import zipfile

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.model import AutograderError, Limits, UsageError
from autograder.platforms import harness
from autograder.platforms.container import available_bytes, handed_in, within
from autograder.platforms.gradescope import Settings, derived, requirements, write

SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("archive") / "gradescope.zip"
    return write(Course(ROOT), path, Settings(TOPIC, hidden="hidden", leaderboard=True), SECRET)


def test_the_scripts_are_at_the_root_and_can_be_executed(archive):
    with zipfile.ZipFile(archive) as packed:
        modes = {name: packed.getinfo(name).external_attr >> 16 & 0o777 for name in ("setup.sh", "run_autograder")}
        for name in modes:
            subprocess.run(["bash", "-n"], input=packed.read(name), check=True)
    assert modes == {"setup.sh": 0o755, "run_autograder": 0o755}


def test_the_archive_holds_one_topic_and_not_the_courses_secret(archive):
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        contents = b"\n".join(map(packed.read, names))
    topics = {name.split("/")[2] for name in names if name.startswith(("course/solutions/", "course/assignments/"))}
    assert topics == {TOPIC}
    assert SECRET.hex().encode() not in contents
    assert derived(SECRET, TOPIC).hex().encode() in contents


def test_the_same_course_gives_the_same_archive(archive, tmp_path):
    settings = Settings(TOPIC, hidden="hidden", leaderboard=True)
    assert write(Course(ROOT), tmp_path / "again.zip", settings, SECRET).read_bytes() == archive.read_bytes()


def test_only_topics_on_pytorch_bring_it(course):
    assert "torch" not in requirements(course.assignment(TOPIC))


@pytest.mark.parametrize(
    ("settings", "index", "match"),
    [
        (Settings(TOPIC, hidden="secret"), "", "--hidden secret: allowed are hidden, after_due_date"),
        (Settings(TOPIC), "https://x.org/$(id)", "an address that begins with https://"),
        (Settings("no_topic"), "", "there is no topic 'no_topic'"),
    ],
)
def test_what_cannot_be_chosen_is_refused(settings, index, match, tmp_path):
    with pytest.raises(UsageError, match=match):
        write(Course(ROOT), tmp_path / "archive.zip", settings, SECRET, index)


LOOKS_AROUND = """\
import os
from pathlib import Path

here = Path({root!r}, "source", "course")
found = [str(path) for path in here.rglob("*") if path.is_file()]


def predict_linear(X, w, b):
    raise ValueError(f"found {{len(found)}}")
"""


@pytest.mark.slow
def test_the_archive_grades_as_gradescope_runs_it(archive):
    found = harness.run(archive, Course(ROOT).solutions(TOPIC) / "solution.py")
    results = found.results
    assert results["score"] == 100
    public = sum(test["score"] for test in results["tests"] if test["visibility"] == "visible")
    assert results["leaderboard"] == [{"name": "points", "value": public}]
    assert 0 < public < 100
    assert results["execution_time"] > 0
    assert {test["visibility"] for test in results["tests"]} == {"visible", "hidden"}
    assert "isolation: level" in found.printed
    secret = [name for name in found.left if "solutions/" in name or "tests/" in name or "seed.secret" in name]
    assert secret == []


@pytest.mark.slow
def test_nothing_secret_is_on_the_disk_when_student_code_runs(archive, tmp_path):
    with harness.container(archive, ROOT / "README.md") as root:
        assert (root / "source" / "course" / "solutions" / TOPIC / "solution.py").exists()
    path = tmp_path / f"{TOPIC}.py"
    path.write_text(LOOKS_AROUND.format(root="/"), "utf-8")
    results = harness.run(archive, path).results
    first = next(test for test in results["tests"] if test["name"].startswith("predict_linear"))
    assert "found 0" in first["output"]


@pytest.mark.slow
def test_an_archive_that_cannot_grade_leaves_no_score(archive, tmp_path):
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(archive) as given, zipfile.ZipFile(broken, "w") as taken:
        for info in given.infolist():
            taken.writestr(info, b"{" if info.filename == "course/settings.json" else given.read(info))
    with pytest.raises(AutograderError, match=r"left no results \(exit status 1\).*is not the settings file"):
        harness.run(broken, ROOT / "README.md")


def test_a_submission_may_have_another_name_if_it_is_the_only_one(tmp_path):
    (tmp_path / "my work.py").write_bytes(b"x = 1\n")
    assert handed_in(tmp_path, TOPIC, Limits(), "a").files == {f"{TOPIC}.py": b"x = 1\n"}
    (tmp_path / "second.py").write_bytes(b"")
    assert str(handed_in(tmp_path, TOPIC, Limits(), "a").problem) == f"{TOPIC}.py was not handed in"


def test_a_link_to_what_is_not_theirs_is_refused(tmp_path):
    (tmp_path / "submission").mkdir()
    (tmp_path / "solution.py").write_text("secret = 1")
    (tmp_path / "submission" / f"{TOPIC}.py").symlink_to(tmp_path / "solution.py")
    assert "is a symbolic link" in str(handed_in(tmp_path / "submission", TOPIC, Limits(), "a").problem)


def test_a_submission_gets_the_memory_that_grading_leaves_it(course, tmp_path):
    (tmp_path / "max").write_text("max\n")
    (tmp_path / "small").write_text(f"{768 << 20}\n")
    assert available_bytes([tmp_path / "none", tmp_path / "max"]) is None
    most = available_bytes([tmp_path / "max", tmp_path / "small"])
    assignment = course.assignment(TOPIC)
    assert within(assignment, most).limits.memory_bytes == 512 << 20
    assert within(assignment, None) is within(assignment, 8 << 30) is assignment
    with pytest.raises(AutograderError, match="the container has 500 MB, gradient_descent takes 512 MB"):
        within(assignment, 500 << 20)


RIGHT = {"score": 1, "tests": [{"score": 1, "max_score": 2, "name": "a", "visibility": "hidden", "status": "failed"}]}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({}, None),
        ({"leaderboard": [{"name": "a", "value": "*****", "order": "asc"}]}, None),
        ({"points": 1}, "'points' was unexpected"),
        ({"score": "1"}, r"\$.score"),
        ({"visibility": "secret"}, r"\$.visibility"),
        ({"output_format": "markdown"}, r"\$.output_format"),
        ({"execution_time": -1}, r"\$.execution_time"),
        ({"tests": [{"status": "ok"}], "score": 1}, r"\$.tests\[0\].status"),
        ({"tests": [{"score": 3, "max_score": 2}]}, "more than max_score"),
        ({"leaderboard": [{"name": "a"}]}, "'value' is a required"),
        ({"leaderboard": [{"name": "a", "value": 1, "order": "up"}]}, r"\$.leaderboard\[0\].order"),
        ({"leaderboard": {"name": "a", "value": 1}}, r"\$.leaderboard"),
        ({"test_output_format": "rst"}, r"\$.test_output_format"),
        ({"test_name_format": "rst"}, r"\$.test_name_format"),
        ({"stdout_visibility": "never"}, r"\$.stdout_visibility"),
        ({"extra_data": []}, r"\$.extra_data"),
        ({"output": None}, r"\$.output"),
        ({"execution_time": "3 s"}, r"\$.execution_time"),
        *(
            ({"score": 1, "tests": [{"name": "a", field: value}]}, rf"\$.tests\[0\].{field}")
            for field, value in {
                "score": None,
                "max_score": "2",
                "name": 1,
                "name_format": "rst",
                "number": 1,
                "output": [],
                "output_format": "rst",
                "tags": "a, b",
                "visibility": "secret",
                "extra_data": "a",
            }.items()
        ),
    ],
)
def test_results_are_held_against_every_rule(change, match):
    found = "; ".join(harness.problems({**RIGHT, **change}))
    assert re.search(match, found) if match else found == ""


def test_the_rules_know_every_field_of_the_format():
    tests = harness.SCHEMA["properties"]["tests"]["items"]["properties"]
    top = "score execution_time output output_format test_output_format test_name_format visibility stdout_visibility"
    assert harness.SCHEMA["properties"].keys() == {*top.split(), "extra_data", "tests", "leaderboard"}
    of_test = "score max_score status name name_format number output output_format tags visibility extra_data"
    assert tests.keys() == {*of_test.split()}


def test_a_result_needs_a_score():
    assert list(harness.problems(json.loads('{"tests": [{"name": "a"}]}'))) == [
        "$.score: there is neither a score nor a test with one"
    ]
