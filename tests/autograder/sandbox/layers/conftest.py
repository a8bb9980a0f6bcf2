"""Ways to run a piece of a test where it belongs: in a helper, in a nest, in a confined child, as another user.

All of it runs in processes of its own; what it returns comes back as JSON.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.sandbox.layers import canary, confine, namespaces, privileges, probe, root
from autograder.sandbox.layers.confine import EVERY_LAYER, LANDLOCK, LIMITS, SECCOMP, USER, Confinement
from autograder.sandbox.layers.trial import trial

CODE = str(Path(__file__).resolve().parents[4])
LAYERS = {"A": EVERY_LAYER, "B": frozenset({LANDLOCK, SECCOMP, LIMITS})}
HERE = (*root.system(), *root.interpreter(), CODE)

Work = Callable[[], object]


@pytest.fixture(scope="session")
def layers() -> dict[str, probe.Layer]:
    """What works on this machine."""
    return {layer.name: layer for layer in probe.available()}


@pytest.fixture(scope="session")
def code() -> str:
    """The folder that holds this package and its tests."""
    return CODE


@pytest.fixture(scope="session")
def free_tmp() -> None:
    """For what only holds where /tmp leads to the scratch: not when this clone or its interpreter lies below it."""
    if any(os.path.realpath(path).startswith("/tmp/") for path in HERE):
        pytest.skip("this clone lies below /tmp, which therefore is its own folder and not the scratch")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user may enter and write, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="layers-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.fixture
def bait() -> Iterator[canary.Bait]:
    with canary.bait() as bait:
        yield bait


@pytest.fixture(scope="session")
def attempt() -> Callable[[Work], str]:
    """The name of what some work raises, or 'succeeded'."""

    def attempt(work: Work) -> str:
        try:
            work()
        except BaseException as error:
            return type(error).__name__
        return "succeeded"

    return attempt


@pytest.fixture(scope="session")
def ordinary() -> Callable[[Work], Work]:
    """The same work by an ordinary user, who still reaches the interpreter and this code where they are below /root."""

    def ordinary(work: Work) -> Work:
        def changed() -> object:
            others = privileges.other_uids()
            if others:
                namespaces.unshare(namespaces.NEWNS)
                root.narrow([*HERE, "/dev", "/sys", "/tmp"], read_only=False)
                privileges.become_other(others)
            return work()

        return changed

    return ordinary


@pytest.fixture(params=["root", "ordinary user"])
def as_user(request: pytest.FixtureRequest, ordinary: Callable[[Work], Work]) -> Callable[[Work], Work]:
    """Both users in turn: turns work into the same work by that user."""
    if request.param == "ordinary user":
        return ordinary
    if os.geteuid():
        pytest.skip("only root can try what root gets")
    return lambda work: work


@pytest.fixture(scope="session")
def without_user_namespaces() -> Callable[[Work], Work]:
    """The work by root of a container that forbids user namespaces. The ban holds in a namespace of our own only."""

    def without_user_namespaces(work: Work) -> Work:
        def inside() -> object:
            made, mapped = os.pipe(), os.pipe()
            container = os.fork()
            if container:
                os.read(made[0], 1)
                for name in ("uid_map", "gid_map"):
                    Path(f"/proc/{container}/{name}").write_text("0 0 65536")
                os.write(mapped[1], b"x")
                _follow(container)
            namespaces.unshare(namespaces.NEWUSER | namespaces.NEWNS)
            os.write(made[1], b"x")
            os.read(mapped[0], 1)
            Path("/proc/sys/user/max_user_namespaces").write_text("0")
            return work()

        return inside

    return without_user_namespaces


@pytest.fixture(scope="session")
def zygote() -> Callable[..., Work]:
    """Work that is told its PID namespace, in a nested zygote."""

    def zygote(work: Callable[[int], object], *visible: str) -> Work:
        return lambda: work(namespaces.nest((*HERE, *visible)))

    return zygote


@pytest.fixture(scope="session")
def confined() -> Callable[..., Work]:
    """The work in a child under a confinement; nested first if namespaces are among its layers."""

    def confined(work: Work, confinement: Confinement, **allowed: bool) -> Work:
        nested = confine.NAMESPACES in confinement.layers

        def inside() -> object:
            own = namespaces.nest(HERE) if nested else -1
            prepared = confine.prepare(confinement, confine.program_for(confinement, **allowed))
            child = namespaces.fork_into_pid_namespace(own) if nested else os.fork()
            if child:
                _follow(child)
            confine.confine(prepared)
            return work()

        return inside

    return confined


def _follow(child: int) -> None:
    """The rest of a zygote's life: end as its child ended, and say nothing."""
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(status if status >= 0 else 128 - status)


@pytest.fixture(params=["A", "B"])
def level(request: pytest.FixtureRequest, layers: dict[str, probe.Layer]) -> str:
    """Both levels that hold a hostile program, where this machine has them."""
    missing = [name for name in LAYERS[request.param] - {USER} if not layers[name].works]
    if missing:
        pytest.skip(f"level {request.param}: {layers[missing[0]].detail}")
    return str(request.param)


@pytest.fixture
def level_a(layers: dict[str, probe.Layer]) -> None:
    """Skips where children cannot have namespaces of their own."""
    if not layers[confine.NAMESPACES].works:
        pytest.skip(layers[confine.NAMESPACES].detail)


@pytest.fixture
def under(level: str, confined: Callable[..., Work]) -> Callable[..., object]:
    """Runs work in a child confined at the level, with changes to the confinement; gives what it returns."""

    def under(work: Work, *, user: Callable[[Work], Work] = lambda work: work, **changes: object) -> object:
        scratch = {} if level == "A" else {"scratch": None}
        settings = {"read": confine.readable(CODE), "layers": LAYERS[level], **scratch, **changes}
        confinement = Confinement(**settings)  # type: ignore[arg-type]
        return trial(user(confined(work, confinement)), 30)

    return under
