"""A fingerprint changes with everything that a result rests on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_courses import copied

from autograder import fingerprint
from autograder.model import Submission, sentence

VERSIONS = {"python": "3.11.7", "numpy": "2.4.6"}
SUBMISSION = Submission("alice", {"vectors.py": b"x = 1\n", "helper.py": b""})


@pytest.fixture
def course(tmp_path):
    """A course that may be written into."""
    return copied(tmp_path / "course")


def of(course):
    """The fingerprint of the topic."""
    return fingerprint.of_topic(course, "vectors", VERSIONS)


@pytest.mark.parametrize(
    "name",
    [
        "assignments/vectors/assignment.toml",
        "solutions/vectors/solution.py",
        "solutions/vectors/mistakes.py",
        "solutions/vectors/alternatives.py",
        "tests/graders/vectors/test_public.py",
        "tests/graders/vectors/test_hidden.py",
    ],
)
def test_it_changes_with_each_file_of_the_topic(course, name):
    before = of(course)
    path = course.root / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert of(course) != before


def test_it_changes_with_a_file_that_comes_or_goes_and_with_its_name(course):
    seen = [of(course)]
    path = course.solutions("vectors") / "weights.bin"
    path.write_bytes(b"0")
    seen.append(of(course))
    path.rename(path.with_name("other.bin"))
    seen.append(of(course))
    path.with_name("other.bin").unlink()
    assert of(course) == seen[0]
    assert len(set(seen)) == 3


def test_it_changes_with_the_versions_and_the_topic(course):
    others = [
        fingerprint.of_topic(course, "vectors", {**VERSIONS, "numpy": "1"}),
        fingerprint.of_topic(course, "layers", VERSIONS),
    ]
    assert of(course) not in others


def test_caches_other_topics_and_handouts_leave_it_alone(course):
    before = of(course)
    cache = course.solutions("vectors") / "__pycache__"
    cache.mkdir()
    (cache / "solution.pyc").write_bytes(b"")
    (course.solutions("layers") / "solution.py").write_text("")
    course.starter("vectors").write_text("")
    (course.root / "assignments" / "vectors" / "README.md").write_text("# Vectors\n")
    assert of(course) == before


def test_it_changes_with_the_submission_its_seed_and_the_level():
    usual = (SUBMISSION, "2f31", "A")
    others = [
        (replace(SUBMISSION, student="bob"), "2f31", "A"),
        (replace(SUBMISSION, files={"vectors.py": b"x = 2\n", "helper.py": b""}), "2f31", "A"),
        (replace(SUBMISSION, files={"vectors.py": b"x = 1\n"}), "2f31", "A"),
        (replace(SUBMISSION, problem=sentence("not handed in")), "2f31", "A"),
        (replace(SUBMISSION, cells=((2, 3),)), "2f31", "A"),
        (SUBMISSION, "2f32", "A"),
        (SUBMISSION, "2f31", "B"),
    ]
    found = {fingerprint.of_submission("shared", *each) for each in [usual, *others]}
    assert len(found) == 8
    assert fingerprint.of_submission("other", *usual) not in found


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_no_two_lists_of_parts_have_the_same_digest(one, other):
    assert (fingerprint._digest(one) == fingerprint._digest(other)) == (one == other)


def test_a_name_with_half_a_character_has_one_too():
    assert len(fingerprint.of_submission("shared", Submission("half \ud800", {}), "2f31", "A")) == 64
