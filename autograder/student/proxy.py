"""`student`: every public name of the submission as something to call; every result an Answer."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder import wire
from autograder.model import GraderMistake
from autograder.student.answer import Answer, Origin, held, resolved
from autograder.student.connection import Connection, portable

Observer = Callable[[Any], None]

LONGEST_CALL = 100  # characters; an argument that was itself called for is told by its name beyond that


@dataclass(frozen=True)
class Function:
    """A name of the submission. Calling it asks the student's process; a capitalised name makes an object."""

    student: Student
    name: str

    def __call__(self, *arguments: Any, **keywords: Any) -> Answer:
        """What the student's function gives for these arguments. Raises StudentFault."""
        return self.student._call(self.name, self.name, arguments, keywords)

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self.student, f"{self.name}.{name}")


class Student:
    """Stands for one submission within one question.

    observe: told of every comparison; a grading run raises there, a replay notes it and goes on.
    seed: from which checks draw their directions; drawn: who gives them instead, by number and shape.
    returns: what the parts of a function's tuple are called. Names that begin with `_` are not the student's.
    """

    def __init__(
        self,
        connection: Connection,
        observe: Observer,
        seed: str,
        drawn: Callable[[int, tuple[int, ...]], wire.Array] | None = None,
        returns: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._connection, self._observe = connection, observe
        self._drawn = drawn or functools.partial(direction, seed)
        self._device, self._returns = connection.device, returns or {}
        self._directions = 0
        self._met_tensors = False

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(self, name)

    def _request(self, request: Mapping[str, Any], called: str, **payload: Any) -> dict[str, Any]:
        functions: dict[int, Callable[..., Any]] = {}
        body = {key: portable(self._unwrapped(value), functions) for key, value in payload.items()}
        given = {number: self._giving(function) for number, function in functions.items()}
        self._met_tensors = self._met_tensors or _holds_tensor(body)
        return self._connection.ask({**request, **body}, called, given)

    def _giving(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function for the student's code to call: where it gives an answer, the student's own object goes back."""
        return lambda *arguments: self._unwrapped(function(*arguments))

    def _unwrapped(self, value: Any) -> Any:
        """An argument with the student's own objects as references, and derived answers as what they are."""
        if isinstance(value, Answer):
            answer = resolved(value)
            if answer._student is not self:
                raise GraderMistake(f"{answer!r} comes from another student")
            return answer._value if answer._ref is None else answer._ref
        if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
            return type(value)(self._unwrapped(item) for item in value)
        if isinstance(value, dict):
            return {key: self._unwrapped(item) for key, item in value.items()}
        return value

    def _call(self, target: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Answer:
        """The answer of a call, or of making an object when the last step of the name is a class's."""
        called = f"{name}({', '.join(_brief(value) for value in arguments)})"
        is_class = isinstance(target, str) and target.rsplit(".", 1)[-1][:1].isupper()
        request = {"verb": "make" if is_class else "call", "target": target}
        reply = self._request(request, called, arguments=list(arguments), keywords=keywords)
        return self._answer(reply, called, arguments, Origin(target, name, arguments, keywords))

    def _echo(self, function: Function, arguments: tuple[Any, ...]) -> tuple[Answer, Any]:
        """The answer of a call and what its arguments look like afterwards."""
        called = f"{function.name}({', '.join(_brief(value) for value in arguments)})"
        request = {"verb": "call", "target": function.name, "echo": True, "keywords": {}}
        reply = self._request(request, called, arguments=list(arguments))
        origin = Origin(function.name, function.name, arguments, {})
        return self._answer(reply, called, arguments, origin), reply.get("arguments")

    def _timed(self, request: Mapping[str, Any], arguments: tuple[Any, ...]) -> tuple[Answer, float]:
        """The answer to a request and the seconds of wall time, on the grader's clock, until it came."""
        called = str(request.get("target", request["verb"]))
        start = time.perf_counter()
        reply = self._request(request, called, arguments=list(arguments))
        seconds = time.perf_counter() - start
        return self._answer(reply, called, arguments), seconds

    def _answer(
        self, reply: Mapping[str, Any], called: str, arguments: tuple[Any, ...], origin: Origin | None = None
    ) -> Answer:
        inputs = {str(number): value for number, value in enumerate(arguments)}
        return Answer(self, called, value=reply["value"], ref=wire.Ref(reply["id"]), inputs=inputs, origin=origin)

    def _attribute(self, owner: Answer, name: str) -> Answer:
        """A lazy attribute: asked for when a check looks at it or it is called."""
        called = f"{owner._called}.{name}"
        fetched: list[Answer] = []

        def fetch() -> Answer:
            if not fetched:
                reply = self._request({"verb": "get", "target": held(owner), "name": name}, called)
                fetched.append(self._answer(reply, called, ()))
            return fetched[0]

        return Answer(self, called, fetch=fetch)

    def _operate(self, name: str, operands: tuple[Any, ...]) -> Answer:
        for operand in operands:
            if isinstance(operand, Answer):
                held(operand)
        called = f"{name}({', '.join(_brief(value) for value in operands)})"
        reply = self._request({"verb": "operate", "name": name}, called, arguments=list(operands))
        return self._answer(reply, called, operands)

    def _learn(self, verb: str, module: Answer | Function, called: str, **payload: Any) -> Any:
        """The plain reply of load, grad and train, which are about a module and give no object."""
        target = module.name if isinstance(module, Function) else held(module)
        return self._request({"verb": verb, "target": target}, called, **payload)["value"]

    def _direction(self, shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        """A random cotangent, the same for every submission under one seed; never ones."""
        self._directions += 1
        return self._drawn(self._directions, shape)


def direction(seed: str, number: int, shape: tuple[int, ...]) -> wire.Array:
    """The direction of that number: standard normal, from the seed alone."""
    words = [int.from_bytes(part.encode(), "little") for part in (seed, str(number))]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(words))).normal(size=shape)


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    return isinstance(value, wire.Tensor) or (isinstance(value, (tuple, list)) and any(map(_holds_tensor, value)))


def _brief(value: Any) -> str:
    """An argument in a few characters: `(6, 4)` for an array, the value for a number."""
    if isinstance(value, Answer):
        return value._called if len(value._called) <= LONGEST_CALL else f"{value._called.partition('(')[0]}(…)"
    if isinstance(value, Function):
        return value.name
    if hasattr(value, "shape"):
        return f"array{tuple(value.shape)}" if value.shape else f"{value:.4g}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (int, str, bool, type(None))):
        return repr(value) if len(repr(value)) < 30 else "…"
    if isinstance(value, np.random.Generator):
        return "Generator"
    return getattr(value, "__name__", type(value).__name__).replace("<lambda>", "function")
