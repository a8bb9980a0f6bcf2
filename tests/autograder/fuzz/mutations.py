"""Frames made wrong in every way one can think of: bit by bit, by their lengths, by their JSON, by their order.

python tests/autograder/fuzz/mutations.py     writes the honest frames that the corpus begins with
"""

from __future__ import annotations

import json
import os
import random
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder import wire
from autograder.wire.framing import MAGIC, PREFIX

CORPUS = Path(__file__).with_name("corpus")
NONCE = 1311768467463790320  # in every frame of the corpus, where the real one stands
WHOLE = [0, 1, -1, 2, 7, 16, 17, 255, 2**15, 2**16, 2**31 - 1, 2**31, 2**31 + 1, 2**32, 2**53, 2**62, 2**63, 2**64]
TEXTS = [
    "",
    "value",
    "answer",
    "raised",
    "callback",
    "nan",
    "f8",
    "b1",
    "O",
    "C",
    "F",
    "x" * 300,
    "\ud800",
    "\0",
    "1e9",
]
TAGS = ["tuple", "dict", "float", "complex", "int", "array", "tensor", "ref", "opaque", "callback", "seed", "no tag"]


def honest() -> dict[str, bytes]:
    """A frame of each kind that a worker sends."""
    x = np.arange(6.0).reshape(2, 3)
    frames = {
        "answer-number": _answer(3.5),
        "answer-text": _answer("ok"),
        "answer-none": _answer(None),
        "answer-array": _answer(x),
        "answer-columns": _answer(np.asfortranarray(x)),
        "answer-truths": _answer(np.array([True, False])),
        "answer-whole": _answer(np.arange(3, dtype=np.int32)),
        "answer-complex": _answer([1j, np.array([2 + 1j])]),
        "answer-empty": _answer(np.zeros((0, 3))),
        "answer-nan": _answer([float("nan"), float("inf"), -float("inf")]),
        "answer-large-number": _answer(2**200),
        "answer-nested": _answer((x, {"cache": [x, (1, 2)], 3: None}, [[1.0], [2.0]])),
        "answer-losses": _answer([1.0, 0.5, 0.1]),
        "answer-tensor": _answer(wire.Tensor(x.astype(np.float32), True)),
        "answer-opaque": _answer(wire.Opaque("Value")),
        "answer-echo": _frame({"kind": "answer", "value": 1.0, "arguments": [x, 3.0]}),
        "answer-gradients": _answer(
            {"outputs": [x], "inputs": [x], "parameters": {"weight": x, "bias": None}, "buffers": {"mean": x}}
        ),
        "answer-loaded": _answer(
            {
                "missing": ["bias"],
                "unexpected": [],
                "shapes": {"weight": (2, 3)},
                "names": {"0.weight": "fc.weight"},
                "ambiguous": [],
                "tied": [["a", "b"]],
            }
        ),
        "callback": _frame({"kind": "callback", "number": 0, "arguments": (x,)}),
        "raised": _frame(
            {
                "kind": "raised",
                "type": "ValueError",
                "kinds": ["ValueError", "Exception"],
                "text": "no",
                "missing": False,
                "limit": None,
                "template": None,
                "values": {},
                "memory": False,
                "frames": [("answer.py", 3, "f", "return x")],
            }
        ),
        "raised-ours": _frame(
            {
                "kind": "raised",
                "template": "{name} is not defined in the file",
                "values": {"name": "f"},
                "missing": True,
            }
        ),
    }
    return frames | {"two-answers": frames["answer-number"] * 2, "nothing": b""}


def _answer(value: Any) -> bytes:
    return _frame({"kind": "answer", "value": value})


def _frame(body: dict[str, Any]) -> bytes:
    return wire.joined(wire.encode({"nonce": NONCE, **body}))


def corpus() -> dict[str, bytes]:
    """Every frame kept, by the name of its file."""
    return {path.name: path.read_bytes() for path in sorted(CORPUS.glob("*.bin"))}


