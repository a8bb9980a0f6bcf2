"""Scores in a few characters: `96/100`, and where a bonus is in them how much."""

from __future__ import annotations

from autograder.language import say
from autograder.model import Report, sentence
from autograder.scoring import total

BONUS = sentence("bonus")


def scored(report: Report, language: str) -> str:
    """What a report came to: `104/100, bonus 4`. The bonus is in the score; where none was earned it is not named."""
    shown = f"{report.score:g}/{report.points:g}"
    earned = total(question.score for question in report.questions if question.bonus)
    return f"{shown}{say(sentence(', bonus {score:g}', score=earned), language)}" if earned else shown


def worded(text: str, language: str, *, bonus: bool) -> str:
    """A text, and before it that it is about a bonus, if it is."""
    if not bonus:
        return text
    word = say(BONUS, language)
    return say(sentence("{word}: {text}", word=word, text=text), language) if text else word
