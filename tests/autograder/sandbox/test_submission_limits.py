"""Every limit of a submission, met by a real program: its status, its sentence, and the next question's points."""

from __future__ import annotations

import textwrap

import pytest
from support import asked, refusal

from autograder.checks import check_close, check_equal
from autograder.model import Limits, Status

EACH = {
    "wall time of an answer": (
        "i = 0\nwhile True:\n    i += 1",
        {"answer_seconds": 0.3},
        Status.TIMED_OUT,
        "f(1) gave no answer within 0.3 seconds: a loop that does not end?",
    ),
    "CPU time, in threads that wait for nobody": (
        "import numpy as np\na = np.ones((500, 500))\nwhile True:\n    a @ a",
        {"answer_seconds": 20, "cpu_seconds": 1},
        Status.TIMED_OUT,
        "f(1) used up the submission's CPU time",
    ),
    "memory by Python": (
        "kept = []\nwhile True:\n    kept.append([])",
        {"answer_seconds": 20, "memory_bytes": 1 << 28},
        Status.OUT_OF_MEMORY,
        "f(1) needed more memory than a submission may use (MemoryError)",
    ),
    "memory by NumPy": (
        "import numpy as np\nreturn np.ones(10**9)",
        {"memory_bytes": 1 << 28},
        Status.OUT_OF_MEMORY,
        "f(1) needed more memory than a submission may use (",
    ),
    "memory for the answer's own journey": (
        "import numpy as np\nreturn np.zeros(30 * 10**6)",
        {"memory_bytes": 1 << 28},
        Status.OUT_OF_MEMORY,
        "f(1) needed more memory than a submission may use (",
    ),
    "threads": (
        "import threading, time\nfor _ in range(99):\n    threading.Thread(target=time.sleep, args=(9,)).start()",
        {"processes": 9},
        Status.RAISED,
        "f(1) raised RuntimeError: can't start new thread; a submission may run 9 threads, and no other program",
    ),
    "processes": ("import os\nos.fork()", {}, Status.RAISED, "f(1) raised PermissionError: [Errno 1]"),
    "programs": (
        "import subprocess\nsubprocess.run(['true'])",
        {},
        Status.RAISED,
        "f(1) raised PermissionError: [Errno 1]",
    ),
    "one file": (
        "with open('x', 'wb') as file:\n    while True:\n        file.write(bytes(100_000))",
        {"file_bytes": 10**6},
        Status.RAISED,
        "f(1) raised OSError: [Errno 27] File too large; a submission may write 1000000 bytes",
    ),
    "all files": (
        "for name in range(99):\n    with open(str(name), 'wb') as file:\n        file.write(bytes(100_000))",
        {"file_bytes": 10**6},
        Status.RAISED,
        "f(1) raised OSError: [Errno 28] No space left on device; a submission may write 1000000 bytes",
    ),
    "open files": (
        "kept = [open('/dev/null') for _ in range(99)]",
        {"open_files": 20},
        Status.RAISED,
        "f(1) raised OSError: [Errno 24] Too many open files: '/dev/null'; a submission may have 20 files open",
    ),
    "size of an answer": (
        "import numpy as np\nreturn np.zeros(10**6)",
        {"answer_bytes": 10**6},
        Status.DIED,
        "f(1) gave an answer of 8 MB; 1 MB is the limit: is an array larger than it should be?",
    ),
    "size of an answer of many parts": (
        "return list(range(10**6))",
        {},
        Status.RAISED,
        "f(1) raised WireError: a value of more than 131072 parts cannot be sent: is it to be an array?",
    ),
    "size of an answer of long words": (
        "return [100 * 'x'] * 10**5",
        {},
        Status.RAISED,
        "f(1) raised WireError: a message whose header takes",
    ),
}


@pytest.fixture(scope="module")
def level(sandbox):
    """Where the machine offers less, some limits are not there: see docs/security.md."""
    if sandbox.isolation.level != "A":
        pytest.skip(f"these limits are those of level A, this is {sandbox.isolation.level}")


def program(body: str) -> str:
    """A submission whose f does this, and whose g is right."""
    return f"def f(x):\n{textwrap.indent(body, '    ')}\n\ndef g(x):\n    return 2 * x\n"


