"""`reference`: the hidden solution, live, in the trusted process."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.model import GraderMistake
from autograder.student import Answer
from autograder.student.connection import seed_of


class Live:
    """The solution's public names. Arguments go in as copies; a generator goes in as a fresh one of its seed."""

    def __init__(self, namespace: Any) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            found = getattr(self._namespace, name)
        except AttributeError:
            raise GraderMistake(f"the reference has no {name}") from None
        return found if isinstance(found, type) or not callable(found) else _guarded(found)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        copied = {key: _own(value) for key, value in keywords.items()}
        return function(*[_own(value) for value in arguments], **copied)

    return call


def _own(value: Any) -> Any:
    """An argument that the reference may treat as its own."""
    if isinstance(value, Answer):
        raise GraderMistake(f"{value!r} is handed to the reference: the reference never sees what a student claims")
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, np.random.Generator):
        return np.random.default_rng(seed_of(value))
    if type(value) in (list, tuple):
        return type(value)(_own(item) for item in value)
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return value
