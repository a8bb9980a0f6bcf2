"""What a topic must prove before a student meets it. Each refusal says what is wrong and what to do."""

from __future__ import annotations

import copy
import math
import types
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from autograder.answering import Answerer
from autograder.authoring import forbidding, generic
from autograder.authoring.refusal import Places, Refusal, place_of
from autograder.bank import Bank, Variant
from autograder.diagnosis import Play
from autograder.grading import Grader
from autograder.model import PUBLIC_SEED, Exercise, QuestionResult, Report, Status
from autograder.scoring import loses, total
from autograder.stubs import starter_from

LOOK = "check values in every question, with inputs on which a wrong answer shows"
GENERIC = {
    **dict.fromkeys(generic.WRONG, LOOK),
    "returns_input": LOOK,
    "caches_first_result": "call it twice, with other inputs, in one question",
    "second_call_differs": "call it twice in one question and check both answers",
    "mutates_input": "put check_unchanged(student.f, …) into a question",
}
ALTERNATIVE_EXCESS = 1 / 3
MISTAKE_EXCESS = 10.0


@dataclass(frozen=True)
class Trial:
    """One variant graded on its exercise under one seed. excess: error over tolerance at each compared answer."""

    variant: Variant
    seed: str
    report: Report
    excess: tuple[float, ...]

    @property
    def lost(self) -> bool:
        """Whether it lost points."""
        return loses(self.report)

    @property
    def named(self) -> frozenset[str]:
        """The mistakes that were named."""
        return frozenset(q.verdict.mistake for q in self.report.questions if q.verdict.mistake)


def trials(grader: Grader, variants: Iterable[Variant], seeds: Sequence[str]) -> tuple[Trial, ...]:
    """Every variant under every seed, played in this process on the questions of its exercise."""
    done: list[Trial] = []
    excesses: list[float] = []
    playing: list[tuple[Variant, str]] = []

    def witness(question: str, play: Play) -> None:
        for seen in play.observations:
            if seen.comparison is not None and seen.comparison.values:
                excesses.append(seen.comparison.excess(seen.actual, seen.expected))

    def answerers() -> Iterator[Answerer]:
        for seed in seeds:
            for variant in variants:
                playing[:], excesses[:] = [(variant, seed)], []
                who = grader.played(variant.id, variant.on(grader.bank.solution), seed)
                yield replace(who, exercise=variant.exercise, witness=witness)

    def deliver(report: Report) -> None:
        variant, seed = playing[0]
        done.append(Trial(variant, seed, report, tuple(excesses)))

    grader.grade(answerers(), deliver)
    return tuple(done)


def prove(grader: Grader, starter: str | None = None, seeds: Sequence[str] = (PUBLIC_SEED,)) -> Iterator[Refusal]:
    """Every proof of one topic, in the author's order of work. starter: the committed one, None to skip that proof."""
    yield from points_add_up(grader)
    yield from starter_agrees(grader, starter)
    lost = [*reference_full(grader, seeds)]
    yield from lost
    yield from starter_zero(grader)
    yield from bank_is_complete(grader)
    yield from mistakes_caught(trials(grader, grader.bank.mistakes, seeds))
    if lost:  # whatever else is right would lose the same
        return
    yield from alternatives_kept(trials(grader, grader.bank.alternatives, seeds))
    yield from generic_mistakes_caught(grader, seeds[0])
    yield from generic_variants_kept(grader, seeds[0])
    yield from rules_hold(grader)


def _report(grader: Grader, namespace: Any, seed: str) -> Report:
    reports: list[Report] = []
    grader.grade([grader.played("proof", namespace, seed)], reports.append)
    return reports[0]


def places(grader: Grader) -> Places:
    """Where the things of a grader's topic stand."""
    return Places(grader.course, grader.topic)


