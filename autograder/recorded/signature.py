"""What a reference was asked, in a few numbers: equal questions are near each other, whatever rounds how.

The form (nesting, shapes, texts) must be equal; the numbers of each array are summed up along four fixed directions.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.compare import rms
from autograder.model import GraderMistake
from autograder.recorded.handles import Handle, Named
from autograder.student import Answer
from autograder.student.connection import seed_of
from autograder.wire import Array

DIRECTIONS = 4
SAME = 1e-9  # beyond what another machine's rounding does to an argument, below every step of a difference
NEAR = 1e-6
NEAR_FLOAT32 = 1e-4
TINY = 1e-12


@dataclass(frozen=True)
class Signature:
    """form: a text. numbers: for each array its scale and its components, float64 (5 a leaf)."""

    form: str
    numbers: Array
    narrow: bool = False

    def distances(self, numbers: Array) -> Array:
        """How far other signatures' numbers are off, relative to the size of each array.

        numbers: float64 (signatures, 5·leaves), all of this form. Returns: float64 (signatures,); inf is no distance.
        """
        mine = self.numbers.reshape(-1, 1 + DIRECTIONS)  # (leaves, 5)
        others = numbers.reshape(len(numbers), *mine.shape)  # (signatures, leaves, 5)
        larger = np.maximum(mine[:, 0], others[..., 0])  # (signatures, leaves)
        off = np.abs(mine - others)
        off[..., 0] /= np.maximum(larger, TINY)
        off[..., 1:] *= (larger > TINY)[..., None]
        furthest: Array = np.max(off, axis=(1, 2), initial=0.0)
        return np.where(np.isnan(furthest), np.inf, furthest)

    @property
    def near(self) -> float:
        """What may be taken for the same question, if nothing is nearer."""
        return NEAR_FLOAT32 if self.narrow else NEAR


def signature(arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Signature:
    """The signature of one question. Raises GraderMistake for a student's answer among the arguments."""
    leaves: list[Array] = []
    form = f"{_form(list(arguments), leaves)}{_form(keywords, leaves) if keywords else ''}"
    numbers = np.concatenate([summed(leaf) for leaf in leaves]) if leaves else np.zeros(0)
    return Signature(form, numbers, any(leaf.dtype.itemsize < 8 and leaf.dtype.kind == "f" for leaf in leaves))


def _form(value: Any, leaves: list[Array]) -> str:
    if isinstance(value, Answer):
        raise GraderMistake(f"{value!r} is handed to the reference: the reference never sees what a student claims")
    if isinstance(value, Handle):
        return f"#{value._number}"
    if isinstance(value, Named):
        return value.__name__
    if isinstance(value, np.random.Generator):
        return f"rng {seed_of(value):x}"
    if value is None or isinstance(value, (str, bytes)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_form(item, leaves) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key!r}:{_form(item, leaves)}" for key, item in value.items()) + "}"
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, (bool, int, float, complex, np.generic, np.ndarray)):
        return _array(np.asarray(value), leaves)
    return "function" if callable(value) else f"<{type(value).__name__}>"


def _array(array: Array, leaves: list[Array]) -> str:
    if array.dtype.kind not in "biufc":
        return repr(array.tolist())
    leaves.append(array)
    return f"a{array.shape}".replace(" ", "")


def summed(array: Array) -> Array:
    """The scale of one array and its components in units of it, without overflow."""
    parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
    flat = np.concatenate([np.asarray(part, np.float64).ravel() for part in parts])
    flat = np.nan_to_num(flat, nan=0.377, posinf=1e300, neginf=-1e300)
    scale = rms(flat)
    scaled = flat / scale if scale > 0 else flat
    return np.array([scale, *(_directions(flat.size) @ scaled / np.sqrt(max(flat.size, 1)))])


@functools.lru_cache(maxsize=64)
def _directions(size: int) -> Array:
    """Fixed weights between -1 and 1 that belong to no random generator."""
    places = np.arange(1, size + 1, dtype=np.float64)
    roots = np.sqrt(np.array([2.0, 3.0, 5.0, 7.0]))
    return np.asarray(2 * np.modf(np.outer(roots, places))[0] - 1)
