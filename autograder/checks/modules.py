"""Checks of PyTorch modules: the same weights, then outputs and every gradient along one random direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.observing import NO_GRADIENT, failed, passed, plain, refuse_other_device, wrong_form
from autograder.checks.weights import Names, load, refuse, state
from autograder.compare import Comparison, Tolerance, rms, tolerance_of_gradient
from autograder.manifest import nearest
from autograder.model import GraderMistake, Status, Verdict, sentence
from autograder.recorded import gradients, tied
from autograder.student import Answer, Function

LOSSES = ("mse", "cross_entropy")
OPTIMIZERS = ("sgd", "adam")


def check_same(
    module: Answer | Function, reference: Any, *, at: Sequence[Any], any_names: bool = False, twice: bool = False
) -> None:
    """The student's module does what the reference's does, once it has the reference's weights.

    at: the inputs. Weights and buffers are loaded by name; then the outputs, and the gradient of ⟨v, output⟩ along one
    random v with respect to every floating input and every named parameter, and the buffers afterwards are compared
    one by one. A function of tensors is held against the reference's in the same way, without weights.
    any_names: parameters are told apart by their shapes where their names are others.
    twice: also the gradients of ⟨u, g⟩ along one random u, g being the gradients of the inputs (double backward).
    """
    _demand_modules("check_same", module, reference)
    whose = Answer(module.student, module.name) if isinstance(module, Function) else module
    names = load(module, reference, any_names) if isinstance(module, Answer) else {}
    if names is None:
        return
    along: list[Any] = []
    again = [_direction_of(whose, value) for value in at] if twice else None

    def directions(outputs: list[Any]) -> list[Any]:
        along[:] = [_tensor_like(whose._student._direction(tuple(output.shape)), output) for output in outputs]
        return along

    wanted = _arrays(gradients(reference, list(at), directions, again))
    given = (f"array{tuple(value.shape)}" if hasattr(value, "shape") else repr(value) for value in at)
    called = f"{whose._called}({', '.join(given)})"
    reply = whose._student._learn("grad", module, called, arguments=list(at), along=along, twice=again)
    _compare(whose, _claimed(whose, reply, wanted, names), wanted, reference, names)


def check_parameters(module: Answer, reference: Any, *, any_names: bool = False) -> None:
    """The student's module has the reference's parameters: their names, shapes, which of them are one, how many.

    any_names: as for `check_same`.
    """
    if isinstance(module, Function):
        raise GraderMistake(f"check_parameters needs a module, {module.name} is a function or a class")
    _demand_modules("check_parameters", module, reference)
    if load(module, reference, any_names) is not None:
        passed(module, None, None)


def _demand_modules(check: str, module: Any, reference: Any) -> None:
    if not isinstance(module, (Answer, Function)) or isinstance(reference, (Answer, Function)):
        raise GraderMistake(f"{check} needs the student's module first and the reference's second")


def trained(module: Answer, x: Any, y: Any, *, loss: str, lr: float, steps: int, optimizer: str = "sgd") -> Answer:
    """The losses of training the student's module on one batch, in its own process: for `check_falls`.

    x, y: tensors. loss: `mse` or `cross_entropy`. optimizer: `sgd` or `adam`. The module keeps its new weights.
    """
    if not isinstance(module, Answer):
        raise GraderMistake(f"trained needs a student's module, got {type(module).__name__}")
    for kind, name, names in (("loss", loss, LOSSES), ("optimizer", optimizer, OPTIMIZERS)):
        if name not in names:
            raise GraderMistake(f"trained knows no {kind} {name!r}{nearest(name, names)}")
    if steps < 1:
        raise GraderMistake(f"trained needs a positive number of steps, got {steps}")
    called = f"{module._called}, {steps} steps of {optimizer}"
    request = {"loss": loss, "optimizer": optimizer, "lr": lr, "steps": steps}
    return Answer(
        module._student, called, value=module._student._learn("train", module, called, arguments=[x, y], **request)
    )


def _direction_of(module: Answer, value: Any) -> Any:
    """A random direction of the gradient of one input; None for one that has none."""
    is_floating = getattr(value, "is_floating_point", lambda: False)
    return _tensor_like(module._student._direction(tuple(value.shape)), value) if is_floating() else None


def _tensor_like(array: Any, output: Any) -> Any:
    import torch

    return torch.from_numpy(array).to(dtype=output.dtype)


KEYS = {"outputs": list, "inputs": list, "parameters": dict, "buffers": dict}
TWICE = {"inputs_twice": list, "parameters_twice": dict}


def _arrays(found: Mapping[str, Any]) -> dict[str, Any]:
    def array(value: Any) -> Any:
        return None if value is None else value.detach().cpu().numpy()

    forms = {key: form for key, form in {**KEYS, **TWICE}.items() if key in found}
    lists = {key: [array(value) for value in found[key]] for key, form in forms.items() if form is list}
    return lists | {key: {n: array(v) for n, v in found[key].items()} for key, form in forms.items() if form is dict}


def _claimed(module: Answer, reply: Any, wanted: Mapping[str, Any], names: Names) -> dict[str, Any]:
    """A reply of the form of what is wanted, its parameters under our names. Raises StudentFault."""
    refuse_other_device(module, reply)
    reply = plain(reply)
    forms = {key: form for key, form in {**KEYS, **TWICE}.items() if key in wanted}
    if not isinstance(reply, dict) or any(not isinstance(reply.get(key), form) for key, form in forms.items()):
        raise wrong_form(module, sentence("what it returned cannot be used: {error}", error="no gradients"))
    named = [key for key in forms if key.startswith("parameters")]
    return {**reply, **{key: {names.get(name, name): value for name, value in reply[key].items()} for key in named}}


def _compare(module: Answer, yours: dict[str, Any], wanted: dict[str, Any], reference: Any, names: Names) -> None:
    """Outputs first, then each gradient under its own name, then the buffers that belong to the state.

    A message says the student's name of a parameter; what is kept of the comparison is under ours.
    """
    places = _gradients(yours, wanted, reference, "∂⟨v, y⟩/∂{}", "")
    if "inputs_twice" in wanted:
        places |= _gradients(yours, wanted, reference, "∂⟨u, ∂⟨v, y⟩/∂x⟩/∂{}", "_twice")
    pairs = {"y": (_whole(yours["outputs"]), _whole(wanted["outputs"]))}
    largest = max((rms(value) for _, value in places.values() if value is not None), default=0.0)
    allowed: dict[str, Tolerance] = {}
    device, outputs = module._student._device, yours["outputs"]
    for place, (claim, value) in places.items():
        if not (_vanishes(value) and _vanishes(claim)):  # what nothing depends on has no gradient, or one of zeros
            value = np.zeros(_shape(claim)) if value is None else value
            pairs[place] = claim, value
            allowed[place] = tolerance_of_gradient(claim, value, largest, device, through=outputs)
    for name in sorted(set(wanted["buffers"]) & set(state(reference))):
        pairs[f"buffer {name}"] = yours["buffers"].get(name), wanted["buffers"][name]
    comparison = Comparison(device=device, by_key=allowed)
    theirs = {f"∂{ours}": f"∂{place}" for place, ours in names.items()}
    for place, (claim, value) in pairs.items():
        over, slash, under = place.rpartition("/")
        shown = over + slash + theirs.get(under, under)
        if claim is None and place in places:
            refuse(module, sentence("{place} is None: the graph is cut before it", place=shown), NO_GRADIENT)
            return
        if not _compared(module, claim, value, shown, comparison.of(place)):
            return
    actual, expected = ({place: pair[side] for place, pair in pairs.items()} for side in (0, 1))
    passed(module, actual, expected, comparison=comparison)


Pairs = dict[str, tuple[Any, Any]]


def _gradients(yours: dict[str, Any], wanted: dict[str, Any], reference: Any, place: str, ending: str) -> Pairs:
    """The claimed and the right gradient of each input and parameter, by what the place says of it."""
    inputs, parameters = f"inputs{ending}", f"parameters{ending}"
    claims, own = dict(enumerate(yours[inputs])), yours[parameters]
    found = {place.format(f"x{n + 1}"): (claims.get(n), value) for n, value in enumerate(wanted[inputs])}
    for name, value in wanted[parameters].items():
        if name in own or name not in _other_names(reference, own):
            found[place.format(name)] = own.get(name), value
    return found


def _other_names(reference: Any, own: Mapping[str, Any]) -> set[str]:
    """The names of shared parameters that may be absent, because another name of the same is there."""
    return {name for names in tied(reference) if set(names) & set(own) for name in names}


def _whole(outputs: list[Any]) -> Any:
    """One output as itself, several as a tuple."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _shape(claim: Any) -> tuple[int, ...]:
    return claim.shape if isinstance(claim, np.ndarray) else ()


def _vanishes(gradient: Any) -> bool:
    return gradient is None or (isinstance(gradient, np.ndarray) and not np.any(gradient))


def _compared(module: Answer, claim: Any, value: Any, place: str, comparison: Comparison) -> bool:
    found = comparison.difference(claim, value, place)
    if found is None:
        return True
    message = sentence("{called}: {difference}", called=module._called, difference=found.message)
    verdict = Verdict(Status.WRONG, message, found.evidence)
    failed(module, claim, value, found.kind, verdict, comparison=comparison)
    return False
