"""A report as JSON: stable, documented in docs/report.md, `format` first."""

from __future__ import annotations

import json
import math
from typing import Any

from autograder.language import LANGUAGES, say, title
from autograder.model import (
    REPORT_FORMAT,
    Evidence,
    Flag,
    Isolation,
    QuestionResult,
    Report,
    Sentence,
    Status,
    Step,
    Use,
    Verdict,
    sentence,
)
from autograder.render.clean import clean
from autograder.render.drawn import grid_document, picture_document, read_grid, read_picture


def document(report: Report, language: str = "en") -> dict[str, Any]:
    """The report as plain JSON values, hidden questions in full."""
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
        "language": language,
        "fingerprint": report.fingerprint,
        "questions": [_question(question, language) for question in report.questions],
    }


def text(report: Report, language: str = "en", *, indent: int | None = 1) -> str:
    """The report as a JSON text ending a line. indent: None, ten times faster, where only programs read it."""
    values = document(report, language)
    return json.dumps(values, ensure_ascii=False, indent=indent) + "\n"


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


def read(text: str) -> tuple[Report, str]:
    """The report in a JSON text, and its language. Its sentences are as they were rendered.

    Raises ValueError for anything that `text` did not write in this format.
    """
    try:
        found = json.loads(text)
        if found["format"] != REPORT_FORMAT:
            raise ValueError(f"format {found['format']}")
        return _report(found), str(found["language"])
    except (LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"not a report: {type(error).__name__}: {error}") from None


def _report(found: dict[str, Any]) -> Report:
    isolation = Isolation(found["isolation"]["level"], tuple(found["isolation"]["layers"]))
    return Report(
        topic=found["topic"],
        student=found["student"],
        seed=found["seed"],
        isolation=isolation,
        versions=dict(found["versions"]),
        questions=tuple(_read_question(question) for question in found["questions"]),
        score=_number(found["score"]),
        points=_number(found["points"]),
        is_final=found["is_final"] is True,
        flags=tuple(_read_flag(flag) for flag in found["flags"]),
        fingerprint=str(found["fingerprint"]),
    )


def _read_flag(found: dict[str, Any]) -> Flag:
    use = None
    if found["forbidden"] is not None:
        use = Use(**{name: found[name] for name in ("forbidden", "name", "file", "line", "source")})
    return Flag(str(found["exercise"]), sentence("{value}", value=found["message"]), use)


def _read_question(found: dict[str, Any]) -> QuestionResult:
    seen = dict(found["evidence"] or {})
    shapes = {key: tuple(seen[key]) for key in ("yours_shape", "ours_shape") if seen.get(key) is not None}
    verdict = Verdict(
        status=Status(found["status"]),
        message=sentence("{value}", value=found["message"]),
        evidence=Evidence(
            **{**seen, **shapes, "grid": read_grid(seen.get("grid")), "steps": _steps(seen.get("steps", []))}
        )
        if seen
        else None,
        pattern=_said(found["pattern"]),
        attribution=_said(found.get("attribution")),
        hint=dict.fromkeys(LANGUAGES, found["hint"]) if found["hint"] else None,
        mistake=found["mistake"],
        traceback=tuple(found["traceback"]),
        output=found["output"],
        pictures=tuple(read_picture(picture) for picture in found.get("pictures", ())),
    )
    facts = {name: found[name] for name in ("name", "exercise", "hidden", "device")}
    facts["bonus"] = found.get("bonus", False) is True
    numbers = {name: _number(found[name]) for name in ("points", "score", "seconds")}
    return QuestionResult(title=dict.fromkeys(LANGUAGES, found["title"]), verdict=verdict, **facts, **numbers)


def _steps(found: Any) -> tuple[Step, ...]:
    return tuple(Step(str(name), str(state), None if error is None else _number(error)) for name, state, error in found)


def _said(text: str | None) -> Sentence | None:
    return sentence("{value}", value=text) if text else None


def _number(value: Any) -> Any:
    if type(value) not in (int, float):
        raise TypeError(f"{value!r} is no number")
    return value


def _question(question: QuestionResult, language: str) -> dict[str, Any]:
    verdict = question.verdict
    return {
        "name": question.name,
        "exercise": question.exercise,
        "title": title(question.title, language),
        "points": question.points,
        "score": question.score,
        "bonus": question.bonus,
        "status": verdict.status.value,
        "message": clean(say(verdict.message, language)),
        "mistake": verdict.mistake,
        "hidden": question.hidden,
        "device": question.device,
        "seconds": round(question.seconds, 4),
        "pattern": clean(say(verdict.pattern, language)) if verdict.pattern else None,
        "attribution": clean(say(verdict.attribution, language)) if verdict.attribution else None,
        "hint": title(verdict.hint, language) if verdict.hint else None,
        "evidence": _evidence(verdict),
        "traceback": [clean(frame) for frame in verdict.traceback],
        "output": clean(verdict.output),
        "pictures": [picture_document(picture, language) for picture in verdict.pictures],
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
        "grid": grid_document(seen.grid),
        "steps": [[clean(step.name), step.state, _finite(step.error)] for step in seen.steps],
    }


def _finite(number: float | None) -> float | None:
    """JSON has no infinity and no NaN."""
    return number if number is not None and math.isfinite(number) else None
