"""A module of ours cut into what makes one cell each."""

from __future__ import annotations

import ast
import itertools

from autograder.stubs import regions


def blocks(source: str, name: str = "solution.py") -> tuple[str, ...]:
    """A module of ours cut into what makes one cell each: what stands before the first function, then each function
    or class with the comments above it. A region outside functions stays whole. Raises AutograderError.
    """
    lines = source.splitlines()
    inside = {line for region in regions(source, name) for line in range(region.start + 1, region.end + 1)}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = [node for node in ast.parse(source).body if isinstance(node, kinds)]
    starts = {
        _with_comments(lines, min([node.lineno, *(item.lineno for item in node.decorator_list)])) for node in nodes
    }
    cuts = [1, *sorted(starts - inside - {1}), len(lines) + 1]
    found = ("\n".join(lines[low - 1 : high - 1]).strip("\n") for low, high in itertools.pairwise(cuts))
    return tuple(block for block in found if block.strip())


def _with_comments(lines: list[str], line: int) -> int:
    """The first line of the comments that stand above a line, blank lines between; a region's end is no comment."""
    first = line
    for above in range(line - 1, 0, -1):
        text = lines[above - 1]
        if (text.strip() and not text.startswith("#")) or text.startswith("### END"):
            break
        first = above if text else first
    return first
