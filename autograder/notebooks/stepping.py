"""A notebook's module compiled cell by cell: a debugger and a traceback speak of cells and the lines in them."""

from __future__ import annotations
import __future__

import ast
import linecache
import types
from collections.abc import Iterator

from autograder.notebooks.module import Module


def by_cell(text: str, filename: str, *, starts: tuple[tuple[int, int], ...], name: str) -> Iterator[types.CodeType]:
    """The module's code in order, a piece for each cell, whose file is `<cell N of name>` and begins at its line 1.

    text: the module's source. filename: what a syntax error names, with the module's line. starts: of its cells.
    Raises SyntaxError where the module as a whole has one.
    """
    tree = ast.parse(text, filename)
    compile(tree, filename, "exec", dont_inherit=True)  # what stands wrong between the cells
    flags, module, lines = _future(tree), Module(text, starts), text.splitlines(keepends=True)
    ends = [start - 2 for start, _ in starts[1:]] + [len(lines)]  # before the comment that names the next cell
    for (start, number), end in zip(starts, ends, strict=True):
        source, file = lines[start - 1 : end], f"<cell {number} of {name}>"
        linecache.cache[file] = (sum(map(len, source)), None, source, file)
        body = [node for node in tree.body if (module.place(node.lineno) or ("",))[0] == number]
        for node in body:
            ast.increment_lineno(node, 1 - start)
        yield compile(ast.Module(body, []), file, "exec", flags, dont_inherit=True)


def _future(tree: ast.Module) -> int:
    """The flags of what the module imports from __future__: each of its cells is compiled with them."""
    taken = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    features = [getattr(__future__, alias.name) for node in taken for alias in node.names]
    return sum({feature.compiler_flag for feature in features})
