"""The cost model of docs/scale.md, and the class that it is held against.

    core seconds = start + submissions x (functions and reference + requests x CALL + calls back x CALLBACK + CHILD)

`functions and reference` is the bare loop (benchmarks/floor.py), which also counts the requests and the calls back. The
other terms are the same for every topic: fitted earlier to two of them, and not to the class that checks them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.manifest import Course
from autograder.platforms.samples import samples
from benchmarks.batches import Figures, batch, copies, folder, solution
from benchmarks.measuring import ROOT, Cost, in_turn, per_submission, python, run

START = {"numpy": 1.5, "torch": 2.5}  # core seconds of one job: imports, graders, sandbox
CALL = 0.0002
CALLBACK = 0.0002
CHILD = 0.015  # a child's life, the search of its source, the gradebook
SHARES = {"reference": 6, "mistake": 3, "starter": 1}  # of ten in the class that the model is held against


@dataclass(frozen=True)
class Topic:
    """What the model knows of a topic. floor: core seconds of a right submission in the bare loop."""

    framework: str
    floor: float
    calls: int
    callbacks: int

    @property
    def each(self) -> float:
        """Core seconds of one more right submission."""
        return self.floor + self.calls * CALL + self.callbacks * CALLBACK + CHILD

    @property
    def told(self) -> Figures:
        """For the results' file."""
        return {**asdict(self), "floor": round(self.floor, 4), "predicted_each": round(self.each, 4)}

    def batch(self, submissions: int) -> float:
        """Core seconds of a whole batch with one job."""
        return START[self.framework] + submissions * self.each


def in_shares(sources: Mapping[str, Iterable[bytes]], count: int) -> Iterator[tuple[str, bytes]]:
    """So many submissions and their kinds, in the shares of a class, the sources of a kind in turn."""
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    turns = {kind: itertools.cycle(found) for kind, found in sources.items()}
    for number in range(count):
        kind = kinds[number * 7 % len(kinds)]  # 7 and 10 have no common divisor: every kind all the time
        yield kind, next(turns[kind])


def sources_of(course: Course, topic: str) -> dict[str, list[bytes]]:
    """The right answer, the untouched starter and every known mistake by itself, as files."""
    found: dict[str, list[bytes]] = {kind: [] for kind in SHARES}
    for sample in samples(course, topic):
        if sample.kind in found:
            found[sample.kind].append(sample.module)
    return found


def topics(full: bool, only: str = "") -> Figures:
    """Each topic's cost of one more right submission, the bare loop's and the model's; one: CASE=topics:cnn."""
    few, many, rounds = (4, 44, 3) if full else (3, 15, 1)
    course = Course(ROOT)
    return {topic: _topic(course, topic, few, many, rounds) for topic in ([only] if only else course.topics)}


def _topic(course: Course, topic: str, few: int, many: int, rounds: int) -> Figures:
    """Batches and bare loops over few and many submissions, all in turn."""
    with folder() as place:
        bare = Bare(place, topic)
        for count in (few, many):
            copies(place / str(count), topic, solution(topic), count)
        sides = {f"floor {count}": lambda count=count: bare.run(count) for count in (few, many)}
        sides |= {f"batch {count}": lambda count=count: _batch(topic, place / str(count)) for count in (few, many)}
        costs = in_turn(sides, rounds)
        each, floor = (
            per_submission(costs[f"{name} {few}"], costs[f"{name} {many}"], many - few) for name in ("batch", "floor")
        )
        known = bare.known(course, floor)
    print(f"  {topic}: {each:.3f} s, {each / floor:.2f} times its floor; the model says {known.each:.3f}", flush=True)
    return {
        **known.told,
        "cpu_each": round(each, 4),
        "over_floor": round(each / floor, 3),
        "runs": {name: [cost.rounded() for cost in found] for name, found in costs.items()},
    }


class Bare:
    """The bare loop over a topic's right submission, which leaves word of what it was asked."""

    def __init__(self, place: Path, topic: str) -> None:
        self._topic, self._facts = topic, place / "facts.json"

    def run(self, count: int) -> Cost:
        """So many submissions."""
        return run(python("-m", "benchmarks.floor", str(ROOT), self._topic, str(count), str(self._facts)))

    def known(self, course: Course, floor: float) -> Topic:
        """What the model needs to know, once it has run."""
        told = json.loads(self._facts.read_text("utf-8"))
        return Topic(course.assignment(self._topic).framework, floor, told["calls"], told["callbacks"])


def _batch(topic: str, handed_in: Path) -> Cost:
    return batch(ROOT, topic, handed_in, handed_in.with_name(f"out_{handed_in.name}"), "--jobs", "1")


def model(full: bool, only: str = "") -> Figures:
    """The cost model beside whole batches of right and of mixed submissions; one topic: CASE=model:cnn."""
    course, count = Course(ROOT), 60 if full else 20
    chosen = [only] if only else course.topics if full else ["regularization", "self_attention"]
    found: Figures = {topic: _compared(course, topic, count) for topic in chosen}
    if only:
        return found
    sums = {key: sum(found[topic][key] for topic in chosen) for key in ("predicted", "right", "mixed")}
    ratios = {
        "right_over_model": round(sums["right"] / sums["predicted"], 3),
        "mixed_over_model": round(sums["mixed"] / sums["predicted"], 3),
    }
    return {**found, "ratios": ratios}


def _compared(course: Course, topic: str, count: int) -> Figures:
    """Core seconds of two batches of so many, their starts included, and what the model says of right ones."""
    sources = sources_of(course, topic)
    with folder() as place:
        copies(place / "right", topic, sources["reference"][0], count)
        for number, (kind, source) in enumerate(in_shares(sources, count)):
            copies(place / "mixed" / f"{kind}{number}", topic, source, 1)
        bare = Bare(place, topic)
        costs = in_turn(
            {
                "floor 2": lambda: bare.run(2),
                "right": lambda: _batch(topic, place / "right"),
                "floor": lambda: bare.run(2 + count // 2),
                "mixed": lambda: _batch(topic, place / "mixed"),
            },
            1,
        )
        known = bare.known(course, per_submission(costs["floor 2"], costs["floor"], count // 2))
    cpu = {name: round(costs[name][0].cpu, 2) for name in ("right", "mixed")}
    predicted = round(known.batch(count), 2)
    print(f"  {topic}: the model says {predicted} s; right {cpu['right']}, mixed {cpu['mixed']}", flush=True)
    return {**known.told, "submissions": count, "predicted": predicted, **cpu}
