"""Functions and generators as arguments: they run on the trusted side, or are built where they are used."""

from __future__ import annotations

import sys
import textwrap
from types import SimpleNamespace

import numpy as np
import pytest
from support import asked, local, message, refusal

from autograder.checks import check_close, check_equal, check_raises, check_unchanged
from autograder.model import GraderMistake, Status, StudentFault
from autograder.reference import Live

SOURCE = """
    import numpy as np

    def numerical_gradient(f, x, h=1e-5):
        g = np.zeros_like(x)
        for i in range(x.size):
            e = np.zeros_like(x)
            e[i] = h
            g[i] = (f(x + e) - f(x - e)) / (2 * h)
        return g

    def apply(f, *values):
        return f(*values)

    def twice(f, g, x):
        return f(g(x)) + g(f(x))

    def caught(f, x):
        try:
            return f(x)
        except Exception as error:
            return [type(error).__name__, str(error)]

    def square(x):
        return x * x

    def norm(x):
        return float((x * x).sum())

    def broken(x):
        raise ValueError("broken")

    def stop(x):
        import os
        os._exit(3)

    kept = []

    def keep(f):
        kept.append(f)
        return f(1.0)

    def use_kept(x):
        return kept[0](x)

    def threaded(f, x):
        import threading
        found = []
        thread = threading.Thread(target=lambda: found.append(f(x)))
        thread.start()
        thread.join()
        return found[0]

    def draw(rng, n):
        return rng.normal(size=n)

    def draw_twice(rng):
        return rng.normal(), rng.normal()

    def kind(rng):
        return type(rng).__name__
    """


@pytest.fixture(params=["sandboxed", "local"])
def student(request, sandbox):
    """The same student behind a sandbox and in this process."""
    if request.param == "local":
        namespace = {}
        exec(textwrap.dedent(SOURCE), namespace)
        yield local(**{name: value for name, value in namespace.items() if name[0] != "_"}).student
        return
    somebody = asked(sandbox, SOURCE)
    yield somebody.student
    somebody.remote.close()


def test_a_function_as_an_argument_runs_on_the_trusted_side(student):
    secret = []

    def f(x):
        secret.append(x)
        return float(np.sum(x**3))

    check_close(student.numerical_gradient(f, np.array([1.0, 2.0])), np.array([3.0, 12.0]), rtol=1e-6, because="h")
    assert len(secret) == 4


def test_two_functions_may_call_each_others_results(student):
    check_close(student.twice(lambda x: x + 1, lambda x: 2 * x, 5.0), 11.0 + 12.0)


def test_functions_travel_inside_other_values(student):
    check_close(student.apply(lambda both: both["f"], {"f": 3.0}), 3.0)


@pytest.mark.parametrize("value", [None, 3, 2.5, "text", [1, (2, "a")], {"a": np.ones(2)}, np.arange(3.0)])
def test_what_a_function_gets_and_gives_arrives(student, value):
    check_equal(student.apply(lambda x: x, value), value)


def test_a_function_may_be_called_without_and_with_many_arguments(student):
    check_close(student.apply(lambda: 4.0), 4.0)
    check_close(student.apply(lambda a, b, c: a + b * c, 1.0, 2.0, 3.0), 7.0)


