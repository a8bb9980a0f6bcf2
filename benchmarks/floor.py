"""The floor: what the same questions cost a bare loop in one warm process, with nobody kept apart.

A submission's file is executed, every question draws the same inputs, calls the same functions with the same
arguments, asks the same reference and makes the same comparisons. There is no pytest, no wire and no other process,
and nothing is written down.
"""

from __future__ import annotations

import importlib
import sys
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder import bank
from autograder.manifest import Course
from autograder.model import Status, StudentFault, Verdict, sentence
from autograder.questions import OWN, Tensors
from autograder.reference import Live, generator
from autograder.sandbox.worker import outgoing
from autograder.student import Answer, Student

Question = Callable[..., Any]


class Direct:
    """A student's module, asked by plain calls."""

    device = "cpu"

    def __init__(self, module: types.ModuleType) -> None:
        self.module, self.number = module, 0

    def ask(self, request: Any, asked: str, functions: Any) -> dict[str, Any]:
        """The reply to a call, the only request that is made here."""
        raise NotImplementedError(f"the floor knows plain calls only, not {request['verb']}")


class Bare(Student):
    """The grader's `student` without a wire: the functions themselves."""

    def __init__(self, module: types.ModuleType, observe: Callable[[Any], None], seed: str) -> None:
        super().__init__(Direct(module), observe, seed)  # type: ignore[arg-type]
        self._module = module

    def _call(self, target: Any, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Answer:
        given = [self._given(argument) for argument in arguments]
        try:
            value = getattr(self._module, name)(*given, **{key: self._given(each) for key, each in keywords.items()})
        except Exception as error:  # noqa: BLE001 - whatever it raises is what a check may ask for
            kinds = [kind.__name__ for kind in type(error).__mro__]
            raise StudentFault(Verdict(Status.RAISED, sentence("{kinds}", kinds=kinds))) from None
        return Answer(self, name, value=outgoing(value), ref=None, inputs={})

    def _echo(self, function: Any, arguments: tuple[Any, ...]) -> tuple[Answer, Any]:
        given = [self._given(argument) for argument in arguments]
        value = getattr(self._module, function.name)(*given)
        return Answer(self, function.name, value=outgoing(value), ref=None, inputs={}), given

    def _given(self, value: Any) -> Any:
        """A student's function may change what it is given: a copy, as anybody would make."""
        if isinstance(value, Answer):
            return value._value
        return value.copy(order="K") if isinstance(value, np.ndarray) else value


def questions(course: Course, topic: str) -> Iterator[tuple[str, Question]]:
    """The test functions of a topic's graders by name, loaded once."""
    package = types.ModuleType(f"floor_{topic}")
    package.__path__ = [str(course.root / "tests" / "graders" / topic)]
    sys.modules[package.__name__] = package
    for path in course.graders(topic):
        module = importlib.import_module(f"{package.__name__}.{path.stem}")
        yield from ((n.removeprefix("test_"), f) for n, f in vars(module).items() if n.startswith("test_"))


def loop(course: Course, topic: str, sources: Iterable[bytes]) -> Iterator[int]:
    """For each submission, one after the other, how many questions it passed. The first one loads the rest."""
    asked, reference = list(questions(course, topic)), Live(bank.load(course.solutions(topic)).solution)
    for number, source in enumerate(sources):
        module = types.ModuleType("submission")
        exec(compile(source, "submission.py", "exec"), module.__dict__)
        yield sum(_passes(name, question, module, reference, f"{number:08x}") for name, question in asked)


def _passes(name: str, question: Question, module: types.ModuleType, reference: Any, seed: str) -> bool:
    def observe(seen: Any) -> None:
        if seen.verdict is not None:
            raise StudentFault(seen.verdict)

    rng = generator(seed, name)
    own = dict(zip(OWN, (Bare(module, observe, f"{seed}/{name}"), reference, rng, Tensors(rng), "cpu"), strict=True))
    wanted = question.__code__.co_varnames[: question.__code__.co_argcount]
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            question(**{each: own[each] for each in wanted})
    except StudentFault:
        return False
    return True


def main(root: str, topic: str, count: str) -> None:
    """So many right submissions, all of whose questions must pass."""
    course = Course(Path(root))
    source = (course.solutions(topic) / "solution.py").read_bytes()
    passed = set(loop(course, topic, [source] * int(count)))
    assert len(passed) == 1, f"the floor does not agree with itself: {passed}"


if __name__ == "__main__":
    main(*sys.argv[1:])
