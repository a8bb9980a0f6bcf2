"""A table of system calls as a classic BPF program: a balanced tree over the numbers, tests at its leaves.

A tree and not a list: the kernel walks the program once for each system call number when it is installed,
and again at each call that a test looks at.
Source: include/uapi/linux/seccomp.h, include/uapi/linux/bpf_common.h.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from errno import ENOSYS, EPERM

_LOAD, _AND, _RETURN, _JUMP, _IF_EQUAL, _IF_AT_LEAST = 0x20, 0x54, 0x06, 0x05, 0x15, 0x35
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_KILL_PROCESS, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_WHOLE = 0xFFFFFFFF


@dataclass(frozen=True)
class Check:
    """Passes if (argument & mask) is one of the values; with `passes=False`, if it is none of them.

    The lower 32 bits only, which is all that the kernel looks at where the parameter is an int.
    """

    argument: int
    values: tuple[int, ...]
    mask: int = _WHOLE
    passes: bool = True


#: An errno, or the tests that must all pass.
Answer = int | tuple[Check, ...]


def assemble(machine: str, answers: Mapping[int, Answer], last: int) -> bytes:
    """The program: `answers` for these numbers, ENOSYS for all beyond `last` (x32's too), yes for the rest."""
    right_machine = _instruction(_IF_EQUAL, _AUDIT[machine], 1, 0)
    head = (_load(_ARCHITECTURE), right_machine, _instruction(_RETURN, _KILL_PROCESS), _load(_NUMBER))
    return b"".join((*head, *_tree(_leaves(answers, last))))


def _instruction(code: int, k: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, k)


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, offset)


def _leaves(answers: Mapping[int, Answer], last: int) -> list[tuple[int, tuple[bytes, ...]]]:
    """(first number, instructions) of each run of neighbours with the same answer."""
    leaves: list[tuple[int, tuple[bytes, ...]]] = []
    for number in range(last + 2):
        answer = ENOSYS if number > last else answers.get(number, ())
        instructions = _leaf(answer)
        if not leaves or leaves[-1][1] != instructions:
            leaves.append((number, instructions))
    return leaves


def _leaf(answer: Answer) -> tuple[bytes, ...]:
    if isinstance(answer, int):
        return (_instruction(_RETURN, _ERRNO | answer),)
    tests = [instruction for test in answer for instruction in _test(test)]
    return (*tests, _instruction(_RETURN, _ALLOW))


def _test(test: Check) -> list[bytes]:
    """Falls through to what follows if the test passes, returns EPERM otherwise."""
    load = [_load(_ARGUMENTS + 8 * test.argument)]
    masked = [] if test.mask == _WHOLE else [_instruction(_AND, test.mask)]
    refuse = _instruction(_RETURN, _ERRNO | EPERM)
    count = len(test.values)
    left = [count - 1 - index for index in range(count)]  # comparisons after this one
    pairs = zip(test.values, left, strict=True)
    if test.passes:
        compare = [_instruction(_IF_EQUAL, value, after + 1, 0) for value, after in pairs]
    else:
        compare = [_instruction(_IF_EQUAL, value, after, int(after == 0)) for value, after in pairs]
    return [*load, *masked, *compare, refuse]


def _tree(leaves: list[tuple[int, tuple[bytes, ...]]]) -> tuple[bytes, ...]:
    if len(leaves) == 1:
        return leaves[0][1]
    middle = len(leaves) // 2
    low, high = _tree(leaves[:middle]), _tree(leaves[middle:])
    return (*_branch(leaves[middle][0], len(low)), *low, *high)


def _branch(first: int, distance: int) -> tuple[bytes, ...]:
    """Goes `distance` instructions on for numbers from `first` up; a conditional jump reaches no further than 255."""
    if distance < 256:
        return (_instruction(_IF_AT_LEAST, first, distance, 0),)
    return (_instruction(_IF_AT_LEAST, first, 0, 1), _instruction(_JUMP, distance))
