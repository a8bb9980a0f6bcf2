"""The floor: what the same questions cost a bare loop in one warm process, with nobody kept apart.

A submission's file is executed, every question draws the same inputs, calls the same functions with the same
arguments, asks the same reference and makes the same comparisons. There is no pytest, no wire and no other process,
and nothing is written down.
"""

from __future__ import annotations

import importlib
import json
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder import bank, wire
from autograder.manifest import Course
from autograder.model import StudentFault
from autograder.questions import OWN, Tensors
from autograder.questions import _seed_torch as seed_torch
from autograder.reference import Live, _own, generator
from autograder.sandbox import learning
from autograder.sandbox.raising import raised
from autograder.sandbox.worker import Engine, outgoing
from autograder.student import Answer, Student, faults
from autograder.student.answer import Origin, resolved
from autograder.student.connection import Functions, answer_callback

Question = Callable[..., Any]


class Direct:
    """A student's module, asked in this process: what the worker does, without the wire. Counts what it is asked."""

    device = "cpu"

    def __init__(self, module: types.ModuleType) -> None:
        self.engine = Engine(self._called_back)
        self.engine.namespace = module
        self.functions: Functions = {}
        self.calls = self.callbacks = 0

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to any request. Raises StudentFault."""
        self.calls += 1
        number, outer, self.functions = self.calls, self.functions, functions
        try:
            reply = self.engine.execute({"id": number, **_own(dict(request))})
        finally:
            self.functions = outer
        if reply["kind"] != "answer":
            raise faults.raised(reply, asked)
        return {**reply, "id": number}

    def _called_back(self, question: dict[str, Any]) -> dict[str, Any]:
        self.callbacks += 1
        return answer_callback(question, self.functions)

    def keep(self, value: Any) -> wire.Ref:
        """Hold a value as the worker would hold the answer to a request."""
        self.calls += 1
        self.engine.kept[self.calls] = value
        return wire.Ref(self.calls)

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A given function, each call of which is counted."""

        def call(*arguments: Any) -> Any:
            self.callbacks += 1
            return function(*arguments)

        return call


class Bare(Student):
    """The grader's `student` without a wire: plain functions are called as they are, the rest goes by the engine."""

    def __init__(self, direct: Direct, observe: Callable[[Any], None], seed: str) -> None:
        super().__init__(direct, observe, seed)
        self._direct = direct

    def _call(self, target: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Answer:
        function = vars(self._direct.engine.namespace).get(target) if isinstance(target, str) else None
        if not isinstance(function, types.FunctionType):
            return super()._call(target, name, arguments, keywords)
        given = [self._given(argument) for argument in arguments]
        value = self._tried(function, given, {key: self._given(each) for key, each in keywords.items()})
        origin = Origin(target, name, arguments, keywords)
        return Answer(self, name, value=outgoing(value), ref=self._direct.keep(value), inputs={}, origin=origin)

    def _echo(self, function: Any, arguments: tuple[Any, ...]) -> tuple[Answer, Any]:
        given = [self._given(argument) for argument in arguments]
        value = self._tried(vars(self._direct.engine.namespace)[function.name], given, {})
        answer = Answer(self, function.name, value=outgoing(value), ref=self._direct.keep(value), inputs={})
        return answer, outgoing(given)

    def _tried(self, function: Callable[..., Any], given: list[Any], keywords: dict[str, Any]) -> Any:
        try:
            value = function(*given, **keywords)
        except Exception as error:  # noqa: BLE001 - whatever it raises is what a check may ask for
            raise faults.raised(raised(error), function.__name__) from None
        return list(value) if isinstance(value, Iterator) else value

    def _given(self, value: Any) -> Any:
        """A student's function may change what it is given: a copy, as anybody would make."""
        if isinstance(value, Answer):
            ref = resolved(value)._ref
            return value._value if ref is None else self._direct.engine.target(ref)
        if isinstance(value, np.ndarray):
            return value.copy(order="K")
        if hasattr(value, "requires_grad"):
            return value.detach().clone().requires_grad_(value.requires_grad)
        if callable(value) and not isinstance(value, type):
            return self._direct.counted(lambda *arguments: self._given(value(*arguments)))
        if type(value) in (list, tuple):
            return type(value)(map(self._given, value))
        return value


def questions(course: Course, topic: str) -> Iterator[tuple[str, Question]]:
    """The test functions of a topic's graders by name, loaded once."""
    package = types.ModuleType(f"floor_{topic}")
    package.__path__ = [str(course.root / "tests" / "graders" / topic)]
    sys.modules[package.__name__] = package
    for path in course.graders(topic):
        module = importlib.import_module(f"{package.__name__}.{path.stem}")
        yield from ((n.removeprefix("test_"), f) for n, f in vars(module).items() if n.startswith("test_"))


@dataclass(frozen=True)
class Graded:
    """One submission: how many questions it passed, and how many requests and calls back that took."""

    passed: int
    questions: int
    calls: int
    callbacks: int


def loop(course: Course, topic: str, sources: Iterable[bytes]) -> Iterator[Graded]:
    """Each submission, one after the other. The first one loads the rest."""
    if course.assignment(topic).framework == "torch":
        learning.load_torch()
    asked, reference = list(questions(course, topic)), Live(bank.load(course.solutions(topic)).solution)
    for number, source in enumerate(sources):
        module = types.ModuleType("submission")
        exec(compile(source, "submission.py", "exec"), module.__dict__)
        direct = Direct(module)
        passed = sum(_passes(name, question, direct, reference, f"{number:08x}") for name, question in asked)
        yield Graded(passed, len(asked), direct.calls, direct.callbacks)


def _passes(name: str, question: Question, direct: Direct, reference: Any, seed: str) -> bool:
    def observe(seen: Any) -> None:
        if seen.verdict is not None:
            raise StudentFault(seen.verdict)

    direct.engine.kept.clear()
    rng = generator(seed, name)
    seed_torch(seed, name)
    own = dict(zip(OWN, (Bare(direct, observe, f"{seed}/{name}"), reference, rng, Tensors(rng), "cpu"), strict=True))
    wanted = question.__code__.co_varnames[: question.__code__.co_argcount]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            question(**{each: own[each] for each in wanted})
    except StudentFault:
        return False
    return True


def main(root: str, topic: str, count: str, facts: str = "") -> None:
    """So many right submissions, all of whose questions must pass. facts: a file for what the last one took."""
    course = Course(Path(root))
    source = (course.solutions(topic) / "solution.py").read_bytes()
    graded = list(loop(course, topic, [source] * int(count)))
    assert all(each.passed == each.questions for each in graded), f"the floor refuses the solution: {graded[-1]}"
    if facts:
        Path(facts).write_text(json.dumps(asdict(graded[-1])), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
