"""That a question asks the same again: under one seed, two plays of the reference draw and expect the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from autograder.authoring.refusal import Places, Refusal
from autograder.compare import Comparison
from autograder.diagnosis import Play
from autograder.grading import Grader
from autograder.student import Answer

DO = "draw every input from `rng`; ask no clock, no set's order, no generator that all share"


def draws_repeat(grader: Grader, seed: str) -> Iterator[Refusal]:
    """Refuses each question whose second play under the same seed differs, or that moves a global generator."""
    at = Places(grader.course, grader.topic)
    (once, again), moved = _plays(grader, seed)
    for name, play in once.items():
        why = _differs(play, again[name])
        if why:
            what = f"{name}: {why} when it is played again under the same seed"
            yield Refusal("determinism", at.question(name), what, DO)
        elif name in moved:
            what = f"{name} draws from a generator that all share"
            yield Refusal("determinism", at.question(name), what, DO)


def _plays(grader: Grader, seed: str) -> tuple[list[dict[str, Play]], set[str]]:
    """Every question's two plays, and the questions during which a global generator moved in the second.

    In the first it may have been an import, such as scikit-learn's.
    """
    plays: list[dict[str, Play]] = [{}, {}]
    moved: set[str] = set()
    states = [_state()]

    def witness(question: str, play: Play) -> None:
        is_second = question in plays[0]
        plays[is_second][question] = play
        states.append(_state())
        if is_second and states[-1] != states[-2]:
            moved.add(question)

    who = replace(grader.played("determinism", grader.bank.solution, seed), witness=witness)
    grader.grade([who, who], lambda report: None)
    return plays, moved


def _state() -> tuple[object, ...]:
    """Where NumPy's and Python's global generators stand."""
    found = np.random.get_state(legacy=False)
    twister = found["state"]
    return twister["key"].tobytes(), int(twister["pos"]), found["has_gauss"], random.getstate()


def _differs(one: Play, other: Play) -> str:
    """What is not the same in two plays, in words, or ''."""
    if len(one.observations) != len(other.observations):
        return "it makes another number of checks"
    for first, second in zip(one.observations, other.observations, strict=True):
        if not _same(first.inputs, second.inputs):
            return f"{first.called} gets other inputs"
        if not _same(first.expected, second.expected):
            return f"{first.called} is expected to give something else"
        if not _same(first.actual, second.actual):
            return f"{first.called} gives something else"
    return ""


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Answer) or isinstance(other, Answer):
        return True  # an answer handed back; its own check has looked at it
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    try:
        return Comparison(exact=True).difference(one, other) is None
    except TypeError:  # no plain value: a function, a generator
        return True
