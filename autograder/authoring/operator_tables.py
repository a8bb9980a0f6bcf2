"""What the operators put in the place of what: signs, words, and calls that can be taken away."""

from __future__ import annotations

import ast


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "/"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.MatMult: ("@", "*"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
SYMMETRIC = _words(
    """
    max min maximum minimum fmax fmin add multiply logical_and logical_or logaddexp hypot array_equal
    """
)
COMMUTES = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
COMPARISON: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
}
PAIRS = (
    "min max",
    "amin amax",
    "minimum maximum",
    "argmin argmax",
    "fmin fmax",
    "sum mean",
    "nansum nanmean",
    "any all",
    "zeros ones",
    "zeros_like ones_like",
    "floor ceil",
    "sin cos",
    "tril triu",
    "var std",
    "vstack hstack",
    "logical_and logical_or",
    "cumsum cumprod",
    "expm1 exp",
    "log1p log",
)
PARTNER = {one: other for pair in PAIRS for one, other in (pair.split(), reversed(pair.split()))}
PARTNER |= {"exp": "expm1", "log": "log1p"}
# Not `float` and `bool`: NumPy's numbers and Python's are one to every check, so that nothing would change.
DROPPED = _words(
    """
    abs absolute array asarray ascontiguousarray astype ceil clip conj contiguous copy cumsum detach diag exp
    expand_dims expm1 flatten flip floor int list log log1p log2 permute ravel repeat reshape reversed round
    set sigmoid sign softmax sorted sqrt square squeeze swapaxes tanh tile transpose tuple unsqueeze view where
    """
)
COMPOUND = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda)
