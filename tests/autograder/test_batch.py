"""Many submissions: each gets its own result, whatever its neighbours are."""

from __future__ import annotations

import csv
import errno
import json
import os
import re
import stat
from concurrent.futures import Executor, Future
from dataclasses import replace

import pytest
from classes import handed_in
from hypothesis import given
from hypothesis import strategies as st
from support_books import recorded
from support_courses import RIGHT, copied

from autograder import batch, fingerprint, results, seeds
from autograder.grading import versions
from autograder.model import AutograderError, Isolation, Outcome, Report, Submission

SUBMISSIONS = {
    "alice": RIGHT,
    "bob": RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a"),
    "carol": RIGHT.replace("return 2 * x / x.size", "raise NotImplementedError('mean_square_grad')"),
    "dave": "import os\nos._exit(1)\n",
    "erin": "while True:\n    pass\n",
    "frank": "def scale(:\n",
    "grace": "#" * 20_001,
    "ivan": "import sys\ndef scale(x, a):\n    print('x' * 10**6)\n    return a * x\n",
    "=1+1": RIGHT,
    "张伟": RIGHT,
}
SCORES = {"alice": 10, "bob": 6, "carol": 4, "dave": 0, "erin": 0, "frank": 0, "grace": 0, "heidi": 0, "ivan": 4}


class Here(Executor):
    """Runs each piece of work at once, in this process."""

    def submit(self, function, /, *arguments, **keywords):
        future: Future = Future()
        try:
            future.set_result(function(*arguments, **keywords))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the tiny course, whose warm grader is closed at the end."""
    made = copied(tmp_path_factory.mktemp("class") / "course")
    yield made
    _, sandbox, _ = batch._grader(made.root, "vectors", None, "cpu")
    sandbox.close()
    batch._grader.cache_clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What a class handed in."""
    made = tmp_path_factory.mktemp("in")
    for student, source in SUBMISSIONS.items():
        (made / student).mkdir()
        (made / student / "vectors.py").write_text(source)
    (made / "heidi").mkdir()
    (made / "judy.py").symlink_to(made / "alice" / "vectors.py")
    return made


def graded(course, submissions, secret=b"s" * 32):
    """The outcome of each student."""
    handed_in = list(submissions)
    work = batch.shards(handed_in, len(handed_in), course.root, "vectors", secret, 1)
    return {outcome.submission.student: outcome for outcome in batch.outcomes(work, lambda jobs: Here(), 1)}


@pytest.fixture(scope="module")
def outcomes(course, folder):
    """The outcome of each student of the class."""
    return graded(course, submissions(course, folder))


def submissions(course, folder):
    """What was handed in."""
    return handed_in(folder, "vectors", course.assignment("vectors").limits)


def test_everybody_gets_the_score_that_their_own_work_is_worth(outcomes):
    scores = {student: outcome.report.score for student, outcome in outcomes.items()}
    assert scores == {**SCORES, "judy": 0, "=1+1": 10, "张伟": 10}


def test_every_report_is_final_whatever_was_handed_in(outcomes):
    assert all(outcome.report.is_final for outcome in outcomes.values())


def test_why_a_submission_could_not_be_read_is_told(outcomes):
    problems = {
        name: str(outcome.submission.problem) for name, outcome in outcomes.items() if outcome.submission.problem
    }
    assert problems == {
        "grace": "vectors.py has 20001 bytes, 20000 is the limit",
        "heidi": "vectors.py was not handed in",
        "judy": "judy.py is a symbolic link, a plain file is expected",
    }


def test_a_submission_alone_ends_as_it_does_among_its_neighbours(course, folder, outcomes):
    everybody = {each.student: each for each in submissions(course, folder)}
    for student in ("alice", "bob", "frank"):
        (alone,) = graded(course, [everybody[student]]).values()
        one, other = (
            [replace(question, seconds=0.0) for question in outcome.report.questions]
            for outcome in (alone, outcomes[student])
        )
        assert one == other


def test_each_student_has_a_seed_of_their_own(outcomes):
    seeds = [outcome.report.seed for outcome in outcomes.values()]
    assert len(set(seeds)) == len(seeds)


def test_a_seed_depends_on_secret_topic_and_student_alone():
    seed = seeds.seed_for(b"secret", "vectors", "alice")
    assert seed == seeds.seed_for(b"secret", "vectors", "alice")
    others = [(b"Secret", "vectors", "alice"), (b"secret", "layers", "alice"), (b"secret", "vectors", "bob")]
    assert seed not in [seeds.seed_for(*other) for other in others]
    assert seeds.seed_for(b"secret", "vectors", "half \udc80")


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path):
    before = os.umask(0)
    try:
        secret = seeds.course_secret(tmp_path)
    finally:
        os.umask(before)
    assert len(secret) == 32
    assert stat.S_IMODE((tmp_path / "course.secret").stat().st_mode) == 0o600
    assert seeds.course_secret(tmp_path) == secret


def test_where_files_cannot_be_linked_the_secret_is_made_all_the_same(tmp_path, monkeypatch):
    def link(*paths):
        raise PermissionError(errno.EPERM, "Operation not permitted")  # as on exFAT, which nothing here can mount

    monkeypatch.setattr(os, "link", link)
    secret = seeds.course_secret(tmp_path)
    assert stat.S_IMODE((tmp_path / "course.secret").stat().st_mode) == 0o600
    seeds._make_secret(tmp_path / "course.secret")  # by another batch, at the same moment
    assert seeds.course_secret(tmp_path) == secret
    assert [path.name for path in tmp_path.iterdir()] == ["course.secret"]


