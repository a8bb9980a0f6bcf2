"""The strongest sandbox that works here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

import autograder
from autograder.model import Isolation, Limits, UsageError
from autograder.sandbox.forked import LAYERS, VISIBLE, ForkedSandbox, Prefix, environment
from autograder.sandbox.layers import bubblewrap, root
from autograder.sandbox.layers.confine import NAMESPACES
from autograder.sandbox.layers.probe import Layer
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.protocol import Child, Sandbox, SandboxError

T = TypeVar("T")
PACKAGE = Path(autograder.__file__).parent


def choose(framework: str, *, for_many: bool = True, expected: Isolation | None = None) -> Sandbox:
    """A started sandbox for `numpy` or `torch` submissions; its warm-up goes on while the caller does.

    The zygote takes the walls that the kernel gives it by itself; where that is no namespaces and Bubblewrap
    may make them (Ubuntu's AppArmor profile), it is started inside Bubblewrap. expected: what it must come to.
    """
    if sys.platform != "linux":
        return PlainSandbox(framework, PACKAGE)
    return Restarting(framework, for_many=for_many, expected=expected)


def plain(framework: str) -> Sandbox:
    """Fresh processes without walls, for one's own code where walls would hide what it needs: a GPU."""
    return PlainSandbox(framework, PACKAGE)


class Restarting:
    """A forked sandbox that is started anew, once at a time, when it has died or does not answer.

    wanted: the layers to try. expected: a sandbox with fewer layers than these is refused, by default with fewer
    than the first had: what was proved before a class is graded holds to the end.
    """

    def __init__(
        self,
        framework: str,
        wanted: Sequence[str] = LAYERS,
        *,
        for_many: bool = True,
        expected: Isolation | None = None,
    ) -> None:
        self._framework, self._wanted, self._for_many = framework, wanted, for_many
        self._expected = expected
        self._prefix: Prefix | None = None
        self._sandbox = self._start()
        self._settled = False

    def _start(self) -> ForkedSandbox:
        return ForkedSandbox(self._framework, PACKAGE, self._wanted, self._prefix, for_many=self._for_many)

    def _best(self) -> ForkedSandbox:
        """The running sandbox, inside Bubblewrap from now on if only that gives it namespaces."""
        if not self._settled:
            alone = any(layer.name == NAMESPACES and layer.works for layer in self._sandbox.layers)
            self._settled = True
            if not alone and bubblewrap.works() is None:
                self._prefix = _bubblewrapped
                self.renew()
        self._refuse_weaker(self._sandbox.isolation)
        return self._sandbox

    def _refuse_weaker(self, found: Isolation) -> None:
        self._expected = self._expected or found
        lacking = [name for name in self._expected.layers if name not in found.layers]
        if lacking:
            raise SandboxError(f"the sandbox started without {', '.join(lacking)}, which it had or should have")

    def _patiently(self, work: Callable[[ForkedSandbox], T]) -> T:
        """What `work` gives; where the sandbox fails, once more with a new one."""
        try:
            return work(self._best())
        except SandboxError:
            self.renew()
            return work(self._best())

    def renew(self) -> None:
        """A new zygote in the place of whatever runs."""
        self._sandbox.close()
        self._sandbox = self._start()

    @property
    def isolation(self) -> Isolation:
        """What the running sandbox achieves."""
        return self._patiently(lambda sandbox: sandbox.isolation)

    def spawn(self, limits: Limits) -> Child:
        """A child; a dead zygote is replaced once."""
        return self._patiently(lambda sandbox: sandbox.spawn(limits))

    def proved(self) -> tuple[Layer, ...]:
        """The layers, after a canary has tried to escape. Raises SandboxError when it got anywhere at level A or B."""
        escapes = self._patiently(lambda sandbox: sandbox.escapes())
        if escapes and self.isolation.level != "C":
            raise SandboxError(f"SANDBOX SETUP FAILED: the canary could {'; '.join(escapes)}")
        return self._sandbox.layers

    def close(self) -> None:
        """End the zygote."""
        self._sandbox.close()


def _bubblewrapped(command: Sequence[str]) -> list[str]:
    """A zygote's command inside Bubblewrap, which sees the same three paths of ours."""
    binds = [(path, path) for path in (str(PACKAGE / name) for name in VISIBLE)]
    return bubblewrap.command(binds, command, environment())


def see_hidden(secret: Iterable[Path]) -> None:
    """Raises UsageError where one of these lies in what every submission may read: the system's folders, Python's."""
    shown = root.outermost((*root.system(), *root.interpreter()))
    for path in secret:
        above = next((each for each in shown if Path(os.path.realpath(path)).is_relative_to(each)), None)
        if above is not None:
            raise UsageError(
                f"{path} lies in {above}, which submissions can read: move it, or the virtual environment, elsewhere; "
                "for code that you trust: --unsafe (make batch … UNSAFE=1)"
            )


def isolated(framework: str, *, unsafe: bool, secret: Iterable[Path] = ()) -> Sandbox:
    """A started sandbox for others' code, proved by a canary. unsafe: whether level C will do, unproved.

    secret: what no submission may read. Raises UsageError for level C and for a secret that can be read unless
    `unsafe`, SandboxError when the canary escapes.
    """
    if not unsafe:
        see_hidden(secret)
    with ExitStack() as stack:
        sandbox = stack.enter_context(closing(choose(framework)))
        if sandbox.isolation.level == "C" and not unsafe:
            raise UsageError(
                "this machine cannot keep other people's code apart (level C: a plain process); "
                "`autograder doctor` says what is missing; for code that you trust: --unsafe (make batch … UNSAFE=1)"
            )
        if sandbox.isolation.level != "C" and isinstance(sandbox, Restarting):
            sandbox.proved()
        stack.pop_all()
        return sandbox


def require_isolation(framework: str, *, unsafe: bool, secret: Iterable[Path] = ()) -> Isolation:
    """What the sandbox for others' code achieves, proved by a canary. Raises what `isolated` raises."""
    with closing(isolated(framework, unsafe=unsafe, secret=secret)) as sandbox:
        return sandbox.isolation
