"""Text broken into lines where its language allows: Chinese after almost every character, never inside a Latin word.

Rich breaks at spaces alone and takes a whole Chinese sentence for one word, which it then cuts anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len, chop_cells
from rich.console import Console, JustifyMethod, OverflowMethod
from rich.containers import Lines
from rich.text import Text

WIDE = "ᄀ-ᅟ⺀-鿿가-힣豈-﫿︰-﹏＀-｠￠-￦"
OPENING = "（《「『【〔〈［｛“‘(["
CLOSING = "，。、；：？！）》」』】〕〉］｝％”’…,.;:?!)]%"
_PIECE = re.compile(rf"\s*[{re.escape(OPENING)}]*(?:[{WIDE}]|[^{WIDE}\s]+)?[{re.escape(CLOSING)}]*\s*")


def breaks(line: str, width: int) -> Iterator[int]:
    """Where in one line of text the next lines begin, so that none is wider than so many cells (2 or more)."""
    used = 0
    for piece in _PIECE.finditer(line):
        text, needed = piece[0], cell_len(piece[0].rstrip())
        start = piece.start()
        if used and used + needed > width:
            yield start
            used = 0
        if needed > width:
            *whole, last = chop_cells(text.rstrip(), width)
            for part in whole:
                start += len(part)
                yield start
            used = cell_len(last) + len(text) - len(text.rstrip())
        else:
            used += cell_len(text)


class Prose(Text):
    """A rich text that is broken so. What is made of it (copies, parts) is an ordinary text again."""

    def wrap(
        self,
        console: Console,
        width: int,
        *,
        justify: JustifyMethod | None = None,
        overflow: OverflowMethod | None = None,
        tab_size: int = 8,
        no_wrap: bool | None = None,
    ) -> Lines:
        """The lines of the text, each at most so wide."""
        if no_wrap or self.no_wrap or width < 2:
            return super().wrap(console, width, justify=justify, overflow=overflow, tab_size=tab_size, no_wrap=no_wrap)
        found = Lines()
        for line in self.split(allow_blank=True):
            line.expand_tabs(tab_size)
            parts = line.divide(list(breaks(line.plain, width)))
            for part in parts:
                part.rstrip()
            found.extend(parts)
        return found
