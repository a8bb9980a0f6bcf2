"""A submission behind the wall: asks its process, replaces it when it died, remembers what cannot be loaded."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from autograder import wire
from autograder.model import Exercise, GraderMistake, Limits, StudentFault, Submission, Use
from autograder.sandbox.protocol import Sandbox, SandboxError
from autograder.sandbox.worker import Engine, opaque
from autograder.student import faults
from autograder.student.line import Gone, Late, Line
from autograder.student.rulebook import Rulebook

Functions = Mapping[int, Callable[..., Any]]
KINDS = ("answer", "raised", "callback")
GREETING_SECONDS = 30.0
REFUSED = {"verb": "refused", "text": "the given function failed"}


class Connection(Protocol):
    """Whoever answers in the student's place: a process behind a sandbox, or trusted code in this one."""

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request, `asked` being its words. Raises StudentFault."""
        ...

    def new_question(self, exercise: str = "") -> None:
        """Forget what earlier questions kept; the next one is about this exercise."""
        ...

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """What was used of what the exercise forbids; None when the source could not be searched."""
        ...

    def printed(self) -> str:
        """What was printed since it was last asked for."""
        ...


def _belongs(reply: Mapping[str, Any], number: int) -> bool:
    """Whether a frame speaks about this request. Types first: an array compared with a number is no truth value."""
    claimed, kind = reply.get("id"), reply.get("kind")
    return type(claimed) is int and claimed == number and type(kind) is str and kind in KINDS


def answer_callback(question: Mapping[str, Any], functions: Functions) -> dict[str, Any]:
    """Call the trusted function that the student's code asked for; its failure goes back as a text.

    Raises StudentFault and GraderMistake: what such a function says of its own accord is said already.
    """
    try:
        function, arguments = functions[question["number"]], question["arguments"]
        return {"verb": "result", "value": portable(function(*arguments), {})}
    except (StudentFault, GraderMistake):
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
    copied = type(generator)(type(generator.bit_generator)())
    copied.bit_generator.state = generator.bit_generator.state
    return int.from_bytes(copied.bytes(16), "little")


class Remote:
    """A submission in a sandbox. One child at a time; a new one after a crash or a time-out.

    exercises: with what they forbid; none where nobody minds.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        submission: Submission,
        module: str,
        limits: Limits,
        exercises: Iterable[Exercise] = (),
    ) -> None:
        self._sandbox, self._submission, self._module, self._limits = sandbox, submission, module, limits
        self._line: Line | None = None
        self._unloadable: StudentFault | None = None
        self._numbers = itertools.count(1)
        self._since = 0
        self._left = limits.submission_seconds
        self._output = ""
        self._rules, self._exercise = Rulebook(exercises), ""

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request. Raises StudentFault; SandboxError when the sandbox itself is gone."""
        if self._left <= 0:
            raise faults.exhausted(self._limits.submission_seconds)
        if self._line is None:
            self._open()
        return self._exchange(request, asked, functions)

    def _open(self) -> None:
        """A new child with the submission loaded."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._submission.problem is not None:
            raise faults.unreadable(self._submission.problem)
        limits = self._limits
        child = self._sandbox.spawn(limits)
        self._line = Line(child, answer_bytes=limits.answer_bytes, output_bytes=limits.output_bytes)
        self._greet()
        files = {name: np.frombuffer(content, np.uint8) for name, content in self._submission.files.items()}
        if self._rules and not self._tell_rules(files):
            return self._open()
        try:
            self._exchange({"verb": "files", "files": files, "module": self._module}, f"{self._module}.py", {})
        except StudentFault as fault:
            self._unloadable = fault
            self.close()
            raise

    def _tell_rules(self, files: Mapping[str, Any]) -> bool:
        """Have the source searched before it runs. False when that ended the child: the next one only watches."""
        first = self._rules.examined is None
        try:
            self._exchange(self._rules.request(files, self._module), f"{self._module}.py", {})
        except StudentFault:
            self._rules.examined = False
            self.close()
            if not first:
                raise
            return False
        if first:
            self._rules.examined = True
        return True

    def _greet(self) -> None:
        """See that the child is there before it gets a byte of the student's: until then a silence is ours."""
        assert self._line is not None
        try:
            deadline = time.monotonic() + GREETING_SECONDS
            self._line.send(wire.encode({"id": 0, "verb": "pace", "turns": 0}), deadline)
            self._line.receive(deadline)
        except (Late, Gone, wire.WireError) as error:
            self.close()
            raise SandboxError(f"a fresh child did not answer ({type(error).__name__})") from None

    def _exchange(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """One request and its reply, in the submission's own time (that of calls inside callbacks counts once)."""
        left, line = self._left, self._line
        if left <= 0:
            raise faults.exhausted(self._limits.submission_seconds)
        assert line is not None
        number, start = next(self._numbers), time.monotonic()
        seconds = min(self._limits.answer_seconds, left)
        about = self._rules.about(self._exercise)
        frames = encoded({"id": number, "since": self._since, **about, **request}, asked)
        try:
            line.send(frames, start + seconds)
            reply = self._answer(line, number, functions, start + seconds)
        except Late:
            self.close()
            raise faults.late(asked, seconds) from None
        except Gone:
            raise faults.died(asked, self.close(), self._limits) from None
        except wire.WireError as error:
            self.close()
            raise faults.garbled(asked, str(error)) from None
        finally:
            self._left = left - (time.monotonic() - start)
        if reply["kind"] != "answer":
            raise faults.raised(reply, asked)
        return {**reply, "id": number}

    def _answer(self, line: Line, number: int, functions: Functions, deadline: float) -> dict[str, Any]:
        """The frame that answers this request, after any number of callbacks. Raises what a callback said."""
        said: list[Exception] = []
        while True:
            reply = line.receive(deadline)
            if not _belongs(reply, number):
                raise wire.WireError("malformed frame: it does not belong to what was asked")
            self._rules.note(reply)
            if reply["kind"] == "callback":
                line.send(self._called_back(line, number, reply, functions, said), deadline)
            elif said:
                raise said[0]
            elif reply["kind"] == "answer" and "value" not in reply:
                raise wire.WireError("malformed frame: an answer without a value")
            else:
                return reply

    def _called_back(
        self,
        line: Line,
        number: int,
        question: Mapping[str, Any],
        functions: Functions,
        said: list[Exception],
    ) -> list[memoryview]:
        """The answer to a callback. What the function said of its own accord is kept in `said` until the call ends."""
        try:
            return wire.encode({"id": number, **answer_callback(question, functions)})
        except wire.WireError as error:  # what a function gives hangs on what it is given: here a student's values
            text = f"the given function gave what cannot be sent: {error}"
            return wire.encode({"id": number, **REFUSED, "text": text[:500]})
        except (StudentFault, GraderMistake) as fault:
            if self._line is not line:  # it asked the student in its turn, who died of it, and with them this call
                raise
            said.append(fault)
            return wire.encode({"id": number, **REFUSED})

    def new_question(self, exercise: str = "") -> None:
        """Results kept so far may be dropped; what was printed belongs to the question before."""
        self._since, self._exercise = next(self._numbers), exercise
        self.printed()

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """What the source and the processes so far show of what the exercise forbids."""
        if self._rules and self._rules.examined is None:
            with contextlib.suppress(StudentFault):
                self._open()
        return self._rules.uses(exercise)

    def printed(self) -> str:
        """What the student printed since it was last asked for."""
        text, self._output = self._output, ""
        return text + (self._line.printed() if self._line is not None else "")

    def close(self) -> Any:
        """End the child, if there is one; how it ended."""
        line, self._line = self._line, None
        if line is None:
            return None
        ending = line.end()
        self._output += line.printed()
        return ending


class Local:
    """Trusted code in the student's place, in this process: how mistakes, alternatives and proofs are played.

    It goes over the same encoding as a real submission, so that both meet the same arguments.
    """

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
