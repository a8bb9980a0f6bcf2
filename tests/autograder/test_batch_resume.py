"""A batch that is run again grades what has changed and keeps the rest; `--fresh` grades all."""

from __future__ import annotations

import csv
import subprocess
import sys
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import EVERY, WRONG, question, report
from support_courses import RIGHT, copied
from test_batch import Here

from autograder import batch, running, seeds
from autograder.gradebook import Book
from autograder.model import Isolation, Outcome, Status, Submission
from autograder.policies import Policy
from autograder.render import document
from autograder.results import Results
from autograder.sandbox.choice import choose

SECRET = b"s" * 32
SOURCES = {
    "alice": RIGHT,
    "bob": RIGHT.replace("return 2 * x / x.size", "return 2 * x"),
    "carol": "import os\nos._exit(1)\n",
    "dave": "",
    "张伟": RIGHT,
}


@pytest.fixture(scope="module")
def level():
    """The isolation of this machine."""
    sandbox = choose("numpy")
    yield sandbox.isolation
    sandbox.close()


@pytest.fixture
def run(tmp_path, level):
    """Runs the batch over sources: the outcomes, in the order in which they came."""
    course = copied(tmp_path / "course")
    (course.root / "course.secret").write_text("73" * 32)

    def run(sources=SOURCES, language="en", fresh=False):
        submissions = [
            source if isinstance(source, Outcome) else Submission(name, {"vectors.py": source.encode()})
            for name, source in sources.items()
        ]
        settings = running.Settings(1, level, language, fresh, lambda jobs: Here())
        outcomes = []
        with closing(Results(tmp_path / "out", language)) as results, Book(tmp_path / "book.sqlite") as book:
            running.grade_class(
                course, "vectors", submissions, len(submissions), book, results, settings, outcomes.append
            )
            results.grades(running.rows(book, course.assignment("vectors"), Policy()))
        return outcomes

    run.course, run.out, run.book = course, tmp_path / "out", tmp_path / "book.sqlite"

    def forget():
        """Let go of the warm grader of this process."""
        if batch._grader.cache_info().currsize:
            batch._grader(course.root, "vectors", level, "cpu")[1].close()
        batch._grader.cache_clear()

    run.forget = forget
    yield run
    forget()


def reused(outcomes):
    """Whose results are of an earlier run."""
    return {outcome.submission.student for outcome in outcomes if outcome.reused}


