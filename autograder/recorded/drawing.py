"""A question's random generator that keeps what it draws, or gives again what was drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.model import GraderMistake

DRAWS = tuple(name for name in dir(np.random.Generator) if name[0] != "_" and name not in ("bit_generator", "spawn"))


class Drawn(np.random.Generator):
    """A generator that is handed over as a seed made of its question and of how much was drawn before.

    So the seed does not depend on NumPy's streams either. key: names the question and the run's seed.
    """

    def __init__(self, key: str) -> None:
        super().__init__(np.random.PCG64(0))
        self._key, self.count = key, 0

    def handed_over(self) -> int:
        """The seed that stands for this generator as it is now."""
        return int.from_bytes(hashlib.sha256(f"{self._key}/{self.count}".encode()).digest()[:16], "little")

    def _draw(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        raise NotImplementedError

    def spawn(self, n_children: int) -> Any:
        """Refused: what children draw would not be kept."""
        raise GraderMistake("rng.spawn cannot be recorded: draw from rng itself")


def _drawing(name: str) -> Callable[..., Any]:
    def draw(self: Drawn, *arguments: Any, **keywords: Any) -> Any:
        result = self._draw(name, arguments, keywords)
        self.count += 1
        return result

    return draw


for _name in DRAWS:
    setattr(Drawn, _name, _drawing(_name))


def _filled(name: str, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """The array or list that a draw fills in place, or None."""
    return arguments[0] if name == "shuffle" and arguments else keywords.get("x" if name == "shuffle" else "out")


class Recording(Drawn):
    """Draws from another generator and keeps it in `draws`: (name, value)."""

    def __init__(self, key: str, source: np.random.Generator) -> None:
        super().__init__(key)
        self._source = source
        self.draws: list[tuple[str, Any]] = []

    def _draw(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        result = getattr(self._source, name)(*arguments, **keywords)
        filled = _filled(name, arguments, keywords)
        kept = result if filled is None else filled
        self.draws.append((name, kept.copy() if isinstance(kept, (np.ndarray, list)) else kept))
        return result


class Replaying(Drawn):
    """Gives what was drawn. Raises GraderMistake when something else is asked for."""

    def __init__(self, key: str, draws: Sequence[tuple[str, Any]]) -> None:
        super().__init__(key)
        self._draws = draws

    def _draw(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        recorded = self._draws[self.count] if self.count < len(self._draws) else ("nothing", None)
        if recorded[0] != name:
            raise GraderMistake(f"rng.{name} is asked for where {recorded[0]} was recorded: another edition's graders?")
        filled = _filled(name, arguments, keywords)
        if filled is None:
            return recorded[1]
        filled[... if isinstance(filled, np.ndarray) else slice(None)] = recorded[1]
        return None if name == "shuffle" else filled
