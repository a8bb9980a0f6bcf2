"""The file of a notebook: its cells out of JSON, within limits, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.model import Sentence, sentence

NOTEBOOK_BYTES = 1 << 23
CELLS = 2000
TAG = "solution"

_MARKED = re.compile(r"\s*#+\s*solution\b", re.IGNORECASE)


class NotebookError(Exception):
    """A student's notebook cannot be read. `problem` says why, as the student reads it."""

    def __init__(self, problem: Sentence) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Cell:
    """One cell. kind: `code` or `markdown`. metadata: as the notebook's format has it."""

    kind: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_solution(self) -> bool:
        """Whether the cell belongs to what is handed in."""
        tags, nbgrader = self.metadata.get("tags"), self.metadata.get("nbgrader")
        marked = isinstance(tags, list) and TAG in [tag for tag in tags if isinstance(tag, str)]
        marked = marked or (isinstance(nbgrader, dict) and nbgrader.get("solution") is True)
        return self.kind == "code" and (marked or _MARKED.match(self.source) is not None)


def cells_of(content: bytes, name: str) -> tuple[Cell, ...]:
    """All cells of a notebook. Raises NotebookError for what is none, or too large."""
    if len(content) > NOTEBOOK_BYTES:
        raise NotebookError(
            sentence(
                "{name} has {size} bytes, {most} is the limit for a notebook; clear its outputs and save it again",
                name=name,
                size=len(content),
                most=NOTEBOOK_BYTES,
            )
        )
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotebookError(
            sentence("{name} is no notebook: it cannot be read as JSON ({why})", name=name, why=str(error)[:120])
        ) from None
    found = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise NotebookError(
            sentence("{name} is no notebook of format 4: it has no list of cells; save it anew with Jupyter", name=name)
        )
    if len(found) > CELLS:
        raise NotebookError(
            sentence("{name} has {count} cells, {most} is the limit", name=name, count=len(found), most=CELLS)
        )
    return tuple(map(_cell, found))


def _cell(raw: Any) -> Cell:
    """A cell as it is, with nothing where it is not one."""
    raw = raw if isinstance(raw, dict) else {}
    source, metadata = raw.get("source"), raw.get("metadata")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    text = source if isinstance(source, str) else ""
    text = re.sub(r"\r\n?", "\n", text).encode("utf-8", "replace").decode("utf-8")
    kind = raw.get("cell_type")
    return Cell(kind[:20] if isinstance(kind, str) else "", text, metadata if isinstance(metadata, dict) else {})


def text_of(cells: Iterable[Cell], metadata: Mapping[str, Any] | None = None) -> str:
    """A notebook of format 4.5 as the text of its file; the same cells give the same text."""
    document = {
        "cells": [_written(cell, number) for number, cell in enumerate(cells, 1)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **(metadata or {}),
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _written(cell: Cell, number: int) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    source = cell.source.splitlines(keepends=True)
    return {"cell_type": cell.kind, "id": f"cell-{number}", "metadata": dict(cell.metadata), "source": source, **code}
