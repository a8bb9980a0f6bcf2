"""Small changes to Python code that a good grader notices: one function a family, each a node in, edits out.

Edits are on the text, not on the tree: what is shown to an author is exactly what was run. Families that could
only give code that does not run (a string for a dictionary's key, a first assignment removed) are left out:
they would be killed by any question, and would only flatter the count.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograder.authoring.operator_tables import ARITHMETIC, COMMUTES, COMPARISON, COMPOUND, DROPPED, PARTNER, SYMMETRIC
from autograder.authoring.text import Edit, Text


@dataclass(frozen=True)
class Site:
    """A node with its surroundings: what it stands in, and the names that are bound before it."""

    node: ast.AST
    parent: ast.AST
    function: ast.AST | None
    text: Text


Operator = Callable[[Site], Iterator[Edit]]


def arithmetic(site: Site) -> Iterator[Edit]:
    """`a + b` as `a - b`, as `a`, as `b`, and turned round where that matters: `b - a`, `b @ a`."""
    node, text = site.node, site.text
    if not isinstance(node, ast.BinOp) or _is_text(node.left):
        return
    sign, other = ARITHMETIC[type(node.op)]
    pieces, (place,) = text.pieces(node, (node.left, node.right), (sign,))
    yield Edit(place, place + len(sign), other)
    for piece in pieces:
        yield text.replaced(node, piece)
    if not isinstance(node.op, COMMUTES) and not _is_even(site):
        yield text.replaced(node, f"{pieces[1]} {sign} {pieces[0]}")


def _is_even(site: Site) -> bool:
    """Whether a difference's sign is lost at once: turned round it says the same."""
    node, parent = site.node, site.parent
    squared = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Pow) and parent.left is node
    sized = isinstance(parent, ast.Call) and _name(parent) in ("abs", "absolute", "square")
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and (squared or sized)


def _name(call: ast.Call) -> str:
    """The last word of what is called."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def augmented(site: Site) -> Iterator[Edit]:
    """`a += b` as `a -= b` and as `a = b`."""
    node, text = site.node, site.text
    if isinstance(node, ast.AugAssign):
        sign, other = ARITHMETIC[type(node.op)]
        _, (place,) = text.pieces(node, (node.target, node.value), (f"{sign}=",))
        for changed in (f"{other}=", "="):
            yield Edit(place, place + len(sign) + 1, changed)


def comparison(site: Site) -> Iterator[Edit]:
    """`a < b` as `a <= b` and as `a >= b`."""
    node, text = site.node, site.text
    if isinstance(node, ast.Compare):
        signs = [COMPARISON[type(sign)][0] for sign in node.ops]
        _, places = text.pieces(node, (node.left, *node.comparators), signs)
        for kind, sign, place in zip(node.ops, signs, places, strict=True):
            for other in COMPARISON[type(kind)][1]:
                yield Edit(place, place + len(sign), other)


def boolean(site: Site) -> Iterator[Edit]:
    """`a and b` as `a or b`, as `a`, as `b`; `not a` as `a`."""
    node, text = site.node, site.text
    if isinstance(node, ast.BoolOp):
        word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        pieces, places = text.pieces(node, node.values, [word] * (len(node.values) - 1))
        for place in places:
            yield Edit(place, place + len(word), other)
        for left_out in range(len(pieces)):
            rest = [piece for number, piece in enumerate(pieces) if number != left_out]
            yield text.replaced(node, f" {word} ".join(rest))


def unary(site: Site) -> Iterator[Edit]:
    """`-a`, `~a` and `not a` as `a`."""
    node, text = site.node, site.text
    if isinstance(node, ast.UnaryOp):
        yield text.replaced(node, text.within(node, text.start(node.operand), text.end(node)))


def condition(site: Site) -> Iterator[Edit]:
    """A condition turned round; a comprehension's left out; `a if c else b` as `a` and as `b`."""
    node, text = site.node, site.text
    if isinstance(node, ast.IfExp):
        body, _, other = text.pieces(node, (node.body, node.test, node.orelse), ("if", "else"))[0]
        yield text.replaced(node, body)
        yield text.replaced(node, other)
    if isinstance(node, (ast.If, ast.While)) and not isinstance(node.test, (ast.Compare, ast.Constant)):
        yield text.replaced(node.test, f"not ({text.of(node.test)})")
    if isinstance(node, ast.comprehension):
        for test in node.ifs:
            yield text.replaced(test, "True")


def constant(site: Site) -> Iterator[Edit]:
    """A whole number one more and one less, a float doubled and zero, True for False, a text empty."""
    node, text = site.node, site.text
    if not isinstance(node, ast.Constant) or isinstance(site.parent, (ast.Expr, ast.JoinedStr, ast.FormattedValue)):
        return
    value = node.value
    if isinstance(value, bool):
        yield text.replaced(node, str(not value))
    elif isinstance(value, int):
        yield text.replaced(node, str(value + 1))
        yield text.replaced(node, str(value - 1))
    elif isinstance(value, float):
        for other in (1.0,) if value == 0 else (2 * value, 0.0):
            yield text.replaced(node, repr(other))
    elif isinstance(value, str) and value and not isinstance(site.parent, (ast.Dict, ast.Subscript)):
        yield text.replaced(node, '""')


