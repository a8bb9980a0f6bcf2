"""A module's text and the places of its nodes, in bytes: what edits are made on."""

from __future__ import annotations

import ast
import io
import itertools
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """The bytes from `start` to `end` of a text replaced."""

    start: int
    end: int
    text: str


class Text:
    """A module without its comments, each line where it was, and where each node stands in it."""

    def __init__(self, source: str) -> None:
        self.source = without_comments(source)
        self.tree = ast.parse(self.source)
        self._bytes = self.source.encode()
        lines = self._bytes.splitlines(keepends=True)
        self._starts = [0, *itertools.accumulate(map(len, lines))]
        self._modules = frozenset(_imported(self.tree))

    def start(self, node: ast.AST) -> int:
        """Where a node begins."""
        return self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined, no-any-return]

    def end(self, node: ast.AST) -> int:
        """Where a node ends."""
        return self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined, no-any-return]

    def of(self, node: ast.AST) -> str:
        """A node's text, without parentheses around it."""
        return self.within(node, self.start(node), self.end(node))

    def within(self, node: ast.AST, start: int, end: int) -> str:
        """Some of the text."""
        return self._bytes[start:end].decode()

    def before(self, node: ast.AST, inner: ast.AST, sign: str) -> str:
        """A node's text up to the sign that follows one of its parts, parentheses included."""
        return self.within(node, self.start(node), self._bytes.index(sign.encode(), self.end(inner)))

    def replaced(self, node: ast.AST, text: str) -> Edit:
        """The edit that puts a text in a node's place."""
        return Edit(self.start(node), self.end(node), text)

    def without(self, argument: ast.keyword) -> Edit:
        """The edit that takes an argument out of a call, with the comma before it or else after it."""
        start, end = self.start(argument), self.end(argument)
        ahead = self._bytes[:start].rstrip()
        if ahead.endswith(b","):
            return Edit(len(ahead) - 1, end, "")
        rest = self._bytes[end:]
        comma = len(rest) - len(rest.lstrip()) + 1 if rest.lstrip().startswith(b",") else 0
        return Edit(start, end + comma, "")

    def pieces(self, node: ast.AST, operands: Sequence[ast.AST], signs: Sequence[str]) -> tuple[list[str], list[int]]:
        """The operands' texts with their parentheses, and where the signs between them stand."""
        places = [
            self._bytes.index(sign.encode(), self.end(operand)) for operand, sign in zip(operands, signs, strict=False)
        ]
        begins = [self.start(node), *(place + len(sign) for place, sign in zip(places, signs, strict=True))]
        ends = [*places, self.end(node)]
        return [self.within(node, *edge).strip() for edge in zip(begins, ends, strict=True)], places

    def is_module(self, node: ast.AST) -> bool:
        """Whether a name, or what it is an attribute of, is an imported module."""
        while isinstance(node, ast.Attribute):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self._modules

    def edited(self, edit: Edit) -> str:
        """The whole text with one edit made."""
        return (self._bytes[: edit.start] + edit.text.encode() + self._bytes[edit.end :]).decode()

    def line(self, edit: Edit) -> int:
        """The line, from 1, on which an edit begins."""
        return self._bytes.count(b"\n", 0, edit.start) + 1

    def shown(self, edit: Edit) -> tuple[str, str]:
        """The lines that an edit touches, before and after, each as one line; of a block taken out the first."""
        first = self._bytes.rfind(b"\n", 0, edit.start) + 1
        last = self._bytes.find(b"\n", edit.end)
        last = len(self._bytes) if last < 0 else last
        ahead, behind = self._bytes[first : edit.start], self._bytes[edit.end : last]
        changed = _one_line(ahead + edit.text.encode() + behind)
        if edit.text == "pass" and self._bytes[edit.start : edit.end].count(b":\n"):
            return f"{_one_line(self._bytes[first:last].splitlines()[0])} …", changed
        return _one_line(self._bytes[first:last]), changed


def _one_line(text: bytes) -> str:
    return " ".join(text.decode().split())


def _imported(tree: ast.AST) -> list[str]:
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return [alias.asname or alias.name.split(".")[0] for node in imports for alias in node.names]


def without_comments(source: str) -> str:
    """The source without comments, every line kept in its place."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip()
    return "\n".join(lines) + "\n"
