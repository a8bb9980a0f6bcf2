"""Copies are found however they are renamed and reordered; what everybody has is nobody's; nobody is accused."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.render import similar
from autograder.similarity import MOST_MARKED, grams, pairs, tokens

STARTER = '''\
import numpy as np


def scale(x, a):
    """x, a times as long."""
    raise NotImplementedError("scale")


def mean_square_grad(x):
    """Gradient."""
    raise NotImplementedError("mean_square_grad")
'''


LEFT = ("x", "a", "b", "np.sum(x)", "x.T", "len(a)")
RIGHT = ("a", "b[0]", "x @ a")


def program(seed, functions=8):
    """A program that nobody else would write."""
    pick = random.Random(seed).choice
    lines = ["import numpy as np", ""]
    for n in range(functions):
        lines.append(f"def f{n}(x, a, b):")
        for m in range(pick((3, 4, 5, 6))):
            lines.append(f"    v{m} = {pick(LEFT)} {pick('+-*/%')} {pick(RIGHT)} {pick('+-*/')} {pick('xa')}")
        lines += [f"    if v0 {pick('<>')} v1:", "        return v0", f"    return {pick(('v1', 'v2 + v0'))}", ""]
    return "\n".join(lines)


def renamed(source):
    """The same with other names, comments and layout."""
    for old, new in (("x", "data"), ("a", "alpha"), ("b", "beta"), ("v0", "first"), ("v1", "second"), ("f3", "helper")):
        source = re.sub(rf"(?<![\w.]){old}\b", new, source)
    return "# my own work\n" + re.sub(r" ([-+*/]) ", r"\1", source).replace(":\n", ":  # here\n")


def reordered(source):
    """The same functions in another order."""
    head, *functions = re.split(r"(?=^def )", source, flags=re.MULTILINE)
    return head + "".join(reversed(functions))


CLASS = {f"s{n:02d}": program(n) for n in range(30)}


@pytest.mark.parametrize("disguise", [lambda s: s, renamed, reordered, lambda s: reordered(renamed(s))])
def test_a_copy_is_found_and_nobody_else(disguise):
    found = pairs({**CLASS, "thief": disguise(CLASS["s07"])}, [STARTER])
    assert [(pair.one, pair.other) for pair in found] == [("s07", "thief")]
    assert found[0].share > 0.8
    assert found[0].matches


def test_half_a_copy_is_found():
    half = CLASS["s07"][: len(CLASS["s07"]) // 2] + program("other", 4)
    assert [(pair.one, pair.other) for pair in pairs({**CLASS, "thief": half}, [STARTER], least=0.3)] == [
        ("s07", "thief")
    ]


def test_the_starter_and_the_reference_are_nobodys_own():
    right = program("reference")
    assert pairs({"amy": STARTER + right, "ben": STARTER + right}, [STARTER, right]) == []
    assert len(pairs({"amy": STARTER + right, "ben": STARTER + right}, [STARTER])) == 1


def test_what_a_quarter_of_the_class_says_is_nobodys_own():
    shared = program("lecture notes")
    assert pairs({name: source + shared for name, source in CLASS.items()}, [STARTER]) == []


def test_matching_lines_are_those_that_match():
    one, other = program(1, 3), "x = 1\n\n\n" + program(1, 3)
    (pair,) = pairs({"amy": one, "ben": other, **CLASS}, least=0.9)[:1]
    for match in pair.matches:
        mine = one.splitlines()[match.mine[0] - 1 : match.mine[1]]
        assert other.splitlines()[match.theirs[0] - 1 : match.theirs[1]] == mine


@given(st.text(max_size=300))
def test_any_text_is_cut_into_tokens(source):
    found = list(tokens(source))
    assert all(1 <= token.line <= source.count("\n") + 1 for token in found)
    assert pairs({"a": source, "b": source}) == [] or len(found) >= 10


@pytest.mark.parametrize("piece", ["'", '"""', "\\", '"\\', "((", "\n", "#", ".", "rb'''", "a" * 50, "1." * 20])
def test_a_hostile_text_is_cut_in_bounded_work(piece):
    assert sum(1 for _ in tokens(piece * 20_000)) <= 20_000 * len(piece)


def test_a_copy_is_found_behind_more_than_anybody_reads():
    junk = "\n".join(f"q = {' + '.join('q' * (n % 97))} - {'-' * (n % 89)}q" for n in range(1, 2000))
    assert sum(1 for _ in tokens(junk)) > MOST_MARKED
    (pair,) = pairs({**CLASS, "thief": junk + "\n" + CLASS["s07"]}, [STARTER])
    assert (pair.one, pair.other) == ("s07", "thief")
    assert pair.share > 0.8


def test_a_hash_says_what_its_ten_tokens_say_wherever_they_are():
    words = [f".w{n}" for n in range(30)]
    whole = list(grams(tokens(" ".join(words))))
    assert len(whole) == 21
    assert [next(grams(tokens(" ".join(words[n : n + 10])))) for n in range(21)] == whole


def test_the_page_shows_both_marks_what_matches_and_accuses_nobody():
    sources = {"<amy>": program(1), "ben": renamed(program(1)) + "# <script>alert(1)</script>\n"}
    text = similar.page("x", pairs(sources), sources)
    assert "Evidence to look at, no verdict" in text
    assert "<mark>" in text
    assert "&lt;amy&gt; and ben: " in text
    assert "<script>" not in text
    assert not re.search(r"plagiar|cheat|guilty", text, re.IGNORECASE)
    assert "No two submissions share" in similar.page("x", [], {})
    assert "不是结论" in similar.page("x", [], {}, "zh")


def test_a_page_holds_no_more_of_long_sources_than_somebody_reads():
    """One writes a passage once, over a million lines, the other three hundred times: their lines are marked once."""
    passage = [f".m{n}" for n in range(60)]
    sources = {"a": (" ".join(passage) + " + 1 ;\n") * 300, "b": ("\n" * 15_000).join(passage)}
    found = pairs(sources)
    assert len(found[0].matches) == 300
    page = similar.page("copies", found, sources)
    assert page.count("<mark>") < 4 * similar.MOST_LINES
    assert len(page) < 10 * similar.MOST_CHARACTERS


def test_marks_stand_at_the_lines_that_match_whatever_signs_break_lines_elsewhere():
    source = "# \x0c \x1c \x85 \u2028\n" + program(1)
    page = similar.page("copies", pairs({"a": source, "b": source}), {"a": source, "b": source})
    assert "   2 import numpy as np" in page
