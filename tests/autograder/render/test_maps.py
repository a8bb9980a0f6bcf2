"""The error map in the terminal, and a whole explanation in 25 lines."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from reports import WRONG, question, report
from rich.cells import cell_len
from rich.console import Console

from autograder.compare import Comparison
from autograder.model import Status, Verdict, sentence
from autograder.render.explained import explained
from autograder.render.terminal import Page

OURS = np.arange(1.0, 61.0).reshape(10, 6)


def mapped(wrong):
    """A question whose answer differs from OURS so."""
    found = Comparison().difference(OURS + wrong, OURS, "dw")
    return question(verdict=replace(WRONG, evidence=found.evidence), name="scale_values")


def shown(asked, language="en", width=100, **console):
    file = io.StringIO()
    page = Console(file=file, width=width, highlight=False, **console)
    page.print(explained(report(asked), asked, language))
    return file.getvalue()


def border(rows, columns):
    wrong = np.zeros((rows, columns))
    wrong[0], wrong[-1], wrong[:, 0], wrong[:, -1] = 5.0, 5.0, 5.0, 5.0
    return wrong


@pytest.mark.parametrize(
    ("language", "legend"),
    [
        ("en", "dw[0:10, 0:6]  · right, ░▒▓█ wrong by ever more, ! no number"),
        ("zh", "dw[0:10, 0:6]  · 正确，░▒▓█ 误差越来越大，! 不是有限数"),
    ],
)
def test_the_places_of_an_error_are_drawn_in_characters(language, legend):
    page = shown(mapped(border(10, 6)), language)
    assert legend in page
    assert "██████" in page
    assert "█····█" in page


def test_where_everything_differs_alike_there_is_no_map():
    assert "█" not in shown(mapped(np.full((10, 6), 5.0)))


def test_a_map_shows_the_rows_around_the_largest_error():
    wrong = np.zeros((10, 6))
    wrong[8, 3] = 7.0
    lines = [line.strip() for line in shown(mapped(wrong)).splitlines()]
    assert "···█··" in lines
    assert lines.count("······") == 5


def test_the_map_is_coloured_in_a_terminal_and_plain_without_colour(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[31m█" in shown(mapped(border(10, 6)), force_terminal=True, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[31m" not in shown(mapped(border(10, 6)), force_terminal=True, color_system="standard")


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_map_wider_than_the_window_is_cut(language, width):
    ours = np.arange(1.0, 12 * 32 + 1).reshape(12, 32)
    found = Comparison().difference(ours + 5 * np.eye(12, 32), ours, "dw")
    page = shown(question(verdict=replace(WRONG, evidence=found.evidence)), language, width)
    assert max(cell_len(line) for line in page.splitlines()) <= width


def test_the_fullest_explanation_takes_25_lines_at_most():
    everything = replace(
        mapped(border(10, 6)).verdict,
        status=Status.WRONG,
        attribution=sentence("{backward} fits your own {forward}: look at {forward} first", backward="b", forward="f"),
        traceback=tuple(f"a.py, line {n}, in f\n    code" for n in range(9)),
        output="".join(f"line {n}\n" for n in range(99)),
    )
    assert len(shown(question(verdict=everything)).splitlines()) <= 25


def printed(made, **options):
    file = io.StringIO()
    from reports import ASSIGNMENT

    Page("en", Console(file=file, width=100, highlight=False)).topic(ASSIGNMENT, made, **options)
    return file.getvalue()


def test_prints_are_shown_under_a_question_that_passed_where_it_was_asked_for():
    quiet, loud = question(name="scale_a"), question(verdict=Verdict(Status.PASSED, output="x is 3\n"), name="scale_b")
    assert "x is 3" not in printed(report(quiet, loud))
    page = printed(report(quiet, loud), show_prints=True)
    assert page.index("scale_b") < page.index("x is 3")
    assert "scale_a" not in page


def test_the_students_frames_are_shown_innermost_last():
    frames = ("a.py, line 1, in outer\n    inner()", "a.py, line 9, in inner\n    return 1 / 0")
    page = shown(question(verdict=replace(WRONG, traceback=frames)))
    assert page.index("in outer") < page.index("return 1 / 0")
