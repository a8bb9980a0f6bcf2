"""The processes that student code runs in: each alone, each ended, nothing left behind on the grader's side."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest
from processes import below
from support import asked, refusal

import autograder
from autograder.checks import check_close, check_equal
from autograder.model import Limits, Status
from autograder.sandbox.choice import Restarting, choose
from autograder.sandbox.forked import ForkedSandbox
from autograder.sandbox.plain import PlainSandbox
from autograder.sandbox.protocol import SandboxError

PACKAGE = Path(autograder.__file__).parent
SOURCE = """
    import os, sys, threading, time

    state = []

    def f(x):
        return 2 * x

    def remember(x):
        state.append(x)
        return len(state)

    def stop(code):
        os._exit(code)

    def loop():
        while True:
            pass

    def start_thread():
        threading.Thread(target=loop, daemon=True).start()
        return True

    def flood():
        def write():
            while True:
                os.write(1, b"x" * 65536)
        threading.Thread(target=write, daemon=True).start()
        return True

    def fork_and_leave():
        try:
            if os.fork() == 0:
                if os.fork() == 0:
                    time.sleep(3)
                os._exit(0)
        except OSError as error:
            return type(error).__name__
        return "forked"

    def close_everything():
        os.closerange(0, 256)
        return True

    def environment():
        return sorted(os.environ)

    def imports(name):
        try:
            __import__(name)
        except ImportError:
            return False
        return True

    def me():
        return os.getpid(), os.getcwd(), sys.argv
    """


@pytest.fixture(scope="module", params=["the best", "forked without layers", "plain"])
def any_sandbox(request, sandbox):
    """Each kind of sandbox."""
    if request.param == "forked without layers":
        with closing(Restarting("numpy", ())) as bare:
            yield bare
    else:
        yield sandbox if request.param == "the best" else PlainSandbox("numpy", PACKAGE)


@pytest.fixture
def somebody(any_sandbox):
    """A submission in it."""
    handed_in = asked(any_sandbox, SOURCE, answer_seconds=1.0)
    yield handed_in
    handed_in.remote.close()


def descriptors() -> int:
    """How many this process has open, once nobody carries prints any more."""
    for thread in threading.enumerate():
        if thread.name.endswith("(_pump)"):
            thread.join()
    return len(os.listdir("/proc/self/fd"))


def descendants() -> set[int]:
    """Every process below this one."""
    return below(os.getpid()) - {os.getpid()}


def test_an_answer_comes_and_the_process_is_kept_between_questions(somebody):
    check_close(somebody.student.f(3.0), 6.0)
    check_equal(somebody.student.remember(1), 1)
    check_equal(somebody.student.remember(1), 2)


def test_a_crash_brings_a_fresh_process(somebody):
    check_equal(somebody.student.remember(1), 1)
    verdict = refusal(lambda: somebody.student.stop(5))
    assert (verdict.status, verdict.message.values["code"]) == (Status.DIED, 5)
    check_equal(somebody.student.remember(1), 1)


def test_an_endless_loop_ends_at_the_deadline(somebody):
    assert refusal(somebody.student.loop).status is Status.TIMED_OUT
    check_close(somebody.student.f(3.0), 6.0)


def test_a_thread_that_never_ends_keeps_nobody_waiting(somebody):
    check_equal(somebody.student.start_thread(), True)
    check_close(somebody.student.f(3.0), 6.0)


def test_a_flood_of_output_keeps_nobody_waiting(somebody):
    check_equal(somebody.student.flood(), True)
    check_close(somebody.student.f(3.0), 6.0)
    assert len(somebody.remote.printed()) < Limits().output_bytes + 100


def test_closed_descriptors_are_the_end_of_that_process_only(somebody):
    assert refusal(somebody.student.close_everything).status is Status.DIED
    check_close(somebody.student.f(3.0), 6.0)


def test_processes_left_behind_keep_nobody_waiting(somebody, any_sandbox):
    # At levels A and B a fork is refused; at level C what a submission starts outlives it: see docs/security.md
    outcome = somebody.student.fork_and_leave()._value
    level = any_sandbox.isolation.level
    assert outcome == "forked" if level == "C" else outcome in ("PermissionError", "BlockingIOError")
    check_close(somebody.student.f(3.0), 6.0)


def test_ending_a_process_twice_tells_the_same(any_sandbox):
    child = any_sandbox.spawn(Limits())
    first = child.end()
    assert child.end() == first
    assert first.signal == signal.SIGKILL


def test_two_processes_share_nothing(any_sandbox):
    one, other = (asked(any_sandbox, SOURCE) for _ in range(2))
    check_equal(one.student.remember(1), 1)
    check_equal(other.student.remember(1), 1)
    one.remote.close()
    check_equal(other.student.remember(1), 2)
    other.remote.close()


def test_nothing_of_the_grader_is_in_the_environment(sandbox):
    if sandbox.isolation.level == "C":
        pytest.skip("a plain process keeps its environment")
    with closing(asked(sandbox, SOURCE).remote) as remote:
        names = remote.ask({"verb": "call", "target": "environment", "arguments": [], "keywords": {}}, "", {})["value"]
    assert not {name for name in names if "PYTEST" in name or "SECRET" in name or "VIRTUAL_ENV" in name}


@pytest.mark.parametrize("name", ["autograder.compare", "autograder.reference", "autograder.grading", "solutions"])
def test_nothing_of_the_grader_can_be_imported(sandbox, name):
    if sandbox.isolation.level == "C":
        pytest.skip("a plain process sees the whole disk")
    somebody = asked(sandbox, SOURCE)
    check_equal(somebody.student.imports(name), False)
    somebody.remote.close()


def test_two_hundred_submissions_leave_no_descriptor_no_thread_and_no_process_behind(sandbox):
    with closing(asked(sandbox, SOURCE).remote):
        pass
    before = descriptors(), threading.active_count(), descendants()
    for number in range(200):
        somebody = asked(sandbox, SOURCE if number % 10 else "import os\nos._exit(1)\n")
        if number % 10:
            check_close(somebody.student.f(number), 2 * number)
        else:
            assert refusal(lambda somebody=somebody: somebody.student.f(1)).status is Status.DIED
        somebody.remote.close()
    assert (descriptors(), threading.active_count(), descendants()) == before


def test_a_plain_sandbox_leaves_no_descriptor_and_no_process_behind():
    sandbox = PlainSandbox("numpy", PACKAGE)
    before = descriptors(), descendants()
    for _ in range(2):
        somebody = asked(sandbox, SOURCE)
        check_close(somebody.student.f(1.0), 2.0)
        somebody.remote.close()
    assert (descriptors(), descendants()) == before


@pytest.mark.parametrize(
    "make", [lambda package: PlainSandbox("numpy", package), lambda package: ForkedSandbox("numpy", package)]
)
def test_a_sandbox_that_cannot_start_says_so_at_once_and_leaves_nothing_behind(tmp_path, make):
    package = tmp_path / "autograder"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit(4)\n")
    before = descriptors(), descendants()
    with closing(make(package)) as sandbox, pytest.raises(SandboxError, match="4"):
        sandbox.spawn(Limits())
    assert (descriptors(), descendants()) == before


def kill_zygote(sandbox) -> None:
    """What the kernel does when it runs out of memory."""
    sandbox._sandbox._process.kill()
    sandbox._sandbox._process.wait()


def test_a_dead_zygote_is_replaced():
    with closing(choose("numpy")) as sandbox:
        with closing(asked(sandbox, SOURCE).remote):
            pass
        kill_zygote(sandbox)
        with closing(asked(sandbox, SOURCE).remote) as remote:
            reply = remote.ask({"verb": "call", "target": "f", "arguments": [1.0], "keywords": {}}, "f", {})
        assert reply["value"] == 2.0


def test_a_dead_zygote_is_our_fault_and_leaves_nothing_behind():
    before = descriptors(), descendants()
    with closing(choose("numpy")) as sandbox:
        somebody = asked(sandbox, SOURCE, answer_seconds=1.0)
        check_close(somebody.student.f(1.0), 2.0)
        kill_zygote(sandbox)
        with pytest.raises(SandboxError):
            somebody.student.loop()
        somebody.remote.close()
        other = asked(sandbox, SOURCE)
        check_close(other.student.f(1.0), 2.0)
        other.remote.close()
    assert (descriptors(), descendants()) == before


def test_closing_a_sandbox_ends_everything_below_it():
    before = descriptors(), descendants()
    sandbox = choose("numpy")
    child = sandbox.spawn(Limits())
    child.end()
    sandbox.close()
    assert (descriptors(), descendants()) == before


def test_a_sandbox_closed_before_it_is_warm_leaves_nothing():
    before = descriptors(), descendants()
    choose("numpy").close()
    assert (descriptors(), descendants()) == before
