"""What a student's edition makes of everything that is known, for tests."""

from __future__ import annotations

from autograder import bank
from autograder.authoring.offline import Offline, edition_of, played
from autograder.manifest import Course

__all__ = ["edition_of", "offline", "shares"]


def offline(edition: Course, course: Course, topic: str) -> Offline:
    """The fates of a topic's mistakes and alternatives by an edition."""
    return played(edition, topic, bank.load(course.solutions(topic)))


def shares(edition: Course, course: Course, topic: str) -> tuple[list[str], list[str], list[str], list[str]]:
    """By the edition: alternatives that lost or got a hint; mistakes caught, named rightly, named wrongly."""
    done = offline(edition, course, topic)
    lost, caught, right, wrong = (
        [fate.variant.id for fate in fates] for fates in (done.spoilt, done.caught, done.named, done.misnamed)
    )
    return lost, caught, right, wrong
