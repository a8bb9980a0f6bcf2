"""What a report draws of a student's training: its losses as they come, and the same training cut short.

Runs in the student's process, and only where pictures are asked for: grading rests on none of it.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

TURNS = ("epochs", "steps", "batches")  # what a parameter is called that says how long to train
MOST_LOSSES = 1 << 14

Told = dict[str, Any]


def watched(function: Callable[..., Any], most: int) -> tuple[Callable[..., Any], Told]:
    """The function, which trains for `most` turns at most (any number when 0), and what is told of a call of it.

    told: filled while it runs. losses: float64 (n,), the scalars from which PyTorch went backward. turns: what the
    parameter is called that says how long to train, and how long it says; both where there are any.
    """
    told: Told = {}

    def trained(*arguments: Any, **keywords: Any) -> Any:
        arguments, keywords = _shortened(function, arguments, keywords, most, told)
        losses: list[float] = []
        try:
            with _noting(losses):
                return function(*arguments, **keywords)
        finally:
            if losses:
                told["losses"] = np.array(losses)

    return trained, told


def _shortened(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: Told, most: int, told: Told
) -> tuple[tuple[Any, ...], Told]:
    """The arguments with no more than so many turns."""
    try:
        bound = inspect.signature(function).bind(*arguments, **keywords)
    except (TypeError, ValueError):  # the call will say what is wrong with it
        return arguments, keywords
    name = next((name for name in TURNS if name in bound.arguments), "")
    turns = bound.arguments.get(name)
    if isinstance(turns, int) and not isinstance(turns, bool):
        told["turns"] = [name, turns]
        bound.arguments[name] = min(turns, most or turns)
    elif isinstance(turns, (np.ndarray, list, tuple)):
        told["turns"] = [name, len(turns)]
        bound.arguments[name] = turns[: most or None]
    return bound.args, bound.kwargs


@contextlib.contextmanager
def _noting(losses: list[float]) -> Iterator[None]:
    """Note meanwhile each scalar from which PyTorch goes backward, so many at most."""
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    backward = torch.autograd.backward

    def noted(tensors: Any, *arguments: Any, **keywords: Any) -> None:
        if isinstance(tensors, torch.Tensor) and tensors.numel() == 1 and len(losses) < MOST_LOSSES:
            losses.append(float(tensors.detach()))
        backward(tensors, *arguments, **keywords)

    torch.autograd.backward = noted
    try:
        yield
    finally:
        torch.autograd.backward = backward