@pytest.mark.parametrize("text", ["", "\n", "abcd\n", "no hexadecimal\n"])
def test_a_spoilt_secret_is_refused_rather_than_used(tmp_path, text):
    (tmp_path / "course.secret").write_text(text)
    with pytest.raises(AutograderError, match=r"course\.secret holds no secret of 32 bytes in hexadecimal"):
        seeds.course_secret(tmp_path)


@given(st.integers(1, 300), st.integers(1, 16))
def test_shards_hold_every_submission_once_and_are_small(count, jobs):
    submissions = [Submission(str(number), {}) for number in range(count)]
    pieces = list(batch.shards(submissions, count, None, "vectors", b"", jobs))
    assert [each for piece in pieces for each in piece.submissions] == submissions
    sizes = [len(piece.submissions) for piece in pieces]
    assert max(sizes) <= batch.SHARD
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes[-jobs:]) == {1}


def rows(path):
    """A CSV file as lists."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def book(tmp_path, course, outcomes):
    """The gradebook of the class, written."""
    return recorded(tmp_path / "out", course.assignment("vectors"), outcomes.values())


def test_the_gradebook_has_a_row_for_everybody_in_the_order_of_their_names(book, outcomes):
    head, *students = rows(book)
    assert head[:7] == ["student", "score", "points", "final", "note", "scale", "mean_square_grad"]
    assert [row[0].removeprefix("'") for row in students] == sorted(outcomes)
    assert {row[0]: row[1:7] for row in students}["bob"] == ["6", "10", "yes", "", "0", "6"]


def test_a_name_that_is_a_formula_is_disarmed(book):
    assert [row[0] for row in rows(book) if "1+1" in row[0]] == ["'=1+1"]


def test_a_note_says_why_a_submission_could_not_be_read(book):
    notes = {row[0]: row[4] for row in rows(book)}
    assert notes["heidi"] == "vectors.py was not handed in"
    assert notes["alice"] == ""


def test_each_student_has_a_report_as_json(book, outcomes):
    folder = book.parent / "reports"
    assert len(list(folder.iterdir())) == len(outcomes)
    assert json.loads((folder / "bob.json").read_text("utf-8"))["score"] == 6
    assert json.loads((folder / "张伟.json").read_text("utf-8"))["student"] == "张伟"


def test_a_submission_that_was_not_graded_is_in_the_book_with_the_trouble(tmp_path, course):
    outcome = Outcome(Submission("=eve", {}), None, "=BrokenProcessPool: it died")
    path = recorded(tmp_path, course.assignment("vectors"), [outcome])
    assert rows(path)[1][:5] == ["'=eve", "", "", "no", "'=BrokenProcessPool: it died"]


def test_a_gradebook_is_there_whole_or_not_at_all(book):
    assert not list(book.parent.rglob("*.partial"))


def empty_report(student):
    """A report of nothing."""
    return Report("vectors", student, "1", Isolation("C"), {}, (), 0.0, 0.0, True)


EVIL = ["../../etc/passwd", "a/b", "a\\b", "a\0b", "..", "", ".hidden", "con:", "x" * 300, "half \ud800", "a\nb", " "]


@pytest.mark.parametrize("student", EVIL)
def test_no_name_of_a_student_leads_out_of_the_folder(tmp_path, course, student):
    recorded(tmp_path / "out", course.assignment("vectors"), [Outcome(Submission(student, {}), empty_report(student))])
    (written,) = (tmp_path / "out" / "reports").iterdir()
    assert written.parent == tmp_path / "out" / "reports"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


@given(st.lists(st.text(st.characters(codec=None), max_size=8), min_size=2, max_size=2, unique=True))
def test_two_students_never_share_a_file(students):
    one, other = map(results.file_name, students)
    assert one != other


@pytest.mark.parametrize("student", ["con", "NUL", "aux.py", "Com1", "lpt9.a.b"])
def test_no_student_has_a_device_of_windows_for_a_file(student):
    assert re.fullmatch(rf"_{student}-[0-9a-f]{{8}}", results.file_name(student))
    assert results.file_name(f"{student}x") != results.file_name(student)


def test_a_name_in_no_encoding_has_the_file_that_the_gradebook_knows():
    assert results.file_name("half \udc80") == results.file_name("half \\udc80")


@pytest.mark.parametrize("student", ["alice", "Alice B. Smith", "s_12-3", "张伟", "Ömer"])
def test_an_ordinary_name_stays_readable(student):
    assert results.file_name(student) == student


@pytest.mark.parametrize("student", ["字" * 84, "𝔘" * 100, "a" * 255])
def test_a_name_of_any_script_is_short_enough_for_a_file_system(tmp_path, student):
    results.put(tmp_path / f"{results.file_name(student)}.json", "{}")
    assert len(list(tmp_path.iterdir())) == 1


def test_a_student_named_as_another_ones_file_has_a_file_of_their_own():
    name = results.file_name("a:b")
    assert results.file_name(name) != name


def test_what_was_to_be_graded_on_a_gpu_is_left_out_without_one_and_not_taken_up_again(tmp_path):
    course = copied(tmp_path / "course")
    source = (course.solutions("layers") / "solution.py").read_bytes()
    (shard,) = batch.shards([Submission("alice", {"layers.py": source})], 1, course.root, "layers", b"s" * 32, 1)
    (report,) = batch.grade_shard(replace(shard, device="cuda"))
    batch._grader(course.root, "layers", None, "cuda")[1].close()
    assert {(q.verdict.status.value, q.points) for q in report.questions} == {("not_run", 0)}
    basis = fingerprint.of_topic(course, "layers", versions())
    for device in ("cpu", "cuda"):
        assert batch.fingerprints(basis, "layers", b"s" * 32, report.isolation, device)(shard.submissions[0]) not in (
            report.fingerprint,
            "",
        )
