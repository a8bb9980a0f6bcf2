"""pytest glue: the marker, the fixtures, and one call of a question turned into a verdict.

The graders are collected once; then every submission's questions run in the same session. A question that
asks for nothing else of pytest than our own words is called directly, without its protocol.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from autograder.diagnosis import Finding, Play, Suspect, diagnose, settled
from autograder.diagnosis.naming import SEEDS
from autograder.endings import accepted, disturbed, ours, pictures_of, result, without_gpu
from autograder.model import (
    Assignment,
    Flag,
    GraderMistake,
    QuestionResult,
    Status,
    Use,
    Verdict,
    sentence,
)
from autograder.questions import Question, question_of
from autograder.reference import Oracle
from autograder.rules import ruled
from autograder.sandbox.protocol import SandboxError
from autograder.student import Connection
from autograder.trainings import Listening, beside, drawn

Deliver = Callable[["Job", tuple[QuestionResult, ...], tuple[Flag, ...]], None]


@dataclass(frozen=True)
class Job:
    """One submission to be asked: who answers, under which seed. suspects: known mistakes by exercise.

    exercise: the only one to ask about, all when empty. witness: shown every play, with all that each check
    saw; for proofs. until_lost: whether to ask nothing more once points are lost; also for proofs.
    only_once: whether to ask no question again in order to explain it.
    no_device: why there is no GPU for the questions that were to be answered on one, or ''.
    draws_trainings: whether to draw how trainings go, which takes about as long again as they do.
    is_hasty: whether a question that was late in less than its full time stays so: somebody waits for the result.
    """

    connection: Connection
    seed: str
    suspects: Mapping[str, tuple[Suspect, ...]]
    label: Any = None
    exercise: str = ""
    witness: Callable[[str, Play], None] | None = None
    until_lost: bool = False
    only_once: bool = False
    no_device: str = ""
    draws_trainings: bool = False
    is_hasty: bool = False

    def leaves_out(self, question: Question) -> bool:
        """Whether a question cannot be asked for want of a GPU."""
        return bool(self.no_device) and question.on_device


class GradingPlugin:
    """Runs every job's questions within one pytest session and delivers their results.

    only: names of exercises or questions, none for all. oracle: behind the fixture `reference`.
    remembered: plays of known mistakes, kept by whoever grades again.
    """

    def __init__(
        self,
        assignment: Assignment,
        oracle: Oracle,
        jobs: Iterable[Job],
        deliver: Deliver,
        *,
        only: tuple[str, ...] = (),
        remembered: MutableMapping[tuple[str, str, int], Play] | None = None,
    ) -> None:
        self.assignment, self.oracle, self.jobs, self.deliver, self.only = assignment, oracle, jobs, deliver, only
        self.remembered = {} if remembered is None else remembered
        self.questions: dict[str, Question] = {}
        self.broken: list[str] = []
        self.failure: BaseException | None = None
        self._job: Job | None = None
        self._results: dict[str, tuple[QuestionResult, Finding]] = {}
        self._trainings: dict[str, tuple[Play, Listening]] = {}
        self._disturbance: SandboxError | None = None
        self._asking: tuple[Question, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether no question needs pytest once it is collected, so that `again` can do without a session."""
        return bool(self._asking) and all(question.is_plain for question in self._asking)

    def again(self, jobs: Iterable[Job], deliver: Deliver) -> None:
        """More jobs for the same questions."""
        self.deliver = deliver
        for job in jobs:
            self._run(job)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marker known."""
        config.addinivalue_line("markers", "points(value): what a question is worth")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Turn items into questions; keep those that are asked for."""
        for item in items:
            try:
                self.questions[item.nodeid] = question_of(item, self.assignment.exercises)
            except GraderMistake as mistake:
                self.broken.append(str(mistake))
        items[:] = [item for item in items if not self.broken and self._asked(self.questions[item.nodeid])]

    def _asked(self, question: Question) -> bool:
        return not self.only or question.exercise in self.only or question.name in self.only

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.broken.append(str(report.longrepr))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Every job, every question."""
        try:
            self._asking = () if self.broken else tuple(self.questions[item.nodeid] for item in session.items)
            for job in self.jobs if not self.broken else ():
                self._run(job)
        except BaseException as error:  # noqa: BLE001 - pytest would print it; the caller shall have it
            self.failure = error
        return True

    def _run(self, job: Job) -> None:
        """All questions to one answerer; disturbed from outside, all once more; disturbed again, the rest is ours."""
        asked = [question for question in self._asking if job.exercise in ("", question.exercise)]
        self._attempt(job, asked)
        if self._disturbance is not None and self._started_over(job):
            self._attempt(job, asked)
        if self._disturbance is not None:
            verdict = disturbed(self._disturbance)
            left = {question.item.nodeid: question for question in asked if question.item.nodeid not in self._results}
            self._results |= {name: (result(each, verdict, 0.0), Finding(verdict)) for name, each in left.items()}
        by_name = {question.name: question for question in asked}
        questions = settled(
            (self._results[question.item.nodeid] for question in asked),
            lambda suspect, name: self._tells_apart(job, by_name[name], suspect),
        )
        questions, flags = ruled(questions, self.assignment.exercises, functools.partial(_uses, job.connection))
        if job.draws_trainings:
            questions = tuple(self._with_training(job, by_name[found.name], found) for found in questions)
        self.deliver(job, questions, flags)

    def _attempt(self, job: Job, asked: Sequence[Question]) -> None:
        self._job, self._results, self._trainings, self._disturbance = job, {}, {}, None
        self._pose(asked)
        for question in () if job.is_hasty or job.until_lost else self._hurried(asked):
            if self._disturbance is None:
                job.connection.hear_again(question.exercise)
                self._pose([question])

    def _hurried(self, asked: Sequence[Question]) -> list[Question]:
        """Those that were late after another one of their exercise, and so in less than their full time."""
        late = [each for each in asked if self._status(each) is Status.TIMED_OUT]
        first = {question.exercise: question for question in reversed(late)}
        return [question for question in late if first[question.exercise] is not question]

    def _status(self, question: Question) -> Status | None:
        found = self._results.get(question.item.nodeid)
        return found[0].verdict.status if found is not None else None

    def _pose(self, asked: Sequence[Question]) -> None:
        """Ask these, in their order."""
        around = [question.item for question in asked if not question.is_plain]
        following = dict(zip(around, [*around[1:], None], strict=False))
        for question in asked:
            if question.is_plain:
                self._answer(question)
            else:
                item = question.item
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following[item])

    def _started_over(self, job: Job) -> bool:
        try:
            job.connection.start_over()
        except SandboxError as error:
            self._disturbance = error
            return False
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """One question, one verdict."""
        self._answer(self.questions[pyfuncitem.nodeid])
        return True

    def _answer(self, question: Question) -> None:
        job = self._job
        assert job is not None
        if self._disturbance is not None:  # the rest is passed by, so that pytest takes its fixtures down in order
            return
        start = time.perf_counter()
        try:
            finding = self._ask(question, job)
        except SandboxError as error:
            self._disturbance = error
            return
        seconds = time.perf_counter() - start
        self._results[question.item.nodeid] = (_on_device(question, job, finding.verdict, seconds), finding)

    def _ask(self, question: Question, job: Job) -> Finding:
        if job.until_lost and any(_is_lost(result) for result, _ in self._results.values()):
            return Finding(Verdict(Status.NOT_RUN))
        if job.leaves_out(question):
            return Finding(without_gpu(question, job.no_device))
        job.connection.new_question(question.exercise)
        try:
            play = self._first_play(job, question)
            if job.witness is not None:
                job.witness(question.name, play)
                play = replace(play, fault=next((seen.verdict for seen in play.failures), play.fault))
            verdict = play.fault or accepted(play)
            verdict = replace(verdict, output=job.connection.printed(), pictures=pictures_of(play))
            if play.fault is None or job.only_once:
                return Finding(verdict)
            return self._explained(job, question, verdict)
        except SandboxError:
            raise
        except pytest.skip.Exception as skipped:
            return Finding(Verdict(Status.NOT_RUN, sentence("{why}", why=str(skipped))))
        except (Exception, pytest.fail.Exception, SystemExit) as error:  # noqa: BLE001 - what is not theirs is ours
            return Finding(ours(error))

    def _first_play(self, job: Job, question: Question) -> Play:
        heard = Listening(job.connection) if job.draws_trainings else None
        play = question.play(heard or job.connection, job.seed, self.oracle, noting=job.witness is not None)
        if heard is not None:
            self._trainings[question.name] = play, heard
        return play

    def _with_training(self, job: Job, question: Question, found: QuestionResult) -> QuestionResult:
        """The same with the curves of its training, if it is one and they can be had."""
        if question.name not in self._trainings or not question.is_plain:
            return found

        def again(connection: Connection) -> Play:
            return question.play(connection, job.seed, self.oracle, noting=True)

        try:
            curves = tuple(drawn(*self._trainings[question.name], job.connection, again))
        except (Exception, pytest.fail.Exception, SystemExit):  # noqa: BLE001 - a picture less, and no point
            return found
        return replace(found, verdict=replace(found.verdict, pictures=beside(found.verdict.pictures, curves)))

    def _explained(self, job: Job, question: Question, verdict: Verdict) -> Finding:
        """The verdict and why, if that can be told. Failing to explain changes no verdict; a proof shall hear of it."""
        suspects = job.suspects.get(question.exercise, ())
        try:
            return diagnose(verdict, functools.partial(self._replay, job, question), job.connection, suspects)
        except SandboxError:
            raise
        except Exception:  # an answer is hostile until shown otherwise, to the detectors as well
            if job.witness is not None:
                raise
            return Finding(verdict)

    def _replay(self, job: Job, question: Question, connection: Connection, seed: str) -> Play:
        """A play with every check noted; those of known mistakes are remembered."""
        if connection is job.connection:
            return question.play(connection, seed, self.oracle, noting=True)
        key = (question.name, seed, id(connection))
        if key not in self.remembered:
            connection.new_question()
            self.remembered[key] = question.play(connection, seed, self.oracle, noting=True)
        return self.remembered[key]

    def _tells_apart(self, job: Job, question: Question, suspect: Suspect) -> bool:
        """Whether a known mistake fails at a question where the student, asked under the same seed, is right.

        A mistake may show under some seeds only, so that having passed under one's own seed says nothing yet. False
        where it cannot be told.
        """
        if not question.is_plain:  # what it asks of pytest is gone by now
            return False
        try:
            return any(
                self._replay(job, question, suspect.connection, seed).is_wrong
                and not self._replay(job, question, job.connection, seed).is_wrong
                for seed in SEEDS
            )
        except (Exception, pytest.fail.Exception, SystemExit):  # noqa: BLE001 - then it speaks against nobody
            return False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A fixture that failed is our fault; a question skipped by a mark or a fixture was not run."""
        if report.when != "call" and not report.passed:
            question = self.questions[report.nodeid]
            why = str(report.longrepr)[-2000:]
            if report.skipped and isinstance(report.longrepr, tuple):
                why = report.longrepr[-1].removeprefix("Skipped: ")
            verdict = Verdict(Status.NOT_RUN if report.skipped else Status.OURS, sentence("{why}", why=why))
            self._results[report.nodeid] = (result(question, verdict, 0.0), Finding(verdict))


def _is_lost(result: QuestionResult) -> bool:
    return result.score < result.points and result.verdict.status is not Status.OURS


def _uses(connection: Connection, exercise: str) -> tuple[Use, ...] | None:
    """A submission that cannot be searched because of a disturbance is one for a person to look at."""
    try:
        return connection.uses(exercise)
    except SandboxError:
        return None


def _on_device(question: Question, job: Job, verdict: Verdict, seconds: float) -> QuestionResult:
    """The same with the device on which it was asked; a question that was left out counts for nothing, neither way."""
    found = result(question, verdict, seconds)
    if job.leaves_out(question):
        return replace(found, points=0.0, device="cuda")
    return replace(found, device=job.connection.device) if question.on_device else found
