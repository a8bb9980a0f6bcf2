"""A recording as an oracle: the same words as the live reference, answered from what was kept."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from autograder import wire
from autograder.model import AutograderError, GraderMistake, Status, StudentFault, UsageError, Verdict, sentence
from autograder.recorded.drawing import Replaying
from autograder.recorded.handles import Along, Handle, Named
from autograder.recorded.signature import SAME, Signature, signature
from autograder.recorded.values import File, Iterated, Method, Raised
from autograder.reference import Scene
from autograder.student.proxy import direction
from autograder.wire import Array

FORMAT = 1


class Recorded:
    """The reference of one topic out of its recording. Raises AutograderError for a file that is none."""

    def __init__(self, path: Path) -> None:
        self._file = File(path.read_bytes(), path.name)
        if self._file.facts.get("format") != FORMAT:
            raise AutograderError(f"{path.name} has another format than this version reads ({FORMAT})")

    @property
    def mistakes(self) -> Mapping[str, Mapping[str, Any]]:
        """The known mistakes by id, each with its exercise and its hint by language."""
        found: Mapping[str, Mapping[str, Any]] = self._file.facts["mistakes"]
        return found

    def require(self, seed: str) -> None:
        """Raises UsageError for a seed under which nothing was recorded."""
        known = self._file.facts["seed"]
        if seed != known:
            raise UsageError(
                sentence(
                    "this edition holds the reference's answers for the seed {known} only; to be graded under "
                    "{seed!r}, ask the teaching staff, who have the reference itself",
                    known=known,
                    seed=seed,
                )
            )

    def scene(self, seed: str, question: str) -> Scene:
        """What a question is played with."""
        kept = self._file.part(f"scene {seed} {question}")
        key = f"{seed}/{question}"
        returns = {name: tuple(names) for name, names in self._file.facts.get("returns", {}).items()}
        directions = _directions(kept["directions"], key)
        return Scene(Replayed(kept), Replaying(key, kept["draws"]), directions, returns)

    def plays(self, seed: str, question: str) -> Mapping[str, Any]:
        """How each known mistake of the question's exercise was played, by id; see `authoring.recorder.play_kept`."""
        found: Mapping[str, Any] = self._file.part(f"plays {seed} {question}")
        return found


def _directions(kept: Mapping[str, Array], key: str) -> Callable[[int, tuple[int, ...]], Array]:
    def drawn(number: int, shape: tuple[int, ...]) -> Array:
        found = kept.get(f"{number} {shape}")
        return direction(key, number, shape) if found is None else found

    return drawn


@dataclass(frozen=True)
class _Calls:
    """All questions of one name in their order: forms, numbers of each, answers."""

    forms: list[str]
    numbers: list[Array]
    answers: list[Any]

    @functools.cached_property
    def _alike(self) -> dict[str, tuple[Array, Array]]:
        """By form: the places in their order, int (places,), and their numbers, float64 (places, 5·leaves)."""
        places: dict[str, list[int]] = {}
        for place, form in enumerate(self.forms):
            places.setdefault(form, []).append(place)
        return {form: (np.array(found), np.stack([self.numbers[i] for i in found])) for form, found in places.items()}

    def place_of(self, asked: Signature, start: int) -> int | None:
        """The first equal question from `start` on, or from the beginning; else the nearest, if it is near."""
        if self.forms[start : start + 1] == [asked.form] and asked.distances(self.numbers[start][None])[0] <= SAME:
            return start
        if asked.form not in self._alike:
            return None
        places, numbers = self._alike[asked.form]
        turn = int(np.searchsorted(places, start))
        places, distances = np.roll(places, -turn), np.roll(asked.distances(numbers), -turn)
        equal = distances <= SAME
        found = int(np.argmax(equal) if equal.any() else np.argmin(distances))
        return int(places[found]) if equal[found] or distances[found] <= asked.near else None


