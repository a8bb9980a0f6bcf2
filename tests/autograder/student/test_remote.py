"""A submission behind the wall: loading, crashing, replacing, printing, running out of time."""

from __future__ import annotations

import numpy as np
import pytest
from support import refusal

from autograder.checks import check_close, check_equal
from autograder.model import Limits, Status, Submission, sentence
from autograder.student import Remote, Student


def ending(call):
    """How a call ends and what is said: (status, message)."""
    verdict = refusal(call)
    return verdict.status, str(verdict.message)


def test_a_name_that_is_not_defined_is_not_implemented_and_the_nearest_is_named(submit):
    student = submit("def softmx(z):\n    return z\n").student
    assert ending(lambda: student.softmax(1)) == (
        Status.NOT_IMPLEMENTED,
        "softmax is not defined in the file; there is softmx",
    )
    assert ending(lambda: student.entropy(1)) == (Status.NOT_IMPLEMENTED, "entropy is not defined in the file")


def test_a_stub_is_not_implemented_calmly(submit):
    student = submit('def f(x):\n    raise NotImplementedError("f")\n').student
    verdict = refusal(lambda: student.f(1))
    assert (verdict.status, str(verdict.message)) == (Status.NOT_IMPLEMENTED, "not implemented yet")
    assert verdict.traceback == ()


def test_an_exception_is_told_with_the_students_own_frames(submit):
    student = submit("""
        import numpy as np

        def helper(x):
            return np.linalg.inv(x)

        def f(x):
            return helper(x)
        """).student
    verdict = refusal(lambda: student.f(np.zeros((2, 2))))
    assert (verdict.status, str(verdict.message)) == (
        Status.RAISED,
        "f(array(2, 2)) raised LinAlgError: Singular matrix",
    )
    assert verdict.traceback == (
        "answer.py, line 8, in f\n    return helper(x)",
        "answer.py, line 5, in helper\n    return np.linalg.inv(x)",
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("f(1, 2)", "f(1, 2) raised TypeError: f() takes 1 positional argument but 2 were given"),
        ("f(y=1)", "f() raised TypeError: f() got an unexpected keyword argument 'y'"),
        ("constant(1)", "constant(1) raised TypeError: 'int' object is not callable"),
    ],
)
def test_a_wrong_signature_is_the_students_exception(submit, call, words):
    student = submit("constant = 3\ndef f(x):\n    return x\n").student
    assert ending(lambda: eval(call, {"f": student.f, "constant": student.constant})) == (Status.RAISED, words)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise SystemExit(0)", "called exit()"),
        ("raise KeyboardInterrupt", "raised KeyboardInterrupt: "),
        ("raise GeneratorExit", "raised GeneratorExit: "),
        ("assert x == 2", "raised AssertionError: "),
        ("return f(x)", "raised RecursionError: maximum recursion depth exceeded"),
        ("a = []\n    a.append(a)\n    return a", "raised RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_whatever_is_raised_is_an_exception_of_the_students(submit, body, said):
    student = submit(f"def f(x):\n    {body}\n").student
    status, words = ending(lambda: student.f(1))
    assert status is Status.RAISED
    assert words.startswith(f"f(1) {said}")


def test_a_breakpoint_that_was_forgotten_is_told_in_those_words(submit):
    student = submit("def f(x):\n    breakpoint()\n    return x\n").student
    said = "f(0) stopped at a breakpoint, where nobody can type: the command debug is for that"
    assert ending(lambda: student.f(0)) == (Status.RAISED, said)


def test_calling_exit_is_told_in_those_words(submit):
    student = submit("import sys\ndef f(x):\n    sys.exit(x)\n").student
    assert ending(lambda: student.f(0)) == (Status.RAISED, "f(0) called exit()")


def test_an_exception_that_fights_being_shown_is_an_exception(submit):
    student = submit("""
        class Evil(Exception):
            def __str__(self):
                raise RuntimeError("no")

        class Long(Exception):
            def __str__(self):
                return "x" * 10**6

        def f(x):
            raise Evil if x else Long
        """).student
    assert ending(lambda: student.f(1)) == (Status.RAISED, "f(1) raised Evil: (its text cannot be shown)")
    assert len(ending(lambda: student.f(0))[1]) < 1000


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"def f(x:\n", "answer.py raised SyntaxError: '(' was never closed (answer.py, line 1)"),
        (b"import no_such_module\n", "answer.py raised ModuleNotFoundError: No module named 'no_such_module'"),
        (b"1 / 0\n", "answer.py raised ZeroDivisionError: division by zero"),
        (b"x = '\xe9'\n", "answer.py, line 1: the byte 0xe9 is not UTF-8; save the file with the encoding UTF-8"),
        (b"x = 1\0\n", "answer.py holds NUL bytes: it is no Python file saved as UTF-8"),
        (b"raise SystemExit\n", "answer.py called exit()"),
        (b"if 1:\nx = 1\n", "answer.py raised IndentationError: expected an indented block after 'if' statement"),
    ],
)
def test_a_file_that_cannot_be_loaded_says_so_at_every_question(submit, source, words):
    student = submit(source).student
    for _ in range(2):
        status, said = ending(lambda: student.f(1))
        assert status is Status.RAISED
        assert said.startswith(words)


