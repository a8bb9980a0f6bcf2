"""`reference`: what it is given it may treat as its own, and a student's claim never reaches it."""

from __future__ import annotations

import copy
import time
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import claim

from autograder.model import GraderMistake
from autograder.reference import Live, Remembered, _digest


def live(**functions):
    """A reference of these functions."""
    return Live(SimpleNamespace(**functions))


def spoil(x):
    """A function that writes into its argument."""
    x[...] = -1
    return x


def test_a_reference_that_writes_into_an_array_changes_a_copy():
    x = np.ones(3)
    assert live(f=spoil).f(x).tolist() == [-1, -1, -1]
    assert x.tolist() == [1, 1, 1]


@pytest.mark.parametrize("wrap", [lambda x: [x], lambda x: (x,), lambda x: {"w": x}, lambda x: {"w": [x]}])
def test_arrays_inside_other_values_are_copies_too(wrap):
    x = np.ones(3)

    def f(value):
        while not isinstance(value, np.ndarray):
            value = value["w"] if isinstance(value, dict) else value[0]
        spoil(value)

    live(f=f).f(wrap(x))
    assert x.tolist() == [1, 1, 1]


def test_a_copy_keeps_its_memory_order():
    assert live(f=lambda x: x.flags.f_contiguous).f(np.asfortranarray(np.ones((2, 3))))


def test_keywords_are_copied_like_arguments():
    x = np.ones(2)
    live(f=lambda *, x: spoil(x)).f(x=x)
    assert x.tolist() == [1, 1]


def test_a_generator_draws_the_same_each_time_and_is_not_moved():
    rng = np.random.default_rng(3)
    reference = live(f=lambda rng: rng.normal(size=2))
    first, second = reference.f(rng), reference.f(rng)
    assert np.array_equal(first, second)
    assert rng.bit_generator.state == np.random.default_rng(3).bit_generator.state


def test_a_name_that_is_not_there_is_the_graders_mistake():
    with pytest.raises(GraderMistake, match=r"^the reference has no softmin$"):
        live().softmin(1)


def test_private_names_are_no_part_of_it():
    with pytest.raises(AttributeError):
        live(_hidden=1)._hidden  # noqa: B018


def test_a_constant_is_given_as_it_is():
    assert live(RATE=0.1).RATE == 0.1


def test_a_class_stays_a_class():
    class Layer:
        pass

    assert live(Layer=Layer).Layer is Layer


@pytest.mark.parametrize("wrap", [lambda a: a, lambda a: [a], lambda a: (1, a), lambda a: {"w": a}])
def test_a_students_answer_is_refused(wrap):
    with pytest.raises(GraderMistake, match="the reference never sees what a student claims"):
        live(f=lambda x: x).f(wrap(claim(1.0)))


def test_a_students_answer_is_refused_as_a_keyword():
    with pytest.raises(GraderMistake, match="the reference never sees what a student claims"):
        live(f=lambda x: x).f(x=claim(1.0))


def slow(answer, calls):
    """A function that counts its calls and takes long enough to be remembered."""

    def f(*arguments, **keywords):
        calls.append(arguments)
        deadline = time.thread_time() + 2 * Remembered.SLOW_SECONDS
        while time.thread_time() < deadline:
            pass
        return answer(*arguments, **keywords)

    return f


def remembering(**functions):
    """A reference of these functions that remembers."""
    return Live(SimpleNamespace(**functions), Remembered())


def asked(reference, *arguments, times=4):
    """The answers to the same question, asked several times."""
    return [reference.f(*arguments) for _ in range(times)]


def test_a_slow_answer_is_computed_once_more_and_then_remembered():
    calls = []
    answers = asked(remembering(f=slow(lambda x: 2 * x, calls)), np.arange(3.0))
    assert [answer.tolist() for answer in answers] == [[0.0, 2.0, 4.0]] * 4
    assert len(calls) == 2


def test_whoever_changes_a_remembered_answer_changes_a_copy():
    reference = remembering(f=slow(lambda x: (2 * x, {"loss": [x]}), []))
    for _ in range(4):
        doubled, inner = reference.f(np.ones(2))
        assert (doubled.tolist(), inner["loss"][0].tolist()) == ([2, 2], [1, 1])
        spoil(doubled)
        spoil(inner["loss"][0])


def test_a_quick_function_is_called_each_time():
    calls = []
    asked(remembering(f=calls.append), 1.0)
    assert len(calls) == 4


OTHERS = [
    (np.arange(4.0), np.arange(4.0).reshape(2, 2)),
    (np.arange(4.0), np.arange(4)),
    (np.array([1, 0], np.int64), np.array([1.0, 0.0])),
    ([1, 2], (1, 2)),
    ([[1], 2], [[1, 2]]),
    (1, 1.0),
    (0.0, -0.0),
    (True, 1),
    ("1", 1),
    (None, "None"),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, ["a", 1]),
    (np.float32(1), 1.0),
    (np.random.default_rng(1), np.random.default_rng(2)),
]


@pytest.mark.parametrize(("one", "other"), OTHERS, ids=range(len(OTHERS)))
def test_what_differs_in_any_way_is_another_question(one, other):
    calls = []
    reference = remembering(f=slow(lambda x: 0, calls))
    for value in (one, other, one, other):
        reference.f(value)
    assert len(calls) == 3  # the first call shows that it is slow; then each is computed once


@given(st.recursive(st.none() | st.floats() | st.text(max_size=3) | st.integers(), lambda v: st.lists(v, max_size=3)))
def test_plain_arguments_have_a_digest_that_copies_share(value):
    assert _digest("f", [value], {}) == _digest("f", [copy.deepcopy(value)], {})


@pytest.mark.parametrize("value", [lambda x: x, object(), np.array([object()]), {1}], ids=["function", "o", "O", "set"])
def test_what_is_more_than_its_value_is_never_remembered(value):
    calls = []
    asked(remembering(f=slow(lambda x: 0, calls)), value)
    assert len(calls) == 4
    assert _digest("f", [value], {}) is None


def test_an_answer_that_is_more_than_its_value_is_never_remembered():
    calls = []
    asked(remembering(f=slow(lambda x: object(), calls)), 1)
    assert len(calls) == 4


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(Remembered, "BYTES", 10_000)
    calls = []
    reference = remembering(f=slow(lambda n: np.zeros(100), calls))  # 800 bytes
    for n in [*range(20), *range(20)]:
        reference.f(n)
    assert len(calls) == 40
    reference.f(19)
    assert len(calls) == 40
