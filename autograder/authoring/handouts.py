"""The numbers worked in a topic's handouts: assignments/<topic>/worked.toml, computed again and found in both texts.

`[[case]]`: call(*args, **kwargs) of the solution gives `result`. `[[arithmetic]]`: an expression does. Every text of
`shown` stands in both handouts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.authoring.reading import READMES
from autograder.authoring.refusal import Places, Refusal
from autograder.model import Assignment

KINDS = ("case", "arithmetic")
ALLOWED = {"np": np, "max": max, "min": min, "sum": sum, "range": range, "abs": abs, "len": len}
MEND = "mend the handout, or worked.toml"


def numbers_hold(at: Places, solution: Any) -> Iterator[Refusal]:
    """Every worked number is right and stands in both handouts."""
    path = at.facts.with_name("worked.toml")
    if not path.exists():
        return
    try:
        facts = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        yield Refusal("handout", at.at(path), str(error), "it is TOML: [[case]] and [[arithmetic]] tables")
        return
    lines = path.read_text("utf-8").splitlines()
    for kind in KINDS:
        starts = [number for number, text in enumerate(lines, 1) if text.strip() == f"[[{kind}]]"]
        for line, case in zip(starts, facts.get(kind, []), strict=False):
            yield from _case(at, at.at(path, line), kind, case, solution)


def _case(at: Places, place: str, kind: str, case: Mapping[str, Any], solution: Any) -> Iterator[Refusal]:
    what = case.get("call" if kind == "case" else "expression", "?")
    try:
        found = called(case, solution) if kind == "case" else computed(case["expression"])
        right = agree(found, case["result"])
    except Exception as error:  # noqa: BLE001 - whatever a wrong example raises
        yield Refusal("handout", place, f"{what} cannot be worked out: {type(error).__name__}: {error}", MEND)
        return
    if not right:
        yield Refusal("handout", place, f"{what} gives {found!r}, it says {case['result']!r}", MEND)
    for name in READMES:
        text = at.facts.with_name(name)
        for shown in case.get("shown", []):
            if text.exists() and shown not in text.read_text("utf-8"):
                yield Refusal("handout", at.at(text), f"{shown!r} does not stand there", MEND)


def called(case: Mapping[str, Any], solution: Any) -> Any:
    """What the solution gives for a case."""
    arguments = [arrays(value) for value in case.get("args", [])]
    return getattr(solution, case["call"])(*arguments, **case.get("kwargs", {}))


def computed(expression: str) -> Any:
    """What a line of arithmetic gives; np and a few functions are known."""
    return eval(expression, {"__builtins__": {}, **ALLOWED})  # noqa: S307 - the author's own file


def arrays(value: Any) -> Any:
    """A list is an array; a list of unlike parts, like a cache, is a tuple of them."""
    if isinstance(value, dict):
        return {key: arrays(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    try:
        return np.array(value)
    except ValueError:
        return tuple(arrays(part) for part in value)


def agree(found: Any, stated: Any) -> bool:
    """Whether a result is the stated one, numbers to the digits that handouts show."""
    if isinstance(found, (tuple, list)) or (isinstance(found, dict) and isinstance(stated, dict)):
        pairs = found.items() if isinstance(found, dict) else enumerate(found)
        return len(found) == len(stated) and all(agree(value, stated[key]) for key, value in pairs)
    if isinstance(found, str) or found is None:
        return bool(found == stated)
    return np.shape(found) == np.shape(stated) and bool(np.allclose(found, stated, rtol=1e-4, atol=1e-9))


def links_hold(at: Places) -> Iterator[Refusal]:
    """The files and figures that a handout points to are there."""
    for name in READMES:
        path = at.facts.with_name(name)
        for number, text in enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1):
            for target in _targets(text):
                if not (path.parent / target).exists():
                    yield Refusal("handout", at.at(path, number), f"there is no {target}", "draw it, or mend the link")


def _targets(text: str) -> list[str]:
    """The local files that a line of Markdown points to."""
    found = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text)
    return [target for pair in found for target in pair if target and "://" not in target]


def rules_told(at: Places, assignment: Assignment) -> Iterator[Refusal]:
    """What an exercise forbids stands in both handouts."""
    for name in READMES:
        path: Path = at.facts.with_name(name)
        text = path.read_text("utf-8") if path.exists() else ""
        for exercise in assignment.exercises:
            for rule in (*exercise.forbidden.names, *exercise.forbidden.operators):
                if text and f"`{rule}`" not in text:
                    what = f"{exercise.name} forbids {rule}, and the handout does not say so"
                    yield Refusal("handout", at.at(path), what, f"write `{rule}` where it is asked for")
