"""The student's process: holds the student's files and answers requests about them. It knows nothing else.

An `Engine` executes one request and keeps every result under the request's number, so that a cache, a
module or a `Value` goes back to the student as the very object that came out. This module runs inside the
sandbox, behind `serving`: it imports the wire and nothing else of ours.
"""

from __future__ import annotations

import difflib
import itertools
import operator
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from autograder import wire
from autograder.sandbox import learning, training
from autograder.sandbox.forbidden.rule import rules_of
from autograder.sandbox.forbidden.watching import Watch
from autograder.sandbox.loading import load
from autograder.sandbox.raising import Reserve, UndefinedError, raised

Body = Mapping[str, Any]
Ask = Callable[[dict[str, Any]], Any]

ITEMS = 100_000
OPERATORS: Mapping[str, Callable[..., Any]] = {
    name: getattr(operator, name)
    for name in [
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "neg",
        "pos",
        "abs",
        "invert",
        "and_",
        "or_",
        "xor",
        "lshift",
        "rshift",
        "getitem",
    ]
}
_LAZY = (types.GeneratorType, range, map, zip, filter, enumerate, itertools.chain)


class TrustedSideError(Exception):
    """Raised inside student code when the function that was handed to it failed on what it was given."""


def _undefined(name: str, owner: Any) -> UndefinedError:
    near = difflib.get_close_matches(name, [other for other in vars(owner) if not other.startswith("_")], n=1)
    if near:
        return UndefinedError("{name} is not defined in the file; there is {near}", name=name, near=near[0])
    return UndefinedError("{name} is not defined in the file", name=name)


