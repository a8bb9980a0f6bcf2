"""The walls that a zygote finds on its machine, and the confinement of each of its children."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from autograder.sandbox.layers import confine, namespaces, privileges, probe, root
from autograder.sandbox.layers.limits import Limits


@dataclass(frozen=True)
class Walls:
    """What was tried, what works, and the zygote's own PID namespace (None without namespaces)."""

    layers: tuple[probe.Layer, ...]
    readable: tuple[str, ...]
    nest: int | None

    def described(self) -> list[dict[str, Any]]:
        """The layers as JSON values."""
        return [asdict(layer) for layer in self.layers]

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """The layers in force."""
        return frozenset(layer.name for layer in self.layers if layer.works)

    @property
    def scratch(self) -> str | None:
        """Where a child may write, the one place that is its own; None without namespaces."""
        return None if self.nest is None else root.SCRATCH

    def fork(self) -> int:
        """`os.fork`, into a PID namespace of the child's own where there is one."""
        return os.fork() if self.nest is None else namespaces.fork_into_pid_namespace(self.nest)

    def confinement(self, limits: Limits) -> Callable[[], None]:
        """What a child calls to be held by the walls. Made ready once for all children with these limits."""
        return _prepared(self, limits)


@functools.cache
def _prepared(walls: Walls, limits: Limits) -> Callable[[], None]:
    if not walls.names:
        return lambda: None
    if confine.NAMESPACES not in walls.names and not (confine.USER in walls.names and privileges.other_uids()):
        limits = replace(limits, processes=None)  # it would count what else this user runs; memory bounds threads too
    confinement = confine.Confinement(
        read=confine.readable(*walls.readable),
        scratch=walls.scratch,
        scratch_bytes=limits.file_bytes,
        limits=limits,
        layers=walls.names,
    )
    prepared = confine.prepare(confinement, confine.program_for(confinement))
    return functools.partial(confine.confine, prepared)


def raised(visible: Sequence[str], wanted: Sequence[str]) -> Walls:
    """Try the wanted layers, settle in a nest where namespaces work, and say what there is.

    To be called early, with one thread. visible: what children may read beside the system and the interpreter.
    """
    layers = probe.tried(wanted)
    nest = None
    if any(layer.name == confine.NAMESPACES and layer.works for layer in layers):
        nest = namespaces.nest((*root.system(), *root.interpreter(), *visible))
    return Walls(layers, tuple(visible), nest)
