"""Turns a submission's files, which are bytes, into modules. Runs in the student's process only."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import linecache
import sys
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any


class SaidError(Exception):
    """Something that we say ourselves: one of the templates that the grader knows, and its values."""

    def __init__(self, template: str, **values: Any) -> None:
        super().__init__(template.format_map(values))
        self.template, self.values = template, values


def whole(text: str, filename: str) -> Iterable[types.CodeType]:
    """A source as one piece of code. Raises SyntaxError."""
    return [compile(text, filename, "exec", dont_inherit=True)]


Compiled = Callable[[str, str], Iterable[types.CodeType]]


def load(files: Mapping[str, Any], module: str, compiled: Compiled = whole) -> types.ModuleType:
    """The submission's main module, executed. `files` maps names to bytes (arrays of u1).

    compiled: gives the code of the main module's text and file name, in pieces that are executed in order.

    Further files can be imported by it; none can take the place of an installed package, because
    the finder stands last. Raises SaidError, SyntaxError, or whatever the student's code raises.
    """
    sources = {name: bytes(content) for name, content in files.items()}
    sys.meta_path.append(_Files(sources))
    return _execute(types.ModuleType(module), f"{module}.py", sources[f"{module}.py"], compiled)


class _Files(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a submission's own modules, after everything that is installed."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self.sources = sources

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if f"{fullname}.py" not in self.sources:
            return None
        return importlib.machinery.ModuleSpec(fullname, self)

    def exec_module(self, module: types.ModuleType) -> None:
        name = f"{module.__name__}.py"
        _execute(module, name, self.sources[name])


def _execute(module: types.ModuleType, name: str, source: bytes, compiled: Compiled = whole) -> types.ModuleType:
    text = _text(name, source)
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    sys.modules.setdefault(module.__name__, module)
    for code in compiled(text, filename):
        exec(code, module.__dict__)
    return module


def _text(name: str, source: bytes) -> str:
    if b"\0" in source:
        raise SaidError("{name} holds NUL bytes: it is no Python file saved as UTF-8", name=name)
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        byte = f"0x{source[error.start]:02x}"
        template = "{name}, line {line}: the byte {byte} is not UTF-8; save the file with the encoding UTF-8"
        raise SaidError(template, name=name, line=line, byte=byte) from None
