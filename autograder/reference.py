"""`reference`: the hidden solution, live, in the trusted process, and what a question is played with.

What it took long to answer is remembered.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from autograder.model import GraderMistake
from autograder.student import Answer
from autograder.student.connection import seed_of
from autograder.wire import Array

Direction = Callable[[int, tuple[int, ...]], Array]
Returns = Mapping[str, tuple[str, ...]]
RETURNED = re.compile(r"^\s*Returns: \((\w+(?:, ?\w+)+)\)(?=[;,.\n]|$)", re.MULTILINE)


def generator(seed: str, question: str) -> np.random.Generator:
    """A question's generator: from the run's seed and its own name, so that order and selection change no data."""
    digest = hashlib.sha256(f"{seed}/{question}".encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


@dataclass(frozen=True)
class Scene:
    """What one play of a question is played with. direction: the checks' own draws, by number and shape; or None.

    returns: what the parts of a function's tuple are called (see `returned_names`).
    """

    reference: Any
    rng: np.random.Generator
    direction: Direction | None = None
    returns: Returns = field(default_factory=dict)


def returned_names(namespace: Any) -> dict[str, tuple[str, ...]]:
    """What each public function's docstring calls the parts of the tuple that it returns: `Returns: (dw, db); …`."""
    found = {}
    for name, value in vars(namespace).items():
        told = RETURNED.search(getattr(value, "__doc__", None) or "") if inspect.isfunction(value) else None
        if told is not None and not name.startswith("_"):
            found[name] = tuple(part.strip() for part in told[1].split(","))
    return found


class Oracle(Protocol):
    """Whoever knows the right answers: the solution itself, or a recording of it."""

    def require(self, seed: str) -> None:
        """Raises UsageError for a seed under which it knows nothing."""
        ...

    def scene(self, seed: str, question: str) -> Scene:
        """What a question is played with under a seed; a fresh one each time."""
        ...


class LiveOracle:
    """The solution itself: it answers under any seed."""

    def __init__(self, namespace: Any, remembered: Remembered | None = None) -> None:
        self._live = Live(namespace, remembered)
        self._returns = returned_names(namespace)

    def require(self, seed: str) -> None:
        """Any will do."""

    def scene(self, seed: str, question: str) -> Scene:
        """The live reference and the question's generator."""
        return Scene(self._live, generator(seed, question), returns=self._returns)


class Live:
    """The solution's public names. Arguments go in as copies; a generator goes in as a fresh one of its seed.

    remembered: where the answers of slow functions are kept; None when they may rest on more than their arguments.
    """

    def __init__(self, namespace: Any, remembered: Remembered | None = None) -> None:
        self._namespace, self._remembered = namespace, remembered
        self._guards: dict[str, tuple[Any, Callable[..., Any]]] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            found = getattr(self._namespace, name)
        except AttributeError:
            raise GraderMistake(f"the reference has no {name}") from None
        if isinstance(found, type) or not callable(found):
            return found
        if name not in self._guards or self._guards[name][0] is not found:
            self._guards[name] = (found, _guarded(name, found, self._remembered))
        return self._guards[name][1]


def _guarded(name: str, function: Callable[..., Any], remembered: Remembered | None) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*arguments: Any, **keywords: Any) -> Any:
        copied = {key: _own(value) for key, value in keywords.items()}
        own = [_own(value) for value in arguments]
        if remembered is None:
            return function(*own, **copied)
        return remembered.answer(name, function, own, copied)

    return call


def _own(value: Any) -> Any:
    """An argument that the reference may treat as its own."""
    if isinstance(value, Answer):
        raise GraderMistake(f"{value!r} is handed to the reference: the reference never sees what a student claims")
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, np.random.Generator):
        return np.random.default_rng(seed_of(value))
    if type(value) in (list, tuple):
        return type(value)(_own(item) for item in value)
    if isinstance(value, dict):
        return {key: _own(item) for key, item in value.items()}
    return value


class Remembered:
    """Answers of functions that depend on their arguments alone, for whoever asks the same again.

    Training on fixed data costs a class the time of one student. Only functions that have taken SLOW_SECONDS are
    looked up, so that a quick one never pays for it, and only plain answers are kept, BYTES of them at most.
    """

    SLOW_SECONDS = 0.001
    BYTES = 1 << 25

    def __init__(self) -> None:
        self._slow: set[str] = set()
        self._answers: OrderedDict[bytes, Any] = OrderedDict()
        self._sizes: dict[bytes, int] = {}

    def answer(self, name: str, function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What the function gives for these arguments, which it may treat as its own."""
        key = _digest(name, arguments, keywords) if name in self._slow else None
        if key is not None and key in self._answers:
            self._answers.move_to_end(key)
            return _own(self._answers[key])
        start = time.thread_time()
        answer = function(*arguments, **keywords)
        if time.thread_time() - start >= self.SLOW_SECONDS:
            self._slow.add(name)
            self._keep(key, answer)
        return answer

    def _keep(self, key: bytes | None, answer: Any) -> None:
        try:
            size = sum(map(len, _parts(answer)))
        except TypeError:
            return
        if key is not None and size <= self.BYTES // 8:
            self._answers[key], self._sizes[key] = _own(answer), size
        while sum(self._sizes.values()) > self.BYTES:
            oldest, _ = self._answers.popitem(last=False)
            del self._sizes[oldest]


def _digest(name: str, arguments: list[Any], keywords: dict[str, Any]) -> bytes | None:
    """What stands for a call, or None where an argument has more to it than its value."""
    whole = hashlib.blake2b(name.encode(), digest_size=16)
    try:
        for part in _parts([arguments, keywords]):
            whole.update(part)
    except TypeError:
        return None
    return whole.digest()


def _parts(value: Any) -> Iterator[bytes]:
    """The bytes that tell a plain value from every other. Raises TypeError for what is not plain."""
    kind = type(value)
    if kind is np.ndarray and not value.dtype.hasobject:
        yield f"{value.dtype.str}{value.shape}{value.strides}|".encode()
        yield value.tobytes(order="A")
    elif kind in (list, tuple):
        yield f"{kind.__name__}{len(value)}|".encode()
        yield from _each(value)
    elif kind is dict:
        yield f"dict{len(value)}|".encode()
        yield from _each([*value.keys(), *value.values()])
    elif kind is np.random.Generator:
        yield f"Generator{seed_of(value)}|".encode()
    elif value is None or kind in (bool, int, float, complex, str) or isinstance(value, np.generic):
        yield f"{kind.__name__}{value!r}|".encode()
    else:
        raise TypeError(kind.__name__)


def _each(values: Iterable[Any]) -> Iterator[bytes]:
    for value in values:
        yield from _parts(value)
