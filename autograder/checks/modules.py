"""Checks of PyTorch modules: the same weights, then outputs and every gradient along one random direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.checks.observing import failed, passed, plain, wrong_form
from autograder.compare import Comparison
from autograder.manifest import nearest
from autograder.model import GraderMistake, Status, Verdict, sentence
from autograder.student import Answer

LOSSES = ("mse", "cross_entropy")
OPTIMIZERS = ("sgd", "adam")


def check_same(module: Answer, reference: Any, *, at: Sequence[Any]) -> None:
    """The student's module does what the reference's does, once it has the reference's weights.

    at: the inputs. Weights are loaded by name; then the outputs, and the gradient of ⟨v, output⟩ along one
    random v with respect to every floating input and every named parameter, are compared one by one.
    """
    if not isinstance(module, Answer) or isinstance(reference, Answer):
        raise GraderMistake("check_same needs the student's module first and the reference's second")
    if not _load(module, reference):
        return
    from autograder.sandbox import learning

    outputs = reference(*at)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    along = [_tensor_like(module._student._direction(tuple(output.shape)), output) for output in outputs]
    wanted = _arrays(learning.gradients(reference, list(at), along))
    called = f"{module._called}({', '.join(f'array{tuple(x.shape)}' for x in at)})"
    yours = _claimed(module, module._student._learn("grad", module, called, arguments=list(at), along=along))
    _compare(module, yours, wanted)


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
    weights = {name: value.detach() for name, value in reference.state_dict().items()}
    reply = module._student._learn("load", module, f"{module._called}.load", weights=weights)
    reply = reply if isinstance(reply, Mapping) else {}
    missing, unexpected = (_listed(reply.get(key)) for key in ("missing", "unexpected"))
    if missing:
        _refuse(module, sentence("the module lacks the parameters {names}", names=missing), "missing")
        return False
    if unexpected:
        what = sentence("the module has the parameters {names}, which are not asked for", names=unexpected)
        _refuse(module, what, "unexpected")
        return False
    shapes = reply.get("shapes")
    misshaped = [pair for pair in shapes.items() if pair[0] in weights] if isinstance(shapes, Mapping) else []
    if misshaped:
        name, shape = misshaped[0]
        what = sentence(
            "{place} has shape {yours}, expected {ours}", place=name, yours=shape, ours=tuple(weights[name].shape)
        )
        _refuse(module, what, "shape")
        return False
    return True


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

    return {
        "outputs": [array(value) for value in found["outputs"]],
        "inputs": [array(value) for value in found["inputs"]],
        "parameters": {name: array(value) for name, value in found["parameters"].items()},
    }


def _claimed(module: Answer, reply: Any) -> dict[str, Any]:
    reply = plain(reply)
    forms = {"outputs": list, "inputs": list, "parameters": dict}
    if not isinstance(reply, dict) or any(not isinstance(reply.get(key), form) for key, form in forms.items()):
        raise wrong_form(module, sentence("what it returned cannot be used: {error}", error="no gradients"))
    return dict(reply)


def _compare(module: Answer, yours: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Outputs first, then each gradient under its own name."""
    if not _compared(module, _whole(yours["outputs"]), _whole(wanted["outputs"]), "y"):
        return
    claims = dict(enumerate(yours["inputs"]))
    gradients = [(f"∂⟨v, y⟩/∂x{n + 1}", claims.get(n), value) for n, value in enumerate(wanted["inputs"])]
    gradients += [
        (f"∂⟨v, y⟩/∂{name}", yours["parameters"].get(name), value) for name, value in wanted["parameters"].items()
    ]
    for place, claim, value in gradients:
        if _vanishes(value) and _vanishes(claim):  # what nothing depends on has no gradient, or one of zeros
            continue
        if claim is None:
            _refuse(module, sentence("{place} is None: the graph is cut before it", place=place), "gradient")
            return
        if not _compared(module, claim, np.zeros(np.shape(claim)) if value is None else value, place):
            return
    passed(module, yours, wanted)


def _whole(outputs: list[Any]) -> Any:
    """One output as itself, several as a tuple."""
    return outputs[0] if len(outputs) == 1 else tuple(outputs)


def _vanishes(gradient: Any) -> bool:
    return gradient is None or (isinstance(gradient, np.ndarray) and not np.any(gradient))


def _compared(module: Answer, claim: Any, value: Any, place: str) -> bool:
    found = Comparison().difference(claim, value, place)
    if found is None:
        return True
    message = sentence("{called}: {difference}", called=module._called, difference=found.message)
    failed(module, claim, value, found.kind, Verdict(Status.WRONG, message, found.evidence))
    return False
