"""A slip in our own diagnosis costs a student nothing but the hint, and the instructor hears of it."""

from __future__ import annotations

from contextlib import closing

import pytest
from support_courses import RIGHT, copied
from test_batch import Here

from autograder import batch, classpages, running
from autograder.diagnosis import naming
from autograder.gradebook import Book
from autograder.model import Status, Submission
from autograder.policies import Policy
from autograder.results import Results
from autograder.sandbox.choice import choose

WRONG = RIGHT.replace("return 2 * x / x.size", "return 2 * x")
SLIP = "ZeroDivisionError: a detector's slip \x1b[31m"


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """A class graded while a detector of ours fails: its outcomes, the tally, the log, a student's page."""

    def slip(plays):
        raise ZeroDivisionError(SLIP.partition(": ")[2])

    monkeypatch.setattr(naming, "pattern_of", slip)
    course = copied(tmp_path / "course")
    assignment = course.assignment("vectors")
    with closing(choose("numpy")) as sandbox:
        settings = running.Settings(1, sandbox.isolation, "en", pool=lambda jobs: Here())
    class_ = [
        Submission(name, {"vectors.py": text.encode()}) for name, text in {"a": WRONG, "b": WRONG, "c": RIGHT}.items()
    ]
    outcomes = []
    with closing(Results(tmp_path / "out", "en")) as results, Book(tmp_path / "book.sqlite") as book:
        tally = running.grade_class(course, "vectors", class_, 3, book, results, settings, outcomes.append)
        grade, *_ = running.grades(book, "vectors", Policy())
        page = classpages.student_page(assignment, grade, outcomes[0].report, "en", final=True)
    yield outcomes, tally, (tmp_path / "out" / "batch.log").read_text("utf-8"), page
    batch._grader(course.root, "vectors", settings.isolation, "cpu")[1].close()
    batch._grader.cache_clear()


def test_a_slip_of_a_detector_is_told_to_the_instructor_and_not_to_the_student(graded):
    outcomes, tally, log, page = graded
    wrong = [each for each in outcomes[0].report.questions if each.verdict.status is Status.WRONG]
    assert [each.unexplained for each in wrong] == [SLIP] * len(wrong)
    assert {each.exercise for each in wrong} == {"mean_square_grad"}
    assert {question.unexplained for question in outcomes[2].report.questions} == {""}
    assert outcomes[0].report.is_final
    assert log.count(f"{wrong[0].name} not explained: ZeroDivisionError: a detector's slip") == 2
    assert [str(each) for each in tally.look_at] == [f"not explained, ours to mend: a, {wrong[0].name}: {SLIP}"]
    assert "slip" not in page
    assert "\x1b" not in log
