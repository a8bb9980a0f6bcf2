"""Our feedback as plain text, for platforms that show text. A report in, text out."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console

from autograder.language import say, title
from autograder.model import QuestionResult, Report, Status, sentence
from autograder.render.explained import handed_out
from autograder.render.handed_back import handed_back
from autograder.scoring import total

WIDTH = 100


def entries(report: Report, language: str) -> list[dict[str, Any]]:
    """Every question as plain values: name, exercise, hidden, points, score, status, text (none if hidden)."""
    return [
        {
            "name": question.name,
            "exercise": question.exercise,
            "hidden": question.hidden,
            "points": question.points,
            "score": question.score,
            "ours": question.verdict.status is Status.OURS,
            "text": "" if question.hidden else question_text(question, language),
        }
        for question in report.questions
    ]


def question_text(question: QuestionResult, language: str) -> str:
    """A question as the terminal shows it: a line when it passed, all that is known when it did not."""
    if question.verdict.status is Status.PASSED:
        return f"✓ {question.name}  {question.score:g}/{question.points:g}  {title(question.title, language)}"
    question = replace(question, verdict=handed_back(question, final=True))
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, force_terminal=False)
    with console.capture() as captured:
        console.print(handed_out(question, language))
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines())


def hidden_text(questions: Sequence[QuestionResult], language: str) -> str:
    """Hidden questions in a sentence: how many pass and what they come to."""
    passed = sum(question.verdict.status is Status.PASSED for question in questions)
    what = sentence(
        "{passed} of {count} hidden questions pass: {score:g} of {points:g} points",
        passed=passed,
        count=len(questions),
        score=total(question.score for question in questions),
        points=total(question.points for question in questions),
    )
    return say(what, language)


def later(language: str) -> str:
    """What stands where no hidden questions are at hand."""
    return say(sentence("Further questions are asked when the work has been collected."), language)
