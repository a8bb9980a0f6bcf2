"""Answers: what happens to a student's objects happens in the student's process, and only checks look at them."""

from __future__ import annotations

import numpy as np
import pytest
from support import claim, message, refusal

from autograder.checks import check_close, check_equal, check_that, parts, then
from autograder.model import GraderMistake, Status, StudentFault

VALUE = """
    class Value:
        def __init__(self, data, parents=()):
            self.data, self.grad, self.parents = data, 0.0, parents
            self.history = [data]

        def __add__(self, other):
            return Value(self.data + getattr(other, "data", other), (self,))
        __radd__ = __add__

        def __mul__(self, other):
            return Value(self.data * getattr(other, "data", other), (self,))
        __rmul__ = __mul__

        def __neg__(self):
            return self * -1

        def __sub__(self, other):
            return self + (-other)

        def __rsub__(self, other):
            return other + (-self)

        def __truediv__(self, other):
            return self * getattr(other, "data", other) ** -1

        def __rtruediv__(self, other):
            return Value(other / self.data)

        def __pow__(self, power):
            return Value(self.data ** power, (self,))

        def __matmul__(self, other):
            return Value(("matmul", self.data, other))

        def __abs__(self):
            return Value(abs(self.data))

        def __getitem__(self, key):
            return ("item", key)

        def relu(self):
            return Value(max(0.0, self.data), (self,))

        def backward(self, seed=1.0):
            self.grad = seed
            for parent in self.parents:
                parent.backward(seed)

        @classmethod
        def zero(cls):
            return cls(0.0)

        class Inner:
            depth = 2

    def total(values):
        return sum(value.data for value in values)

    def identity(x):
        return x

    def pair():
        return Value(1.0), {"cache": Value(2.0), 3: "three"}

    def tape(n):
        return [Value(float(i)) for i in range(n)]
    """


@pytest.fixture
def student(submit):
    """A student with a scalar autograd engine."""
    return submit(VALUE).student


@pytest.mark.parametrize(
    ("compute", "expected"),
    [
        (lambda v, w: v + w, 5.0),
        (lambda v, w: v + 10, 12.0),
        (lambda v, w: 10 + v, 12.0),
        (lambda v, w: v * w, 6.0),
        (lambda v, w: 10 * v, 20.0),
        (lambda v, w: v - w, -1.0),
        (lambda v, w: 10 - v, 8.0),
        (lambda v, w: v / w, 2 / 3),
        (lambda v, w: 10 / v, 5.0),
        (lambda v, w: v**3, 8.0),
        (lambda v, w: -v, -2.0),
        (lambda v, w: abs(-v), 2.0),
        (lambda v, w: (v * w + 1).relu(), 7.0),
        (lambda v, w: (v - w).relu(), 0.0),
        (lambda v, w: np.float64(10) * v, 20.0),
        (lambda v, w: np.float64(10) - v, 8.0),
        (lambda v, w: np.array(3.0) + v, 5.0),
    ],
)
def test_operators_work_on_the_students_own_objects(student, compute, expected):
    check_close(compute(student.Value(2.0), student.Value(3.0)).data, expected)


def test_an_operator_that_is_not_there_is_the_students_fault(student):
    assert message(lambda: student.Value(2.0) % 2).startswith("mod(Value(2), 2) raised TypeError: unsupported operand")


def test_matmul_and_square_brackets_reach_the_student(student):
    check_equal((student.Value(2.0) @ 3).data, ("matmul", 2.0, 3))
    check_equal(student.Value(2.0)["key"], ("item", "key"))


def test_attributes_are_read_when_they_are_looked_at(student):
    v = student.Value(2.0)
    before, after = v.grad, v.grad
    check_close(before, 0.0)
    v.backward(3.0)
    check_close(after, 3.0)
    check_close(before, 0.0)


def test_methods_change_the_very_object(student):
    v, w = student.Value(2.0), student.Value(3.0)
    (v * w).backward(5.0)
    check_close(v.grad, 5.0)
    check_close(w.grad, 0.0)


def test_an_attribute_that_is_not_there_is_the_students_fault(student):
    verdict = refusal(lambda: check_close(student.Value(2.0).slope, 1.0))
    assert verdict.status is Status.RAISED
    assert str(verdict.message) == "Value(2).slope raised AttributeError: 'Value' object has no attribute 'slope'"


def test_class_methods_and_nested_classes_are_reached_by_dots(student):
    check_close(student.Value.zero().data, 0.0)
    check_close(student.Value.Inner().depth, 2)


def test_objects_in_a_list_go_back_as_themselves(student):
    v = student.Value(2.0)
    check_close(student.total([v, v, student.Value(0.5)]), 4.5)
    student.identity(v).backward(7.0)
    check_close(v.grad, 7.0)


def test_items_of_tuples_dicts_and_lists_are_answers(student):
    both = student.pair()
    check_close(both[0].data, 1.0)
    check_close(both[1]["cache"].data, 2.0)
    check_equal(both[1][3], "three")
    check_close(student.total([student.tape(4)[3]]), 3.0)
    check_close(student.tape(4)[-1].data, 3.0)


