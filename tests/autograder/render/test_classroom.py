"""What an instructor reads in the terminal."""

from __future__ import annotations

import io
from pathlib import Path

from reports import question, report
from rich.console import Console

from autograder.model import Outcome, Status, Submission, sentence
from autograder.render.classroom import ClassPage
from autograder.scoring import Tally


def printed(show):
    """What a page prints."""
    file = io.StringIO()
    show(ClassPage("en", Console(file=file, width=100, highlight=False, soft_wrap=False)))
    return file.getvalue()


def outcome(student, made=None, problem=None, trouble=""):
    """What became of a submission."""
    return Outcome(Submission(student, {}, None, problem), made, trouble)


def test_a_batch_says_how_many_how_well_and_whom_to_look_at():
    evil = "\x1b[31meve"
    outcomes = [
        outcome("alice", report(question(), question())),
        outcome("bob", report(question())),
        outcome("carol", report(question(Status.OURS))),
        outcome("dave", report(question(Status.NOT_RUN)), problem=sentence("{name} was not handed in", name="v.py")),
        outcome(evil, None, trouble="BrokenProcessPool"),
    ]
    page = printed(lambda page: page.batch(Tally(outcomes), Path("out/grades.csv")))
    assert "4 submissions graded; out/grades.csv" in page
    assert "points: lowest 0, median 1, highest 4" in page
    assert "not final, a grader failed: carol" in page
    assert "not readable: dave: v.py was not handed in" in page
    assert r"not graded, ours to mend: \u001b[31meve: BrokenProcessPool" in page
    assert "\x1b" not in page


def test_a_plan_leaves_out_what_is_the_same_for_everybody():
    rows = [("alice", "cnn", "cnn.py", "1", "", "", ""), ("bob", "cnn", "b.py", "1", "", "late", "")]
    heading, *lines = printed(lambda page: page.plan(rows, [], "canvas")).splitlines()
    assert heading.split() == ["student", "file", "late"]
    assert [line.split() for line in lines] == [["alice", "cnn.py"], ["bob", "b.py", "late"], ["read", "as", "canvas"]]


def test_columns_stand_back_where_a_table_is_too_wide():
    rows = [("student", "score", "a" * 60, "b" * 60), ("alice", "7", "1", "2")]
    found = printed(lambda page: page.table("cnn", rows, {"a" * 60, "b" * 60}))
    assert [line.split() for line in found.splitlines()] == [["cnn"], ["student", "score"], ["alice", "7"]]


def test_a_progress_bar_says_nothing_in_a_pipe():
    def show(page):
        with page.progress(3) as advance:
            for number in range(3):
                advance(outcome(f"s{number}", report(question())))

    assert printed(show).strip() == ""
