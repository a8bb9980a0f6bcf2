"""results.json as Gradescope documents it: every key known, nothing hidden shown, no text that acts."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from reports import EVERY, WRONG, question, report, saying

from autograder.exporters.gradescope import VISIBILITIES, results
from autograder.model import Flag, Status, sentence

TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "number": str,
    "output": str,
    "tags": list,
    "visibility": str,
    "extra_data": dict,
}
FORMATS = ("text", "simple_format", "html", "md", "ansi")


def validate(found):
    """Refuses what the platform's documentation does not know."""
    json.dumps(found, allow_nan=False)
    assert all(isinstance(value, TOP[key]) for key, value in found.items())
    assert {found["visibility"], found["stdout_visibility"]} <= set(VISIBILITIES)
    assert {found["output_format"], found["test_output_format"], found["test_name_format"]} <= set(FORMATS)
    for test in found["tests"]:
        assert all(isinstance(value, TEST[key]) for key, value in test.items())
        assert test["status"] in ("passed", "failed")
        assert test["visibility"] in VISIBILITIES
    return found


def test_every_status_gives_a_result_that_the_platform_takes():
    found = validate(results(report(*EVERY), execution_seconds=1.23456, leaderboard={"speed": "**"}))
    assert [test["status"] for test in found["tests"]].count("passed") == 1
    assert found["execution_time"] == 1.235
    assert found["leaderboard"] == [{"name": "speed", "value": "**"}]


def test_the_score_is_the_sum_of_the_tests():
    found = results(report(question(), question(verdict=WRONG), question(points=0.1), question(points=0.2)))
    assert found["score"] == 2.3 == pytest.approx(sum(test["score"] for test in found["tests"]))


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_a_hidden_question_is_reduced_to_exercise_status_and_points(visibility):
    secret = replace(WRONG, output="SECRET", traceback=("SECRET",), message=sentence("SECRET"), mistake="SECRET")
    found = results(report(question(name="SECRET", hidden=True, verdict=secret)), hidden=visibility)
    assert "SECRET" not in json.dumps(validate(found))
    (test,) = found["tests"]
    assert (test["visibility"], test["name"], test["max_score"]) == (visibility, "scale", 2.0)
    assert "2" not in found["output"]


def test_hidden_questions_are_told_in_full_when_asked_for():
    (test,) = results(report(question(name="late", hidden=True, verdict=WRONG)), reveal_hidden=True)["tests"]
    assert test["name"].startswith("late: ")
    assert "Which way does the factor go?" in test["output"]


def test_a_report_that_is_not_final_says_so_in_both_languages():
    ours = report(question(Status.OURS))
    assert "by the grader's own fault" in results(ours)["output"]
    assert "评分程序自身" in results(ours, "zh")["output"]


def test_flags_are_told():
    flagged = replace(report(question()), flags=(Flag("scale", sentence("look here")),))
    assert results(flagged)["output"].endswith("\nlook here")


def test_text_of_a_student_is_escaped_and_bounded():
    found = validate(results(report(question(verdict=saying("\x1b[31m\u202e" + "x" * 100_000)))))
    assert "\x1b" not in json.dumps(found, ensure_ascii=False)
    assert len(found["tests"][0]["output"]) < 10_000


def test_an_unknown_visibility_is_refused():
    with pytest.raises(ValueError, match="visibility 'secret': there are hidden, after_due_date"):
        results(report(), hidden="secret")
