"""How a student's edition, which holds a recording and no solution, names the known mistakes of a topic."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder import bank
from autograder.answering import Answerer
from autograder.authoring.recorder import recording
from autograder.authoring.table import aligned
from autograder.bank import Variant
from autograder.diagnosis import Finding
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Report
from autograder.plugin import GradingPlugin
from autograder.questions import Question

LEAST_NAMED = 0.95


def edition_of(course: Course, topic: str, folder: Path, recorded: bytes | None = None) -> Course:
    """A folder that has of one topic what a student is given to be graded with, and nothing hidden."""
    shutil.copytree(course.root / "assignments" / topic, folder / "assignments" / topic)
    graders = Path("tests", "graders", topic, "test_public.py")
    (folder / graders).parent.mkdir(parents=True)
    shutil.copy(course.root / graders, folder / graders)
    (folder / "reference").mkdir()
    edition = Course(folder)
    edition.recording(topic).write_bytes(recording(course, topic) if recorded is None else recorded)
    return edition


@dataclass(frozen=True)
class Fate:
    """What became of a variant: whether it lost points, which mistakes were named, and what was found on the way."""

    variant: Variant
    lost: bool
    named: frozenset[str]
    findings: dict[str, Finding]

    @property
    def is_named(self) -> bool:
        """Whether its own name was told, and no other."""
        return self.named == {self.variant.id}

    @property
    def why(self) -> str:
        """Why a mistake that lost points has no name, by question."""
        return "; ".join(f"{question}: {self._of(each)}" for question, each in self.findings.items() if each.diagnosed)

    def _of(self, finding: Finding) -> str:
        ids = [suspect.id for suspect in finding.suspects]
        if self.variant.id not in ids:
            return f"answers as {', '.join(ids)} does" if ids else "answers otherwise than its kept play"
        others = [each for each in ids if each != self.variant.id]
        if others:
            return f"answers as {', '.join(others)} does, too"
        return "fits" if finding.telling else "fits, but tells too little"


@dataclass(frozen=True)
class _Listened(Answerer):
    """An answerer whose findings are kept."""

    findings: dict[str, Finding] = field(default_factory=dict)


class _Listening(GradingPlugin):
    """Grades, and keeps what was found at each question."""

    def _ask(self, question: Question, who: Answerer) -> Finding:
        finding = super()._ask(question, who)
        assert isinstance(who, _Listened)
        who.findings[question.name] = finding
        return finding


class _Grader(Grader):
    plugin = _Listening


@dataclass(frozen=True)
class Offline:
    """The fates of all that is known of one topic, as an edition grades it."""

    topic: str
    mistakes: Sequence[Fate]
    alternatives: Sequence[Fate]

    @property
    def caught(self) -> list[Fate]:
        """The mistakes that lost points at public questions."""
        return [fate for fate in self.mistakes if fate.lost]

    @property
    def named(self) -> list[Fate]:
        """Those of them that were named by their own id and no other."""
        return [fate for fate in self.caught if fate.is_named]

    @property
    def misnamed(self) -> list[Fate]:
        """The mistakes at which another one was named."""
        return [fate for fate in self.mistakes if fate.named - {fate.variant.id}]

    @property
    def spoilt(self) -> list[Fate]:
        """The alternatives that lost points or got a hint."""
        return [fate for fate in self.alternatives if fate.lost or fate.named]

    @property
    def enough(self) -> bool:
        """Whether the share that the course promises is named, none wrongly, and no right answer is touched."""
        return len(self.named) >= LEAST_NAMED * len(self.caught) and not self.misnamed and not self.spoilt


def played(edition: Course, topic: str, known: bank.Bank) -> Offline:
    """Everything that is known of a topic, graded by an edition of it."""
    grader = _Grader(edition, topic)
    mistakes, alternatives = (_fates(grader, known, each) for each in (known.mistakes, known.alternatives))
    return Offline(topic, mistakes, alternatives)


def _fates(grader: Grader, known: bank.Bank, variants: Sequence[Variant]) -> list[Fate]:
    players: list[_Listened] = []
    reports: list[Report] = []

    def playing() -> Iterator[Answerer]:
        for variant in variants:
            who = grader.played(variant.id, variant.on(known.solution), PUBLIC_SEED)
            players.append(_Listened(**{**vars(replace(who, exercise=variant.exercise)), "findings": {}}))
            yield players[-1]

    grader.grade(playing(), reports.append)
    return [_fate(*each) for each in zip(variants, players, reports, strict=True)]


def _fate(variant: Variant, player: _Listened, report: Report) -> Fate:
    named = frozenset(each.verdict.mistake for each in report.questions if each.verdict.mistake)
    return Fate(variant, report.score < report.points, named, player.findings)


def offline(course: Course, topic: str) -> Offline:
    """A topic's edition made in a folder that is gone afterwards, and all that is known graded by it."""
    with tempfile.TemporaryDirectory() as folder:
        return played(edition_of(course, topic, Path(folder) / "edition"), topic, bank.load(course.solutions(topic)))


def told(done: Offline) -> Iterator[str]:
    """A table with a row an exercise, and each mistake without its name with the reason."""
    exercises = dict.fromkeys(fate.variant.exercise for fate in done.mistakes)
    rows = [_row(name, [fate for fate in done.mistakes if fate.variant.exercise == name]) for name in exercises]
    yield aligned([("exercise", "lost points", "named"), *rows, _row(done.topic, done.mistakes)])
    for fate in done.mistakes:
        if not fate.lost:
            yield f"  {fate.variant.id}: loses points at hidden questions only"
        elif fate.named - {fate.variant.id}:
            yield f"  {fate.variant.id} is named {', '.join(sorted(fate.named))}"
        elif not fate.is_named:
            yield f"  {fate.variant.id} is not named: {fate.why}"
    for fate in done.spoilt:
        yield f"  {fate.variant.id}: right, but {'loses points' if fate.lost else 'is given a hint'}"


def _row(name: str, fates: Iterable[Fate]) -> tuple[str, str, str]:
    fates = list(fates)
    caught = [fate for fate in fates if fate.lost]
    named = sum(fate.is_named for fate in caught)
    share = f" ({named / len(caught):.1%})" if caught else ""
    return name, f"{len(caught)}/{len(fates)}", f"{named}/{len(caught)}{share}"
