"""The page that a student reads in the terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from reports import ASSIGNMENT, EVERY, WRONG, question, report, saying
from rich.cells import cell_len
from rich.console import Console

from autograder.language import say
from autograder.model import Evidence, Status, Verdict, sentence
from autograder.render.explained import WORDS
from autograder.render.terminal import Page, bar, shown_path

LANGUAGES = ("en", "zh")


def printed(show, language="en", width=100, **console):
    """What a page prints."""
    file = io.StringIO()
    show(Page(language, Console(file=file, width=width, highlight=False, soft_wrap=False, **console)))
    return file.getvalue()


def topic(made, language="en", width=100, *, show_all=False, **console):
    """One topic's page."""
    return printed(lambda page: page.topic(ASSIGNMENT, made, show_all=show_all), language, width, **console)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_wider_than_the_window(language, width):
    long = question(verdict=replace(WRONG, message=sentence("{text}", text="很长的说明 long words " * 30)))
    page = topic(report(*EVERY, question(verdict=WRONG), long), language, width, show_all=True)
    assert max(cell_len(line) for line in page.splitlines()) <= width


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_a_word_in_each_language(language):
    page = topic(report(*EVERY), language, show_all=True)
    for status in Status:
        if status not in (Status.PASSED, Status.NOT_IMPLEMENTED):
            assert say(WORDS[status], language) in page


def test_a_failing_question_is_shown_in_full():
    page = topic(report(question(), question(verdict=WRONG, name="scale_values")))
    for words in (
        "Vectors  2/4",
        "✗ scale_values  0/2  scale works",
        "scale(array(3, 4), 2.5): result[1, 2] is 1.5, expected 3",
        "the error is 0.5 times the typical size, 1e-07 is allowed",
        "11 of 12 differ",
        "yours is ours times 0.5",
        "Which way does the factor go?",
        "vectors.py, line 3, in scale",
        "return x / a",
        "shape (3, 4)",
        "make grade TOPIC=vectors ONLY=scale_values",
    ):
        assert words in page


def test_the_page_speaks_chinese():
    page = topic(report(question(verdict=WRONG)), "zh")
    assert "向量  0/2" in page
    assert "系数是乘还是除？" in page
    assert not re.search(r"\b(wrong|expected|hint|pattern|again|entries)\b", page)


def test_only_the_first_wrong_question_is_shown_in_full_and_the_rest_is_counted():
    wrong = [question(verdict=WRONG, name=f"scale_{number}") for number in range(3)]
    page = topic(report(*wrong))
    assert page.count("Which way does the factor go?") == 1
    assert "Still open: 2 more. All of them: make grade TOPIC=vectors ALL=1" in page


def test_of_an_exercise_the_question_is_shown_that_says_most():
    plain = replace(WRONG, hint=None, pattern=None)
    asked = [
        question(verdict=plain, name="scale_by_hand"),
        question(verdict=replace(WRONG, hint=None), name="scale_values"),
        question(verdict=WRONG, name="scale_edges"),
    ]
    assert "✗ scale_values" in topic(report(*asked[:2]))
    assert "✗ scale_edges" in topic(report(*asked))
    assert "✗ scale_by_hand" in topic(report(asked[0], *(replace(each, exercise="shift") for each in asked[1:])))


@pytest.mark.parametrize("width", [40, 50, 80])
def test_a_command_in_a_narrow_window_is_one_command_for_a_shell(width):
    page = topic(report(question(verdict=WRONG, name="scale_values")), width=width)
    command = page[page.index("make grade") :].split("\n\n")[0]
    assert command.replace("\\\n", " ").split() == ["make", "grade", "TOPIC=vectors", "ONLY=scale_values"]


def test_all_questions_are_shown_where_that_is_asked_for():
    wrong = [question(verdict=WRONG, name=f"scale_{number}") for number in range(3)]
    assert topic(report(*wrong), show_all=True).count("Which way does the factor go?") == 3


def test_a_question_that_was_tried_comes_before_one_that_was_not():
    page = topic(report(question(Status.NOT_IMPLEMENTED, name="scale_a"), question(verdict=WRONG, name="scale_b")))
    assert "✗ scale_b" in page
    assert "· scale_a" not in page


def test_a_starter_is_calm_and_says_what_comes_next():
    page = topic(report(*(question(Status.NOT_IMPLEMENTED, exercise=name) for name in ("scale", "shift"))))
    assert "not implemented yet" in page
    assert "✗" not in page
    assert "Next: scale. Write it, then run make grade TOPIC=vectors ONLY=scale\n" in page


