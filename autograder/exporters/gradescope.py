"""A report as Gradescope's results.json: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.language import say, title
from autograder.model import QuestionResult, Report, Status, Verdict, sentence
from autograder.render.clean import clean
from autograder.render.handed_back import handed_back
from autograder.render.scored import BONUS, scored
from autograder.scoring import total

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
MOST_OUTPUT = 8000


def results(
    report: Report,
    language: str = "en",
    *,
    hidden: str = "after_published",
    reveal_hidden: bool = False,
    execution_seconds: float | None = None,
    leaderboard: Mapping[str, float | str] | None = None,
) -> dict[str, Any]:
    """The results.json of one report, every text made harmless.

    hidden: the visibility of hidden questions; Gradescope shows students no total while a test is invisible to them.
    reveal_hidden: False reduces hidden questions to their exercise, status and points, whoever sees them.
    leaderboard: names and values to show to the class, none when left out. Raises ValueError for a visibility that
    Gradescope does not know.
    """
    if hidden not in VISIBILITIES:
        raise ValueError(f"visibility {hidden!r}: there are {', '.join(VISIBILITIES)}")
    found: dict[str, Any] = {
        "score": total(question.score for question in report.questions),
        "output": _heading(report, language),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            _test(question, number, language, hidden, reveal_hidden)
            for number, question in enumerate(report.questions, start=1)
        ],
        "extra_data": {
            "topic": report.topic,
            "seed": report.seed,
            "isolation": report.isolation.level,
            "fingerprint": report.fingerprint,
            "is_final": report.is_final,
        },
    }
    if execution_seconds is not None:
        found["execution_time"] = round(execution_seconds, 3)
    if leaderboard:
        found["leaderboard"] = [{"name": clean(name), "value": value} for name, value in leaderboard.items()]
    return found


def _heading(report: Report, language: str) -> str:
    lines = [f"{report.topic}: {scored(report, language)}"] if _all_shown(report) else [report.topic]
    if not report.is_final:
        lines.append(say(sentence("A question failed by the grader's own fault; its points are open."), language))
    lines += [clean(say(flag.message, language)) for flag in report.flags]
    return "\n".join(lines)


def _all_shown(report: Report) -> bool:
    """Whether the total tells nothing about hidden questions."""
    return not any(question.hidden for question in report.questions)


def _test(question: QuestionResult, number: int, language: str, hidden: str, reveal: bool) -> dict[str, Any]:
    reduced = question.hidden and not reveal
    verdict = handed_back(question, final=reveal)
    name = question.exercise if reduced else f"{question.name}: {title(question.title, language)}"
    left_alone = question.bonus and verdict.status is Status.NOT_IMPLEMENTED
    status = {} if left_alone else {"status": "passed" if verdict.status is Status.PASSED else "failed"}
    return {
        "number": str(number),
        "name": clean(f"{name} ({say(BONUS, language)})" if question.bonus else name),
        "score": question.score,
        "max_score": 0.0 if left_alone else question.points,
        **status,
        "output": _output(verdict, language),
        "tags": [question.exercise, verdict.status.value],
        "visibility": hidden if question.hidden else "visible",
        "extra_data": {"question": question.exercise if reduced else question.name, "mistake": verdict.mistake},
    }


def _output(verdict: Verdict, language: str) -> str:
    lines = [verdict.status.value, say(verdict.message, language)]
    if verdict.pattern is not None:
        lines.append(say(verdict.pattern, language))
    if verdict.hint:
        lines.append(title(verdict.hint, language))
    lines += verdict.traceback[-1:]
    if verdict.output.strip():
        lines.append(f"{say(sentence('printed'), language)}:\n{verdict.output.strip()}")
    return clean("\n".join(line for line in lines if line), MOST_OUTPUT)
