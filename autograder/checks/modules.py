"""Checks of PyTorch modules: the same weights, then outputs and every gradient along one random direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.observing import failed, passed, plain, refuse_other_device, wrong_form
from autograder.compare import Comparison
from autograder.manifest import nearest
from autograder.model import GraderMistake, Status, Verdict, sentence
from autograder.recorded import gradients, tied
from autograder.student import Answer, Function

LOSSES = ("mse", "cross_entropy")
OPTIMIZERS = ("sgd", "adam")


def check_same(module: Answer | Function, reference: Any, *, at: Sequence[Any]) -> None:
    """The student's module does what the reference's does, once it has the reference's weights.

    at: the inputs. Weights and buffers are loaded by name; then the outputs, and the gradient of ⟨v, output⟩ along one
    random v with respect to every floating input and every named parameter, and the buffers afterwards are compared
    one by one. A function of tensors is held against the reference's in the same way, without weights.
    """
    _demand_modules("check_same", module, reference)
    whose = Answer(module.student, module.name) if isinstance(module, Function) else module
    if isinstance(module, Answer) and not _load(module, reference):
        return
    along: list[Any] = []

    def directions(outputs: list[Any]) -> list[Any]:
        along[:] = [_tensor_like(whose._student._direction(tuple(output.shape)), output) for output in outputs]
        return along

    wanted = _arrays(gradients(reference, list(at), directions))
    given = (f"array{tuple(value.shape)}" if hasattr(value, "shape") else repr(value) for value in at)
    called = f"{whose._called}({', '.join(given)})"
    yours = _claimed(whose, whose._student._learn("grad", module, called, arguments=list(at), along=along))
    _compare(whose, yours, wanted, reference)


def check_parameters(module: Answer, reference: Any) -> None:
    """The student's module has the reference's parameters: their names, shapes, which of them are one, how many."""
    if isinstance(module, Function):
        raise GraderMistake(f"check_parameters needs a module, {module.name} is a function or a class")
    _demand_modules("check_parameters", module, reference)
    if _load(module, reference):
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


def _load(module: Answer, reference: Any) -> bool:
    from autograder.sandbox import learning

    weights = {name: value.detach() for name, value in _state(reference).items()}
    reply = module._student._learn("load", module, f"{module._called}.load", weights=weights)
    reply = plain(reply) if isinstance(reply, Mapping) else {}
    ties = learning.tied(reference)
    offence = (
        _absent(reply, reference, ties)
        or _unexpected(reply)
        or _misshaped(reply, weights)
        or _otherwise_tied(reply, ties, set(weights))
    )
    if offence is not None:
        _refuse(module, *offence)
    return offence is None


Offence = tuple[Any, str]


def _absent(reply: Mapping[str, Any], reference: Any, ties: list[list[str]]) -> Offence | None:
    """What is missing. Another name of a shared parameter may be: the module uses the one tensor that it has."""
    missing = reply.get("missing")
    missing = list(map(str, missing)) if isinstance(missing, list) else []
    buffers = [name for name in missing if name in dict(reference.named_buffers())]
    spare = {name for names in ties for name in names if set(names) - set(missing)}
    parameters = [name for name in missing if name not in buffers and name not in spare]
    if parameters:
        return sentence("the module lacks the parameters {names}", names=_listed(parameters)), "missing"
    if buffers:
        return sentence("the module lacks the buffers {names}", names=_listed(buffers)), "missing"
    return None


def _unexpected(reply: Mapping[str, Any]) -> Offence | None:
    names = _listed(reply.get("unexpected"))
    what = sentence("the module has the parameters {names}, which are not asked for", names=names)
    return (what, "unexpected") if names else None


def _misshaped(reply: Mapping[str, Any], weights: Mapping[str, Any]) -> Offence | None:
    shapes = reply.get("shapes")
    misshaped = [pair for pair in shapes.items() if pair[0] in weights] if isinstance(shapes, Mapping) else []
    if not misshaped:
        return None
    name, shape = misshaped[0]
    what = sentence(
        "{place} has shape {yours}, expected {ours}", place=name, yours=shape, ours=tuple(weights[name].shape)
    )
    return what, "shape"


def _otherwise_tied(reply: Mapping[str, Any], ties: list[list[str]], names: set[str]) -> Offence | None:
    """Parameters that share their storage and should not, or the other way round; each with its names."""
    absent = set(map(str, reply["missing"])) if isinstance(reply.get("missing"), list) else set()
    claimed = reply.get("tied")
    groups = (
        [list(map(str, group)) for group in claimed if isinstance(group, list)] if isinstance(claimed, list) else []
    )
    yours = {frozenset(names & set(group)) for group in groups}
    ours = {frozenset(set(group) - absent) for group in ties}
    shared = sorted(sorted(group) for group in yours - ours if len(group) > 1)
    apart = sorted(sorted(group) for group in ours - yours if len(group) > 1)
    if apart:
        return sentence("{names} should be one tensor, they are several", names=_listed(apart[0])), "tied"
    if shared:
        return sentence("{names} are one tensor, they should be several", names=_listed(shared[0])), "tied"
    return None


def _state(module: Any) -> Mapping[str, Any]:
    """Parameters and buffers by name; none of a function."""
    return module.state_dict() if hasattr(module, "state_dict") else {}


def _listed(names: Any) -> str:
    """Claimed names in a row; nothing for a claim of another form."""
    return ", ".join(map(str, names)) if isinstance(names, list) else ""


def _refuse(module: Answer, what: Any, kind: str) -> None:
    message = sentence("{called}: {difference}", called=module._called, difference=what)
    failed(module, None, None, kind, Verdict(Status.WRONG, message))


def _tensor_like(array: Any, output: Any) -> Any:
    import torch

    return torch.from_numpy(array).to(dtype=output.dtype)


def _arrays(found: Mapping[str, Any]) -> dict[str, Any]:
    def array(value: Any) -> Any:
        return None if value is None else value.detach().cpu().numpy()

    lists = {key: [array(value) for value in found[key]] for key in ("outputs", "inputs")}
    return {**lists, **{key: {n: array(v) for n, v in found[key].items()} for key in ("parameters", "buffers")}}


def _claimed(module: Answer, reply: Any) -> dict[str, Any]:
    refuse_other_device(module, reply)
    reply = plain(reply)
    forms = {"outputs": list, "inputs": list, "parameters": dict, "buffers": dict}
    if not isinstance(reply, dict) or any(not isinstance(reply.get(key), form) for key, form in forms.items()):
        raise wrong_form(module, sentence("what it returned cannot be used: {error}", error="no gradients"))
    return dict(reply)


def _compare(module: Answer, yours: dict[str, Any], wanted: dict[str, Any], reference: Any) -> None:
    """Outputs first, then each gradient under its own name, then the buffers that belong to the state."""
    claims = dict(enumerate(yours["inputs"]))
    gradients = {f"∂⟨v, y⟩/∂x{n + 1}": (claims.get(n), value) for n, value in enumerate(wanted["inputs"])}
    for name, value in wanted["parameters"].items():
        if name in yours["parameters"] or name not in _other_names(reference, yours["parameters"]):
            gradients[f"∂⟨v, y⟩/∂{name}"] = yours["parameters"].get(name), value
    pairs = {"y": (_whole(yours["outputs"]), _whole(wanted["outputs"]))}
    for place, (claim, value) in gradients.items():
        if not (_vanishes(value) and _vanishes(claim)):  # what nothing depends on has no gradient, or one of zeros
            pairs[place] = claim, np.zeros(_shape(claim)) if value is None else value
    for name in sorted(set(wanted["buffers"]) & set(_state(reference))):
        pairs[f"buffer {name}"] = yours["buffers"].get(name), wanted["buffers"][name]
    for place, (claim, value) in pairs.items():
        if claim is None and place in gradients:
            _refuse(module, sentence("{place} is None: the graph is cut before it", place=place), "gradient")
            return
        if not _compared(module, claim, value, place):
            return
    actual, expected = ({place: pair[side] for place, pair in pairs.items()} for side in (0, 1))
    passed(module, actual, expected, comparison=Comparison(device=module._student._device))


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


def _compared(module: Answer, claim: Any, value: Any, place: str) -> bool:
    comparison = Comparison(device=module._student._device)
    found = comparison.difference(claim, value, place)
    if found is None:
        return True
    message = sentence("{called}: {difference}", called=module._called, difference=found.message)
    verdict = Verdict(Status.WRONG, message, found.evidence)
    failed(module, claim, value, found.kind, verdict, comparison=comparison)
    return False
