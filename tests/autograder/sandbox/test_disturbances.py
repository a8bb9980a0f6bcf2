"""What comes from outside (a sandbox that stops or dies, a process killed) costs nobody a point."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import closing, suppress
from dataclasses import replace
from types import SimpleNamespace

import pytest
from processes import below
from support import asked, refusal
from support_courses import RIGHT, with_graders
from support_deadlines import ended_if_it_hangs

from autograder.checks import check_close
from autograder.grading import Grader
from autograder.model import Isolation, Limits, Status, Submission
from autograder.sandbox import forked
from autograder.sandbox.choice import Restarting, choose
from autograder.sandbox.layers.limits import ended
from autograder.sandbox.protocol import SandboxError

SOURCE = "def f(x):\n    return 2 * x\ndef loop(x):\n    while True:\n        pass\n"
GRADERS = """
    import sys

    @points(2)
    def test_scale_values(student, reference, rng):
        '''scale(x, a) = a·x'''
        x, a = rng.normal(size=(3, 4)), 2.0 + float(rng.uniform())
        check_close(student.scale(x, a), reference.scale(x, a))


    @points(2)
    def test_scale_disturbed(student, reference, rng):
        '''somebody comes by in the middle of it'''
        x, a = rng.normal(size=(3, 4)), 2.0 + float(rng.uniform())
        student.scale(x, a)
        sys.modules["visitor"].comes_by()
        check_close(student.scale(x, a), reference.scale(x, a))


    @points(6)
    def test_mean_square_grad_values(student, reference, rng):
        '''mean_square_grad agrees with the reference'''
        x = rng.normal(size=4)
        check_close(student.mean_square_grad(x), reference.mean_square_grad(x))
    """
CLASS = {
    "alice": RIGHT,
    "bob": RIGHT.replace("return 2 * x / x.size", "return 2 * x"),
    "carol": RIGHT.replace("return a * np.asarray(x)", "return np.asarray(x) + a"),
    "dave": RIGHT,
}

needs_forks = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each submission has a process of its own")
pytestmark = needs_forks


def signal_zygote(sandbox: Restarting, number: int) -> set[int]:
    """Send a signal to everything that the sandbox runs; which processes that are."""
    processes = below(sandbox._sandbox._process.pid)
    for pid in processes:
        with suppress(ProcessLookupError):  # it died with the one before it
            os.kill(pid, number)
    return processes


def kill_child(remote) -> None:
    """As the kernel does when memory is short: SIGKILL, from outside."""
    signal.pidfd_send_signal(remote._line._child._handle, signal.SIGKILL)


@pytest.fixture
def own_sandbox():
    """A warm sandbox that nobody else uses."""
    with closing(choose("numpy")) as sandbox:
        sandbox.spawn(Limits()).end()
        yield sandbox


def test_a_zygote_that_stops_is_replaced_when_its_deadline_has_passed(own_sandbox, monkeypatch):
    stopped = [os.pidfd_open(pid) for pid in signal_zygote(own_sandbox, signal.SIGSTOP)]
    monkeypatch.setattr(forked, "ORDER_SECONDS", 0.5)
    with ended_if_it_hangs():
        child = own_sandbox.spawn(Limits())
        monkeypatch.setattr(forked, "ORDER_SECONDS", 30.0)
        child.end()
    assert all(ended(process, 5.0) for process in stopped)
    for process in stopped:
        os.close(process)


def test_every_order_has_its_deadline(own_sandbox, monkeypatch):
    monkeypatch.setattr(forked, "ORDER_SECONDS", 0.3)
    child, zygote = own_sandbox.spawn(Limits()), own_sandbox._sandbox
    signal_zygote(own_sandbox, signal.SIGSTOP)
    with pytest.raises(SandboxError, match=r"did not answer within 0\.3 seconds"):
        child.end()
    for order in (lambda: zygote.spawn(Limits()), zygote.escapes, lambda: zygote.reap(1)):
        with pytest.raises(SandboxError, match="takes no orders any more"):
            order()


def test_an_answer_that_was_on_its_way_when_the_zygote_stopped_is_asked_for_again(own_sandbox, monkeypatch):
    somebody = asked(own_sandbox, SOURCE, answer_seconds=0.3)
    check_close(somebody.student.f(1.0), 2.0)
    signal_zygote(own_sandbox, signal.SIGSTOP)
    monkeypatch.setattr(forked, "ORDER_SECONDS", 0.3)
    with pytest.raises(SandboxError):
        somebody.student.loop(1.0)
    monkeypatch.setattr(forked, "ORDER_SECONDS", 30.0)
    somebody.remote.start_over()
    check_close(somebody.student.f(1.0), 2.0)
    assert refusal(lambda: somebody.student.loop(1.0)).status is Status.TIMED_OUT
    somebody.remote.close()


def test_a_sandbox_that_comes_back_weaker_is_refused():
    proved = Isolation("A", ("namespaces", "landlock"))
    with closing(Restarting("numpy", wanted=(), expected=proved)) as sandbox:
        sandbox._settled = True
        with pytest.raises(SandboxError, match="started without namespaces, landlock"):
            sandbox.spawn(Limits())


def test_a_process_killed_from_outside_says_nothing_about_its_submission(own_sandbox):
    somebody = asked(own_sandbox, SOURCE)
    somebody.remote.new_question()
    check_close(somebody.student.f(1.0), 2.0)
    kill_child(somebody.remote)
    with pytest.raises(SandboxError, match="somebody or something has killed the process"):
        somebody.student.f(1.0)
    somebody.remote.start_over()
    somebody.remote.new_question()
    check_close(somebody.student.f(1.0), 2.0)
    somebody.remote.close()


def test_a_process_killed_twice_at_one_question_has_died(own_sandbox):
    somebody = asked(own_sandbox, SOURCE)
    for attempt in range(2):
        somebody.remote.new_question()
        check_close(somebody.student.f(1.0), 2.0)
        kill_child(somebody.remote)
        if not attempt:
            with pytest.raises(SandboxError):
                somebody.student.f(1.0)
            somebody.remote.start_over()
    verdict = refusal(lambda: somebody.student.f(1.0))
    assert verdict.status is Status.DIED
    assert str(verdict.message).startswith("f(1) ended twice by SIGKILL")
    somebody.remote.close()


def test_a_submission_starts_over_with_all_its_time(own_sandbox):
    somebody = asked(own_sandbox, SOURCE, answer_seconds=0.2, submission_seconds=0.2)
    for _ in range(2):
        said = str(refusal(lambda: somebody.student.loop(1.0)).message)
        assert "was still running when the submission's 0.2 seconds were used up" in said
        assert "has used up its 0.2 seconds" in str(refusal(lambda: somebody.student.f(1.0)).message)
        somebody.remote.start_over()


class Visitor:
    """Comes by at one question of each submission: does `harm` the first `times` times it meets the victim's."""

    def __init__(self, harm, victim: str, times: int) -> None:
        self.harm, self.victim, self.times = harm, victim, times
        self.present = ""

    def comes_by(self) -> None:
        if self.present == self.victim and self.times:
            self.times -= 1
            self.harm()


