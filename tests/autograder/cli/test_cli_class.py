"""A class of thirty from each platform through the real command: everybody graded or listed, nobody mixed up."""

from __future__ import annotations

import csv
import functools
import json
import os
import signal
import subprocess
import sys
import time

import classes
import pytest
from classes import pupils, zipped
from support_courses import RIGHT, copied

from autograder.gradebook import Book

WRONG = RIGHT.replace("return 2 * x / x.size", "return 2 * x")
HALF = RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a")
KINDS = ((RIGHT, 10), (WRONG, 4), (HALF, 6))
SLOW = RIGHT.replace("    return a *", "    import time; time.sleep(0.3)\n    return a *")


class Pupil(classes.Pupil):
    """Somebody whose work earns what their number says."""

    def text(self, attempt=0):
        return f"# {self.number}\n{KINDS[self.number % 3][0]}".encode()


def people(count=30):
    return [Pupil(p.number, p.name, p.late, p.attempts) for p in pupils(count)]


@pytest.fixture
def course(tmp_path):
    return copied(tmp_path / "course")


@pytest.fixture
def run(run, course):
    return functools.partial(run, root=course.root)


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["canvas", "gradescope"])
def test_a_class_of_thirty_comes_through_with_the_right_scores(run, course, tmp_path, shape):
    class_ = people()
    (tmp_path / "in.zip").write_bytes(zipped(classes.SHAPES[shape](class_, "vectors")))
    code, said, err = run("batch", "vectors", tmp_path / "in.zip", "--jobs", 2, "--unsafe")
    assert (code, err) == (0, "")
    assert "30 submissions graded; " in said
    with Book(course.root / "out" / "gradebook.sqlite") as book:
        for standing in book.standings("vectors"):
            first = book.submitted(standing.submission).files["vectors.py"].splitlines()[0]
            assert standing.score == KINDS[int(first[2:]) % 3][1]
    found = rows(course.root / "out" / "vectors" / "grades.csv")
    assert len(found) == 30
    log = (course.root / "out" / "vectors" / "batch.log").read_text("utf-8")
    assert "run 1 ended: 30 graded, 0 of them before, 0 failed" in log
    assert "30 of them in an earlier run" in run("batch", "vectors", tmp_path / "in.zip", "--unsafe")[1]


def test_a_dry_run_shows_everything_and_changes_nothing(run, course, tmp_path):
    class_ = people(6)
    (tmp_path / "in.zip").write_bytes(zipped(classes.canvas(class_, "vectors")))
    roster = "\n".join(["Student,ID,SIS User ID,SIS Login ID,Section"])
    roster += "".join(f'\n"{p.name.replace(chr(34), chr(34) * 2)}",{p.canvas},,{p.login},S' for p in class_[:4])
    roster += "\nGhost,777,,ghost,S\n"
    (tmp_path / "class.csv").write_text(roster, "utf-8")
    before = sorted(course.root.rglob("*"))
    code, said, _ = run("batch", "vectors", tmp_path / "in.zip", "--dry-run", "--roster", tmp_path / "class.csv")
    assert code == 0
    assert sorted(course.root.rglob("*")) == before
    for word in ("user0000", "read as canvas", "handed in nothing: ghost", "left out: readme.txt"):
        assert word in said
    assert said.count("not in the roster:") == 2


@pytest.mark.slow
def test_all_topics_go_in_one_run(run, course, tmp_path):
    for student in ("amy", "ben"):
        (tmp_path / "in" / student).mkdir(parents=True)
        (tmp_path / "in" / student / "vectors.py").write_text(RIGHT)
    layers = (course.root / "solutions" / "layers" / "solution.py").read_text()
    (tmp_path / "in" / "amy" / "layers.py").write_text(layers)
    code, said, _ = run("batch", "all", tmp_path / "in", "--jobs", 1, "--unsafe")
    assert code == 0
    assert said.count("2 submissions graded") == 2
    assert rows(course.root / "out" / "vectors" / "grades.csv")[0]["score"] == "10"
    assert [row["score"] != "0" for row in rows(course.root / "out" / "layers" / "grades.csv")] == [True, False]
    with Book(course.root / "out" / "gradebook.sqlite") as book:
        assert book.topics() == ["layers", "vectors"]


@pytest.mark.slow
def test_a_policy_is_a_line_in_the_report_and_the_raw_score_stays(run, course, tmp_path):
    policy = "[topic.vectors]\ndue = 2026-11-01\nlate = { percent = 10, flagged_periods = 1 }\n"
    (course.root / "course.toml").write_text(policy)
    (tmp_path / "in.zip").write_bytes(zipped({"doejane_LATE_1_2_vectors.py": RIGHT.encode()}))
    assert run("batch", "vectors", tmp_path / "in.zip", "--jobs", 1, "--unsafe")[0] == 0
    (row,) = rows(course.root / "out" / "vectors" / "grades.csv")
    assert (row["score"], row["raw"]) == ("9", "10")
    assert row["adjustments"] == "late by the platform's flag: 10 percent less (-1)"
    page = (course.root / "out" / "vectors" / "reports" / "doejane_1.html").read_text("utf-8")
    assert "late by the platform&#x27;s flag: 10 percent less (-1 points)" in page
    assert "what counts: 9 of 10 points" in page
    assert "scale works on a single row" not in page


