"""Recordings of a topic's reference and known mistakes, out of playing them all once."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from autograder import bank, wire
from autograder.answering import Answerer
from autograder.bank import Variant
from autograder.diagnosis import Finding, Play, play_kept
from autograder.diagnosis.naming import SEEDS
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, AutograderError, Status, Verdict
from autograder.plugin import GradingPlugin
from autograder.questions import Question
from autograder.recorded.drawing import Recording
from autograder.recorded.handles import Along, Handle, Named, operate
from autograder.recorded.oracle import FORMAT
from autograder.recorded.signature import Signature, signature
from autograder.recorded.values import Iterated, Method, Raised, file_of, packed
from autograder.reference import Live, Scene, generator, returned_names
from autograder.sandbox import learning
from autograder.student.proxy import direction
from autograder.wire import Array

RECORDED_SEEDS = (PUBLIC_SEED, *SEEDS)
MOST_BYTES = 1 << 23
_PLAIN = (bool, int, float, complex, str, type(None), np.generic, np.ndarray)


@dataclass
class Kept:
    """What is kept of one question under one seed: the columns of `oracle.Replayed`, growing play by play."""

    draws: list[tuple[str, Any]] = field(default_factory=list)
    directions: dict[str, Array] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, tuple[list[str], list[Array], list[Any]]] = field(default_factory=dict)
    known: set[tuple[str, str, bytes]] = field(default_factory=set)


class Listener:
    """The live reference of one play, that notes what it is asked and what it answers.

    first: whether this play is the reference's own, all of which is kept in its order; of later ones only what
    is new and gives no object.
    """

    def __init__(self, namespace: types.ModuleType, kept: Kept, *, first: bool) -> None:
        self._live, self._namespace, self._kept, self._first = Live(namespace), namespace, kept, first
        self._objects: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._live, name)
        if not callable(found):
            self._kept.constants[name] = self._noted(found)[1]
            return found
        return Named(self, name)

    def answer(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The live answer, noted."""
        asked = signature(arguments, keywords)
        arguments, keywords = self._own(list(arguments)), self._own(keywords)
        try:
            given, kept = self._noted(self._doing(name)(*arguments, **keywords), name)
        except Exception as error:
            self._note(name, asked, Raised(type(error).__name__, str(error)))
            raise
        self._note(name, asked, kept)
        return given

    def gradients(self, name: str, inputs: list[Any], along: Along, twice: list[Any] | None) -> dict[str, Any]:
        """The live gradients out of one forward pass, noted as two answers."""
        directions: list[Any] = []

        def drawn(outputs: list[Any]) -> list[Any]:
            self._note(f"{name} outputs", signature((inputs,), {}), self._noted(outputs)[1])
            directions.extend(along(outputs))
            return directions

        given, kept = self._noted(learning.gradients(self._named(name), inputs, drawn, twice=twice))
        asked = (inputs, directions) if twice is None else (inputs, directions, twice)
        self._note(f"{name} gradients", signature(asked, {}), kept)
        return dict(given)

    def _named(self, name: str) -> Any:
        """The object, function or method itself: `#0`, `softmax`, `#0.state_dict`."""
        first, *steps = name.removesuffix("()").split(".")
        start = self._objects[int(first[1:])] if first.startswith("#") else getattr(self._live, first)
        return functools.reduce(getattr, steps, start)

    def _doing(self, name: str) -> Callable[..., Any]:
        """What is asked for, as `handles` words it, as a function."""
        whose, _, words = name.partition(" ")
        verb, _, attribute = words.partition(" ")
        if whose == "operator":
            return functools.partial(operate, verb)
        if not verb:
            function: Callable[..., Any] = self._named(whose)
            return function
        if attribute:
            return functools.partial({"get": getattr, "set": setattr}[verb], self._named(whose), attribute)
        verbs: dict[str, Callable[..., Any]] = {"tied": learning.tied, "iter": list}
        return functools.partial(verbs[verb], self._named(whose))

    def _note(self, name: str, asked: Signature, kept: Any) -> None:
        key = (name, asked.form, asked.numbers.tobytes())
        if not self._first and (key in self._kept.known or _refers(kept)):
            return
        self._kept.known.add(key)
        forms, columns, answers = self._kept.calls.setdefault(name, ([], [], []))
        forms.append(asked.form)
        columns.append(asked.numbers)
        answers.append(kept)

    def _own(self, value: Any) -> Any:
        """Arguments with the objects behind their handles."""
        if isinstance(value, Handle):
            return self._objects[value._number]
        if type(value) in (list, tuple):
            return type(value)(self._own(item) for item in value)
        if type(value) is dict:
            return {key: self._own(item) for key, item in value.items()}
        return value

    def _noted(self, value: Any, asked: str = "") -> tuple[Any, Any]:
        """A result as the grader gets it, and as it is kept: what has no plain form gets a number, methods a name."""
        if inspect.ismethod(value) and " get " in asked:
            name = asked.replace(" get ", ".")
            return Named(self, name), Method(name)
        if isinstance(value, _PLAIN) and not (isinstance(value, np.ndarray) and value.dtype.kind not in "biufcU"):
            return value, value.copy() if isinstance(value, np.ndarray) else value
        if hasattr(value, "detach"):
            return value, wire.Tensor(value.detach().cpu().numpy().copy(), bool(value.requires_grad))
        if isinstance(value, (list, tuple)):
            pairs = [self._noted(item) for item in value]
            items, kept = [given for given, _ in pairs], [form for _, form in pairs]
            same = value if all(one is other for one, other in zip(items, value, strict=True)) else None
            plain = tuple(kept) if isinstance(value, tuple) else kept
            return (type(value)(items) if same is None else same), plain
        if isinstance(value, dict):
            pairs = [(key, self._noted(item)) for key, item in value.items()]
            return {key: given for key, (given, _) in pairs}, {key: kept for key, (_, kept) in pairs}
        if isinstance(value, Iterator):
            given, kept = self._noted(list(value))
            return iter(given), Iterated(kept)
        self._objects.append(value)
        number = len(self._objects) - 1
        return Handle(self, number), wire.Ref(number)


