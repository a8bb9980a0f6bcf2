"""From an untrusted header and payload back to values; anything unexpected is a WireError."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from autograder.wire.values import (
    ALIKE,
    ARRAYS,
    AXES,
    DEPTH,
    DEVICES,
    DTYPES,
    PARTS,
    SIDE,
    Array,
    Callback,
    Opaque,
    Ref,
    Seed,
    Tensor,
    WireError,
    axes_of,
)

NUMBERS = frozenset([bool, int, float])
PLAIN = NUMBERS | {type(None)}
KEYS = {str, int, float, bool, type(None), tuple}
SPEC = {"dtype", "shape", "order"}
LITTLE = {code: np.dtype("?" if code == "b1" else f"<{code}") for code in DTYPES}
NATIVE = {code: dtype.newbyteorder("=") for code, dtype in LITTLE.items()}


def malformed(rule: str) -> WireError:
    """The error for a frame that breaks a rule."""
    return WireError(f"malformed frame: {rule}")


def require(holds: bool, rule: str) -> None:
    """Raise WireError with the rule unless it holds."""
    if not holds:
        raise malformed(rule)


def _whole(value: Any, rule: str, most: int = SIDE) -> int:
    require(type(value) is int and 0 <= value <= most, rule)
    return int(value)


def read_array(spec: Any, payload: memoryview, offset: int) -> tuple[Array, int]:
    """One array out of the payload, fresh and native, and the offset after it."""
    require(type(spec) is dict and spec.keys() == SPEC, "an array is {dtype, shape, order}")
    code, shape, order = spec["dtype"], spec["shape"], spec["order"]
    if type(code) is not str or code not in DTYPES:
        raise malformed(f"dtype {str(code)[:20]!r}")
    count, dtype = _entries(shape), LITTLE[code]
    end = offset + count * dtype.itemsize
    require(end <= len(payload), "an array longer than the payload")
    if code == "b1":  # a byte other than 0 and 1 is no bool
        flat = np.frombuffer(payload, np.uint8, count, offset) != 0
    else:
        flat = np.frombuffer(payload, dtype, count, offset).astype(NATIVE[code])
    if order == "C":
        return flat.reshape(shape), end
    require(type(order) is str, "order is a text")
    axes = axes_of(order, len(shape))  # axes[i]: which axis lies at place i in memory
    return flat.reshape([shape[axis] for axis in axes]).transpose(sorted(range(len(axes)), key=axes.__getitem__)), end


def _entries(shape: Any) -> int:
    """How many entries an array of this shape has."""
    if type(shape) is not list or len(shape) > AXES:
        raise malformed(f"at most {AXES} axes")
    count = extent = 1
    for side in shape:
        if type(side) is not int or not 0 <= side <= SIDE:
            raise malformed("a side of a shape")
        count, extent = count * side, extent * (side or 1)
    require(extent <= SIDE, "a shape too large")
    return count


class Decoder:
    """Rebuilds one message from its header and payload, trusting neither."""

    def __init__(self, arrays: list[Array]) -> None:
        self.arrays: list[Array | None] = [*arrays]
        self._parts = 0

    def _count(self, parts: int) -> None:
        self._parts += parts
        require(self._parts <= PARTS, f"more than {PARTS} values")

    def tree(self, form: Any, depth: int = 0) -> Any:
        """The value that a JSON form stands for. Raises WireError."""
        require(depth <= 2 * DEPTH, "nested too deeply")
        self._count(1)
        kind = type(form)
        if kind in PLAIN:
            return form
        if kind is str:
            return form if form.isascii() else form.encode("utf-8", "replace").decode("utf-8")
        if kind is list:
            return self._items(form, depth + 1)
        require(kind is dict and len(form) == 1, "a tagged value has one tag")
        ((tag, content),) = form.items()
        reader = self._TAGS.get(tag)
        if reader is None:
            raise malformed(f"tag {tag[:20]!r}")
        return reader(self, content, depth + 1)

    def _items(self, content: Any, depth: int) -> list[Any]:
        require(type(content) is list, "a list is expected under this tag")
        if NUMBERS.issuperset(map(type, content)):  # which stand for themselves
            self._count(len(content))
            return [*content]
        return [self.tree(item, depth) for item in content]

    def _tuple(self, content: Any, depth: int) -> Any:
        return tuple(self._items(content, depth))

    def _dict(self, content: Any, depth: int) -> Any:
        require(type(content) is list, "a dict is a list of pairs")
        pairs: list[list[Any]] = content
        require(all(type(pair) is list and len(pair) == 2 for pair in pairs), "a dict is a list of pairs")
        keys = [self.tree(key, depth) for key, _ in pairs]
        require(KEYS.issuperset(map(type, keys)), "keys are plain")
        try:
            require(len(keys) - len({hash(key) for key in keys}) <= ALIKE, "keys of a dict that share a hash")
            return dict(zip(keys, (self.tree(value, depth) for _, value in pairs), strict=True))
        except TypeError as error:  # a tuple key that holds something unhashable
            raise malformed(str(error)) from None

    def _float(self, content: Any, depth: int) -> Any:
        require(type(content) is str and content in ("nan", "inf", "-inf"), "float is nan, inf or -inf")
        return float(content)

    def _complex(self, content: Any, depth: int) -> Any:
        pair = self._items(content, depth)
        require(len(pair) == 2 and all(type(part) in (int, float) for part in pair), "complex is a pair of numbers")
        return complex(*pair)

    def _int(self, content: Any, depth: int) -> Any:
        require(type(content) is str and len(content) <= 1100, "int is a hexadecimal string")
        try:
            return int(content, 16)
        except ValueError:
            raise malformed("int is a hexadecimal string") from None

    def _array(self, content: Any, depth: int) -> Any:
        """Each array once: many mentions of one large array would be as many copies in the grader's memory."""
        number = _whole(content, "an array's number", len(self.arrays) - 1)
        array, self.arrays[number] = self.arrays[number], None
        require(array is not None, "an array that stands in two places")
        return array

    def _tensor(self, content: Any, depth: int) -> Any:
        require(type(content) is list and len(content) == 3, "tensor is [array, bool, device]")
        require(type(content[1]) is bool, "tensor is [array, bool, device]")
        require(type(content[2]) is str and content[2] in DEVICES, f"a device is one of {', '.join(DEVICES)}")
        return Tensor(self._array(content[0], depth), content[1], content[2])

    def _ref(self, content: Any, depth: int) -> Any:
        require(type(content) is list and len(content) == 2 and type(content[1]) is list, "ref is [number, path]")
        require(all(type(step) in (int, str) for step in content[1]), "a path is of numbers and names")
        return Ref(_whole(content[0], "a ref's number"), tuple(content[1]))

    def _opaque(self, content: Any, depth: int) -> Any:
        require(type(content) is str, "opaque is a type's name")
        return Opaque(content[:200])

    _TAGS: Mapping[str, Callable[[Decoder, Any, int], Any]] = {}


