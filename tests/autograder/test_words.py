"""Each sentence that a student can meet, in its exact words in both languages. A new one has to be put into words.toml.

The file is read by people who know the field in each language; a change of wording is a change of it.
"""

import tomllib
from pathlib import Path

import pytest
from babel.messages import extract

from autograder.language import say
from autograder.model import Sentence

ROOT = Path(__file__).parents[2] / "autograder"
MET = (
    "checks",
    "compare",
    "diagnosis",
    "student",
    "rules.py",
    "endings.py",
    "plugin.py",
    "trainings.py",
    "sources/folders.py",
    "notebooks",
    "render/classroom.py",
    "render/explained.py",
    "render/live.py",
    "render/hints.py",
    "render/html.py",
    "render/scored.py",
    "render/svg.py",
    "render/terminal.py",
    "loop",
    "cli/__init__.py",
    "cli/codes.py",
    "cli/doctor.py",
    "cli/grade.py",
    "cli/loop.py",
    "cli/parsing.py",
    "cli/report.py",
    "grading.py",
    "language.py",
    "manifest.py",
    "recorded",
)
SAYING = ("sentence", "words", "say", "tell", "told")
WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))["said"]


def sayable():
    """The templates in what a student meets."""
    for name in MET:
        for path in [ROOT / name] if name.endswith(".py") else sorted((ROOT / name).rglob("*.py")):
            with path.open("rb") as file:
                for _, message, _, _ in extract.extract("python", file, dict.fromkeys(SAYING)):
                    if message:
                        yield message


@pytest.mark.parametrize("said", WORDS, ids=[each["text"][:60] for each in WORDS])
def test_a_sentence_says_exactly_this_in_both_languages(said):
    made = Sentence(said["text"], said.get("values", {}))
    assert (say(made, "en"), say(made, "zh")) == (said["en"], said["zh"])


def test_every_sentence_is_put_into_words():
    known, met = {each["text"] for each in WORDS}, set(sayable())
    assert sorted(met - known) == [], "put into words.toml"
    assert sorted(known - met) == [], "said no more"
