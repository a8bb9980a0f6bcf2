"""What the framework's own tests share: warm sandboxes, and a student who answers through them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support import Asked, handing_in

from autograder.authoring.recorder import recording
from autograder.manifest import Course
from autograder.sandbox.choice import choose
from autograder.sandbox.protocol import Sandbox

os.environ["AUTOGRADER_VIA"] = "make"  # as through the Makefile; a test of the other form takes it away
os.environ["LANGUAGE"] = "en"  # whatever the developer speaks; a test of the other language says so
ROOT = Path(__file__).parents[2]
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job: its children could not be interrupted
    signal.signal(signal.SIGINT, signal.default_int_handler)
collect_ignore = ["tiny"]  # a course of its own, graded by tests and never collected by them

settings.register_profile(
    "autograder", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", parent=settings.get_profile("autograder"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "autograder"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def course() -> Course:
    """The real course."""
    return Course(ROOT)


@pytest.fixture(scope="session")
def recorded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """`recorded(topic)`: the recording of a topic of the course, ten seconds of work that a run does once."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # by all workers of the run, and only by them

    def of(topic: str) -> bytes:
        path = shared / f"{topic}.rec"
        if not path.exists():
            aside = base / path.name
            aside.write_bytes(recording(course, topic))
            aside.rename(path)
        return path.read_bytes()

    return of


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox without torch."""
    with closing(choose("numpy")) as warm:
        yield warm


@pytest.fixture(scope="session")
def torch_sandbox() -> Iterator[Sandbox]:
    """One warm sandbox with torch."""
    with closing(choose("torch")) as warm:
        yield warm


@pytest.fixture
def submit(sandbox: Sandbox) -> Iterator[Callable[..., Asked]]:
    """`submit(source).student.f(x)`: a file's text, answering from a real process; ended after the test."""
    with handing_in(sandbox) as hand_in:
        yield hand_in


@pytest.fixture
def submit_torch(torch_sandbox: Sandbox) -> Iterator[Callable[..., Asked]]:
    """The same from a process with torch."""
    with handing_in(torch_sandbox) as hand_in:
        yield hand_in
