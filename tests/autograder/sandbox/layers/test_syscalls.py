"""Numbers and raw calls."""

import os
import re
import subprocess
import sys
from errno import EBADF
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, syscalls
from autograder.sandbox.layers.syscall_table import LAST, NUMBERS

HEADERS = {
    "x86_64": ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", r"#define __NR_(\w+)\s+(\d+)"),
    "aarch64": ("/usr/include/asm-generic/unistd.h", r"#define __NR(?:3264)?_(\w+)\s+(\d+)"),
}
ONLY_PART_OF_IT = """
    import os, select, signal, socket, subprocess, sys, tempfile, random, ctypes, mmap  # not ours to do without
    for module, names in {
        os: "fork geteuid pidfd_open O_PATH O_CLOEXEC setsid sysconf waitpid", select: "poll",
        signal: "SIGKILL pidfd_send_signal pause", socket: "AF_UNIX",
    }.items():
        for name in names.split():
            delattr(module, name)
    sys.modules["resource"] = sys.modules["fcntl"] = None
    sys.platform = "win32"
    from autograder.sandbox.layers import *
    from autograder.sandbox.layers import bubblewrap, canary, cgroups, confine, landlock, limits, namespaces, probe
    from autograder.sandbox.layers import LayerUnavailable, privileges, root, seccomp
    calls = [
        landlock.abi, lambda: landlock.restrict(()), seccomp.program, lambda: seccomp.install(b""),
        lambda: namespaces.unshare(0), lambda: namespaces.nest(()), lambda: root.narrow(()), limits.tasks_of_user,
        lambda: privileges.become(1), privileges.other_uids, limits.being_alone,
        lambda: confine.prepare(confine.Confinement(read=()), b""),
    ]
    for call in calls:
        try:
            call()
        except LayerUnavailable:
            continue
        raise SystemExit(f"{call} did not refuse")
    assert probe.level(probe.available()) == "C"
    assert isinstance(bubblewrap.works(), str)
"""


@pytest.mark.parametrize("machine", NUMBERS)
def test_the_numbers_are_those_of_the_kernels_headers(machine: str) -> None:
    path, pattern = HEADERS[machine]
    if not Path(path).exists():
        pytest.skip(f"{path} is not installed")
    kernel = {name: int(number) for name, number in re.findall(pattern, Path(path).read_text())}
    ours = NUMBERS[machine]
    both = ours.keys() & kernel.keys()
    assert len(both) > 130
    assert {name: ours[name] for name in both} == {name: kernel[name] for name in both}
    assert max(ours.values()) <= LAST


def test_a_failing_call_says_its_name_and_errno() -> None:
    with pytest.raises(OSError, match="close: Bad file descriptor") as caught:
        syscalls.call("close", 10**6)
    assert caught.value.errno == EBADF


def test_calls_made_ready_run_in_order_and_stop_at_the_first_failure() -> None:
    one, other = os.pipe()
    calls = (syscalls.ready("close", one), syscalls.ready("close", one), syscalls.ready("close", other))
    with pytest.raises(OSError, match="close"):
        syscalls.perform(calls)
    os.close(other)


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_what_is_needed(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(LayerUnavailable, match=f"needs 64-bit Linux on x86-64 or aarch64, this is {platform}"):
        syscalls.machine.__wrapped__()


def test_everything_imports_and_refuses_politely_where_the_system_has_nothing_of_it(code: str) -> None:
    program = "\n".join(line.removeprefix("    ") for line in ONLY_PART_OF_IT.splitlines())
    done = subprocess.run([sys.executable, "-c", program], cwd=code, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