@pytest.mark.parametrize(("body", "limits", "status", "words"), EACH.values(), ids=EACH)
def test_a_limit_ends_one_question_and_says_which_it_was(submit, level, body, limits, status, words):
    somebody = submit(program(body), **limits)
    verdict = refusal(lambda: somebody.student.f(1))
    assert verdict.status is status
    assert str(verdict.message).startswith(words)
    check_close(somebody.student.g(2.0), 4.0)


def test_wall_time_of_the_submission_ends_it_and_says_so(submit):
    somebody = submit(program("while True:\n    pass"), answer_seconds=0.3, submission_seconds=0.5)
    assert [refusal(lambda: somebody.student.f(1)).status for _ in range(2)] == [Status.TIMED_OUT] * 2
    verdict = refusal(lambda: somebody.student.g(1))
    assert (verdict.status, str(verdict.message)) == (
        Status.TIMED_OUT,
        "the submission has used up its 0.5 seconds, so this question was not asked",
    )


def test_printed_text_beyond_its_limit_is_counted_and_costs_no_points(submit):
    somebody = submit(program("print('x' * 10**7)\nreturn x"), output_bytes=1000)
    check_close(somebody.student.f(1.0), 1.0)
    printed = somebody.remote.printed()
    assert printed.startswith("x" * 1000 + "\n… +")
    assert printed.endswith(" B")
    assert len(printed) < 1100


PLACES = {
    "a loop": ("i = 0\nwhile True:\n    i += 1", (3, 4)),
    "a call": ("while True:\n    g(x)", (2, 3)),
    "inside a library": ("import re\nre.match('(a*)*b', 'a' * 40)", (3,)),
    "inside an operator": ("return 7 ** 10**9", (2,)),
    "a flood of prints": ("while True:\n    print('x' * 1000)", (2, 3)),
    "asleep": ("import time\ntime.sleep(9)", (3,)),
}


@pytest.mark.parametrize(("body", "lines"), PLACES.values(), ids=PLACES)
def test_a_late_answer_is_told_with_the_line_that_was_running(submit, body, lines):
    source = program(body)
    somebody = submit(source, answer_seconds=0.4)
    verdict = refusal(lambda: somebody.student.f(1))
    assert verdict.status is Status.TIMED_OUT
    written = source.splitlines()
    told = {f"answer.py, line {line}, in f\n    {written[line - 1].strip()}" for line in lines}
    assert told & set(verdict.traceback)


def test_a_file_that_does_not_end_loading_is_told_with_its_line(submit):
    somebody = submit("x = 1\nwhile x:\n    pass\n", answer_seconds=0.3)
    (frame,) = refusal(lambda: somebody.student.f(1)).traceback
    assert frame.startswith("answer.py, line ")


@pytest.mark.parametrize(
    "body",
    [
        "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import os\nfor number in range(3, 64):\n    try:\n        os.close(number)\n    except OSError:\n        pass",
        "import faulthandler, signal\nfaulthandler.unregister(signal.SIGUSR1)",
        "import os\nfor number in range(3, 64):\n    try:\n        os.write(number, LIE * 9999)\n"
        "    except OSError:\n        pass",
    ],
    ids=["ignores the signal", "closes the wire", "takes our handler away", "writes places that are none"],
)
def test_a_program_that_will_not_say_where_it_is_only_keeps_that_to_itself(submit, body):
    lie = "LIE = b'File \"<x.py>\", line 1 in f'\n"
    somebody = submit(lie + program(f"{body}\nwhile True:\n    pass"), answer_seconds=0.3)
    verdict = refusal(lambda: somebody.student.f(1))
    assert verdict.status in (Status.TIMED_OUT, Status.DIED)
    assert verdict.traceback == ()
    check_close(somebody.student.g(2.0), 4.0)


@pytest.fixture
def hand_in(torch_sandbox):
    """Submissions with PyTorch: `hand_in(source).f(x)`."""
    remotes = []

    def hand_in(source: str, **limits):
        somebody = asked(torch_sandbox, source, **limits)
        remotes.append(somebody.remote)
        return somebody.student

    yield hand_in
    for remote in remotes:
        remote.close()


