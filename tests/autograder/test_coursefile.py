"""course.toml held against its course: what it names is there, what it says can be used, its zone is everybody's."""

from __future__ import annotations

import re
import sys
import tomllib
import zoneinfo
from pathlib import Path

import pytest
from support_courses import copied

from autograder import coursefile
from autograder.cli import main
from autograder.gradebook import Book
from autograder.manifest import Course
from autograder.model import AutograderError
from autograder.sources.names import timestamp

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def said(tmp_path):
    """What a course with this course.toml says when it is read."""
    course = copied(tmp_path / "course")

    def refused(text):
        (course.root / "course.toml").write_text(text, "utf-8")
        with pytest.raises(AutograderError) as caught:
            coursefile.of(course)
        assert str(caught.value).startswith(f"{course.root / 'course.toml'}: ")
        return str(caught.value).removeprefix(f"{course.root / 'course.toml'}: ")

    return refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[topic.vektors]", "topic.vektors: there is no topic 'vektors'; did you mean 'vectors'?"),
        ("[topic]\nvectors = 3", "topic: vectors = 3 has the wrong type"),
        (
            "[topic.vectors]\ndrop = ['scale_value']",
            "topic.vectors: drop: there is no exercise or question 'scale_value'; did you mean 'scale_values'?",
        ),
        (
            "[topic.layers]\nextra_credit = ['scale']",
            "topic.layers: extra_credit: there is no exercise or question 'scale'; ",
        ),
        (
            "[policy]\ndrop = ['scael']",
            "policy: drop: there is no exercise or question 'scael'; did you mean 'scale'?",
        ),
        ("[policy]\nextension = [3]", "policy: extension = [3] has the wrong type"),
        ("[policy]\nextension = 0", "policy: extension = 0 has the wrong type"),
        ("[policy]\nround = 2.0", "policy: round = 2.0 is no whole number"),
        ("[policy]\nround = true", "policy: round = True has the wrong type"),
        ("[policy]\nlate = { percent = 1, flagged_periods = 1.5 }", "policy: late: flagged_periods = 1.5 is no whole"),
    ],
)
def test_what_could_not_be_used_is_refused(said, text, expected):
    assert said(text).startswith(expected)


