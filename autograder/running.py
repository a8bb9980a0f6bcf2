"""A class through the grader into the gradebook: what changed is graded, the rest is taken up as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import groupby
from operator import itemgetter

from autograder import batch, fingerprint, policies, seeds
from autograder.coursefile import moment
from autograder.fingerprint import versions
from autograder.gradebook import Book, Event, Standing
from autograder.manifest import Course
from autograder.model import Assignment, Isolation, Outcome, Report, Submission
from autograder.policies import Decisions, Final, Given, Policy
from autograder.results import Results
from autograder.scoring import Tally, for_review, total


@dataclass(frozen=True)
class Settings:
    """How a class is graded. pool: makes an executor of so many processes; fresh: grade also what is finished.

    device: where PyTorch computes.
    """

    jobs: int
    isolation: Isolation
    language: str
    fresh: bool = False
    pool: batch.Pool = batch.local_pool
    device: str = "cpu"


def grade_class(
    course: Course,
    topic: str,
    submissions: Iterable[Submission | Outcome],
    count: int,
    book: Book,
    results: Results,
    settings: Settings,
    advance: Callable[[Outcome], None] = lambda outcome: None,
) -> Tally:
    """Grade what is not finished, each outcome into the book and its report into the folder as it comes.

    submissions: taken one after the other as they are wanted, about `count` of them; one that could not be read here is
    its outcome, which is told and leaves the book as it is. Returns what it came to.
    """
    secret = seeds.course_secret(course.root)
    basis = fingerprint.of_topic(course, topic, versions())
    run = book.begin("batch", topic, grader=basis, isolation=settings.isolation.level)
    rests_on = batch.fingerprints(basis, topic, secret, settings.isolation, settings.device)
    tally = Tally()

    def take(outcome: Outcome) -> None:
        results.add(outcome)
        results.log(_told(outcome))
        tally.add(outcome)
        advance(outcome)

    def unfinished() -> Iterator[Submission]:
        for submission in submissions:
            if isinstance(submission, Outcome):
                take(submission)
                continue
            kept = None
            if not settings.fresh:
                kept = book.finished(run, submission, rests_on(submission), settings.language)
            if kept is None:
                yield submission
            else:
                take(kept)

    results.log(f"run {run}: {topic}, about {count} submissions, {settings.jobs} jobs, grader {basis[:12]}")
    how = (settings.jobs, settings.isolation, settings.device)
    work = batch.shards(unfinished(), count, course.root, topic, secret, *how)
    for outcome in batch.outcomes(work, settings.pool, settings.jobs):
        book.add(run, outcome, settings.language)
        take(outcome)
    book.end(run)
    results.log(f"run {run} ended: {tally.graded} graded, {tally.reused} of them before, {tally.failed} failed")
    return tally


def _told(outcome: Outcome) -> str:
    """One outcome in a line of the log."""
    student, report = outcome.submission.student, outcome.report
    if report is None:
        return f"{student}: not graded: {outcome.trouble}"
    seconds = sum(question.seconds for question in report.questions)
    how = "kept" if outcome.reused else f"{seconds:.2f} s, seed {report.seed}, level {report.isolation.level}"
    problem = f", {outcome.submission.problem}" if outcome.submission.problem else ""
    failed = "".join(f", {q.name} not explained: {q.unexplained}" for q in report.questions if q.unexplained)
    final = "" if report.is_final else ", not final"
    return f"{student}: {report.score:g}/{report.points:g}, {how}{final}{problem}{failed}"


def device_of(report: Report) -> str:
    """Where the questions about tensors were asked: `cpu`, or `cuda`, also where there was none."""
    return next((question.device for question in report.questions if question.device != "cpu"), "cpu")


@dataclass(frozen=True)
class Grade:
    """A student's standing in a topic with what counts of it. attempts: how many submissions there are."""

    standing: Standing
    final: Final
    attempts: int = 1


