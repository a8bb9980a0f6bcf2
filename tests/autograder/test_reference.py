"""`reference`: what it is given it may treat as its own, and a student's claim never reaches it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from support import claim

from autograder.model import GraderMistake
from autograder.reference import Live


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
