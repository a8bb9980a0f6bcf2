"""The scores that `make parity` has so far, in a file for each topic: what an interruption does not lose.

A score counts as long as the submission, the topic's graders and facts, and the versions of what graded are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.platforms.routes import Scores
from autograder.platforms.samples import Sample

STATE = 12


class Kept:
    """The scores of one topic. path: a file of JSON lines, made when there is none.

    basis: what all of them rest on, e.g. the graders' text; scores on another basis are not seen. state: of the
    whole program, only told.
    """

    def __init__(self, path: Path, basis: Iterable[bytes], state: str = "") -> None:
        self.path, self._state = path, state[:STATE]
        self._basis = _digest(basis)
        self._found: dict[tuple[str, str], dict[str, Any]] = {}
        self._cells: dict[str, str] = {}
        for line in path.read_text("utf-8").splitlines() if path.is_file() else ():
            self._take(line)

    def _take(self, line: str) -> None:
        try:
            entry = json.loads(line)
        except ValueError:
            return  # the last line of a run that was killed
        if entry["basis"] == self._basis:
            self._found[entry["submission"], entry["route"]] = entry
            self._cells |= entry.get("cells", {})

    def scores(self, sample: Sample, route: str) -> Scores | None:
        """What a submission got by a route, None if it has not gone it."""
        entry = self._found.get((_digest([sample.module]), route))
        return None if entry is None else {str(name): score for name, score in entry["scores"].items()}

    def state(self, sample: Sample) -> str:
        """The program's state when a submission went its first way."""
        return next((e["state"] for (name, _), e in self._found.items() if name == _digest([sample.module])), "")

    def cells(self, known: Mapping[str, str] | None = None) -> Mapping[str, str]:
        """By question, nbgrader's cell. known: these from now on."""
        if known is not None:
            self._cells = dict(known)
        return self._cells

    def add(self, route: str, chosen: Sequence[Sample], found: Sequence[Scores]) -> None:
        """Keep what some submissions got."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        for sample, scores in zip(chosen, found, strict=True):
            name = _digest([sample.module])
            entry: dict[str, Any] = {"name": sample.name, "route": route, "submission": name, "basis": self._basis}
            entry |= {"state": self._state, "scores": dict(scores)}
            entry |= {"cells": dict(self._cells)} if self._cells.keys() <= scores.keys() else {}
            self._found[name, route] = entry
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")


def _digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "little") + part)
    return whole.hexdigest()[:32]
