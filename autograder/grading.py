"""One submission in, one Report out: pytest in the trusted process, the student behind a sandbox."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, MutableMapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder import bank, fingerprint
from autograder.answering import Answerer, Suspects
from autograder.diagnosis import Play, Suspect, kept_play
from autograder.fingerprint import versions
from autograder.manifest import Course, nearest_of
from autograder.model import (
    Assignment,
    AutograderError,
    Flag,
    Isolation,
    QuestionResult,
    Report,
    Submission,
    UsageError,
    sentence,
)
from autograder.plugin import GradingPlugin
from autograder.questions import Fixtures
from autograder.recorded import Plays, Recorded, Unasked
from autograder.reference import LiveOracle, Oracle, Remembered
from autograder.sandbox import learning
from autograder.sandbox.protocol import Sandbox
from autograder.scoring import report_of
from autograder.student import CPU, Local, Place, Remote

UNUSED = (
    "terminal cacheprovider capture doctest junitxml logging pastebin stepwise unittest faulthandler warnings "
    "unraisableexception threadexception "  # which collect garbage five times at the end: 0.2 s with torch
    "debugging"  # it would put its own breakpoint() in the place of Python's
)
MEANT_FOR_ANOTHER_PYTEST = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
PlaysKept = MutableMapping[tuple[str, str, int], Play]


@contextlib.contextmanager
def _without(*names: str) -> Iterator[None]:
    """Variables of the environment taken out for a while."""
    kept = {name: os.environ.pop(name) for name in names if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(kept)


class Grader:
    """A topic's graders with their reference and known mistakes, ready for any number of submissions.

    Raises AutograderError when the graders or the solution cannot be loaded.
    """

    plugin: type[GradingPlugin] = GradingPlugin

    def __init__(self, course: Course, topic: str, *, name_mistakes: bool = True) -> None:
        self.course, self.topic = course, topic
        self.assignment: Assignment = course.assignment(topic)
        self.paths = course.graders(topic)
        if not self.paths:
            raise AutograderError(f"tests/graders/{topic} has no test_public.py")
        if self.assignment.framework == "torch":
            learning.load_torch()
        self.oracle, self.suspects, self._remembered = self._knowledge(name_mistakes)
        learning.use_one_thread()
        self.versions = versions()
        self.basis = fingerprint.of_topic(course, topic, self.versions)
        self._collected: dict[str, GradingPlugin] = {}

    @functools.cached_property
    def bank(self) -> bank.Bank:
        """The solution with its known mistakes and alternatives; a student's edition has none."""
        return bank.load(self.course.solutions(self.topic))

    def _knowledge(self, name_mistakes: bool) -> tuple[Oracle, Suspects, PlaysKept]:
        """Who answers for the reference, the known mistakes of each exercise, and their plays so far."""
        path = self.course.recording(self.topic)
        if path.exists() and not self.course.solutions(self.topic).exists():
            recorded = Recorded(path)
            suspects = _recorded_suspects(recorded) if name_mistakes else {}
            players = {id(suspect.connection): suspect.id for each in suspects.values() for suspect in each}
            return recorded, suspects, Plays(recorded, players, kept_play)
        remembered = Remembered() if self.assignment.framework == "numpy" else None
        oracle = LiveOracle(self.bank.solution, remembered)
        return oracle, _suspects(self.bank) if name_mistakes else {}, {}

    def grade(
        self,
        answerers: Iterable[Answerer],
        deliver: Callable[[Report], None],
        *,
        only: str = "",
    ) -> None:
        """Grade one after the other, delivering each report as it is done.

        The graders are read the first time; pytest is started again only if some question needs it.
        only: an exercise or a question, all when empty. Raises UsageError for an unknown one.
        """
        closing = _closing(answerers)

        def reported(who: Answerer, questions: Iterable[QuestionResult], flags: tuple[Flag, ...]) -> None:
            deliver(self._report(who, questions, flags))

        if only in self._collected:
            self._collected[only].again(closing, reported, self.suspects)
            return
        plugin = self.plugin(
            self.assignment,
            self.oracle,
            closing,
            reported,
            suspects=self.suspects,
            only=(only,) if only else (),
            remembered=self._remembered,
        )
        code = self._session(plugin)
        if plugin.is_plain:
            self._collected[only] = plugin
        if plugin.failure is not None:
            raise plugin.failure
        self._refuse(plugin, only, code)

    def _session(self, plugin: GradingPlugin) -> int:
        """Have pytest collect the graders and ask all answerers; its exit code."""
        root = self.course.root.absolute()
        arguments = ["-c", str(Path(__file__).with_name("graders.ini")), f"--rootdir={root}"]
        arguments += [f"--confcutdir={root / 'tests' / 'graders'}"]
        arguments += ["--disable-plugin-autoload", "--import-mode=importlib", "--assert=plain", "--strict-markers"]
        arguments += [option for name in UNUSED.split() for option in ("-p", f"no:{name}")]
        _forget_graders()
        with _without(*MEANT_FOR_ANOTHER_PYTEST):
            paths = [path.absolute().relative_to(root).as_posix() for path in self.paths]
            return pytest.main([*arguments, *paths], plugins=[plugin, Fixtures(), _Within(root)])

    def _refuse(self, plugin: GradingPlugin, only: str, code: int) -> None:
        """Say why nothing was graded, if nothing was."""
        if plugin.broken:
            raise AutograderError(f"the graders of {self.topic} cannot be loaded:\n" + "\n".join(plugin.broken))
        if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
            raise AutograderError(f"the graders of {self.topic} cannot be loaded: pytest has said why above")
        asked = plugin.questions.values()
        if not asked:
            raise AutograderError(f"the graders of {self.topic} hold no question")
        names = {question.name for question in asked} | {exercise.name for exercise in self.assignment.exercises}
        if only and only not in names:
            values = {"topic": self.topic, "name": only, "nearest": nearest_of(only, names)}
            raise UsageError(sentence("{topic} has no exercise or question {name!r}{nearest}", **values))

    def _report(self, who: Answerer, questions: Iterable[QuestionResult], flags: tuple[Flag, ...]) -> Report:
        return report_of(
            questions,
            topic=self.topic,
            student=who.name,
            seed=who.seed,
            isolation=who.isolation,
            versions=self.versions,
            flags=flags,
            fingerprint=who.fingerprint,
        )

    def submitted(
        self,
        submission: Submission,
        sandbox: Sandbox,
        seed: str,
        place: Place = CPU,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Answerer:
        """A submission as an answerer behind the sandbox. place: where its tensors are computed.

        meanwhile: called now and then while it is asked; what it raises ends the grading.
        Raises UsageError for a seed under which a student's edition knows no answers.
        """
        self.oracle.require(seed)
        limits = place.limits(self.assignment.limits)
        remote = Remote(sandbox, submission, self.topic, limits, self.assignment.exercises, place.device, meanwhile)
        isolation = sandbox.isolation
        basis = fingerprint.of_submission(self.basis, submission, seed, isolation.level + place.mark)
        return Answerer(
            submission.student, remote, seed, isolation, remote.close, fingerprint=basis, no_device=place.trouble
        )

    def played(self, name: str, namespace: Any, seed: str) -> Answerer:
        """Trusted code as an answerer, in this process: a mistake, an alternative, the reference itself."""
        return Answerer(name, Local(namespace), seed, Isolation("C", ("trusted code in this process",)))


class _Within:
    """Has pytest read its paths as those below a folder: in a whole path it takes `[` and `::` for a test's name.

    Only where it looks at them: it would go to that folder in the end, and stay there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextlib.contextmanager
    def _below(self, config: pytest.Config) -> Iterator[None]:
        before = config.invocation_params
        config.invocation_params = replace(before, dir=self.folder)
        try:
            yield
        finally:
            config.invocation_params = before

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_parse(self, pluginmanager: pytest.PytestPluginManager) -> Generator[None, Any, Any]:
        """Where conftest.py is looked for."""
        config = pluginmanager.get_plugin("pytestconfig")
        assert isinstance(config, pytest.Config)
        with self._below(config):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Where the graders are read."""
        with self._below(session.config):
            return (yield)


def _forget_graders() -> None:
    """Make pytest read graders anew: it names their modules by their place in a course, the same in every course."""
    for name in [name for name in sys.modules if name == "tests.graders" or name.startswith("tests.graders.")]:
        del sys.modules[name]


def _closing(answerers: Iterable[Answerer]) -> Iterator[Answerer]:
    for who in answerers:
        try:
            yield who
        finally:
            who.close()


def _suspects(loaded: bank.Bank) -> Suspects:
    """The known mistakes of each exercise, each ready to be played."""
    found: dict[str, list[Suspect]] = {}
    for variant in loaded.mistakes:
        suspect = Suspect(variant.id, variant.hint, Local(variant.on(loaded.solution)))
        found.setdefault(variant.exercise, []).append(suspect)
    return {exercise: tuple(suspects) for exercise, suspects in found.items()}


def _recorded_suspects(recorded: Recorded) -> Suspects:
    """The same out of a recording: nobody to play, but their plays are kept."""
    found: dict[str, list[Suspect]] = {}
    for name, facts in recorded.mistakes.items():
        found.setdefault(facts["exercise"], []).append(Suspect(name, facts["hint"], Unasked()))
    return {exercise: tuple(suspects) for exercise, suspects in found.items()}
