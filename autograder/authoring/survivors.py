"""The committed list of mutants that may survive: solutions/<topic>/survivors.toml, each with the reason."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring.mutants import Fate
from autograder.model import AutograderError

KEYS = ("function", "before", "after", "why")


@dataclass(frozen=True)
class Explanation:
    """Why the mutants that turn `before` into one of `after`, in a function, may keep their points."""

    function: str
    before: str
    after: tuple[str, ...]
    why: str

    @property
    def changes(self) -> tuple[tuple[str, str, str], ...]:
        """The mutants that are meant, as `Mutant.change` knows them."""
        return tuple((self.function, self.before, after) for after in self.after)


def read(path: Path) -> tuple[Explanation, ...]:
    """The explanations in a file, none when there is no file. Raises AutograderError with the place."""
    try:
        raw = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AutograderError(f"{path}: {error}") from None
    if set(raw) - {"survivor"} or not isinstance(raw.get("survivor", []), list):
        raise AutograderError(f"{path}: only [[survivor]] tables are allowed")
    return tuple(_explanation(item, f"{path}: survivor {n}") for n, item in enumerate(raw.get("survivor", []), 1))


def _explanation(item: dict[str, Any], where: str) -> Explanation:
    after = item.get("after")
    item = {**item, "after": [after] if isinstance(after, str) else after}
    for key in item:
        if key not in KEYS:
            raise AutograderError(f"{where}: unknown key {key!r}; there are {', '.join(KEYS)}")
    for key in KEYS:
        value = item.get(key)
        texts = value if key == "after" and isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            raise AutograderError(f"{where}: {key} = {value!r} is no text")
    return Explanation(item["function"], item["before"], tuple(item["after"]), item["why"])


@dataclass(frozen=True)
class Balance:
    """Some mutants' fates beside the explanations."""

    fates: tuple[Fate, ...]
    explained: tuple[Fate, ...]
    unexplained: tuple[Fate, ...]

    @property
    def killed(self) -> int:
        """How many lost points under every seed."""
        return len(self.fates) - len(self.explained) - len(self.unexplained)


def balance(fates: Iterable[Fate], explanations: Iterable[Explanation]) -> Balance:
    """The survivors among the fates, with and without a reason."""
    fates = tuple(fates)
    known = {change for explanation in explanations for change in explanation.changes}
    survivors = [fate for fate in fates if fate.survived]
    return Balance(
        fates,
        tuple(fate for fate in survivors if fate.mutant.change in known),
        tuple(fate for fate in survivors if fate.mutant.change not in known),
    )


def stale(fates: Iterable[Fate], explanations: Sequence[Explanation]) -> tuple[tuple[str, str, str], ...]:
    """The explained changes that are no survivors (any more): killed meanwhile, or the line reads otherwise."""
    surviving = {fate.mutant.change for fate in fates if fate.survived}
    return tuple(change for item in explanations for change in item.changes if change not in surviving)


def asked(explanations: Sequence[Explanation], fates: Iterable[Fate], only: str) -> tuple[Explanation, ...]:
    """The explanations of functions that were looked at: all, or when one exercise was asked for its own."""
    functions = {fate.mutant.function for fate in fates}
    return tuple(item for item in explanations if not only or item.function in functions)