@pytest.mark.parametrize("source", [b"", b"\xef\xbb\xbfdef f(x):\r\n    return x\r\n", b"# -*- coding: utf-8 -*-\n"])
def test_an_odd_but_sound_file_is_loaded(submit, source):
    status = Status.NOT_IMPLEMENTED if b"def" not in source else None
    if status is None:
        check_close(submit(source).student.f(3.0), 3.0)
    else:
        assert ending(lambda: submit(source).student.f(3.0))[0] is status


def test_work_under_a_main_guard_is_not_done(submit):
    check_equal(
        submit("ran = []\nif __name__ == '__main__':\n    ran.append(1)\ndef f():\n    return ran\n").student.f(), []
    )


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os._exit(0)", "f(1) ended the process instead of answering (exit status 0)"),
        ("os._exit(7)", "f(1) ended the process instead of answering (exit status 7)"),
        ("import ctypes; ctypes.string_at(0)", "f(1) crashed the process (SIGSEGV)"),
    ],
)
def test_a_crash_costs_one_question(submit, body, words):
    student = submit(f"import os\ndef f(x):\n    {body}\ndef g(x):\n    return x\n").student
    assert ending(lambda: student.f(1)) == (Status.DIED, words)
    check_close(student.g(2.0), 2.0)


def test_a_process_that_hangs_up_and_lives_on_has_died(submit):
    hang_up = "import os, time\ndef f(x):\n    os.closerange(0, 256)\n    time.sleep(9)\ndef g(x):\n    return x\n"
    student = submit(hang_up).student
    assert ending(lambda: student.f(1)) == (
        Status.DIED,
        "f(1) closed its connection to the grader instead of answering",
    )
    check_close(student.g(2.0), 2.0)


def test_an_endless_loop_ends_at_the_deadline_and_costs_one_question(submit):
    student = submit("def f(x):\n    while True:\n        pass\ndef g(x):\n    return x\n", answer_seconds=0.3).student
    assert ending(lambda: student.f(1)) == (
        Status.TIMED_OUT,
        "f(1) gave no answer within 0.3 seconds: a loop that does not end?",
    )
    check_close(student.g(2.0), 2.0)


ENDLESS_AT_ONE = "def f(x):\n    while x == 1:\n        pass\n    return x\n"
AGAIN = (
    "f(1) gave no answer within {} seconds, all that a question has after another one of the exercise had no answer: "
    "a loop that does not end?"
)


def test_after_a_time_out_the_exercises_other_questions_have_less_time_and_are_still_asked(submit):
    somebody = submit(ENDLESS_AT_ONE, answer_seconds=2)
    told = []
    for _ in range(5):
        somebody.remote.new_question("loops")
        told.append(ending(lambda: somebody.student.f(1)))
        somebody.remote.new_question("loops")
        check_close(somebody.student.f(2.0), 2.0)
    assert told[0] == (Status.TIMED_OUT, "f(1) gave no answer within 2 seconds: a loop that does not end?")
    assert told[1:] == [(Status.TIMED_OUT, AGAIN.format(seconds)) for seconds in ("1", "0.5", "0.4", "0.4")]


