"""A mended grader: what it affects is graded again, shown old against new, counts when applied, and can be undone.

And an appeal: the recorded bytes and seed give the same report, byte for byte apart from times.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

import pytest
from support_courses import RIGHT, copied
from test_batch import Here

from autograder import appeals, batch, coursefile, fingerprint, regrading, running, seeds
from autograder.cli import main
from autograder.gradebook import Book
from autograder.model import Limits, Outcome, Receipt, Submission, UsageError
from autograder.policies import Policy
from autograder.render import document
from autograder.results import Results
from autograder.sandbox.choice import choose
from autograder.sources.folders import of_content

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


def test_a_regrade_that_was_stopped_is_not_applied(graded):
    course, book, settings = graded
    mend(course)
    meant = regrading.affected(course, "vectors", book, settings)

    def stop(outcome):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        regrading.regrade(course, "vectors", meant, len(meant), book, settings, "1/N was optional", stop)
    before = scores(book)
    with pytest.raises(UsageError, match="was stopped before its end or still runs, so that none of it may count"):
        regrading.apply(book, "vectors", "")
    assert scores(book) == before
    run = regrading.regrade(course, "vectors", meant, len(meant), book, settings, "1/N was optional")
    assert regrading.apply(book, "vectors", "") == (run, 1)
    with pytest.raises(UsageError, match="counts already"):
        regrading.apply(book, "vectors", "")
    assert scores(book) == {**before, "bob": 8}


def test_what_was_graded_on_a_gpu_is_not_affected_there_and_is_elsewhere(graded):
    course, book, settings = graded
    on_gpu = replace(settings, device="cuda")
    basis = fingerprint.of_topic(course, "vectors", fingerprint.versions())
    mark = batch.fingerprints(basis, "vectors", seeds.course_secret(course.root), settings.isolation, "cuda")
    run = book.begin("batch", "vectors", grader=basis, isolation="C")
    for standing in [each for each in book.standings("vectors") if each.student == each.leader]:
        submission, (made, _) = book.submitted(standing.submission), book.report(standing.grading)
        questions = tuple(replace(each, device="cuda") for each in made.questions)
        made = replace(made, student=submission.student, questions=questions, fingerprint=mark(submission))
        book.add(run, Outcome(submission, made), "en")
    assert regrading.affected(course, "vectors", book, on_gpu) == []
    assert len(regrading.affected(course, "vectors", book, settings)) == 4
    assert regrading.device_before(book, "vectors") == "cuda"
    assert appeals.recorded(book, "vectors", "bob", Policy()).device == "cuda"


def test_a_regrade_is_sent_to_the_device_that_is_asked_for(graded):
    course, book, settings = graded
    sent = []

    class Asked(Here):
        def submit(self, function, /, shard):
            sent.append(shard.device)
            return super().submit(function, replace(shard, device="cpu"))

    there = replace(settings, device="cuda", pool=lambda jobs: Asked())
    meant = regrading.affected(course, "vectors", book, there)
    regrading.regrade(course, "vectors", meant, len(meant), book, there, "again")
    assert set(sent) == {"cuda"}


def test_an_appeal_is_about_the_attempt_that_counts(graded):
    course, book, settings = graded
    submission = Submission("alice", {"vectors.py": HALF.encode()})
    with closing(Results(course.root / "out" / "vectors", "en")) as results:
        running.grade_class(course, "vectors", [submission], 1, book, results, settings)
    for attempt, score in (("latest", 4), ("best", 10)):
        assert appeals.recorded(book, "vectors", "alice", Policy(attempt=attempt)).report.score == score


RAISES = RIGHT.replace("    return a * np.asarray(x)", "    return undefined")


def test_a_regrade_and_an_appeal_name_a_notebooks_cells(graded):
    course, book, settings = graded
    cells = [{"cell_type": "markdown", "source": "# hello"}, {"cell_type": "code", "source": f"# solution\n{RAISES}"}]
    notebook = json.dumps({"cells": cells}).encode()
    submission = of_content(Submission("nora", {}), "vectors.ipynb", notebook, "vectors", Limits())
    with closing(Results(course.root / "out" / "vectors", "en")) as results:
        running.grade_class(course, "vectors", [submission], 1, book, results, settings)
    assert regrading.affected(course, "vectors", book, settings) == []
    found = appeals.recorded(book, "vectors", "nora", Policy())
    assert "cell 2, line" in document.text(found.report, "en")
    with closing(choose("numpy")) as sandbox:
        made = appeals.again(course, book, found, sandbox)
    assert appeals.differences(found.report, made, "en") == []


def test_a_number_of_processes_that_is_none_is_refused(graded, capsys):
    course, _, _ = graded
    assert main(["--root", str(course.root), "regrade", "vectors", "--jobs", "-3", "--unsafe"]) == 2
    assert capsys.readouterr().err == "autograder: --jobs -3 is not positive\n"


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