def content(folder):
    """Every file with its bytes."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in (".json", ".csv")}


def test_run_again_everybody_is_kept_and_no_file_changes(run):
    assert reused(run()) == set()
    before = content(run.out)
    assert reused(run()) == set(SOURCES)
    assert content(run.out) == before


def test_who_hands_in_another_file_is_graded_again(run):
    run()
    changed = run({**SOURCES, "bob": RIGHT, "dave": "x = 1\n"})
    assert reused(changed) == {"alice", "carol", "张伟"}
    assert {outcome.submission.student: outcome.report.score for outcome in changed} == {
        "alice": 10,
        "bob": 10,
        "carol": 0,
        "dave": 0,
        "张伟": 10,
    }


def test_who_could_not_be_read_here_is_told_and_keeps_what_was_graded_before(run):
    unread = Outcome(Submission("bob", {}), None, "OSError: [Errno 5] Input/output error")
    first = run({"alice": RIGHT, "bob": unread})
    assert {each.submission.student: each.report is not None for each in first} == {"alice": True, "bob": False}
    assert graded(run) == ["alice"]
    run()
    before = graded(run)
    assert "bob" in before
    assert unread in run({**SOURCES, "bob": unread})
    assert graded(run) == before
    assert "bob: not graded: OSError: [Errno 5] Input/output error" in (run.out / "batch.log").read_text()


def graded(run):
    """Who has a row in grades.csv."""
    with (run.out / "grades.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["student"] for row in csv.DictReader(file) if row["final"] == "yes"]


def test_who_comes_later_is_added(run):
    run({"alice": RIGHT})
    assert reused(run()) == {"alice"}


def test_asked_for_fresh_results_everybody_is_graded_again(run):
    run()
    assert reused(run(fresh=True)) == set()


def test_another_language_needs_other_reports(run):
    run()
    assert reused(run(language="zh")) == set()
    assert reused(run(language="zh")) == set(SOURCES)


@pytest.mark.parametrize("spoil", [lambda text: text[: len(text) // 2], lambda text: "", lambda text: text + "}"])
def test_a_report_that_was_spoiled_is_written_again_from_the_gradebook(run, spoil):
    run({"alice": RIGHT})
    path = run.out / "reports" / "alice.json"
    good = path.read_text("utf-8")
    path.write_text(spoil(good), "utf-8")
    assert reused(run({"alice": RIGHT})) == {"alice"}
    assert path.read_text("utf-8") == good


def test_a_result_that_is_not_final_is_not_kept(tmp_path, run):
    submission = Submission("alice", {"vectors.py": b""})
    with Book(tmp_path / "other.sqlite") as book:
        number = book.begin("batch", "vectors", grader="", isolation="C")
        book.add(number, Outcome(submission, report(question(Status.OURS))), "en")
        assert book.finished(number, submission, "", "en") is None
        book.add(number, Outcome(submission, report(question())), "en")
        assert book.finished(number, submission, "", "en").report.score == 2


def test_a_grader_that_comes_back_brings_its_result_back(run):
    facts = run.course.root / "assignments" / "vectors" / "assignment.toml"
    before = facts.read_text("utf-8")
    (first,) = run({"alice": RIGHT})
    facts.write_text(before + "\n", "utf-8")
    run.forget()
    (second,) = run({"alice": RIGHT})
    facts.write_text(before, "utf-8")
    run.forget()
    (third,) = run({"alice": RIGHT})
    assert [first.reused, second.reused, third.reused] == [False, False, True]
    with Book(run.book) as book:
        (standing,) = book.standings("vectors")
        made, _ = book.report(standing.grading)
    assert made.fingerprint == first.report.fingerprint != second.report.fingerprint


def test_what_a_killed_run_left_half_written_is_cleared(tmp_path, run):
    run({"alice": RIGHT})
    for name in ("grades.csv.partial", "reports/alice.json.partial"):
        (run.out / name).write_text("half")
    assert reused(run({"alice": RIGHT})) == {"alice"}
    assert not list(run.out.rglob("*.partial"))


@given(st.sampled_from(["en", "zh"]), st.lists(st.sampled_from([*EVERY, question(verdict=WRONG)]), max_size=6))
def test_a_report_that_is_read_writes_the_same_text_again(language, questions):
    text = document.text(report(*questions), language)
    again, spoken = document.read(text)
    assert document.text(again, spoken) == text


def test_a_secret_is_there_whole_or_not_at_all(tmp_path):
    one, other = seeds.course_secret(tmp_path), seeds.course_secret(tmp_path)
    assert one == other
    assert [path.name for path in tmp_path.iterdir()] == ["course.secret"]


def test_two_batches_that_start_together_agree_on_one_secret(tmp_path):
    (tmp_path / "course.secret").write_text("ab" * 32)
    seeds._make_secret(tmp_path / "course.secret")
    assert seeds.course_secret(tmp_path) == bytes.fromhex("ab" * 32)


@pytest.mark.slow
def test_the_command_says_how_many_results_are_of_an_earlier_run(tmp_path, root):
    course, folder, out = copied(tmp_path / "course"), tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for name in ("alice", "bob"):
        (folder / f"{name}.py").write_text(SOURCES[name])
    words = [sys.executable, "-m", "autograder", "--root", str(course.root), "batch", "vectors", str(folder), str(out)]

    def said(*more):
        done = subprocess.run([*words, "--unsafe", *more], cwd=root, capture_output=True, text=True, check=True)
        return done.stdout

    assert "earlier" not in said()
    before = content(out)
    assert "2 of them in an earlier run: nothing that their reports rest on has changed" in said()
    assert content(out) == before
    assert "earlier" not in said("--fresh")


def test_a_pool_that_cannot_start_ends_with_its_trouble_for_everybody(tmp_path):
    submissions = [Submission(str(number), {}) for number in range(3)]
    work = batch.shards(submissions, 3, tmp_path / "nowhere", "vectors", SECRET, 1, Isolation("A"))
    found = list(batch.outcomes(work, lambda jobs: Here(), 1))
    assert [outcome.submission.student for outcome in found] == ["0", "1", "2"]
    assert all(outcome.report is None and outcome.trouble.startswith("UsageError: ") for outcome in found)
