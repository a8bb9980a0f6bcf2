"""Handouts agree with the solutions: every worked number is computed, and stands in both languages."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from autograder.bank import load_solution
from autograder.manifest import Course

COURSE = Course(Path(__file__).parents[2])
HANDOUTS = [topic for topic in COURSE.topics if (COURSE.root / "assignments" / topic / "worked.toml").exists()]
READMES = ("README.md", "README.zh-CN.md")


def worked(topic):
    return tomllib.loads((COURSE.root / "assignments" / topic / "worked.toml").read_text("utf-8"))


ALLOWED = {"__builtins__": {}, "np": np, "max": max, "min": min, "sum": sum, "range": range, "abs": abs, "len": len}


def arrays(value):
    """A list is an array; a list of unlike parts, like a cache, is a tuple of them."""
    if isinstance(value, dict):
        return {key: arrays(part) for key, part in value.items()}
    if not isinstance(value, list):
        return value
    try:
        return np.array(value)
    except ValueError:
        return tuple(arrays(part) for part in value)


def agree(found, stated):
    if isinstance(found, (tuple, list)) or (isinstance(found, dict) and isinstance(stated, dict)):
        pairs = found.items() if isinstance(found, dict) else enumerate(found)
        return len(found) == len(stated) and all(agree(value, stated[key]) for key, value in pairs)
    if isinstance(found, str) or found is None:
        return found == stated
    return np.shape(found) == np.shape(stated) and np.allclose(found, stated, rtol=1e-4, atol=1e-9)


@pytest.mark.parametrize("topic", COURSE.topics)
def test_a_topic_has_a_handout_in_both_languages(topic):
    folder = COURSE.root / "assignments" / topic
    assert all((folder / name).exists() for name in READMES)


@pytest.mark.parametrize("topic", HANDOUTS)
def test_worked_results_are_what_the_solution_gives(topic):
    solution = load_solution(COURSE.solutions(topic))
    for case in worked(topic).get("case", []):
        arguments = [arrays(value) for value in case.get("args", [])]
        found = getattr(solution, case["call"])(*arguments, **case.get("kwargs", {}))
        assert agree(found, case["result"]), (case["call"], found)


@pytest.mark.parametrize("topic", HANDOUTS)
def test_worked_arithmetic_is_right(topic):
    for case in worked(topic).get("arithmetic", []):
        found = eval(case["expression"], dict(ALLOWED))
        assert np.allclose(found, case["result"], rtol=1e-4, atol=1e-9), case["expression"]


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("topic", HANDOUTS)
def test_worked_numbers_stand_in_the_handout(topic, readme):
    text = (COURSE.root / "assignments" / topic / readme).read_text("utf-8")
    facts = worked(topic)
    shown = [
        shown for kind in ("case", "arithmetic") for case in facts.get(kind, []) for shown in case.get("shown", [])
    ]
    assert [number for number in shown if number not in text] == []


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("topic", COURSE.topics)
def test_what_an_exercise_forbids_stands_in_the_handout(topic, readme):
    text = (COURSE.root / "assignments" / topic / readme).read_text("utf-8")
    rules = [exercise.forbidden for exercise in COURSE.assignment(topic).exercises]
    names = {name for rule in rules for name in (*rule.names, *rule.operators)}
    assert sorted(name for name in names if f"`{name}`" not in text) == []


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("topic", COURSE.topics)
def test_links_and_figures_of_a_handout_exist(topic, readme):
    import re

    folder = COURSE.root / "assignments" / topic
    text = (folder / readme).read_text("utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text)
    local = [target for pair in targets for target in pair if target and "://" not in target]
    assert [target for target in local if not (folder / target).exists()] == []
