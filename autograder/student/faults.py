"""Verdicts about code that gave no answer: it raised, stopped, ran too long or died."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from autograder.model import Limits, Sentence, Status, StudentFault, Verdict, sentence
from autograder.notebooks import Module
from autograder.sandbox.protocol import Ending

TEXT = 400
FRAMES = 8
GIVEN = "TrustedSideError"  # the worker's name for a callback that failed on what the student's code gave it
CPU_GRAIN = 0.5  # seconds: the kernel accounts otherwise than it looks
SIGKILL, SIGXCPU = 9, getattr(signal, "SIGXCPU", None)
Cells = tuple[tuple[int, int], ...]
FRAME = re.compile(rb'File "<([^">\n]{1,100})>", line (\d{1,7}) in ([^\n]{0,100})')


def _text(value: Any, most: int = TEXT) -> str:
    """A claimed text, bounded and of one kind whatever came."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else text[:most] + "…"


def _frames(reply: Mapping[str, Any], cells: Cells) -> tuple[str, ...]:
    frames = reply.get("frames")
    lines = []
    for frame in frames[-FRAMES:] if isinstance(frames, list) else []:
        if isinstance(frame, tuple) and len(frame) == 4:
            name, line, function, source = (_text(part, 400) for part in frame)
            lines.append(_frame(_where(name, line, cells), function, source))
    return tuple(lines)


def _frame(where: str, function: str, source: str) -> str:
    indented = source.replace("\n", "\n    ")
    return f"{where}, in {function}\n    {indented}" if function else f"{where}\n    {indented}"


def _where(name: str, line: str, cells: Cells) -> str:
    """A place in a file; in a notebook's module, the cell and the line in it. cells: none where it is no notebook."""
    is_line = name.endswith(".py") and line.isdecimal() and len(line) < 8
    place = Module("", cells).place(int(line)) if cells and is_line else None
    return f"cell {place[0]}, line {place[1]}" if place is not None else f"{name}, line {line}"


SAID = {
    said.text: said
    for said in (
        sentence("{name} is not defined in the file; there is {near}"),
        sentence("{name} is not defined in the file"),
        sentence("{name} holds NUL bytes: it is no Python file saved as UTF-8"),
        sentence("{name}, line {line}: the byte {byte} is not UTF-8; save the file with the encoding UTF-8"),
    )
}


_IN_FILE = re.compile(r"\(<([\w.-]+)>, line (\d{1,7})\)")  # Python's own `(<backprop.py>, line 3)`


def raised(reply: Mapping[str, Any], asked: str, limits: Limits | None = None, cells: Cells = ()) -> StudentFault:
    """The fault for an exception that came back as data. Nothing in it can be better than zero points.

    cells: of a notebook (see model.Submission).
    """
    kind, text = _text(reply.get("type"), 100), _text(reply.get("text"))
    text = _IN_FILE.sub(lambda found: f"({_where(found[1], found[2], cells)})", text)
    frames, said = _frames(reply, cells), _said(reply)
    if reply.get("missing") is True:
        return StudentFault(Verdict(Status.NOT_IMPLEMENTED, said or sentence("not implemented yet")))
    if reply.get("memory") is True:
        message = sentence("{asked} needed more memory than a submission may use ({kind})", asked=asked, kind=kind)
        return StudentFault(Verdict(Status.OUT_OF_MEMORY, message, traceback=frames))
    if said is not None:
        return StudentFault(Verdict(Status.RAISED, said))
    if kind == "SystemExit":
        return StudentFault(Verdict(Status.RAISED, sentence("{asked} called exit()", asked=asked), traceback=frames))
    if kind == "BdbQuit":
        message = sentence(
            "{asked} stopped at a breakpoint, where nobody can type: the command debug is for that", asked=asked
        )
        return StudentFault(Verdict(Status.RAISED, message, traceback=frames))
    values = {"asked": asked, "kind": kind, "text": text, "kinds": _kinds(reply)}
    if kind == GIVEN:
        values["text"] = text.removeprefix("the given function raised ")
        message = sentence("{asked} called a function that it was given, and that failed: {text}", **values)
        return StudentFault(Verdict(Status.RAISED, message, traceback=frames))
    limit = reply.get("limit")
    if limits is not None and isinstance(limit, str) and limit in MET:
        message = Sentence(MET[limit].text, {**values, "most": getattr(limits, limit)})
    elif kind == "ModuleNotFoundError":
        message = sentence(
            "{asked} raised {kind}: {text}; there are Python's own modules, NumPy and, where the topic is about it, "
            "PyTorch",
            **values,
        )
    else:
        message = sentence("{asked} raised {kind}: {text}", **values)
    return StudentFault(Verdict(Status.RAISED, message, traceback=frames))


MET = {
    "open_files": sentence("{asked} raised {kind}: {text}; a submission may have {most} files open"),
    "file_bytes": sentence("{asked} raised {kind}: {text}; a submission may write {most} bytes"),
    "processes": sentence("{asked} raised {kind}: {text}; a submission may run {most} threads, and no other program"),
}


def _kinds(reply: Mapping[str, Any]) -> list[str]:
    kinds = reply.get("kinds")
    return [_text(kind, 100) for kind in kinds[:8]] if isinstance(kinds, list) else []


