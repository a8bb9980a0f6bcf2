"""Sentences in the reader's language."""

from __future__ import annotations

import os

import pytest

from autograder.language import chosen, say, title, translated
from autograder.model import Sentence, UsageError, sentence


@pytest.mark.parametrize(
    ("wanted", "language"), [("en", "en"), ("zh", "zh"), ("zh_CN", "zh"), ("zh-TW", "zh"), ("EN", "en")]
)
def test_the_language_asked_for_is_spoken(wanted, language):
    assert chosen(wanted, {"LANG": "de_DE.UTF-8"}) == language


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"^there is no language 'fr'; there are en, zh$"):
        chosen("fr", {})


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": ""}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
    ],
)
def test_without_a_wish_the_environment_decides(environment, language):
    assert chosen("", environment) == language


@pytest.mark.parametrize(("own", "language"), [("zh_TW", "zh"), ("Chinese (Simplified)_China", "zh"), (None, "en")])
def test_windows_says_it_otherwise(own, language, monkeypatch):
    monkeypatch.setattr("autograder.language.locale.getlocale", lambda: (own, "936"))
    with monkeypatch.context() as here:
        here.setattr(os, "name", "nt")
        said = [chosen("", environment) for environment in ({}, {"LANG": "en_US"})]
    assert said == [language, "en"]


def test_a_sentence_is_translated_with_the_sentences_in_it():
    inner = sentence("not implemented yet")
    outer = sentence("{called}: {difference}", called="f(3)", difference=inner)
    assert say(outer, "en") == "f(3): not implemented yet"
    assert say(outer, "zh") == f"f(3)：{translated('not implemented yet', 'zh')}"
    assert translated("not implemented yet", "zh") != "not implemented yet"


def test_an_authors_own_chinese_is_spoken():
    own = Sentence("rows sum to {total}", {"total": 1}, zh="每行之和为 {total}")
    assert (say(own, "en"), say(own, "zh")) == ("rows sum to 1", "每行之和为 1")


def test_a_sentence_that_nobody_translated_is_spoken_in_english():
    assert say(Sentence("Never seen before."), "zh") == "Never seen before."


def test_no_sentence_is_no_text():
    assert say(Sentence(""), "zh") == ""


def test_values_are_never_read_as_templates():
    assert say(sentence("{text}", text="{0} {name} %s"), "zh") == "{0} {name} %s"


def test_a_title_falls_back_to_english():
    assert title({"en": "Scaling", "zh": "缩放"}, "zh") == "缩放"
    assert title({"en": "Scaling"}, "zh") == "Scaling"
    assert title({}, "en") == ""