def keyword(site: Site) -> Iterator[Edit]:
    """A keyword argument left out; one axis of several left out."""
    node, text = site.node, site.text
    if isinstance(node, ast.keyword) and node.arg is not None and not _is_bool(node.value):
        yield text.without(node)
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
            for left_out in node.value.elts:
                rest = [text.of(item) for item in node.value.elts if item is not left_out]
                yield text.replaced(node.value, f"({', '.join(rest)},)")


def _is_bool(node: ast.AST) -> bool:
    """True and False are turned round by `constant`: leaving them out mostly says the same."""
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def swapped(site: Site) -> Iterator[Edit]:
    """Neighbouring arguments of a call, or values of a returned tuple, in each other's place."""
    node = site.node
    if isinstance(node, ast.Call) and _name(node) not in SYMMETRIC:
        yield from _neighbours(node.args, site.text)
    if isinstance(node, ast.Tuple) and isinstance(site.parent, ast.Return):
        yield from _neighbours(node.elts, site.text)


def _neighbours(items: Sequence[ast.expr], text: Text) -> Iterator[Edit]:
    for one, other in pairwise(items):
        if not isinstance(one, ast.Starred) and not isinstance(other, ast.Starred) and text.of(one) != text.of(other):
            between = text.within(one, text.end(one), text.start(other))
            changed = f"{text.of(other)}{between}{text.of(one)}"
            yield Edit(text.start(one), text.end(other), changed)


def renamed(site: Site) -> Iterator[Edit]:
    """min for max, sum for mean, any for all and the like, wherever they are called."""
    node, text = site.node, site.text
    if isinstance(node, ast.Call) and _name(node) in PARTNER:
        name, end = _name(node), text.end(node.func)
        yield Edit(end - len(name), end, PARTNER[name])


def unwrapped(site: Site) -> Iterator[Edit]:
    """A transpose, a copy, a square root, a reshape taken away."""
    node, text = site.node, site.text
    if isinstance(node, ast.Attribute) and node.attr in ("T", "mT", "real"):
        yield text.replaced(node, text.before(node, node.value, "."))
    if not isinstance(node, ast.Call) or _name(node) not in DROPPED:
        return
    if isinstance(node.func, ast.Attribute) and not text.is_module(node.func.value):
        yield text.replaced(node, text.before(node.func, node.func.value, "."))
    elif node.args and not isinstance(node.args[0], (ast.Starred, ast.GeneratorExp)):
        inner = text.of(node.args[0])
        yield text.replaced(node, f"({inner})" if isinstance(node.args[0], COMPOUND) else inner)


def bounds(site: Site) -> Iterator[Edit]:
    """A slice or a range that begins one later, or ends one earlier or later. Numbers are left to `constant`."""
    node, text = site.node, site.text
    if isinstance(node, ast.Slice) and (node.lower is not None or node.upper is not None):
        yield from _begin(node.lower, node, text)
        yield from _end(node.upper, text)
        if node.upper is None and node.step is None:
            yield Edit(text.end(node), text.end(node), "-1")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        stop = node.args[0] if len(node.args) == 1 else node.args[1]
        yield from _begin(node.args[0] if len(node.args) > 1 else None, None, text)
        yield from _end(stop, text)
        if len(node.args) == 1:
            yield Edit(text.start(stop), text.start(stop), "1, ")


def _is_number(node: ast.AST) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


def _begin(lower: ast.expr | None, node: ast.Slice | None, text: Text) -> Iterator[Edit]:
    if lower is None and node is not None:
        yield Edit(text.start(node), text.start(node), "1")
    elif lower is not None and not _is_number(lower):
        yield text.replaced(lower, f"{text.of(lower)} + 1")


def _end(upper: ast.expr | None, text: Text) -> Iterator[Edit]:
    if upper is not None and not _is_number(upper):
        yield text.replaced(upper, f"{text.of(upper)} - 1")
        yield text.replaced(upper, f"{text.of(upper)} + 1")


def removed(site: Site) -> Iterator[Edit]:
    """A statement taken out, where every name stays bound; `break` for `continue`."""
    node, text = site.node, site.text
    if isinstance(node, (ast.Break, ast.Continue)):
        yield text.replaced(node, "continue" if isinstance(node, ast.Break) else "break")
    if _is_removable(site):
        yield text.replaced(node, "pass")


def _is_removable(site: Site) -> bool:
    node = site.node
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return all(_is_bound(target, site) for target in node.targets)
    if isinstance(node, ast.Return):
        return site.parent is not site.function
    return isinstance(node, (ast.AugAssign, ast.Raise, ast.Assert, ast.Delete, ast.If, ast.For, ast.While, ast.Break))


def _is_bound(target: ast.expr, site: Site) -> bool:
    """Whether what is assigned to exists already: a part of something, a parameter, a name assigned before."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(_is_bound(item, site) for item in target.elts)
    if not isinstance(target, ast.Name) or site.function is None:
        return not isinstance(target, ast.Name)
    found = False
    for node in ast.walk(site.function):
        if isinstance(node, ast.arg) and node.arg == target.id:
            return True
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == target.id:
            found = found or node.lineno < target.lineno
    return found


OPERATORS: tuple[Operator, ...] = (
    arithmetic,
    augmented,
    comparison,
    boolean,
    unary,
    condition,
    constant,
    keyword,
    swapped,
    renamed,
    unwrapped,
    bounds,
    removed,
)