@pytest.mark.parametrize(
    ("take", "words"),
    [
        (lambda s: s.pair()[2], "pair()[2]: there is no item 2 in a tuple of 2"),
        (lambda s: s.pair()[1]["cash"], "pair()[1]['cash']: there is no item 'cash' in a dict of 2"),
        (lambda s: s.tape(2)["a"], "tape(2)['a']: there is no item 'a' in a list of 2"),
    ],
)
def test_an_item_that_is_not_there_is_the_students_fault(student, take, words):
    verdict = refusal(lambda: take(student))
    assert (verdict.status, str(verdict.message)) == (Status.WRONG, words)


def test_an_object_is_known_by_the_name_of_its_type(student):
    assert message(check_close, student.Value(2.0), 2.0) == (
        "Value(2): result is an object of type Value, expected a single number"
    )


def test_an_object_made_of_a_function_is_the_students_fault(submit):
    student = submit("def Value(x):\n    return x\n").student
    assert message(lambda: student.Value(2.0)) == (
        "Value(2) raised TypeError: Value is a function, a class is expected"
    )


@pytest.mark.parametrize(
    "use",
    [
        bool,
        float,
        int,
        len,
        list,
        np.asarray,
        hash,
        lambda a: a == 1.0,
        lambda a: a != 1.0,
        lambda a: a < 1.0,
        lambda a: a >= 1.0,
        lambda a: 1.0 in a,
        lambda a: [*a],
        range,
        lambda a: f"{a:.2f}",
    ],
)
def test_nothing_but_a_check_looks_at_an_answer(use):
    with pytest.raises((GraderMistake, TypeError)):
        use(claim(1.0))


def test_what_to_do_with_an_answer_is_said():
    with pytest.raises(GraderMistake) as caught:
        float(claim(1.0))
    assert str(caught.value) == (
        "f() is a student's answer: look at it with a check (check_close, check_that, …), "
        "take it apart with parts() or compute with it in then()"
    )


def test_an_answer_shows_what_was_called(student):
    assert repr(student.Value(2.0).relu().data) == "<Answer Value(2).relu().data>"


def test_a_long_call_within_a_call_is_told_by_its_name(student):
    value = student.Value(2.0)
    assert repr(student.identity(value + 1)) == "<Answer identity(add(Value(2), 1))>"
    for _ in range(40):
        value = student.identity(value)
    assert "(identity(…))" in repr(value)
    assert len(repr(value)) < 150


def test_private_names_are_not_the_students(student):
    with pytest.raises(AttributeError):
        student._hidden  # noqa: B018
    with pytest.raises(AttributeError):
        student.Value(1.0)._hidden  # noqa: B018


def test_an_answer_of_one_student_is_not_handed_to_another(student, submit):
    other = submit(VALUE).student
    with pytest.raises(GraderMistake, match="comes from another student"):
        other.identity(student.Value(1.0))


def test_an_answer_computed_on_the_trusted_side_goes_back_as_its_value(student):
    check_close(student.identity(then(student.Value(2.0).data, lambda v: v + 1)), 3.0)


def test_a_cache_goes_back_as_the_very_object(submit):
    student = submit("""
        def forward(x):
            cache = {"x": x, "calls": []}
            return 2 * x, cache

        def backward(dout, cache):
            cache["calls"].append(1)
            return 2 * dout * len(cache["calls"])
        """).student
    _, cache = parts(student.forward(3.0), "out", "cache")
    check_close(student.backward(1.0, cache), 2.0)
    check_close(student.backward(1.0, cache), 4.0)


@pytest.mark.parametrize("wrapped", ["{}", "(x, {})", "[{}]"])
def test_a_cache_whose_keys_are_numpys_numbers_goes_back_too(submit, wrapped):
    student = submit(f"""
        import numpy as np

        def forward(x):
            masks = {{(i, j): np.full(2, i) for i in np.arange(3) for j in np.arange(2)}}
            return 2 * x, {wrapped.format("masks")}

        def backward(dout, cache):
            masks = cache if isinstance(cache, dict) else cache[-1]
            return dout * len(masks) * masks[2, 1].sum()
        """).student
    _, cache = parts(student.forward(3.0), "out", "cache")
    check_close(student.backward(1.0, cache), 24.0)


def test_a_dict_with_such_keys_is_told_by_them_where_numbers_are_asked_for(submit):
    student = submit("""
        import numpy as np

        def shares():
            return {np.int64(3): 0.5}
        """).student
    words = "shares(): result is an object of type dict with a key of type int64, expected an array of shape (2,)"
    assert message(check_close, student.shares(), np.ones(2)) == words


def test_objects_are_dropped_when_a_question_is_over(submit):
    asked = submit(VALUE)
    v = asked.student.Value(1.0)
    asked.remote.new_question()
    asked.student.Value(2.0)
    with pytest.raises(StudentFault):
        asked.student.identity(v)


def test_a_value_that_cannot_travel_stays_and_comes_back(submit):
    student = submit("""
        def make():
            return {1, 2, 3}

        def use(values):
            return sum(values)
        """).student
    made = student.make()
    check_close(student.use(made), 6)
    assert message(check_that, made, lambda v: len(v) == 3, "three") == "make(): this should hold: three"
