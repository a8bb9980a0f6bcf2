"""A student's cells as a module: one pass over their characters, nothing run and nothing parsed as Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.model import sentence
from autograder.notebooks.document import TAG, NotebookError, cells_of

_PICTURES = {"matplotlib", "pylab", "seaborn", "plotly", "bokeh", "altair", "IPython", "ipywidgets", "google"}
_NO_PICTURE = (
    "type('NoPicture', (), {**dict.fromkeys(('__call__', '__getitem__', '__enter__'), lambda self, *_, **__: self), "
    "'__getattr__': lambda self, name: self if name[:2] != '__' else object.__getattribute__(self, name), "
    "'__iter__': lambda self: iter((self, self)), '__setitem__': lambda *_: None, '__exit__': lambda *_: None})()"
)


@dataclass(frozen=True)
class Module:
    """What a notebook hands in, as a module. starts: where each cell begins: (line of the module, number of cell)."""

    source: str
    starts: tuple[tuple[int, int], ...]

    def place(self, line: int) -> tuple[int, int] | None:
        """The cell's number and the line in it for a line of the module, both counted from 1."""
        found = [(start, number) for start, number in self.starts if start <= line]
        return (found[-1][1], line - found[-1][0] + 1) if found else None


def module_from(content: bytes, name: str, source_bytes: int = 1 << 20) -> Module:
    """The module in a student's notebook. name: the file's, for what is said of it.

    Raises NotebookError: too large, no JSON, no notebook, no solution cell.
    """
    lines: list[str] = []
    starts: list[tuple[int, int]] = []
    pictures: set[str] = set()
    size = length = 0
    for number, cell in enumerate(cells_of(content, name), 1):
        if not cell.is_solution:
            continue
        size += len(cell.source.encode())
        text = "" if size > source_bytes else _definitions(cell.source, pictures)
        length += len(text.encode())
        if max(size, length) > source_bytes:
            raise NotebookError(
                sentence("the solution cells of {name} have more than {most} bytes", name=name, most=source_bytes)
            )
        lines.append(f"# cell {number}")
        starts.append((len(lines) + 1, number))
        lines += [*text.split("\n"), ""]
    if not starts:
        raise NotebookError(
            sentence(
                "{name} has no solution cell: give the cells with your functions the tag {tag}, "
                "or begin them with the line # {tag}",
                name=name,
                tag=TAG,
            )
        )
    return Module("\n".join(lines), tuple(starts))


_TRIPLE = r"{q}{q}{q}(?:[^{q}\\]|\\.?|{q}(?!{q}{q}))*+(?:{q}{q}{q}|\Z)"
_SINGLE = r"{q}(?:[^{q}\\\n]|\\.)*+{q}?"
_STRING = "|".join(form.format(q=quote) for form in (_TRIPLE, _SINGLE) for quote in "\"'")
_TOKEN = re.compile(
    rf"(?P<string>{_STRING})|(?P<comment>#[^\n]*)|(?P<joined>\\\n)|(?P<newline>\n)|(?P<open>[(\[{{])|(?P<close>[)\]}}])"
    r"|(?P<semicolon>;)|(?P<assign>(?<![=!<>:])=(?!=))|(?P<at>@)|(?P<name>(?<![\w.])[^\W\d]\w*)",
    re.DOTALL,
)
_MAGIC = re.compile(
    r"(?P<indent>[ \t]*)(?:%time[ \t]+(?P<timed>[^\n]+)"
    r"|(?P<assigned>[^\W\d][\w \t,.]*+)=[ \t]*[%!](?:\\\n|[^\n])*"
    r"|[%!?](?:\\\n|[^\n])*"
    r"|[^\W\d][\w.]*+\?{1,2}[ \t]*(?=\n|\Z))"
)
_CELL_MAGIC = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*+[ \t]*%%(?P<word>\w*)[^\n]*")
_PYTHON_INSIDE = {"time", "timeit", "capture", "prun", "memit"}
_IMPORTS = re.compile(r"from\s+(?P<root>\w++)[\w.]*+\s+import\b(?P<names>.*)|import\s+(?P<items>.*)", re.DOTALL)
_IMPORTED = re.compile(r"(?P<root>\w++)[\w.]*+(?:\s+as\s+(?P<name>\w+))?\s*\Z")
_TARGETS = re.compile(r"[\w\s,()]+\Z")
_GOES_ON = {"elif", "else", "except", "finally"}
_BLOCKS = {"def", "class", "async", "if", "try", "for", "while", "with", *_GOES_ON}
_KEPT_BLOCKS = {"def", "class", "async", "if", "try"}


@dataclass(frozen=True)
class _Part:
    """A simple statement, a block's first line or a line inside it. first: its first word or `@`.

    assign: where its first `=` outside brackets stands, or 0. names: outside strings and comments, no attributes.
    """

    start: int
    end: int
    first: str = ""
    assign: int = 0
    names: frozenset[str] = frozenset()


def _definitions(text: str, pictures: set[str]) -> str:
    """A cell's source with what is no part of a module taken out; `pictures` collects the names of what draws."""
    text = _without_magics(text)
    out: list[str] = []
    done = 0
    keeping = True
    for indented, part in _parts(text):
        whole = text[part.start : part.end]
        goes_on = indented or part.first in _GOES_ON
        if not goes_on:
            keeping = part.first in _KEPT_BLOCKS or part.first not in _BLOCKS
        if goes_on and not keeping:
            out.append("\n" * text.count("\n", done, part.end))
        else:
            kept = (_imported if goes_on or part.first in _BLOCKS else _simple)(part, whole, pictures)
            out += [text[done : part.start], kept if keeping else _nothing(whole)]
        done = part.end
    return "".join([*out, text[done:]])


