"""A mended grader: what it affects is graded again, shown old against new, counts when applied, and can be undone.

And an appeal: the recorded bytes and seed give the same report, byte for byte apart from times.
"""

from __future__ import annotations

import json
from contextlib import closing

import pytest
from support_courses import RIGHT, copied
from test_batch import Here

from autograder import appeals, batch, coursefile, regrading, running
from autograder.cli import main
from autograder.gradebook import Book
from autograder.model import Receipt, Submission, UsageError
from autograder.policies import Policy
from autograder.results import Results
from autograder.sandbox.choice import choose

HALF = RIGHT.replace("return 2 * x / x.size", "return 2 * x")
CLASS = {"alice": RIGHT, "bob": HALF, "carol": "", "team": RIGHT}


@pytest.fixture
def graded(tmp_path):
    """A class graded in a course that a test may change: course, book, settings."""
    course = copied(tmp_path / "course")
    sandbox = choose("numpy")
    settings = running.Settings(1, sandbox.isolation, "en", pool=lambda jobs: Here())
    sandbox.close()
    submissions = [
        Submission(name, {"vectors.py": text.encode()}, None, None, Receipt(members=("tom",) if name == "team" else ()))
        for name, text in CLASS.items()
    ]
    with Book(course.root / "out" / "gradebook.sqlite") as book:
        with closing(Results(course.root / "out" / "vectors", "en")) as results:
            running.grade_class(course, "vectors", submissions, 4, book, results, settings)
        forget(course, settings)
        yield course, book, settings
    forget(course, settings)


def forget(course, settings):
    """Let go of the warm grader of this process: it holds the graders as they were."""
    if batch._grader.cache_info().currsize:
        batch._grader(course.root, "vectors", settings.isolation, "cpu")[1].close()
    batch._grader.cache_clear()


def scores(book):
    return {each.standing.student: each.final.score for each in running.grades(book, "vectors", Policy())}


def mend(course):
    """A grader that forgives a missing 1/N."""
    path = course.root / "tests" / "graders" / "vectors" / "test_public.py"
    text = path.read_text("utf-8")
    wrong = "check_close(student.mean_square_grad(x), reference.mean_square_grad(x))"
    assert wrong in text
    path.write_text(text.replace(wrong, "check_unchanged(student.mean_square_grad, x)"), "utf-8")


def test_nothing_changed_affects_nobody(graded):
    course, book, settings = graded
    assert regrading.affected(course, "vectors", book, settings) == []


def test_old_against_new_then_applied_then_undone(graded):
    course, book, settings = graded
    before = scores(book)
    assert before == {"alice": 10, "bob": 4, "carol": 0, "team": 10, "tom": 10}
    mend(course)
    meant = regrading.affected(course, "vectors", book, settings)
    assert [each.student for each in meant] == ["alice", "bob", "carol", "team"]
    run = regrading.regrade(course, "vectors", meant, len(meant), book, settings, "1/N was optional")
    found = regrading.changes(book, "vectors", run)
    assert list(regrading.rows(found)) == [
        regrading.HEAD,
        ("bob", "4", "8", "+4", "mean_square_grad_values[3] 0→2; mean_square_grad_values[5] 0→2"),
    ]
    assert {change.student for change in found} == {"alice", "bob", "carol", "team", "tom"}
    assert scores(book) == before
    number = book.decide("apply", "looked at", topic="vectors", target=run)
    assert scores(book) == {**before, "bob": 8}
    assert regrading.affected(course, "vectors", book, settings) == []
    book.decide("revert", "no", topic="vectors", target=number)
    assert scores(book) == before


def test_an_appeal_gives_the_same_report_byte_for_byte_apart_from_times(graded):
    course, book, _ = graded
    with closing(choose("numpy")) as sandbox:
        for student in ("alice", "bob", "carol", "tom"):
            found = appeals.recorded(book, "vectors", student, Policy())
            made = appeals.again(course, book, found, sandbox)
            one, other = (json.dumps(appeals.timeless(each, found.language)) for each in (found.report, made))
            assert one == other
            assert appeals.differences(found.report, made, "en") == []
            assert made.seed == found.report.seed


def test_an_appeal_says_what_has_changed_since(graded):
    course, book, _ = graded
    mend(course)
    with closing(choose("numpy")) as sandbox:
        found = appeals.recorded(book, "vectors", "bob", Policy())
        made = appeals.again(course, book, found, sandbox)
    differing = appeals.differences(found.report, made, "en")
    assert "score: 4.0 → 8.0" in differing
    assert "questions[mean_square_grad_values[3]].status: wrong → passed" in differing


def test_an_appeal_about_nothing_is_refused(graded):
    _, book, _ = graded
    for student, grading in (("nobody", 0), ("alice", 999)):
        with pytest.raises(UsageError, match="has no such grading"):
            appeals.recorded(book, "vectors", student, Policy(), grading)


@pytest.mark.slow
def test_the_commands_regrade_and_reproduce(graded, capsys, tmp_path):
    course, book, _ = graded

    def run(*words):
        code = main(["--root", str(course.root), *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    assert run("regrade", "vectors", "--unsafe")[1].startswith("vectors: nothing has changed")
    code, said = run("appeal", "bob", "vectors", "--unsafe")
    assert (code, said.splitlines()[-1]) == (0, "the same report, apart from times")
    mend(course)
    table, page = tmp_path / "diff.csv", tmp_path / "diff.html"
    files = ("--csv", str(table), "--html", str(page))
    code, said = run("regrade", "vectors", "--unsafe", "--jobs", "1", "--why", "1/N was optional", *files)
    assert code == 0
    assert "5 graded again, 1 differ; nothing counts yet" in said
    assert said.endswith("let it count: python -m autograder regrade vectors --apply --why '…'\n")
    assert "bob,4,8,'+4," in table.read_text("utf-8-sig")
    assert "<td>bob</td>" in page.read_text("utf-8")
    code, said = run("regrade", "vectors", "--apply")
    assert said.startswith("decision 1: regrade ")
    assert scores(book)["bob"] == 8
    assert run("regrade", "vectors", "--apply")[0] == 2
    assert run("appeal", "bob", "vectors", "--unsafe")[0] == 0
    assert run("gradebook", "revert", "1", "--why", "no")[0] == 0
    assert scores(book)["bob"] == 4


def test_a_course_without_policies_has_none(tmp_path):
    assert coursefile.read(tmp_path / "course.toml") == {"": Policy()}
