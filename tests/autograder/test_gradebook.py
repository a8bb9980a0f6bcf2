"""The gradebook only grows, opens after anything, serves two at once, and tells what counts and why."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from dataclasses import replace
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


COLUMN = {"question_result": "position = position", "ended": "run = run"}


@pytest.mark.parametrize("table", schema.APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE {} SET rowid = rowid", "DELETE FROM {}"])
def test_nothing_is_ever_changed(book, table, verb):
    book.add(book.number, outcome("alice"), "en")
    book.decide("excuse", "ill", topic="vectors", student="alice")
    book.end(book.number)
    words = verb.replace("rowid = rowid", COLUMN.get(table, "id = id"))
    with pytest.raises(sqlite3.IntegrityError, match=f"the gradebook only grows: {table} is never changed"):
        book.connection.execute(words.format(table))


def test_a_file_of_an_earlier_version_becomes_one_of_this(tmp_path):
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        for statement in schema._statements(schema.MIGRATIONS[0]):
            old.execute(statement)
        old.execute("INSERT INTO student VALUES ('alice', 'Alice', 'B', '{}')")
        old.execute("INSERT INTO run VALUES (3, 'batch', 'vectors', '2026-11-01', 'me', '', 'g', 'A')")
        times = (("one", None, "2026-11-02T10:00:00+00:00"), ("two", "2026-11-01T10:00:00+00:00", "2026-11-03"))
        for number, (digest, at, saw) in enumerate(times, start=1):
            row = (number, digest, b"", at, saw)
            words = "?, 'vectors', 'alice', 'alice', ?, ?, NULL, ?, 1, 'moodle', 'a/b', NULL, ?"
            old.execute(f"INSERT INTO submission VALUES ({words})", row)
            old.execute(
                f"INSERT INTO grading VALUES (NULL, 3, {number}, '', 'f', 'en', 's', 'A', 1, 2, 1, '', '', NULL)"
            )
        old.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Book(path) as book:
        found = [(each.submission, each.name, each.late, each.source, each.place) for each in book.standings("vectors")]
        assert found == [(number, "Alice", True, "moodle", "a/b") for number in (1, 2)]
        assert [each.handed_in for each in book.standings("vectors")] == [None, datetime(2026, 11, 1, 10, tzinfo=UTC)]
        assert not book.has_ended(3)
        assert book.connection.execute("PRAGMA user_version").fetchone()[0] == len(schema.MIGRATIONS)
        assert book.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_files_that_are_none_of_ours_are_refused(tmp_path):
    (tmp_path / "text").write_text("no database at all, " * 100)
    with pytest.raises(AutograderError, match="file is not a database; put back a copy of it, or move it away"):
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


def test_a_gradebook_that_is_in_use_or_no_file_is_never_said_to_be_moved_away(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "BUSY_SECONDS", 0.01)
    path = tmp_path / "book.sqlite"
    Book(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AutograderError, match=r"in use by another program: wait for it.*\(database is locked\)$"):
            Book(path)
    with pytest.raises(AutograderError, match="cannot be opened: it needs to be a file"):
        Book(tmp_path)


def test_a_change_that_finds_the_gradebook_in_use_or_full_says_so(book, monkeypatch):
    book.connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(book.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(AutograderError, match="in use by another program"):
            book.add(book.number, outcome("amy"), "en")
    pages = book.connection.execute("PRAGMA page_count").fetchone()[0]
    book.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(AutograderError, match="the disk is full: make room"):
        book.know([(f"{n}" * 500, "", "", {}) for n in range(50)])
    book.connection.execute("PRAGMA query_only = 1")
    with pytest.raises(AutograderError, match="cannot be written: you need to be allowed"):
        book.add(book.number, outcome("amy"), "en")
    book.connection.execute("PRAGMA query_only = 0")
    assert not book.connection.in_transaction


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


def batch_sees(book, *outcomes):
    """A batch over these: what is finished is taken up, the rest is graded."""
    run = book.begin("batch", "vectors", grader="abc", isolation="A")
    for each in outcomes:
        if book.finished(run, each.submission, each.report.fingerprint, "en") is None:
            book.add(run, each, "en")


def attempt(number, *questions, members=(), day=0, **receipt):
    """An attempt of amy's with a fingerprint of its own."""
    at = datetime(2026, 11, day, tzinfo=UTC) if day else None
    made = outcome("amy", *questions, text=f"{number}".encode(), at=at, members=members, **receipt)
    return replace(made, report=replace(made.report, fingerprint=f"{number}"))


@pytest.mark.parametrize("days", [(1, 2, 3), (0, 0, 0), (1, 2, 0), (1, 0, 1)])
def test_who_goes_back_to_an_earlier_file_is_graded_on_it(book, days):
    kinds = {"A": (question(), question(name="more")), "B": (question(),)}
    for number, day in zip("ABA", days, strict=True):
        batch_sees(book, attempt(number, *kinds[number], day=day))
    assert counting(book) == {"amy": 4}
    assert book.connection.execute("SELECT count(*) FROM grading").fetchone()[0] == 2
    assert book.connection.execute("SELECT count(*) FROM sighting").fetchone()[0] == 3
    assert [what.partition(":")[0] for _, what in book.history("amy")] == ["grading 1", "grading 2", "hand-in"]
    assert book.history("amy")[-1][1] == "hand-in: vectors, the file of grading 1 again, batch 4"


def test_a_batch_that_sees_every_attempt_again_is_no_return(book):
    for _ in range(3):
        batch_sees(book, attempt("A", attempt=1), attempt("B", attempt=2))
    assert [what.partition(":")[0] for _, what in book.history("amy")] == ["grading 1", "grading 2"]


def test_attempts_of_one_batch_are_in_the_order_of_the_platform_however_they_end(book):
    first, second = attempt("A", question(verdict=WRONG), attempt=1), attempt("B", question(), attempt=2)
    batch_sees(book, second, first)
    assert counting(book) == {"amy": 2}


def test_what_a_better_export_knows_is_taken_up_and_a_time_is_not_forgotten(book):
    at = datetime(2026, 11, 3, tzinfo=UTC)
    batch_sees(book, attempt("A"))
    batch_sees(book, attempt("A", day=3, late=True, where="amy_1", source="moodle"))
    (found,) = book.standings("vectors")
    assert (found.handed_in, found.late, found.place, found.source) == (at, True, "amy_1", "moodle")
    batch_sees(book, attempt("A", source="folder"))
    (found,) = book.standings("vectors")
    assert (found.handed_in, found.late, found.source) == (at, False, "folder")


def test_whoever_joins_a_group_later_gets_its_grade_and_nobody_is_graded_twice(book):
    batch_sees(book, attempt("A", members=("ben",)))
    for _ in range(2):
        batch_sees(book, attempt("A", members=("ben", "cem")))
        assert counting(book) == {"amy": 2, "ben": 2, "cem": 2}
        assert book.connection.execute("SELECT count(*) FROM grading").fetchone()[0] == 3
    assert [each.leader for each in book.standings("vectors")] == ["amy"] * 3


def test_where_a_notebooks_cells_begin_is_kept(book):
    made = outcome("amy")
    book.add(book.number, replace(made, submission=replace(made.submission, cells=((2, 3), (9, 5)))), "en")
    book.add(book.number, made, "en")
    cells = [book.submitted(each.submission).cells for each in book.standings("vectors")]
    assert cells == [((2, 3), (9, 5)), ()]


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
