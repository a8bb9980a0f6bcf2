"""Mistakes and variants that every exercise must face, made out of the reference by machine.

A generic mistake (zeros, a cached first result, …) must lose points wherever it changes anything; a generic
variant (float32, Fortran order, lists for tuples, …) must keep them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from autograder.bank import Variant
from autograder.model import Exercise

Transform = Callable[[Any], Any]


class Changed(list[bool]):
    """Whether a wrapper has changed anything yet: one that never does is not applicable."""


def _leaves(value: Any, change: Transform, depth: int = 0) -> Any:
    """The value with its arrays and floats changed; what lies deeper than one level is a cache and is left alone."""
    if isinstance(value, (tuple, list)) and depth < 1 and not hasattr(value, "_fields"):
        return type(value)(_leaves(item, change, depth + 1) for item in value)
    if isinstance(value, (np.ndarray, float, np.generic)):
        return change(value)
    return value


def _floats(change: Callable[[Any], Any]) -> Transform:
    def on_floats(value: Any) -> Any:
        return change(np.asarray(value)) if np.asarray(value).dtype.kind == "f" else value

    return on_floats


def _noncontiguous(value: Any) -> Any:
    array = np.asarray(value)
    if array.ndim == 0:
        return array
    wide = np.repeat(array, 2, axis=-1)
    return wide[..., ::2]


WRONG: dict[str, Transform] = {
    "returns_zeros": np.zeros_like,
    "returns_nan": _floats(lambda array: np.full_like(array, np.nan)),
    "returns_transposed": lambda value: value.T if isinstance(value, np.ndarray) and value.ndim > 1 else value,
    "returns_integers": _floats(lambda array: np.nan_to_num(array).astype(int)),
}

RIGHT: dict[str, Transform] = {
    "fortran_order": lambda value: np.asfortranarray(value) if np.ndim(value) > 1 else value,
    "strided_views": lambda value: _noncontiguous(value) if isinstance(value, np.ndarray) else value,
    "zero_dimensional": lambda value: np.asarray(value) if isinstance(value, float) else value,
    "float32_results": _floats(lambda array: array.astype(np.float32)),
}


def mistakes(exercise: Exercise, solution: Any) -> Iterator[tuple[Variant, Changed]]:
    """Generic mistakes in each function of an exercise, with the record of whether they changed anything."""
    for name in exercise.functions:
        function = getattr(solution, name)
        if isinstance(function, type):
            continue
        wrappers = {kind: _returning(change) for kind, change in WRONG.items()}
        wrappers |= {"returns_input": _input, "caches_first_result": _cached, "second_call_differs": _drifting}
        wrappers["mutates_input"] = _mutating
        yield from _variants(wrappers, name, function, exercise)


def variants(exercise: Exercise, solution: Any) -> Iterator[tuple[Variant, Changed]]:
    """Generic right variants of each function of an exercise."""
    for name in exercise.functions:
        function = getattr(solution, name)
        if not isinstance(function, type):
            wrappers = {kind: _returning(change) for kind, change in RIGHT.items()}
            wrappers["lists_for_tuples"] = _lists
            yield from _variants(wrappers, name, function, exercise)


def _variants(
    wrappers: dict[str, Callable[[Callable[..., Any], Changed], Callable[..., Any]]],
    name: str,
    function: Callable[..., Any],
    exercise: Exercise,
) -> Iterator[tuple[Variant, Changed]]:
    for kind, wrap in wrappers.items():
        changed = Changed()
        wrapped = functools.wraps(function)(wrap(function, changed))
        yield Variant(f"{name}.{kind}", exercise.name, {name: wrapped}), changed


def _differs(one: Any, other: Any) -> bool:
    if type(one) is not type(other):
        return True
    if isinstance(one, (tuple, list)):
        return len(one) != len(other) or any(map(_differs, one, other))
    if isinstance(one, np.ndarray):
        return bool(one.shape != other.shape or one.dtype != other.dtype or one.tobytes() != other.tobytes())
    return bool(one is not other and isinstance(one, (int, float, str)) and one != other)


def _returning(change: Transform) -> Callable[..., Any]:
    def wrap(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
        def call(*arguments: Any, **keywords: Any) -> Any:
            right = function(*arguments, **keywords)
            made = _leaves(right, change)
            changed.append(_differs(made, right))
            return made

        return call

    return wrap


def _input(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        changed.append(bool(arguments) and _differs(arguments[0], function(*arguments, **keywords)))
        return arguments[0] if arguments else None

    return call


def _cached(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
    first: list[Any] = []

    def call(*arguments: Any, **keywords: Any) -> Any:
        right = function(*arguments, **keywords)
        first.append(right)
        changed.append(_differs(first[0], right))
        return first[0]

    return call


def _drifting(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
    calls: list[None] = []

    def call(*arguments: Any, **keywords: Any) -> Any:
        right = function(*arguments, **keywords)
        calls.append(None)
        if len(calls) % 2:
            return right
        made = _leaves(right, _floats(lambda array: array * 1.5))
        changed.append(_differs(made, right))
        return made

    return call


def _mutating(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        right = function(*arguments, **keywords)
        for value in arguments:
            if isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.size and value.flags.writeable:
                value += 1
                changed.append(True)
                break
        return right

    return call


def _lists(function: Callable[..., Any], changed: Changed) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        right = function(*arguments, **keywords)
        if type(right) is tuple:
            changed.append(True)
            return list(right)
        return right

    return call
