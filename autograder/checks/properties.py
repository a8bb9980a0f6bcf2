"""Checks of what must hold, and the two ways to work with an answer before checking it."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import memory
from autograder.checks.comparing import check_close
from autograder.checks.observing import failed, look, passed, wrong_form
from autograder.checks.showing import losses_picture, score_picture
from autograder.compare import Comparison, as_array, describe, number
from autograder.model import (
    AutograderError,
    GraderMistake,
    Sentence,
    Status,
    StudentFault,
    Verdict,
    literally,
    sentence,
)
from autograder.student import Answer, Function, part, resolved
from autograder.wire import Array

NUDGE = 2.0**-10  # a float16 knows the difference

TIERS = (
    ("boss", sentence("Boss")),
    ("excellent", sentence("excellent")),
    ("good", sentence("good")),
    ("at_least", sentence("enough")),
)


def parts(answer: Any, *names: str) -> tuple[Any, ...]:
    """The named parts of a tuple: `out, cache = parts(student.f(x), "out", "cache")`. A plain tuple is given back.

    Raises StudentFault when the student returned another number of values.
    """
    if not isinstance(answer, Answer):
        return tuple(answer)
    value = resolved(answer)._value
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        what = sentence("returned {yours}, expected ({names})", yours=describe(value), names=", ".join(names))
        raise wrong_form(answer, what)
    return tuple(part(answer, place, f"{answer._called} → {name}") for place, name in enumerate(names))


def then(answer: Answer, compute: Callable[..., Any], called: str = "") -> Answer:
    """A new answer, computed here from the plain value; a tuple is spread over `compute`'s required parameters
    (any number of values over `*parameters`).

    What `compute` cannot work with is the student's wrong form, not the grader's mistake.
    """
    value = look(answer, "then")
    parameters = inspect.signature(compute).parameters.values()
    asked = [item.name for item in parameters if item.default is item.empty and item.kind <= item.POSITIONAL_OR_KEYWORD]
    values = [value]
    if any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters):
        values = list(value) if isinstance(value, (tuple, list)) else [value]
    elif len(asked) > 1:
        values = [look(item, "then") for item in parts(answer, *asked)]
    try:
        with memory.bounded(values):
            derived = compute(*values)
    except (AutograderError, StudentFault):  # said already, and by whom it was
        raise
    except Exception as error:  # noqa: BLE001 - the values are a student's
        raise wrong_form(answer, _unusable(value, error)) from None
    name, origin = called or answer._called, answer._origin
    return Answer(answer._student, name, value=derived, inputs=answer._inputs, origin=origin)


def _unusable(value: Any, error: Exception) -> Sentence:
    """Why an answer could not be computed with. NumPy's words about ufuncs and loops say nothing to a student."""
    if "ufunc" in str(error):
        return sentence("what it returned cannot be used: numbers are expected, it is {what}", what=describe(value))
    return sentence("what it returned cannot be used: {error}", error=f"{type(error).__name__}: {error}"[:200])


def check_that(answer: Answer, holds: Callable[[Any], Any], what: str, *, zh: str = "") -> None:
    """`holds(value)` is true. what: the claim in words, as the student reads it; zh: the same in Chinese."""
    actual = look(answer, "check_that")
    try:
        with memory.bounded([actual]):
            fine = bool(holds(actual))
    except (AutograderError, StudentFault):
        raise
    except Exception:  # noqa: BLE001 - a value on which the claim cannot even be asked does not fulfil it
        fine = False
    if fine:
        passed(answer, actual, None)
        return
    claimed = Sentence(literally(what), zh=literally(zh))
    message = sentence("{called}: this should hold: {what}", called=answer._called, what=claimed)
    failed(answer, actual, None, "property", Verdict(Status.WRONG, message))


def check_falls(answer: Answer, *, to: float = 0.5) -> None:
    """A sequence of losses ends at `to` times its beginning or lower, without NaN or Inf."""
    losses = _sequence(answer, "check_falls")
    if not np.all(np.isfinite(losses)):
        step = int(np.argmin(np.isfinite(losses)))
        message = sentence(
            "{called}: the loss is {value} at step {step}", called=answer._called, value=number(losses[step]), step=step
        )
        failed(answer, losses, None, "finite", Verdict(Status.WRONG, message), losses_picture(losses, to))
    elif losses[-1] > to * losses[0]:
        message = sentence(
            "{called}: the loss goes from {first} to {last}, it should fall to {wanted} or lower",
            called=answer._called,
            first=number(losses[0]),
            last=number(losses[-1]),
            wanted=number(to * losses[0]),
        )
        failed(answer, losses, None, "training", Verdict(Status.WRONG, message), losses_picture(losses, to))
    else:
        passed(answer, losses, None, picture=losses_picture(losses, to))