def test_another_exercise_has_all_the_time_again_and_so_has_loading_the_file(submit):
    slow = "import time\ntime.sleep(1.2)\n" + ENDLESS_AT_ONE  # longer than a question has after a time-out
    somebody = submit(slow, answer_seconds=2)
    somebody.remote.new_question("one")
    assert ending(lambda: somebody.student.f(1))[0] is Status.TIMED_OUT
    somebody.remote.new_question("one")
    check_close(somebody.student.f(2.0), 2.0)
    somebody.remote.new_question("other")
    assert ending(lambda: somebody.student.f(1))[1].startswith("f(1) gave no answer within 2 seconds: ")


def test_an_endless_loop_at_import_is_told_at_every_question(submit):
    student = submit("while True:\n    pass\n", answer_seconds=0.3).student
    for _ in range(2):
        assert ending(lambda: student.f(1)) == (
            Status.TIMED_OUT,
            "answer.py gave no answer within 0.3 seconds: a loop that does not end?",
        )


def test_ignoring_signals_does_not_help(submit):
    student = submit(
        """
        import signal
        def f(x):
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                pass
        """,
        answer_seconds=0.3,
    ).student
    assert ending(lambda: student.f(1))[0] is Status.TIMED_OUT


def test_a_submission_that_has_used_up_its_time_is_asked_no_more(submit):
    student = submit("import time\ndef f(x):\n    time.sleep(9)\n", answer_seconds=0.2, submission_seconds=0.3).student
    assert ending(lambda: student.f(1))[0] is Status.TIMED_OUT
    assert ending(lambda: student.f(1))[0] is Status.TIMED_OUT
    assert ending(lambda: student.f(1)) == (
        Status.TIMED_OUT,
        "the submission has used up its 0.3 seconds, so this question was not asked",
    )


def test_using_up_the_cpu_time_is_told_as_such(submit):
    student = submit("def f(x):\n    while True:\n        pass\n", answer_seconds=20, cpu_seconds=1).student
    assert ending(lambda: student.f(1)) == (Status.TIMED_OUT, "f(1) used up the submission's CPU time")


def test_needing_too_much_memory_is_told_as_such(submit):
    student = submit(
        """
        import numpy as np
        def f(x):
            return np.ones(10**9).sum()
        def g(x):
            return [bytearray(10**7) for _ in range(10**6)]
        def h(x):
            return x
        """,
        memory_bytes=1 << 28,
    ).student
    for name in ("f", "g"):
        status, words = ending(lambda name=name: getattr(student, name)(1))
        assert status is Status.OUT_OF_MEMORY
        assert words.startswith(f"{name}(1) needed more memory than a submission may use (")
    check_close(student.h(2.0), 2.0)


def test_an_answer_larger_than_allowed_is_refused(submit):
    student = submit(
        "import numpy as np\ndef f(x):\n    return np.zeros(10**6)\ndef g(x):\n    return x\n", answer_bytes=10**6
    ).student
    assert ending(lambda: student.f(1)) == (
        Status.DIED,
        "f(1) gave an answer of 8 MB; 1 MB is the limit: is an array larger than it should be?",
    )
    check_close(student.g(2.0), 2.0)


def test_helper_files_can_be_imported_but_shadow_nothing_installed(sandbox):
    files = {
        "answer.py": b"import helper, numpy\ndef f():\n    return [helper.NAME, hasattr(numpy, 'fake')]\n",
        "helper.py": b"NAME = __name__\n",
        "numpy.py": b"fake = True\n",
    }
    remote = Remote(sandbox, Submission("somebody", files), "answer", Limits())
    check_equal(Student(remote, lambda seen: None, "seed").f(), ["helper", False])
    remote.close()


def test_a_submission_with_a_problem_is_not_run(sandbox):
    nothing = Submission("somebody", {}, None, sentence("{name} was not handed in", name="x.py"))
    remote = Remote(sandbox, nothing, "x", Limits())
    assert ending(Student(remote, lambda seen: None, "seed").f) == (Status.NOT_RUN, "x.py was not handed in")
