"""A child that writes arbitrary bytes to its wire: each question ends in a fault of the student's, in time, unpassed.

Two kinds: a script in this process, quick enough for thousands of frames through every word of a grader; and a
real program in a real sandbox, which writes to every descriptor that it has.
"""

from __future__ import annotations

import random
import resource
import socket
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from mutations import NONCE, Mutator, corpus, honest, keep, seconds, seed
from support import asked

from autograder import checks, wire
from autograder.checks import Observation
from autograder.model import Isolation, Limits, Status, StudentFault, Submission, Verdict
from autograder.sandbox.protocol import Ending
from autograder.student import Remote, Student, call

MOST = 1 << 16
MEGABYTE = 1 << 20
ANSWER_SECONDS = 0.25
SECRET = np.random.default_rng(7).normal(size=(2, 3))  # what no frame can know


class Scripted:
    """A child that has said all it will say; the other end hangs up, or stays."""

    def __init__(self, said: bytes, stays: bool) -> None:
        self.wire, theirs = socket.socketpair()
        self.output, prints = socket.socketpair()
        self._others = (theirs, prints)
        for each in (self.wire, theirs):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
        theirs.setblocking(False)
        theirs.send(said) if said else None
        if not stays:
            theirs.shutdown(socket.SHUT_WR)

    def waited_seconds(self) -> float:
        return 0.0

    def show_place(self) -> None:
        """It does not."""

    def end(self, *, patience: float = 0.0) -> Ending:
        """Nothing runs."""
        for each in (self.wire, self.output, *self._others):
            each.close()
        return Ending(0, None)


class Script:
    """A sandbox of scripted children: each greets, loads, and then says what it was given."""

    isolation = Isolation("C")

    def __init__(self, said: bytes, stays: bool) -> None:
        self.said, self.stays = said, stays

    def spawn(self, limits: Limits) -> Scripted:
        """A child."""
        return Scripted(honest()["answer-none"] * 2 + self.said, self.stays)

    def renew(self) -> None:
        """Nothing to renew."""

    def close(self) -> None:
        """Nothing to close."""


def module() -> object:
    """A reference's module, where PyTorch is."""
    torch = pytest.importorskip("torch")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return torch.nn.Linear(3, 2)


class SecretError(Exception):
    """What no frame can name."""


Question = Callable[[Student], object]
QUESTIONS: dict[str, Question] = {
    "check_close": lambda s: checks.check_close(s.f(SECRET), SECRET),
    "check_equal": lambda s: checks.check_equal(s.f(1), 2**60 + 1),
    "check_gradient": lambda s: checks.check_gradient(
        s.f(SECRET), of=lambda x: x**2, at=(SECRET,), along=np.arange(6.0).reshape(2, 3)
    ),
    "check_raises": lambda s: checks.check_raises(SecretError, s.f, 1),
    "check_unchanged": lambda s: checks.check_unchanged(s.f, SECRET),
    "parts": lambda s: [checks.check_close(part, SECRET) for part in checks.parts(s.f(1), "out", "cache")],
    "then": lambda s: checks.check_close(checks.then(s.f(1), lambda x: np.asarray(x) + SECRET), SECRET * 3),
    "check_that": lambda s: checks.check_that(s.f(1), lambda x: bool(np.all(np.asarray(x) == SECRET)), "it is right"),
    "a callback": lambda s: checks.check_close(s.f(lambda x: x @ SECRET, 1), SECRET),
    "check_faster": lambda s: checks.check_faster(s.f, lambda x: SECRET, 1, turns=100_000),
    "an attribute": lambda s: checks.check_close(s.Value(1.0).data, SECRET),
    "operators": lambda s: checks.check_close((s.Value(1.0) * 2 + 1)[0].grad, SECRET),
    "check_same": lambda s: checks.check_same(s.Layer(3, 2), module(), at=(__import__("torch").ones(4, 3),)),
}
# What a student may claim and be believed: a claim of the right form is a right answer to these.
CLAIMS: dict[str, Question] = {
    "check_shape": lambda s: checks.check_shape(s.f(1), SECRET),
    "check_falls": lambda s: checks.check_falls(s.train(1)),
    "check_reaches": lambda s: checks.check_reaches(s.train(1), at_least=0.9),
}


def observe(observation: Observation) -> None:
    """As grading does."""
    if observation.verdict is not None:
        raise StudentFault(observation.verdict)


def ended(student: Student, question: Question) -> Verdict | None:
    """The verdict on a question; None when it passed. Whatever else is raised is what this looks for."""
    try:
        question(student)
    except StudentFault as fault:
        return fault.verdict
    return None


