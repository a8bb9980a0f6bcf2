"""pytest glue: the marker, the fixtures, and one call of a question turned into a verdict.

The graders are collected once; then every submission's questions run in the same session. A question that
asks for nothing else of pytest than our own words is called directly, without its protocol.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import replace

import pytest

from autograder.answering import Answerer, Suspects
from autograder.diagnosis import Finding, Play, Suspect, diagnose, settled
from autograder.diagnosis.naming import SEEDS
from autograder.endings import accepted, disturbed, ours, pictures_of, result, unexplained, without_gpu
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

Deliver = Callable[[Answerer, tuple[QuestionResult, ...], tuple[Flag, ...]], None]


class GradingPlugin:
    """Asks every answerer within one pytest session and delivers their results. suspects: known mistakes by exercise.

    only: names of exercises or questions, none for all. oracle: behind the fixture `reference`.
    remembered: plays of known mistakes, kept by whoever grades again.
    """

    def __init__(
        self,
        assignment: Assignment,
        oracle: Oracle,
        answerers: Iterable[Answerer],
        deliver: Deliver,
        *,
        suspects: Suspects,
        only: tuple[str, ...] = (),
        remembered: MutableMapping[tuple[str, str, int], Play] | None = None,
    ) -> None:
        self.assignment, self.oracle, self.deliver, self.only = assignment, oracle, deliver, only
        self._answerers, self._suspects = answerers, suspects
        self.remembered = {} if remembered is None else remembered
        self.questions: dict[str, Question] = {}
        self.broken: list[str] = []
        self.failure: BaseException | None = None
        self._who: Answerer | None = None
        self._results: dict[str, tuple[QuestionResult, Finding]] = {}
        self._trainings: dict[str, tuple[Play, Listening]] = {}
        self._disturbance: SandboxError | None = None
        self._asking: tuple[Question, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether no question needs pytest once it is collected, so that `again` can do without a session."""
        return bool(self._asking) and all(question.is_plain for question in self._asking)

    def again(self, answerers: Iterable[Answerer], deliver: Deliver, suspects: Suspects) -> None:
        """More answerers to the same questions."""
        self.deliver, self._suspects = deliver, suspects
        for who in answerers:
            self._run(who)

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
        """Every answerer, every question."""
        try:
            self._asking = () if self.broken else tuple(self.questions[item.nodeid] for item in session.items)
            for who in self._answerers if not self.broken else ():
                self._run(who)
        except BaseException as error:  # noqa: BLE001 - pytest would print it; the caller shall have it
            self.failure = error
        return True

    def _run(self, who: Answerer) -> None:
        """All questions to one answerer; disturbed from outside, all once more; disturbed again, the rest is ours."""
        asked = [question for question in self._asking if who.exercise in ("", question.exercise)]
        self._attempt(who, asked)
        if self._disturbance is not None and self._started_over(who):
            self._attempt(who, asked)
        if self._disturbance is not None:
            verdict = disturbed(self._disturbance)
            left = {question.item.nodeid: question for question in asked if question.item.nodeid not in self._results}
            self._results |= {name: (result(each, verdict, 0.0), Finding(verdict)) for name, each in left.items()}
        by_name = {question.name: question for question in asked}
        questions = settled(
            (self._results[question.item.nodeid] for question in asked),
            lambda suspect, name: self._tells_apart(who, by_name[name], suspect),
        )
        questions, flags = ruled(questions, self.assignment.exercises, functools.partial(_uses, who.connection))
        if who.draws_trainings:
            questions = tuple(self._with_training(who, by_name[found.name], found) for found in questions)
        self.deliver(who, questions, flags)

    def _attempt(self, who: Answerer, asked: Sequence[Question]) -> None:
        self._who, self._results, self._trainings, self._disturbance = who, {}, {}, None
        self._pose(asked)
        for question in () if who.is_hasty or who.until_lost else self._hurried(asked):
            if self._disturbance is None:
                who.connection.hear_again(question.exercise)
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

    def _started_over(self, who: Answerer) -> bool:
        try:
            who.connection.start_over()
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
        who = self._who
        assert who is not None
        if self._disturbance is not None:  # the rest is passed by, so that pytest takes its fixtures down in order
            return
        start = time.perf_counter()
        try:
            finding = self._ask(question, who)
        except SandboxError as error:
            self._disturbance = error
            return
        seconds = time.perf_counter() - start
        self._results[question.item.nodeid] = (_on_device(question, who, finding, seconds), finding)

    def _ask(self, question: Question, who: Answerer) -> Finding:
        if who.until_lost and any(_is_lost(result) for result, _ in self._results.values()):
            return Finding(Verdict(Status.NOT_RUN))
        if who.leaves_out(question):
            return Finding(without_gpu(question, who.no_device))
        who.connection.new_question(question.exercise)
        try:
            play = self._first_play(who, question)
            if who.witness is not None:
                who.witness(question.name, play)
                play = replace(play, fault=next((seen.verdict for seen in play.failures), play.fault))
            verdict = play.fault or accepted(play)
            verdict = replace(verdict, output=who.connection.printed(), pictures=pictures_of(play))
            if play.fault is None or who.only_once:
                return Finding(verdict)
            return self._explained(who, question, verdict)
        except SandboxError:
            raise
        except pytest.skip.Exception as skipped:
            return Finding(Verdict(Status.NOT_RUN, sentence("{why}", why=str(skipped))))
        except (Exception, pytest.fail.Exception, SystemExit) as error:  # noqa: BLE001 - what is not theirs is ours
            return Finding(ours(error))

    def _first_play(self, who: Answerer, question: Question) -> Play:
        heard = Listening(who.connection) if who.draws_trainings else None
        play = question.play(heard or who.connection, who.seed, self.oracle, noting=who.witness is not None)
        if heard is not None:
            self._trainings[question.name] = play, heard
        return play

    def _with_training(self, who: Answerer, question: Question, found: QuestionResult) -> QuestionResult:
        """The same with the curves of its training, if it is one and they can be had."""
        if question.name not in self._trainings or not question.is_plain:
            return found

        def again(connection: Connection) -> Play:
            return question.play(connection, who.seed, self.oracle, noting=True)

        try:
            curves = tuple(drawn(*self._trainings[question.name], who.connection, again))
        except (Exception, pytest.fail.Exception, SystemExit):  # noqa: BLE001 - a picture less, and no point
            return found
        return replace(found, verdict=replace(found.verdict, pictures=beside(found.verdict.pictures, curves)))

    def _explained(self, who: Answerer, question: Question, verdict: Verdict) -> Finding:
        """The verdict and why, if that can be told. Failing to explain changes no verdict, and is noted."""
        suspects = self._suspects.get(question.exercise, ())
        try:
            return diagnose(verdict, functools.partial(self._replay, who, question), who.connection, suspects)
        except SandboxError:
            raise
        except Exception as error:  # an answer is hostile until shown otherwise, to the detectors as well
            if who.witness is not None:
                raise
            return unexplained(verdict, error)

    def _replay(self, who: Answerer, question: Question, connection: Connection, seed: str) -> Play:
        """A play with every check noted; those of known mistakes are remembered."""
        if connection is who.connection:
            return question.play(connection, seed, self.oracle, noting=True)
        key = (question.name, seed, id(connection))
        if key not in self.remembered:
            connection.new_question()
            self.remembered[key] = question.play(connection, seed, self.oracle, noting=True)
        return self.remembered[key]

    def _tells_apart(self, who: Answerer, question: Question, suspect: Suspect) -> bool:
        """Whether a known mistake fails at a question where the student, asked under the same seed, is right.

        A mistake may show under some seeds only, so that having passed under one's own seed says nothing yet. False
        where it cannot be told.
        """
        if not question.is_plain:  # what it asks of pytest is gone by now
            return False
        try:
            return any(
                self._replay(who, question, suspect.connection, seed).is_wrong
                and not self._replay(who, question, who.connection, seed).is_wrong
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


def _on_device(question: Question, who: Answerer, finding: Finding, seconds: float) -> QuestionResult:
    """The same with the device on which it was asked; a question that was left out counts for nothing, neither way."""
    found = replace(result(question, finding.verdict, seconds), unexplained=finding.unexplained)
    if who.leaves_out(question):
        return replace(found, points=0.0, device="cuda")
    return replace(found, device=who.connection.device) if question.on_device else found
