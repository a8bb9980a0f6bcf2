"""From values to a header and buffers."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.wire.values import (
    ARRAYS,
    DEPTH,
    DTYPES,
    HEADER_BYTES,
    PARTS,
    Array,
    Callback,
    Opaque,
    Ref,
    Seed,
    Tensor,
    WireError,
    axes_of,
    dtype_code,
    memory_order,
)

JSON = json.JSONEncoder(separators=(",", ":"))  # made once: json.dumps makes one for each text
CODES = {np.dtype("?" if code == "b1" else code): code for code in DTYPES}


def is_key(value: Any, depth: int = 0) -> bool:
    """Whether a key of a dict arrives as one: a text, a number, a truth value, None, or a tuple of these.

    NumPy's numbers travel as arrays, which are no keys.
    """
    if isinstance(value, tuple):
        return depth < DEPTH and all(is_key(item, depth + 1) for item in value)
    return value is None or isinstance(value, (str, int)) or type(value) is float


class Encoder:
    """Turns one message into buffers. `opaque(value)` may rescue a value that has no form of its own."""

    def __init__(self, opaque: Callable[[Any], Any] | None = None) -> None:
        self.arrays: list[dict[str, Any]] = []
        self.buffers: list[memoryview] = []
        self.opaque = opaque
        self._parts = 0

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The JSON form of a value; arrays are set aside in `buffers`."""
        if depth > DEPTH:
            raise WireError(f"a value nested deeper than {DEPTH} levels cannot be sent")
        self._parts += 1
        if self._parts > PARTS:
            raise WireError(f"a value of more than {PARTS} parts cannot be sent: is it to be an array?")
        encode = self._FORMS.get(type(value))
        if encode is not None:
            return encode(self, value, depth)
        if isinstance(value, (np.str_, np.ndarray)) and value.ndim == 0 and value.dtype.kind == "U":
            return self._str(value.item(), depth)  # np.select and np.where make such words
        if isinstance(value, np.generic):
            return self._array(np.asarray(value), depth)
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        for kind in (bool, int, float, str, tuple, list, dict):  # subclasses travel as what they extend
            if isinstance(value, kind):
                return self._FORMS[kind](self, value, depth)
        return self._rescue(value, depth)

    def _rescue(self, value: Any, depth: int) -> Any:
        if self.opaque is None:
            raise WireError(f"a value of type {type(value).__name__} cannot be sent")
        return self.tree(self.opaque(value), depth + 1)

    def _plain(self, value: Any, depth: int) -> Any:
        return value

    def _int(self, value: int, depth: int) -> Any:
        number = int(value)
        if number.bit_length() <= 63:
            return number
        if number.bit_length() > 4096:
            raise WireError(f"an integer of {number.bit_length()} bits cannot be sent; 4096 is the limit")
        return {"int": hex(number)}

    def _float(self, value: float, depth: int) -> Any:
        number = float(value)
        return number if math.isfinite(number) else {"float": repr(number)}

    def _complex(self, value: complex, depth: int) -> Any:
        return {"complex": [self._float(value.real, depth), self._float(value.imag, depth)]}

    def _str(self, value: str, depth: int) -> Any:
        text = str(value)
        return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")

    def _tuple(self, value: tuple[Any, ...], depth: int) -> Any:
        return {"tuple": [self.tree(item, depth + 1) for item in value]}

    def _list(self, value: list[Any], depth: int) -> Any:
        return [self.tree(item, depth + 1) for item in value]

    def _dict(self, value: Mapping[Any, Any], depth: int) -> Any:
        odd = next((key for key in value if not is_key(key)), None)
        if odd is not None:  # None is a key itself
            kind = f"dict with a key of type {type(odd).__name__}"
            if self.opaque is None:
                raise WireError(f"a {kind} cannot be sent")
            return self.tree(Opaque(kind), depth + 1)
        return {"dict": [[self.tree(k, depth + 1), self.tree(v, depth + 1)] for k, v in value.items()]}

    def _array(self, value: Array, depth: int) -> Any:
        code = CODES.get(value.dtype) if type(value) is np.ndarray and value.flags.c_contiguous else None
        if code is None:
            return self._rearranged(value, depth)
        return self._aside(code, value, "C", memoryview(value.tobytes()))

    def _aside(self, code: str, value: Array, order: str, content: memoryview) -> Any:
        self.arrays.append({"dtype": code, "shape": list(value.shape), "order": order})
        self.buffers.append(content)
        return {"array": len(self.arrays) - 1}

    def _rearranged(self, value: Array, depth: int) -> Any:
        """An array whose bytes are not as they are sent, or whose dtype may not be."""
        try:
            code = dtype_code(value.dtype)
        except WireError:
            if self.opaque is None:
                raise
            return self._rescue(value, depth)
        order = memory_order(value)
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        flat = np.array(little.transpose(axes_of(order, value.ndim)), order="C", copy=True, subok=False).reshape(-1)
        return self._aside(code, value, order, flat.view(np.uint8).data)

    def _tensor(self, value: Tensor, depth: int) -> Any:
        return {"tensor": [self._array(value.array, depth)["array"], value.requires_grad, value.device]}

    def _ref(self, value: Ref, depth: int) -> Any:
        return {"ref": [value.number, list(value.path)]}

    _FORMS: Mapping[type, Callable[[Encoder, Any, int], Any]] = {}


Encoder._FORMS = {
    type(None): Encoder._plain,
    bool: Encoder._plain,
    int: Encoder._int,
    float: Encoder._float,
    complex: Encoder._complex,
    str: Encoder._str,
    tuple: Encoder._tuple,
    list: Encoder._list,
    dict: Encoder._dict,
    Tensor: Encoder._tensor,
    Ref: Encoder._ref,
    Callback: lambda self, value, depth: {"callback": value.number},
    Seed: lambda self, value, depth: {"seed": hex(value.value)},
    Opaque: lambda self, value, depth: {"opaque": value.type_name[:200]},
}


def to_parts(message: Mapping[str, Any], opaque: Callable[[Any], Any] | None = None) -> tuple[bytes, list[memoryview]]:
    """The header and the buffers of one message. Raises WireError, naming the type that cannot travel."""
    encoder = Encoder(opaque)
    body = {key: encoder.tree(value) for key, value in message.items()}
    header = JSON.encode({"body": body, "arrays": encoder.arrays}).encode("ascii")
    if len(header) > HEADER_BYTES:
        raise WireError(f"a message whose header takes {len(header)} bytes cannot be sent; {HEADER_BYTES} is the limit")
    if len(encoder.arrays) > ARRAYS:
        raise WireError(f"a message with {len(encoder.arrays)} arrays cannot be sent; {ARRAYS} is the limit")
    return header, encoder.buffers
