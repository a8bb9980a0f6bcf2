"""A recorded reference answers what the live one is asked: functions, objects, callbacks, modules, derived answers."""

from __future__ import annotations

import numpy as np
import pytest
from support_courses import TINY, by_name, with_graders
from support_editions import edition_of, shares

from autograder import bank, reference
from autograder.authoring.recorder import recording
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, AutograderError, Status, UsageError

QUESTIONS = '''
@points(1)
def test_scale_objects(student, reference, rng):
    """objects, their attributes, operators, methods and items, in the order of the play"""
    a, b = float(rng.uniform(1, 2)), float(rng.uniform(1, 2))
    v, w = reference.Counter(a), reference.Counter(b)
    total = 2 * v + w
    total.rise()
    check_close(student.scale(np.ones(1), total.count), reference.scale(np.ones(1), 2 * a + b + 1))
    total.rise()
    check_close(student.scale(np.ones(1), total.count), np.array([2 * a + b + 2]))
    check_equal(then(student.scale(np.ones(1), 1.0), lambda _: [total[0], len(total), bool(total)]), [7, 3, True])
    assert isinstance(reference.LIMIT, float)
    with pytest.raises(ValueError, match="no such"):
        total.fail()

@points(1)
def test_scale_callback(student, reference, rng):
    """a function of the reference is handed over, and one is derived from the answer"""
    x = rng.normal(size=3)
    check_close(student.applied(lambda x: reference.scale(x, 3.0), x), 3 * x)
    check_close(then(student.scale(x, 2.0), lambda y: reference.scale(y, 0.5)), x)

@points(1)
def test_scale_generator(student, reference, rng):
    """a generator is handed to both, and gradients are differences of the reference"""
    check_close(student.noise(rng, 4), reference.noise(rng, 4))
    for count, each in enumerate(reference.ones(3)):
        check_equal(student.scale(np.ones(1), 1.0 * each), np.ones(1) * each)
    x = rng.normal(size=4)
    check_gradient(student.mean_square_grad(x), of=reference.mean_square, at=(x,), along=1.0)
'''
MORE = """

LIMIT = 0.5


class Counter:
    def __init__(self, count):
        self.count = count

    def __add__(self, other):
        return Counter(self.count + other.count)

    def __rmul__(self, factor):
        return Counter(factor * self.count)

    def __getitem__(self, place):
        return place + 7

    def __len__(self):
        return 3

    def rise(self):
        self.count += 1

    def fail(self):
        raise ValueError("no such thing")


def applied(f, x):
    return f(x)


def noise(rng, size):
    return rng.normal(size=size)


def ones(count):
    return (1 for _ in range(count))
"""
ALTERNATIVES = """
from autograder.bank import alternative


@alternative("scale", replaces="applied")
def applied_twice(f, x):
    f(2 * x)
    return f(x)
"""


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    """A course whose questions use every word, and its edition."""
    course = with_graders(tmp_path_factory.mktemp("course") / "course", QUESTIONS)
    folder = course.solutions("vectors")
    (folder / "solution.py").write_text((folder / "solution.py").read_text("utf-8") + MORE, "utf-8")
    (folder / "alternatives.py").write_text(ALTERNATIVES, "utf-8")
    return course, edition_of(course, "vectors", tmp_path_factory.mktemp("edition") / "edition")


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    """The edition of the tiny topic in PyTorch."""
    return edition_of(Course(TINY), "layers", tmp_path_factory.mktemp("layers") / "edition")


def answers_of(edition, course, **changes):
    """The questions of a solution with other functions in it, graded by the edition."""
    from types import SimpleNamespace

    solution = bank.load(course.solutions("vectors")).solution
    grader, reports = Grader(edition, "vectors"), []
    namespace = SimpleNamespace(**{**bank.public(solution), **changes})
    grader.grade([grader.played("somebody", namespace, PUBLIC_SEED)], reports.append)
    return by_name(reports[0])


def test_the_reference_itself_gets_full_marks_offline(vectors):
    course, edition = vectors
    assert {each.verdict.status for each in answers_of(edition, course).values()} == {Status.PASSED}


def test_alternatives_get_full_marks_and_no_hint_offline(vectors):
    course, edition = vectors
    lost, caught, right, wrong = shares(edition, course, "vectors")
    assert (lost, wrong) == ([], [])
    assert len(right) == len(caught) > 0


def test_modules_with_gradients_are_recorded_and_mistakes_in_them_named(layers):
    lost, caught, right, wrong = shares(layers, Course(TINY), "layers")
    assert (lost, wrong) == ([], [])
    assert right == caught != []


def test_a_recording_holds_under_another_bit_generator(vectors, monkeypatch):
    course, edition = vectors

    def other(seed, question):
        return np.random.Generator(np.random.SFC64([*f"{seed}/{question}".encode()]))

    monkeypatch.setattr(reference, "generator", other)
    monkeypatch.setattr("autograder.recorded.oracle.direction", None)
    lost, caught, right, wrong = shares(edition, course, "vectors")
    assert (lost, wrong) == ([], [])
    assert len(right) == len(caught) > 0


def test_values_that_nobody_asked_about_are_wrong_in_a_sentence(vectors):
    course, edition = vectors
    question = answers_of(edition, course, applied=lambda f, x: f(x + 0.123))["scale_callback"]
    assert question.verdict.status is Status.WRONG
    assert str(question.verdict.message) == (
        "your numbers lead to reference.scale of values to which no known right answer leads, and no known mistake"
    )


def test_a_recorded_generator_is_called_as_the_live_one_is(vectors):
    course, edition = vectors
    question = answers_of(edition, course, noise=lambda rng, size: rng.normal(size=size + 1))["scale_generator"]
    assert str(question.verdict.message).startswith("noise(Generator, 4): result has shape (5,), expected (4,)")


def test_another_seed_is_refused_in_a_sentence(vectors):
    with pytest.raises(UsageError) as caught:
        Grader(vectors[1], "vectors").oracle.require("7")
    assert str(caught.value) == (
        "this edition holds the reference's answers for the seed 2f31 only; to be graded under '7', "
        "ask the teaching staff, who have the reference itself"
    )


def test_two_recordings_of_one_course_are_equal_byte_for_byte(vectors):
    course, edition = vectors
    assert recording(course, "vectors") == edition.recording("vectors").read_bytes()


def test_a_reference_that_loses_points_is_not_recorded(tmp_path):
    text = '''
    @points(1)
    def test_scale_values(student, reference):
        """wrong"""
        check_close(student.scale(np.ones(2), 2.0), np.ones(2))
    '''
    with pytest.raises(AutograderError, match="vectors cannot be recorded: the reference loses points at"):
        recording(with_graders(tmp_path / "course", text), "vectors")
