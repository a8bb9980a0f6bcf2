"""What people decide: each thing with its own reason, and also about who handed in nothing."""

from __future__ import annotations

import csv
import io

import pytest
from exporters.test_exports import HEAD, MANUAL, POSSIBLE
from reports import ASSIGNMENT, WRONG, question, report
from support_books import policy_of

from autograder import classpages, running, sheets
from autograder.exporters.all import known
from autograder.exporters.protocol import File, Options
from autograder.gradebook import Book
from autograder.model import Outcome, Submission
from autograder.policies import Policy


@pytest.fixture
def book(tmp_path):
    """Amy was graded, ben and zoe are known and handed in nothing."""
    with Book(tmp_path / "book.sqlite") as made:
        run = made.begin("batch", "vectors", grader="g", isolation="A")
        made.know((key, key.title(), "S", {"canvas": f"{n}"}) for n, key in enumerate(("amy", "ben", "zoe")))
        questions = [question(name=name, points=4.0, verdict=WRONG) for name in ("one", "two")]
        made.add(run, Outcome(Submission("amy", {"vectors.py": b""}), report(*questions, student="amy")), "en")
        yield made


def lines(book, student, policy=Policy()):  # noqa: B008
    """What the student reads of it."""
    (grade,) = running.grades(book, "vectors", policy, student)
    return [str(line.text) for line in grade.final.lines]


def test_each_question_the_total_and_the_excuse_have_their_own_reason(book):
    for name, why in (("one", "typo"), ("two", "oral exam")):
        book.decide("override", why, topic="vectors", student="amy", value={"question": name, "score": 3})
    book.decide("override", "fair", topic="vectors", student="amy", value={"score": 5})
    book.decide("excuse", "ill", topic="vectors", student="amy")
    assert lines(book, "amy") == [
        "one set by the instructor: typo",
        "two set by the instructor: oral exam",
        "set by the instructor: fair",
        "excused: ill",
    ]


def test_of_two_decisions_about_one_thing_the_later_holds_with_its_reason(book):
    for score, why in ((1, "first"), (2, "second")):
        number = book.decide("override", why, topic="vectors", student="amy", value={"question": "one", "score": score})
    assert lines(book, "amy") == ["one set by the instructor: second"]
    book.decide("revert", "no", topic="vectors", student="amy", target=number)
    assert lines(book, "amy") == ["one set by the instructor: first"]


def test_who_handed_in_nothing_is_excused_or_given_a_score_of_the_same_points(book):
    book.decide("excuse", "ill", topic="vectors", student="ben")
    book.decide("override", "oral exam", topic="vectors", student="zoe", value={"score": 3})
    found = {grade.standing.student: grade for grade in running.grades(book, "vectors", Policy())}
    assert list(found) == ["amy", "ben", "zoe"]
    ben, zoe = found["ben"], found["zoe"]
    assert (ben.final.score, ben.final.excused, ben.standing.name, ben.attempts) == (None, True, "Ben", 0)
    assert (zoe.final.score, zoe.final.points, zoe.final.raw) == (3, 8, None)
    rows = list(running.rows(book, ASSIGNMENT, Policy()))
    assert [row[:5] for row in rows[2:]] == [
        ("ben", "EX", "8", "yes", "handed in nothing"),
        ("zoe", "3", "8", "yes", "handed in nothing"),
    ]


def test_dropped_questions_are_dropped_from_the_points_of_who_was_not_asked(book):
    book.decide("override", "oral exam", topic="vectors", student="zoe", value={"score": 3})
    grades = list(running.grades(book, "vectors", Policy(drop=("one",))))
    assert [grade.final.points for grade in grades] == [4, 4]


def test_more_time_alone_makes_no_grade(book, tmp_path):
    book.decide("extension", "ill", topic="vectors", student="ben", value={"until": "2026-12-01T00:00+00:00"})
    assert [grade.standing.student for grade in running.grades(book, "vectors", Policy())] == ["amy"]
    assert list(running.grades(book, "vectors", policy_of("", tmp_path), "ben")) == []


def test_where_nobody_was_asked_anything_the_assignments_points_count(tmp_path):
    with Book(tmp_path / "empty.sqlite") as book:
        run = book.begin("batch", "vectors", grader="g", isolation="A")
        book.add(run, Outcome(Submission("amy", {}), None, "it died"), "en")
        book.decide("override", "oral exam", topic="vectors", student="amy", value={"score": 5})
        (grade,) = running.grades(book, "vectors", Policy(), points=8.0)
        assert (grade.final.score, grade.final.points) == (5, 8)
        assert list(running.rows(book, ASSIGNMENT, Policy()))[1][1:3] == ("5", "8")


def test_every_export_and_the_index_take_who_handed_in_nothing(book, tmp_path):
    book.decide("excuse", "ill", topic="vectors", student="ben")
    book.decide("override", "oral", topic="vectors", student="zoe", value={"score": 3})
    people = "".join(f"{key.title()},{n},,{key},S,,,\n" for n, key in enumerate(("amy", "ben", "zoe")))
    sheet = sheets.read((HEAD + MANUAL + POSSIBLE.format("16") + people).encode())
    grades = list(running.grades(book, "vectors", Policy()))
    for name in sorted(known().keys() - {"moodle"}):
        options = Options(sheet if name == "canvas" else None)
        files = [each for each in known()[name].export(book, ASSIGNMENT, grades, options) if isinstance(each, File)]
        assert files
        if name == "canvas":
            rows = list(csv.reader(io.StringIO(files[0].content.decode())))
            assert [row[5] for row in rows[3:]] == ["0", "EX", "6"]
    (tmp_path / "reports").mkdir()
    page = classpages.write(tmp_path, ASSIGNMENT, book, grades, "en").read_text("utf-8")
    assert page.count("handed in nothing") == 2
    assert [path.name for path in (tmp_path / "reports").iterdir()] == ["amy.html"]
