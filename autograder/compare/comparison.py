"""One comparison: attributes first, then NaN and Inf, then numbers within a tolerance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder.compare import differences
from autograder.compare.arrays import as_array, errors, has_parts, rms, same_kind, unwrapped
from autograder.compare.differences import Difference
from autograder.wire import Array


@dataclass(frozen=True)
class Tolerance:
    """rtol: relative part. kappa: part of the reference's RMS. floor: the least RMS that counts."""

    rtol: float
    kappa: float
    floor: float


FLOAT64 = Tolerance(rtol=1e-7, kappa=1e-9, floor=1e-8)
FLOAT32 = Tolerance(rtol=1e-4, kappa=3e-5, floor=1e-6)
FLOAT32_CUDA = Tolerance(rtol=1e-4, kappa=1e-4, floor=1e-6)
FLOAT32_GRADIENT = Tolerance(rtol=1e-4, kappa=1e-3, floor=1e-6)
SHARE = 1e-3


def tolerance_for(yours: Array, ours: Array, device: str = "cpu") -> Tolerance:
    """The row of the tolerance table for two arrays: the coarser of both. float16 is held to float32's row."""
    kinds = {array.dtype for array in (yours, ours) if array.dtype.kind in "fc"}
    if all(dtype.itemsize >= (8 if dtype.kind == "f" else 16) for dtype in kinds):
        return FLOAT64
    return FLOAT32 if device == "cpu" else FLOAT32_CUDA


def narrow(claims: Sequence[Any]) -> bool:
    """Whether one of these values is held to float32's row."""
    arrays = (as_array(claim) for claim in claims)
    return any(array is not None and tolerance_for(array, array) != FLOAT64 for array in arrays)


def tolerance_of_gradient(
    yours: Any, ours: Array, largest: float, device: str = "cpu", *, through: Sequence[Any] = ()
) -> Tolerance:
    """The row for one of the gradients of a backward pass, whose largest has that RMS.

    In float32 a saturated softmax leaves a right gradient a hundred times the rounding of an output. One that
    vanishes, such as that of a bias which softmax takes away again, is what rounding the others leaves of it.
    through: the outputs. Where one of them is float32, the gradient of a float64 input has been so on its way.
    """
    array = as_array(yours)
    row = tolerance_for(ours if array is None else array, ours, device)
    row = FLOAT32_GRADIENT if row != FLOAT64 or narrow(through) else row
    return replace(row, floor=max(row.floor, SHARE * largest))


@dataclass(frozen=True)
class Comparison:
    """How two values are compared. tolerance: None for the table's. values: False stops after shapes and kinds.

    exact: numbers must be equal. names: what the parts of a tuple are called. root: what the whole is called.
    by_key: the tolerances of those values of a mapping that have another. own: parts of the tolerance by name that are
    not the table's, whatever row an array comes to.
    """

    tolerance: Tolerance | None = None
    values: bool = True
    exact: bool = False
    names: tuple[str, ...] = ()
    device: str = "cpu"
    root: str = "result"
    by_key: Mapping[str, Tolerance] = field(default_factory=dict, hash=False)
    own: Mapping[str, float] = field(default_factory=dict, hash=False)

    def of(self, key: Any) -> Comparison:
        """How the value of a mapping is compared that has this key."""
        return replace(self, tolerance=self.by_key.get(key, self.tolerance), by_key={}) if self.by_key else self

    def difference(self, yours: Any, ours: Any, place: str = "") -> Difference | None:
        """The first difference, depth first, or None."""
        place = place or self.root
        yours, ours = unwrapped(yours), unwrapped(ours)
        if isinstance(ours, (tuple, list)) and has_parts(ours):
            return self._sequences(yours, ours, place)
        if isinstance(ours, Mapping):
            return self._mappings(yours, ours, place)
        if isinstance(ours, (str, type(None))):
            same = type(yours) is type(ours) and (yours == ours or not self.values)
            return None if same else differences.of_structure(yours, ours, place)
        return self._arrays(yours, ours, place)

    def _sequences(self, yours: Any, ours: Sequence[Any], place: str) -> Difference | None:
        if not isinstance(yours, (tuple, list)) or len(yours) != len(ours):
            return differences.of_structure(yours, ours, place)
        for number, (one, other) in enumerate(zip(yours, ours, strict=True)):
            found = self.difference(one, other, self._name(ours, number, place))
            if found:
                return found
        return None

    def _name(self, ours: Sequence[Any], number: int, place: str) -> str:
        names = (self.names or getattr(ours, "_fields", ())) if place == self.root else ()
        return names[number] if number < len(names) else f"{place}[{number}]"

    def _mappings(self, yours: Any, ours: Mapping[Any, Any], place: str) -> Difference | None:
        if not isinstance(yours, Mapping):
            return differences.of_structure(yours, ours, place)
        if set(yours) != set(ours):
            return differences.of_keys(yours, ours, place)
        for key in ours:
            found = self.of(key).difference(yours[key], ours[key], f"{place}[{key!r}]")
            if found:
                return found
        return None

    def _arrays(self, yours: Any, ours: Any, place: str) -> Difference | None:
        a, b = as_array(yours), as_array(ours)
        if b is None:
            raise TypeError(f"a reference value of type {type(ours).__name__} cannot be compared")
        if a is None:
            return differences.of_structure(yours, ours, place)
        if a.shape != b.shape:
            return differences.of_shape(a, b, place)
        if a.size and not same_kind(a, b):  # without entries there is no kind of number: np.array([]) is float64
            return differences.of_kind(a, b, place)
        if not self.values:
            return None
        return differences.of_finiteness(a, b, place) or self._numbers(a, b, place)

    def _numbers(self, a: Array, b: Array, place: str) -> Difference | None:
        allowed, scale = self._allowed(a, b)
        error = errors(a, b)
        return None if np.all(error <= allowed) else differences.of_values(a, b, error, allowed, scale, place)

    def _allowed(self, a: Array, b: Array) -> tuple[Array, float]:
        """What each entry may be off, and the scale S of the array."""
        if b.dtype.kind in "biu" or self.exact:
            return np.zeros(b.shape), max(rms(b), 1.0)
        tolerance = self.row(a, b)
        scale = max(rms(b), tolerance.floor)
        with np.errstate(invalid="ignore"):
            finite = np.where(np.isfinite(b), tolerance.rtol * np.abs(b) + tolerance.kappa * scale, 0.0)
        return np.asarray(finite), scale

    def row(self, yours: Array, ours: Array) -> Tolerance:
        """The tolerance that two arrays are held to."""
        return replace(self.tolerance or tolerance_for(yours, ours, self.device), **self.own)

    def excess(self, yours: Any, ours: Any) -> float:
        """The largest error in units of what is allowed there; inf where the difference is not one of values."""
        found = self.difference(yours, ours)
        if found is not None and found.kind != "value":
            return math.inf
        if isinstance(ours, Mapping):
            return max((self.of(key).excess(yours[key], ours[key]) for key in ours), default=0.0)
        if isinstance(ours, (tuple, list)) and has_parts(ours):
            return max((self.excess(a, b) for a, b in zip(yours, ours, strict=True)), default=0.0)
        a, b = as_array(yours), as_array(ours)
        if a is None or b is None or not self.values:
            return 0.0
        error, (allowed, _) = errors(a, b), self._allowed(a, b)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return float(np.max(np.where(error == 0, 0.0, error / allowed), initial=0.0))
