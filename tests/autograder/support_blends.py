"""Programs made of what is known: two registered mistakes at once, and small changes of the reference by machine."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator

import numpy as np
from support_strangers import Stranger

from autograder.authoring.mutate import applied, mutants_of
from autograder.bank import public
from autograder.grading import Grader

TRAINED = ("train_views", "train_mlp", "training", "train_cnn", "train_recall", "train_reverse", "train_skipgram")
OWN_ANSWERS = ("minibatches", "topo_sort", "kfold", "train_deep", *TRAINED)  # any of many is right, or it takes long


def blended(one, other, right):
    """Both errors at once: one + other - right, part by part. Raises TypeError where answers are no numbers."""
    if isinstance(right, (tuple, list)):
        return type(right)(blended(*each) for each in zip(one, other, right, strict=True))
    if isinstance(right, dict):
        return {key: blended(one[key], other[key], right[key]) for key in right}
    if hasattr(right, "detach"):
        return one + other - right
    if not all(isinstance(each, (float, np.ndarray, np.floating)) for each in (one, other, right)):
        raise TypeError("no numbers")
    return np.asarray(one, float) + np.asarray(other, float) - np.asarray(right, float)


def together(one, other, right):
    """A function with two errors."""

    def answer(*arguments, **keywords):
        return blended(*(each(*arguments, **keywords) for each in (one, other, right)))

    return answer


def pairs(grader: Grader) -> Iterator[Stranger]:
    """Two registered mistakes of one exercise at once: their errors added, or each in its own function.

    Either name is right, wherever it is told.
    """
    by_exercise: dict[str, list] = {}
    for mistake in grader.bank.mistakes:
        by_exercise.setdefault(mistake.exercise, []).append(mistake)
    for exercise, mistakes in by_exercise.items():
        for one, other in itertools.combinations(mistakes, 2) if exercise not in OWN_ANSWERS else ():
            replaced = {**one.replaced, **other.replaced}
            shared = set(one.replaced) & set(other.replaced)
            rights = {name: getattr(grader.bank.solution, name) for name in shared}
            if not any(isinstance(each, type) for each in (*rights.values(), *one.replaced.values())):
                made = {name: together(one.replaced[name], other.replaced[name], rights[name]) for name in shared}
                names = frozenset({one.id, other.id})
                yield Stranger(f"{one.id} + {other.id}", exercise, names, {**replaced, **made})


def changed(grader: Grader) -> Iterator[Stranger]:
    """The reference with one small change made by machine, which nobody has registered."""
    source = (grader.course.solutions(grader.topic) / "solution.py").read_text("utf-8")
    for mutant in mutants_of(source, grader.assignment.exercises):
        exercise = mutant.exercises[0]
        if exercise in OWN_ANSWERS:
            continue
        module = types.ModuleType("changed")
        try:
            exec(compile(applied(source, mutant), "changed.py", "exec"), module.__dict__)
        except Exception:
            continue
        yield Stranger(f"line {mutant.line}: {mutant.after}", exercise, frozenset(), public(module))


def spread(programs, most: int) -> list[Stranger]:
    """So many of them, taken evenly from all."""
    programs = list(programs)
    places = np.unique(np.linspace(0, len(programs) - 1, min(most, len(programs))).astype(int))
    return [programs[place] for place in places]
