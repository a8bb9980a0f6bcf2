"""What a student's process is told of the rules, and what it says was used: a claim that can only cost marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.model import Exercise, Use

TEXT = 200
LINES = 10_000_000


class Rulebook:
    """One submission's uses of what its exercises forbid, gathered from the answers of all its processes.

    examined: whether the source has been searched; None before the first process.
    """

    def __init__(self, exercises: Iterable[Exercise]) -> None:
        self._exercises = tuple(exercises)
        self._forbidden = {
            each.name: {*each.forbidden.names, *each.forbidden.operators} for each in self._exercises if each.forbidden
        }
        self._uses: dict[tuple[str, str], Use] = {}
        self.examined: bool | None = None

    def __bool__(self) -> bool:
        return bool(self._forbidden)

    def request(self, files: Mapping[str, Any], module: str) -> dict[str, Any]:
        """The rules as a request. The files come along once: later processes only watch."""
        rules = [
            {
                "exercise": each.name,
                "functions": list(each.functions),
                "names": list(each.forbidden.names),
                "operators": list(each.forbidden.operators),
            }
            for each in self._exercises
        ]
        files = files if self.examined is None else {}
        return {"verb": "rules", "rules": rules, "files": files, "module": module}

    def about(self, exercise: str) -> dict[str, str]:
        """What a request says of the exercise that it belongs to: nothing where nothing is forbidden."""
        return {"exercise": exercise} if exercise in self._forbidden else {}

    def note(self, reply: Mapping[str, Any]) -> None:
        """Remember what a reply claims; what has not the form of a use, or is of no rule, is dropped."""
        claimed = reply.get("uses")
        for claim in claimed if type(claimed) is list else ():
            if type(claim) is tuple and [type(part) for part in claim] == [str, str, str, str, int, str]:
                exercise, forbidden, name, file, line, source = claim
                if forbidden in self._forbidden.get(exercise, ()):
                    use = Use(forbidden, name[:TEXT], file[:TEXT], min(max(line, 0), LINES), source[:TEXT])
                    self._uses.setdefault((exercise, forbidden), use)

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """What an exercise's rule was broken by; None when nothing was found in a source that nobody could search."""
        found = tuple(use for (name, _), use in self._uses.items() if name == exercise)
        return found if found or self.examined else None