def keep(data: bytes, why: str) -> str:
    """Put what was found among the corpus, from where it is played again for ever; its name."""
    path = CORPUS / f"found-{random.Random(data).randbytes(6).hex()}.bin"
    path.write_bytes(data)
    return f"{path.name}: {why}"


class Mutator:
    """An endless supply of wrong frames, the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self.choice = random.Random(seed)
        self.frames = list(corpus().values())

    def __iter__(self) -> Iterator[bytes]:
        while True:
            data = self.choice.choice(self.frames)
            for _ in range(self.choice.choice((1, 1, 1, 2, 3, 8))):
                data = self.choice.choice(self._WAYS)(self, data)[: 1 << 17]
            yield data

    def _at(self, data: bytes) -> int:
        return self.choice.randrange(len(data) + 1)

    def _flip(self, data: bytes) -> bytes:
        if not data:
            return data
        at = self.choice.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << self.choice.randrange(8))]) + data[at + 1 :]

    def _cut(self, data: bytes) -> bytes:
        return data[: self._at(data)]

    def _lose(self, data: bytes) -> bytes:
        start, end = sorted((self._at(data), self._at(data)))
        return data[:start] + data[end:]

    def _insert(self, data: bytes) -> bytes:
        at = self._at(data)
        more = self.choice.choice((b"\0", b"\xff" * 8, b"[" * 2000, b'"', b"{}", self.choice.randbytes(16)))
        return data[:at] + more + data[at:]

    def _repeat(self, data: bytes) -> bytes:
        return data * self.choice.choice((2, 3, 40))

    def _splice(self, data: bytes) -> bytes:
        other = self.choice.choice(self.frames)
        return data[: self._at(data)] + other[self._at(other) :]

    def _reorder(self, data: bytes) -> bytes:
        parts = [data, *(self.choice.choice(self.frames) for _ in range(2))]
        self.choice.shuffle(parts)
        return b"".join(parts)

    def _lengths(self, data: bytes) -> bytes:
        magic = self.choice.choice((MAGIC, MAGIC, MAGIC ^ 1, 0))
        header, payload = (self.choice.choice(WHOLE) for _ in range(2))
        return PREFIX.pack(magic, header & 0xFFFFFFFF, payload & (2**64 - 1)) + data[PREFIX.size :]

    def _header(self, data: bytes) -> bytes:
        """Another header in a frame that is otherwise right."""
        try:
            _, length, _ = PREFIX.unpack_from(data)
            top = json.loads(data[PREFIX.size : PREFIX.size + length])
            for _ in range(self.choice.choice((1, 1, 2, 5))):
                top = self._tree(top)
            text = json.dumps(top).encode()
        except (struct.error, ValueError, RecursionError):  # no frame any more, or one too deep for us too
            return data
        payload = data[PREFIX.size + length :]
        if self.choice.random() < 0.2:
            payload += bytes(self.choice.choice((1, 8, 1000)))
        if self.choice.random() < 0.1:
            text = text.replace(b":", b': 1e999, "x":' if self.choice.random() < 0.5 else b": -0.0 ,", 1)
        return PREFIX.pack(MAGIC, len(text), len(payload)) + text + payload

    def _claim(self, data: bytes) -> bytes:
        """A frame that is right in every respect, with whatever in the place of values."""
        body: dict[str, Any] = {
            "kind": self.choice.choice(("answer",) * 6 + ("raised", "callback")),
            "value": self._thing(3),
        }
        fields = ("arguments", "number", "type", "kinds", "text", "missing", "limit", "template", "values", "frames")
        body |= {name: self._thing(2) for name in fields if self.choice.random() < 0.3}
        if self.choice.random() < 0.3:
            names = (("missing", "unexpected", "shapes"), ("outputs", "inputs", "parameters"))
            body["value"] = {name: self._thing(2) for name in self.choice.choice(names)}
        try:
            return _frame(body)
        except wire.WireError:
            return data

    def _thing(self, depth: int) -> Any:
        """A value of any form that travels."""
        if depth and self.choice.random() < 0.5:
            items = [self._thing(depth - 1) for _ in range(self.choice.choice((0, 1, 2, 2, 3)))]
            names = self.choice.choice((TEXTS, [0, 1, 2.5], ["weight", "bias", "0"], [None, True, (1, 2)]))
            return self.choice.choice((items, tuple(items), dict(zip(names, items, strict=False))))
        return self.choice.choice(
            [
                *(self._array(), self._array(), self._array(), wire.Tensor(self._array(), self.choice.random() < 0.5)),
                *(self.choice.choice(WHOLE), self.choice.choice(TEXTS), self.choice.choice([True, None, -0.0, 1e308])),
                *(float("nan"), float("inf"), 1j, 10**30, "ValueError", wire.Opaque("x" * 300), wire.Callback(0)),
                *(wire.Ref(1, ("a", 0)), wire.Seed(7)),
            ]
        )

    def _array(self) -> Any:
        shape = self.choice.choice(((), (1,), (2, 3), (2, 3), (3, 2), (0, 3), (6,), (2, 3, 1), (1,) * 16, (40, 50)))
        kind = self.choice.choice([*sorted(wire.values.DTYPES - {"b1"}), "?", "f8", "f8"])
        entries = np.random.default_rng(self.choice.getrandbits(32)).normal(size=shape) * self.choice.choice((1, 1e300))
        if self.choice.random() < 0.2 and entries.size:
            entries.reshape(-1)[0] = self.choice.choice((np.nan, np.inf, -np.inf, -0.0))
        with np.errstate(all="ignore"):
            array = entries.astype(kind)
        return np.asfortranarray(array) if self.choice.random() < 0.2 else array

    def _tree(self, node: Any) -> Any:
        """The tree with one node somewhere replaced, lost, doubled or wrapped."""
        if isinstance(node, dict) and node and self.choice.random() < 0.85:
            key = self.choice.choice(list(node))
            if self.choice.random() < 0.1:
                return {name: value for name, value in node.items() if name != key}
            return {**node, key: self._tree(node[key])}
        if isinstance(node, list) and node and self.choice.random() < 0.85:
            at = self.choice.randrange(len(node))
            ways = ([*node[:at], self._tree(node[at]), *node[at + 1 :]], node[:at], node * 2, [*node, *node[at:]])
            return self.choice.choice((ways[0], ways[0], *ways))
        return self._value(node)

    def _value(self, node: Any) -> Any:
        """Something else in the place of a node, most often of the kind that the wire knows."""
        deep: Any = node
        for _ in range(self.choice.choice((1, 40, 70, 900))):
            deep = {"tuple": [deep]} if self.choice.random() < 0.5 else [deep]
        values = [
            *(self.choice.choice(WHOLE), float(self.choice.choice(WHOLE)), -0.5, None, True, [], {}, [node, node]),
            *(self.choice.choice(TEXTS), hex(self.choice.getrandbits(400)), "9" * 5000),
            {self.choice.choice(TAGS): node},
            {
                self.choice.choice(TAGS): self.choice.choice(
                    ([0, []], [0, True], [[1, 2]], "nan", 0, "0x1f", [1.0, 2.0])
                )
            },
            {"dict": [[{"tuple": [1, node]}, node], ["a", 1], ["a", 2]]},
            {"dtype": self.choice.choice(TEXTS), "shape": [self.choice.choice(WHOLE)], "order": "C"},
            deep,
        ]
        return self.choice.choice(values)

    _WAYS: tuple[Callable[[Mutator, bytes], bytes], ...] = (
        *(_flip, _cut, _lose, _insert, _repeat, _splice, _reorder, _lengths),
        *(_header,) * 12,
        *(_claim,) * 12,
    )


def seconds(share: float) -> float:
    """How long to go on: a share of FUZZ_SECONDS, by default of ten."""
    return share * float(os.environ.get("FUZZ_SECONDS", "10"))


def seed() -> str:
    """FUZZ_SEED; the same one in every run unless another is asked for."""
    return os.environ.get("FUZZ_SEED", "1")


if __name__ == "__main__":
    CORPUS.mkdir(exist_ok=True)
    for name, data in honest().items():
        (CORPUS / f"{name}.bin").write_bytes(data)
