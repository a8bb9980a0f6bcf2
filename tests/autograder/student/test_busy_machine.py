"""A machine that is busy with others: what a process waits for a processor is not held against its answer."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from support import asked, refusal
from support_deadlines import ended_if_it_hangs

from autograder.checks import check_equal
from autograder.model import Limits, Status
from autograder.sandbox.waiting import pid_behind, waited_seconds

SOURCE = """
    import time

    def spin(seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
        return 1
    """


class Busy:
    """A sandbox on a machine that is said to have kept each of its processes waiting for so long."""

    def __init__(self, inner, waited):
        self._inner, self._waited = inner, waited
        self.isolation = inner.isolation

    def spawn(self, limits):
        child = self._inner.spawn(limits)
        child.waited_seconds = lambda: self._waited
        return child


def test_an_answer_is_awaited_for_as_long_as_the_machine_kept_its_process_waiting(sandbox):
    somebody = asked(Busy(sandbox, 1.0), SOURCE, answer_seconds=0.4)
    check_equal(somebody.student.spin(0.7), 1)
    somebody.remote.close()


def test_a_function_that_is_handed_over_answers_as_late_as_its_caller_may(sandbox):
    source = SOURCE + "\n    def late(f, seconds):\n        spin(seconds)\n        return f(2.0)\n"
    somebody = asked(Busy(sandbox, 1.0), source, answer_seconds=0.4)
    check_equal(somebody.student.late(lambda x: 3 * x, 0.7), 6.0)
    somebody.remote.close()


@pytest.mark.parametrize("waited", [0.0, 0.2, 1e6])
def test_a_loop_that_does_not_end_is_ended_however_long_its_process_waited(sandbox, waited):
    somebody = asked(Busy(sandbox, waited), SOURCE, answer_seconds=0.3)
    with ended_if_it_hangs():
        verdict = refusal(lambda: somebody.student.spin(1e6))
    assert verdict.status is Status.TIMED_OUT
    assert str(verdict.message).startswith("spin(1e+06) gave no answer within 0.3 seconds")
    somebody.remote.close()


def test_a_sandbox_tells_how_long_its_process_has_waited(sandbox):
    child = sandbox.spawn(Limits())
    assert 0 <= child.waited_seconds() < 1e4
    child.end()
    assert child.waited_seconds() == 0.0


@pytest.mark.skipif(not os.path.exists("/proc/self/schedstat"), reason="this kernel does not say")
def test_of_two_processes_on_one_processor_each_waits():
    code = f"import os; os.sched_setaffinity(0, {{{min(os.sched_getaffinity(0))}}})\nwhile True: pass"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    try:
        end = time.monotonic() + 30
        while min(waited_seconds(each.pid) for each in both) < 0.05 and time.monotonic() < end:
            time.sleep(0.02)
        assert all(waited_seconds(each.pid) >= 0.05 for each in both)
    finally:
        for each in both:
            each.kill()
            each.wait()


def test_nobody_waits_where_there_is_no_process():
    assert waited_seconds(0) == 0.0
    assert pid_behind(10**6) == 0


def test_a_process_is_found_behind_its_handle():
    handle = os.pidfd_open(os.getpid())
    assert pid_behind(handle) == os.getpid()
    os.close(handle)
