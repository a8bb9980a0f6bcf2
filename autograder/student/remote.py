"""A submission behind the wall: asks its process, replaces it when it died, remembers what cannot be loaded."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from autograder import wire
from autograder.model import Exercise, GraderMistake, Limits, StudentFault, Submission, Use
from autograder.sandbox.protocol import Ending, Sandbox, SandboxError
from autograder.student import faults
from autograder.student.call import Call
from autograder.student.connection import REFUSED, Functions, answer_callback
from autograder.student.line import Gone, Late, Line, Meanwhile
from autograder.student.rulebook import Rulebook

GREETING_SECONDS = 30.0
DYING_SECONDS = 0.2
PATIENCE = 4.0  # times the seconds for an answer, where others have the processor
GRAIN_SECONDS = 0.02
MOST_HASTE = 5.0  # how many times sooner at most a question is given up after others of its exercise were late


class Remote:
    """A submission in a sandbox. One child at a time; a new one after a crash or a time-out.

    What comes from outside (a sandbox that is gone, a process that somebody else killed) raises SandboxError: it
    says nothing about the submission, which is to be asked again from the start.

    exercises: with what they forbid; none where nobody minds. device: `cuda` for a process that answers on the GPU.
    meanwhile: called before each question and now and then during one; what it raises, nobody here catches.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        submission: Submission,
        module: str,
        limits: Limits,
        exercises: Iterable[Exercise] = (),
        device: str = "cpu",
        meanwhile: Meanwhile = lambda: None,
    ) -> None:
        self._sandbox, self._submission, self._module, self._limits = sandbox, submission, module, limits
        self._exercises = tuple(exercises)
        self.device, self._meanwhile = device, meanwhile
        self._line: Line | None = None
        self._numbers = itertools.count(1)
        self._questions, self._killed_at = 0, 0
        self._forget()

    def _forget(self) -> None:
        self._unloadable: StudentFault | None = None
        self._since = 0
        self._left = self._limits.submission_seconds
        self._output = ""
        self._rules, self._exercise = Rulebook(self._exercises), ""
        self._late: Counter[str] = Counter()

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request. Raises StudentFault, or SandboxError for a disturbance from outside."""
        if self._line is None:
            self._open()
        haste = min(2.0 ** self._late[self._exercise], MOST_HASTE)
        return self._exchange(request, asked, functions, self._limits.answer_seconds / haste)

    def _open(self) -> None:
        """A new child with the submission loaded."""
        if self._unloadable is not None:
            raise self._unloadable
        if self._submission.problem is not None:
            raise faults.unreadable(self._submission.problem)
        self._refuse_overtime()
        self._line = self._spawned()
        self._greet(self._line)
        files = {name: np.frombuffer(content, np.uint8) for name, content in self._submission.files.items()}
        if self._rules and not self._tell_rules(files):
            return self._open()
        try:
            request = {"verb": "files", "files": files, "module": self._module}
            self._exchange(request, f"{self._module}.py", {}, self._limits.answer_seconds)
        except StudentFault as fault:
            self._unloadable = fault
            if self._line is not None:
                self._end()
            raise

    def _spawned(self) -> Line:
        limits = self._limits
        bounds = {"answer_bytes": limits.answer_bytes, "output_bytes": limits.output_bytes}
        return Line(self._sandbox.spawn(limits), **bounds, meanwhile=self._meanwhile)

    def _tell_rules(self, files: Mapping[str, Any]) -> bool:
        """Have the source searched before it runs. False when that ended the child: the next one only watches."""
        first = self._rules.examined is None
        try:
            request = self._rules.request(files, self._module)
            self._exchange(request, f"{self._module}.py", {}, self._limits.answer_seconds)
        except StudentFault:
            self._rules.examined = False
            if self._line is not None:
                self._end()
            if not first:
                raise
            return False
        if first:
            self._rules.examined = True
        return True

    def _refuse_overtime(self) -> None:
        if self._left <= 0:
            raise faults.exhausted(self._limits.submission_seconds)

    def _greet(self, line: Line) -> None:
        """See that the child is there before it gets a byte of the student's: until then a silence is ours."""
        self._ask_first(line, {"verb": "greet"})
        trouble = self._ask_first(line, {"verb": "cuda"}) if self.device == "cuda" else ""
        if trouble:
            self.close()
            raise SandboxError(f"the GPU cannot be used: {trouble}")

    def _ask_first(self, line: Line, request: Mapping[str, Any]) -> Any:
        """The reply of a process that has not met the student yet."""
        call = Call(next(self._numbers), "the sandbox", {}, time.monotonic() + GREETING_SECONDS)
        try:
            line.send(call.frames(request), call.deadline)
            return self._reply(line, call).get("value")
        except (Late, Gone, wire.WireError) as error:
            self.close()
            raise SandboxError(f"a fresh process does not answer ({type(error).__name__})") from None

    def _exchange(self, request: Mapping[str, Any], asked: str, functions: Functions, most: float) -> dict[str, Any]:
        """The reply to one request within so many seconds. A callback may ask in its turn, so that exchanges nest."""
        self._refuse_overtime()
        assert self._line is not None
        left, start = self._left, time.monotonic()
        seconds = min(most, left)
        call = Call(next(self._numbers), asked, functions, start + seconds, (PATIENCE - 1) * seconds)
        frames = call.frames({"since": self._since, **self._rules.about(self._exercise), **request})
        try:
            self._line.send(frames, call.deadline)
            reply = self._reply(self._line, call)
        except Late:
            place = faults.placed(self._line.place(), self._submission.files, self._submission.cells)
            self._end()
            if left < most:
                raise faults.late(asked, self._limits.submission_seconds, place, whole=True) from None
            again = most < self._limits.answer_seconds
            self._late[self._exercise] += bool(self._exercise)
            raise faults.late(asked, seconds, place, again=again) from None
        except Gone:
            raise self._died(asked) from None
        except wire.OversizeError as error:
            self._end()
            raise faults.oversized(asked, error.size, error.most) from None
        except wire.WireError as error:
            self._end()
            raise faults.garbled(asked, str(error)) from None
        finally:
            self._left = left - (time.monotonic() - start)
        if reply["kind"] != "answer":
            raise faults.raised(reply, asked, self._limits, self._submission.cells)
        return {**reply, "id": call.number}

    def _reply(self, line: Line, call: Call) -> dict[str, Any]:
        """The answer or the exception, after any number of callbacks. Raises what a callback said."""
        while True:
            reply = self._heard(line, call)
            kind = call.kind(reply)
            self._rules.note(reply)
            if kind == "callback":
                line.send(self._called_back(line, call, reply), call.until)
            elif call.said:
                raise call.said[0]
            else:
                return reply

    def _heard(self, line: Line, call: Call) -> dict[str, Any]:
        """The next message. What a busy machine has kept the process waiting is not held against it, within reason."""
        while True:
            try:
                return line.receive(call.until)
            except Late:
                granted = min(line.waited_seconds(), call.patience)
                if granted < call.granted[0] + GRAIN_SECONDS:
                    raise
                call.granted[0] = granted

    def _called_back(self, line: Line, call: Call, question: Mapping[str, Any]) -> list[memoryview]:
        """The answer to a callback. What the function said of its own accord is kept until the call ends."""
        try:
            return wire.encode(answer_callback(question, call.functions))
        except wire.WireError as error:  # what a function gives hangs on what it is given: here a student's values
            text = f"the given function gave what cannot be sent: {error}"
            return wire.encode({**REFUSED, "text": text[:500]})
        except (StudentFault, GraderMistake) as fault:
            if self._line is not line:  # it asked the student in its turn, who died of it, and with them this call
                raise
            call.said.append(fault)
            return wire.encode(REFUSED)

    def _died(self, asked: str) -> StudentFault:
        """The fault for a process that has hung up. Raises SandboxError for one that was killed from outside.

        Killed again no earlier than the first time, it is taken for its own doing.
        """
        ending = self._end(patience=DYING_SECONDS)
        cpu_seconds = self._limits.cpu_seconds
        if faults.killed(ending, cpu_seconds) and not 0 < self._killed_at <= self._questions:
            self._killed_at = self._questions
            raise SandboxError(f"{asked}: somebody or something has killed the process")
        return faults.died(asked, ending, cpu_seconds)

    def gpu_trouble(self) -> str:
        """What keeps a fresh process from using the GPU, or ''; nothing of the student's is loaded. Ends it again."""
        self._line = self._spawned()
        try:
            return str(self._ask_first(self._line, {"verb": "cuda"}))
        finally:
            self.close()

    def new_question(self, exercise: str = "") -> None:
        """Results kept so far may be dropped; what was printed belongs to the question before."""
        self._meanwhile()
        self._questions += 1
        self._since, self._exercise = next(self._numbers), exercise
        self.printed()

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """What the source and the processes so far show of what the exercise forbids."""
        if self._rules and self._rules.examined is None:
            with contextlib.suppress(StudentFault):
                self._open()
        return self._rules.uses(exercise)

    def hear_again(self, exercise: str) -> None:
        """A new process, which knows of no question, and for this exercise the full time again."""
        self.close()
        del self._late[exercise]

    def start_over(self) -> None:
        """Forget everything but that it was disturbed once, with a new sandbox."""
        self.close()
        self._sandbox.renew()
        self._questions = 0
        self._forget()

    def printed(self) -> str:
        """What the student printed since it was last asked for."""
        text, self._output = self._output, ""
        return text + (self._line.printed() if self._line is not None else "")

    def _end(self, *, patience: float = 0.0) -> Ending:
        """End the child. Raises SandboxError when nobody can tell how it ended."""
        line, self._line = self._line, None
        assert line is not None
        ending = line.end(patience=patience)
        self._output += line.printed()
        return ending

    def close(self) -> None:
        """End the child, if there is one, however that goes: what it has answered stands."""
        if self._line is not None:
            with contextlib.suppress(SandboxError):
                self._end()
