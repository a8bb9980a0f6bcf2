"""One request on its way to a submission's process, and what may be said in reply."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder import wire
from autograder.student.connection import Functions, encoded


@dataclass(frozen=True)
class Call:
    """One request on its way. asked: its words. nonce: what nobody over there could know before it was sent.

    deadline: for all of it, callbacks included. patience: seconds beyond it, at most, where the process was kept from
    running; granted: how much of it was. said: what a callback said of its own accord.
    """

    number: int
    asked: str
    functions: Functions
    deadline: float
    patience: float = 0.0
    nonce: int = field(default_factory=lambda: secrets.randbits(62))
    said: list[Exception] = field(default_factory=list)
    granted: list[float] = field(default_factory=lambda: [0.0])

    @property
    def until(self) -> float:
        """The deadline, with what has been granted beyond it."""
        return self.deadline + self.granted[0]

    def frames(self, request: Mapping[str, Any]) -> list[memoryview]:
        """The request as it is sent. Raises GraderMistake for an argument that cannot travel."""
        return encoded({"id": self.number, "nonce": self.nonce, **request}, self.asked)

    def kind(self, reply: Mapping[str, Any]) -> str:
        """answer, raised or callback. Raises WireError. Every field may hold a value whose == is odd, e.g. an array."""
        nonce, kind = reply.get("nonce"), reply.get("kind")
        if type(nonce) is not int or nonce != self.nonce:
            raise wire.WireError("malformed frame: it does not belong to what was asked")
        if type(kind) is not str or kind not in ("answer", "raised", "callback"):
            raise wire.WireError("malformed frame: it is neither an answer, an exception nor a callback")
        if kind == "answer" and "value" not in reply:
            raise wire.WireError("malformed frame: an answer without a value")
        return kind
