"""`clean` and `cell`: text from a student can do no harm where it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.render.clean import MOST, clean

ANY = st.text(st.characters(codec=None), max_size=50)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\u001b[31mred"),
        ("\x1b]0;title\x07", r"\u001b]0;title\u0007"),
        ("\x9b31m", r"\u009b31m"),
        ("over\rwrite", r"over\u000dwrite"),
        ("a\x00b\x7f", r"a\u0000b\u007f"),
        ("\u202eevil", r"\u202eevil"),
        ("\u2066isolate\u2069", r"\u2066isolate\u2069"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\ufeffmark", r"\ufeffmark"),
        ("half \ud800", r"half \ud800"),
        ("line\u2028end", r"line\u2028end"),
        ("private \ue000", r"private \ue000"),
        ("\U000e0041tag", r"\U000e0041tag"),
        ("two\nlines\tand 中文 é ∂", "two\nlines\tand 中文 é ∂"),
    ],
)
def test_characters_that_are_no_plain_print_are_spelt_out(text, shown):
    assert clean(text) == shown


@given(ANY)
def test_what_is_clean_can_be_encoded_and_holds_no_control(text):
    shown = clean(text)
    shown.encode("utf-8")
    assert not any(
        unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown.replace("\n", "").replace("\t", "")
    )


@given(ANY)
def test_cleaning_twice_changes_nothing(text):
    assert clean(clean(text)) == clean(text)


def test_a_long_text_is_cut():
    assert clean("x" * (MOST + 1)) == "x" * MOST + "…"
    assert clean("abcdef", most=3) == "abc…"
    assert clean("abc", most=3) == "abc"
