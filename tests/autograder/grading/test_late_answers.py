"""A slow right answer keeps its points where it counts, whatever else of its exercise was late."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support_courses import RIGHT, by_name, with_graders

from autograder.grading import Grader
from autograder.model import PUBLIC_SEED, Status, Submission

GRADERS = '''
    @points(1)
    def test_scale_endless(student):
        """never answered"""
        check_close(student.scale(np.ones(1), 1.0), np.ones(1))


    @points(2)
    def test_scale_slow(student):
        """answered within the time that a question has, but not within half of it"""
        check_close(student.scale(np.ones(2), 2.0), 2 * np.ones(2))


    @points(1)
    def test_scale_quick(student):
        """answered at once"""
        check_close(student.scale(np.ones(3), 3.0), 3 * np.ones(3))


    @points(6)
    def test_mean_square_grad_values(student):
        """of another exercise"""
        check_close(student.mean_square_grad(np.ones(3)), 2 * np.ones(3) / 3)
'''
HIDDEN = '''
    @points(0.5)
    def test_scale_hidden(student):
        """what is not told"""
        check_close(student.scale(np.array([7.0]), 1.0), np.array([7.0]))
'''
SLOW = (
    RIGHT
    + """

import time
asked, whole = [], scale


def scale(x, a):
    asked.append(x.tolist())
    print(asked)
    time.sleep({1.0: 60 if x[0] == 1 else 0, 2.0: 1.4, 3.0: 0}[a])  # a question has 2 seconds, and 1 after a late one
    return whole(x, a)
"""
)


@pytest.fixture(scope="module")
def grader(tmp_path_factory):
    course = with_graders(tmp_path_factory.mktemp("late") / "course", GRADERS, hidden=HIDDEN)
    return Grader(course, "vectors", name_mistakes=False)


def asked(grader, sandbox, **how):
    reports = []
    handed_in = Submission("somebody", {"vectors.py": SLOW.encode()})
    grader.grade([replace(grader.submitted(handed_in, sandbox, PUBLIC_SEED), **how)], reports.append)
    return by_name(reports[0])


def test_graded_for_points_a_question_that_was_late_in_less_than_its_time_is_asked_again(grader, sandbox):
    found = asked(grader, sandbox)
    assert found["scale_slow"].verdict.status is Status.PASSED
    assert (found["scale_slow"].score, found["scale_quick"].score, found["scale_endless"].score) == (2, 1, 0)
    assert "within 2 seconds" in str(found["scale_endless"].verdict.message)
    assert found["scale_hidden"].verdict.status is Status.PASSED
    assert found["scale_slow"].verdict.output == "[[1.0, 1.0]]\n"  # by a process that has met no hidden question


def test_where_somebody_waits_for_the_result_it_is_not(grader, sandbox):
    found = asked(grader, sandbox, is_hasty=True)
    assert found["scale_slow"].verdict.status is Status.TIMED_OUT
    assert "all that a question has after another one" in str(found["scale_slow"].verdict.message)
    assert found["scale_quick"].verdict.status is Status.PASSED
