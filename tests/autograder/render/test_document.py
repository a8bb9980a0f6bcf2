"""The report as JSON: the same keys in the same order for everybody, and nothing that harms its readers."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reports import EVERY, WRONG, question, report, saying

from autograder.model import Evidence, Status, Verdict, sentence
from autograder.render.document import document, text

TOP = ["format", "topic", "student", "score", "points", "is_final", "seed", "isolation", "versions"]
TOP += ["flags", "language", "fingerprint", "questions"]
EACH = [
    "name",
    "exercise",
    "title",
    "points",
    "score",
    "bonus",
    "status",
    "message",
    "mistake",
    "hidden",
    "device",
    "seconds",
    "pattern",
    "attribution",
    "hint",
    "evidence",
    "traceback",
    "output",
    "pictures",
]
SEEN = [
    "place",
    "yours",
    "ours",
    "error",
    "allowed",
    "mismatched",
    "total",
    "yours_shape",
    "ours_shape",
    "grid",
    "steps",
]


def strict(written: str):
    """JSON as a strict reader takes it: no NaN, no Infinity."""

    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(written, parse_constant=refuse)


def test_the_keys_and_their_order_are_fixed_whatever_happened():
    made = strict(text(report(*EVERY, question(verdict=WRONG))))
    assert list(made) == TOP
    assert all(list(each) == EACH for each in made["questions"])
    assert list(made["questions"][-1]["evidence"]) == SEEN


def test_the_format_comes_first_and_is_one():
    assert text(report()).startswith('{\n "format": 1,\n')


def test_what_is_known_about_a_question_is_told():
    (made,) = document(report(question(verdict=WRONG)))["questions"]
    assert made["status"] == "wrong"
    assert made["message"] == "scale(array(3, 4), 2.5): result[1, 2] is 1.5, expected 3"
    assert (made["mistake"], made["hint"]) == ("scale_divides", "Which way does the factor go?")
    assert made["pattern"] == "yours is ours times 0.5"
    assert made["traceback"] == ["vectors.py, line 3, in scale\n    return x / a"]
    assert (made["seconds"], made["output"]) == (0.0123, "shape (3, 4)\n")
    assert (made["evidence"]["error"], made["evidence"]["mismatched"]) == (0.5, 11)


def test_a_report_speaks_the_readers_language():
    (made,) = document(report(question(verdict=WRONG)), "zh")["questions"]
    assert (made["title"], made["hint"]) == ("scale 正确", "系数是乘还是除？")
    assert made["message"] == "scale(array(3, 4), 2.5)：result[1, 2] 是 1.5，应为 3"


def test_score_and_finality_are_told():
    made = document(report(question(), question(Status.OURS), question(Status.WRONG)))
    assert (made["score"], made["points"], made["is_final"]) == (2.0, 6.0, False)
    assert made["isolation"] == {"level": "A", "layers": ["namespaces", "landlock"]}


@given(st.text(st.characters(codec=None), max_size=40))
def test_whatever_a_student_writes_it_is_json_in_utf8(evil):
    evidence = Evidence(evil, evil, evil)
    pattern = sentence("{text}", text=evil)
    made = report(question(verdict=saying(evil, evidence=evidence, pattern=pattern)), student=evil)
    written = text(made)
    read = strict(written.encode("utf-8").decode("utf-8"))
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert list(read) == TOP


@pytest.mark.parametrize("error", [float("inf"), float("nan"), 1.7976931348623157e308])
def test_no_number_of_a_report_is_infinite(error):
    wrong = replace(WRONG, evidence=Evidence("result", "1", "2", error=error, allowed=error))
    strict(text(report(question(verdict=wrong))))


def test_a_long_text_is_cut():
    (made,) = document(report(question(verdict=saying("x" * 100_000))))["questions"]
    assert len(made["output"]) < 5000


def test_a_report_without_questions_is_a_report():
    assert document(report())["questions"] == []


def test_a_verdict_without_words_has_an_empty_message():
    (made,) = document(report(question(verdict=Verdict(Status.PASSED))))["questions"]
    assert (made["message"], made["evidence"], made["mistake"]) == ("", None, None)
