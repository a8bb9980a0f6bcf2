"""All layers over one freshly forked child, in the order in which each still may do its work.

1. mounts, IPC, host name: first, while there are capabilities;
2. user: another uid, or a user namespace that counts processes by itself;
3. limits, process group: after the user, because changing it undoes the parent-death signal;
4. capabilities: all gone;
5. Landlock, seccomp: last, because they refuse what came before.
"""

import os
from dataclasses import dataclass, field

from . import LayerUnavailable, landlock, limits, namespaces, privileges, root
from .limits import Limits
from .seccomp import Filter
from .syscalls import Call, perform, ready

NAMESPACES, LANDLOCK, SECCOMP, LIMITS, USER = "namespaces", "landlock", "seccomp", "limits", "user"
EVERY_LAYER = frozenset({NAMESPACES, LANDLOCK, SECCOMP, LIMITS, USER})


@dataclass(frozen=True)
class Confinement:
    """What a child may have.

    read: files and folders. scratch: the one folder that it may write, None for none. With the layer `namespaces` it
    must be `root.SCRATCH`: empty, its own, of `scratch_bytes`, gone with the child. layers: those to use, by the
    names of `probe`.
    """

    read: tuple[str, ...]
    scratch: str | None = root.SCRATCH
    scratch_bytes: int = 1 << 26
    limits: Limits = field(default_factory=Limits)
    layers: frozenset[str] = EVERY_LAYER


@dataclass(frozen=True)
class Prepared:
    """A confinement as system calls, ready to be made in any number of children."""

    before: tuple[Call, ...]
    others: range
    after: tuple[Call, ...]
    filter: Filter | None
    home: str


def readable(*more: str) -> tuple[str, ...]:
    """What every Python child reads: the system without /proc, the interpreter, and `more`."""
    return (*(path for path in (*root.system(), *root.interpreter()) if path != "/proc"), *more)


def prepare(confinement: Confinement, program: bytes) -> Prepared:
    """All that can be done ahead, in the zygote: after `nest`, after warming it, before its first child.

    program: what `seccomp.program` gave. The memory limit counts from what the zygote has now.
    Raises: LayerUnavailable.
    """
    try:
        return _prepare(confinement, program)
    except OSError as error:
        raise LayerUnavailable.because("confinement", error, "run `autograder doctor`") from error


def confine(prepared: Prepared) -> None:
    """Hold this process in the confinement, for good. To be called in a child just forked, with one thread.

    Raises: LayerUnavailable. The child is then half confined and must end without having run a student's line.
    """
    try:
        perform(prepared.before)
        os.chdir(prepared.home)
        privileges.become_other(prepared.others)
        perform(prepared.after)
    except OSError as error:
        raise LayerUnavailable.because("confinement", error, "run `autograder doctor`") from error
    if prepared.filter is not None:
        prepared.filter.install()


def _prepare(confinement: Confinement, program: bytes) -> Prepared:
    layers = confinement.layers
    others = privileges.other_uids() if USER in layers else range(0)
    nested = namespaces.hiding(confinement.scratch_bytes) if NAMESPACES in layers else ()
    own_user = (ready("unshare", namespaces.NEWUSER),) if nested and not others else ()
    strip = privileges.stripping() if own_user or privileges.may_strip() else ()
    limit = limits.limiting(confinement.limits, limits.address_space()) if LIMITS in layers else ()
    rules = landlock.enforcing(_rules(confinement)) if LANDLOCK in layers else ()
    return Prepared(
        before=(*nested, *own_user, *strip),
        others=others,
        after=(*limit, *limits.being_alone(), *privileges.dropping(), *rules),
        filter=Filter(program) if SECCOMP in layers else None,
        home=confinement.scratch or "/",
    )


def _rules(confinement: Confinement) -> int:
    scratch = confinement.scratch
    if scratch is not None and NAMESPACES in confinement.layers:
        scratch = os.path.dirname(scratch)  # the folder above the private mount: see root.SCRATCH
    return landlock.ruleset(confinement.read, ("/dev/null",) if scratch is None else ("/dev/null", scratch))
