"""What a topic must prove before a student meets it. Each refusal says what is wrong and what to do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.authoring import forbidding, generic
from autograder.bank import Bank, Variant
from autograder.diagnosis import Play
from autograder.grading import Answerer, Grader
from autograder.model import PUBLIC_SEED, Exercise, Report, Status
from autograder.scoring import total
from autograder.stubs import starter_from

ALTERNATIVE_EXCESS = 1 / 3
MISTAKE_EXCESS = 10.0


@dataclass(frozen=True)
class Refusal:
    """One thing that a topic has not proved. `proof` is the short name of what was tried."""

    proof: str
    what: str

    def __str__(self) -> str:
        return f"{self.proof}: {self.what}"


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
        return self.report.score < self.report.points

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
    yield from reference_full(grader, seeds)
    yield from starter_zero(grader)
    yield from bank_is_complete(grader)
    yield from mistakes_caught(trials(grader, grader.bank.mistakes, seeds))
    yield from alternatives_kept(trials(grader, grader.bank.alternatives, seeds))
    yield from generic_mistakes_caught(grader, seeds[0])
    yield from generic_variants_kept(grader, seeds[0])
    yield from rules_hold(grader)


def _report(grader: Grader, namespace: Any, seed: str) -> Report:
    reports: list[Report] = []
    grader.grade([grader.played("proof", namespace, seed)], reports.append)
    return reports[0]


def points_add_up(grader: Grader) -> Iterator[Refusal]:
    """The graders' points are the checksums of assignment.toml, for each exercise and in all."""
    report = _report(grader, grader.bank.solution, PUBLIC_SEED)
    assignment = grader.assignment
    for exercise in assignment.exercises:
        found = total(q.points for q in report.questions if q.exercise == exercise.name)
        if found != exercise.points:
            yield Refusal(
                "points", f"{exercise.name}: questions add up to {found:g}, assignment.toml says {exercise.points:g}"
            )
        missing = [name for name in exercise.functions if not hasattr(grader.bank.solution, name)]
        if missing:
            yield Refusal("points", f"{exercise.name}: solution.py does not define {', '.join(missing)}")
    if report.points != assignment.points:
        yield Refusal("points", f"questions add up to {report.points:g}, assignment.toml says {assignment.points:g}")
    names = [question.name for question in report.questions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Refusal("points", f"two questions are named {name}: a name stands for its draws, so it is unique")


def starter_agrees(grader: Grader, starter: str | None) -> Iterator[Refusal]:
    """The committed starter is the one that solution.py gives."""
    path = grader.course.solutions(grader.topic) / "solution.py"
    made = starter_from(path.read_text("utf-8"), str(path.relative_to(grader.course.root)))
    if starter is not None and starter != made:
        yield Refusal("starter", f"starter/{grader.topic}.py is not what solution.py gives: run make starter")


def starter_zero(grader: Grader) -> Iterator[Refusal]:
    """The generated starter gets no point, and every question says that it is not implemented."""
    import types

    path = grader.course.solutions(grader.topic) / "solution.py"
    module = types.ModuleType(grader.topic)
    exec(compile(starter_from(path.read_text("utf-8")), f"<{grader.topic}.py>", "exec"), module.__dict__)
    buggy = {exercise.name for exercise in grader.assignment.exercises if exercise.starter == "buggy"}
    for question in _report(grader, module, PUBLIC_SEED).questions:
        wanted = question.verdict.status is Status.NOT_IMPLEMENTED or question.exercise in buggy
        if not wanted or question.score:
            yield Refusal(
                "starter",
                f"{question.name} ends {question.verdict.status.name} on the starter: {question.verdict.message}",
            )


def reference_full(grader: Grader, seeds: Sequence[str]) -> Iterator[Refusal]:
    """The reference gets every point under every seed."""
    for seed in seeds:
        for question in _report(grader, grader.bank.solution, seed).questions:
            if question.verdict.status is not Status.PASSED:
                lines = " | ".join(question.verdict.traceback)
                yield Refusal("reference", f"{question.name} (seed {seed}): {question.verdict.message} {lines}")


def bank_is_complete(grader: Grader) -> Iterator[Refusal]:
    """Every exercise has mistakes, each with a hint in both languages, and at least two alternatives."""
    exercises = {exercise.name for exercise in grader.assignment.exercises}
    for variant in (*grader.bank.mistakes, *grader.bank.alternatives):
        if variant.exercise not in exercises:
            yield Refusal(
                "bank", f"{variant.id} is of an exercise {variant.exercise!r} that assignment.toml does not list"
            )
    for mistake in grader.bank.mistakes:
        for language in ("en", "zh"):
            if not mistake.hint.get(language, "").rstrip().endswith(("?", "？")):
                yield Refusal("bank", f"mistake {mistake.id}: its hint ({language}) is missing or no question")
    for exercise in exercises:
        yield from _enough(exercise, grader.bank)


def _enough(exercise: str, bank: Bank) -> Iterator[Refusal]:
    if not any(mistake.exercise == exercise for mistake in bank.mistakes):
        yield Refusal("bank", f"{exercise} has no known mistake")
    if sum(alternative.exercise == exercise for alternative in bank.alternatives) < 2:
        yield Refusal("bank", f"{exercise} has fewer than two alternatives")


def mistakes_caught(done: Iterable[Trial]) -> Iterator[Refusal]:
    """Each mistake loses points, is named by its own id and no other, and is off by ten tolerances somewhere."""
    for trial in done:
        at = f"{trial.variant.id} (seed {trial.seed})"
        if not trial.lost:
            yield Refusal("mistakes", f"{at} loses no point in {trial.variant.exercise}: design a probe that shows it")
        elif trial.named != {trial.variant.id}:
            yield Refusal("mistakes", f"{at} is named {', '.join(sorted(trial.named)) or 'not at all'}")
        if trial.lost and 1 < max(trial.excess, default=math.inf) < MISTAKE_EXCESS:
            yield Refusal(
                "separation",
                f"{at} is off by {max(trial.excess):.2g} tolerances, at least {MISTAKE_EXCESS:g} are needed",
            )
        yield from _no_fault_of_ours(trial)


def alternatives_kept(done: Iterable[Trial]) -> Iterator[Refusal]:
    """Each alternative keeps every point and stays within a third of the tolerance."""
    for trial in done:
        at = f"{trial.variant.id} (seed {trial.seed})"
        lost = [question for question in trial.report.questions if question.score < question.points]
        for question in lost[:1]:
            yield Refusal("alternatives", f"{at} loses {question.name}: {question.verdict.message}")
        if not lost and max(trial.excess, default=0.0) > ALTERNATIVE_EXCESS:
            yield Refusal("separation", f"{at} is off by {max(trial.excess):.2g} tolerances, a third is allowed")
        yield from _no_fault_of_ours(trial)


def _no_fault_of_ours(trial: Trial) -> Iterator[Refusal]:
    for question in trial.report.questions:
        if question.verdict.status is Status.OURS:
            lines = " | ".join(question.verdict.traceback[-1:])
            yield Refusal(
                "graders", f"{question.name} fails by itself on {trial.variant.id}: {question.verdict.message} {lines}"
            )


def generic_mistakes_caught(grader: Grader, seed: str) -> Iterator[Refusal]:
    """Zeros, NaN, cached results and the like lose points in every function where they change anything."""
    for exercise, variants in _generic(grader, generic.mistakes):
        for trial in trials(_silent(grader), [variant for variant, _ in variants], [seed]):
            changed = {variant.id: changed for variant, changed in variants}[trial.variant.id]
            if any(changed) and not trial.lost:
                yield Refusal("generic mistakes", f"{trial.variant.id} loses no point in {exercise.name}")
            yield from _no_fault_of_ours(trial)


def generic_variants_kept(grader: Grader, seed: str) -> Iterator[Refusal]:
    """Float32, Fortran order, views and lists keep every point."""
    for _, variants in _generic(grader, generic.variants):
        done = trials(_silent(grader), [variant for variant, _ in variants], [seed])
        yield from (refusal for refusal in alternatives_kept(done) if refusal.proof != "separation")


def rules_hold(grader: Grader) -> Iterator[Refusal]:
    """What exercises forbid exists, the reference does without it, and a use of it is found."""
    yield from (Refusal("forbidden", offence) for offence in forbidding.offences(grader))


def _generic(grader: Grader, make: Any) -> Iterator[tuple[Exercise, Sequence[tuple[Variant, Any]]]]:
    for exercise in grader.assignment.exercises:
        yield exercise, list(make(exercise, grader.bank.solution))


def _silent(grader: Grader) -> Grader:
    """The same graders without naming, which generic mistakes do not need."""
    import copy

    silent = copy.copy(grader)
    silent.suspects = {}
    return silent


def summary(done: Iterable[Trial]) -> Mapping[str, tuple[int, int, int]]:
    """For each exercise: trials, trials that lost points, trials named by their own id."""
    table: dict[str, tuple[int, int, int]] = {}
    for trial in done:
        tried, caught, named = table.get(trial.variant.exercise, (0, 0, 0))
        table[trial.variant.exercise] = (tried + 1, caught + trial.lost, named + (trial.named == {trial.variant.id}))
    return table
