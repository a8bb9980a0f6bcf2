"""The instructor's page: OURS first, every text harmless, sorted and filtered by a real browser."""

from __future__ import annotations

import pytest
from browser import Browser, program
from classes import pupils
from reports import statistics_of
from test_statistics import asked

from autograder.model import sentence
from autograder.render import overview, tables
from autograder.render.overview import KINDS, Line, pieces, place_of


def page(heading, listed, *more, **hints):
    return "".join(pieces(heading, sorted(listed, key=place_of), *more, **hints))


def lines(count):
    """A class; every tenth is ours to mend."""
    for p in pupils(count):
        kinds = (("ours",) if p.number % 10 == 3 else ()) + (("late",) if p.late else ())
        note = sentence("{name} was not handed in", name="v.py") if p.number % 7 == 0 else ""
        score = None if p.number % 10 == 3 else p.number % 9 + 0.5
        yield Line(
            p.login, p.name, "AB"[p.number % 2], score, 10, score, note, kinds, f"reports/{p.login}.html", (1.0, 2)
        )


def made(count, language="en"):
    students = [[asked("q0", n % 2, mistake="forgot" if n % 3 == 0 else None)] for n in range(count)]
    found = statistics_of(students, [line.score for line in lines(count)], 10)
    return page("Vectors", list(lines(count)), found, ["scale", "shift"], language, hints={"forgot": "By what?"})


def test_who_is_ours_to_mend_comes_first():
    text = made(30)
    assert text.index("Ours to mend first") < text.index("Distribution") < text.index('<table id="class">')
    assert text.index(">user0003<", text.index("<tbody>")) < text.index(">user0000<", text.index("<tbody>"))
    assert "10 of 30: forgot – By what?" in text
    assert "Ours to mend" not in page("x", [], statistics_of([], [], 1), [])


def test_every_text_is_harmless_in_both_languages():
    for language in ("en", "zh"):
        text = made(30, language)
        assert "\u202e" not in text
        assert "<img" not in text
        assert "Robert&#x27;); DROP TABLE" in text
    evil = Line("<script>", '"><img src=x>', "&", 1, 1, 1, "<b>", (), "")
    assert "<script>&" not in page("<h1>", [evil], statistics_of([], [], 1), ["<i>"])
    assert page("<h1>", [evil], statistics_of([], [], 1), []).count("<script>") == 1


def test_a_page_asks_for_nothing_from_anywhere():
    for text in (made(3), tables.page("t", [("a", "b"), ("1", "x")])):
        assert "default-src 'none'" in text
        assert "unsafe" not in text
        assert "http" not in text.replace("http-equiv", "").replace("http://x", "")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A real browser with the page of a thousand students."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(made(1000), "utf-8")
    opened = Browser(program(), tmp_path_factory.mktemp("profile"))
    opened.open(path)
    yield opened
    opened.close()


SORT = "document.querySelectorAll('#class th button')[3].click()"
ENTER = """(() => {
  const field = document.getElementById('%s');
  field.value = '%s';
  field.dispatchEvent(new Event('%s'));
  const shown = document.querySelectorAll('#class tbody tr:not([hidden])');
  return document.getElementById('count').textContent + ' ' + shown.length;
})()"""


def test_a_thousand_students_sort_and_filter_without_complaint(browser):
    assert browser.value("document.getElementById('count').textContent") == "1000 / 1000"
    browser.value(SORT)
    assert browser.value("document.querySelectorAll('#class th')[3].getAttribute('aria-sort')") == "ascending"
    browser.value(SORT)
    assert browser.value("document.querySelector('#class tbody tr').cells[3].textContent") == "8.5"
    assert browser.value(ENTER % ("words", "given999", "input")) == "1 / 1000 1"
    assert browser.value(ENTER % ("words", "", "input")) == "1000 / 1000 1000"
    assert browser.value(ENTER % ("kind", "ours", "change")) == "100 / 1000 100"
    assert browser.errors() == []
    assert len(browser.requests()) == 1


def test_every_kind_that_a_line_may_have_is_offered():
    text = made(3)
    assert all(f'value="{kind}"' in text for kind in KINDS)
    assert overview.SCRIPT in text
