"""How a training goes: its losses, and its score after ever more turns, with the levels that it has to reach.

For reports only. Whatever a training question's checks look at is looked at again after fewer epochs, steps or batches:
the question itself tells its learning curve, and needs no word for it. No result rests on it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.showing import losses_picture, over_turns
from autograder.diagnosis import Play
from autograder.model import Picture, Status, Use, sentence
from autograder.student import Connection
from autograder.student.connection import Functions
from autograder.wire import Array

FEWEST = 8  # losses that are drawn
POINTS = 8  # of a curve over turns, the last one among them
UNITS = {"epochs": sentence("epochs"), "steps": sentence("steps"), "batches": sentence("batches")}
LOST = (Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.DIED)

Again = Callable[[Connection], Play]


class Listening:
    """A connection whose calls tell what they are as trainings. most: after how many turns they end, 0 for all.

    losses: of each call that went backward often enough. unit, turns: what the longest training counts in, and to what.
    """

    def __init__(self, connection: Connection, most: int = 0) -> None:
        self._connection, self._most = connection, most
        self.losses: list[Array] = []
        self.unit, self.turns = "", 0

    @property
    def device(self) -> str:
        """The connection's."""
        return self._connection.device

    def ask(self, request: Mapping[str, Any], asked: str, functions: Functions) -> dict[str, Any]:
        """The reply to a request, which says more of itself when it is a call. Raises StudentFault."""
        if request["verb"] != "call":
            return self._connection.ask(request, asked, functions)
        reply = self._connection.ask({**request, "most": self._most}, asked, functions)
        self._note(reply.get("losses"), reply.get("turns"))
        return reply

    def _note(self, losses: Any, turns: Any) -> None:
        """Keep what has the right form: it comes from a student's process."""
        if isinstance(losses, np.ndarray) and losses.ndim == 1 and losses.dtype == np.float64 and losses.size >= FEWEST:
            self.losses.append(losses)
        match turns:
            case [str(unit), int(count)] if unit in UNITS and count > self.turns:
                self.unit, self.turns = unit, count

    def new_question(self, exercise: str = "") -> None:
        """The connection's."""
        self._connection.new_question(exercise)

    def uses(self, exercise: str) -> tuple[Use, ...] | None:
        """The connection's."""
        return self._connection.uses(exercise)

    def hear_again(self, exercise: str) -> None:
        """The connection's."""
        self._connection.hear_again(exercise)

    def start_over(self) -> None:
        """The connection's."""
        self._connection.start_over()

    def printed(self) -> str:
        """The connection's."""
        return self._connection.printed()


def drawn(play: Play, heard: Listening, connection: Connection, again: Again) -> Iterator[Picture]:
    """The curves of the trainings in a play. heard: what was listened to then. again: plays the question once more."""
    yield from (losses_picture(losses) for losses in heard.losses[-1:])
    levels = _levels(play)
    if not levels or heard.turns < 2:
        return
    plays = list(_shorter(heard.turns, connection, again))
    for place, level in enumerate(levels):
        points = [(turns, found[place].values[-1]) for turns, found in plays if len(found) == len(levels)]
        points += [(heard.turns, level.values[-1])]
        if len(points) > 1:
            yield over_turns(level, points, UNITS[heard.unit])


def beside(pictures: Sequence[Picture], curves: Sequence[Picture]) -> tuple[Picture, ...]:
    """The pictures of a question with its training's curves; one over turns says all that its two ends have said."""
    if any(curve.points for curve in curves):
        pictures = [picture for picture in pictures if not _is_two_ends(picture)]
    return (*pictures, *curves)


def _shorter(turns: int, connection: Connection, again: Again) -> Iterator[tuple[int, Sequence[Picture]]]:
    """What is to be reached after fewer turns, fewest first, until the student's process is lost over it."""
    for most in lengths(turns)[:-1]:
        connection.new_question()
        play = again(Listening(connection, most))
        if play.fault is not None and play.fault.status in LOST:
            return
        yield most, _levels(play)


def lengths(turns: int) -> list[int]:
    """Numbers of turns from one to all, each about twice the one before or more: together they cost the last again."""
    count = min(POINTS, 1 + round(math.log2(turns)))
    return [int(each) for each in np.unique(np.geomspace(1, turns, count).round())]


def _levels(play: Play) -> list[Picture]:
    """The pictures of a play in which something is to be reached: scores, and losses of a beginning and an end."""
    pictures = [seen.picture for seen in play.observations if seen.picture is not None and seen.picture.values]
    return [each for each in pictures if each.kind == "gauge" or _is_two_ends(each)]


def _is_two_ends(picture: Picture) -> bool:
    return picture.kind == "curve" and len(picture.values) == 2
