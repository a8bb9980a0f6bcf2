"""The gradebook only grows, opens after anything, serves two at once, and tells what counts and why."""

from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime

import pytest
from reports import WRONG, question, report
from support_books import recorded

from autograder import running
from autograder.cli import main
from autograder.gradebook import Book, schema
from autograder.model import AutograderError, Outcome, Receipt, Status, Submission, UsageError, sentence
from autograder.policies import Policy


def handed_in(student, text=b"x = 1\n", **receipt):
    return Submission(student, {"vectors.py": text}, None, None, Receipt(**receipt))


def outcome(student, *questions, text=b"x = 1\n", **receipt):
    made = report(*(questions or (question(),)), student=student)
    return Outcome(handed_in(student, text, **receipt), made)


@pytest.fixture
def book(tmp_path):
    with Book(tmp_path / "book.sqlite") as made:
        made.number = made.begin("batch", "vectors", grader="abc", isolation="A")
        yield made


def counting(book, policy=Policy()):  # noqa: B008
    return {grade.standing.student: grade.final.score for grade in running.grades(book, "vectors", policy)}


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_nothing_is_ever_changed(book, table, verb):
    book.add(book.number, outcome("alice"), "en")
    book.decide("excuse", "ill", topic="vectors", student="alice")
    words = verb.replace("rowid = rowid", "position = position" if table == "question_result" else "id = id")
    with pytest.raises(sqlite3.IntegrityError, match=f"the gradebook only grows: {table} is never changed"):
        book.connection.execute(words.format(table))


def test_a_file_of_an_earlier_version_becomes_one_of_this(tmp_path):
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        for statement in schema._statements(schema.MIGRATIONS[0]):
            old.execute(statement)
        old.execute("INSERT INTO student VALUES ('alice', 'Alice', '', '{}')")
        old.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Book(path) as book:
        assert [row["name"] for row in book.students()] == ["Alice"]
        assert book.connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
        assert book.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_files_that_are_none_of_ours_are_refused(tmp_path):
    (tmp_path / "text").write_text("no database at all, " * 100)
    with pytest.raises(AutograderError, match="cannot be used as a gradebook"):
        Book(tmp_path / "text")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE x (y)")
    other.close()
    with pytest.raises(AutograderError, match="is a database of another program"):
        Book(tmp_path / "other")
    Book(tmp_path / "new").close()
    with sqlite3.connect(tmp_path / "new") as new:
        new.execute("PRAGMA user_version = 99")
    new.close()
    with pytest.raises(AutograderError, match="is a gradebook of version 99, this program knows"):
        Book(tmp_path / "new")


def test_every_word_that_went_in_comes_out(book):
    at = datetime(2026, 11, 1, 12, tzinfo=UTC)
    note = sentence("{file} was taken for {name}", file="hw.py", name="vectors.py")
    first = outcome("=eve \udc80", question(), question(Status.WRONG), at=at, late=True, note=note, source="canvas")
    book.add(book.number, first, "en")
    (found,) = book.standings("vectors")
    assert (found.student, found.score, found.points, found.late, found.handed_in) == ("=eve \\udc80", 2, 4, True, at)
    assert (found.source, str(found.note), found.seed) == ("canvas", "hw.py was taken for vectors.py", "2f31")
    assert [each.status for each in found.questions] == ["passed", "wrong"]
    assert book.report(found.grading)[0].score == 2
    again = book.submitted(found.submission)
    assert (again.files, again.receipt.at) == ({"vectors.py": b"x = 1\n"}, at)


def test_a_group_gets_one_result_each(book):
    book.add(book.number, outcome("amy", members=("ben", "cem")), "en")
    assert counting(book) == {"amy": 2, "ben": 2, "cem": 2}
    last = list(book.standings("vectors"))[-1]
    assert book.submitted(last.submission).student == "amy"
    assert book.submitted(last.submission).receipt.members == ("ben", "cem")


def test_attempts_are_kept_and_policy_says_which_counts(book):
    for day, made in ((1, question()), (2, question(verdict=WRONG))):
        at = datetime(2026, 11, day, tzinfo=UTC)
        book.add(book.number, outcome("amy", made, text=f"{day}".encode(), at=at), "en")
    assert counting(book) == {"amy": 0}
    assert counting(book, Policy(attempt="best")) == {"amy": 2}


