"""Watches a submission run: what it imports, which forbidden functions it calls, which operators PyTorch runs for it.

The marks are put up before a byte of the student's is executed, and they note only what happens while a question
asks about an exercise that forbids it. Code that sets out to tear them down can: a use that is not seen costs a flag.
"""

from __future__ import annotations

import builtins
import contextlib
import fnmatch
import functools
import importlib
import inspect
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from autograder.sandbox.forbidden.rule import Rule, Use, covers
from autograder.sandbox.forbidden.search import LINE, Search, loaded, own_modules

TORCH = "torch"
MODULES = sys.modules  # whatever a submission puts in its place
# Made of other operators, so that only those are ever seen to run.
MADE_OF: Mapping[str, tuple[str, ...]] = {
    "aten.scaled_dot_product_attention": ("aten._scaled_dot_product_*", "aten._safe_softmax"),
}


class Watch:
    """What is known about one submission's uses of forbidden names. `exercise` is the one that is being asked about."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = {rule.exercise: rule for rule in rules}
        self.exercise = ""
        self._owners = {function: rule.exercise for rule in rules for function in rule.functions}
        self._search: Search | None = None
        self._own: frozenset[str] = frozenset()
        self._running = 0
        self._names = sorted({name for rule in rules for name in rule.names})
        self._missing: list[str] = []
        self._uses: dict[tuple[str, str], Use] = {}
        self._recorders: dict[str, AbstractContextManager[Any]] = {}

    # Before and after loading

    def examine(self, files: Mapping[str, Any], module: str) -> None:
        """Search the source. files: name to bytes (arrays of u1). Nothing of it has run yet."""
        texts = {name: bytes(content).decode("utf-8-sig", "replace") for name, content in files.items()}
        self._search = Search(texts, module, self.rules.values())
        self._add(self._search.uses())

    def meet(self, names: Iterable[str], module: str) -> None:
        """Know the files that are about to be loaded."""
        if self.rules:
            self._own = own_modules(names, module)

    def examine_loaded(self) -> None:
        """Search once more if loading has shown that a name means something that the source does not tell."""
        search = self._search
        if search is not None:
            with contextlib.suppress(Exception):  # it meets a student's objects, and loading has gone well without it
                search.look_around()
                if search.learn(MODULES):
                    self._add(search.uses())

    def _add(self, uses: Iterable[Use]) -> None:
        for use in uses:
            self._uses.setdefault((use.exercise, use.forbidden), use)

    def told(self) -> dict[str, Any]:
        """What every answer carries from then on: an answer that gets lost on the way loses nothing."""
        return {"uses": [tuple(use) for use in self._uses.values()]} if self._uses else {}

    # While a function of the student's runs

    def __call__(self, function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
        """The student's function, watched if the exercise forbids anything."""
        rule = self.rules.get(self.exercise)
        if rule is None or self._running or not (rule.names or rule.operators):
            return function(*arguments, **keywords)
        self._running += 1
        try:
            with self._recorder(rule):
                return function(*arguments, **keywords)
        finally:
            self._running -= 1

    def _recorder(self, rule: Rule) -> AbstractContextManager[Any]:
        """What sees the operators that PyTorch runs, where the rule lists some or forbids PyTorch altogether."""
        if TORCH not in MODULES or not (rule.operators or TORCH in rule.names):
            return contextlib.nullcontext()
        if rule.exercise not in self._recorders:
            forbidden = functools.cache(functools.partial(_listed, _patterns(rule)))

            def saw(operator: Any) -> None:
                found = forbidden(operator)
                if found is not None:
                    self._hit(found, _name(operator), sys._getframe(1))

            self._recorders[rule.exercise] = _recorder_class()(saw)
        return self._recorders[rule.exercise]

    def _hit(self, forbidden: str, name: str, frame: types.FrameType | None) -> None:
        """Note a use, unless it happens inside what another exercise asks for: it is judged there."""
        rule = self.rules[self.exercise]
        if (self.exercise, forbidden) in self._uses:
            return
        place: tuple[str, int, str] | None = None
        while frame is not None:
            code = frame.f_code
            if _is_own(code.co_filename):
                line = linecache.getline(code.co_filename, frame.f_lineno).strip()
                place = place or (code.co_filename[1:-1], frame.f_lineno, line[:LINE])
                outermost = code.co_qualname.split(".")[0]
                if outermost not in rule.functions and outermost in self._owners:
                    return
            frame = frame.f_back
        self._add([Use(self.exercise, forbidden, name, *(place or ("", 0, "")))])

    def _is_students(self, frame: types.FrameType) -> bool:
        """Whether a frame runs code that no installed module holds: a student's file, or a text that it runs."""
        name = frame.f_globals.get("__name__")
        module = MODULES.get(name) if isinstance(name, str) and name not in self._own else None
        installed = isinstance(module, types.ModuleType) and vars(module) is frame.f_globals
        return _is_own(frame.f_code.co_filename) or not installed

    # The marks

    def install(self) -> None:
        """Put up the marks, in this process and for good."""
        self._missing = [name for name in self._names if not self._mark(name)]
        if self._names:
            builtins.__import__ = self._importing(builtins.__import__)
            importlib.__import__ = self._importing(importlib.__import__)
            importlib.import_module = self._importing_module(importlib.import_module)

    def _importing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def __import__(  # noqa: N807 - as the one that it stands for
            name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
        ) -> Any:
            module = original(name, globals, locals, fromlist, level)
            if level == 0:
                self._imported(name, fromlist or (), sys._getframe(1))
            return module

        return __import__

    def _importing_module(self, original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def import_module(name: str, package: str | None = None) -> Any:
            module = original(name, package)
            self._imported(name, (), sys._getframe(1))
            return module

        return import_module

    def _imported(self, name: str, parts: Iterable[str], frame: types.FrameType) -> None:
        if self._missing:
            self._missing = [each for each in self._missing if not self._mark(each)]
        if self._running and self._is_students(frame):
            for path in (name, *(f"{name}.{part}" for part in parts)):
                for forbidden in self.rules[self.exercise].names:
                    if covers(forbidden, path):
                        self._hit(forbidden, path, frame)

    def _mark(self, name: str) -> bool:
        """Have calls of a forbidden function or class noted. False when it is not loaded yet."""
        found = loaded(name)
        owner, _, attribute = name.rpartition(".")
        if isinstance(found, type):
            initialise = vars(found).get("__init__")
            if isinstance(initialise, types.FunctionType):
                found.__init__ = self._noting(initialise, name)  # type: ignore[misc]
        elif _is_function(found):
            setattr(loaded(owner), attribute, self._noting(found, name))
        return found is not None

    def _noting(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def noting(*arguments: Any, **keywords: Any) -> Any:
            if self._running and name in self.rules[self.exercise].names:
                frame = sys._getframe(1)
                if self._is_students(frame):
                    self._hit(name, name, frame)
            return function(*arguments, **keywords)

        return noting


def _is_function(found: Any) -> bool:
    """Functions in Python or C, and NumPy's, which are neither; no ufuncs, whose methods a wrapper would hide."""
    return inspect.isroutine(found) or type(found).__name__ == "_ArrayFunctionDispatcher"


def _is_own(filename: str) -> bool:
    return filename.startswith("<") and filename.endswith((".py>", ".ipynb>"))


def _patterns(rule: Rule) -> dict[str, str]:
    """What operators' names may look like, and what of the rule they then fall under."""
    patterns = {plain(pattern): each for each in rule.operators for pattern in (each, *MADE_OF.get(each, ()))}
    return {**patterns, "*": TORCH} if TORCH in rule.names else patterns


def _name(operator: Any) -> str:
    """`aten._softmax` for any of its overloads."""
    return ".".join(str(operator).split(".")[:2])


def plain(name: str) -> str:
    """An operator's name or pattern without the underscores that tell inner operators: `_softmax` has an `out=` too."""
    library, _, rest = name.partition(".")
    return f"{library}.{rest.lstrip('_')}"


def _listed(patterns: Mapping[str, str], operator: Any) -> str | None:
    """What of a rule an operator falls under."""
    name = plain(_name(operator))
    return next((listed for pattern, listed in patterns.items() if fnmatch.fnmatchcase(name, pattern)), None)


@functools.cache
def _recorder_class() -> Callable[[Callable[[Any], None]], AbstractContextManager[Any]]:
    """Made when PyTorch is there: a context in which every operator that runs is shown to a function first."""
    from torch.utils._python_dispatch import TorchDispatchMode

    class Recorder(TorchDispatchMode):  # type: ignore[misc]
        def __init__(self, saw: Callable[[Any], None]) -> None:
            super().__init__()
            self.saw = saw

        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            self.saw(func)
            return func(*args, **(kwargs or {}))

    return Recorder
