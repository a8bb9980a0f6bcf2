"""A class of any size goes through as a stream: what is held at one time does not grow with it."""

from __future__ import annotations

import weakref
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from reports import question, report
from support_courses import TINY, copied

from autograder import batch, cluster, running
from autograder.gradebook import Book
from autograder.manifest import Course
from autograder.model import Isolation, Submission
from autograder.results import Results

MANY = 10_000
REPORT = replace(report(question()), topic="vectors")


class Canned(Executor):
    """Gives everybody the same report: what is looked at is who is held meanwhile."""

    def submit(self, function, /, *arguments, **keywords):
        (shard,) = arguments
        future: Future = Future()
        future.set_result([replace(REPORT, student=each.student) for each in shard.submissions])
        return future


class Counted:
    """A stream of submissions that knows how many of them are alive at most."""

    def __init__(self, count):
        self.count, self.alive, self.most = count, 0, 0

    def __iter__(self):
        for number in range(self.count):
            submission = Submission(f"student{number:06}", {"vectors.py": b"#" * 1000})
            self.alive += 1
            self.most = max(self.most, self.alive)
            weakref.finalize(submission, self._gone)
            yield submission

    def _gone(self):
        self.alive -= 1


def test_ten_thousand_are_sharded_and_graded_while_a_handful_is_held():
    stream, jobs = Counted(MANY), 2
    work = batch.shards(stream, MANY, Path("/course"), "vectors", b"s" * 32, jobs)
    graded = 0
    for outcome in batch.outcomes(work, lambda jobs: Canned(), jobs):
        graded += 1
        del outcome
    assert graded == MANY
    assert stream.most <= batch.SHARD * (2 * jobs + 1)  # in hand, just ended, and the next one


def test_whoever_has_ended_has_new_work_before_the_results_are_looked_at():
    work = batch.shards(Counted(40), 40, Path("/course"), "vectors", b"s" * 32, 1)
    taken = []

    class Noting(Canned):
        def submit(self, function, /, *arguments, **keywords):
            taken.extend(arguments[0].submissions)
            return super().submit(function, *arguments, **keywords)

    for seen, _ in enumerate(batch.outcomes(work, lambda jobs: Noting(), 1), start=1):
        assert len(taken) > seen or seen == 40


@pytest.mark.parametrize("count", [100, 400])
def test_writing_results_holds_no_more_for_a_larger_class(tmp_path, count):
    course, stream = copied(tmp_path / "course"), Counted(count)
    with closing(Results(tmp_path / "out", "en")) as results, Book(tmp_path / "book.sqlite") as book:
        settings = running.Settings(2, Isolation("A"), "en", pool=lambda jobs: Canned())
        tally = running.grade_class(course, "vectors", stream, count, book, results, settings)
    assert len(list((tmp_path / "out" / "reports").glob("*.json"))) == count
    assert stream.most <= batch.SHARD * 5
    assert tally.is_final


def test_a_cluster_is_asked_for_nothing_without_its_word():
    with cluster.spread("", TINY, "vectors", 3) as found:
        assert found == (batch.local_pool, 3)
    assert Course(TINY).assignment("vectors").topic == "vectors"
