"""One file's source as blocks, bindings and mentions. It is parsed and walked without recursion, never executed."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from autograder.sandbox.forbidden.scopes import Kind, Scope, Value

TEXT_RUNNERS = ("eval", "exec", "compile")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, eq=False)
class Mention:
    """An expression that may mean something forbidden, or a path that is imported, with its line."""

    what: ast.expr | str
    scope: Scope
    line: int


@dataclass(frozen=True, eq=False)
class Place:
    """Where the walk is. units: the module's names that the code belongs to. line: of the call that runs a text."""

    scope: Scope
    units: tuple[str, ...] = ()
    line: int = 0

    @property
    def loose(self) -> bool:
        """Whether this is a module's own level, where a statement belongs to the names that it binds."""
        return self.scope.kind is Kind.MODULE and not self.units


@dataclass(eq=False)
class Reading:
    """A module's top block, its lines, and what is mentioned in the code behind each of its names."""

    top: Scope
    lines: list[str]
    mentions: dict[str, list[Mention]] = field(default_factory=dict)


def read(module: str, text: str) -> Reading:
    """The reading of a file. Raises SyntaxError and whatever else the parser raises."""
    tree = parsed(text)
    walk = _Walk(Reading(Scope(module), text.splitlines()))
    walk.everything(tree)
    return walk.reading


