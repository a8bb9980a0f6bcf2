"""An annotated solution cut into cells, with its marks as each platform knows them."""

import pytest
from trees import ROOT

from autograder.manifest import Course
from autograder.model import Assignment, AutograderError, Exercise
from autograder.platforms.parts import SETUP, for_nbgrader, for_otter, parts_of
from autograder.platforms.samples import samples

SOLUTION = '''"""What the topic is about."""

import math

LIMIT = 3


### BEGIN SOLUTION
def _helper(x):
    """Once more."""
    return 2 * x


### END SOLUTION


def double(x):
    """Twice as much."""
    ### BEGIN SOLUTION
    return _helper(x)
    ### END SOLUTION


def broken(x):
    """Mend it."""
    ### BEGIN SOLUTION
    return x + 1
    ### END SOLUTION
    ### BEGIN STARTER
    # return x - 1
    ### END STARTER


class Shape:
    """With a method of its own."""

    ### BEGIN SOLUTION
    def _own(self):
        return 1

    ### END SOLUTION
    def area(self):
        ### BEGIN SOLUTION
        return self._own()
        ### END SOLUTION
'''


def exercise(name, *functions):
    return Exercise(name, 1.0, {}, functions or (name,))


ASSIGNMENT = Assignment("topic", 3.0, {}, "numpy", (exercise("double"), exercise("broken", "broken", "Shape")))


def cleared_by_nbgrader(source):
    """What the installed nbgrader makes of a solution cell."""
    from nbformat.v4 import new_code_cell
    from nbgrader.preprocessors import ClearSolutions

    cell = new_code_cell(for_nbgrader(source), metadata={"nbgrader": {"solution": True}})
    return ClearSolutions().preprocess_cell(cell, {"language": "python"}, 0)[0].source


def stripped_by_otter(source):
    """What the installed Otter makes of a solution cell."""
    from otter.assign.solutions import replace_solutions

    return "\n".join(replace_solutions(for_otter(source).split("\n"), "python"))


def test_each_exercise_has_a_cell_and_takes_the_helpers_before_it():
    parts = parts_of(SOLUTION, ASSIGNMENT)
    assert [(part.name, part.exercise) for part in parts] == [
        (SETUP, ""),
        ("solution-double", "double"),
        ("solution-broken", "broken"),
    ]
    assert "What the topic is about" not in parts[0].source
    assert "LIMIT = 3" in parts[0].source
    assert "_helper" in parts[1].source
    assert "class Shape" in parts[2].source


def test_an_exercise_in_two_places_has_two_cells():
    twice = Assignment("topic", 3.0, {}, "numpy", (exercise("double", "double", "Shape"), exercise("broken")))
    assert [part.name for part in parts_of(SOLUTION, twice)][1:] == [
        "solution-double",
        "solution-broken",
        "solution-double-2",
    ]


def test_a_function_that_is_not_there_is_named():
    with pytest.raises(AutograderError, match="does not define triple"):
        parts_of(SOLUTION, Assignment("topic", 1.0, {}, "numpy", (exercise("triple"),)))


@pytest.mark.parametrize("clear", [cleared_by_nbgrader, stripped_by_otter])
def test_a_platform_leaves_no_solution_and_code_that_runs(clear):
    released = clear(SOLUTION)
    assert "SOLUTION" not in released
    assert [line for line in ("2 * x", "_helper(x)\n", "x + 1", "return 1", "self._own()") if line in released] == []
    names = {}
    exec(released, names)
    for call in (lambda: names["double"](1), lambda: names["Shape"]().area()):
        with pytest.raises(NotImplementedError):
            call()


def test_otter_gives_the_program_to_repair_itself():
    names = {}
    exec(stripped_by_otter(SOLUTION), names)
    assert names["broken"](3) == 2


def test_nbgrader_gives_the_program_to_repair_commented_out():
    assert "    # return x - 1" in cleared_by_nbgrader(SOLUTION)


@pytest.mark.parametrize("mark", [for_nbgrader, for_otter])
def test_the_marked_solution_is_the_solution(mark):
    names = {}
    exec(mark(SOLUTION), names)
    assert (names["double"](3), names["broken"](3), names["Shape"]().area()) == (6, 4, 1)


def test_nbgrader_cannot_leave_out_a_constant():
    with pytest.raises(AutograderError, match="line 2: a solution region outside functions"):
        for_nbgrader("### BEGIN SOLUTION\nSECRET = 1\n### END SOLUTION\n")


def test_otter_cannot_give_a_starter_with_a_backslash():
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    starter = '    ### BEGIN STARTER\n    # return "\\n"\n    ### END STARTER\n'
    with pytest.raises(AutograderError, match="cannot be given through Otter"):
        for_otter(source + starter)


@pytest.mark.parametrize("topic", Course(ROOT).topics)
def test_every_topic_can_be_cut_and_marked(topic, course):
    source = (course.solutions(topic) / "solution.py").read_text("utf-8")
    for part in parts_of(source, course.assignment(topic)):
        for mark in (for_nbgrader, for_otter):
            compile(mark(part.source), topic, "exec")


def test_every_variant_of_a_topic_is_a_file_that_defines_what_is_asked_for(course):
    exercises = course.assignment("gradient_descent").exercises
    wanted = {name for each in exercises for name in each.functions}
    found = list(samples(course, "gradient_descent"))
    assert {sample.kind for sample in found} == {"reference", "starter", "alternative", "mistake"}
    for sample in found[:: len(found) // 10]:
        names = {}
        exec(compile(sample.module, sample.name, "exec"), names)
        assert wanted <= names.keys()