def _refers(kept: Any) -> bool:
    if isinstance(kept, (list, tuple)):
        return any(map(_refers, kept))
    if isinstance(kept, dict):
        return any(map(_refers, kept.values()))
    return isinstance(kept, wire.Ref) or (isinstance(kept, Iterated) and _refers(kept.items))


class Listening:
    """The oracle of a recording being made. `player`: who plays now, the reference first."""

    def __init__(self, namespace: types.ModuleType) -> None:
        self._namespace = namespace
        self.kept: dict[tuple[str, str], Kept] = {}
        self.plays: dict[tuple[str, str], dict[str, Any]] = {}
        self.player = ""
        self._rng: Recording | None = None

    def require(self, seed: str) -> None:
        """Any will do."""

    def scene(self, seed: str, question: str) -> Scene:
        """A scene that notes what happens in it."""
        key = f"{seed}/{question}"
        kept = self.kept.setdefault((seed, question), Kept())
        rng = Recording(key, generator(seed, question))
        if len(rng.draws) >= len(kept.draws) and not self.player:
            kept.draws = rng.draws

        def drawn(number: int, shape: tuple[int, ...]) -> Array:
            return kept.directions.setdefault(f"{number} {shape}", direction(key, number, shape))

        listener = Listener(self._namespace, kept, first=not self.player)
        return Scene(listener, rng, drawn, returned_names(self._namespace))


