"""torch's compiler left out until somebody asks for it: optimisers only ask it for permission not to be compiled.

`torch.optim` imports `torch._dynamo` at its first use, 820 modules and a second of CPU, to call two functions that do
nothing where nothing is compiled. Here a module that has these two stands in its place; whatever else is asked of it
loads the real one.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
NAME = "torch._dynamo"


class Unloaded(types.ModuleType):
    """The compiler's module, not loaded yet."""

    @staticmethod
    def graph_break(msg: str = "") -> None:
        """Where a compiled graph would end."""

    @staticmethod
    def disable(fn: F, recursive: bool = True, *, wrapping: bool = True, **_: Any) -> F:
        """The function as it is: it is not compiled."""
        return fn

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":  # inspect goes round all modules and asks each for its file
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(loaded(), name)


def loaded() -> types.ModuleType:
    """The real module, which stands in its place from now on."""
    if isinstance(sys.modules.get(NAME), Unloaded):
        del sys.modules[NAME]
        vars(sys.modules["torch"]).pop("_dynamo", None)
    return importlib.import_module(NAME)


def leave_out() -> None:
    """Put the empty module in the compiler's place, unless it is loaded. To be called once torch is."""
    if NAME not in sys.modules:
        sys.modules[NAME] = vars(sys.modules["torch"])["_dynamo"] = Unloaded(NAME)
