"""A topic's known answers as files that a student could hand in: the reference, the starter, every variant.

A variant of the bank is a function in another module. Here its source, with what it needs there, follows the
reference's own definitions in its exercise's cell, so that one text serves as module and as notebook.
"""

from __future__ import annotations

import ast
import functools
import sys
import textwrap
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from autograder import bank
from autograder.manifest import Course
from autograder.platforms.documents import code, notebook
from autograder.platforms.parts import Part, parts_of
from autograder.platforms.release import filled
from autograder.stubs import starter_from

KINDS = ("reference", "starter", "alternative", "mistake")
_AS_IT_WAS = '''\
class _AsItWas:
    """The solution's names: those replaced below as they were, the others whenever they are asked for."""

    def __init__(self, **kept):
        self.__dict__.update(kept)

    def __getattr__(self, name):
        return globals()[name]


'''


@dataclass(frozen=True)
class Sample:
    """One submission: its name, what kind of answer it is, and the cells that it consists of.

    answers: how many of the topic's known answers it is made of.
    """

    name: str
    kind: str
    parts: tuple[Part, ...]
    answers: int = 1

    @property
    def module(self) -> bytes:
        """As a file of Python."""
        return ("\n\n\n".join(part.source for part in self.parts) + "\n").encode()

    def in_notebook(self, released: Mapping[str, Any]) -> dict[str, Any]:
        """As a released notebook filled in. Its cells are known by nbgrader's or Otter's tags."""
        return filled(released, {part.name: part.source for part in self.parts if part.exercise})

    def plain_notebook(self) -> dict[str, Any]:
        """As a notebook of nothing but solution cells."""
        return notebook(code(part.source, part.name, tags=["solution"]) for part in self.parts)


def samples(course: Course, topic: str, *, together: bool = False) -> Iterator[Sample]:
    """The reference, the starter, every alternative and every registered mistake.

    together: alternatives, and likewise mistakes, of different exercises in one submission: the first of each, the
    second of each, and so on. Each question meets every answer to its exercise, in a tenth of the submissions.
    """
    folder = course.solutions(topic)
    source, assignment = (folder / "solution.py").read_text("utf-8"), course.assignment(topic)
    reference = parts_of(source, assignment)
    yield Sample("reference", "reference", reference)
    yield Sample("starter", "starter", parts_of(starter_from(source), assignment))
    loaded = bank.load(folder)
    for kind, variants in (("alternative", loaded.alternatives), ("mistake", loaded.mistakes)):
        if together:
            for number, group in enumerate(_spread(variants), 1):
                yield Sample(f"{kind}s-{number}", kind, functools.reduce(_with, group, reference), len(group))
        else:
            for variant in variants:
                yield Sample(f"{kind}-{variant.id}", kind, _with(reference, variant))


def _spread(variants: Iterable[bank.Variant]) -> Iterator[tuple[bank.Variant, ...]]:
    """The first variant of each exercise, then the second of each that has one, and so on."""
    by_exercise: dict[str, list[bank.Variant]] = {}
    for variant in variants:
        by_exercise.setdefault(variant.exercise, []).append(variant)
    for group in zip_longest(*by_exercise.values()):
        yield tuple(variant for variant in group if variant is not None)


def _with(reference: tuple[Part, ...], variant: bank.Variant) -> tuple[Part, ...]:
    """The reference with a variant's text at the end of its exercise's last cell."""
    last = max(number for number, part in enumerate(reference) if part.exercise == variant.exercise)
    longer = replace(reference[last], source=f"{reference[last].source}\n\n\n{_text(variant)}")
    return (*reference[:last], longer, *reference[last + 1 :])


def _text(variant: bank.Variant) -> str:
    """Definitions and assignments that put a variant in the place of the names it replaces."""
    names = {replaced: _name_of(value) for replaced, value in variant.replaced.items()}
    value = next(iter(variant.replaced.values()))
    module = sys.modules[_home(value)]
    body = "\n".join(_needed(ast.parse(_source(module)), names.values()))
    kept = ", ".join(f"{name}={name}" for name in names)
    gives = ", ".join(f"{replaced!r}: {name}" for replaced, name in names.items())
    made = f"def _variant(right):\n{textwrap.indent(body, '    ')}\n    return {{{gives}}}\n\n\n"
    lines = [f"{replaced} = _made[{replaced!r}]" for replaced in names]
    return f"{_AS_IT_WAS}{made}_made = _variant(_AsItWas({kept}))\n" + "\n".join(lines)


def _home(value: Any) -> str:
    return str(vars(value)[bank.MARK] and value.__module__)


def _source(module: types.ModuleType) -> str:
    with open(str(module.__file__), encoding="utf-8") as file:
        return file.read()


def _name_of(value: Any) -> str:
    """The name under which a module of the bank holds a value."""
    return next(name for name, other in vars(sys.modules[value.__module__]).items() if other is value)


def _needed(tree: ast.Module, names: Iterable[str]) -> Iterator[str]:
    """The statements of a module of the bank that define these names, and what those need, in their order."""
    defined = {name: node for node in tree.body for name in _names(node)}
    if not set(names) <= defined.keys():
        wanted = list(tree.body)
    else:
        wanted, open_names = [], list(names)
        while open_names:
            node = defined.get(open_names.pop())
            if node is not None and node not in wanted:
                wanted.append(node)
                open_names += [inner.id for inner in ast.walk(_bare(node)) if isinstance(inner, ast.Name)]
    for node in tree.body:
        if node in wanted and not _is_ours(node):
            yield ast.unparse(_bare(node))


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)]


def _is_ours(node: ast.stmt) -> bool:
    """Whether it imports the bank or the solution, which a student has not."""
    return isinstance(node, ast.ImportFrom) and (node.level > 0 or node.module == "autograder.bank")


def _bare(node: ast.stmt) -> ast.stmt:
    """A definition without the decorators that register it."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        kept = [item for item in node.decorator_list if not _registers(item)]
        fields = {name: getattr(node, name) for name in node._fields}
        return type(node)(**{**fields, "decorator_list": kept}, lineno=node.lineno, col_offset=0)
    return node


def _registers(item: ast.expr) -> bool:
    return isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and item.func.id in ("mistake", "alternative")
