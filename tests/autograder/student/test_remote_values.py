"""What a submission gives and prints: values that travel, values that stay, and streams that are never the wire."""

from __future__ import annotations

import numpy as np
import pytest
from support import message

from autograder.checks import check_close, check_equal
from autograder.model import StudentFault


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("deep(40)", "f() raised WireError: a value nested deeper than 32 levels cannot be sent"),
        ("2**5000", "f() raised WireError: an integer of 5001 bits cannot be sent; 4096 is the limit"),
        ("['x' * 1000] * 5000", "f() raised WireError: a message whose header takes"),
        ("['x'] * (2 * 10**6)", "f() raised WireError: a value of more than 131072 parts cannot be sent"),
        ("[np.zeros(1)] * 9000", "f() raised WireError: a message with 9000 arrays cannot be sent; 8192 is the limit"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_the_students_exception(submit, value, words):
    student = submit(f"""
        import numpy as np
        def deep(n):
            return n if n == 0 else [deep(n - 1)]
        def f():
            return {value}
        """).student
    assert message(student.f).startswith(words)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("range(3)", [0, 1, 2]),
        ("(n * n for n in range(3))", [0, 1, 4]),
        ("map(abs, [-1, 2])", [1, 2]),
        ("zip([1], ['a'])", [(1, "a")]),
        ("iter([1, 2])", [1, 2]),
        ("np.float32(0.5)", np.float32(0.5)),
        ("np.bool_(True)", True),
        ("np.arange(4).reshape(2, 2).T", np.array([[0, 2], [1, 3]])),
        ("np.matrix([[1, 2]])", np.array([[1, 2]])),
        ("np.ma.array([1, 2])", np.array([1, 2])),
        ("collections.OrderedDict(a=1)", {"a": 1}),
        ("collections.namedtuple('P', 'x y')(1, 2)", (1, 2)),
        ("True", True),
        ("'\\ud800'", "?"),
    ],
)
def test_what_is_lazy_or_extends_a_plain_type_arrives_as_that(submit, value, expected):
    student = submit(f"import collections\nimport numpy as np\ndef f():\n    return {value}\n").student
    check_equal(student.f(), expected)


def test_an_endless_generator_is_cut(submit):
    student = submit("import itertools\ndef f():\n    return itertools.count()\n").student
    assert len(student.f()._value) == 100_000


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("{1, 2}", "set"),
        ("object()", "object"),
        ("b'x'", "bytes"),
        ("np.array([{}])", "array of dtype object"),
        ("np.array(['a'])", "array of dtype <U1"),
        ("len", "builtin_function_or_method"),
    ],
)
def test_what_cannot_travel_is_named_by_its_type(submit, value, kind):
    student = submit(f"import numpy as np\ndef f():\n    return {value}\n").student
    assert message(check_close, student.f(), 1.0) == (
        f"f(): result is an object of type {kind}, expected a single number"
    )


def test_each_question_meets_the_same_global_generators(submit):
    source = "import random\nimport numpy as np\ndef f():\n    return random.random(), np.random.normal()\n"
    assert submit(source).student.f()._value == submit(source).student.f()._value


def test_what_is_printed_belongs_to_its_question(submit):
    somebody = submit(
        "import sys\ndef f(x):\n    print('out', x)\n    print('err', x, file=sys.stderr)\n    return x\n"
    )
    check_close(somebody.student.f(1.0), 1.0)
    assert sorted(somebody.remote.printed().splitlines()) == ["err 1.0", "out 1.0"]
    check_close(somebody.student.f(2.0), 2.0)
    somebody.remote.new_question()
    assert somebody.remote.printed() == ""


def test_what_a_crashed_process_printed_is_kept(submit):
    somebody = submit("import os\ndef f():\n    print('last words', flush=True)\n    os._exit(1)\n")
    with pytest.raises(StudentFault):
        somebody.student.f()
    assert somebody.remote.printed() == "last words\n"


def test_a_flood_of_prints_is_cut_and_counted(submit):
    somebody = submit(
        "def f(x):\n    for _ in range(20000):\n        print('x' * 99)\n    return x\n", output_bytes=1000
    )
    check_close(somebody.student.f(1.0), 1.0)
    printed = somebody.remote.printed()
    assert printed.startswith("x" * 99 + "\n")
    assert printed.endswith(f"\n… +{20000 * 100 - 1000} B")
    assert len(printed) < 1100


def test_prints_are_no_answers(submit):
    somebody = submit("import sys\ndef f(x):\n    sys.stdout.write('AGW1' * 100)\n    return x\n")
    check_close(somebody.student.f(1.0), 1.0)


def test_a_broken_stdout_harms_nobody(submit):
    student = submit("""
        import os, sys
        def f(x):
            sys.stdout.close()
            os.close(2)
            sys.stderr = None
            return x
        def g(x):
            sys.stdout = 3
            return x
        """).student
    check_close(student.f(1.0), 1.0)
    check_close(student.g(2.0), 2.0)


def test_stdin_is_empty(submit):
    student = submit("import sys\ndef f():\n    return sys.stdin.read()\ndef g():\n    return input()\n").student
    check_equal(student.f(), "")
    assert message(student.g) == "g() raised EOFError: EOF when reading a line"
