"""The bank: wrong answers and right variants, registered where they stand and put in the solution's place."""

from __future__ import annotations

import pytest

from autograder import bank
from autograder.model import AutograderError

SOLUTION = """\
_hidden = 1

def forward(x):
    return 2 * x

def backward(dout):
    return 2 * dout
"""
MISTAKES = """\
from autograder.bank import mistake
from . import solution as right

@mistake("forward", en="Twice?", zh="两倍？")
def forward_without_factor(x):
    return right.forward(x) / 2

@mistake("layer", replaces="backward", en="And back?", zh="反向？")
def backward_negated(dout):
    return -2 * dout

@mistake("layer", replaces="forward", group="tripled", en="Two or three?", zh="二还是三？")
def forward_tripled(x):
    return 3 * x

@mistake("layer", replaces="backward", group="tripled")
def backward_tripled(dout):
    return 3 * dout

def helper(x):
    return x
"""
ALTERNATIVES = """\
from autograder.bank import alternative

@alternative("forward")
def forward_by_adding(x):
    return x + x
"""


@pytest.fixture
def folder(tmp_path):
    """solutions/<topic>/ with all three files."""
    for name, text in (("solution", SOLUTION), ("mistakes", MISTAKES), ("alternatives", ALTERNATIVES)):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def refused(folder):
    """Why a bank is refused."""
    with pytest.raises(AutograderError) as caught:
        bank.load(folder)
    return str(caught.value)


def test_each_decorated_function_is_a_variant_under_its_own_name(folder):
    loaded = bank.load(folder)
    assert [variant.id for variant in loaded.mistakes] == ["forward_without_factor", "backward_negated", "tripled"]
    assert [variant.id for variant in loaded.alternatives] == ["forward_by_adding"]


def test_a_mistake_takes_the_place_of_the_exercises_function_or_of_the_one_it_names(folder):
    first, second, _ = bank.load(folder).mistakes
    assert (first.exercise, list(first.replaced)) == ("forward", ["forward"])
    assert (second.exercise, list(second.replaced)) == ("layer", ["backward"])


def test_members_of_a_group_go_in_together_with_the_hint_of_the_first(folder):
    *_, group = bank.load(folder).mistakes
    assert sorted(group.replaced) == ["backward", "forward"]
    assert group.hint == {"en": "Two or three?", "zh": "二还是三？"}


def test_a_variant_stands_in_the_solutions_place_with_all_its_other_names(folder):
    loaded = bank.load(folder)
    names = loaded.mistakes[0].on(loaded.solution)
    assert (names.forward(6), names.backward(6)) == (6.0, 12)


def test_a_mistake_may_use_the_right_solution(folder):
    assert bank.load(folder).mistakes[0].replaced["forward"](3) == 3.0


def test_private_names_are_not_public(folder):
    assert sorted(bank.public(bank.load(folder).solution)) == ["backward", "forward"]


def test_a_bank_without_mistakes_and_alternatives_is_a_bank(folder):
    (folder / "mistakes.py").unlink()
    (folder / "alternatives.py").unlink()
    loaded = bank.load(folder)
    assert (loaded.mistakes, loaded.alternatives) == ((), ())


def test_a_subclass_of_a_mistake_is_not_registered_again(folder):
    text = """
from autograder.bank import mistake

@mistake("forward")
class Wrong:
    pass

class Wronger(Wrong):
    pass
"""
    (folder / "mistakes.py").write_text(text)
    assert [variant.id for variant in bank.load(folder).mistakes] == ["Wrong"]


def test_a_mistake_that_alternatives_borrow_stays_a_mistake(folder):
    with (folder / "alternatives.py").open("a") as file:
        file.write("\nfrom .mistakes import forward_without_factor\n")
    assert [variant.id for variant in bank.load(folder).alternatives] == ["forward_by_adding"]


def test_a_missing_solution_is_refused(folder):
    (folder / "solution.py").unlink()
    assert refused(folder) == f"{folder / 'solution.py'} is missing"
    with pytest.raises(AutograderError, match=r"solution\.py is missing$"):
        bank.load_solution(folder)


def test_a_mistake_in_the_place_of_nothing_is_refused(folder):
    (folder / "mistakes.py").write_text('from autograder.bank import mistake\n@mistake("forwad")\ndef f(x): ...\n')
    assert refused(folder) == "mistake f replaces forwad, which solution.py does not define"


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("solution", "def f(:\n", "SyntaxError: invalid syntax (solution.py, line 1)"),
        ("solution", "import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("mistakes", "1 / 0\n", "ZeroDivisionError: division by zero"),
        ("alternatives", "from . import nothing\n", "ImportError: cannot import name 'nothing'"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_the_courses_fault(folder, file, text, words):
    (folder / f"{file}.py").write_text(text)
    said = refused(folder)
    assert said.startswith(f"{folder / file}.py cannot be loaded: {words}")
