"""Notebooks as JSON: cells with their metadata in the format of Jupyter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def code(source: str, name: str, **metadata: Any) -> dict[str, Any]:
    """A code cell. name: its id within the notebook."""
    return {**_cell("code", source, name, metadata), "execution_count": None, "outputs": []}


def markdown(source: str, name: str, **metadata: Any) -> dict[str, Any]:
    """A cell of text."""
    return _cell("markdown", source, name, metadata)


def raw(source: str, name: str) -> dict[str, Any]:
    """A raw cell."""
    return _cell("raw", source, name, {})


def _cell(kind: str, source: str, name: str, metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {"cell_type": kind, "id": name[:64], "metadata": dict(metadata), "source": source}


def notebook(cells: Iterable[Mapping[str, Any]], **metadata: Any) -> dict[str, Any]:
    """A notebook of format 4.5."""
    return {"cells": list(cells), "metadata": {**KERNEL, **metadata}, "nbformat": 4, "nbformat_minor": 5}


def write(path: Path, document: Mapping[str, Any]) -> None:
    """Write a notebook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", "utf-8")
