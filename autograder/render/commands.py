"""Commands as the reader types them: verbs of make, or lines of Python where there is no make."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

VIA = "AUTOGRADER_VIA"  # set by the Makefile
MAKE = "make"
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./\\:=<>")


@dataclass(frozen=True)
class Typed:
    """How commands are typed.

    program: `make`, or what begins a line of Python, e.g. `.venv/bin/python -m autograder`.
    windows: whether they are read by a Windows shell, which quotes otherwise and cannot go on after a backslash.
    origin: the file or folder that is graded in the place of starter/, or ''.
    """

    program: str = MAKE
    windows: bool = False
    origin: str = ""

    @property
    def is_make(self) -> bool:
        """Whether a Makefile reads them."""
        return self.program == MAKE

    def command(self, verb: str, topic: str = "", *, only: str = "", seed: str = "", every: bool = False) -> str:
        """A command, e.g. `make grade TOPIC=cnn ONLY=pad2d`; `<topic>` stays as it is, for the reader to fill in."""
        if self.is_make:
            words = {"TOPIC": topic, "ONLY": only, "SEED": seed, "FROM": self.origin, "ALL": "1" if every else ""}
            return " ".join((f"make {verb}", *(f"{key}={self._quoted(word)}" for key, word in words.items() if word)))
        options = {"--only": only, "--seed": seed, "--from": self.origin}
        parts = [f"{self.program} {verb}", *([self._quoted(topic)] if topic else [])]
        parts += [f"{key} {self._quoted(word)}" for key, word in options.items() if word]
        return " ".join([*parts, *(["--all"] if every else [])])

    def _quoted(self, word: str) -> str:
        if word.startswith("<") or (self.windows and PLAIN.issuperset(word)):
            return word
        return f'"{word}"' if self.windows else shlex.quote(word)


def here(origin: Path | None = None, environment: Mapping[str, str] = os.environ) -> Typed:
    """How the commands of this very process were typed. origin: what is graded in the place of starter/."""
    found = Typed(MAKE)
    if environment.get(VIA) != MAKE:
        python = _python(sys.orig_argv[0], sys.executable, Path.cwd(), sys.platform == "win32")
        found = Typed(f"{python} -m autograder", windows=sys.platform == "win32")
    return replace(found, origin=str(origin)) if origin is not None else found


def _python(typed: str, executable: str, folder: Path, windows: bool) -> str:
    """Python as it was typed; where it was found by its whole path, the way to it from the folder, or its name."""
    if typed and not Path(typed).is_absolute():
        return typed
    try:
        found = str(Path(executable).relative_to(folder))
    except ValueError:
        found = Path(executable).stem if windows else Path(executable).name
    return found if PLAIN.issuperset(found) else "python"


class Command:
    """A command after its label, to be pasted into a shell: where a window is too narrow, lines end in a backslash.

    Windows' shells know no such sign: there the line is left whole, and the window breaks it where it likes.
    It stands outside of any table, which would put spaces after the backslash. label: as wide as what stands above.
    """

    def __init__(self, label: str, command: str, typed: Typed) -> None:
        self.label, self.command, self.typed = label, command, typed

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if self.typed.windows:
            yield Text.assemble((self.label, "dim"), self.command, no_wrap=True, overflow="ignore")
            return
        before, margin = Text(self.label, style="dim"), " " * cell_len(self.label)
        room = options.max_width - len(margin)
        line, *words = [self.command] if cell_len(self.command) <= room else self.command.split(" ")
        if max(map(cell_len, words), default=0) > room - 2:
            yield before
            before, margin, room = Text("  "), "  ", options.max_width - 2
        for word in words:
            if cell_len(f"{line} {word}") > room - 2:
                yield Text.assemble(before, f"{line} \\", no_wrap=True, overflow="ignore")
                before, line = Text(margin), word
            else:
                line = f"{line} {word}"
        yield Text.assemble(before, line, no_wrap=True, overflow="ignore")