def test_a_function_that_fails_on_what_it_is_given_fails_in_the_students_code(student):
    verdict = refusal(lambda: student.apply(lambda x: np.ones(3) @ x, np.ones(2)))
    assert verdict.status is Status.RAISED
    assert "apply(function, array(2,)) called a function that it was given, and that failed: ValueError: matmul" in str(
        verdict.message
    )
    check_raises(Exception, student.apply, lambda x: 1 / 0, 1.0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing bounds a process's memory")
def test_a_function_that_would_take_gigabytes_on_what_it_is_given_fails_in_the_students_code(student):
    column = np.zeros((30_000, 1, 1), np.int8)  # 30 KB that broadcast to 12 GB
    verdict = refusal(lambda: student.apply(lambda x: np.ones((500, 100)) + x, column))
    assert "called a function that it was given, and that failed: MemoryError: Unable to" in str(verdict.message)


def test_the_students_code_may_catch_what_a_function_raises(student):
    check_equal(
        student.caught(lambda x: 1 / 0, 1.0),
        ["TrustedSideError", "the given function raised ZeroDivisionError: division by zero"],
    )


def test_the_students_own_function_may_be_the_argument(student):
    check_close(student.numerical_gradient(student.norm, np.array([3.0])), np.array([6.0]), rtol=1e-6, because="h")


def test_a_function_may_ask_the_student_in_its_turn(student):
    check_close(student.apply(lambda x: student.apply(lambda y: student.square(y) + 1, x), 3.0), 10.0)


def test_a_fault_of_the_student_inside_a_function_is_told_as_it_is(student):
    verdict = refusal(lambda: student.apply(student.broken, 1.0))
    assert (verdict.status, str(verdict.message)) == (Status.RAISED, "broken(1) raised ValueError: broken")


def test_after_a_fault_inside_a_function_the_student_answers_again(student):
    with pytest.raises(StudentFault):
        student.apply(student.broken, 1.0)
    check_close(student.square(3.0), 9.0)


def test_a_refused_check_inside_a_function_is_that_refusal(student):
    said = message(lambda: student.apply(lambda x: check_close(student.square(x), 10.0), 3.0))
    assert said == "square(3): result is 9, expected 10"


def test_a_graders_mistake_inside_a_function_is_the_graders(student):
    with pytest.raises(GraderMistake, match="check_close needs a student's answer on the left, got float"):
        student.apply(lambda x: check_close(x, 1.0), 1.0)
    check_close(student.square(3.0), 9.0)


@pytest.mark.parametrize("student", ["local"], indirect=True)
def test_a_function_that_gives_trusted_code_what_cannot_travel_is_the_graders_mistake(student):
    with pytest.raises(GraderMistake, match="a value of type object cannot be sent"):
        student.apply(lambda x: object(), 1.0)
    check_close(student.square(3.0), 9.0)


@pytest.mark.parametrize("student", ["sandboxed"], indirect=True)
def test_a_student_who_makes_a_function_give_what_cannot_travel_is_told(student):
    with pytest.raises(StudentFault, match="the given function gave what cannot be sent: an array of dtype object"):
        student.apply(lambda x: np.array([2.0, 1.0]) * x, [2**100, 1])
    check_close(student.square(3.0), 9.0)


def test_an_argument_that_cannot_travel_is_the_graders_mistake(student):
    with pytest.raises(GraderMistake, match=r"^square\(set\): a value of type set cannot be sent$"):
        student.square({1, 2})
    check_close(student.square(3.0), 9.0)


def test_a_class_is_no_argument(student):
    with pytest.raises(GraderMistake, match=r"^square\(ValueError\): a value of type type cannot be sent$"):
        student.square(ValueError)


def test_a_function_kept_from_an_earlier_call_is_gone(student):
    check_close(student.keep(lambda x: x + 1), 2.0)
    assert "called a function that it was given, and that failed: " in message(lambda: student.use_kept(1.0))


def test_a_crash_inside_a_nested_call_is_a_crash(submit):
    somebody = submit(SOURCE)
    verdict = refusal(lambda: somebody.student.apply(somebody.student.stop, 1.0))
    assert (verdict.status, str(verdict.message)) == (
        Status.DIED,
        "stop(1) ended the process instead of answering (exit status 3)",
    )
    check_close(somebody.student.square(3.0), 9.0)


def test_a_function_may_be_called_from_a_thread(submit):
    check_close(submit(SOURCE).student.threaded(lambda x: x + 1, 1.0), 2.0)


def test_a_generator_is_built_where_it_is_used_in_the_same_state_as_the_references(student):
    rng = np.random.default_rng(7)
    reference = Live(SimpleNamespace(draw=lambda rng, n: rng.normal(size=n)))
    check_close(student.draw(rng, 5), reference.draw(rng, 5))
    check_close(student.draw(rng, 5), reference.draw(rng, 5))


def test_a_generator_that_has_moved_on_gives_another_seed(student):
    rng = np.random.default_rng(7)
    first = student.draw(rng, 2)._value
    rng.normal()
    assert not np.array_equal(student.draw(rng, 2)._value, first)


def test_handing_over_a_generator_does_not_move_it(student):
    rng, untouched = np.random.default_rng(7), np.random.default_rng(7)
    student.draw(rng, 100)
    assert rng.normal() == untouched.normal()


def test_the_students_generator_is_numpys(student):
    check_equal(student.kind(np.random.default_rng(0)), "Generator")


def test_a_generator_among_other_arguments_is_unchanged(student):
    check_unchanged(student.draw, np.random.default_rng(0), 3)
