"""Starters out of solutions: what stands between BEGIN SOLUTION and END SOLUTION becomes a stub.

Inside a function the region becomes `raise NotImplementedError("<name>")`, elsewhere it is dropped. A region
`### BEGIN STARTER` after it, of commented lines, is given to the student instead of the stub.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.model import AutograderError

_MARK = re.compile(r"^(?P<indent>\s*)### (?P<edge>BEGIN|END) (?P<kind>SOLUTION|STARTER)\s*$")
_NEARLY = re.compile(r"^\s*#+\s*(BEGIN|END)[\s_-]*(SOLUTION|STARTER)", re.IGNORECASE)


@dataclass(frozen=True)
class Region:
    """Lines `start` to `end` (1-based, both marks included) of one kind, and the function around them."""

    kind: str
    start: int
    end: int
    indent: str
    function: str


def regions(source: str, name: str = "solution.py") -> tuple[Region, ...]:
    """The regions of an annotated solution, in order. Raises AutograderError with file and line."""
    functions = list(_functions(_parsed(source, name), source.splitlines()))
    found: list[Region] = []
    opened: tuple[int, str, str] | None = None
    for line, text in enumerate(source.splitlines(), 1):
        mark = _MARK.match(text)
        if mark is None:
            _refuse_nearly(text, name, line)
            continue
        kind = mark["kind"]
        if mark["edge"] == "BEGIN":
            if opened is not None:
                raise AutograderError(f"{name}, line {line}: BEGIN {kind} inside the region opened on line {opened[0]}")
            opened = (line, kind, mark["indent"])
        else:
            if opened is None or opened[1] != kind:
                raise AutograderError(f"{name}, line {line}: END {kind} without a BEGIN {kind}")
            found.append(Region(kind, opened[0], line, opened[2], _around(functions, opened[0])))
            opened = None
    if opened is not None:
        raise AutograderError(f"{name}, line {opened[0]}: the region is never closed by END {opened[1]}")
    return tuple(found)


def _parsed(source: str, name: str) -> ast.AST:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise AutograderError(f"{name}, line {error.lineno}: {error.msg}") from None


def _refuse_nearly(text: str, name: str, line: int) -> None:
    """A mark with a slip in it would leave the solution in the starter."""
    if _NEARLY.match(text):
        marks = ", ".join(f"'### {edge} {kind}'" for kind in ("SOLUTION", "STARTER") for edge in ("BEGIN", "END"))
        raise AutograderError(f"{name}, line {line}: {text.strip()!r} is no mark; marks are {marks}")


@dataclass(frozen=True)
class _Function:
    """Where an outermost function stands; the comments below its last statement are still its own."""

    name: str
    start: int
    end: int


def _functions(tree: ast.AST, lines: list[str], prefix: str = "") -> Iterator[_Function]:
    """Outermost functions, also those inside branches; classes lend their name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            end = _end(lines, node.end_lineno or node.lineno, node.col_offset)
            yield _Function(f"{prefix}{node.name}", node.lineno, end)
        else:
            named = f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix
            yield from _functions(node, lines, named)


def _end(lines: list[str], line: int, column: int) -> int:
    """The last line of a function in `column`, with the comments that follow its statements."""
    while line < len(lines) and re.match(rf"\s*$|\s{{{column + 1},}}#", lines[line]):
        line += 1
    return line


def _around(functions: list[_Function], line: int) -> str:
    """The function that a line stands in."""
    inside = [function.name for function in functions if function.start < line <= function.end]
    return inside[-1] if inside else ""


def starter_from(source: str, name: str = "solution.py") -> str:
    """The starter of an annotated solution: the same names and docstrings, the regions taken out."""
    lines = source.splitlines()
    found = regions(source, name)
    out: list[str] = []
    done = 0
    for position, region in enumerate(found):
        out += lines[done : region.start - 1]
        following = found[position + 1] if position + 1 < len(found) else region
        given = (region.kind, following.kind, following.function) == ("SOLUTION", "STARTER", region.function)
        out += _replacement(region, lines, name, given=given)
        done = region.end
    out += lines[done:]
    return _tidy("\n".join(out))


def _replacement(region: Region, lines: list[str], name: str, *, given: bool) -> list[str]:
    if region.kind == "STARTER":
        return [_uncommented(lines[n], region, name, n + 1) for n in range(region.start, region.end - 1)]
    if not region.function or given:
        return []
    return [f'{region.indent}raise NotImplementedError("{region.function}")']


def _uncommented(text: str, region: Region, name: str, line: int) -> str:
    rest = text[len(region.indent) :]
    if text.strip() and not rest.startswith("#"):
        raise AutograderError(f"{name}, line {line}: a line of a STARTER region is not commented out with '# '")
    return (region.indent + rest.removeprefix("#").removeprefix(" ")).rstrip()


def _tidy(text: str) -> str:
    """No more than two blank lines in a row, one newline at the end."""
    return re.sub(r"\n{4,}", "\n\n\n", text).rstrip() + "\n"


def solution_lines(source: str) -> tuple[str, ...]:
    """The lines inside solution regions that say something of their own: what no release may contain."""
    lines = source.splitlines()
    inside = [lines[n].strip() for r in regions(source) if r.kind == "SOLUTION" for n in range(r.start, r.end - 1)]
    return tuple(text for text in inside if len(text) > 12 and not text.startswith("#"))
