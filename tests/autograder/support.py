"""Students for tests: code behind a real sandbox, and plain functions in its place; both speak over the wire."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.checks import Observation
from autograder.model import Limits, StudentFault, Submission, Verdict
from autograder.sandbox.protocol import Sandbox
from autograder.student import Answer, Local, Remote, Student

MODULE = "answer"


@dataclass
class Asked:
    """A student and what the checks saw of them."""

    student: Student
    remote: Any
    seen: list[Observation] = field(default_factory=list)


def _observer(seen: list[Observation]) -> Callable[[Observation], None]:
    def observe(observation: Observation) -> None:
        seen.append(observation)
        if observation.verdict is not None:
            raise StudentFault(observation.verdict)

    return observe


def asked(sandbox: Sandbox, source: str | bytes, **limits: Any) -> Asked:
    """A submission of one file in the sandbox. limits: of model.Limits; an answer has 5 seconds here."""
    content = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
    bounds = Limits(**{"answer_seconds": 5.0, **limits})
    remote = Remote(sandbox, Submission("somebody", {f"{MODULE}.py": content}), MODULE, bounds)
    seen: list[Observation] = []
    return Asked(Student(remote, _observer(seen), "seed"), remote, seen)


@contextlib.contextmanager
def handing_in(sandbox: Sandbox) -> Iterator[Callable[..., Asked]]:
    """`asked` for any number of submissions, all of which end with the block."""
    with contextlib.ExitStack() as stack:

        def hand_in(source: str | bytes, **limits: float) -> Asked:
            made = asked(sandbox, source, **limits)
            stack.callback(made.remote.close)
            return made

        yield hand_in


def model(source: str) -> Any:
    """The `Model()` of a source in this process, its weights drawn alike each time."""
    import torch

    namespace: dict[str, Any] = {}
    exec(textwrap.dedent(source), namespace)
    torch.manual_seed(3)
    return namespace["Model"]()


def local(**functions: Any) -> Asked:
    """Functions of this process in the student's place."""
    connection = Local(SimpleNamespace(**functions))
    seen: list[Observation] = []
    return Asked(Student(connection, _observer(seen), "seed"), connection, seen)


def claim(value: Any) -> Answer:
    """An answer whose value is `value`, made by `f()`."""
    return local(f=lambda: value).student.f()


def refusal(check: Callable[..., Any], *arguments: Any, **keywords: Any) -> Verdict:
    """The verdict with which a check refuses."""
    with pytest.raises(StudentFault) as caught:
        check(*arguments, **keywords)
    return caught.value.verdict


def message(check: Callable[..., Any], *arguments: Any, **keywords: Any) -> str:
    """What a check says when it refuses."""
    return str(refusal(check, *arguments, **keywords).message)
