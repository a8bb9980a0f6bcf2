"""The reference's weights in the student's module: by name, or by shape where names are free; what does not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from autograder.checks.observing import failed, plain
from autograder.model import Sentence, Status, Verdict, sentence
from autograder.recorded import tied
from autograder.student import Answer

Names = Mapping[str, str]
Offence = tuple[Sentence, str]
TOLD = {"missing", "unexpected", "shapes", "names", "ambiguous", "tied"}


def load(module: Answer, reference: Any, any_names: bool) -> Names | None:
    """Give the module the reference's weights. None when they do not fit, which is told.

    any_names: whether a parameter may have any name, if its shape tells which it is.
    Returns: ours by those under which they are found, where these differ.
    """
    weights = {name: value.detach() for name, value in state(reference).items()}
    buffers, ties = set(dict(reference.named_buffers())), tied(reference)
    free = [name for name in weights if name not in buffers] if any_names else []
    reply = module._student._learn("load", module, f"{module._called}.load", weights=weights, free=free)
    reply = plain(reply) if isinstance(reply, Mapping) else {}
    if not reply.keys() >= TOLD:
        refuse(module, sentence("what it says of its parameters is incomplete"), "parameters")
        return None
    names = _renamed(reply, free)
    offence = (
        _absent(reply, buffers, ties, {name: tuple(weights[name].shape) for name in free})
        or _unexpected(reply)
        or _misshaped(reply, weights)
        or _otherwise_tied(reply, ties, set(weights), names)
    )
    if offence is not None:
        what, kind = offence
        absent = ", ".join(sorted(_texts(reply.get("missing")))) if kind == "missing" and not free else None
        refuse(module, what, kind, absent)
        return None
    return names


def state(module: Any) -> Mapping[str, Any]:
    """Parameters and buffers by name; none of a function."""
    return module.state_dict() if hasattr(module, "state_dict") else {}


def refuse(module: Answer, what: Any, kind: str, actual: str | None = None) -> None:
    """Report what is wrong with a module. actual: what tells one such fault from another."""
    message = sentence("{called}: {difference}", called=module._called, difference=what)
    failed(module, actual, None, kind, Verdict(Status.WRONG, message))


def _renamed(reply: Mapping[str, Any], free: Sequence[str]) -> Names:
    """The claimed names, as far as they are names of ours that may go by others, each once."""
    claimed = reply.get("names")
    pairs = claimed.items() if isinstance(claimed, Mapping) else ()
    ours = {name: place for place, name in pairs if isinstance(name, str) and isinstance(place, str) and name in free}
    return {place: name for name, place in ours.items()}


def _absent(
    reply: Mapping[str, Any], buffers: set[str], ties: list[list[str]], free: Mapping[str, tuple[int, ...]]
) -> Offence | None:
    """What is missing. Another name of a shared parameter may be: the module uses the one tensor that it has.

    free: the shapes of the parameters that may go by any name.
    """
    missing, ambiguous, others = (_texts(reply.get(key)) for key in ("missing", "ambiguous", "unexpected"))
    spare = {name for names in ties for name in names if set(names) - set(missing)}
    parameters = [name for name in missing if name not in buffers and name not in spare]
    if parameters:
        names = ", ".join(f"{name} {free[name]}" if name in free else name for name in parameters)
        unclear = not set(parameters).isdisjoint(ambiguous)
        return _lacking(names, ", ".join(others), free=bool(free), unclear=unclear), "missing"
    absent = ", ".join(name for name in missing if name in buffers)
    return (sentence("the module lacks the buffers {names}", names=absent), "missing") if absent else None


def _lacking(names: str, others: str, *, free: bool, unclear: bool) -> Sentence:
    """That parameters are missing, and what is there in their place."""
    if unclear:
        return sentence(
            "the shapes do not tell which of {others} is which of {names}: call them so", others=others, names=names
        )
    if free and others:
        return sentence(
            "the module has no parameter of the shape of {names}; it has {others} instead", names=names, others=others
        )
    if free:
        return sentence("the module has no parameter of the shape of {names}", names=names)
    if others:
        return sentence("the module lacks the parameters {names}; it has {others} instead", names=names, others=others)
    return sentence("the module lacks the parameters {names}", names=names)


def _texts(claim: Any) -> list[str]:
    """Claimed names; none for a claim of another form."""
    return list(map(str, claim)) if isinstance(claim, list) else []


def _unexpected(reply: Mapping[str, Any]) -> Offence | None:
    names = ", ".join(_texts(reply.get("unexpected")))
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


def _otherwise_tied(reply: Mapping[str, Any], ties: list[list[str]], names: set[str], renamed: Names) -> Offence | None:
    """Parameters that share their storage and should not, or the other way round; each with its names."""
    absent = set(_texts(reply.get("missing")))
    claimed = reply.get("tied")
    groups = [_texts(group) for group in claimed] if isinstance(claimed, list) else []
    yours = {frozenset(names & {renamed.get(name, name) for name in group}) for group in groups}
    ours = {frozenset(set(group) - absent) for group in ties}
    shared = sorted(sorted(group) for group in yours - ours if len(group) > 1)
    apart = sorted(sorted(group) for group in ours - yours if len(group) > 1)
    if apart:
        return sentence("{names} should be one tensor, they are several", names=", ".join(apart[0])), "tied"
    if shared:
        return sentence("{names} are one tensor, they should be several", names=", ".join(shared[0])), "tied"
    return None
