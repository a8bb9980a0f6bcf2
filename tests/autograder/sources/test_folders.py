"""Submissions from files and folders: every student's, whatever state it is in."""

from __future__ import annotations

import json
import os
import threading
from contextlib import ExitStack

import pytest
from classes import far, handed_in

from autograder.model import Limits, UsageError
from autograder.sources.folders import file_of, from_path
from autograder.sources.planning import plan

LIMITS = Limits(source_bytes=100)


def put(path, text="x = 1\n"):
    """Write a file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def students(folder):
    """What a folder yields: problem or file by student."""
    found = handed_in(folder, "vectors", LIMITS)
    return {each.student: str(each.problem) if each.problem else each.files for each in found}


def test_a_folder_holds_a_file_or_a_folder_for_each_student(tmp_path):
    put(tmp_path / "bob.py", "bob = 1\n")
    put(tmp_path / "alice" / "vectors.py", "alice = 1\n")
    assert students(tmp_path) == {"alice": {"vectors.py": b"alice = 1\n"}, "bob": {"vectors.py": b"bob = 1\n"}}


def test_students_come_in_the_order_of_their_names(tmp_path):
    for name in ("zoe", "bob", "张伟", "alice"):
        put(tmp_path / f"{name}.py")
    assert list(students(tmp_path)) == ["alice", "bob", "zoe", "张伟"]


def test_a_folder_without_the_file_is_a_submission_with_a_problem(tmp_path):
    put(tmp_path / "alice" / "vector.py")
    assert students(tmp_path) == {"alice": "vectors.py was not handed in, only vector.py"}


def test_a_folder_in_the_files_place_is_no_file(tmp_path):
    (tmp_path / "alice" / "vectors.py").mkdir(parents=True)
    assert students(tmp_path) == {"alice": "vectors.py was not handed in"}


def test_a_pipe_in_the_files_place_is_no_file(tmp_path):
    (tmp_path / "alice").mkdir()
    os.mkfifo(tmp_path / "alice" / "vectors.py")
    os.mkfifo(tmp_path / "bob.py")
    assert students(tmp_path) == {"alice": "vectors.py is no plain file", "bob": "bob.py is no plain file"}


def test_a_symbolic_link_is_not_followed(tmp_path):
    secret = put(tmp_path / "elsewhere" / "secret.py")
    folder = tmp_path / "in"
    (folder / "alice").mkdir(parents=True)
    (folder / "alice" / "vectors.py").symlink_to(secret)
    (folder / "bob.py").symlink_to(secret)
    (folder / "carol").symlink_to(secret.parent)
    link = "is a symbolic link, a plain file is expected"
    assert students(folder) == {"alice": f"vectors.py {link}", "bob": f"bob.py {link}", "carol": f"carol {link}"}


def test_a_file_too_large_is_not_read(tmp_path):
    put(tmp_path / "alice.py", "#" * 101)
    assert students(tmp_path) == {"alice": "alice.py has 101 bytes, 100 is the limit"}


def test_a_source_is_bytes_that_nobody_has_parsed(tmp_path):
    (tmp_path / "alice.py").write_bytes(b"\xff\x00(((")
    assert students(tmp_path) == {"alice": {"vectors.py": b"\xff\x00((("}}


def test_other_files_and_hidden_ones_are_no_students(tmp_path):
    for name in ("alice.py", "notes.txt", ".hidden.py", "__pycache__/x.py", ".git/vectors.py"):
        put(tmp_path / name)
    assert list(students(tmp_path)) == ["alice"]


def test_of_two_submissions_of_one_student_none_is_chosen_by_chance(tmp_path):
    put(tmp_path / "alice.py")
    put(tmp_path / "alice" / "vectors.py")
    assert students(tmp_path) == {"alice": "alice, alice.py were all handed in: which one counts?"}


def test_a_missing_or_empty_folder_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"^there is no file or folder "):
        students(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"holds nothing that was handed in, read as folder$"):
        students(tmp_path)


@pytest.mark.parametrize("place", ["vectors.py", "vectors/vectors.py", "vectors/solution.py"])
def test_ones_own_work_is_found_in_a_folder(tmp_path, place):
    put(tmp_path / place, "mine = 1\n")
    assert from_path(tmp_path, "vectors", LIMITS).files == {"vectors.py": b"mine = 1\n"}


def test_ones_own_work_may_be_any_file(tmp_path):
    submission = from_path(put(tmp_path / "try.py", "mine = 1\n"), "vectors", LIMITS)
    assert (submission.student, submission.files) == ("try", {"vectors.py": b"mine = 1\n"})


def test_a_missing_file_is_refused_by_its_name(tmp_path):
    with pytest.raises(UsageError, match=r"^there is no file .*nowhere\.py$"):
        from_path(tmp_path / "nowhere.py", "vectors", LIMITS)
    with pytest.raises(UsageError, match=r" has no vectors\.py$"):
        from_path(tmp_path, "vectors", LIMITS)


def notebook(*sources):
    """A notebook whose cells are all tagged."""
    cells = [{"cell_type": "code", "source": text, "metadata": {"tags": ["solution"]}} for text in sources]
    return json.dumps({"cells": cells})


def test_a_notebook_is_handed_in_as_its_module(tmp_path):
    put(tmp_path / "bob.ipynb", notebook("%time\nx = 1"))
    put(tmp_path / "alice" / "vectors.ipynb", notebook("y = 1"))
    found = students(tmp_path)
    assert found["bob"] == {"vectors.py": b"# cell 1\npass\nx = 1\n"}
    assert found["alice"] == {"vectors.py": b"# cell 1\ny = 1\n"}


def test_a_notebook_that_cannot_be_read_is_a_submission_with_a_problem(tmp_path):
    put(tmp_path / "bob.ipynb", "{")
    assert students(tmp_path)["bob"].startswith("bob.ipynb is no notebook: it cannot be read as JSON")


def test_a_module_beside_a_notebook_is_a_question(tmp_path):
    put(tmp_path / "bob" / "vectors.py")
    put(tmp_path / "bob" / "vectors.ipynb", notebook("x = 2"))
    assert students(tmp_path) == {"bob": "vectors.py and vectors.ipynb were both handed in: which one counts?"}


def test_of_module_and_notebook_the_one_changed_last_is_graded(tmp_path):
    module = put(tmp_path / "vectors.py")
    twin = put(tmp_path / "vectors.ipynb", notebook("x = 2"))
    os.utime(twin, (10, 20))
    os.utime(module, (10, 20))
    assert file_of(tmp_path, "vectors") == module
    os.utime(twin, (10, 30))
    assert from_path(tmp_path, "vectors", LIMITS).files == {"vectors.py": b"# cell 1\nx = 2\n"}


def test_a_folder_that_cannot_be_listed_is_not_graded_and_the_others_are(tmp_path):
    put(tmp_path / "alice.py", "alice = 1\n")
    put(tmp_path / "carol" / "vectors.py", "carol = 1\n")
    far(tmp_path / "bob")
    far(tmp_path / "carol" / "other")
    with ExitStack() as stack:
        alice, bob, carol = (each.handed_in(LIMITS) for each in plan(tmp_path, {"vectors": LIMITS}, stack).planned)
    assert bob.trouble.startswith("OSError: [Errno 36] File name too long")
    assert (bob.report, bob.submission.problem) == (None, None)
    assert [each.files["vectors.py"] for each in (alice, carol)] == [b"alice = 1\n", b"carol = 1\n"]


def test_a_file_that_is_gone_when_it_is_read_is_not_graded_and_the_others_are(tmp_path):
    put(tmp_path / "alice.py")
    put(tmp_path / "bob.py", "bob = 1\n")
    with ExitStack() as stack:
        found = plan(tmp_path, {"vectors": LIMITS}, stack)
        (tmp_path / "alice.py").unlink()
        alice, bob = (each.handed_in(LIMITS) for each in found.planned)
    assert alice.trouble == f"FileNotFoundError: [Errno 2] No such file or directory: '{tmp_path / 'alice.py'}'"
    assert bob.files == {"vectors.py": b"bob = 1\n"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_and_a_file_that_may_not_be_read_are_not_graded(tmp_path):
    put(tmp_path / "alice.py").chmod(0)
    put(tmp_path / "bob" / "vectors.py").parent.chmod(0)
    with ExitStack() as stack:
        found = [each.handed_in(LIMITS) for each in plan(tmp_path, {"vectors": LIMITS}, stack).planned]
    (tmp_path / "bob").chmod(0o700)
    assert [each.trouble[:15] for each in found] == ["PermissionError"] * 2


def test_a_file_that_an_editor_has_away_for_a_moment_is_none(tmp_path):
    path, over = put(tmp_path / "vectors.py"), threading.Event()

    def save():
        while not over.is_set():
            path.rename(tmp_path / "away")
            (tmp_path / "away").rename(path)

    editor = threading.Thread(target=save)
    editor.start()
    try:
        assert {file_of(tmp_path, "vectors") for _ in range(3000)} <= {path, None}
    finally:
        over.set()
        editor.join()


def test_a_students_name_is_one_however_its_accents_are_written(tmp_path):
    composed, apart = "\u00e9mile", "e\u0301mile"
    for name in (f"{apart}/vectors.py", f"zo{apart}.py", f"hw-{apart}/in/e\u0301.txt"):
        put(tmp_path / name)
    assert list(students(tmp_path)) == [f"hw-{composed}", f"zo{composed}", composed]
    put(tmp_path / composed / "vectors.py")
    assert "are one name on many systems" in students(tmp_path)[composed]
