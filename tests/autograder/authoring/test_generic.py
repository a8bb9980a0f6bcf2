"""Generic mistakes and variants: each is applied where it changes something, and knows whether it did."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from autograder.authoring import generic
from autograder.model import Exercise


def made(function, make=generic.mistakes):
    """Each variant of a function by its kind: the function put in its place, and whether it changed anything."""
    exercise = Exercise("f", 1.0, {}, ("f",))
    solution = SimpleNamespace(f=function)
    return {
        variant.id.removeprefix("f."): (variant.replaced["f"], changed) for variant, changed in make(exercise, solution)
    }


X = np.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("returns_zeros", np.zeros((2, 3))),
        ("returns_nan", np.full((2, 3), np.nan)),
        ("returns_transposed", (2 * X).T),
        ("returns_integers", (2 * X).astype(int)),
        ("returns_input", X),
    ],
)
def test_a_generic_mistake_spoils_an_array(kind, expected):
    function, changed = made(lambda x: 2 * x)[kind]
    assert np.array_equal(function(X), expected, equal_nan=True)
    assert any(changed)


def test_caching_shows_at_the_second_call():
    function, changed = made(lambda x: 2 * x)["caches_first_result"]
    assert np.array_equal(function(X), 2 * X)
    assert not any(changed)
    assert np.array_equal(function(X + 1), 2 * X)
    assert any(changed)


def test_drifting_shows_at_every_second_call():
    function, _ = made(lambda x: 2 * x)["second_call_differs"]
    assert [float(function(1.0)) for _ in range(4)] == [2.0, 3.0, 2.0, 3.0]


def test_mutating_writes_into_the_first_array():
    function, changed = made(lambda x: 2 * x)["mutates_input"]
    x = X.copy()
    assert np.array_equal(function(x), 2 * X)
    assert np.array_equal(x, X + 1)
    assert any(changed)


@pytest.mark.parametrize("kind", ["returns_zeros", "returns_nan", "returns_transposed", "returns_integers"])
def test_what_leaves_an_answer_unchanged_knows_it(kind):
    function, changed = made(lambda x: "text")[kind]
    assert function(1) == "text"
    assert not any(changed)


@pytest.mark.parametrize("kind", ["fortran_order", "strided_views", "zero_dimensional", "lists_for_tuples"])
def test_a_generic_variant_keeps_the_values(kind):
    function, _ = made(lambda x: (2 * x, 3.0), generic.variants)[kind]
    first, second = function(X)
    assert np.array_equal(first, 2 * X)
    assert second == 3.0


def test_a_generic_variant_changes_what_it_says():
    variants = made(lambda x: (2 * x, 3.0), generic.variants)
    assert variants["fortran_order"][0](X)[0].flags.f_contiguous
    assert not variants["strided_views"][0](X)[0].flags.c_contiguous
    assert type(variants["zero_dimensional"][0](X)[1]) is np.ndarray
    assert variants["float32_results"][0](X)[0].dtype == np.float32
    assert type(variants["lists_for_tuples"][0](X)) is list


def test_caches_inside_an_answer_are_left_alone():
    function, _ = made(lambda x: (x, (x, {"w": x})))["returns_zeros"]
    out, cache = function(X)
    assert not np.any(out)
    assert np.array_equal(cache[0], X)


@pytest.mark.parametrize("make", [generic.mistakes, generic.variants])
def test_classes_have_no_generic_variants(make):
    assert made(type("f", (), {}), make) == {}
