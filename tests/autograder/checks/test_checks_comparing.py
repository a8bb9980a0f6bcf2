"""Checks that hold an answer against the reference: what they accept, what they say, and how they are misused."""

from __future__ import annotations

import numpy as np
import pytest
from support import claim, local, message, refusal

from autograder.checks import (
    central_differences,
    check_close,
    check_equal,
    check_gradient,
    check_raises,
    check_shape,
    check_unchanged,
)
from autograder.model import GraderMistake, Status, StudentFault


def mistaken(check, *arguments, **keywords):
    """Why a use of a check is the grader's mistake."""
    with pytest.raises(GraderMistake) as caught:
        check(*arguments, **keywords)
    return str(caught.value)


def test_check_close_accepts_what_is_close():
    check_close(claim(np.array([1.0, 2.0 + 1e-8])), np.array([1.0, 2.0]))


def test_check_close_says_which_entry_is_what_instead_of_what():
    verdict = refusal(check_close, claim(np.array([1.0, 2.5])), np.array([1.0, 2.0]))
    assert verdict.status is Status.WRONG
    assert str(verdict.message) == "f(): result[1] is 2.5, expected 2"
    assert verdict.evidence.mismatched == 1


def test_an_accepted_check_is_observed_with_its_inputs():
    student = local(f=lambda x: 2 * x)
    check_close(student.student.f(3.0), 6.0)
    (seen,) = student.seen
    assert (seen.called, seen.actual, seen.expected, seen.passed, seen.inputs) == ("f(3)", 6.0, 6.0, True, {"0": 3.0})


def test_check_close_names_the_parts_of_a_tuple():
    assert message(check_close, claim((1.0, 3.0)), (1.0, 2.0), names=("dw", "db")) == "f(): db is 3, expected 2"


def test_a_tolerance_with_a_reason_is_taken():
    check_close(claim(1.05), 1.0, rtol=0.1, because="one decimal is asked for")
    check_close(claim(1e-4), 0.0, kappa=1.0, floor=1e-3, because="rounded")


@pytest.mark.parametrize(("kind", "allowed"), [(np.float64, 4e-9), (np.float32, 1.2e-4)])
def test_what_an_own_tolerance_leaves_out_is_the_tables_for_the_kind_of_number(kind, allowed):
    right = np.array([0.0, 4.0, 4.0, 4.0, 4.0], kind)
    off = np.array([allowed / 2, 0, 0, 0, 0], kind)
    check_close(claim(right + off), right, rtol=1e-5, because="rounded once")
    with pytest.raises(StudentFault):
        check_close(claim(right + 2 * off), right, rtol=1e-5, because="rounded once")


@pytest.mark.parametrize("own", [{"rtol": 0.1}, {"kappa": 0.1}, {"floor": 0.1}])
def test_a_tolerance_without_a_reason_is_refused(own):
    assert mistaken(check_close, claim(1.0), 1.0, **own) == (
        "a tolerance of one's own needs a reason: check_close(..., because='...')"
    )


@pytest.mark.parametrize("check", [check_close, check_equal, check_shape])
def test_a_check_needs_an_answer_on_the_left(check):
    assert mistaken(check, 1.0, 1.0) == f"{check.__name__} needs a student's answer on the left, got float"


@pytest.mark.parametrize("check", [check_close, check_equal, check_shape])
@pytest.mark.parametrize("wrap", [lambda a: a, lambda a: (1.0, a), lambda a: [a], lambda a: {"w": [a]}])
def test_a_check_refuses_the_student_on_the_right(check, wrap):
    assert mistaken(check, claim(1.0), wrap(claim(1.0))) == (
        f"{check.__name__} compares the student with the student: <Answer f()> stands on the right"
    )


def test_check_equal_accepts_only_the_same():
    check_equal(claim([1, 2, "a", True]), [1, 2, "a", True])
    assert message(check_equal, claim(0.1 + 0.2), 0.3) == "f(): result is 0.30000000000000004, expected 0.3"
    assert message(check_equal, claim("relu"), "tanh") == "f(): result is 'relu', expected 'tanh'"


def test_check_shape_looks_at_form_only():
    check_shape(claim(np.zeros((2, 3))), np.ones((2, 3)))
    assert message(check_shape, claim(np.zeros(3)), np.ones((2, 3))) == "f(): result has shape (3,), expected (2, 3)"
    assert message(check_shape, claim([1]), np.ones(1)) == "f(): result holds whole numbers (int64), expected floats"


def test_check_unchanged_accepts_a_function_that_leaves_its_arguments():
    check_unchanged(local(f=lambda x, y: x + y).student.f, np.ones(2), 3.0)