def endures(data: bytes, name: str, question: Question, stays: bool) -> str:
    """What is wrong with how a question about these bytes ends; '' for nothing."""
    limits = Limits(answer_seconds=0.02 if stays else 5.0, answer_bytes=MOST)
    connection = Remote(Script(data, stays), Submission("mallory", {"answer.py": b""}), "answer", limits)
    begun = time.perf_counter()
    try:
        verdict = ended(Student(connection, observe, "seed"), question)
        shown = "" if verdict is None else f"{verdict.message} {verdict.traceback} {verdict.evidence}"
    except BaseException as error:
        return f"{name}: {type(error).__name__}: {error}"
    finally:
        connection.close()
    took = time.perf_counter() - begun
    if verdict is None:
        return "" if name in CLAIMS else f"{name}: passed"
    if verdict.status in (Status.PASSED, Status.OURS):
        return f"{name}: {verdict}"
    if len(shown) > 20_000:
        return f"{name}: says {len(shown)} characters"
    return f"{name}: took {took:.1f} s" if took > 5 else ""


@pytest.fixture(autouse=True)
def known_nonce(monkeypatch):
    """Frames that were written before the question was asked can only belong to it if its nonce is known."""
    monkeypatch.setattr(call, "secrets", SimpleNamespace(randbits=lambda bits: NONCE))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*QUESTIONS, *CLAIMS])
def test_each_frame_of_the_corpus_ends_each_question_without_an_exception(name):
    module()  # whose import of torch is not what the first frame takes
    question = {**QUESTIONS, **CLAIMS}[name]
    assert [why for data in corpus().values() if (why := endures(data, name, question, stays=False))] == []


@pytest.mark.filterwarnings("ignore")
def test_wrong_frames_end_in_faults_of_the_students():
    questions, choice = {**QUESTIONS, **CLAIMS}, random.Random(seed())
    mutator, until, count = iter(Mutator(f"{seed()}/answers")), time.monotonic() + seconds(0.4), 0
    while time.monotonic() < until:
        name, count = choice.choice(list(questions)), count + 1
        data = b"".join(next(mutator) for _ in range(choice.choice((1, 1, 2, 4))))[: 1 << 17]
        why = endures(data, name, questions[name], stays=choice.random() < 0.02)
        assert not why, keep(data, why)
    print(f"{count} questions answered by wrong frames")
    assert count > 20


HONEST_FORGER = """
    import os, time

    def everywhere(data):
        for descriptor in range(256):
            try:
                os.write(descriptor, data)
            except OSError:
                pass

    def f(data, way):
        data = bytes(data)
        if way == "at once":
            everywhere(data)
        elif way == "twice":
            everywhere(data + data)
        elif way == "backwards":
            everywhere(data[::-1])
        elif way == "slowly":
            for at in range(len(data)):
                everywhere(data[at:at + 1])
                time.sleep(0.02)
        elif way == "and ends":
            everywhere(data)
            os._exit(0)
        elif way == "and hangs":
            everywhere(data)
            time.sleep(9)
        return 7
    """
WAYS = ("at once", "at once", "twice", "backwards", "slowly", "and ends", "and hangs")


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are Unix's")
def test_a_real_program_that_writes_to_every_descriptor_it_has_gets_no_points_and_keeps_nobody_waiting(sandbox):
    choice, until, count = random.Random(f"{seed()}/real"), time.monotonic() + seconds(0.3), 0
    mutator = iter(Mutator(f"{seed()}/real"))
    forger = asked(sandbox, HONEST_FORGER, answer_seconds=ANSWER_SECONDS, submission_seconds=1e6, answer_bytes=MOST)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while time.monotonic() < until or count < 5:
        data, way, begun = next(mutator), choice.choice(WAYS), time.monotonic()
        count += 1
        verdict = ended(
            forger.student,
            lambda s, data=data, way=way: checks.check_close(s.f(np.frombuffer(data, np.uint8), way), SECRET),
        )
        assert verdict is not None, keep(data, f"passed, written {way}")
        assert verdict.status not in (Status.PASSED, Status.OURS), keep(data, f"{verdict}, written {way}")
        assert time.monotonic() - begun < ANSWER_SECONDS + 10, keep(data, f"took too long, written {way}")
        forger.remote.new_question()
    print(f"{count} questions answered by a program that writes wrong frames")
    forger.remote.close()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) * 1024 < 320 * MEGABYTE


def test_the_grader_holds_no_more_of_an_answer_than_it_may_carry(sandbox):
    endless = """
        import os, struct
        def f(size):
            frame = struct.pack("<IIQ", 0x31574741, 10, size)
            for descriptor in range(3, 256):
                try:
                    os.write(descriptor, frame)
                    while True:
                        os.write(descriptor, bytes(1 << 16))
                except OSError:
                    pass
        """
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for size in (MOST, MOST + 1, 1 << 26, 1 << 62):
        forger = asked(sandbox, endless, answer_seconds=ANSWER_SECONDS, answer_bytes=MOST)
        verdict = ended(forger.student, lambda s, size=size: s.f(size))
        assert verdict.status in (Status.DIED, Status.TIMED_OUT)
        forger.remote.close()
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 32 * MEGABYTE
    assert wire.Reader(MOST).buffer().nbytes == 16
