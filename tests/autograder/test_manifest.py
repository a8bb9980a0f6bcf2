"""assignment.toml: what is read, and every refusal with file, key and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.manifest import Course, course_at, nearest, read
from autograder.model import AutograderError, Forbidden, Limits, UsageError

WHOLE = """\
format = 1
topic = "vectors"
points = 4
framework = "numpy"
number = 2

[title]
en = "Vectors"
zh = "向量"

[limits]
answer_seconds = 2.5
memory_bytes = 1_000_000

[[exercise]]
name = "scale"
points = 3
title = { en = "Scaling", zh = "缩放" }
functions = ["scale", "unscale"]
lecture = "1.2"

[[exercise]]
name = "shift"
points = 1
title = { en = "Shifting", zh = "平移" }
"""


@pytest.fixture
def write(tmp_path):
    """Write assignments/<topic>/assignment.toml; its path."""

    def put(text: str | bytes, topic: str = "vectors") -> Path:
        path = tmp_path / "assignments" / topic / "assignment.toml"
        path.parent.mkdir(parents=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put


def refused(path: Path) -> str:
    """Why a file is refused, its own path cut off."""
    with pytest.raises(AutograderError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path))
    return str(caught.value)[len(str(path)) :]


def test_a_whole_file_is_read_as_facts(write):
    facts = read(write(WHOLE))
    assert (facts.topic, facts.points, facts.framework, facts.number) == ("vectors", 4.0, "numpy", 2)
    assert facts.title == {"en": "Vectors", "zh": "向量"}
    scale, shift = facts.exercises
    assert (scale.name, scale.points, scale.functions, scale.lecture) == ("scale", 3.0, ("scale", "unscale"), "1.2")
    assert (shift.functions, shift.lecture, shift.starter) == (("shift",), "", "unimplemented")


def test_an_exercise_may_be_a_bonus(write):
    scale, shift = read(write(WHOLE + "bonus = true\n")).exercises
    assert (scale.bonus, shift.bonus) == (False, True)


@pytest.mark.parametrize("value", ['"yes"', "1", "[]"])
def test_a_bonus_is_one_or_is_none(write, value):
    said = refused(write(f"{WHOLE}bonus = {value}\n"))
    assert said.startswith(": exercise: bonus = ")
    assert said.endswith("is neither true nor false")


FORBIDDING = WHOLE.replace(
    'lecture = "1.2"', 'forbidden = ["torch", "numpy.linalg.lstsq"]\nforbidden_costs = "flag"\nlecture = "1.2"'
)


def test_what_an_exercise_forbids_is_read_with_what_it_costs(write):
    scale, shift = read(write(FORBIDDING)).exercises
    assert scale.forbidden == Forbidden(("torch", "numpy.linalg.lstsq"), (), "flag")
    assert shift.forbidden == Forbidden()
    assert not shift.forbidden


def test_a_use_costs_points_unless_it_says_otherwise(write):
    assert read(write(FORBIDDING.replace('forbidden_costs = "flag"\n', ""))).exercises[0].forbidden.costs == "points"


def test_operators_may_be_forbidden_where_torch_is_the_framework(write):
    rule = 'forbidden_operators = ["aten._softmax", "aten._scaled_dot_product_*"]'
    text = FORBIDDING.replace('"numpy"', '"torch"').replace('forbidden = ["torch", "numpy.linalg.lstsq"]', rule)
    assert read(write(text)).exercises[0].forbidden.operators == ("aten._softmax", "aten._scaled_dot_product_*")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["torch", ', '["", ', "forbidden = '' is not a dotted name like 'numpy.linalg.lstsq'"),
        ('["torch", ', '["torch.", ', "forbidden = 'torch.' is not a dotted name like 'numpy.linalg.lstsq'"),
        ('["torch", ', '["np linalg", ', "forbidden = 'np linalg' is not a dotted name like 'numpy.linalg.lstsq'"),
        ('["torch", ', '["numpy", ', "forbidden = 'numpy.linalg.lstsq' is said already by 'numpy'"),
        (
            '["torch", ',
            '["numpy.linalg.lstsq", ',
            "forbidden = 'numpy.linalg.lstsq' is said already by 'numpy.linalg.lstsq'",
        ),
        ('["torch", "numpy.linalg.lstsq"]', '"torch"', "forbidden = 'torch' has the wrong type"),
        ('["torch", "numpy.linalg.lstsq"]', "[]", "forbidden = [] has the wrong type"),
        ('["torch", "numpy.linalg.lstsq"]', "[1]", "forbidden = [1] has the wrong type"),
        ('"flag"', '"flags"', "forbidden_costs = 'flags', allowed are 'points' and 'flag'"),
        (
            'forbidden = ["torch", "numpy.linalg.lstsq"]\n',
            "",
            "forbidden_costs without forbidden or forbidden_operators",
        ),
        (
            'forbidden = ["torch", "numpy.linalg.lstsq"]',
            'forbidden_operators = ["aten.mm"]',
            "forbidden_operators are PyTorch's, and framework = 'numpy'",
        ),
        (
            'forbidden = ["torch", "numpy.linalg.lstsq"]',
            'forbidden_operators = ["softmax"]',
            "forbidden_operators = 'softmax' is not an operator like 'aten._softmax'",
        ),
    ],
)
def test_a_rule_of_another_form_is_refused(write, old, new, words):
    assert old in FORBIDDING
    assert refused(write(FORBIDDING.replace(old, new, 1))) == f": exercise: scale: {words}"


def test_an_unknown_key_of_a_rule_is_answered_with_the_nearest(write):
    said = refused(write(FORBIDDING.replace("forbidden = [", "forbiden = [")))
    assert said == ": exercise: unknown key 'forbiden'; did you mean 'forbidden'?"


def test_limits_not_given_are_the_defaults(write):
    limits = read(write(WHOLE)).limits
    assert (limits.answer_seconds, limits.memory_bytes) == (2.5, 1_000_000)
    assert limits.answer_bytes == Limits().answer_bytes


def test_an_exercise_asks_for_the_function_of_its_name_unless_it_says_otherwise(write):
    assert read(write(WHOLE)).exercises[1].functions == ("shift",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format = 1", "format = 2", ": format = 2, this version reads 1"),
        ("format = 1\n", "", ": format is missing"),
        ('topic = "vectors"', 'topic = "vektors"', ": topic = 'vektors', its folder is named 'vectors'"),
        ('topic = "vectors"\n', "", ": topic is missing"),
        ('"numpy"', '"jax"', ": framework = 'jax', allowed are 'numpy' and 'torch'"),
        ("points = 4", 'points = "4"', ": points = '4' has the wrong type"),
        ("points = 4", "points = true", ": points = True has the wrong type"),
        ("points = 4", "points = nan", ": points = nan is not positive"),
        ("points = 4", "points = -4", ": points = -4 is not positive"),
        ("points = 4", "points = 4\npionts = 3", ": unknown key 'pionts'; did you mean 'points'?"),
        ("points = 4", "points = 4\n[[exercises]]\n", None),
        ('zh = "向量"\n', "", ": title has no zh"),
        ('zh = "向量"', 'zh = ""', ": title has no zh"),
        ('zh = "向量"', "zh = 3", ": title has no zh"),
        ('en = "Vectors"\n', "", ": title has no en"),
        ("answer_seconds", "answer_secs", ": limits: unknown key 'answer_secs'; did you mean 'answer_seconds'?"),
        ("answer_seconds = 2.5", "answer_seconds = 0", ": limits: answer_seconds = 0 is not positive"),
        ("answer_seconds = 2.5", "answer_seconds = -1", ": limits: answer_seconds = -1 is not positive"),
        ("answer_seconds = 2.5", "answer_seconds = nan", ": limits: answer_seconds = nan is not positive"),
        ("answer_seconds = 2.5", 'answer_seconds = "2"', ": limits: answer_seconds = '2' has the wrong type"),
        ("memory_bytes = 1_000_000", "memory_bytes = 1.5", ": limits: memory_bytes = 1.5 has the wrong type"),
        ('name = "scale"', 'name = "scale it"', ": exercise: name = 'scale it' is not a Python name"),
        ('name = "scale"\n', "", ": exercise: name is missing"),
        ('name = "scale"', 'name = "shift"', ": exercise: two are named 'shift'"),
        ("points = 3", "points = 0", ": exercise: points = 0 is not positive"),
        ("points = 3", "pts = 3", ": exercise: unknown key 'pts'; did you mean 'points'?"),
        ('zh = "缩放" }', 'de = "Skalierung" }', ": exercise: title has no zh"),
        ('["scale", "unscale"]', '"scale"', ": exercise: functions = 'scale' has the wrong type"),
        ('["scale", "unscale"]', '["scale", 3]', ": exercise: functions = ['scale', 3] has the wrong type"),
        ('["scale", "unscale"]', "[]", ": exercise: functions = [] has the wrong type"),
        (
            'lecture = "1.2"',
            'starter = "bugy"',
            ": exercise: starter = 'bugy', allowed are 'unimplemented' and 'buggy'",
        ),
    ],
)
def test_a_wrong_fact_is_refused_with_its_key(write, old, new, words):
    assert old in WHOLE
    said = refused(write(WHOLE.replace(old, new, 1)))
    assert words is None or said == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limits = 3\n" + WHOLE.replace("[limits]", "[unlimited]"), ": limits = 3 has the wrong type"),
        ("exercise = [1]\n" + WHOLE.split("[[exercise]]")[0], ": exercise = [1] has the wrong type"),
        (WHOLE.split("[[exercise]]")[0], ": exercise is missing"),
        ("exercise = []\n" + WHOLE.split("[[exercise]]")[0], ": exercise = [] has the wrong type"),
        ('title = "Vectors"\n' + WHOLE.replace("[title]", "[titel]"), ": title = 'Vectors' has the wrong type"),
    ],
)
def test_a_fact_of_another_form_is_refused(write, text, words):
    text = text.replace("[unlimited]\nanswer_seconds = 2.5\nmemory_bytes = 1_000_000\n", "")
    text = text.replace('[titel]\nen = "Vectors"\nzh = "向量"\n', "")
    assert refused(write(text)) == words


def test_a_file_that_is_no_toml_is_refused_with_its_line(write):
    assert "line 1" in refused(write("format == 1\n"))


def test_a_file_that_is_no_utf8_is_refused(write):
    assert "utf-8" in refused(write(b"format = 1 # \xff"))


def test_topics_are_taught_by_number(write, tmp_path):
    write(WHOLE)
    write(WHOLE.replace('"vectors"', '"basics"').replace("number = 2", "number = 1"), "basics")
    write(WHOLE.replace('"vectors"', '"appendix"').replace("number = 2\n", ""), "appendix")
    assert Course(tmp_path).topics == ("basics", "vectors", "appendix")


def test_an_unknown_topic_is_refused_with_the_nearest(write, tmp_path):
    write(WHOLE)
    with pytest.raises(UsageError, match=r"^there is no topic 'vector'; did you mean 'vectors'\?$"):
        Course(tmp_path).assignment("vector")


def test_the_course_is_the_nearest_folder_above_with_assignments(write, tmp_path):
    write(WHOLE)
    below = tmp_path / "starter" / "deep"
    below.mkdir(parents=True)
    assert course_at(below).root == tmp_path


def test_a_folder_outside_any_course_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"is not inside a course: no folder above it has assignments/$"):
        course_at(tmp_path)


def test_a_course_knows_where_things_lie(tmp_path):
    course = Course(tmp_path)
    assert course.solutions("vectors") == tmp_path / "solutions" / "vectors"
    assert course.starter("vectors") == tmp_path / "starter" / "vectors.py"
    assert course.graders("vectors") == ()


def test_hidden_graders_come_after_public_ones_where_they_are_shipped(tmp_path):
    folder = tmp_path / "tests" / "graders" / "vectors"
    folder.mkdir(parents=True)
    (folder / "test_public.py").touch()
    assert [path.name for path in Course(tmp_path).graders("vectors")] == ["test_public.py"]
    (folder / "test_hidden.py").touch()
    assert [path.name for path in Course(tmp_path).graders("vectors")] == ["test_public.py", "test_hidden.py"]


@pytest.mark.parametrize(
    ("name", "names", "words"),
    [
        ("softmx", ["softmax", "relu"], "; did you mean 'softmax'?"),
        ("zzz", ["softmax", "relu"], "; there are relu, softmax"),
        ("zzz", [], "; there are none"),
    ],
)
def test_a_refused_name_is_answered_with_the_nearest_or_with_all(name, names, words):
    assert nearest(name, names) == words
