"""Starters out of solutions: what a region becomes, and every refusal with its file and line."""

from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model import AutograderError
from autograder.stubs import regions, solution_lines, starter_from

SOLUTION = '''\
"""Gradients."""

import numpy as np

### BEGIN SOLUTION
SECRET = 42
### END SOLUTION


def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    y = 2 * x  # (N,)
    return y
    ### END SOLUTION


class Layer:
    """A layer."""

    def forward(self, x):
        """x, scaled."""
        self.x = x
        ### BEGIN SOLUTION
        return 3 * x
        ### END SOLUTION

    ### BEGIN SOLUTION
    def _helper(self):
        return 1
    ### END SOLUTION
'''


def starter(text):
    """The starter of an indented text."""
    return starter_from(textwrap.dedent(text), "solution.py")


def refused(text):
    """Why a solution is refused."""
    with pytest.raises(AutograderError) as caught:
        starter(text)
    return str(caught.value)


def test_a_region_in_a_function_becomes_a_stub_that_names_it():
    assert starter_from(SOLUTION) == textwrap.dedent('''\
        """Gradients."""

        import numpy as np


        def double(x):
            """Twice x."""
            raise NotImplementedError("double")


        class Layer:
            """A layer."""

            def forward(self, x):
                """x, scaled."""
                self.x = x
                raise NotImplementedError("Layer.forward")
        ''')


def test_a_region_outside_functions_is_dropped():
    made = starter_from(SOLUTION)
    assert "SECRET" not in made
    assert "_helper" not in made


def test_a_starter_is_python_that_raises_not_implemented():
    namespace: dict[str, object] = {}
    exec(compile(starter_from(SOLUTION), "starter.py", "exec"), namespace)
    with pytest.raises(NotImplementedError, match=r"^double$"):
        namespace["double"](3)  # type: ignore[operator]


def test_a_region_in_a_nested_function_names_the_outer_one():
    made = starter("""\
        def outer(x):
            def inner(y):
                ### BEGIN SOLUTION
                return y
                ### END SOLUTION
            return inner(x)
        """)
    assert '        raise NotImplementedError("outer")' in made
    ast.parse(made)


def test_two_regions_in_one_function_become_two_stubs():
    made = starter("""\
        def f(x):
            ### BEGIN SOLUTION
            x = x + 1
            ### END SOLUTION
            if x > 3:
                ### BEGIN SOLUTION
                x = 3
                ### END SOLUTION
            return x
        """)
    assert made.count('raise NotImplementedError("f")') == 2
    ast.parse(made)


def test_a_function_inside_a_branch_keeps_its_stub():
    made = starter("""\
        if True:
            def f(x):
                ### BEGIN SOLUTION
                return x
                ### END SOLUTION
        """)
    assert '        raise NotImplementedError("f")' in made
    ast.parse(made)


def test_a_region_right_below_a_function_is_not_inside_it():
    made = starter("""\
        def f(x):
            return x
        ### BEGIN SOLUTION
        HELPER = 1
        ### END SOLUTION
        """)
    assert made == "def f(x):\n    return x\n"


def test_a_region_of_comments_only_becomes_a_stub():
    made = starter('''\
        def f(x):
            """Doc."""
            ### BEGIN SOLUTION
            # nothing to do
            ### END SOLUTION
        ''')
    assert made == 'def f(x):\n    """Doc."""\n    raise NotImplementedError("f")\n'


def test_a_starter_region_gives_the_student_its_code():
    made = starter("""\
        def f(x):
            ### BEGIN SOLUTION
            return x + 1
            ### END SOLUTION
            ### BEGIN STARTER
            # y = x - 1
            #
            # for n in range(3):
            #     y += n
            # return y
            ### END STARTER
        """)
    assert made == "def f(x):\n    y = x - 1\n\n    for n in range(3):\n        y += n\n    return y\n"


def test_a_starter_region_speaks_for_its_own_function_only():
    made = starter("""\
        def f(x):
            ### BEGIN SOLUTION
            return x
            ### END SOLUTION


        def g(x):
            x = x + 1
            ### BEGIN STARTER
            # return x
            ### END STARTER
        """)
    assert 'raise NotImplementedError("f")' in made


def test_no_more_than_two_empty_lines_are_left_behind():
    assert "\n\n\n\n" not in starter_from("a = 1\n\n\n### BEGIN SOLUTION\nb = 1\n### END SOLUTION\n\n\nc = 1\n")


@given(st.lists(st.sampled_from(["public", "secret"]), max_size=8))
def test_no_line_of_a_solution_region_survives(kinds):
    parts = []
    for number, kind in enumerate(kinds):
        body = f"    {kind}_value_{number} = {number}\n    return {kind}_value_{number}\n"
        marked = f"    ### BEGIN SOLUTION\n{body}    ### END SOLUTION\n" if kind == "secret" else body
        parts.append(f"def f{number}():\n{marked}")
    source = "\n\n".join(parts) or "x = 1\n"
    made = starter_from(source)
    assert not any(line in made for line in solution_lines(source))
    assert made.count("public") == 2 * kinds.count("public")


def test_lines_that_say_nothing_of_their_own_are_no_secret():
    assert solution_lines(SOLUTION) == ("y = 2 * x  # (N,)", "def _helper(self):")


def test_a_region_knows_its_lines_and_function():
    first, second, third, fourth = regions(SOLUTION)
    assert (first.kind, first.start, first.end, first.function) == ("SOLUTION", 5, 7, "")
    assert (second.start, second.end, second.indent, second.function) == (12, 15, "    ", "double")
    assert (third.function, fourth.function) == ("Layer.forward", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "### BEGIN SOLUTION\na = 1\n### BEGIN SOLUTION\n### END SOLUTION\n",
            "solution.py, line 3: BEGIN SOLUTION inside the region opened on line 1",
        ),
        ("a = 1\n### END SOLUTION\n", "solution.py, line 2: END SOLUTION without a BEGIN SOLUTION"),
        (
            "### BEGIN SOLUTION\n### END STARTER\n",
            "solution.py, line 2: END STARTER without a BEGIN STARTER",
        ),
        ("a = 1\n### BEGIN SOLUTION\n", "solution.py, line 2: the region is never closed by END SOLUTION"),
        (
            "def f():\n    pass\n    ### BEGIN STARTER\n    return 1\n    ### END STARTER\n",
            "solution.py, line 4: a line of a STARTER region is not commented out with '# '",
        ),
        ("a = 1\nb = (\n", "solution.py, line 2: '(' was never closed"),
        (
            "### BEGIN SOLUTIONS\na = 1\n### END SOLUTION\n",
            "solution.py, line 1: '### BEGIN SOLUTIONS' is no mark; "
            "marks are '### BEGIN SOLUTION', '### END SOLUTION', '### BEGIN STARTER', '### END STARTER'",
        ),
        (
            "# BEGIN SOLUTION\na = 1\n",
            "solution.py, line 1: '# BEGIN SOLUTION' is no mark; "
            "marks are '### BEGIN SOLUTION', '### END SOLUTION', '### BEGIN STARTER', '### END STARTER'",
        ),
    ],
)
def test_a_wrong_mark_is_refused_with_file_and_line(text, words):
    assert refused(text) == words
