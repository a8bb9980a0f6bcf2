"""Verdicts about code that gave no answer: it raised, stopped, ran too long or died."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from autograder.model import Limits, Sentence, Status, StudentFault, Verdict, sentence
from autograder.sandbox.protocol import Ending

TEXT = 400


def _text(value: Any, most: int = TEXT) -> str:
    """A claimed text, bounded and of one kind whatever came."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else text[:most] + "…"


def _frames(reply: Mapping[str, Any]) -> tuple[str, ...]:
    frames = reply.get("frames")
    lines = []
    for frame in frames if isinstance(frames, list) else []:
        if isinstance(frame, tuple) and len(frame) == 4:
            name, line, function, source = (_text(part, 200) for part in frame)
            where = f"{name}, line {line}" + (f", in {function}" if function else "")
            lines.append(f"{where}\n    {source}")
    return tuple(lines[-8:])


SAID = {
    said.text: said
    for said in (
        sentence("{name} is not defined in the file; there is {near}"),
        sentence("{name} is not defined in the file"),
        sentence("{name} holds NUL bytes: it is no Python file saved as UTF-8"),
        sentence("{name}, line {line}: the byte {byte} is not UTF-8; save the file with the encoding UTF-8"),
    )
}


_IN_FILE = re.compile(r"\(<([\w.-]+)>")  # Python's own `(<backprop.py>, line 3)` without the brackets


def raised(reply: Mapping[str, Any], asked: str) -> StudentFault:
    """The fault for an exception that came back as data. Nothing in it can be better than zero points."""
    kind, text = _text(reply.get("type"), 100), _IN_FILE.sub(r"(\1", _text(reply.get("text")))
    frames, said = _frames(reply), _said(reply)
    if reply.get("missing") is True:
        return StudentFault(Verdict(Status.NOT_IMPLEMENTED, said or sentence("not implemented yet")))
    if reply.get("memory") is True:
        message = sentence("{asked} needed more memory than a submission may use ({kind})", asked=asked, kind=kind)
        return StudentFault(Verdict(Status.OUT_OF_MEMORY, message, traceback=frames))
    if said is not None:
        return StudentFault(Verdict(Status.RAISED, said))
    if kind == "SystemExit":
        return StudentFault(Verdict(Status.RAISED, sentence("{asked} called exit()", asked=asked), traceback=frames))
    claimed = reply.get("kinds")
    kinds = [kind for kind in claimed if isinstance(kind, str)] if isinstance(claimed, list) else []
    message = sentence("{asked} raised {kind}: {text}", asked=asked, kind=kind, text=text, kinds=kinds)
    return StudentFault(Verdict(Status.RAISED, message, traceback=frames))


def _said(reply: Mapping[str, Any]) -> Sentence | None:
    """A sentence of our own that the worker chose, if it is one of ours and its values fit."""
    known, values = SAID.get(str(reply.get("template"))), reply.get("values")
    if known is None or not isinstance(values, dict) or set(values) != set(re.findall(r"{(\w+)}", known.text)):
        return None
    return Sentence(known.text, {name: _text(value, 200) for name, value in values.items()})


def late(asked: str, seconds: float) -> StudentFault:
    """The fault for an answer that did not come in time."""
    message = sentence(
        "{asked} gave no answer within {seconds:g} seconds: a loop that does not end?", asked=asked, seconds=seconds
    )
    return StudentFault(Verdict(Status.TIMED_OUT, message))


def exhausted(seconds: float) -> StudentFault:
    """The fault for a submission that has used up its time."""
    message = sentence(
        "the submission has used up its {seconds:g} seconds, so this question was not asked", seconds=seconds
    )
    return StudentFault(Verdict(Status.TIMED_OUT, message))


def died(asked: str, ending: Ending, limits: Limits) -> StudentFault:
    """The fault for a process that ended while an answer was awaited."""
    killed = ending.signal == getattr(signal, "SIGKILL", -1)  # what the first process of a PID namespace gets instead
    if ending.signal == getattr(signal, "SIGXCPU", -1) or (killed and ending.seconds > limits.cpu_seconds - 0.5):
        message = sentence("{asked} used up the submission's CPU time", asked=asked)
        return StudentFault(Verdict(Status.TIMED_OUT, message))
    if killed:
        message = sentence("{asked} gave no answer: its process was closed or killed", asked=asked)
    elif ending.signal is None:
        message = sentence(
            "{asked} ended the process instead of answering (exit status {code})", asked=asked, code=ending.exit_code
        )
    else:
        message = sentence("{asked} crashed the process ({name})", asked=asked, name=_signal_name(ending.signal))
    return StudentFault(Verdict(Status.DIED, message))


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"


def garbled(asked: str, why: str) -> StudentFault:
    """The fault for bytes that are no answer."""
    return StudentFault(
        Verdict(Status.DIED, sentence("{asked} did not give an answer that can be read: {why}", asked=asked, why=why))
    )


def unreadable(problem: Sentence) -> StudentFault:
    """The fault for a submission whose files cannot be used at all."""
    return StudentFault(Verdict(Status.NOT_RUN, problem))
