"""One submission in, one Report out: pytest in the trusted process, the student behind a sandbox."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from autograder import bank, fingerprint
from autograder.diagnosis import Play, Suspect
from autograder.manifest import Course, nearest
from autograder.model import (
    Assignment,
    AutograderError,
    Flag,
    Isolation,
    QuestionResult,
    Report,
    Submission,
    UsageError,
)
from autograder.plugin import Fixtures, GradingPlugin, Job
from autograder.reference import Live
from autograder.sandbox import learning
from autograder.sandbox.protocol import Sandbox
from autograder.scoring import exercise_of, report_of
from autograder.student import CPU, Connection, Local, Place, Remote

UNUSED = (
    "terminal cacheprovider capture doctest junitxml logging pastebin stepwise unittest faulthandler warnings "
    "unraisableexception threadexception"  # which collect garbage five times at the end: 0.2 s with torch
)
PACKAGES = ("numpy", "torch", "pytest")


@dataclass(frozen=True)
class Answerer:
    """Somebody whose answers are graded: a name, what answers, and the seed. close: called when done.

    exercise: the only one to ask about, all when empty. witness: shown every play (see plugin.Job).
    until_lost: whether to ask nothing more once points are lost.
    fingerprint: what the report will rest on. no_device: why there is no GPU for questions about tensors, or ''.
    """

    name: str
    connection: Connection
    seed: str
    isolation: Isolation
    close: Callable[[], Any] = lambda: None
    exercise: str = ""
    witness: Callable[[str, Play], None] | None = None
    until_lost: bool = False
    fingerprint: str = ""
    no_device: str = ""


class Grader:
    """A topic's graders with their reference and known mistakes, ready for any number of submissions.

    Raises AutograderError when the graders or the solution cannot be loaded.
    """

    def __init__(self, course: Course, topic: str, *, name_mistakes: bool = True) -> None:
        self.course, self.topic = course, topic
        self.assignment: Assignment = course.assignment(topic)
        self.paths = course.graders(topic)
        if not self.paths:
            raise AutograderError(f"tests/graders/{topic} has no test_public.py")
        self.bank = bank.load(course.solutions(topic))
        learning.use_one_thread()
        self.suspects = _suspects(self.bank) if name_mistakes else {}
        self.versions = versions()
        self.basis = fingerprint.of_topic(course, topic, self.versions)
        self._remembered: dict[tuple[str, str, int], Play] = {}

    def grade(
        self,
        answerers: Iterable[Answerer],
        deliver: Callable[[Report], None],
        *,
        only: str = "",
    ) -> None:
        """Grade one after the other, delivering each report as it is done.

        only: an exercise or a question, all when empty. Raises UsageError for an unknown one.
        """
        plugin = GradingPlugin(
            self.assignment,
            Live(self.bank.solution),
            map(self._job, _closing(answerers)),
            lambda job, questions, flags: deliver(self._report(job.label, questions, flags)),
            only=(only,) if only else (),
            remembered=self._remembered,
        )
        arguments = ["-c", str(Path(__file__).with_name("graders.ini")), f"--rootdir={self.course.root}"]
        arguments += [f"--confcutdir={self.course.root / 'tests' / 'graders'}"]
        arguments += ["--disable-plugin-autoload", "--import-mode=importlib", "--assert=plain", "--strict-markers"]
        arguments += [option for name in UNUSED.split() for option in ("-p", f"no:{name}")]
        _forget_graders()
        code = pytest.main([*arguments, *map(str, self.paths)], plugins=[plugin, Fixtures()])
        if plugin.failure is not None:
            raise plugin.failure
        self._refuse(plugin, only, code)

    def _job(self, who: Answerer) -> Job:
        return Job(
            who.connection, who.seed, self.suspects, who, who.exercise, who.witness, who.until_lost, who.no_device
        )

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
            raise UsageError(f"{self.topic} has no exercise or question {only!r}{nearest(only, names)}")

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

    def submitted(self, submission: Submission, sandbox: Sandbox, seed: str, place: Place = CPU) -> Answerer:
        """A submission as an answerer behind the sandbox. place: where its tensors are computed."""
        limits = place.limits(self.assignment.limits)
        remote = Remote(sandbox, submission, self.topic, limits, self.assignment.exercises, place.device)
        isolation = sandbox.isolation
        basis = fingerprint.of_submission(self.basis, submission, seed, isolation.level)
        return Answerer(
            submission.student, remote, seed, isolation, remote.close, fingerprint=basis, no_device=place.trouble
        )

    def played(self, name: str, namespace: Any, seed: str) -> Answerer:
        """Trusted code as an answerer, in this process: a mistake, an alternative, the reference itself."""
        return Answerer(name, Local(namespace), seed, Isolation("C", ("trusted code in this process",)))


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


def _suspects(loaded: bank.Bank) -> Mapping[str, tuple[Suspect, ...]]:
    """The known mistakes of each exercise, each ready to be played."""
    found: dict[str, list[Suspect]] = {}
    for variant in loaded.mistakes:
        suspect = Suspect(variant.id, variant.hint, Local(variant.on(loaded.solution)))
        found.setdefault(variant.exercise, []).append(suspect)
    return {exercise: tuple(suspects) for exercise, suspects in found.items()}


def versions() -> dict[str, str]:
    """What a result may depend on, by name."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def exercise_named(only: str, assignment: Assignment) -> str | None:
    """The exercise that ONLY= means, whether it names one or one of its questions."""
    return exercise_of(only, [exercise.name for exercise in assignment.exercises])