def parsed(text: str) -> ast.Module:
    """A text's tree, without the warnings that its compilation will print anyway."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class _Walk:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.todo: list[tuple[ast.AST, Place]] = []

    def everything(self, tree: ast.Module) -> None:
        self.later(tree.body, Place(self.reading.top))
        while self.todo:
            node, place = self.todo.pop()
            self._HANDLERS.get(type(node), _Walk._children)(self, node, place)

    def later(self, nodes: Iterable[ast.AST | None], place: Place) -> None:
        self.todo += [(node, place) for node in reversed([node for node in nodes if node is not None])]

    def _children(self, node: ast.AST, place: Place) -> None:
        self.later(ast.iter_child_nodes(node), place)

    def mention(self, what: ast.expr | str, place: Place, line: int) -> None:
        for unit in place.units:
            self.reading.mentions.setdefault(unit, []).append(Mention(what, place.scope, place.line or line))

    # Definitions

    def _function(self, node: Function, place: Place) -> None:
        place = self._defined(node.name, place)
        self.later(node.decorator_list, place)
        self._body(node.args, node.body, place)

    def _lambda(self, node: ast.Lambda, place: Place) -> None:
        self._body(node.args, [node.body], place)

    def _body(self, arguments: ast.arguments, body: Iterable[ast.AST], place: Place) -> None:
        """Defaults belong to the outer block; annotations are no uses."""
        inner = place.scope.inner(Kind.FUNCTION)
        for argument in _arguments(arguments):
            inner.bind(argument.arg, None)
        self.later(body, replace(place, scope=inner))
        self.later([*arguments.defaults, *arguments.kw_defaults], place)

    def _class(self, node: ast.ClassDef, place: Place) -> None:
        place = self._defined(node.name, place)
        self.later(node.body, replace(place, scope=place.scope.inner(Kind.CLASS)))
        self.later([*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)], place)

    def _defined(self, name: str, place: Place) -> Place:
        """Where a definition's own code is: at a module's level, or declared global, it is known by its name."""
        place.scope.bind(name, None)
        if place.loose or place.scope.elsewhere.get(name) is self.reading.top:
            return replace(place, units=(*place.units, name))
        return place

    def _comprehension(self, node: Comprehension, place: Place) -> None:
        inner = replace(place, scope=place.scope.inner(Kind.COMPREHENSION))
        for number, generator in enumerate(node.generators):
            self._unknown(generator.target, inner)
            self.later([generator.iter], inner if number else place)
            self.later(generator.ifs, inner)
        results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        self.later(results, inner)

    # Bindings

    def _import(self, node: ast.Import, place: Place) -> None:
        for alias in node.names:
            path = alias.name if alias.asname else alias.name.split(".")[0]
            place.scope.bind(alias.asname or path, path)
            self.mention(alias.name, place, node.lineno)

    def _import_from(self, node: ast.ImportFrom, place: Place) -> None:
        if node.level or node.module is None:
            return
        for alias in node.names:
            if alias.name == "*":
                place.scope.top.stars.append(node.module)
                continue
            path = f"{node.module}.{alias.name}"
            place.scope.bind(alias.asname or alias.name, path)
            self.mention(path, place, node.lineno)

    def _assign(self, node: ast.Assign, place: Place) -> None:
        self._bound(node.targets, node.value, place)

    def _assign_one(self, node: ast.AnnAssign | ast.AugAssign, place: Place) -> None:
        if node.value is not None:
            self._bound([node.target], node.value, place)

    def _walrus(self, node: ast.NamedExpr, place: Place) -> None:
        place.scope.target_of_walrus().bind(node.target.id, Value(node.value, place.scope))
        self.later([node.value], place)

    def _bound(self, targets: list[ast.expr], value: ast.expr, place: Place) -> None:
        if place.loose:
            place = replace(place, units=tuple(root for target in targets for root in _roots(target)))
        for target in targets:
            for name, meaning in _pairs(target, value):
                place.scope.bind(name, None if meaning is None else Value(meaning, place.scope))
        self.later([*targets, value], place)

    def _unknown(self, target: ast.AST | None, place: Place) -> None:
        for node in ast.walk(target) if target is not None else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                place.scope.bind(node.id, None)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.withitem, place: Place) -> None:
        self._unknown(node.optional_vars if isinstance(node, ast.withitem) else node.target, place)
        self._children(node, place)

    def _caught(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar, place: Place) -> None:
        if node.name is not None:
            place.scope.bind(node.name, None)
        self._children(node, place)

    def _global(self, node: ast.Global, place: Place) -> None:
        place.scope.elsewhere.update(dict.fromkeys(node.names, place.scope.top))

    def _nonlocal(self, node: ast.Nonlocal, place: Place) -> None:
        place.scope.elsewhere.update(dict.fromkeys(node.names, place.scope.enclosing_function()))

    # Statements

    def _if(self, node: ast.If, place: Place) -> None:
        """`if __name__ == "__main__":` is never true here."""
        never = place.scope.kind is Kind.MODULE and _as_program(node.test)
        self.later([node.test, *([] if never else node.body), *node.orelse], place)

    def _expression(self, node: ast.Expr, place: Place) -> None:
        """At a module's level `table.append(f)` belongs to what it changes."""
        if place.loose and isinstance(node.value, ast.Call):
            place = replace(place, units=tuple(_roots(node.value.func)))
        self.later([node.value], place)

    # Mentions

    def _mentioned(self, node: ast.expr, place: Place) -> None:
        if isinstance(getattr(node, "ctx", None), ast.Load | None):
            self.mention(node, place, node.lineno)
        self._children(node, place)

    def _attribute(self, node: ast.Attribute, place: Place) -> None:
        """`a.b.c` is one mention, and `a` another; `a.b` says nothing that they do not."""
        if isinstance(node.ctx, ast.Load):
            self.mention(node, place, node.lineno)
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            inner = inner.value
        self.later([inner], place)

    def _call(self, node: ast.Call, place: Place) -> None:
        self._mentioned(node, place)
        text = _constant(node.args[0]) if node.args else None
        if text is not None and isinstance(node.func, ast.Name) and node.func.id in TEXT_RUNNERS:
            try:
                tree = parsed(text.strip())
            except (SyntaxError, ValueError):
                return
            self.later(tree.body, replace(place, line=place.line or node.lineno))

    _HANDLERS: ClassVar[Mapping[type[ast.AST], Callable[[_Walk, Any, Place], None]]] = {
        **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), _function),
        **dict.fromkeys((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), _comprehension),
        **dict.fromkeys((ast.AnnAssign, ast.AugAssign), _assign_one),
        **dict.fromkeys((ast.For, ast.AsyncFor, ast.withitem), _loop),
        **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _caught),
        **dict.fromkeys((ast.Name, ast.Subscript), _mentioned),
        ast.Attribute: _attribute,
        ast.Lambda: _lambda,
        ast.ClassDef: _class,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assign: _assign,
        ast.NamedExpr: _walrus,
        ast.Global: _global,
        ast.Nonlocal: _nonlocal,
        ast.If: _if,
        ast.Expr: _expression,
        ast.Call: _call,
    }


def _as_program(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = (test.left, test.comparators[0])
    names = any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)
    return names and any(isinstance(side, ast.Constant) and side.value == "__main__" for side in sides)


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None)


def _roots(target: ast.expr) -> Iterator[str]:
    """The names that an assignment changes: `a` for `a`, `a.b`, `a[0]`, `(a, _)`."""
    while isinstance(target, (ast.Attribute, ast.Subscript, ast.Starred)):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id
    for part in target.elts if isinstance(target, (ast.Tuple, ast.List)) else ():
        yield from _roots(part)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr | None]]:
    """Each name that an assignment binds with its value, None where that cannot be told."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, (ast.Tuple, ast.List)):
        same = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
        for number, part in enumerate(target.elts):
            if same:
                yield from _pairs(part, value.elts[number])  # type: ignore[attr-defined]
            else:
                yield from ((name, None) for name in _roots(part))


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
