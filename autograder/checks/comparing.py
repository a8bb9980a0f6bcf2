"""Checks that hold a student's answer against the reference's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.checks.observing import Observation, compared, expected, failed, look, passed
from autograder.compare import FLOAT32, Comparison, Tolerance, narrow
from autograder.model import GraderMistake, Status, StudentFault, Verdict, sentence
from autograder.student import Answer, Function, resolved
from autograder.wire import Array

NUMERIC = Tolerance(rtol=1e-6, kappa=1e-6, floor=1e-6)


def check_close(
    answer: Answer,
    reference: Any,
    *,
    rtol: float | None = None,
    kappa: float | None = None,
    floor: float | None = None,
    because: str = "",
    names: Sequence[str] = (),
) -> None:
    """The answer agrees with the reference: structure, shapes, kinds of numbers, NaN and Inf, then values.

    |a - b| <= rtol * |b| + kappa * max(RMS(b), floor), each by default from the table by dtype (docs/authors.md).
    Another needs a reason: `because`. names: what the parts of a tuple are called in messages.
    Raises StudentFault (WRONG) when it does not hold, GraderMistake when it is misused.
    """
    given = {"rtol": rtol, "kappa": kappa, "floor": floor}
    own = {name: value for name, value in given.items() if value is not None}
    if own and not because:
        raise GraderMistake("a tolerance of one's own needs a reason: check_close(..., because='...')")
    actual, wanted = look(answer, "check_close"), expected(reference, "check_close")
    compared(answer, actual, wanted, Comparison(own=own, names=tuple(names)))


def check_equal(answer: Answer, reference: Any, *, names: Sequence[str] = ()) -> None:
    """The answer is exactly the reference: whole numbers, truth values, texts and lists of them."""
    actual, wanted = look(answer, "check_equal"), expected(reference, "check_equal")
    compared(answer, actual, wanted, Comparison(exact=True, names=tuple(names)))


def check_shape(answer: Answer, reference: Any, *, names: Sequence[str] = ()) -> None:
    """The answer has the reference's structure, shapes and kinds of numbers, whatever the values."""
    actual, wanted = look(answer, "check_shape"), expected(reference, "check_shape")
    compared(answer, actual, wanted, Comparison(values=False, names=tuple(names)))


def check_unchanged(function: Function, *arguments: Any) -> None:
    """Calling the function leaves its arguments as they were."""
    answer, after = function.student._echo(function, arguments)
    before = [resolved(item)._value if isinstance(item, Answer) else item for item in arguments]
    after = after if isinstance(after, list) and len(after) == len(before) else [None] * len(before)
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        if _differs(now, was):
            message = sentence(
                "{called} changes its argument number {number}", called=answer._called, number=number + 1
            )
            failed(answer, now, was, "changed", Verdict(Status.WRONG, message))
            return
    passed(answer, None, None)


def _differs(now: Any, was: Any) -> bool:
    """Whether an argument is another than before; what has no plain form (a function, a generator) is not known."""
    try:
        return Comparison(exact=True).difference(now, expected(was, "check_unchanged")) is not None
    except TypeError:
        return False


def check_raises(kind: type[BaseException], function: Function, *arguments: Any) -> None:
    """Calling the function with these arguments raises an exception of this kind."""
    called = f"{function.name}(…)"
    try:
        answer = function(*arguments)
    except StudentFault as fault:
        kinds = fault.verdict.message.values.get("kinds")
        if fault.verdict.status is Status.RAISED and isinstance(kinds, list) and kind.__name__ in kinds:
            function.student._observe(Observation(called, kind.__name__, kind.__name__))
            return
        raise
    message = sentence("{called} should raise {kind} here, it answered instead", called=called, kind=kind.__name__)
    failed(answer, look(answer, "check_raises"), None, "raises", Verdict(Status.WRONG, message))


def check_gradient(
    answer: Answer, *, of: Callable[..., Any], at: Sequence[Any], along: Array, wrt: int = 0, h: float = 1e-5
) -> None:
    """The answer is the gradient of ⟨along, of(*at)⟩ with respect to argument `wrt`, by central differences.

    of: the reference's forward pass. along: a random cotangent of the output's shape; one whose entries are
    all equal is refused, because it is blind to wrong Jacobians (for softmax, a zero gradient passes).
    A float32 answer has the row of its own dtype, as in `check_close`, where that is the coarser one.
    """
    if np.size(along) > 1 and np.ptp(along) == 0:
        raise GraderMistake(
            "check_gradient along equal entries (the gradient of a sum) is blind; draw `along` at random"
        )
    actual, wanted = look(answer, "check_gradient"), central_differences(of, at, along, wrt, h)
    compared(answer, actual, wanted, Comparison(tolerance=FLOAT32 if narrow([actual]) else NUMERIC))


def central_differences(of: Callable[..., Any], at: Sequence[Any], along: Any, wrt: int, h: float = 1e-5) -> Array:
    """The gradient of ⟨along, of(*at)⟩ with respect to at[wrt], float64 of its shape; error about h² relative."""
    x = np.array(at[wrt], dtype=np.float64)
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = h * max(1.0, abs(float(x[index])))
        sides = []
        for sign in (1, -1):
            moved = x.copy()
            moved[index] += sign * step
            sides.append(float(np.sum(along * of(*at[:wrt], moved, *at[wrt + 1 :]))))
        gradient[index] = (sides[0] - sides[1]) / (2 * step)
    return gradient
