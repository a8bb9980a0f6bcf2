"""Graders that cannot be used: whatever is wrong with them is said, and nobody is graded by half of them."""

from __future__ import annotations

import pytest
from support_courses import copied, played, with_graders

from autograder.grading import Grader
from autograder.model import AutograderError, UsageError


def refused(course, only=""):
    """Why grading is refused."""
    with pytest.raises(AutograderError) as caught:
        played(Grader(course, "vectors"), only=only)
    return str(caught.value)


def test_a_topic_without_graders_is_refused(tmp_path):
    course = copied(tmp_path / "course")
    for path in course.graders("vectors"):
        path.unlink()
    with pytest.raises(AutograderError, match=r"^tests/graders/vectors has no test_public\.py$"):
        Grader(course, "vectors")


def test_graders_without_a_question_are_refused(tmp_path):
    assert refused(with_graders(tmp_path / "c", "x = 1\n")) == "the graders of vectors hold no question"


def test_graders_with_a_slip_are_refused_with_the_place(tmp_path):
    said = refused(with_graders(tmp_path / "c", "def test_scale(:\n    pass\n"))
    assert said.startswith("the graders of vectors cannot be loaded:")
    assert "test_public.py" in said
    assert "invalid syntax" in said


def test_graders_that_fail_at_import_are_refused_with_the_reason(tmp_path):
    said = refused(with_graders(tmp_path / "c", "1 / 0\n"))
    assert "ZeroDivisionError" in said


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("def test_scale(student):\n    '''Title'''\n", "has no points: put @points(…) above it"),
        ("@points(0)\ndef test_scale(student):\n    '''Title'''\n", "has no points: put @points(…) above it"),
        ("@points(-1)\ndef test_scale(student):\n    '''Title'''\n", "has no points: put @points(…) above it"),
        ("@points('2')\ndef test_scale(student):\n    '''Title'''\n", "has no points: put @points(…) above it"),
        (
            "@points(1)\ndef test_scale(student):\n    pass\n",
            "has no docstring: it is the title that the student reads",
        ),
        (
            "@points(1)\ndef test_scael(student):\n    '''Title'''\n",
            "belongs to no exercise: its name begins with none of scale, mean_square_grad",
        ),
    ],
)
def test_a_question_that_lacks_something_is_refused_by_its_name(tmp_path, question, words):
    said = refused(with_graders(tmp_path / "c", question))
    assert "test_public.py::test_sca" in said
    assert said.endswith(words)


def test_a_question_with_an_unknown_marker_is_refused(tmp_path):
    said = refused(with_graders(tmp_path / "c", "@pytest.mark.slwo\n@points(1)\ndef test_scale():\n    '''T'''\n"))
    assert "'slwo' not found" in said


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path):
    course = copied(tmp_path / "course")
    with pytest.raises(UsageError, match=r"^vectors has no exercise or question 'scael'; did you mean 'scale'\?$"):
        played(Grader(course, "vectors"), only="scael")


def test_a_conftest_above_the_graders_is_not_obeyed(tmp_path):
    course = copied(tmp_path / "course")
    for folder in (tmp_path, course.root, course.root / "tests"):
        (folder / "conftest.py").write_text("raise SystemExit('a conftest of somebody else')\n")
    assert played(Grader(course, "vectors")).score == 10


def test_a_conftest_beside_the_graders_is_obeyed(tmp_path):
    question = """
        @points(1)
        def test_scale(two, student):
            '''Twice'''
            check_that(student.scale(1.0, two), lambda v: v == 2, "twice")
        """
    course = with_graders(tmp_path / "c", question)
    (course.root / "tests" / "graders" / "conftest.py").write_text(
        "import pytest\n@pytest.fixture\ndef two():\n    return 2.0\n"
    )
    assert played(Grader(course, "vectors")).score == 1


def test_a_conftest_that_fails_is_refused(tmp_path):
    course = copied(tmp_path / "course")
    (course.root / "tests" / "graders" / "conftest.py").write_text("1 / 0\n")
    assert refused(course) == "the graders of vectors cannot be loaded: pytest has said why above"


def test_two_courses_in_one_process_keep_their_own_graders(tmp_path):
    template = """
        @points({})
        def test_scale(student):
            '''Same'''
            check_that(student.scale(1.0, 1.0), lambda v: v == 1, "same")
        """
    courses = [with_graders(tmp_path / str(worth), template.format(worth)) for worth in (1, 2)]
    assert [played(Grader(course, "vectors")).points for course in courses] == [1, 2]


def test_hidden_questions_take_what_both_need_from_the_public_file_of_their_own_course(tmp_path):
    public = """
        WORTH = {}
        @points(1)
        def test_scale(student):
            '''Public'''
            check_that(student.scale(1.0, 1.0), lambda v: v == 1, "same")
        """
    hidden = """
        from .test_public import WORTH
        @points(WORTH)
        def test_scale_again(student):
            '''Hidden'''
            check_that(student.scale(1.0, 1.0), lambda v: v == 1, "same")
        """
    courses = [with_graders(tmp_path / str(n), public.format(n), hidden=hidden) for n in (1, 2)]
    reports = [played(Grader(course, "vectors")) for course in courses]
    assert [[question.points for question in report.questions] for report in reports] == [[1, 1], [1, 2]]