def _simple(part: _Part, whole: str, pictures: set[str]) -> str:
    """A simple statement at the top level as the module has it: nothing where it only tries out or draws."""
    if part.first in ("import", "from"):
        return _imported(part, whole, pictures)
    draws = not pictures.isdisjoint(part.names)
    if part.first == "@":
        return _nothing(whole) if draws else whole
    if not part.assign:
        return _nothing(whole)
    if not draws:
        return whole
    targets = whole[: part.assign - part.start]
    names = re.findall(r"\w+", targets) if _TARGETS.match(targets) else []
    if not names:
        return _nothing(whole)
    pictures.update(names)
    return _lines(f"{' = '.join(names)} = {_NO_PICTURE}", whole)


def _imported(part: _Part, whole: str, pictures: set[str]) -> str:
    """The part; if it imports something that draws, with what draws nothing in its place."""
    found = _IMPORTS.match(whole.strip()) if not _PICTURES.isdisjoint(part.names) else None
    if found is None or (found["root"] and found["root"] not in _PICTURES):
        return whole
    kept, drawn = ([], _from(found["names"])) if found["root"] else _import(found["items"])
    pictures.update(drawn)
    stand_in = [f"{' = '.join(drawn)} = {_NO_PICTURE}"] if drawn else []
    indent = whole[: len(whole) - len(whole.lstrip())]
    return indent + _lines("; ".join([*kept, *stand_in]) or "pass", whole)


def _from(names: str) -> list[str]:
    """The names that `from … import …` gives."""
    plain = re.sub(r"[()\\*]|#[^\n]*", " ", names)
    return [item.split()[-1] for item in plain.split(",") if item.split()]


def _import(items: str) -> tuple[list[str], list[str]]:
    """What stays of `import …`, and the names that it gives to what draws."""
    kept, drawn = [], []
    for item in map(str.strip, items.split(",")):
        found = _IMPORTED.match(item)
        if found is not None and found["root"] in _PICTURES:
            drawn.append(found["name"] or found["root"])
        else:
            kept.append(f"import {item}")
    return kept, drawn


def _lines(text: str, whole: str) -> str:
    """A text on one line that takes up as many as `whole`."""
    count = whole.count("\n")
    return f"{text}; {_nothing(whole)}" if count else text


def _nothing(whole: str) -> str:
    """A statement that does nothing on as many lines as `whole`."""
    count = whole.count("\n")
    return "(" + "\n" * count + ")" if count else "pass"


def _without_magics(text: str) -> str:
    """A cell without IPython's words; as many lines as before."""
    first = _CELL_MAGIC.match(text)
    if first is not None:
        if first["word"] not in _PYTHON_INSIDE:
            return "\n" * text.count("\n")
        text = "\n" * first[0].count("\n") + text[first.end() :]
    out: list[str] = []
    done = 0
    for found in _magics(text):
        out += [text[done : found.start()], found["indent"], _plain_for(found)]
        done = found.end()
    return "".join([*out, text[done:]])


def _magics(text: str) -> Iterator[re.Match[str]]:
    """The magics where a logical line begins; nowhere else are `%`, `!` and `?` theirs."""
    place, depth, fresh = 0, 0, True
    while True:
        magic = _MAGIC.match(text, place) if fresh else None
        if magic is not None:
            yield magic
            place = magic.end()
        token = _TOKEN.search(text, place)
        if token is None:
            return
        depth = _deeper(depth, token.lastgroup)
        fresh, place = token.lastgroup == "newline" and depth == 0, token.end()


def _plain_for(magic: re.Match[str]) -> str:
    if magic["timed"]:
        return magic["timed"]
    plain = f"{magic['assigned'].strip()} = None" if magic["assigned"] else "pass"
    return plain + "\n" * magic[0].count("\n")


def _deeper(depth: int, kind: str | None) -> int:
    return depth + 1 if kind == "open" else max(depth - 1, 0) if kind == "close" else depth


def _parts(text: str) -> Iterator[tuple[bool, _Part]]:
    """The logical lines in order, cut at semicolons unless they begin a block; and whether each is indented."""
    for start, end, tokens in _logical_lines(text):
        indented, whole = text[start].isspace(), _first(tokens) in _BLOCKS
        pieces: list[list[re.Match[str]]] = [[]]
        for token in tokens:
            if token.lastgroup == "semicolon" and not whole:
                yield indented, _part(start, token.start(), pieces[-1])
                start = token.end()
                pieces.append([])
            else:
                pieces[-1].append(token)
        yield indented, _part(start, end, pieces[-1])


def _part(start: int, end: int, tokens: list[re.Match[str]]) -> _Part:
    assign = next((token.start() for token in tokens if token.lastgroup == "assign"), 0)
    names = frozenset(token[0] for token in tokens if token.lastgroup == "name")
    return _Part(start, end, _first(tokens), assign, names)


def _first(tokens: list[re.Match[str]]) -> str:
    return tokens[0][0] if tokens and tokens[0].lastgroup in ("name", "at") else ""


def _logical_lines(text: str) -> Iterator[tuple[int, int, list[re.Match[str]]]]:
    """Start, end and tokens of every logical line that says something; signs inside brackets are left out."""
    start, depth = 0, 0
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text + "\n"):
        kind = token.lastgroup
        depth = _deeper(depth, kind)
        if kind == "newline" and (depth == 0 or token.start() >= len(text)):
            if tokens:
                yield start, min(token.start(), len(text)), tokens
            start, tokens = token.end(), []
        elif kind in ("string", "name", "open", "close", "at") or (kind in ("semicolon", "assign") and depth == 0):
            tokens.append(token)
