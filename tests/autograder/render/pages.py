"""A page for tests: every status, every kind of picture, long and hostile text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from reports import ASSIGNMENT, EVERY, WRONG, question, report, saying

from autograder.compare import Comparison
from autograder.model import Picture, Status, Verdict, sentence
from autograder.render.html import page

EVIL = "<script>alert(1)</script><img src='http://example.com/x.png' onerror=alert(2)>\"'&\x1b[31m\u202e"
ROWS = tuple(tuple(float(x * y - 9) for x in range(24)) for y in range(24))
TIERS = tuple((sentence(name), level) for name, level in (("Boss", 0.965), ("excellent", 0.955), ("good", 0.945)))
LOSSES = tuple(4.0 / (n + 1) for n in range(50))
DOTS = ((0.2, 0.3, 0), (0.5, 0.5, 1), (1.0, 1.0, 2))
PICTURES = (
    Picture(
        "curve", sentence("loss over steps"), tuple(4.0 / (n + 1) for n in range(50)), ((sentence("needed"), 0.09),)
    ),
    Picture("gauge", sentence("score"), (0.957,), TIERS),
    Picture("curve", sentence("score"), marks=TIERS, points=tuple((2.0**n, 0.96 - 0.5**n, 0) for n in range(9))),
    Picture("curve", sentence("loss"), tuple(4.0 * 0.1**n for n in range(8))),
    Picture("curve", sentence("loss"), (-1e-6, -1e-6, -1e-6), ((sentence("needed"), -1e-6),)),
    Picture("heat", sentence("{value}", value="weights"), cells=ROWS),
    Picture("path", sentence("{value}", value="path"), (), (), ROWS, (0.0, 9.0, -1.0, 1.0), ((1, 0.9, 0), (5, 0, 0))),
    Picture(
        "boundary",
        sentence("{value}", value="b"),
        (),
        (),
        ROWS,
        (0, 1, 0, 1),
        ((0.2, 0.3, 0), (0.5, 0.5, 1), (1, 1, 2)),
    ),
)


def different(ours, yours):
    """A verdict about two arrays."""
    return replace(WRONG, evidence=Comparison().difference(np.asarray(yours), np.asarray(ours), "dw").evidence)


def questions():
    """One of each kind."""
    large = np.arange(1.0, 601.0).reshape(20, 30)
    holes = np.where(large % 7 == 0, np.nan, large + 3 * (large % 5 == 0))
    small = np.arange(1.0, 13.0).reshape(3, 4)
    loud = Verdict(Status.PASSED, output=EVIL + "long " * 500, pictures=PICTURES)
    return (
        *EVERY,
        question(verdict=different(large, holes), name="scale_large"),
        question(verdict=different(small, small + np.eye(3, 4) * 1e-3), name="scale_small"),
        question(verdict=saying(EVIL, pictures=PICTURES), name="scale_evil"),
        question(verdict=loud, name="shift_b", exercise="shift"),
        question(verdict=different(small, -small), name="shift_hidden", exercise="shift", hidden=True),
    )


def begun_by_nobody(language="en"):
    """The page of a topic in which nothing is done yet."""
    names = ("scale_a", "scale_b", "shift_a", "shift_b")
    to_do = (question(Status.NOT_IMPLEMENTED, name=name, exercise=name[:5]) for name in names)
    return page([(ASSIGNMENT, report(*to_do))], language)


def made(language="en", **options):
    """The page of two topics."""
    other = replace(ASSIGNMENT, topic="more", title={"en": "More & <more>", "zh": "更多"})
    return page([(ASSIGNMENT, report(*questions(), student=EVIL)), (other, report(question()))], language, **options)