def _sequence(answer: Answer, check: str) -> Array:
    losses = as_array(look(answer, check))
    if losses is None or losses.ndim != 1 or losses.size < 2 or losses.dtype.kind not in "fiu":
        raise wrong_form(answer, sentence("a sequence of losses is expected"))
    return losses


def check_reaches(
    answer: Answer,
    *,
    at_least: float,
    good: float | None = None,
    excellent: float | None = None,
    boss: float | None = None,
) -> None:
    """A score, larger is better, reaches `at_least`; the tier that it reaches is told beside the points."""
    score = as_array(look(answer, "check_reaches"))
    if score is None or score.size != 1 or score.dtype.kind not in "fiu":
        raise wrong_form(answer, sentence("a single number is expected"))
    value = float(score.reshape(()))
    levels = {"boss": boss, "excellent": excellent, "good": good, "at_least": at_least}
    picture = score_picture(
        value, [(word, float(levels[name] or 0)) for name, word in TIERS if levels[name] is not None]
    )
    tier = next((word for name, word in TIERS if levels[name] is not None and value >= float(levels[name] or 0)), None)
    if tier is None:
        message = sentence(
            "{called}: reached {value}, at least {wanted} is needed",
            called=answer._called,
            value=number(value),
            wanted=number(at_least),
        )
        failed(answer, value, at_least, "training", Verdict(Status.WRONG, message), picture)
        return
    note = sentence("{value} reached: {tier}", value=number(value), tier=tier)
    passed(answer, value, at_least, note, picture)


def check_draws_from(rng: np.random.Generator, draw: Callable[[np.random.Generator], Answer]) -> None:
    """`draw(generator)` gives the same for generators in the same state, and something else for any other.

    rng: the question's, which draws the seeds. draw: asks the student, and gives an answer that is compared exactly, or
    what `then` makes of one. Raises StudentFault (WRONG) when it does not hold.
    """
    first, *others = (int(seed) for seed in rng.choice(2**32, size=3, replace=False))
    seen = look(draw(np.random.default_rng(first)), "check_draws_from")

    def repeats(seed: int) -> Answer:
        """Whether this seed gives what the first gave: a yes or a no, by which a mistake is known whatever it draws."""
        return then(
            draw(np.random.default_rng(seed)), lambda value: Comparison(exact=True).difference(value, seen) is None
        )

    check_that(
        repeats(first),
        lambda repeated: repeated,
        "the same generator, in the same state, gives the same answer",
        zh="同一个生成器在同一状态下给出同样的结果",
    )
    for seed in others:
        check_that(
            repeats(seed),
            lambda repeated: not repeated,
            "another generator gives another answer",
            zh="换一个生成器，结果也随之改变",
        )


def check_faster(function: Function, reference: Callable[..., Any], *arguments: Any, turns: int) -> None:
    """A call is right, and costs less time than `turns` turns of a plain Python loop in the grader.

    A ratio of medians of five pairs, never a clock: a slow machine slows both. The loop runs on this side, where no
    student's code can slow it. No call is given the floats of another, so that no answer can be kept from one for the
    next, and each answer is held against the reference's, so that none is quick by being wrong.
    """
    if turns < 100_000:
        raise GraderMistake(f"check_faster against {turns} turns is noise; use 100000 or more")
    student, ratios = function.student, []
    for pair in range(5):
        given = tuple(_nudged(value, pair) for value in arguments)
        answer, took = student._timed({"verb": "call", "target": function.name, "keywords": {}}, given)
        ratios.append(took / _loop_seconds(turns))
        check_close(answer, reference(*given))
    ratio = float(np.median(ratios))
    if ratio < 1:
        passed(answer, ratio, 1.0)
        return
    message = sentence(
        "{called} takes {ratio} times as long as it may: is there a Python loop that an array operation could do?",
        called=answer._called,
        ratio=f"{ratio:.1f}",
    )
    failed(answer, ratio, 1.0, "slow", Verdict(Status.WRONG, message))


def _nudged(value: Any, pair: int) -> Any:
    """A float or an array of floats a little off, differently for each pair; anything else as it is."""
    is_floating = isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
    return value * (1 + pair * NUDGE) if is_floating else value


def _loop_seconds(turns: int) -> float:
    """How long so many turns of an empty loop take here."""
    start, total = time.perf_counter(), 0.0
    for turn in range(turns):
        total += turn * 0.5
    return time.perf_counter() - start
