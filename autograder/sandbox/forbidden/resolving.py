"""What an expression may mean, as dotted paths: through aliases, constant texts and the usual ways around a name."""

from __future__ import annotations

import ast
import builtins
import sys
import types
from collections.abc import Iterable, Mapping
from typing import Any

from autograder.sandbox.forbidden.scopes import Meaning, Scope, Value

MEANINGS = 16  # of one expression; more than a program has for its own good
DEPTH = 60
LENGTH = 300
STEPS = 300_000  # a second or two

NOTHING: frozenset[str] = frozenset()
IMPORTERS = ("importlib.import_module", "importlib.__import__", "builtins.__import__")
ATTRIBUTES = (".__dict__", ".__getattribute__", ".__getattr__")


class TooMuchError(Exception):
    """The source asks for more steps than a program that a person wrote."""


class Resolver:
    """Resolves expressions of a submission. tops: the top block of each of its modules, by the module's name."""

    def __init__(self, tops: Mapping[str, Scope]) -> None:
        self._tops = tops
        self._known: dict[tuple[int, Scope], frozenset[str]] = {}
        self._steps = 0

    def paths(self, node: ast.expr, scope: Scope, depth: int = 0) -> frozenset[str]:
        """All that an expression may mean. A name of the submission's own is `module.name`."""
        key = (id(node), scope)
        if key not in self._known:
            if depth > DEPTH:
                return NOTHING
            self._known[key] = NOTHING  # what leads back to itself adds nothing
            self._known[key] = frozenset(sorted(self._fresh(node, scope, depth + 1))[:MEANINGS])
        return self._known[key]

    def _fresh(self, node: ast.expr, scope: Scope, depth: int) -> Iterable[str]:
        match node:
            case ast.Name():
                return self._name(node.id, scope, depth)
            case ast.Attribute():
                return self._below(self.paths(node.value, scope, depth), node.attr, depth)
            case ast.Call():
                return self._call(node, scope, depth)
            case ast.Subscript():
                return self._item(self.paths(node.value, scope, depth), node.slice, scope, depth)
            case ast.IfExp():
                return self.paths(node.body, scope, depth) | self.paths(node.orelse, scope, depth)
            case ast.BoolOp():
                return NOTHING.union(*(self.paths(value, scope, depth) for value in node.values))
            case ast.NamedExpr():
                return self.paths(node.value, scope, depth)
        return NOTHING

    def _name(self, name: str, scope: Scope, depth: int) -> Iterable[str]:
        binding = scope.binding(name)
        if binding is None:
            return self._unbound(name, scope, depth)
        own = {f"{binding.module}.{name}"} if binding.parent is None else set()
        return own | self._meant(binding.bound.get(name, ()), depth)

    def _meant(self, meanings: Iterable[Meaning], depth: int) -> set[str]:
        found: set[str] = set()
        for meaning in meanings:
            if isinstance(meaning, Value):
                found |= self.paths(meaning.expression, meaning.scope, depth)
            elif meaning is not None:
                found |= self.canonical(meaning, depth)
        return found

    def _unbound(self, name: str, scope: Scope, depth: int) -> Iterable[str]:
        """A name that came with `import *`, the last one that has it; else a builtin."""
        stars = scope.top.stars[::-1]
        for module in stars:
            loaded = self._tops[module].bound if module in self._tops else _public(sys.modules.get(module))
            if loaded is not None and name in loaded:
                return self.canonical(f"{module}.{name}", depth)
        if hasattr(builtins, name):
            return {f"builtins.{name}"}
        return {f"{module}.{name}" for module in stars if module not in self._tops and module not in sys.modules}

    def canonical(self, path: str, depth: int = 0) -> set[str]:
        """A path, and where it goes through a name of the submission's own modules, what that name means."""
        self._steps += 1
        if self._steps > STEPS:
            raise TooMuchError
        module, _, rest = path.partition(".")
        top = self._tops.get(module)
        if top is None or not rest:
            return {path}
        name, _, below = rest.partition(".")
        meant = self._meant(top.bound.get(name, ()), depth + 1) if depth < DEPTH else set()
        return {path} | {f"{each}.{below}" if below else each for each in meant}

    def _below(self, paths: Iterable[str], name: str, depth: int) -> set[str]:
        named = (f"{path}.{name}" for path in paths if len(path) < LENGTH)
        return {found for path in named for found in self.canonical(path, depth)}

    def _item(self, paths: Iterable[str], key: ast.expr, scope: Scope, depth: int) -> Iterable[str]:
        """`sys.modules["a"]`, `vars(a)["b"]`, `a.__dict__["b"]`."""
        name = self.text(key, scope) if paths else None
        if name is None:
            return NOTHING
        found = {name} if "sys.modules" in paths else set()
        return found | self._below(_owners(paths), name, depth)

    def _call(self, node: ast.Call, scope: Scope, depth: int) -> Iterable[str]:
        functions = self.paths(node.func, scope, depth)
        if not functions:
            return NOTHING
        first = self.text(node.args[0], scope) if node.args else None
        named = {keyword.arg: self.text(keyword.value, scope) for keyword in node.keywords}
        target = self.paths(node.args[0], scope, depth) if node.args else NOTHING
        second = self.text(node.args[1], scope) if len(node.args) > 1 else None
        found: set[str] = set()
        for function in functions:
            if function in IMPORTERS:
                found |= _imported(function, first or named.get("name"), node)
            elif function in ("builtins.getattr", "inspect.getattr_static") and second is not None:
                found |= self._below(target, second, depth)
            elif function == "builtins.vars":
                found |= {f"{path}.__dict__" for path in target}
            elif function in ("builtins.globals", "builtins.locals"):
                found.add(f"{scope.module}.__dict__")
            elif function == "operator.attrgetter" and first is not None:
                found.add(f"operator.attrgetter {first}")
            elif function.startswith("operator.attrgetter "):
                found |= self._below(target, function.partition(" ")[2], depth)
            elif function == "sys.modules.get" and first is not None:
                found.add(first)
            elif first is not None:
                found |= self._below(_owners({function.removesuffix(".get")}), first, depth)
        return found

    def text(self, node: ast.expr, scope: Scope, depth: int = 0) -> str | None:
        """A text that can be told without running anything: constants, sums, f-strings, joins, names of such."""
        if depth > DEPTH:
            return None
        match node:
            case ast.Constant(value=str(value)):
                return value
            case ast.BinOp(op=ast.Add()):
                return _joined([self.text(node.left, scope, depth + 1), self.text(node.right, scope, depth + 1)])
            case ast.JoinedStr():
                return _joined([self.text(part, scope, depth + 1) for part in node.values])
            case ast.FormattedValue(conversion=-1, format_spec=None):
                return self.text(node.value, scope, depth + 1)
            case ast.Call(func=ast.Attribute(attr="join", value=glue), args=[ast.List(elts) | ast.Tuple(elts)]):
                return _joined([self.text(part, scope, depth + 1) for part in elts], self.text(glue, scope, depth + 1))
            case ast.Name():
                binding = scope.binding(node.id)
                meanings = binding.bound.get(node.id, []) if binding is not None else []
                if len(meanings) == 1 and isinstance(meanings[0], Value):
                    return self.text(meanings[0].expression, meanings[0].scope, depth + 1)
        return None


def _joined(parts: list[str | None], glue: str | None = "") -> str | None:
    known = [part for part in parts if part is not None]
    whole = glue.join(known) if glue is not None and len(known) == len(parts) else None
    return whole if whole is not None and len(whole) < 1000 else None


def _imported(function: str, name: str | None, call: ast.Call) -> set[str]:
    """What an import by text gives: `__import__("a.b")` is a, unless it is told what to take from a.b."""
    if not name or name.startswith("."):
        return set()
    if function == "importlib.import_module" or len(call.args) > 3 or any(k.arg == "fromlist" for k in call.keywords):
        return {name}
    return {name.split(".")[0], name}


def _owners(paths: Iterable[str]) -> set[str]:
    """The objects whose attributes are reached by text."""
    return {path[: -len(end)] for path in paths for end in ATTRIBUTES if path.endswith(end)}


def _public(module: types.ModuleType | None) -> Mapping[str, Any] | None:
    """What `from module import *` gives of a module that is loaded."""
    if module is None:
        return None
    names = vars(module).get("__all__")
    if names is None:
        return {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return dict.fromkeys(names)
