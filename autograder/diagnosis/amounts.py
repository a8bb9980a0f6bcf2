"""Detectors of the second kind and the plainest of the third: a factor, a constant offset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from autograder.checks import Observation
from autograder.compare import rms
from autograder.diagnosis.seen import Pattern, close, finite
from autograder.model import Sentence, sentence
from autograder.student import Answer
from autograder.wire import Array

PLAIN = (-1.0, 2.0, 0.5, -2.0, -0.5)


def proportional(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """yours = r * ours for one r, named by what it is made of: -1, 2, 1/2, or a size or number among the inputs."""
    if a.shape != b.shape or not finite(a, b) or not np.any(b):
        return None
    if b.size < 2 or np.count_nonzero(np.abs(b) > 1e-9 * np.abs(b).max()) < 2:
        return None  # a single number is a multiple of any other
    ratio = float(np.sum(a * b) / np.sum(b * b))
    if ratio == 0 or not close(a / ratio, b):
        return None
    name = _ratio_name(ratio, seen.inputs)
    if name is None:
        return None
    says = sentence("yours is ours times {ratio}{name}", ratio=f"{ratio:.4g}", name=name)
    return Pattern(f"ratio {name.values.get('what', round(ratio, 6))}", says)


def _ratio_name(ratio: float, inputs: Mapping[str, Any]) -> Sentence | None:
    """What of the inputs a ratio is made of; nothing to add for -1, 2 and ½, or where it may be two things; or None."""
    if any(math.isclose(ratio, plain, rel_tol=1e-6) for plain in PLAIN):
        return Sentence("")
    names = {str(name.values["what"]): name for name in reversed([*_names(ratio, inputs)])}
    return None if not names else names.popitem()[1] if len(names) == 1 else Sentence("")


def _names(ratio: float, inputs: Mapping[str, Any]) -> Iterator[Sentence]:
    for place in _sizes(inputs):
        what = _made_of(ratio, place["size"])
        if what == str(place["size"]):
            yield sentence(", and {size} is the length of axis {axis} of argument {argument}", what=what, **place)
        elif what is not None:
            yield sentence(
                " = {what}, where {size} is the length of axis {axis} of argument {argument}", what=what, **place
            )
    for place in _counts(inputs):
        size = place["size"]
        for what, value in {
            f"{size}": size,
            f"1/{size}": 1 / size,
            f"{size}²": size**2,
            f"1/{size}²": size**-2,
        }.items():
            if math.isclose(ratio, value, rel_tol=1e-6):
                yield sentence(" = {what}, where {size} is argument {argument}", what=what, **place)
    for place in _rates(inputs):
        for what, value in _made_of_rate(place["rate"]).items():
            if math.isclose(ratio, value, rel_tol=1e-6):
                yield sentence(" = {what}, where p is argument {argument}, {rate}", what=what, **place)


def _counts(inputs: Mapping[str, Any]) -> Iterator[dict[str, int]]:
    """The whole numbers above 1 among the inputs: classes, heads, the side of a window."""
    for position, value in inputs.items():
        if type(value) is int and value > 1:
            yield {"size": value, "argument": int(position) + 1}


def _sizes(inputs: Mapping[str, Any]) -> Iterator[dict[str, int]]:
    """The lengths of the axes of the inputs, above 1."""
    for position, value in inputs.items():
        shape = () if isinstance(value, Answer) else getattr(value, "shape", ())
        for axis, size in enumerate(shape):
            if size > 1:
                yield {"size": size, "axis": axis, "argument": int(position) + 1}


def _rates(inputs: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The numbers strictly between 0 and 1 among the inputs: a rate, a probability, a momentum."""
    for position, value in inputs.items():
        if isinstance(value, float) and 0 < value < 1:
            yield {"rate": value, "argument": int(position) + 1}


def _made_of(ratio: float, size: int) -> str | None:
    """`ratio` as a simple expression of a size, or None."""
    powers = {f"{size}": 1.0, f"1/{size}": -1.0, f"√{size}": 0.5, f"1/√{size}": -0.5}
    twice = (("2 · ", 2.0), ("½ · ", 0.5)) if size > 4 else ()  # ½ · 1/2 may be anything
    for times, sign in (("", 1.0), ("−", -1.0), *twice):
        for text, power in powers.items():
            if math.isclose(ratio, sign * size**power, rel_tol=1e-6):
                return f"{times}{text}"
    sides = {f"({size} − 1)/{size}": (size - 1) / size, f"{size}/({size} − 1)": size / (size - 1)}
    return next((text for text, value in sides.items() if math.isclose(ratio, value, rel_tol=1e-6)), None)


def _made_of_rate(p: float) -> dict[str, float]:
    kept = 1 - p
    simple = {"p": p, "1/p": 1 / p, "1 − p": kept, "1/(1 − p)": 1 / kept, "p/(1 − p)": p / kept, "−p": -p}
    return {**simple, "√p": p**0.5, "1/√p": p**-0.5, "√(1 − p)": kept**0.5, "1/√(1 − p)": kept**-0.5}


def offset(a: Array, b: Array, seen: Observation) -> Pattern | None:
    """yours - ours is one number everywhere."""
    if a.shape != b.shape or b.size < 2 or not np.all(np.isfinite(a)):
        return None
    shift = float(np.mean(a - b))
    if shift != 0 and close(a - shift, b) and np.ptp(b) > 1e-6 * max(rms(b), 1e-12):
        return Pattern("offset", sentence("yours − ours is the same number everywhere: {shift}", shift=f"{shift:.4g}"))
    return None
