"""Comma-separated tables that can be written back with every untouched byte as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from autograder.render.clean import FORMULA, clean

DELIMITERS = ",;\t"
_BREAKS = re.compile(r"\r\n|\r|\n")
#: A spreadsheet of another country cuts the same cell at a semicolon, and then what follows is a cell of its own.
HIDDEN_FORMULA = re.compile(rf"([;|\t]\s*)(?=[{re.escape(''.join(FORMULA))}])")
UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


@dataclass(frozen=True)
class Cell:
    """One cell as it stands in the file, quotes included, and what it says."""

    raw: str
    value: str


@dataclass(frozen=True)
class Row:
    """The cells of a line, and what ends it."""

    cells: tuple[Cell, ...]
    end: str

    def __getitem__(self, column: int) -> str:
        return self.cells[column].value if column < len(self.cells) else ""

    @property
    def values(self) -> tuple[str, ...]:
        """What the cells say."""
        return tuple(cell.value for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """A table with what is needed to write the same bytes again."""

    rows: tuple[Row, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    mark: bytes = b""

    def with_cell(self, row: int, column: int, value: str) -> Sheet:
        """The table with one cell saying something else; a cell that says it already keeps its bytes."""
        old = self.rows[row]
        cells = [*old.cells, *[Cell("", "")] * (column + 1 - len(old.cells))]
        if cells[column].value == value:
            return self
        quotes = cells[column].raw.startswith('"')
        cells[column] = Cell(quoted(value, self.delimiter, always=quotes), value)
        rows = [*self.rows]
        rows[row] = replace(old, cells=tuple(cells))
        return replace(self, rows=tuple(rows))

    def content(self) -> bytes:
        """The bytes of the file."""
        lines = (self.delimiter.join(cell.raw for cell in row.cells) + row.end for row in self.rows)
        return self.mark + "".join(lines).encode(self.encoding, "surrogateescape")


def quoted(value: str, delimiter: str = ",", *, always: bool = False) -> str:
    """A value as it is written into a file."""
    if always or any(sign in value for sign in ('"', "\n", "\r", delimiter)) or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value


def read(content: bytes) -> Sheet:
    """A file as a table. Bytes that are no text of its encoding come back as they were."""
    mark, encoding = b"", "utf-8"
    if content.startswith(b"\xef\xbb\xbf"):
        mark = content[:3]
    elif content[:2] in UTF16:
        mark, encoding = content[:2], UTF16[content[:2]]
    text = content[len(mark) :].decode(encoding, "surrogateescape")
    delimiter = _delimiter(text)
    return Sheet(tuple(_rows(text, delimiter)), delimiter, encoding, mark)


def _delimiter(text: str) -> str:
    """The sign that stands most often outside quotes in the first line."""
    head = re.sub(r'"[^"]*"', "", text[:65536])
    first = _BREAKS.split(head, maxsplit=1)[0]
    return max(DELIMITERS, key=lambda sign: (first.count(sign), -DELIMITERS.index(sign)))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    cell = re.compile(
        rf'("(?:[^"]|"")*"[^{re.escape(delimiter)}\r\n]*|[^{re.escape(delimiter)}\r\n]*)(\r\n|\r|\n|.|\Z)'
    )
    cells: list[Cell] = []
    place = 0
    while place < len(text):
        found = cell.match(text, place)
        assert found is not None
        raw, end = found.groups()
        cells.append(Cell(raw, _value(raw)))
        place = found.end()
        if end != delimiter:
            yield Row(tuple(cells), end)
            cells = []
    if cells:
        yield Row((*cells, Cell("", "")), "")


def _value(raw: str) -> str:
    """What a cell says: quotes undone, the guard `="…"` of exported formulas too."""
    if raw.startswith('"') and raw.endswith('"') and len(raw) > 1:
        raw = raw[1:-1].replace('""', '"')
    if raw.startswith('="') and raw.endswith('"'):
        raw = raw[2:-1]
    return raw


def safe(text: str, most: int = 4000) -> str:
    """Text for a cell that no spreadsheet takes for a formula; a plain number stays one."""
    shown = clean(text, most)
    if re.fullmatch(r"-?\d+(\.\d+)?", shown):
        return shown
    guarded = HIDDEN_FORMULA.sub(r"\1'", shown)
    return f"'{guarded}" if guarded.lstrip().startswith((*FORMULA, "\t", "\r")) else guarded


def written(rows: Iterable[Iterable[str]]) -> str:
    """A new table as text, every cell safe, lines ended as spreadsheets end them."""
    return "".join(lines(rows))


def lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """The same a line at a time."""
    return (",".join(quoted(safe(value)) for value in row) + "\r\n" for row in rows)