def grades(book: Book, topic: str, policy: Policy, student: str = "", points: float = 0.0) -> Iterator[Grade]:
    """What counts for every student of a topic, in the order of their keys: whoever handed in something, or was given a
    score or excused without.

    points: what the topic is worth where nobody was asked anything.
    """
    decided = decisions(book, topic)
    settled = sorted(name for name, each in decided.items() if each.settle and (not student or name == student))
    asked = book.asked(topic) if settled else ()
    possible = policies.final(asked, policy).points if asked else points
    for name, attempts in _attempts(book.standings(topic, student=student), settled):
        found = decided.get(name, Decisions())
        if attempts:
            yield _counting(attempts, policy, found, possible)
        else:
            yield Grade(book.absent(topic, name), _given(policy, found, possible), 0)


def _attempts(standings: Iterable[Standing], names: Iterable[str]) -> Iterator[tuple[str, list[Standing]]]:
    """Everybody's standings in the order of their keys, with none for those names that have none."""
    there = ((name, list(each)) for name, each in groupby(standings, key=lambda each: each.student))
    nobody: Iterable[tuple[str, list[Standing]]] = ((name, []) for name in names)
    for name, found in groupby(merge(there, nobody, key=itemgetter(0)), key=itemgetter(0)):
        yield name, [standing for _, attempts in found for standing in attempts]


def _counting(attempts: list[Standing], policy: Policy, decided: Decisions, points: float) -> Grade:
    finals = [_final(each, policy, decided, points) for each in attempts]
    chosen = policies.counts(finals, policy)
    return Grade(attempts[chosen], finals[chosen], len(attempts))


def _final(standing: Standing, policy: Policy, decided: Decisions, points: float) -> Final:
    if standing.score is None:
        return _given(policy, decided, points) if decided.settle else Final(None, 0.0, None, 0.0)
    return policies.final(
        standing.questions,
        policy,
        student=standing.student,
        section=standing.section,
        handed_in=standing.handed_in,
        flagged=standing.late,
        decisions=decided,
    )


def _given(policy: Policy, decided: Decisions, points: float) -> Final:
    """What people decided about somebody of whom nothing was graded. points: what the others are graded on."""
    return replace(policies.final((), policy, decisions=decided), raw=None, points=points)


def decisions(book: Book, topic: str) -> dict[str, Decisions]:
    """What people decided about each student of a topic and still holds; of two about one thing, the later."""
    found: dict[str, Decisions] = {}
    for event in book.events(topic):
        if event.holds and event.student:
            found[event.student] = _decided(found.get(event.student, Decisions()), event)
    return found


def _decided(before: Decisions, event: Event) -> Decisions:
    if event.kind == "excuse":
        return replace(before, excused=event.why)
    if event.kind == "extension":
        return replace(before, until=moment(event.value["until"], None, "until"))
    if event.kind != "override":
        return before
    given = Given(float(event.value["score"]), event.why)
    if "question" not in event.value:
        return replace(before, score=given)
    return replace(before, questions={**before.questions, str(event.value["question"]): given})


HEADINGS = ("student", "score", "points", "final", "note")


def rows(book: Book, assignment: Assignment, policy: Policy) -> Iterator[tuple[str, ...]]:
    """grades.csv: a heading and a row for each student."""
    exercises = [exercise.name for exercise in assignment.exercises]
    yield (*HEADINGS, *exercises, "raw", "adjustments", "name", "section", "handed in", "attempts")
    for grade in grades(book, assignment.topic, policy, points=assignment.points):
        yield _row(grade, exercises)


def _row(grade: Grade, exercises: Iterable[str]) -> tuple[str, ...]:
    standing, final = grade.standing, grade.final
    excused = "EX" if final.excused else ""
    score = excused or (f"{final.score:g}" if final.score is not None else "")
    points = f"{final.points:g}" if final.score is not None or excused else ""
    flagged = for_review(standing.flagged)
    note = standing.problem or flagged or standing.note or standing.trouble
    parts = [f"{total(q.score for q in standing.questions if q.exercise == each):g}" for each in exercises]
    lines = "; ".join(f"{line.text} ({line.change:+g})" if line.change else str(line.text) for line in final.lines)
    at = standing.handed_in.isoformat(" ", "minutes") if standing.handed_in else ""
    return (
        standing.student, score, points, "yes" if standing.is_final else "no", str(note or ""),
        *(parts if standing.score is not None else [""] * len(parts)),
        f"{final.raw:g}" if final.raw is not None else "", lines, standing.name, standing.section, at,
        str(grade.attempts),
    )  # fmt: skip