VANDAL = """
    import random, sys, warnings
    import numpy as np
    import torch

    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(2)
    warnings.simplefilter("error")
    np.seterr(all="raise")
    np.random.seed(7)
    torch.manual_seed(7)
    random.seed(7)
    np.random.default_rng = np.random.normal = lambda *a, **k: 1 / 0
    torch.nn.Linear.forward = lambda self, x: x
    torch.Tensor.__add__ = lambda self, other: self
    np.dot = None
    sys.setrecursionlimit(100)
    print = len = None

    def f(x):
        return x
    """
STATE = """
    import random, sys, warnings
    import numpy as np
    import torch

    def state():
        return [str(torch.get_default_dtype()), torch.is_grad_enabled(), torch.get_num_threads(), np.geterr()["over"],
                torch.are_deterministic_algorithms_enabled(), sys.getrecursionlimit()]

    def drawn():
        numpys = [float(np.random.rand()), float(np.random.default_rng(0).normal())]
        return [random.random(), *numpys, float(torch.rand(()))]

    def sums(x):
        return [x + x, torch.nn.Linear(2, 2)(torch.ones(1, 2)).shape[1], np.dot([1.0], [2.0]), len("ab")]

    def warned():
        warnings.warn("as usual")
        return torch.rand(2, requires_grad=True).sum().requires_grad
    """


def reading(student) -> list:
    """What a submission finds of the state of its process."""
    return [student.state()._value, student.drawn()._value, student.warned()._value]


def test_defaults_that_one_submission_changes_reach_neither_the_next_nor_the_grader(hand_in):
    import numpy as np
    import torch

    before = reading(hand_in(STATE))
    here = (torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(), np.geterr())
    check_close(hand_in(VANDAL).f(1.0), 1.0)
    after = hand_in(STATE)
    assert reading(after) == before
    check_equal(after.sums(torch.ones(2))[1], 2)
    check_close(after.sums(torch.ones(2))[0], np.full(2, 2.0, np.float32))
    assert (torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(), np.geterr()) == here


def test_what_a_submission_draws_hangs_on_no_question_before(hand_in):
    student = hand_in(STATE)
    first, second = student.drawn()._value, student.drawn()._value
    assert [one == other for one, other in zip(first, second, strict=True)] == [False, False, True, False]
    student._connection.new_question()
    assert student.drawn()._value == first


TORCH = {
    "memory": (
        "import torch\nreturn torch.ones(10**10)",
        Status.OUT_OF_MEMORY,
        "f(1) needed more memory than a submission may use (RuntimeError)",
    ),
    "memory in small pieces": (
        "import torch\nkept = []\nwhile True:\n    kept.append(torch.ones(10**6))",
        Status.OUT_OF_MEMORY,
        "f(1) needed more memory than a submission may use (RuntimeError)",
    ),
    "CUDA": ("import torch\nreturn torch.ones(1, device='cuda')", Status.RAISED, "f(1) raised "),
}


@pytest.mark.parametrize(("body", "status", "words"), TORCH.values(), ids=TORCH)
def test_pytorch_meets_limits_like_any_program(hand_in, torch_sandbox, body, status, words):
    if torch_sandbox.isolation.level == "C":
        pytest.skip("a plain process has no memory limit of its own")
    student = hand_in(program(body), memory_bytes=1 << 28)
    verdict = refusal(lambda: student.f(1))
    assert (verdict.status, str(verdict.message).startswith(words)) == (status, True)
    check_close(student.g(2.0), 4.0)


def test_threads_that_pytorch_starts_end_with_their_question(hand_in):
    student = hand_in(
        program(
            "import torch\ntorch.set_num_threads(4)\na = torch.ones(300, 300)\n"
            "return float((a @ a).sum() + a.tanh().sum() * 0)"
        )
    )
    check_close(student.f(1), 300.0**3)
    check_close(student.g(2.0), 4.0)


def test_the_usual_limits_let_an_ordinary_submission_work(submit, level):
    limits = Limits()
    assert (limits.processes, limits.file_bytes, limits.open_files) == (64, 1 << 26, 256)
    somebody = submit(
        program(
            "import tempfile, concurrent.futures as c\nwith tempfile.TemporaryFile() as file:\n"
            "    file.write(bytes(10**6))\nwith c.ThreadPoolExecutor(4) as pool:\n"
            "    return sum(pool.map(int, range(10)))"
        )
    )
    check_close(somebody.student.f(1), 45)