def test_a_regrade_counts_when_it_is_applied_and_no_longer_when_that_is_reverted(book):
    book.add(book.number, outcome("amy"), "en")
    again = book.begin("regrade", "vectors", grader="new", isolation="A", why="question 3 was wrong")
    book.add(again, outcome("amy", question(), question(name="other")), "en")
    assert counting(book) == {"amy": 2}
    applied = book.decide("apply", "looked at", target=again)
    assert counting(book) == {"amy": 4}
    undone = book.decide("revert", "too early", target=applied)
    assert counting(book) == {"amy": 2}
    book.decide("revert", "after all", target=undone)
    assert counting(book) == {"amy": 4}


def test_decisions_hold_until_they_are_reverted(book):
    book.add(book.number, outcome("amy"), "en")
    with pytest.raises(UsageError, match="a reason is needed"):
        book.decide("excuse", " ", topic="vectors", student="amy")
    with pytest.raises(UsageError, match="the gradebook has no student 'amyy'"):
        book.decide("excuse", "ill", topic="vectors", student="amyy")
    override = book.decide("override", "talked", topic="vectors", student="amy", value={"score": 1.5})
    assert counting(book) == {"amy": 1.5}
    excuse = book.decide("excuse", "ill", topic="vectors", student="amy")
    assert counting(book) == {"amy": None}
    for number in (excuse, override):
        book.decide("revert", "mistake", topic="vectors", student="amy", target=number)
    assert counting(book) == {"amy": 2}
    with pytest.raises(UsageError, match=f"decision {override} does not hold any more"):
        book.decide("revert", "again", target=override)
    with pytest.raises(UsageError, match="there is no decision 999"):
        book.decide("revert", "x", target=999)


def test_history_tells_who_when_why_grader_seed_and_level(book):
    book.add(book.number, outcome("amy"), "en")
    book.decide("override", "talked", topic="vectors", student="amy", value={"score": 1.5})
    book.decide("excuse", "ill", topic="vectors", student="amy")
    told = "\n".join(what for _, what in book.history("amy"))
    for word in ("vectors 2/2", "seed 2f31", "level A", "grader abc", 'override vectors {"score": 1.5}', ": ill"):
        assert word in told


def add_many(path, name, count):
    with Book(path) as book:
        run = book.begin("batch", "vectors", grader=name, isolation="A")
        for number in range(count):
            book.add(run, outcome(f"{number}"), "en")
            book.add(run, outcome(f"{name}{number}"), "en")


def test_two_that_write_at_once_lose_nothing(tmp_path):
    path = tmp_path / "book.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_many, args=(path, name, 40)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    with Book(path) as book:
        assert len(counting(book)) == 120
        assert book.connection.execute("SELECT count(*) FROM grading").fetchone()[0] == 160
        assert book.connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert book.connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_command_shows_and_decides(tmp_path, capsys, root):
    from support_courses import TINY

    from autograder.manifest import Course

    recorded(tmp_path, Course(TINY).assignment("vectors"), [outcome("amy", question(name="scale_values"))])

    def run(*words):
        code = main(["--root", str(TINY), "gradebook", "--book", str(tmp_path / "gradebook.sqlite"), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert "amy" in run("show")[1]
    assert run("override", "amy", "vectors", "1.5", "--why", "talked")[0] == 0
    assert "1.5" in run("show", "vectors")[1]
    assert run("extend", "amy", "vectors", "2026-12-01", "--why", "ill")[0] == 0
    assert run("excuse", "amy", "vectors", "--why", "ill")[0] == 0
    assert "EX" in run("show", "vectors")[1]
    assert "decision 1: override vectors" in run("history", "amy")[1]
    assert run("revert", "3", "--why", "mistake") == (0, "decision 4: 3 does not hold any more\n")
    assert run("override", "amy", "vectors", "2", "--question", "scale", "--why", "x")[0] == 2
    assert run("override", "amy", "vectors", "2") == (
        2,
        "autograder: a reason is needed: --why '…'; the student may ask for it\n",
    )
    assert run("history", "nobody")[0] == 2
    assert main(["--root", str(TINY), "gradebook", "--book", str(tmp_path / "none"), "show"]) == 2
