"""Blocks of Python source and the names that they bind, as in the language reference, section 4.2."""

from __future__ import annotations

import ast
import enum
from dataclasses import dataclass, field


class Kind(enum.Enum):
    """What a block is: it decides who sees its names."""

    MODULE = enum.auto()
    FUNCTION = enum.auto()
    CLASS = enum.auto()
    COMPREHENSION = enum.auto()


@dataclass(frozen=True, eq=False)
class Value:
    """What an assignment binds a name to: an expression, still to be resolved in its own block."""

    expression: ast.expr
    scope: Scope


Meaning = Value | str | None  # a str is an imported path; None is unknown: a parameter, a loop's variable


@dataclass(eq=False)
class Scope:
    """One block. bound: all that is ever bound to each name. stars: modules of which everything was imported."""

    module: str
    kind: Kind = Kind.MODULE
    parent: Scope | None = None
    bound: dict[str, list[Meaning]] = field(default_factory=dict)
    elsewhere: dict[str, Scope] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)

    def inner(self, kind: Kind) -> Scope:
        """A block within this one."""
        return Scope(self.module, kind, self)

    @property
    def top(self) -> Scope:
        """The module's block."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def bind(self, name: str, meaning: Meaning) -> None:
        """One more meaning of a name; `global` and `nonlocal` bind it further out."""
        self.elsewhere.get(name, self).bound.setdefault(name, []).append(meaning)

    def enclosing_function(self) -> Scope:
        """The block that a name declared `nonlocal` belongs to: the next function's."""
        scope = self.parent
        while scope is not None and scope.kind is not Kind.FUNCTION:
            scope = scope.parent
        return scope or self.top

    def target_of_walrus(self) -> Scope:
        """The block in which `:=` binds: not a comprehension's own."""
        scope = self
        while scope.kind is Kind.COMPREHENSION and scope.parent is not None:
            scope = scope.parent
        return scope

    def binding(self, name: str) -> Scope | None:
        """The block whose binding a name means here. A class's names are not seen from its methods."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.elsewhere:
                return scope.elsewhere[name]
            if name in scope.bound and (scope is self or scope.kind is not Kind.CLASS):
                return scope
            scope = scope.parent
        return None