class _Playing(GradingPlugin):
    """Plays each question under every seed, to be listened to, instead of grading it."""

    oracle: Listening

    def _ask(self, question: Question, who: Answerer) -> Finding:
        assert isinstance(who, Player)
        self.oracle.player = who.player
        for seed in RECORDED_SEEDS:
            who.connection.new_question()
            play = question.play(who.connection, seed, self.oracle, noting=True)
            self._keep(question.name, seed, play)
        return Finding(Verdict(Status.PASSED))

    def _keep(self, question: str, seed: str, play: Play) -> None:
        kind, _, name = self.oracle.player.partition(" ")
        if not kind and (play.failures or play.fault):
            fault = play.fault or play.failures[0].verdict
            message = f"the reference loses points at {question} (seed {seed}): {fault and fault.message}"
            raise AutograderError(f"{self.assignment.topic} cannot be recorded: {message}")
        plays = self.oracle.plays.setdefault((seed, question), {})
        if kind == "mistake":
            plays[name] = play_kept(play)


@dataclass(frozen=True)
class Player(Answerer):
    """An answerer to be listened to. player: `mistake NAME`, `alternative NAME`, or nothing for the reference."""

    player: str = ""


class _PublicGrader(Grader):
    """A topic's public questions, played to be recorded."""

    plugin = _Playing

    def __init__(self, course: Course, topic: str) -> None:
        super().__init__(course, topic, name_mistakes=False)
        self.paths = tuple(path for path in self.paths if path.name == "test_public.py")
        self.oracle = self.listening = Listening(self.bank.solution)

    def players(self) -> Iterator[Player]:
        """The reference, the alternatives, the mistakes; each on the questions of its exercise."""
        yield self._player("", types.SimpleNamespace(**bank.public(self.bank.solution)))
        for kind in ("alternative", "mistake"):
            variants: Iterable[Variant] = getattr(self.bank, f"{kind}s")
            for variant in variants:
                who = self._player(f"{kind} {variant.id}", variant.on(self.bank.solution))
                yield replace(who, exercise=variant.exercise)

    def _player(self, player: str, namespace: Any) -> Player:
        who = self.played(player, namespace, PUBLIC_SEED)
        return Player(who.name, who.connection, who.seed, who.isolation, player=player)


def recording(course: Course, topic: str) -> bytes:
    """The recording of one topic, the same for the same course. Raises AutograderError.

    Who answers for a student is played on the trusted side, so that it is only for the course's own code.
    """
    grader = _PublicGrader(course, topic)
    faults: list[str] = []

    def delivered(report: Any) -> None:
        faults.extend(f"{each.name}: {each.verdict.message}" for each in report.questions if _failed(each))

    grader.grade(grader.players(), delivered)
    if faults:
        raise AutograderError(f"{topic} cannot be recorded: {'; '.join(faults[:3])}")
    data = file_of(_facts(grader), _parts(grader.listening))
    if len(data) > MOST_BYTES:
        raise AutograderError(f"the recording of {topic} has {len(data)} bytes, {MOST_BYTES} is the limit")
    return data


def _failed(question: Any) -> bool:
    return question.verdict.status not in (Status.PASSED, Status.NOT_RUN)


def _facts(grader: Grader) -> Mapping[str, Any]:
    mistakes = {each.id: {"exercise": each.exercise, "hint": dict(each.hint)} for each in grader.bank.mistakes}
    returns = {name: list(names) for name, names in returned_names(grader.bank.solution).items()}
    return {"format": FORMAT, "topic": grader.topic, "seed": PUBLIC_SEED, "mistakes": mistakes, "returns": returns}


def _parts(listening: Listening) -> dict[str, bytes]:
    parts = {}
    for (seed, question), kept in listening.kept.items():
        calls = dict(sorted(kept.calls.items()))
        scene = {"draws": kept.draws, "directions": kept.directions, "constants": kept.constants, "calls": calls}
        parts[f"scene {seed} {question}"] = packed(scene)
    for (seed, question), plays in listening.plays.items():
        if seed in SEEDS:
            parts[f"plays {seed} {question}"] = packed(plays)
    return parts
