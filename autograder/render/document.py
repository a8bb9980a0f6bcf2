"""A report as JSON: stable, documented in docs/report.md, `format` first."""

from __future__ import annotations

import json
import math
from typing import Any

from autograder.language import say, title
from autograder.model import REPORT_FORMAT, Flag, QuestionResult, Report, Verdict
from autograder.render.clean import clean


def document(report: Report, language: str = "en", *, reveal_hidden: bool = True) -> dict[str, Any]:
    """The report as plain JSON values. reveal_hidden: False keeps only status and points of hidden questions."""
    return {
        "format": REPORT_FORMAT,
        "topic": report.topic,
        "student": clean(report.student),
        "score": report.score,
        "points": report.points,
        "is_final": report.is_final,
        "seed": report.seed,
        "isolation": {"level": report.isolation.level, "layers": list(report.isolation.layers)},
        "versions": dict(report.versions),
        "flags": [_flag(flag, language) for flag in report.flags],
        "questions": [_question(question, language, reveal_hidden) for question in report.questions],
    }


def text(report: Report, language: str = "en", *, reveal_hidden: bool = True) -> str:
    """The report as a JSON text with a newline at its end."""
    return json.dumps(document(report, language, reveal_hidden=reveal_hidden), ensure_ascii=False, indent=1) + "\n"


def _flag(flag: Flag, language: str) -> dict[str, Any]:
    use = flag.use
    return {
        "exercise": flag.exercise,
        "message": clean(say(flag.message, language)),
        "forbidden": use.forbidden if use else None,
        "name": clean(use.name) if use else None,
        "file": clean(use.file) if use else None,
        "line": use.line if use else None,
        "source": clean(use.source) if use else None,
    }


def _question(question: QuestionResult, language: str, reveal_hidden: bool) -> dict[str, Any]:
    verdict = question.verdict if reveal_hidden or not question.hidden else Verdict(question.verdict.status)
    return {
        "name": question.name,
        "exercise": question.exercise,
        "title": title(question.title, language),
        "points": question.points,
        "score": question.score,
        "status": verdict.status.value,
        "message": clean(say(verdict.message, language)),
        "mistake": verdict.mistake,
        "hidden": question.hidden,
        "device": question.device,
        "seconds": round(question.seconds, 4),
        "pattern": clean(say(verdict.pattern, language)) if verdict.pattern else None,
        "hint": title(verdict.hint, language) if verdict.hint else None,
        "evidence": _evidence(verdict),
        "traceback": [clean(frame) for frame in verdict.traceback],
        "output": clean(verdict.output),
    }


def _evidence(verdict: Verdict) -> dict[str, Any] | None:
    seen = verdict.evidence
    if seen is None:
        return None
    return {
        "place": clean(seen.place),
        "yours": clean(seen.yours),
        "ours": clean(seen.ours),
        "error": _finite(seen.error),
        "allowed": _finite(seen.allowed),
        "mismatched": seen.mismatched,
        "total": seen.total,
        "yours_shape": seen.yours_shape,
        "ours_shape": seen.ours_shape,
    }


def _finite(number: float | None) -> float | None:
    """JSON has no infinity and no NaN."""
    return number if number is not None and math.isfinite(number) else None
