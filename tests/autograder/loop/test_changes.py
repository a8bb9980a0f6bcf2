"""What a save has changed, without parsing anything."""

from __future__ import annotations

import os

import pytest
from reports import ASSIGNMENT, EXERCISES, question, report

from autograder.loop.changes import blocks, stamp, touched
from autograder.loop.watch import after, focus, following
from autograder.model import Exercise, Status
from autograder.render.live import View

SOURCE = b"""import numpy as np


def scale(x, a):
    return a * x


def shift(x):
    return x


def unshift(x):
    return x
"""


def test_a_file_is_cut_into_its_definitions_and_what_stands_outside():
    found = blocks(SOURCE + b"LIMIT = 3\n@cached\ndef last(\n    x,\n):\n    return x\n# said\n")
    assert list(found) == [b"", b"scale", b"shift", b"unshift", b"last"]
    assert found[b""] == b"import numpy as np\n\n\nLIMIT = 3\n@cached\n"
    assert found[b"last"] == b"def last(\n    x,\n):\n    return x\n# said\n"
    assert blocks(b"") == {b"": b""}
    assert blocks(b"\xff\x00 no python at all") == {b"": b"\xff\x00 no python at all"}


USING = SOURCE + b"\n\ndef _helper(x):\n    return shift(x)\n\n\ndef scale_all(x):\n    return _helper(x)\n"
MORE = (*EXERCISES, Exercise("all", 2.0, {"en": "All", "zh": "全部"}, ("scale_all",)))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        (b"a * x", b"a + x", ("scale",)),
        (b"def unshift(x):\n    return x", b"def unshift(x):\n    return -x", ("shift",)),
        (b"def shift(x):\n    return x", b"def shift(x):\n    return -x", ("shift", "all")),
        (b"return shift(x)", b"return -shift(x)", ("all",)),
        (b"def shift(x):\n    return x\n", b"", ("shift", "all")),
        (b"a * x\n", b"a * x\n\n\nclass scale:\n    pass\n", ("scale",)),
        (b"a * x\n\n", b"a * x\n\n\n\n\n", ()),
        (b"a * x", b"a * x", None),
        (b"import numpy as np", b"import numpy", None),
        (b"def shift", b"FACTOR = 2\ndef shift", None),
        (b"a * x", b"globals()['shift'](x)", None),
    ],
)
def test_the_exercises_that_a_save_may_concern_are_known(old, new, names):
    assert touched(USING, USING.replace(old, new), MORE) == names


def test_a_stamp_changes_with_a_save_and_with_another_file_in_its_place(tmp_path):
    file, other = tmp_path / "a.py", tmp_path / "b.py"
    assert stamp(file) is None
    assert stamp(None) is None
    file.write_text("x = 1\n")
    os.utime(file, (1, 1))
    first = stamp(file)
    assert stamp(file) == first
    os.utime(file, (2, 2))
    second = stamp(file)
    other.write_text("x = 2\n")
    os.utime(other, (2, 2))
    os.replace(other, file)
    assert len({first, second, stamp(file)}) == 3


def results(**statuses):
    """A report in which exercises ended so."""
    return report(*(question(status, exercise=name, name=f"{name}_values") for name, status in statuses.items()))


TODO, WRONG, PASSED = Status.NOT_IMPLEMENTED, Status.WRONG, Status.PASSED


@pytest.mark.parametrize(
    ("scale", "shift", "view", "shown"),
    [
        (TODO, TODO, View(), "scale"),
        (TODO, WRONG, View(), "shift"),
        (PASSED, TODO, View("scale"), "shift"),
        (WRONG, WRONG, View("shift"), "shift"),
        (WRONG, TODO, View("shift"), "scale"),
        (WRONG, TODO, View("shift", chosen=True), "shift"),
        (WRONG, PASSED, View("shift", chosen=True), "scale"),
        (PASSED, PASSED, View("shift"), ""),
    ],
)
def test_the_exercise_in_focus_is_the_one_that_is_worked_on(scale, shift, view, shown):
    assert focus(view, results(scale=scale, shift=shift), ASSIGNMENT) == shown


def test_next_goes_through_the_open_exercises_and_begins_again():
    both, one = results(scale=WRONG, shift=WRONG), results(scale=PASSED, shift=WRONG)
    assert following(View("scale"), both, ASSIGNMENT) == "shift"
    assert following(View("shift"), both, ASSIGNMENT) == "scale"
    assert following(View("shift"), one, ASSIGNMENT) == "shift"
    assert following(View("shift"), results(scale=PASSED), ASSIGNMENT) == ""


def test_keys_change_the_view_and_others_do_nothing():
    both, view = results(scale=WRONG, shift=WRONG), View("scale")
    assert after("h", view, both, ASSIGNMENT) == View("scale", hint=True)
    assert after("h", View("scale", hint=True), both, ASSIGNMENT) == view
    assert after("a", view, both, ASSIGNMENT) == View("scale", everything=True)
    assert after("n", View("scale", hint=True), both, ASSIGNMENT) == View("shift", chosen=True)
    assert after("x", view, both, ASSIGNMENT) == view