def test_what_is_not_written_yet_is_a_line_below_what_is_wrong():
    page = topic(report(question(Status.NOT_IMPLEMENTED), question(verdict=WRONG)), show_all=True)
    assert page.rstrip().endswith("· scale_not_implemented  0/2  scale works")
    assert page.count("again") == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "rotate is not defined in the file; there is rotade"), ("zh", "文件中没有定义 rotate；有 rotade")],
)
def test_a_name_that_the_file_lacks_is_told_at_once(language, said):
    lacking = sentence("{name} is not defined in the file; there is {near}", name="rotate", near="rotade")
    page = topic(report(question(verdict=Verdict(Status.NOT_IMPLEMENTED, lacking))), language)
    assert said in page


def test_another_seed_than_the_usual_is_part_of_the_command():
    page = topic(replace(report(question(verdict=WRONG)), seed="7"))
    assert "make grade TOPIC=vectors ONLY=scale_wrong SEED=7" in page


def test_full_marks_are_told():
    assert "Everything passes." in topic(report(question(), question()))


def test_an_exercise_half_written_is_shown():
    page = topic(report(question(), question(Status.NOT_IMPLEMENTED, name="scale_b")))
    assert re.search(r"scale +2/4 +✓·", page)
    assert "not implemented yet" in page


def test_a_tier_that_was_reached_is_told_beside_the_points():
    note = sentence("{value} reached: {tier}", value="0.95", tier=sentence("excellent"))
    assert "0.95 reached: excellent" in topic(report(question(verdict=Verdict(Status.PASSED, note))))


def test_a_fault_of_ours_is_told_as_ours():
    failed = Verdict(Status.OURS, sentence("{why}", why="no data"))
    page = topic(report(question(verdict=failed, name="scale_values"), question()))
    assert "scale_values failed by itself, its points are open: no data" in page


def test_a_difference_of_shapes_shows_both():
    shapes = Verdict(Status.WRONG, sentence("shapes"), Evidence("", yours_shape=(3,), ours_shape=(3, 1)))
    assert "yours (3,), ours (3, 1)" in topic(report(question(verdict=shapes)))


def test_the_command_that_asks_again_can_be_pasted_into_a_shell():
    page = topic(report(question(verdict=WRONG, name="scale_values[3-a b]")), width=200)
    assert "make grade TOPIC=vectors ONLY='scale_values[3-a b]'" in page


@pytest.mark.parametrize(
    "evil", ["\x1b[31mred", "\u202eevil", "\x9bred", "a\rb", "half \ud800", "[bold]x[/bold] [link]"]
)
def test_text_from_a_student_does_nothing_to_the_terminal(evil):
    evidence = Evidence(evil, evil, evil, error=1.0, allowed=0.0, mismatched=1, total=2)
    page = topic(report(question(verdict=saying(evil, evidence=evidence))), force_terminal=True, color_system=None)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800]", page.replace("\x1b[0m", ""))
    if evil.startswith("["):
        assert evil in page


def test_long_prints_show_their_end():
    flood = replace(WRONG, output="".join(f"line {n}\n" for n in range(100)))
    page = topic(report(question(verdict=flood)))
    assert "line 99" in page
    assert "line 93" not in page


def test_in_a_pipe_there_is_no_colour_and_no_escape():
    assert "\x1b" not in topic(report(question(verdict=WRONG)))


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch):
    made = report(question(verdict=WRONG))
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m" in topic(made, force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in topic(made, force_terminal=True, color_system="standard")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_topics_fit_into_the_window(language, width):
    rows = [
        (ASSIGNMENT, report(*EVERY)),
        (replace(ASSIGNMENT, topic="matrices"), report(question())),
        (replace(ASSIGNMENT, topic="tensors"), None),
    ]
    page = printed(lambda page: page.topics(rows, "starter"), language, width)
    assert max(cell_len(line) for line in page.splitlines()) <= width
    assert "2/2" in page


def test_a_topic_says_what_is_next_done_or_missing():
    rows = [
        (ASSIGNMENT, report(question(), question(Status.NOT_IMPLEMENTED, exercise="shift"))),
        (ASSIGNMENT, report(question())),
        (ASSIGNMENT, None),
    ]
    page = printed(lambda page: page.topics(rows, "starter"))
    for words in ("shift", "done", "no file", "make grade TOPIC=<topic>", "starter"):
        assert words in page


@pytest.mark.parametrize(
    ("score", "points", "shown"),
    [(0, 10, "░" * 10), (10, 10, "█" * 10), (9.99, 10, "█" * 9 + "░"), (0, 0, "░" * 10), (5, 10, "█" * 5 + "░" * 5)],
)
def test_a_bar_is_full_only_when_nothing_is_missing(score, points, shown):
    assert bar(score, points) == shown


def test_a_path_is_shown_as_one_would_type_it():
    assert shown_path(Path("/course/starter/a.py"), Path("/course")) == "starter/a.py"
    assert shown_path(Path("/elsewhere/a.py"), Path("/course")) == "/elsewhere/a.py"
