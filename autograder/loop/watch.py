"""`watch`: grade on every save and answer keys, all in one process that stays warm.

The questions of a topic are collected once: its submissions come from a generator that waits for the next save.
What was changed is asked first and shown at once; the rest of the topic follows. A save or a key is met while the
student's code runs, too: a grading whose file is another one by now is given up.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.answering import Answerer
from autograder.grading import Grader
from autograder.loop.changes import Stamp, stamp, touched
from autograder.loop.keys import Keys
from autograder.manifest import Course
from autograder.model import Assignment, QuestionResult, Report, Status, Submission, UsageError
from autograder.render.live import View
from autograder.sandbox.protocol import Sandbox
from autograder.scoring import by_exercise, open_exercises, report_of
from autograder.sources.folders import file_of, from_path

SECONDS = 0.05  # between two looks at the file
QUIET_SECONDS = 0.5  # of grading, before it is told what is still to come
PATIENCE = 40  # looks at a file that is away
Paint = Callable[[Assignment, Report, View], None]


@dataclass
class Watcher:
    """Everything that stays warm between two saves.

    origins: the file or folder of each topic that is watched. choose: a sandbox for a framework. paint: shows a report.
    """

    course: Course
    origins: dict[str, Path]
    choose: Callable[[str], Sandbox]
    keys: Keys
    paint: Paint
    seed: str
    _graders: dict[str, Grader] = field(default_factory=dict)
    _sandboxes: dict[str, Sandbox] = field(default_factory=dict)
    _stamps: dict[str, Stamp | None] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def run(self, topic: str) -> None:
        """From this topic on to whichever is saved next, until q is pressed. Raises UsageError."""
        self._stamps = {name: self._stamp(name) for name in self.origins}
        with self._stack:
            following: str | None = topic
            while following is not None:
                following = _Session(self, following).run()

    def _stamp(self, topic: str) -> Stamp | None:
        return stamp(file_of(self.origins[topic], topic))

    def saved(self) -> str | None:
        """A topic whose file is another one than when it was last looked at, and is there."""
        for topic, before in self._stamps.items():
            now = self._stamp(topic)
            if now is not None and now != before:
                self._stamps[topic] = now
                return topic
        return None

    def grader(self, topic: str) -> Grader:
        """The topic's grader, made once."""
        if topic not in self._graders:
            self._graders[topic] = Grader(self.course, topic)
        return self._graders[topic]

    def sandbox(self, framework: str) -> Sandbox:
        """The framework's sandbox, started once."""
        if framework not in self._sandboxes:
            self._sandboxes[framework] = self._stack.enter_context(closing(self.choose(framework)))
        return self._sandboxes[framework]


class Abandoned(KeyboardInterrupt):
    """The file was saved, or q was pressed, while it was being graded. pytest lets only this kind through."""


