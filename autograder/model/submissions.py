"""What a student handed in, and when and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.model.words import Sentence


@dataclass(frozen=True)
class Receipt:
    """What the platform tells about a hand-in, besides its files.

    at: when, if that is known. late: by the platform's own word. attempt: 1, 2, … of one student on one topic.
    members: the keys of the others in a group. source, where: the platform, the place in what it gave out.
    note: what a person should know, e.g. that a file was taken under another name.
    """

    at: datetime | None = None
    late: bool = False
    attempt: int = 1
    members: tuple[str, ...] = ()
    source: str = ""
    where: str = ""
    note: Sentence | None = None


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the files by name, as bytes that nobody on the trusted side has parsed.

    problem: why the files could not be read (a missing or oversized file), or None.
    cells: of a notebook whose module is the file: where each cell begins, (line of the module, number of the cell).
    """

    student: str
    files: Mapping[str, bytes]
    origin: Path | None = None
    problem: Sentence | None = None
    receipt: Receipt = Receipt()
    cells: tuple[tuple[int, int], ...] = ()
