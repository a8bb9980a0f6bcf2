"""Whose answers are graded, and how they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.diagnosis import Play, Suspect
from autograder.model import Isolation
from autograder.questions import Question
from autograder.student import Connection

Suspects = Mapping[str, tuple[Suspect, ...]]


@dataclass(frozen=True)
class Answerer:
    """Somebody whose answers are graded: a name, what answers, and the seed. close: called when done.

    exercise: the only one to ask about, all when empty. witness: shown every play, with all that each check saw; for
    proofs. until_lost: whether to ask nothing more once points are lost; also for proofs.
    only_once: whether to ask no question again in order to explain it.
    fingerprint: what the report will rest on. no_device: why there is no GPU for questions about tensors, or ''.
    draws_trainings: whether to draw how trainings go, which takes about as long again as they do.
    is_hasty: whether a question that was late in less than its full time stays so: somebody waits for the result.
    """

    name: str
    connection: Connection
    seed: str
    isolation: Isolation
    close: Callable[[], Any] = lambda: None
    exercise: str = ""
    witness: Callable[[str, Play], None] | None = None
    until_lost: bool = False
    only_once: bool = False
    fingerprint: str = ""
    no_device: str = ""
    draws_trainings: bool = False
    is_hasty: bool = False

    def leaves_out(self, question: Question) -> bool:
        """Whether a question cannot be asked for want of a GPU."""
        return bool(self.no_device) and question.on_device
