"""The filter's program, run by an interpreter of our own against what it was made from."""

import struct
from errno import ENOSYS, EPERM

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.sandbox.layers import seccomp
from autograder.sandbox.layers.bpf import Answer, Check, assemble
from autograder.sandbox.layers.syscall_table import NUMBERS

X86_64 = 0xC000003E
ARCHITECTURES = {"x86_64": X86_64, "aarch64": 0xC00000B7}
ALLOWED = 0x7FFF0000
KILLED = 0x80000000
WORDS = st.integers(0, 2**32 - 1)
FEW = st.integers(0, 3)

tests = st.builds(
    Check,
    argument=st.integers(0, 5),
    values=st.lists(FEW, min_size=1, max_size=3, unique=True).map(tuple),
    mask=st.sampled_from([0xFFFFFFFF, 0xF, 1]),
    passes=st.booleans(),
)
answers = st.one_of(st.sampled_from([EPERM, ENOSYS]), st.lists(tests, max_size=3).map(tuple))


def run(program: bytes, number: int, architecture: int, arguments: list[int]) -> int:
    """What the kernel would make of it."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments)
    at, register = 0, 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("=HBBI", program, 8 * at)
        at += 1
        if code == 0x06:
            return int(k)
        if code == 0x20:
            register = struct.unpack_from("=I", data, k)[0]
        elif code == 0x54:
            register &= k
        elif code == 0x05:
            at += k
        else:
            true = register == k if code == 0x15 else register >= k
            at += if_true if true else if_false


def expected(answer: Answer, arguments: list[int]) -> int:
    if isinstance(answer, int):
        return 0x50000 | answer
    fine = all(((arguments[t.argument] & t.mask & 0xFFFFFFFF) in t.values) is t.passes for t in answer)
    return ALLOWED if fine else 0x50000 | EPERM


@given(
    st.dictionaries(st.integers(0, 40), answers),
    st.integers(0, 40),
    st.lists(st.one_of(FEW, st.integers(0, 2**64 - 1)), min_size=6, max_size=6),
)
def test_a_program_answers_as_its_table_says(table: dict[int, Answer], number: int, arguments: list[int]) -> None:
    program = assemble("x86_64", table, last=40)
    assert run(program, number, X86_64, arguments) == expected(table.get(number, ()), arguments)


@given(st.one_of(st.integers(41, 60), st.integers(0x40000000, 0x40000040), WORDS.filter(lambda n: n > 40)))
def test_numbers_that_nobody_weighed_and_x32_do_not_exist(number: int) -> None:
    assert run(assemble("x86_64", {3: EPERM}, last=40), number, X86_64, [0] * 6) == 0x50000 | ENOSYS


@given(WORDS.filter(lambda word: word != X86_64))
def test_another_architecture_kills(architecture: int) -> None:
    assert run(assemble("x86_64", {}, last=40), 1, architecture, [0] * 6) == KILLED


@pytest.mark.parametrize("runs", [100, 400, 700])
def test_a_table_too_long_for_short_jumps_still_answers_right(runs: int) -> None:
    table: dict[int, Answer] = dict.fromkeys(range(0, 2 * runs, 2), EPERM)
    program = assemble("aarch64", table, last=2 * runs)
    for number in range(2 * runs):
        wanted = 0x50000 | EPERM if number % 2 == 0 else ALLOWED
        assert run(program, number, 0xC00000B7, [0] * 6) == wanted


THREAD = 0x003D0F00  # what glibc's pthread_create asks of clone
CASES = [
    ("clone", [THREAD], True),
    ("clone", [17], False),
    ("clone", [THREAD | 0x10000000], False),
    ("kill", [seccomp._OWN_PID, 15], True),
    ("kill", [seccomp._OWN_PID, 9], False),
    ("tgkill", [seccomp._OWN_PID, 7, 9], False),
    ("prlimit64", [0, 0], False),
    ("kill", [0, 9], False),
    ("socketpair", [1, 1 | 0o2000000], True),
    ("socketpair", [1, 2], False),
    ("socketpair", [2, 1], False),
    ("prlimit64", [0, 7], True),
    ("prlimit64", [1, 7], False),
    ("fcntl", [3, 1], True),
    ("fcntl", [3, 8], False),
    ("prctl", [15], True),
    ("prctl", [4], False),
    ("close", [3], True),
    ("execve", [0], False),
    ("ptrace", [0], False),
]


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize(("name", "arguments", "allowed"), CASES)
def test_the_filter_decides_alike_on_both_architectures(
    machine: str, name: str, arguments: list[int], allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seccomp, "machine", lambda: machine)
    padded = [*arguments, *[0] * (6 - len(arguments))]
    result = run(seccomp.program(), NUMBERS[machine][name], ARCHITECTURES[machine], padded)
    assert (result == ALLOWED) is allowed
