"""The values that may travel, the tags that point, and the bounds on both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HEADER_BYTES = 1 << 22
DEPTH = 32
ARRAYS = 8192
PARTS = 1 << 17  # values within values of one message: whoever looks at it looks at each
ALIKE = 16  # keys of one dict beyond the first that may share a hash: Python looks at all of them for each
AXES = 16
SIDE = 1 << 31
DEVICES = ("cpu", "cuda")
DTYPES = frozenset(["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"])


class WireError(Exception):
    """A value that cannot travel, or a frame that is not one. The text names the type or the rule."""


class OversizeError(WireError):
    """A frame larger than the receiver takes: `size` and `most`, in bytes."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__(f"an answer of {size} bytes; {most} is the limit")
        self.size, self.most = size, most


@dataclass(frozen=True)
class Tensor:
    """A torch tensor as an array, so that a side without torch can read it. device: where it lay, of `DEVICES`."""

    array: Array
    requires_grad: bool = False
    device: str = "cpu"


@dataclass(frozen=True)
class Ref:
    """Something that the other side already holds: answer `number`, then `path` into its tuples and dicts."""

    number: int
    path: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Callback:
    """A function that lives on the trusted side; calling it travels back over the wire."""

    number: int


@dataclass(frozen=True)
class Seed:
    """A random generator, handed over as what it is built from: `np.random.default_rng(value)`."""

    value: int


@dataclass(frozen=True)
class Opaque:
    """A value that stays where it is, known here by the name of its type."""

    type_name: str


def dtype_code(dtype: np.dtype[Any]) -> str:
    """The wire's name of a dtype, e.g. `f8`. Raises WireError for one that may not travel."""
    code = f"{dtype.kind}{dtype.itemsize}"
    if code not in DTYPES or dtype.hasobject or dtype.subdtype is not None:
        raise WireError(f"an array of dtype {dtype} cannot be sent; allowed are {', '.join(sorted(DTYPES))}")
    return code


def memory_order(array: Array) -> str:
    """In which order an array's axes lie in memory, the slowest first: `C`, `F`, or one hexadecimal digit an axis.

    An array with gaps between its entries travels without them; that its axes are not in C's order is kept.
    """
    if array.flags.c_contiguous or array.ndim < 2:
        return "C"
    if array.flags.f_contiguous:
        return "F"
    told = [
        axis for axis in range(array.ndim) if array.shape[axis] > 1 and array.strides[axis]
    ]  # the others lie anywhere
    slowest_first = iter(sorted(told, key=lambda axis: -abs(array.strides[axis])))
    axes = [next(slowest_first) if axis in told else axis for axis in range(array.ndim)]
    return "C" if axes == sorted(axes) else "".join(f"{axis:x}" for axis in axes)


def axes_of(order: str, ndim: int) -> tuple[int, ...]:
    """The axes in the order of memory. Raises WireError for an order that is none of an array of so many axes."""
    if order in ("C", "F"):
        return tuple(range(ndim))[:: 1 if order == "C" else -1]
    if sorted(order) != [f"{axis:x}" for axis in range(ndim)]:
        raise WireError("malformed frame: order is C, F or the axes of the array")
    return tuple(int(axis, 16) for axis in order)