class _Session:
    """One topic, as long as its file is the one that is saved."""

    def __init__(self, watcher: Watcher, topic: str) -> None:
        self._watcher, self._topic = watcher, topic
        self._assignment = watcher.course.assignment(topic)
        self._sandbox = watcher.sandbox(self._assignment.framework)  # warms up while the graders are read
        self._grader = watcher.grader(topic)
        self._view = View()
        self._source = b""
        self._report: Report | None = None
        self._following: str | None = None
        self._left: list[str] = []
        self._is_broken = self._is_over = False
        self._answerer: Answerer | None = None
        self._quiet_until = math.inf

    def run(self) -> str | None:
        """The topic that was saved while this one was watched, or None when it is over."""
        while True:
            try:
                self._grader.grade(self._answerers(), self._graded)
                return self._following
            except Abandoned:
                if self._answerer is not None:
                    self._answerer.close()
                if self._is_over or self._following is not None:
                    return self._following

    def _glance(self) -> None:
        """Answer a key, and look whether a file was saved: also while code of the student's runs. Raises Abandoned."""
        saved, key = self._watcher.saved(), self._watcher.keys.pressed(0.0)
        if saved is not None or key == "q":
            self._is_over, self._following = saved is None, saved if saved != self._topic else None
            raise Abandoned
        if key:
            self._pressed(key)
        elif time.monotonic() > self._quiet_until:
            self._quiet_until = math.inf
            self._show()  # with what is still to come

    def _pressed(self, key: str) -> None:
        if self._report is not None:
            self._view = after(key, self._view, self._report, self._assignment)
            self._show()

    def _answerers(self) -> Iterator[Answerer]:
        """The submission, an exercise at a time; then again whenever it is saved."""
        watcher = self._watcher
        while True:
            submission = self._submission()
            before, self._source = self._source, next(iter(submission.files.values()), b"")
            self._left = self._asked(before, submission)
            saved = None
            if not self._left:
                self._show()
            while self._left and saved is None:
                made = self._grader.submitted(submission, self._sandbox, watcher.seed, meanwhile=self._glance)
                self._answerer = replace(made, exercise=self._left[0], is_hasty=True)
                self._quiet_until = time.monotonic() + QUIET_SECONDS
                yield self._answerer
                saved = watcher.saved() if self._left else None
            if saved is None:
                saved = self._awaited()
            if saved != self._topic:
                self._following = saved
                return

    def _asked(self, before: bytes, submission: Submission) -> list[str]:
        """The exercises to ask about, those that changed first; '' for all of them at once."""
        names = touched(before, self._source, self._assignment.exercises)
        unknown = self._report is None or self._is_broken or submission.problem is not None or "" in self._left
        return [""] if unknown or names is None else [*dict.fromkeys((*names, *self._left))]

    def _submission(self) -> Submission:
        """What is in the file now. An editor may have it away for a moment."""
        origin, limits = self._watcher.origins[self._topic], self._assignment.limits
        for _ in range(PATIENCE):
            try:
                return from_path(origin, self._topic, limits)
            except (UsageError, OSError):
                self._watcher.keys.pressed(SECONDS)
        return from_path(origin, self._topic, limits)

    def _graded(self, report: Report) -> None:
        """Put one exercise's results in the place of its old ones; paint after the first and after the last."""
        self._is_broken = any(_is_unloadable(question, self._topic) for question in report.questions)
        if self._is_broken and self._left[0]:
            self._left = [""]
            return
        merged = _merged(self._report, report) if self._report is not None and self._left[0] else report
        news = self._report is None or _told(merged) != _told(self._report)
        self._report = merged
        self._left = self._left[1:]
        if news or not self._left:
            self._show()

    def _show(self) -> None:
        if self._report is not None:
            shown = focus(self._view, self._report, self._assignment)
            self._view = replace(self._view, exercise=shown, pending=tuple(self._left))
            self._watcher.paint(self._assignment, self._report, self._view)

    def _awaited(self) -> str | None:
        """Wait for a save, and answer keys meanwhile: the saved topic, or None for q."""
        while True:
            saved = self._watcher.saved()
            if saved is not None:
                self._view = replace(self._view, hint=False)
                return saved
            key = self._watcher.keys.pressed(SECONDS)
            if key == "q":
                return None
            if key:
                self._pressed(key)


def after(key: str, view: View, report: Report, assignment: Assignment) -> View:
    """The view that a key leads to: n the next open exercise, h the hint, a all open questions."""
    if key == "n":
        return replace(view, exercise=following(view, report, assignment), chosen=True, hint=False)
    if key == "h":
        return replace(view, hint=not view.hint)
    return replace(view, everything=not view.everything) if key == "a" else view


def focus(view: View, report: Report, assignment: Assignment) -> str:
    """The exercise to show: the chosen one while it is open, else the first open one that was tried, else the next."""
    scores = {score.exercise.name: score for score in by_exercise(report, assignment.exercises)}
    still = scores.get(view.exercise)
    if still is not None and not still.is_complete and (view.chosen or still.is_tried):
        return view.exercise
    open_ones = open_exercises(tuple(scores.values()))
    tried = [score.exercise.name for score in open_ones if score.is_tried]
    return next(iter(tried or [score.exercise.name for score in open_ones]), "")


def following(view: View, report: Report, assignment: Assignment) -> str:
    """The open exercise after the shown one, from the first again after the last."""
    scores = by_exercise(report, assignment.exercises)
    names = [score.exercise.name for score in scores]
    open_ones = [score.exercise.name for score in scores if not score.is_complete]
    place = names.index(view.exercise) if view.exercise in names else -1
    later = [name for name in open_ones if names.index(name) > place]
    return next(iter(later or open_ones), "")


def _merged(old: Report, new: Report) -> Report:
    """The old report with the questions that were asked anew."""
    fresh = {question.name: question for question in new.questions}
    asked = [fresh.get(question.name, question) for question in old.questions]
    return report_of(
        asked,
        topic=new.topic,
        student=new.student,
        seed=new.seed,
        isolation=new.isolation,
        versions=new.versions,
        flags=(*(flag for flag in old.flags if flag.exercise not in _exercises(new)), *new.flags),
    )


def _is_unloadable(question: QuestionResult, topic: str) -> bool:
    """Whether a question failed because the file itself cannot be loaded, as all others do then."""
    verdict = question.verdict
    return verdict.status is Status.NOT_RUN or verdict.message.values.get("asked") == f"{topic}.py"


def _exercises(report: Report) -> set[str]:
    return {question.exercise for question in report.questions}


def _told(report: Report) -> list[QuestionResult]:
    """What a page shows of a report: everything but how long it took."""
    return [replace(question, seconds=0.0) for question in report.questions]