def _said(reply: Mapping[str, Any]) -> Sentence | None:
    """A sentence of our own that the worker chose, if it is one of ours and its values fit."""
    known, values = SAID.get(str(reply.get("template"))), reply.get("values")
    if known is None or not isinstance(values, dict) or set(values) != set(re.findall(r"{(\w+)}", known.text)):
        return None
    return Sentence(known.text, {name: _text(value, 200) for name, value in values.items()})


def late(
    asked: str, seconds: float, place: tuple[str, ...] = (), *, whole: bool = False, again: bool = False
) -> StudentFault:
    """The fault for an answer that did not come in time. place: where the program was then, innermost last.

    whole: the seconds are those of the whole submission, not of this answer. again: they are fewer than at first,
    because an earlier question of the exercise had no answer either.
    """
    message = sentence(
        "{asked} gave no answer within {seconds:g} seconds: a loop that does not end?", asked=asked, seconds=seconds
    )
    if again:
        message = sentence(
            "{asked} gave no answer within {seconds:g} seconds, all that a question has after another one of the "
            "exercise had no answer: a loop that does not end?",
            asked=asked,
            seconds=seconds,
        )
    if whole:
        message = sentence(
            "{asked} was still running when the submission's {seconds:g} seconds were used up",
            asked=asked,
            seconds=seconds,
        )
    return StudentFault(Verdict(Status.TIMED_OUT, message, traceback=place))


def placed(said: bytes, files: Mapping[str, bytes], cells: Cells = ()) -> tuple[str, ...]:
    """The student's own frames in what a late process wrote of where it is, innermost last, with their lines."""
    found = [(name.decode("ascii", "replace"), int(line), function) for name, line, function in FRAME.findall(said)]
    own = [(name, line, function.decode("ascii", "replace")) for name, line, function in found if name in files][:8]
    return tuple(
        _frame(_where(name, str(line), cells), function, _line(files[name], line)) for name, line, function in own[::-1]
    )


def _line(source: bytes, number: int) -> str:
    lines = source.split(b"\n", number)[:number]
    return lines[-1].decode("utf-8", "replace").strip()[:200] if len(lines) == number > 0 else ""


def exhausted(seconds: float) -> StudentFault:
    """The fault for a submission that has used up its time."""
    message = sentence(
        "the submission has used up its {seconds:g} seconds, so this question was not asked", seconds=seconds
    )
    return StudentFault(Verdict(Status.TIMED_OUT, message))


def died(asked: str, ending: Ending, cpu_seconds: float) -> StudentFault:
    """The fault for a process that ended while an answer was awaited."""
    if used_up(ending, cpu_seconds):
        message = sentence("{asked} used up the submission's CPU time", asked=asked)
        return StudentFault(Verdict(Status.TIMED_OUT, message))
    if ending.by_us:
        message = sentence("{asked} closed its connection to the grader instead of answering", asked=asked)
    elif ending.signal is None:
        code = ending.exit_code
        message = sentence(
            "{asked} ended the process instead of answering (exit status {code})", asked=asked, code=code
        )
    elif ending.signal == SIGKILL:
        message = sentence(
            "{asked} ended twice by SIGKILL: the process killed itself, or the machine is out of memory", asked=asked
        )
    else:
        message = sentence("{asked} crashed the process ({name})", asked=asked, name=_signal_name(ending.signal))
    return StudentFault(Verdict(Status.DIED, message))


def used_up(ending: Ending, cpu_seconds: float) -> bool:
    """Whether the kernel ended a process for its CPU time: by SIGXCPU, or process 1 of a namespace by SIGKILL."""
    if ending.by_us:
        return False
    if ending.signal == SIGXCPU:
        return True
    return ending.signal == SIGKILL and ending.seconds >= cpu_seconds - CPU_GRAIN


def killed(ending: Ending, cpu_seconds: float) -> bool:
    """Whether a process was killed, and not by us nor for its CPU time: from outside, most likely."""
    return ending.signal == SIGKILL and not ending.by_us and not used_up(ending, cpu_seconds)


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"


def garbled(asked: str, why: str) -> StudentFault:
    """The fault for bytes that are no answer."""
    message = sentence(
        "what came instead of the answer of {asked} cannot be read ({why}): "
        "does the code write to a file descriptor or a socket that it has not opened?",
        asked=asked,
        why=why.removeprefix("malformed frame: "),
    )
    return StudentFault(Verdict(Status.DIED, message))


def oversized(asked: str, size: int, most: int) -> StudentFault:
    """The fault for an answer that is larger than an answer may be."""
    message = sentence(
        "{asked} gave an answer of {size}; {most} is the limit: is an array larger than it should be?",
        asked=asked,
        size=_amount(size),
        most=_amount(most),
    )
    return StudentFault(Verdict(Status.DIED, message))


def _amount(size: int) -> str:
    return f"{size / 1e6:,.1f} MB".replace(".0 ", " ") if size >= 100_000 else f"{size} B"


def unreadable(problem: Sentence) -> StudentFault:
    """The fault for a submission whose files cannot be used at all."""
    return StudentFault(Verdict(Status.NOT_RUN, problem))
