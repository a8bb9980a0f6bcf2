"""The HTML report as text: escaped, self-contained, ordered, labelled, readable; no browser is needed."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser

import pytest
from pages import EVIL, begun_by_nobody, made
from reports import ASSIGNMENT, question, report

from autograder.model import Status, Verdict, sentence
from autograder.render import palette
from autograder.render.html import page

LANGUAGES = ("en", "zh")
VOID = {"meta", "br", "img", "rect", "path", "circle", "polyline"}


class Reader(HTMLParser):
    """The elements of a page with their attributes, in order; refuses what is not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request):
    return request.param


@pytest.fixture(scope="module")
def text(language):
    return made(language)


@pytest.fixture(scope="module")
def read(text):
    return Reader(text)


def test_the_page_says_its_language_and_its_title(read, language):
    assert read.all("html") == [{"lang": {"en": "en", "zh": "zh-CN"}[language]}]
    assert len(read.all("title")) == 1
    assert {"en": "Your exercises", "zh": "你的练习"}[language] in read.text


def test_headings_are_in_order_and_there_is_one_at_the_top(read):
    levels = [int(tag[1]) for tag, _, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_picture_has_a_label_and_every_table_its_heads(read):
    pictures = read.all("svg")
    assert len(pictures) > 10
    assert all(each["role"] == "img" and each["aria-label"].strip() for each in pictures)
    assert all(each["scope"] in ("col", "row") for each in read.all("th"))
    assert len(read.all("caption")) == len(read.all("table")) == 2


def test_every_question_opens_by_a_summary_and_landmarks_are_there(read):
    assert len(read.all("details")) == len(read.all("summary")) > 5
    for tag in ("header", "main", "footer", "nav"):
        assert len(read.all(tag)) == 1
    identities = [attributes["id"] for _, attributes, _ in read.elements if "id" in attributes]
    assert len(identities) == len(set(identities))
    targets = [each["href"].removeprefix("#") for each in read.all("a")]
    assert set(targets) <= set(identities)


def test_only_the_first_question_that_is_wrong_is_open(read):
    assert len([each for each in read.all("details") if "open" in each]) == 1


def test_nothing_of_the_page_can_run_or_load_anything(read, text):
    tags = {tag for tag, _, _ in read.elements}
    assert not tags & {"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "audio", "video"}
    for _, attributes, _ in read.elements:
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "srcset")]
        assert all(value.startswith("#") for name, value in attributes.items() if name in ("href", "xlink:href"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [each["content"] for each in read.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]


def test_what_comes_from_a_student_is_text(read, text):
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert any("<script>alert(1)</script>" in data for data in read.text)
    assert "More &amp; &lt;more&gt;" in text or "更多" in text


def test_every_colour_can_be_read_on_what_lies_under_it():
    for colours in (palette.LIGHT, palette.DARK):
        for ground in (colours["ground"], colours["panel"]):
            for name in ("ink", "quiet", "link", "good", "bad"):
                assert palette.contrast(colours[name], ground) >= 4.5, name
            for name in ("edge", "plus", "minus", "bad", "good"):
                assert palette.contrast(colours[name], ground) >= 3.0, name
            for name in ("plus", "minus"):
                for strength in palette.STRENGTHS:
                    under = palette.blended(colours[name], ground, strength)
                    assert palette.contrast(colours["ink"], under) >= 4.5, (name, strength)


def test_contrast_is_the_one_of_wcag():
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert palette.contrast("#ffffff", "#ffffff") == 1


def test_a_question_tells_what_the_terminal_tells(language):
    wrong = Verdict(
        Status.WRONG,
        sentence("{called}: {difference}", called="scale(3)", difference=sentence("not implemented yet")),
        pattern=sentence("yours is ours transposed"),
        attribution=sentence("{backward} fits your own {forward}: look at {forward} first", backward="b", forward="f"),
        hint={"en": "Which way?", "zh": "哪个方向？"},
        traceback=("vectors.py, line 3, in scale\n    return x / a",),
        output="printed words",
    )
    text = page([(ASSIGNMENT, report(question(verdict=wrong, name="scale_values")))], language)
    words = {
        "en": ("yours is ours transposed", "b fits your own f: look at f first", "Which way?", "wrong"),
        "zh": ("你的结果是参考答案的转置", "b 与你自己的 f 相符：请先检查 f", "哪个方向？", "错误"),
    }
    for said in (*words[language], "line 3, in scale", "printed words", "ONLY=scale_values"):
        assert said in text


def test_a_hidden_question_is_its_title_status_and_points_until_it_may_be_told():
    told, kept = made(), made(reveal_hidden=False)
    hidden = kept[kept.index("shift_hidden") :]
    hidden = hidden[: hidden.index("</details>")]
    assert "svg" not in hidden
    assert "expected" not in hidden
    assert "0/2" in hidden
    assert "What it asked is told after the deadline." in hidden
    assert "What it asked is told after the deadline." not in told


def test_a_report_that_is_not_final_says_so(language):
    text = page([(ASSIGNMENT, report(question(Status.OURS)))], language)
    words = {"en": "Not final: a grader failed by itself", "zh": "尚未定分：有评分程序自身出错"}
    assert words[language] in text


def test_an_exercise_that_nobody_has_begun_is_one_line(language):
    read = Reader(begun_by_nobody(language))
    assert len(read.all("details")) == len(ASSIGNMENT.exercises) == 2
    assert {"en": "2 questions", "zh": "2 题"}[language] in read.text
    assert {"scale_a", "scale_b", "shift_a", "shift_b"} <= set(read.text)


def test_the_page_is_small():
    assert len(made().encode()) < 200_000
    assert EVIL not in made()
