"""Grading again what a changed grader or solution affects, and old against new before anything counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from autograder import batch, fingerprint, seeds
from autograder.fingerprint import versions
from autograder.gradebook import Book, Standing
from autograder.manifest import Course
from autograder.model import Outcome, Submission, UsageError
from autograder.running import Settings, device_of
from autograder.scoring import total


@dataclass(frozen=True)
class Change:
    """One student's result, old against new. questions: name, old and new score of those that differ."""

    student: str
    name: str
    old: float | None
    new: float | None
    trouble: str
    questions: tuple[tuple[str, float | None, float | None], ...]

    @property
    def size(self) -> float:
        """By how many points it changes."""
        return abs((self.new or 0.0) - (self.old or 0.0))


def affected(course: Course, topic: str, book: Book, settings: Settings) -> list[Standing]:
    """The submissions whose grading in force rests on something else than one made now."""
    secret = seeds.course_secret(course.root)
    basis = fingerprint.of_topic(course, topic, versions())
    rests_on = batch.fingerprints(basis, topic, secret, settings.isolation, settings.device)
    standings = {(each.leader, each.submission): each for each in book.standings(topic) if each.student == each.leader}
    known = book.fingerprints(topic)
    return [
        each
        for each in standings.values()
        if settings.fresh or known.get(each.grading) != rests_on(book.submitted(each.submission))
    ]


def device_before(book: Book, topic: str) -> str:
    """Where the last grading of a topic that counts was computed."""
    found = book.report(book.last(topic))
    return device_of(found[0]) if found is not None else "cpu"


def regrade(
    course: Course,
    topic: str,
    standings: Iterable[Standing],
    count: int,
    book: Book,
    settings: Settings,
    why: str,
    advance: Callable[[Outcome], None] = lambda outcome: None,
) -> int:
    """Grade these again, under the seeds that they had; the run's number. Nothing of it counts until it is applied."""
    secret = seeds.course_secret(course.root)
    basis = fingerprint.of_topic(course, topic, versions())
    run = book.begin("regrade", topic, grader=basis, isolation=settings.isolation.level, why=why)
    submissions: Iterator[Submission] = (book.submitted(each.submission) for each in standings)
    how = (settings.jobs, settings.isolation, settings.device)
    work = batch.shards(submissions, count, course.root, topic, secret, *how)
    for outcome in batch.outcomes(work, settings.pool, settings.jobs):
        book.add(run, outcome, settings.language)
        advance(outcome)
    book.end(run)
    return run


def apply(book: Book, topic: str, why: str) -> tuple[int, int]:
    """Let the last regrade of a topic count: the numbers of the regrade and of the decision.

    Raises UsageError for one that counts already, and for one of which only a part was graded.
    """
    last = book.runs("regrade", topic)[0]
    run = int(last["id"])
    if any(event.kind == "apply" and event.holds and event.target == run for event in book.events()):
        raise UsageError(f"regrade {run} counts already; grade again without --apply first")
    if not book.has_ended(run):
        raise UsageError(
            f"regrade {run} was stopped before its end or still runs, so that none of it may count; grade again "
            "without --apply first"
        )
    return run, book.decide("apply", why or last["why"], topic=topic, target=run)


def changes(book: Book, topic: str, run: int) -> list[Change]:
    """Old against new for everybody in a regrade, the largest changes first; those whom nothing changes for last."""
    old = {each.submission: each for each in book.standings(topic)}
    found = [_change(old.get(new.submission), new) for new in book.standings(topic, run=run)]
    return sorted(found, key=lambda change: (-change.size, not change.questions, change.student))


def _change(old: Standing | None, new: Standing) -> Change:
    before = {q.name: q.score for q in old.questions} if old else {}
    after = {q.name: q.score for q in new.questions}
    names = dict.fromkeys([*before, *after])
    differing = tuple((n, before.get(n), after.get(n)) for n in names if before.get(n) != after.get(n))
    return Change(new.student, new.name, old.score if old else None, new.score, new.trouble, differing)


HEAD = ("student", "old", "new", "change", "questions")


def rows(found: Iterable[Change]) -> Iterator[tuple[str, ...]]:
    """A heading and a row for each student whom something changes for."""
    yield HEAD
    for change in found:
        if change.questions or change.old != change.new:
            moved = total([change.new or 0.0, -(change.old or 0.0)])
            asked = "; ".join(f"{name} {_shown(old)}→{_shown(new)}" for name, old, new in change.questions)
            new = _shown(change.new) if not change.trouble else change.trouble
            yield (change.student, _shown(change.old), new, f"{moved:+g}", asked)


def _shown(value: float | None) -> str:
    return f"{value:g}" if value is not None else "–"