class Replayed:
    """`reference` within one play. Functions and objects answer what was kept for the same question."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._constants: Mapping[str, Any] = kept["constants"]
        self._calls = {name: _Calls(*columns) for name, columns in kept["calls"].items()}
        self._next: dict[str, int] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._constants:
            return self._given(self._constants[name])
        return Named(self, name)

    def answer(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The kept answer. Raises StudentFault where a student's own numbers led to a question nobody asked."""
        calls, asked = self._calls.get(name), signature(arguments, keywords)
        place = None if calls is None else calls.place_of(asked, self._next.get(name, 0))
        if calls is None or place is None:
            what = sentence(
                "your numbers lead to {name} of values to which no known right answer leads, and no known mistake",
                name=f"reference.{name}",
            )
            raise StudentFault(Verdict(Status.WRONG, what))
        self._next[name] = place + 1
        return self._given(calls.answers[place])

    def gradients(self, name: str, inputs: list[Any], along: Along, twice: list[Any] | None) -> dict[str, Any]:
        """The kept gradients along the directions that the kept outputs ask for."""
        directions = along(self.answer(f"{name} outputs", (inputs,), {}))
        asked = (inputs, directions) if twice is None else (inputs, directions, twice)
        found: dict[str, Any] = self.answer(f"{name} gradients", asked, {})
        return found

    def _given(self, kept: Any) -> Any:
        if isinstance(kept, Raised):
            kind = getattr(builtins, kept.kind, RuntimeError)
            raise kind(kept.text)
        if isinstance(kept, Iterated):
            return iter([self._given(item) for item in kept.items])
        if isinstance(kept, wire.Ref):
            return Handle(self, kept.number)
        if isinstance(kept, Method):
            return Named(self, kept.name)
        if isinstance(kept, wire.Tensor):
            return _tensor(kept)
        if isinstance(kept, (list, tuple)):
            return type(kept)(self._given(item) for item in kept)
        if isinstance(kept, dict):
            return {key: self._given(item) for key, item in kept.items()}
        return kept.copy() if isinstance(kept, np.ndarray) else kept


def _tensor(kept: wire.Tensor) -> Any:
    import torch

    return torch.from_numpy(np.array(kept.array)).requires_grad_(kept.requires_grad)


class Plays(MutableMapping[Any, Any]):
    """Plays by (question, seed, id of the connection), as a grader remembers them: those of known mistakes are kept.

    make: a kept play as a Play. players: the known mistakes by the id of the connection that stands for them.
    """

    def __init__(self, recorded: Recorded, players: Mapping[int, str], make: Callable[[Any], Any]) -> None:
        self._recorded, self._players, self._make = recorded, players, make
        self._own: dict[Any, Any] = {}

    def __getitem__(self, key: tuple[str, str, int]) -> Any:
        if key not in self._own:
            question, seed, connection = key
            if connection not in self._players:
                raise KeyError(key)
            plays = self._recorded.plays(seed, question)
            known = {name: number for number, name in self._players.items()}
            self._own.update({(question, seed, known[name]): self._make(kept) for name, kept in plays.items()})
        return self._own[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._own[key] = value

    def __delitem__(self, key: Any) -> None:
        del self._own[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


class Unasked:
    """The connection of a known mistake whose plays are kept: nobody can be asked."""

    device = "cpu"

    def ask(self, request: Mapping[str, Any], asked: str, functions: Any) -> dict[str, Any]:
        """Refused: GraderMistake."""
        raise GraderMistake(f"a recorded mistake is asked {asked}, which was not recorded")

    def new_question(self, exercise: str = "") -> None:
        """Nothing to forget."""

    def uses(self, exercise: str) -> tuple[Any, ...] | None:
        """Nothing is used."""
        return ()

    def hear_again(self, exercise: str) -> None:
        """It is never late."""

    def start_over(self) -> None:
        """Nothing to forget."""

    def printed(self) -> str:
        """Nothing is printed."""
        return ""