Decoder._TAGS = {
    "tuple": Decoder._tuple,
    "dict": Decoder._dict,
    "float": Decoder._float,
    "complex": Decoder._complex,
    "int": Decoder._int,
    "array": Decoder._array,
    "tensor": Decoder._tensor,
    "ref": Decoder._ref,
    "opaque": Decoder._opaque,
    "callback": lambda self, content, depth: Callback(_whole(content, "a callback's number")),
    "seed": lambda self, content, depth: Seed(self._int(content, depth)),
}


def decode(header: bytes | memoryview, payload: memoryview) -> dict[str, Any]:
    """The message of one frame. Raises WireError, and nothing else, for anything that is not one."""
    try:
        top = json.loads(str(header, "utf-8"))
        require(type(top) is dict and top.keys() == {"body", "arrays"}, "a header is {body, arrays}")
        require(type(top["body"]) is dict, "the body is a dict")
        if type(top["arrays"]) is not list or len(top["arrays"]) > ARRAYS:
            raise malformed(f"at most {ARRAYS} arrays")
        arrays, offset = [], 0
        for spec in top["arrays"]:
            array, offset = read_array(spec, payload, offset)
            arrays.append(array)
        require(offset == len(payload), "the payload is longer than its arrays")
        decoder = Decoder(arrays)
        return {key: decoder.tree(form) for key, form in top["body"].items()}
    except WireError:
        raise
    except (ValueError, RecursionError, MemoryError, OverflowError, TypeError) as error:
        raise malformed(type(error).__name__) from None
