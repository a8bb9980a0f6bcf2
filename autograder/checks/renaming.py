"""Parameters under names of the student's own: told apart by their shapes, so that names are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from autograder.checks.observing import failed, look
from autograder.model import GraderMistake, Sentence, Status, StudentFault, Verdict, sentence
from autograder.student import Answer

Shape = tuple[int, ...]


def renamed(reference: Any, *, like: Answer) -> Any:
    """The reference's module with its parameters under the names that the student's module has for them.

    For `check_same` where names are free. Parameters are told apart by their shapes, and by their order where several
    have one shape. reference: an nn.Module; it stays as it is, its parameters are shared. like: the student's module.
    Raises StudentFault where a shape is missing or too many.
    """
    import torch

    if isinstance(reference, Answer) or not isinstance(like, Answer):
        raise GraderMistake("renamed needs the reference's module, and the student's as `like`")
    names = _names(like, {name: tuple(value.shape) for name, value in reference.named_parameters()})

    module = torch.nn.Module()
    module.forward = reference.forward
    for ours, parameter in reference.named_parameters():
        try:
            _put(module, names[ours].split("."), parameter)
        except (KeyError, AttributeError):  # no module of PyTorch's would have such a name
            _refuse(like, sentence("the module has the parameters {names}, which are not asked for", names=names[ours]))
    return module.train(reference.training)


def _names(like: Answer, wanted: Mapping[str, Shape]) -> dict[str, str]:
    """The student's name of each parameter that is wanted."""
    claims = _claims(like)
    found: dict[str, str] = {}
    for yours, shape in claims:
        fitting = [name for name in wanted if wanted[name] == shape and name not in found]
        if not fitting:
            what = f"{yours} {shape}"
            _refuse(like, sentence("the module has the parameters {names}, which are not asked for", names=what))
        found[fitting[0]] = yours
    missing = ", ".join(f"{name} {wanted[name]}" for name in wanted if name not in found)
    if missing:
        _refuse(like, sentence("the module lacks the parameters {names}", names=missing))
    return found


def _claims(like: Answer) -> Sequence[tuple[str, Shape]]:
    claimed = look(like.named_parameters(), "renamed")
    pairs = claimed if isinstance(claimed, (list, tuple)) else []
    fine = [pair for pair in pairs if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str)]
    return [(name[:200], tuple(getattr(value, "shape", ()))) for name, value in fine]


def _put(module: Any, path: Sequence[str], parameter: Any) -> None:
    import torch

    for step in path[:-1]:
        if step not in module._modules:
            module.add_module(step, torch.nn.Module())
        module = module._modules[step]
    module.register_parameter(path[-1], parameter)


def _refuse(module: Answer, what: Sentence) -> NoReturn:
    verdict = Verdict(Status.WRONG, sentence("{called}: {difference}", called=module._called, difference=what))
    failed(module, None, None, "parameters", verdict)
    raise StudentFault(verdict)
