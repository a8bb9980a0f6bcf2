"""Which layers really work here: each is tried in a forked helper, none is believed by its name or version."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from . import LayerUnavailable, bubblewrap, cgroups, confine, landlock, limits, namespaces, privileges, root, seccomp
from .syscalls import perform
from .trial import HelperDied, trial

Level = Literal["A", "B", "C"]


@dataclass(frozen=True)
class Layer:
    """One layer here: whether it works, what was found, and what would help where it does not."""

    name: str
    works: bool
    detail: str
    remedy: str


def available() -> tuple[Layer, ...]:
    """Every layer, tried. Forks: call it before threads are started, or run this module as a program."""
    return tried(_ATTEMPTS)


def tried(names: Iterable[str]) -> tuple[Layer, ...]:
    """The named layers, tried in this order."""
    return tuple(_layer(name, *_ATTEMPTS[name]) for name in names)


def level(layers: Iterable[Layer]) -> Level:
    """A: namespaces, Landlock, seccomp and limits. B: all but namespaces. C: a plain process."""
    working = {layer.name for layer in layers if layer.works}
    if not working >= {confine.LANDLOCK, confine.SECCOMP, confine.LIMITS}:
        return "C"
    return "A" if confine.NAMESPACES in working else "B"


def _layer(name: str, attempt: Callable[[], str], remedy: str) -> Layer:
    try:
        return Layer(name, True, str(_tried_once_or_twice(attempt)), "")
    except LayerUnavailable as error:
        return Layer(name, False, str(error), remedy)


def _tried_once_or_twice(attempt: Callable[[], str]) -> object:
    """A helper that somebody killed says nothing about the layer; one that the layer kills does so again."""
    try:
        return trial(attempt)
    except HelperDied:
        return trial(attempt)


def _namespaces() -> str:
    """A nest, and in it a child with its own mounts, which must be process 1 and see nothing."""
    own = namespaces.nest((*root.system(), *root.interpreter()))
    child = namespaces.fork_into_pid_namespace(own)
    if not child:
        os._exit(_hidden())
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        raise LayerUnavailable("namespaces: the nested child does not get its own mounts")
    return "user, PID, mount, network, IPC, host name" if os.geteuid() else "PID, mount, network, IPC, host name"


def _hidden() -> int:
    perform(namespaces.hiding(1 << 20))
    alone = os.getpid() == 1 and os.listdir("/proc") == os.listdir(root.SCRATCH) == []
    return 0 if alone else 1


def _landlock() -> str:
    """After it, a file that was readable is not, and one that is allowed is."""
    version = landlock.abi()
    landlock.restrict(("/usr",))
    os.listdir("/usr")
    if _refused(lambda: os.listdir("/")):
        return f"ABI {version}"
    raise LayerUnavailable("landlock: it was taken, and forbids nothing")


def _seccomp() -> str:
    """After it, a fork is refused."""
    seccomp.install(seccomp.program())
    if _refused(os.fork):
        return "filter"
    os._exit(1)  # two of us, and the other must not answer


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except PermissionError:
        return True
    return False


def _limits() -> str:
    """After it, more memory than the limit is refused."""
    perform(limits.limiting(limits.Limits(memory_bytes=1 << 26, processes=None), limits.address_space()))
    try:
        bytearray(1 << 28)
    except MemoryError:
        return "memory, CPU, files, processes"
    raise LayerUnavailable("limits: the memory limit was taken, and forbids nothing")


def _user() -> str:
    """An ordinary user who still reads the interpreter."""
    others = privileges.other_uids()
    if not others:
        return f"uid {os.geteuid()}"
    privileges.become_other(others)
    closed = [path for path in root.interpreter() if not os.access(path, os.R_OK | os.X_OK)]
    if closed:
        raise LayerUnavailable(f"user: an ordinary user cannot read {closed[0]}, so children stay uid 0")
    return "a random uid for each child"


def _bubblewrap() -> str:
    sentence = bubblewrap.works()
    if sentence is not None:
        raise LayerUnavailable(sentence)
    return "runs"


def _cgroups() -> str:
    """A group made and removed. With version 2, a group of ours that has no room yet is not given any here."""
    group = cgroups.create(f"autograder-probe-{os.getpid()}", 1 << 28, 16)
    cgroups.remove(group)
    return f"version {group.version}"


_ATTEMPTS: dict[str, tuple[Callable[[], str], str]] = {
    confine.NAMESPACES: (_namespaces, "sysctl -w user.max_user_namespaces=10000; see docs/security.md for containers"),
    confine.LANDLOCK: (_landlock, "Linux 5.13 or later, booted with landlock in lsm="),
    confine.SECCOMP: (_seccomp, "a kernel with CONFIG_SECCOMP_FILTER"),
    confine.LIMITS: (_limits, "Linux with /proc mounted"),
    confine.USER: (_user, "an interpreter outside /root, readable by everybody"),
    "bubblewrap": (_bubblewrap, "apt-get install bubblewrap"),
    "cgroups": (_cgroups, "systemd-run --user --scope -p Delegate=yes"),
}

if __name__ == "__main__":
    print(json.dumps([asdict(layer) for layer in available()], indent=2))