def test_nothing_is_graded_by_a_course_toml_that_cannot_be_used(tmp_path, capsys):
    course = copied(tmp_path / "course")
    (course.root / "course.toml").write_text("[policy]\nround = 1.5\n", "utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "amy.py").write_text("", "utf-8")
    assert main(["--root", str(course.root), "batch", "vectors", str(tmp_path / "in"), str(tmp_path / "out")]) == 3
    assert "course.toml: policy: round = 1.5 is no whole number" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_exercises_and_questions_of_both_files_are_known(tmp_path):
    course = copied(tmp_path / "course")
    text = '[policy]\ndrop = ["scale"]\n[topic.vectors]\ndrop = ["scale_one_row"]\nextra_credit = ["scale_values"]\n'
    (course.root / "course.toml").write_text(text, "utf-8")
    assert coursefile.of(course)["vectors"].drop == ("scale_one_row",)
    assert coursefile.of(course)[""].drop == ("scale",)


def test_a_grader_with_a_slip_is_named(tmp_path):
    course = copied(tmp_path / "course")
    course.graders("vectors")[0].write_text("def test_(:\n", "utf-8")
    (course.root / "course.toml").write_text("[topic.vectors]\ndrop = ['scale_values']", "utf-8")
    with pytest.raises(AutograderError, match=r"test_public\.py cannot be read: invalid syntax"):
        coursefile.of(course)


def test_the_example_in_the_docs_is_one(tmp_path):
    (text,) = re.findall(
        r"```toml\n(format = 1.*?)```", (REPOSITORY / "docs" / "instructors.md").read_text(), re.DOTALL
    )
    (tmp_path / "course.toml").write_text(text, "utf-8")
    for folder in ("assignments", "tests"):
        (tmp_path / folder).symlink_to(REPOSITORY / folder)
    assert coursefile.of(Course(tmp_path))["gradient_descent"].drop == ("train_views",)


@pytest.fixture
def berlin(tmp_path):
    """A course in Berlin's time with a due date."""
    course = copied(tmp_path / "course")
    text = 'timezone = "Europe/Berlin"\n[policy]\ndue = 2026-12-01\nlate = { percent = 10 }\n'
    (course.root / "course.toml").write_text(text, "utf-8")
    return course


def test_times_in_names_are_the_courses(berlin, tmp_path, capsys):
    """23:30 in Berlin is in time, wherever it is graded: an hour later it would be late."""
    for name in ("123-456 - Amy A - Dec 1, 2026 1130 PM", "123-457 - Ben B - Dec 2, 2026 1230 AM"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "vectors.py").write_text("", "utf-8")
    words = ["batch", "vectors", str(tmp_path / "in"), str(tmp_path / "out"), "--unsafe", "--jobs", "1"]
    assert main(["--root", str(berlin.root), *words]) == 0
    table = (tmp_path / "out" / "grades.csv").read_text("utf-8-sig")
    assert "2026-12-01 22:30+00:00" in table  # as the gradebook writes it
    assert [("late by" in line) for line in table.splitlines()[1:]] == [False, True]
    assert "late by 0 d 00:31" in table


def test_an_extension_for_nobody_is_told(tmp_path, capsys):
    course = copied(tmp_path / "course")
    who = ("student = 'amy'", "student = 'bne'", "student = 'eve'", "section = 'A'", "section = 'Z'")
    text = "".join(f"[[topic.vectors.extension]]\n{each}\nuntil = 2026-12-01\n" for each in who)
    (course.root / "course.toml").write_text(text, "utf-8")
    (tmp_path / "in").mkdir()
    for name in ("amy", "ben"):
        (tmp_path / "in" / f"{name}.py").write_text("", "utf-8")
    (tmp_path / "roster.csv").write_text("username,name,section\namy,Amy,A\nben,Ben,A\neve,Eve,B\n", "utf-8")
    words = ["--root", str(course.root), "batch", "vectors", str(tmp_path / "in"), "--dry-run", "--lang", "en"]
    nobody = "course.toml extends for: {}: nobody here is called so"
    assert main([*words, "--roster", str(tmp_path / "roster.csv")]) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "course.toml" in line]
    assert told == [nobody.format("bne"), nobody.format("Z")]
    assert main(words) == 0
    told = [line for line in capsys.readouterr().out.splitlines() if "course.toml" in line]
    assert told == [nobody.format("bne"), nobody.format("eve")]  # nobody says what sections there are


def test_an_extension_ends_when_the_courses_day_does(berlin, tmp_path):
    book = tmp_path / "gradebook.sqlite"
    with Book(book) as opened:
        opened.know([("amy", "Amy", "", {})])
    words = ["gradebook", "--book", str(book), "extend", "amy", "vectors", "2026-12-02", "--why", "ill"]
    assert main(["--root", str(berlin.root), *words]) == 0
    with Book(book) as opened:
        (event,) = [each for each in opened.events("vectors") if each.kind == "extension"]
    assert event.value["until"] == "2026-12-02T23:59:59+01:00"


@pytest.fixture
def no_zones(monkeypatch):
    """A system without a database of time zones, as Windows is."""
    for name in [name for name in sys.modules if name.split(".")[0] == "tzdata"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tzdata", None)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()


def test_a_system_without_time_zones_is_told_from_a_wrong_name(no_zones, tmp_path):
    (tmp_path / "course.toml").write_text("timezone = 'Europe/Berlin'", "utf-8")
    lacking = "the time zone 'Europe/Berlin' cannot be looked up, .*pip install tzdata"
    with pytest.raises(AutograderError, match=lacking):
        coursefile.zone_of(Course(tmp_path))
    with pytest.raises(AutograderError, match=lacking):
        timestamp("2026-11-02 15:58:23 Europe/Berlin")
    assert timestamp("2026-11-02 15:58:23 UTC").isoformat() == "2026-11-02T15:58:23+00:00"


def test_windows_gets_a_database_of_time_zones():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert [line for line in project["dependencies"] if re.fullmatch(r"tzdata\S*; sys_platform == 'win32'", line)]