@pytest.fixture
def visited(tmp_path, own_sandbox, monkeypatch):
    """Grades the class while a visitor comes by: reports without what no two runs share."""
    grader = Grader(with_graders(tmp_path / "course", GRADERS), "vectors")

    def grade(kind: str = "", times: int = 0):
        current = []
        harms = {
            "zygote": lambda: signal_zygote(own_sandbox, signal.SIGKILL),
            "process": lambda: kill_child(current[-1]),
            "": lambda: None,
        }
        visitor = Visitor(harms[kind], "bob", times)
        monkeypatch.setitem(sys.modules, "visitor", SimpleNamespace(comes_by=visitor.comes_by))
        reports = []

        def answerers():
            for name, source in CLASS.items():
                visitor.present = name
                who = grader.submitted(Submission(name, {"vectors.py": source.encode()}), own_sandbox, "2f31")
                current.append(who.connection)
                yield who

        grader.grade(answerers(), reports.append)
        return [replace(r, questions=tuple(replace(q, seconds=0.0) for q in r.questions)) for r in reports]

    return grade


@pytest.mark.parametrize("kind", ["zygote", "process"])
def test_disturbed_once_the_class_has_the_reports_of_an_undisturbed_one(visited, kind):
    disturbed, quiet = visited(kind, 1), visited()
    assert disturbed == quiet
    assert [report.student for report in quiet] == list(CLASS)
    assert {q.verdict.mistake for report in quiet for q in report.questions} > {None}


def test_disturbed_twice_the_rest_of_one_submission_is_ours_and_the_class_goes_on(visited):
    disturbed, quiet = visited("zygote", 2), visited()
    (bob,) = [report for report in disturbed if report.student == "bob"]
    assert [report for report in disturbed if report is not bob] == [r for r in quiet if r.student != "bob"]
    statuses = {question.name: question.verdict.status for question in bob.questions}
    assert statuses.pop("scale_values") is Status.PASSED
    assert set(statuses.values()) == {Status.OURS}
    assert not bob.is_final
    assert str(bob.questions[1].verdict.message).startswith(
        "the sandbox was disturbed twice, which is not your fault; grade this submission again ("
    )


def test_killed_twice_at_one_question_that_question_alone_is_lost(visited):
    disturbed, quiet = visited("process", 2), visited()
    lost = [
        (one.name, one.verdict.status)
        for report, other in zip(disturbed, quiet, strict=True)
        for one, twin in zip(report.questions, other.questions, strict=True)
        if one != twin
    ]
    assert lost == [("scale_disturbed", Status.DIED)]
    assert all(report.is_final for report in disturbed)
