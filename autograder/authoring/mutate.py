"""Mutants of a solution: its text with one small change inside a region that students write."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.authoring.operators import OPERATORS, Site
from autograder.authoring.text import Edit, Text
from autograder.model import Exercise
from autograder.stubs import Region, regions

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutant:
    """One change: where, what the line says before and after, and the exercises whose questions should notice.

    function: the qualified name of what it stands in, empty at module level. operator: the family of the change.
    """

    function: str
    line: int
    before: str
    after: str
    operator: str
    edit: Edit
    exercises: tuple[str, ...]

    @property
    def change(self) -> tuple[str, str, str]:
        """What a mutant is known by when lines have moved."""
        return self.function, self.before, self.after


def mutants_of(source: str, exercises: Sequence[Exercise], name: str = "solution.py") -> tuple[Mutant, ...]:
    """Every mutant of an annotated solution, in the order of its lines, none twice."""
    text = Text(source)
    wanted = [region for region in regions(source, name) if region.kind == "SOLUTION"]
    found: dict[str, Mutant] = {}
    for function, site in _sites(text, wanted):
        asked = questioned(text.tree, function.split(".")[0], exercises)
        for operator in OPERATORS:
            for edit in operator(site):
                mutant = Mutant(function, text.line(edit), *text.shown(edit), operator.__name__, edit, asked)
                if mutant.before != mutant.after:
                    found.setdefault(text.edited(edit), mutant)
    return tuple(sorted(found.values(), key=lambda mutant: mutant.edit.start))


def _sites(text: Text, wanted: Sequence[Region]) -> Iterator[tuple[str, Site]]:
    """Every node inside the regions, with the name of the definition around it."""
    for definition in text.tree.body:
        for name, site in _below(definition, text.tree, None, "", text):
            line = getattr(site.node, "lineno", None)
            if line is None and isinstance(site.node, ast.comprehension):
                line = site.node.target.lineno
            if line is not None and any(region.start < line < region.end for region in wanted):
                yield name, site


def _below(
    node: ast.AST, parent: ast.AST, function: ast.AST | None, name: str, text: Text
) -> Iterator[tuple[str, Site]]:
    """A node and all below it. What an exception says and what a text holds is not looked at."""
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and (function is None):
        name = f"{name}.{node.name}".lstrip(".")
        function = node if isinstance(node, FUNCTIONS) else None
    elif isinstance(parent, ast.Module) and isinstance(node, ast.Assign):
        name = text.of(node.targets[0])
    yield name, Site(node, parent, function, text)
    if not isinstance(node, (ast.Raise, ast.JoinedStr)):
        for child in ast.iter_child_nodes(node):
            yield from _below(child, node, function, name, text)


def questioned(tree: ast.Module, name: str, exercises: Iterable[Exercise]) -> tuple[str, ...]:
    """The exercises that ask for a definition; for a helper, those that ask for something that uses it."""
    owners = tuple(exercise.name for exercise in exercises if name in exercise.functions)
    if owners:
        return owners
    users = _users(tree, name)
    using = tuple(exercise.name for exercise in exercises if users & set(exercise.functions))
    return using or tuple(exercise.name for exercise in exercises)


def _users(tree: ast.Module, name: str) -> set[str]:
    """The top-level definitions that use a name, directly or by way of others."""
    names = {definition: _names(definition) for definition in tree.body}
    users, last = {name}, 0
    while len(users) > last:
        last = len(users)
        users |= {defined for node, used in names.items() if used & users for defined in _defined(node)}
    return users


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def applied(source: str, mutant: Mutant) -> str:
    """The solution with a mutant's change, its comments left out, its lines where they were."""
    return Text(source).edited(mutant.edit)
