"""What a check saw and what it says: every check ends here, whether it passes or not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from autograder.compare import Comparison
from autograder.model import GraderMistake, Picture, Sentence, Status, StudentFault, Verdict, sentence
from autograder.steps import steps
from autograder.student import Answer, Origin, Student, resolved
from autograder.wire import Opaque, Tensor

PART = re.compile(r"→ ([^\s()]+)$")  # a named part: `dw[2]` rather than `result[2]`
PLAIN = frozenset((bool, int, float, str, type(None)))
SHOWN = "shown"
NO_GRADIENT = "gradient"  # the kind of a refusal: None, where there should be one


@dataclass(frozen=True)
class Observation:
    """One check's look at one answer. `kind` is the layer that failed, or '' when it passed.

    note: what a passing check has to tell (the tier that a training run reached). comparison: how the two
    were held against each other, None where the check was of another kind. origin: the call that gave the answer,
    and student: whom to ask it again; None where nobody can. picture: what it gives a report to draw.
    """

    called: str
    actual: Any
    expected: Any
    kind: str = ""
    verdict: Verdict | None = None
    note: Sentence | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    comparison: Comparison | None = None
    origin: Origin | None = None
    student: Student | None = None
    picture: Picture | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer was accepted."""
        return self.verdict is None


def look(answer: Any, check: str) -> Any:
    """The plain value of an answer, tensors as arrays. Refuses what is not a student's answer: that is ours."""
    if not isinstance(answer, Answer):
        raise GraderMistake(f"{check} needs a student's answer on the left, got {type(answer).__name__}")
    value = resolved(answer)._value
    refuse_other_device(answer, value)
    return plain(value)


def refuse_other_device(answer: Answer, value: Any) -> None:
    """A tensor on the CPU is no answer where the GPU was asked. Raises StudentFault."""
    wanted = answer._student._device
    if wanted != "cpu" and "cpu" in _devices(value):
        raise wrong_form(answer, sentence("the result lies on the device cpu, expected {wanted}", wanted=wanted))


def _devices(value: Any) -> set[str]:
    """Where the tensors in a value lie."""
    if isinstance(value, Tensor):
        return {value.device}
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return set().union(*map(_devices, parts))


def expected(value: Any, check: str) -> Any:
    """The reference's value. Refuses a student's answer: comparing the student with the student proves nothing."""
    if isinstance(value, Answer):
        raise GraderMistake(f"{check} compares the student with the student: {value!r} stands on the right")
    if isinstance(value, (tuple, list)):
        items = [expected(item, check) for item in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {key: expected(item, check) for key, item in value.items()}
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def plain(value: Any) -> Any:
    """A decoded value with tensors as their arrays."""
    if isinstance(value, Tensor):
        return value.array
    if isinstance(value, (tuple, list)):
        if PLAIN.issuperset(map(type, value)):
            return value
        return type(value)(plain(item) for item in value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def passed(
    answer: Answer,
    actual: Any,
    wanted: Any,
    note: Sentence | None = None,
    picture: Picture | None = None,
    comparison: Comparison | None = None,
) -> None:
    """Report an accepted answer."""
    _observe(answer, actual, wanted, note=note, picture=picture, comparison=comparison)


def failed(
    answer: Answer,
    actual: Any,
    wanted: Any,
    kind: str,
    verdict: Verdict,
    picture: Picture | None = None,
    comparison: Comparison | None = None,
) -> None:
    """Report a refused answer; a grading run ends the question here."""
    _observe(answer, actual, wanted, kind=kind, verdict=verdict, picture=picture, comparison=comparison)


def shown(answer: Answer, picture: Picture) -> None:
    """Report a picture, which is neither accepted nor refused."""
    _observe(answer, None, None, kind=SHOWN, picture=picture)


def compared(answer: Answer, actual: Any, wanted: Any, comparison: Comparison) -> None:
    """Hold an answer against what is wanted and report it, accepted or refused."""
    part = PART.search(answer._called)
    if part is not None:
        comparison = replace(comparison, root=part[1])
    names = comparison.names or _returned(answer, wanted)
    comparison = replace(comparison, device=answer._student._device, names=names)
    difference = comparison.difference(actual, wanted)
    if difference is None:
        _observe(answer, actual, wanted, comparison=comparison)
        return
    evidence = replace(difference.evidence, steps=steps(comparison, actual, wanted))
    verdict = Verdict(Status.WRONG, _about(answer, difference.message), evidence)
    _observe(answer, actual, wanted, kind=difference.kind, verdict=verdict, comparison=comparison)


def _returned(answer: Answer, wanted: Any) -> tuple[str, ...]:
    """What the function's docstring calls the parts of the tuple that it returned, if this is that tuple."""
    origin, ref = answer._origin, answer._ref
    if origin is None or ref is None or ref.path or not isinstance(origin.target, str):
        return ()
    names = answer._student._returns.get(origin.target, ())
    return names if isinstance(wanted, tuple) and len(wanted) == len(names) else ()


def _observe(answer: Answer, actual: Any, wanted: Any, **more: Any) -> None:
    student, inputs, origin = answer._student, dict(answer._inputs), answer._origin
    student._observe(Observation(answer._called, actual, wanted, inputs=inputs, origin=origin, student=student, **more))


def _about(answer: Answer, what: Sentence) -> Sentence:
    return sentence("{called}: {difference}", called=answer._called, difference=what)


def wrong_form(answer: Answer, what: Sentence) -> StudentFault:
    """The fault for an answer that is not even of the form that a question can work with.

    It is observed with the answer itself: two answers that fail with the same words are not yet the same.
    """
    verdict = Verdict(Status.WRONG, _about(answer, what))
    _observe(answer, plain(resolved(answer)._value), None, kind="form", verdict=verdict)
    return StudentFault(verdict)


def opaque_inside(value: Any) -> str | None:
    """The type's name of the first part of a value that did not travel, or None."""
    if isinstance(value, Opaque):
        return value.type_name
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else ()
    return next((name for name in map(opaque_inside, parts) if name), None)


Observer = Callable[[Observation], None]
