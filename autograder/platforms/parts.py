"""An annotated solution cut into the cells of a notebook: what comes first, then each exercise's definitions."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from autograder.model import Assignment, AutograderError
from autograder.notebooks import blocks
from autograder.stubs import Region, regions

SETUP = "setup"
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
TO_REPAIR = "# The program to repair: take out the line above, and the sign # in front of each of these lines."


@dataclass(frozen=True)
class Part:
    """One cell's source, its name among the cells, and the exercise it belongs to: '' for what comes first."""

    exercise: str
    source: str
    name: str = SETUP


def parts_of(source: str, assignment: Assignment) -> tuple[Part, ...]:
    """The cells of a solution, in its order: each exercise in one cell or, where others stand between, in several.

    What belongs to no exercise (a helper, a constant) goes with the one after it; the module's docstring goes
    nowhere. Raises AutograderError when an exercise's function is not there.
    """
    owner = {function: exercise.name for exercise in assignment.exercises for function in exercise.functions}
    first, *others = blocks(source)
    parts = [Part("", _without_docstring(first))]
    waiting: list[str] = []
    for block in others:
        exercise = next((owner[name] for name in _defined(block) if name in owner), "")
        if not exercise:
            waiting.append(block)
        elif exercise == parts[-1].exercise:
            parts[-1] = replace(parts[-1], source=_joined([parts[-1].source, *waiting, block]))
            waiting = []
        else:
            again = [part.exercise for part in parts].count(exercise)
            name = f"solution-{exercise}" + (f"-{again + 1}" if again else "")
            parts.append(Part(exercise, _joined([*waiting, block]), name))
            waiting = []
    parts[-1] = replace(parts[-1], source=_joined([parts[-1].source, *waiting]))
    missing = owner.keys() - {name for part in parts for name in _defined(part.source)}
    if missing:
        raise AutograderError(f"solutions/{assignment.topic}/solution.py does not define {sorted(missing)[0]}")
    return tuple(parts)


def _defined(block: str) -> list[str]:
    return [node.name for node in ast.parse(block).body if isinstance(node, _NAMED)]


def _joined(sources: Iterable[str]) -> str:
    return "\n\n\n".join(sources)


def _without_docstring(block: str) -> str:
    tree = ast.parse(block)
    end = tree.body[0].end_lineno if ast.get_docstring(tree) is not None else 0
    return "\n".join(block.splitlines()[end:]).strip("\n")


def for_nbgrader(source: str) -> str:
    """The solution with marks as nbgrader clears them.

    It puts an exception in the place of every region, which must not happen outside functions: of a helper there
    the student gets the first line. A starter to repair stays below the stub, commented out.
    """
    lines, found = source.splitlines(), regions(source)
    out: list[str] = []
    done = 0
    for region in found:
        out += lines[done : region.start - 1]
        if region.kind == "STARTER":
            out += [f"{region.indent}{TO_REPAIR}", *lines[region.start : region.end - 1]]
        elif region.function:
            out += lines[region.start - 1 : region.end]
        else:
            out += _helpers(region, lines)
        done = region.end
    return "\n".join([*out, *lines[done:]]) + "\n"


def _helpers(region: Region, lines: list[str]) -> Iterator[str]:
    """A region outside functions: each function's body as a region of its own. Raises AutograderError."""
    body = lines[region.start : region.end - 1]
    done = 0
    for node in _functions(ast.parse(textwrap.dedent("\n".join(body))), region):
        first, end = node.body[0].lineno - 1, node.end_lineno or node.lineno
        indent = body[first][: len(body[first]) - len(body[first].lstrip())]
        yield from body[done:first]
        yield from (f"{indent}### BEGIN SOLUTION", *body[first:end], f"{indent}### END SOLUTION")
        done = end
    yield from body[done:]


def _functions(within: ast.Module | ast.ClassDef, region: Region) -> Iterator[ast.FunctionDef]:
    """The functions and methods of a region, which holds nothing else but their classes and docstrings."""
    for node in within.body:
        if isinstance(node, ast.FunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, region)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            raise AutograderError(
                f"solution.py, line {region.start + node.lineno}: a solution region outside functions holds more "
                "than functions and classes of them; nbgrader cannot leave it out"
            )


def for_otter(source: str) -> str:
    """The solution with marks as Otter strips them: it drops the solution and keeps a prompt, the starter's lines."""
    lines, found = source.splitlines(), regions(source)
    out: list[str] = []
    done = 0
    for position, region in enumerate(found):
        out += lines[done : region.start - 1]
        body, indent = lines[region.start : region.end - 1], region.indent
        following = found[position + 1] if position + 1 < len(found) else region
        given = (following.kind, following.function) == ("STARTER", region.function)
        if region.kind == "STARTER":
            out += _prompt(indent, [line.replace("# ", "", 1) for line in body])
        else:
            out += [f"{indent}# BEGIN SOLUTION NO PROMPT", *body, f"{indent}# END SOLUTION"]
            if region.function and not given:
                out += _prompt(indent, [f'{indent}raise NotImplementedError("{region.function}")'])
        done = region.end
    return "\n".join([*out, *lines[done:]]) + "\n"


def _prompt(indent: str, lines: list[str]) -> list[str]:
    """Lines that only the student gets. In the solution they are a string that nobody reads."""
    if any('"""' in line or "\\" in line for line in lines):
        raise AutograderError(
            "a STARTER region with three quotation marks or a backslash cannot be given through Otter"
        )
    return [f'{indent}""" # BEGIN PROMPT', *lines, f'{indent}""" # END PROMPT']