def started(course, root, *words):
    command = [sys.executable, "-m", "autograder", "--root", course.root, "batch", "vectors", *words, "--unsafe"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    return subprocess.Popen(
        [*map(str, command)], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.slow
def test_two_batches_at_once_are_both_right_or_one_is_refused(course, root, tmp_path):
    (tmp_path / "in").mkdir()
    for n in range(6):
        (tmp_path / "in" / f"s{n}.py").write_text(KINDS[n % 3][0])
    book = ("--book", tmp_path / "book.sqlite", "--jobs", 1)
    both = [started(course, root, tmp_path / "in", tmp_path / f"out{n}", *book) for n in range(2)]
    said = [each.communicate(timeout=300)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    expected = [f"{KINDS[n % 3][1]}" for n in range(6)]
    for n in range(2):
        assert [row["score"] for row in rows(tmp_path / f"out{n}" / "grades.csv")] == expected
    same = [started(course, root, tmp_path / "in", tmp_path / "same", "--fresh", *book) for _ in range(2)]
    said = [each.communicate(timeout=300)[0] for each in same]
    assert sorted(each.returncode for each in same) in ([0, 0], [0, 2]), said
    assert all(each.returncode == 0 or "another batch is writing to" in s for each, s in zip(same, said, strict=True))
    assert [row["score"] for row in rows(tmp_path / "same" / "grades.csv")] == expected


@pytest.mark.slow
def test_ctrl_c_stops_at_once_and_the_next_run_goes_on(course, root, tmp_path):
    (tmp_path / "in").mkdir()
    for n in range(12):
        (tmp_path / "in" / f"s{n:02d}.py").write_text(SLOW)
    batch = started(course, root, tmp_path / "in", tmp_path / "out", "--jobs", 1)
    log = tmp_path / "out" / "batch.log"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and batch.poll() is None:
        if log.exists() and "10/10" in log.read_text("utf-8"):
            break
        time.sleep(0.05)
    batch.send_signal(signal.SIGINT)
    said = batch.communicate(timeout=60)[0]
    assert batch.returncode == 130, said
    assert "Traceback" not in said
    kept = {path.name for path in (tmp_path / "out" / "reports").glob("*.json")}
    assert 0 < len(kept) < 12
    again = started(course, root, tmp_path / "in", tmp_path / "out", "--jobs", 2)
    said = again.communicate(timeout=300)[0]
    assert again.returncode == 0, said
    assert f"{len(kept)} of them in an earlier run" in said
    assert {row["score"] for row in rows(tmp_path / "out" / "grades.csv")} == {"10"}
    assert len([json.loads(p.read_text("utf-8")) for p in (tmp_path / "out" / "reports").glob("*.json")]) == 12


GROUP = """
submission_1:
  :submitters:
  - {":name": Amy, ":sid": amy, ":email": amy@example.org}
  - {":name": Ben, ":sid": ben, ":email": ben@example.org}
"""
ROSTER = (
    "username,name,email,section\namy,Amy A,amy@example.org,A\nben,Ben B,ben@example.org,B\nzoe,Zoe Z,z@example.org,B\n"
)


@pytest.mark.slow
def test_a_groups_members_have_their_own_section_and_the_absent_can_be_excused(run, course, tmp_path):
    policy = "[topic.vectors]\ndue = 2026-11-01\nlate = { percent = 10 }\n"
    extension = '[[topic.vectors.extension]]\nsection = "B"\nuntil = 2099-12-31\n'
    (course.root / "course.toml").write_text(policy + extension)
    (tmp_path / "class.csv").write_text(ROSTER)
    files = {"a/submission_metadata.yml": GROUP.encode(), "a/submission_1/vectors.py": RIGHT.encode()}
    (tmp_path / "in.zip").write_bytes(zipped(files))
    words = ("--jobs", 1, "--unsafe", "--roster", tmp_path / "class.csv")
    assert run("batch", "vectors", tmp_path / "in.zip", *words)[0] == 0
    found = {row["student"]: row for row in rows(course.root / "out" / "vectors" / "grades.csv")}
    assert {name: (row["name"], row["section"]) for name, row in found.items()} == {
        "amy": ("Amy A", "A"),
        "ben": ("Ben B", "B"),
    }
    assert run("gradebook", "excuse", "zoe", "vectors", "--why", "ill")[0] == 0
    assert run("batch", "vectors", tmp_path / "in.zip", *words)[0] == 0
    assert rows(course.root / "out" / "vectors" / "grades.csv")[-1]["score"] == "EX"
    assert run("export", "vectors", "csv", tmp_path / "back")[0] == 0
    sent = rows(tmp_path / "back" / "grades.csv")
    assert [(row["email"], row["excused"]) for row in sent] == [
        ("amy@example.org", ""),
        ("ben@example.org", ""),
        ("z@example.org", "yes"),
    ]