class Engine:
    """Executes requests on a student's module. `ask` carries a callback to the trusted side and back."""

    def __init__(self, ask: Ask | None = None, reserve: Reserve | None = None) -> None:
        self.kept: dict[int, Any] = {}
        self.namespace: types.ModuleType | None = None
        self.ask, self.reserve = ask, reserve
        self.device = "cpu"
        self.watch = Watch(())

    def execute(self, request: Body) -> dict[str, Any]:
        """The reply to one request: `kind` answer with its value, or raised with what and where."""
        self.watch.exercise = request.get("exercise", "")
        try:
            reply = {"kind": "answer", **self._VERBS[request["verb"]](self, request)}
        except BaseException as error:  # noqa: BLE001 - whatever student code raises is an answer about it
            reply = raised(error, self.reserve)
        return {**reply, **self.watch.told()}

    def _set_rules(self, request: Body) -> dict[str, Any]:
        """What each exercise forbids. Comes before the files; those that come along are searched, not loaded."""
        self.watch = Watch(rules_of(request["rules"]))
        if request["files"]:
            self.watch.examine(request["files"], request["module"])
        self.watch.install()
        return {"value": None}

    def _load_files(self, request: Body) -> dict[str, Any]:
        self.watch.meet(request["files"], request["module"])
        self.namespace = load(request["files"], request["module"])
        self.watch.examine_loaded()
        return {"value": None}

    def _call(self, request: Body) -> dict[str, Any]:
        arguments = self.incoming(request["arguments"])
        keywords = self.incoming(request["keywords"])
        function, told = self.target(request["target"]), training.Told()
        if "most" in request:
            function, told = training.watched(function, request["most"])
        result = self.watch(function, *arguments, **keywords)
        reply = {**told, **self._keep(request, result)}
        if request.get("echo"):
            reply["arguments"] = outgoing(arguments)
        return reply

    def _make(self, request: Body) -> dict[str, Any]:
        target = self.target(request["target"])
        if not isinstance(target, type):
            raise TypeError(f"{request['target']} is a {type(target).__name__}, a class is expected")
        return self._call(request)

    def _get(self, request: Body) -> dict[str, Any]:
        return self._keep(request, self.watch(getattr, self.target(request["target"]), request["name"]))

    def _operate(self, request: Body) -> dict[str, Any]:
        operands = self.incoming(request["arguments"])
        return self._keep(request, self.watch(OPERATORS[request["name"]], *operands))

    def _load_weights(self, request: Body) -> dict[str, Any]:
        weights, free = self.incoming(request["weights"]), request["free"]
        return {"value": learning.load_weights(self.target(request["target"]), weights, free)}

    def _grad(self, request: Body) -> dict[str, Any]:
        target = self.target(request["target"])
        inputs, along, twice = (self.incoming(request[name]) for name in ("arguments", "along", "twice"))
        return {"value": outgoing(learning.gradients(target, inputs, along, self.watch, twice=twice))}

    def _train(self, request: Body) -> dict[str, Any]:
        inputs = self.incoming(request["arguments"])
        options = {name: request[name] for name in ("loss", "optimizer", "lr", "steps")}
        return {"value": learning.train(self.target(request["target"]), *inputs, **options, watch=self.watch)}

    def _greet(self, request: Body) -> dict[str, Any]:
        """That somebody is there, before any file of a student's."""
        return {"value": None}

    def _use_device(self, request: Body) -> dict[str, Any]:
        """Answer on the GPU from now on; what is in the way, or ''. Comes before any file of a student's."""
        trouble = learning.use_cuda()
        self.device = self.device if trouble else "cuda"
        return {"value": trouble}

    _VERBS: Mapping[str, Callable[[Engine, Body], dict[str, Any]]] = {
        "rules": _set_rules,
        "files": _load_files,
        "call": _call,
        "make": _make,
        "get": _get,
        "operate": _operate,
        "load": _load_weights,
        "grad": _grad,
        "train": _train,
        "greet": _greet,
        "cuda": _use_device,
    }

    def _keep(self, request: Body, result: Any) -> dict[str, Any]:
        if isinstance(result, _LAZY) or (isinstance(result, Iterator) and not hasattr(result, "send")):
            result = self.watch(list, itertools.islice(result, ITEMS))
        for number in [number for number in self.kept if number < request.get("since", 0)]:
            del self.kept[number]
        self.kept[request["id"]] = result
        return {"value": outgoing(result)}

    def target(self, target: Any) -> Any:
        """What a request is about: a name of the module (`f`, `Layer.forward`) or an object kept before."""
        if isinstance(target, wire.Ref):
            return self._kept(target)
        found: Any = self.namespace
        for step in target.split("."):
            if not hasattr(found, step):
                raise _undefined(step, found)
            found = getattr(found, step)
        return found

    def _kept(self, ref: wire.Ref) -> Any:
        found = self.kept[ref.number]
        for step in ref.path:
            found = found[step]
        return found

    def incoming(self, value: Any) -> Any:
        """Arguments as student code meets them: tags resolved, tensors made."""
        if isinstance(value, list):
            return [self.incoming(item) for item in value]
        if isinstance(value, tuple):
            return tuple(self.incoming(item) for item in value)
        if isinstance(value, dict):
            return {key: self.incoming(item) for key, item in value.items()}
        if isinstance(value, wire.Ref):
            return self._kept(value)
        if isinstance(value, wire.Seed):
            return np.random.default_rng(value.value)
        if isinstance(value, wire.Tensor):
            return learning.tensor(value, self.device)
        if isinstance(value, wire.Callback):
            return self._function(value.number)
        return value

    def _function(self, number: int) -> Callable[..., Any]:
        def function(*arguments: Any) -> Any:
            if self.ask is None:
                raise TrustedSideError("no function can be called from here")
            reply = self.ask({"kind": "callback", "number": number, "arguments": outgoing(arguments)})
            if reply["verb"] != "result":
                raise TrustedSideError(reply["text"])
            return self.incoming(reply["value"])

        return function


def outgoing(value: Any) -> Any:
    """A student's value with tensors as arrays and everything that has no plain form as Opaque."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return learning.array(value)
    if isinstance(value, tuple):
        return tuple(outgoing(item) for item in value)
    if isinstance(value, list):
        return [outgoing(item) for item in value]
    if isinstance(value, dict) and all(type(key) in (str, int, float, bool) for key in value):
        return {key: outgoing(item) for key, item in value.items()}
    return value


def opaque(value: Any) -> wire.Opaque:
    """What stands on the wire for a value that stays here."""
    if isinstance(value, np.ndarray):
        return wire.Opaque(f"array of dtype {value.dtype}")
    return wire.Opaque(type(value).__name__)
