"""Whoever answers in the student's place, and how trusted values travel there; here: trusted code in this process."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from autograder import memory, wire
from autograder.model import AutograderError, GraderMistake, StudentFault, Use
from autograder.sandbox.worker import Engine, opaque
from autograder.student import faults

Functions = Mapping[int, Callable[..., Any]]
REFUSED = {"verb": "refused", "text": "the given function failed"}


class Connection(Protocol):
    """Whoever answers in the student's place: a process behind a sandbox, or trusted code in this one.

    device: where tensors are computed there, `cpu` or `cuda`.
    """

    @property
    def device(self) -> str:
        """Where tensors are computed, `cpu` or `cuda`."""
        ...

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request, `asked` being its words. Raises StudentFault."""
        ...

    def new_question(self, exercise: str = "") -> None:
        """Forget what earlier questions kept; the next one is about this exercise."""
        ...

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """What was used of what the exercise forbids; None when the source could not be searched."""
        ...

    def hear_again(self, exercise: str) -> None:
        """Forget what was asked before, and that questions of the exercise were late: the next has its full time."""
        ...

    def start_over(self) -> None:
        """Forget everything, as if nothing had been asked: after a SandboxError. Raises SandboxError."""
        ...

    def printed(self) -> str:
        """What was printed since it was last asked for."""
        ...


def answer_callback(question: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """Call the trusted function that the student's code asked for; its failure goes back as a text.

    Raises StudentFault and AutograderError: what such a function says of its own accord is said already.
    """
    try:
        function, arguments = functions[question["number"]], question["arguments"]
        with memory.bounded(arguments):
            return {"verb": "result", "value": portable(function(*arguments), {})}
    except (StudentFault, AutograderError):
        raise
    except Exception as error:  # noqa: BLE001 - the arguments are a student's; the failure is theirs to read
        return {"verb": "refused", "text": f"the given function raised {type(error).__name__}: {error}"[:500]}


def encoded(message: Mapping[str, Any], asked: str) -> list[memoryview]:
    """A message of the trusted side as it is sent. Raises GraderMistake for a value that cannot travel."""
    try:
        return wire.encode(message)
    except wire.WireError as error:
        raise GraderMistake(f"{asked}: {error}") from None


def portable(value: Any, functions: dict[int, Callable[..., Any]]) -> Any:
    """A trusted argument as it travels: tensors as arrays, generators as seeds, callables as callbacks."""
    if isinstance(value, list):
        return [portable(item, functions) for item in value]
    if isinstance(value, tuple):
        return tuple(portable(item, functions) for item in value)
    if isinstance(value, dict):
        return {key: portable(item, functions) for key, item in value.items()}
    if isinstance(value, np.random.Generator):
        return wire.Seed(seed_of(value))
    if callable(value) and not isinstance(value, type):
        functions[len(functions)] = value
        return wire.Callback(len(functions) - 1)
    if hasattr(value, "detach") and hasattr(value, "requires_grad"):
        return wire.Tensor(value.detach().cpu().numpy(), bool(value.requires_grad))
    return value


def seed_of(generator: np.random.Generator) -> int:
    """A seed that depends on where a generator stands, without moving it: equal for student and reference."""
    handed_over = getattr(generator, "handed_over", None)
    if handed_over is not None:  # a recorded one stands nowhere
        return int(handed_over())
    copied = type(generator)(type(generator.bit_generator)())
    copied.bit_generator.state = generator.bit_generator.state
    return int.from_bytes(copied.bytes(16), "little")


class Local:
    """Trusted code in the student's place, in this process: how mistakes, alternatives and proofs are played.

    It goes over the same encoding as a real submission, so that both meet the same arguments.
    """

    device = "cpu"

    def __init__(self, namespace: Any) -> None:
        self._functions: Functions = {}
        self._said: list[Exception] = []
        self._engine = Engine(self._ask)
        self._engine.namespace = namespace
        self._numbers = itertools.count(1)

    def _ask(self, question: dict[str, Any]) -> Any:
        try:
            answer = answer_callback(arrived(wire.encode(question, opaque)), self._functions)
            return arrived(encoded(answer, "a given function"))
        except (StudentFault, GraderMistake) as fault:
            self._said.append(fault)
            return REFUSED

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request. Raises StudentFault."""
        number = next(self._numbers)
        outer = self._functions, self._said
        self._functions, self._said = functions, []
        try:
            reply = self._engine.execute(arrived(encoded({"id": number, **request}, asked)))
            if self._said:
                raise self._said[0]
        finally:
            self._functions, self._said = outer
        reply = arrived(wire.encode({**reply, "id": number}, opaque))
        if reply["kind"] != "answer":
            raise faults.raised(reply, asked)
        return reply

    def new_question(self, exercise: str = "") -> None:
        """Forget what earlier questions kept."""
        self._engine.kept.clear()

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """Trusted code may use what it likes: an alternative may call the library that students write by hand."""
        return ()

    def hear_again(self, exercise: str) -> None:
        """It is never late."""

    def start_over(self) -> None:
        """Nothing from outside reaches it."""
        self._engine.kept.clear()

    def printed(self) -> str:
        """Trusted code prints nothing that is kept."""
        return ""


def arrived(frames: list[memoryview]) -> dict[str, Any]:
    """A message as it arrives on the other side."""
    reader, data = wire.Reader(1 << 31), memoryview(wire.joined(frames))
    while True:
        buffer = reader.buffer()
        buffer[:] = data[: len(buffer)]
        data = data[len(buffer) :]
        message = reader.filled(len(buffer))
        if message is not None:
            return message