def points_add_up(grader: Grader) -> Iterator[Refusal]:
    """The graders' points are the checksums of assignment.toml, for each exercise and in all."""
    report, at = _report(grader, grader.bank.solution, PUBLIC_SEED), places(grader)
    assignment, agree = grader.assignment, "make @points(…) and `points` agree"
    for exercise in assignment.exercises:
        found = total(q.points for q in report.questions if q.exercise == exercise.name)
        if found != exercise.points:
            what = f"{exercise.name}: questions add up to {found:g}, assignment.toml says {exercise.points:g}"
            yield Refusal("points", at.exercise(exercise.name), what, agree)
        missing = [name for name in exercise.functions if not hasattr(grader.bank.solution, name)]
        if missing:
            what = f"{exercise.name}: solution.py does not define {', '.join(missing)}"
            yield Refusal("points", at.exercise(exercise.name), what, "write it, or correct `functions`")
    if report.points != assignment.points:
        what = f"questions add up to {report.points:g}, assignment.toml says {assignment.points:g}"
        yield Refusal("points", at.fact("points"), what, agree)
    names = [question.name for question in report.questions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Refusal(
            "points", at.question(name), f"two questions are named {name}", "a name stands for its draws: rename one"
        )


def starter_agrees(grader: Grader, starter: str | None) -> Iterator[Refusal]:
    """The committed starter is the one that solution.py gives."""
    at = places(grader)
    made = starter_from(at.solution.read_text("utf-8"), at.at(at.solution))
    if starter is not None and starter != made:
        lines = zip_longest(starter.splitlines(), made.splitlines())
        line = next((number for number, (one, other) in enumerate(lines, 1) if one != other), 1)
        where = at.at(grader.course.starter(grader.topic), line)
        do = f"it is generated, never edited: autograder starter {grader.topic} --force"
        yield Refusal("starter", where, "it is not what solution.py gives", do)


def starter_zero(grader: Grader) -> Iterator[Refusal]:
    """The generated starter gets no point, and every question says that it is not implemented."""
    path = grader.course.solutions(grader.topic) / "solution.py"
    module = types.ModuleType(grader.topic)
    exec(compile(starter_from(path.read_text("utf-8")), f"<{grader.topic}.py>", "exec"), module.__dict__)
    buggy = {exercise.name for exercise in grader.assignment.exercises if exercise.starter == "buggy"}
    for question in _report(grader, module, PUBLIC_SEED).questions:
        wanted = question.verdict.status is Status.NOT_IMPLEMENTED or question.exercise in buggy
        if not wanted or question.score:
            what = f"{question.name} ends {question.verdict.status.name} on the starter: {question.verdict.message}"
            do = "let the question meet what the student writes before anything else"
            yield Refusal("starter", places(grader).question(question.name), what, do)


def reference_full(grader: Grader, seeds: Sequence[str]) -> Iterator[Refusal]:
    """The reference gets every point under every seed."""
    for seed in seeds:
        for question in _report(grader, grader.bank.solution, seed).questions:
            if question.verdict.status is Status.OURS:
                yield _by_itself(question, places(grader).question(question.name))
            elif question.verdict.status is not Status.PASSED:
                what = f"the reference loses {question.name} (seed {seed}): {question.verdict.message}"
                do = "mend solution.py, or a question that does not hold for every seed"
                yield Refusal("reference", places(grader).question(question.name), what, do)


def bank_is_complete(grader: Grader) -> Iterator[Refusal]:
    """Every exercise has mistakes, each with a hint in both languages, and at least two alternatives."""
    exercises = [exercise.name for exercise in grader.assignment.exercises]
    at = places(grader)
    for variant in (*grader.bank.mistakes, *grader.bank.alternatives):
        if variant.exercise not in exercises:
            what = f"{variant.id} is of an exercise {variant.exercise!r} that assignment.toml does not list"
            yield Refusal("bank", at.variant(variant), what, f"there are {', '.join(exercises)}")
    for mistake in grader.bank.mistakes:
        for language in ("en", "zh"):
            if not mistake.hint.get(language, "").rstrip().endswith(("?", "？")):
                what = f"mistake {mistake.id}: its hint ({language}) is missing or no question"
                yield Refusal("bank", at.variant(mistake), what, "ask what leads to the slip, never tell the fix")
    for exercise in exercises:
        yield from _enough(exercise, grader.bank, at.exercise(exercise))


def _enough(exercise: str, bank: Bank, place: str) -> Iterator[Refusal]:
    if not any(mistake.exercise == exercise for mistake in bank.mistakes):
        yield Refusal("bank", place, f"{exercise} has no known mistake", "write those that people make in mistakes.py")
    if sum(alternative.exercise == exercise for alternative in bank.alternatives) < 2:
        do = "write it in two other ways in alternatives.py"
        yield Refusal("bank", place, f"{exercise} has fewer than two alternatives", do)


def _at(trial: Trial) -> str:
    return next(map(place_of, trial.variant.replaced.values()), trial.variant.id)


def mistakes_caught(done: Iterable[Trial]) -> Iterator[Refusal]:
    """Each mistake loses points, is named by its own id and no other, and is off by ten tolerances somewhere."""
    for trial in done:
        who, place = f"{trial.variant.id} (seed {trial.seed})", _at(trial)
        if not trial.lost:
            what = f"{who} loses no point in {trial.variant.exercise}"
            yield Refusal("mistakes", place, what, "design a probe that shows it, or leave it out if it is right")
        elif trial.named != {trial.variant.id}:
            what = f"{who} is named {', '.join(sorted(trial.named)) or 'not at all'}"
            yield Refusal("mistakes", place, what, "design a probe on which it looks like no other mistake")
        if trial.lost and 1 < max(trial.excess, default=math.inf) < MISTAKE_EXCESS:
            what = f"{who} is off by {max(trial.excess):.2g} tolerances, at least {MISTAKE_EXCESS:g} are needed"
            yield Refusal("separation", place, what, "change the probe so that it shows, not the tolerance")
        yield from _no_fault_of_ours(trial)


def alternatives_kept(done: Iterable[Trial]) -> Iterator[Refusal]:
    """Each alternative keeps every point and stays within a third of the tolerance."""
    for trial in done:
        who, place = f"{trial.variant.id} (seed {trial.seed})", _at(trial)
        lost = [question for question in trial.report.questions if question.score < question.points]
        for question in lost[:1]:
            do = "a right answer keeps its points: mend the question, or the alternative"
            yield Refusal("alternatives", place, f"{who} loses {question.name}: {question.verdict.message}", do)
        if not lost and max(trial.excess, default=0.0) > ALTERNATIVE_EXCESS:
            what = f"{who} is off by {max(trial.excess):.2g} tolerances, a third is allowed"
            yield Refusal("separation", place, what, "choose a probe with less cancellation, or argue a tolerance")
        yield from _no_fault_of_ours(trial)


def _no_fault_of_ours(trial: Trial) -> Iterator[Refusal]:
    for question in trial.report.questions:
        if question.verdict.status is Status.OURS:
            yield _by_itself(question, _at(trial), f" on {trial.variant.id}")


def _by_itself(question: QuestionResult, place: str, when: str = "") -> Refusal:
    """A question that fails of its own accord, at its own line where it is known."""
    lines = [line.partition("\n")[0] for line in question.verdict.traceback]
    told = next((line for line in reversed(lines) if "/graders/" in line), "")
    if told:
        path, _, rest = told.partition(", line ")
        place = f"{Path(*Path(path).parts[-4:]).as_posix()}, line {rest.partition(',')[0]}"
    what = f"{question.name} fails by itself{when}: {question.verdict.message}"
    return Refusal("graders", place, what, "a question of ours may not raise: mend it")


def generic_mistakes_caught(grader: Grader, seed: str) -> Iterator[Refusal]:
    """Zeros, NaN, cached results and the like lose points in every function where they change anything."""
    for exercise, variants in _generic(grader, generic.mistakes):
        for trial in trials(_silent(grader), [variant for variant, _ in variants], [seed]):
            changed = {variant.id: changed for variant, changed in variants}[trial.variant.id]
            if any(changed) and not trial.lost:
                what = f"{trial.variant.id} loses no point in {exercise.name}"
                yield Refusal("generic mistakes", _at(trial), what, GENERIC[trial.variant.id.rpartition(".")[2]])
            yield from _no_fault_of_ours(trial)


def generic_variants_kept(grader: Grader, seed: str) -> Iterator[Refusal]:
    """Float32, Fortran order, views and lists keep every point."""
    for _, variants in _generic(grader, generic.variants):
        done = trials(_silent(grader), [variant for variant, _ in variants], [seed])
        yield from (refusal for refusal in alternatives_kept(done) if refusal.proof != "separation")


def rules_hold(grader: Grader) -> Iterator[Refusal]:
    """What exercises forbid exists, the reference does without it, and a use of it is found."""
    at, do = places(grader), "forbid what exists, is not needed, and is found when it is used"
    for exercise, offence in forbidding.offences(grader):
        yield Refusal("forbidden", at.exercise(exercise) if exercise else at.fact(), offence, do)


def _generic(grader: Grader, make: Any) -> Iterator[tuple[Exercise, Sequence[tuple[Variant, Any]]]]:
    for exercise in grader.assignment.exercises:
        yield exercise, list(make(exercise, grader.bank.solution))


def _silent(grader: Grader) -> Grader:
    """The same graders without naming, which generic mistakes do not need."""
    silent = copy.copy(grader)
    silent.suspects = {}
    return silent
