"""What one exercise forbids, as the student's process is told it, and one use of it, as it is reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Rule:
    """One exercise's functions and what they may not use. names: dotted, of modules and of what is in them.

    operators: of PyTorch, like `aten._softmax`; `*` stands for any characters.
    """

    exercise: str
    functions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


class Use(NamedTuple):
    """One use: of what the rule lists as `forbidden`, under which `name`, where; line 0 when nobody knows."""

    exercise: str
    forbidden: str
    name: str
    file: str
    line: int
    source: str


def rules_of(described: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules in a request."""
    return tuple(
        Rule(each["exercise"], *(tuple(each[part]) for part in ("functions", "names", "operators")))
        for each in described
    )


def covers(forbidden: str, path: str) -> bool:
    """Whether a dotted path is a forbidden name or lies below it."""
    return path == forbidden or path.startswith(forbidden + ".")
