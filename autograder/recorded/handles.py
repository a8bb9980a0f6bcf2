"""Objects of a reference by number: whatever is done with one is a question to the recording."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from autograder.sandbox import learning

OPERATORS = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift"),
)
ALONE = ("neg", "pos", "abs", "invert", "len", "bool", "int", "float")
PAIRS = ("getitem", "contains", "eq", "ne", "lt", "le", "gt", "ge")
_BUILT_IN: dict[str, Callable[..., Any]] = {"len": len, "bool": bool, "int": int, "float": float, "abs": abs}


Along = Callable[[list[Any]], list[Any]]


class Scene(Protocol):
    """Whoever answers what is asked of a reference within one play of one question."""

    def answer(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The answer to `name(*arguments, **keywords)`."""
        ...

    def gradients(self, name: str, inputs: list[Any], along: Along, twice: list[Any] | None) -> dict[str, Any]:
        """`learning.gradients` of what is named."""
        ...


class Handle:
    """An object of the reference's. Attributes, calls, items and operators are asked for one by one."""

    __slots__ = ("_number", "_scene")
    __hash__ = object.__hash__
    __array_ufunc__ = None

    def __init__(self, scene: Scene, number: int) -> None:
        object.__setattr__(self, "_scene", scene)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._scene.answer(f"#{self._number} get {name}", (), {})

    def __setattr__(self, name: str, value: Any) -> None:
        self._scene.answer(f"#{self._number} set {name}", (value,), {})

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the object itself."""
        return self._scene.answer(f"#{self._number}()", arguments, keywords)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._scene.answer(f"#{self._number} iter", (), {}))

    def __repr__(self) -> str:
        return f"<object {self._number} of the reference>"


def _asking(name: str, *, swapped: bool = False) -> Callable[..., Any]:
    def ask(self: Handle, *others: Any) -> Any:
        return self._scene.answer(f"operator {name}", (*others, self) if swapped else (self, *others), {})

    return ask


for _name in (*OPERATORS, *ALONE, *PAIRS):
    setattr(Handle, f"__{_name}__", _asking(_name))
for _name in OPERATORS:
    setattr(Handle, f"__r{_name}__", _asking(_name, swapped=True))


def operate(name: str, *operands: Any) -> Any:
    """What an operator gives for the objects themselves."""
    return (_BUILT_IN.get(name) or getattr(operator, f"__{name}__"))(*operands)


class Named:
    """A public function or class of the reference's by its name, or a method; what a class makes are handles."""

    def __init__(self, scene: Scene, name: str) -> None:
        self._scene, self.__name__ = scene, name

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Ask for a call."""
        return self._scene.answer(self.__name__, arguments, keywords)

    def __getattr__(self, name: str) -> Named:
        if name.startswith("_") or not self.__name__[:1].isupper():
            raise AttributeError(name)
        return Named(self._scene, f"{self.__name__}.{name}")


def _words(reference: Handle | Named) -> str:
    return f"#{reference._number}" if isinstance(reference, Handle) else reference.__name__


def gradients(reference: Any, inputs: list[Any], along: Along, twice: list[Any] | None = None) -> dict[str, Any]:
    """`learning.gradients` of a reference's module or function, live or recorded."""
    if isinstance(reference, (Handle, Named)):
        return reference._scene.gradients(_words(reference), inputs, along, twice)
    return learning.gradients(reference, inputs, along, twice=twice)


def tied(reference: Any) -> list[list[str]]:
    """`learning.tied` of a reference's module, live or recorded."""
    if isinstance(reference, (Handle, Named)):
        names: list[list[str]] = reference._scene.answer(f"{_words(reference)} tied", (), {})
        return names
    return learning.tied(reference)
