"""A question: a test function with its facts, the words that it may ask for, and one play of it.

Questions are plain test functions: `student`, `reference`, `rng`, `tensors` and `device` are filled in at the
call, so that the same function can be played again by a known mistake under another seed.
"""

from __future__ import annotations

import functools
import math
import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pytest

from autograder.checks import Observation
from autograder.diagnosis import Play
from autograder.model import Exercise, GraderMistake, StudentFault
from autograder.reference import Oracle, generator
from autograder.scoring import exercise_of
from autograder.student import Connection, Student

OWN = ("student", "reference", "rng", "tensors", "device")


def points(value: float) -> pytest.MarkDecorator:
    """The points of a question: `@points(4)` above a test function."""
    return pytest.mark.points(value)


class Tensors:
    """Random torch tensors, drawn like `rng`'s arrays, float32 by default.

    They lie on the CPU, where the reference answers; the student's process puts them where it answers.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def normal(self, size: tuple[int, ...], dtype: str = "float32") -> Any:
        """Standard normal entries. size: the shape. dtype: the name of a torch dtype."""
        import torch

        return torch.from_numpy(self._rng.normal(size=size)).to(dtype=getattr(torch, dtype))

    def integers(self, low: int, high: int, size: tuple[int, ...]) -> Any:
        """int64 entries, low <= entry < high."""
        import torch

        return torch.from_numpy(self._rng.integers(low, high, size=size))

    def drawn(self, module: Any) -> Any:
        """The module with each parameter drawn anew, alike under one seed; `check_same` hands them to the student.

        Matrices and kernels keep the size of a signal; gains and biases are standard normal, as an initial 1 or 0
        would hide a mistake. module: an nn.Module of the reference's, changed in place.
        """
        for parameter in module.parameters():
            fans = math.prod(parameter.shape[1:])  # 1 for a vector
            fresh = self._rng.normal(size=tuple(parameter.shape)) / math.sqrt(max(fans, 1))
            parameter.data.copy_(self._like(fresh, parameter))
        return module

    def _like(self, array: np.ndarray[Any, Any], tensor: Any) -> Any:
        import torch

        return torch.from_numpy(np.asarray(array)).to(tensor)


def _seed_torch(seed: str, question: str) -> None:
    """The same for what a reference's module draws for its weights, which is PyTorch's global generator's."""
    torch = sys.modules.get("torch")
    if torch is not None:
        number = int(generator(seed, f"{question}/torch").integers(1 << 63))
        torch.default_generator.manual_seed(number)  # the only one: the reference answers on the CPU


@dataclass(frozen=True)
class Question:
    """A collected test function with the facts that a report needs."""

    name: str
    exercise: str
    title: Mapping[str, str]
    points: float
    hidden: bool
    bonus: bool
    item: pytest.Function

    @functools.cached_property
    def is_plain(self) -> bool:
        """Whether pytest has nothing to do around the call: no fixture of an author's, no mark, no conftest.py."""
        plugins = self.item.config.pluginmanager.get_plugins()
        return (
            set(self.item.fixturenames) <= {*OWN}
            and all(mark.name == "points" for mark in self.item.iter_markers())
            and not any(str(getattr(plugin, "__file__", "")).endswith("conftest.py") for plugin in plugins)
        )

    @property
    def on_device(self) -> bool:
        """Whether it is about tensors, which may be asked for on a GPU: it says so by the words that it uses."""
        return bool({"tensors", "device"} & set(self.item._fixtureinfo.argnames))

    def play(self, connection: Connection, seed: str, oracle: Oracle, *, noting: bool) -> Play:
        """Ask once. noting: go on after a refused answer, to see what every check sees."""
        seen: list[Observation] = []

        def observe(observation: Observation) -> None:
            seen.append(observation)
            if observation.verdict is not None and not noting:
                raise StudentFault(observation.verdict)

        scene = oracle.scene(seed, self.name)
        _seed_torch(seed, self.name)
        own = {
            "student": Student(connection, observe, f"{seed}/{self.name}", scene.direction, scene.returns),
            "reference": scene.reference,
            "rng": scene.rng,
            "tensors": Tensors(scene.rng),
            "device": connection.device,
        }
        wanted = self.item._fixtureinfo.argnames
        arguments = {name: own[name] if name in own else self.item.funcargs[name] for name in wanted}
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                # The square of i·c is negative: an imaginary part passed over makes an error as small as one likes.
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                self.item.obj(**arguments)
            self._refuse_undeclared(own["student"])
        except StudentFault as fault:
            observed = seen and not seen[-1].passed and seen[-1].verdict is fault.verdict
            return Play(tuple(seen), None if observed and noting else fault.verdict)
        return Play(tuple(seen))

    def _refuse_undeclared(self, student: Student) -> None:
        """Tensors belong to questions that can be asked on a GPU, or left out for want of one."""
        if student._met_tensors and not self.on_device:
            raise GraderMistake("the question hands over tensors: it must ask for `tensors` or `device`")


def _placeholder(name: str) -> Any:
    """A fixture that pytest can resolve; its value is put in when the question is called."""

    @pytest.fixture(name=name)
    def fixture(self: object) -> NotYet:
        return NotYet(name)

    return fixture


class NotYet:
    """What a fixture of an author's gets for a word that only a question has."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise GraderMistake(
            f"{self._name} is there when a question is called, not yet when a fixture is made: "
            "let the fixture give a function of it"
        )


class Fixtures:
    """The words that a question may ask for, registered as a plugin of their own."""

    student, reference, rng, tensors, device = map(_placeholder, OWN)


def question_of(item: pytest.Item, exercises: Iterable[Exercise]) -> Question:
    """The facts of a collected item. Raises GraderMistake when it lacks points, a title or an exercise."""
    if not isinstance(item, pytest.Function):
        raise GraderMistake(f"{item.nodeid} is not a test function")
    name = item.name.removeprefix("test_")
    marker = item.get_closest_marker("points")
    worth = marker.args[0] if marker is not None and len(marker.args) == 1 else None
    if not isinstance(worth, (int, float)) or not 0 < worth < math.inf:
        raise GraderMistake(f"{item.nodeid} has no points: put @points(…) above it")
    known = {exercise.name: exercise for exercise in exercises}
    found = exercise_of(name, known)
    if found is None:
        raise GraderMistake(f"{item.nodeid} belongs to no exercise: its name begins with none of {', '.join(known)}")
    hidden = item.path.stem == "test_hidden"
    return Question(name, found, title_of(item), float(worth), hidden, known[found].bonus, item)


def title_of(item: pytest.Function) -> Mapping[str, str]:
    """A question's title: its docstring's first line, and in Chinese the line that begins with `zh:`."""
    lines = [line.strip() for line in (item.obj.__doc__ or "").strip().splitlines()]
    if not lines or not lines[0]:
        raise GraderMistake(f"{item.nodeid} has no docstring: it is the title that the student reads")
    chinese = next((line.removeprefix("zh:").strip() for line in lines if line.startswith("zh:")), lines[0])
    return {"en": lines[0], "zh": chinese}