def spoil(value):
    """A function that writes into whatever array it can find."""
    while not isinstance(value, np.ndarray):
        value = next(iter(value.values())) if isinstance(value, dict) else value[0]
    value += 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda x: x,
        lambda x: [x],
        lambda x: {"W1": x, "b": np.zeros(5)},
        lambda x: [x, np.zeros(7)],
        lambda x: [{"W": x}],
    ],
    ids=["array", "list", "dict", "ragged list", "dict in a list"],
)
def test_check_unchanged_refuses_a_function_that_writes_into_an_argument(wrap):
    student = local(f=lambda a, value: spoil(value)).student
    said = message(check_unchanged, student.f, 1.0, wrap(np.ones(2)))
    assert said.endswith(" changes its argument number 2")
    assert said.startswith("f(1, ")


def test_check_unchanged_sees_an_argument_that_grows():
    student = local(f=lambda history: history.append(4)).student
    assert message(check_unchanged, student.f, [1, 2, 3]) == "f(list) changes its argument number 1"


def test_check_unchanged_looks_at_the_students_own_objects_too():
    def make():
        return np.ones(2)

    student = local(make=make, f=spoil).student
    assert message(check_unchanged, student.f, student.make()) == "f(make()) changes its argument number 1"


def test_check_unchanged_takes_generators_and_functions_as_they_are():
    student = local(f=lambda g, x, rng: g(x) + rng.normal()).student
    check_unchanged(student.f, np.sum, np.ones(2), np.random.default_rng(0))


def raising(kind):
    """A function that raises."""

    def f(x):
        raise kind("no")

    return local(f=f).student.f


def test_check_raises_accepts_the_kind_and_what_extends_it():
    check_raises(ValueError, raising(ValueError), 1)
    check_raises(ValueError, raising(UnicodeError), 1)
    check_raises(LookupError, raising(KeyError), 1)


def test_check_raises_refuses_an_answer():
    assert message(check_raises, ValueError, local(f=lambda x: x).student.f, 1) == (
        "f(…) should raise ValueError here, it answered instead"
    )


def test_check_raises_lets_another_exception_through():
    verdict = refusal(check_raises, ValueError, raising(TypeError), 1)
    assert (verdict.status, str(verdict.message)) == (Status.RAISED, "f(1) raised TypeError: no")


def test_check_raises_takes_not_implemented_for_not_implemented():
    assert refusal(check_raises, ValueError, raising(NotImplementedError), 1).status is Status.NOT_IMPLEMENTED
    assert refusal(check_raises, Exception, raising(NotImplementedError), 1).status is Status.NOT_IMPLEMENTED


def cube(x):
    """x³, entry by entry."""
    return x**3


def test_check_gradient_accepts_the_right_gradient():
    x, along = np.array([1.0, -2.0]), np.array([0.3, 0.7])
    check_gradient(claim(3 * along * x**2), of=cube, at=(x,), along=along)


def test_check_gradient_refuses_a_wrong_one():
    x, along = np.array([1.0, -2.0]), np.array([0.3, 0.7])
    assert message(check_gradient, claim(along * x**2), of=cube, at=(x,), along=along) == (
        "f(): result[1] is 2.8, expected 8.4"
    )


def test_check_gradient_holds_a_float32_answer_to_the_row_of_its_dtype():
    x, along = np.array([1.0, -2.0]), np.array([0.3, 0.7])
    gradient = 3 * along * x**2
    off = gradient * (1 + np.array([0, 9e-5]))
    check_gradient(claim(off.astype(np.float32)), of=cube, at=(x,), along=along)
    assert message(check_gradient, claim(off), of=cube, at=(x,), along=along) == (
        "f(): result[1] is 8.40076, expected 8.4"
    )
    worse = (gradient * (1 + np.array([0, 9e-4]))).astype(np.float32)
    assert refusal(check_gradient, claim(worse), of=cube, at=(x,), along=along).status is Status.WRONG


def test_check_gradient_differentiates_by_the_argument_asked_for():
    w, x, along = np.array([[1.0, 2.0]]), np.array([3.0, 4.0]), np.array([0.5])
    check_gradient(claim(w.T @ along), of=lambda w, x: w @ x, at=(w, x), along=along, wrt=1)


@pytest.mark.parametrize("along", [np.ones(3), np.full((2, 2), -0.5), [1, 1]])
def test_check_gradient_refuses_to_differentiate_a_sum(along):
    assert mistaken(check_gradient, claim(0.0), of=cube, at=(np.ones(3),), along=along) == (
        "check_gradient along equal entries (the gradient of a sum) is blind; draw `along` at random"
    )


def test_check_gradient_takes_a_number_for_a_function_with_one_value():
    check_gradient(claim(np.array([2.0, 4.0])), of=lambda x: np.sum(x**2), at=(np.array([1.0, 2.0]),), along=1.0)


def test_central_differences_are_good_to_eight_digits_on_a_cubic():
    x = np.array([0.5, 2.0])
    assert np.allclose(central_differences(cube, (x,), np.array([1.0, 2.0]), 0), [0.75, 24.0], rtol=1e-8)


def test_a_fault_while_answering_is_no_observation():
    student = local(f=lambda: 1 / 0)
    with pytest.raises(StudentFault, match="ZeroDivisionError"):
        check_close(student.student.f(), 1.0)
    assert student.seen == []
