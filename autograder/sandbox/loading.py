"""Turns a submission's files, which are bytes, into modules. Runs in the student's process only."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import linecache
import sys
import types
from collections.abc import Mapping, Sequence
from typing import Any


class SourceError(Exception):
    """A file that is no Python source, said in one sentence."""


def load(files: Mapping[str, Any], module: str) -> types.ModuleType:
    """The submission's main module, executed. `files` maps names to bytes (arrays of u1).

    Further files can be imported by it; none can take the place of an installed package, because
    the finder stands last. Raises SourceError, SyntaxError, or whatever the student's code raises.
    """
    sources = {name: bytes(content) for name, content in files.items()}
    sys.meta_path.append(_Files(sources))
    return _execute(types.ModuleType(module), f"{module}.py", sources[f"{module}.py"])


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


def _execute(module: types.ModuleType, name: str, source: bytes) -> types.ModuleType:
    text = _text(name, source)
    filename = f"<{name}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    sys.modules.setdefault(module.__name__, module)
    exec(compile(text, filename, "exec", dont_inherit=True), module.__dict__)
    return module


def _text(name: str, source: bytes) -> str:
    if b"\0" in source:
        raise SourceError(f"{name} holds NUL bytes: it is not a Python source file saved as UTF-8")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{name}, line {line}: byte 0x{source[error.start]:02x} is not UTF-8; save the file with the encoding UTF-8"
        ) from None
