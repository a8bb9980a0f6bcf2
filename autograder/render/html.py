"""Reports as one self-contained HTML page: no script, no request, light and dark, readable by keyboard and on paper.

Values in, text out. Whatever comes from a student is cleaned and escaped; a Content-Security-Policy allows the
page's own style sheet, by its hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from autograder.language import say, title
from autograder.model import Assignment, Grid, QuestionResult, Report, Sentence, Status, Verdict, sentence
from autograder.render import palette, svg
from autograder.render.clean import clean
from autograder.render.commands import Typed, here
from autograder.render.explained import WORDS, again, stepped
from autograder.render.scored import BONUS, scored
from autograder.scoring import ExerciseScore, by_exercise, total

CODES = {"en": "en", "zh": "zh-CN"}
Graded = Sequence[tuple[Assignment, Report]]


def page(
    graded: Graded,
    language: str,
    *,
    reveal_hidden: bool = True,
    heading: str = "",
    remarks: Sequence[Sentence] = (),
    typed: Typed | None = None,
    commands: bool = True,
) -> str:
    """The page for these topics. reveal_hidden: False reduces hidden questions to title, status and points.

    heading: what stands above, by default that it is a report. remarks: stand below it, each in a line.
    typed: how commands are typed, by default as this process was. commands: False leaves them out, for a reader who
    cannot give them: a student's edition refuses the seed that a class was graded under.
    """
    style = palette.style()
    name = heading or say(sentence("Your exercises"), language)
    body = "".join(
        _Writer(language, reveal_hidden, (typed or here()) if commands else None).body(graded, name, remarks)
    )
    return (
        f'<!doctype html>\n<html lang="{CODES[language]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(style)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(name)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )


def policy(style: str) -> str:
    """What the page may load: its own style sheet, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def text(value: str) -> str:
    """Anybody's text inside HTML."""
    return escape(clean(value))


class _Writer:
    """The parts of one page in one language."""

    def __init__(self, language: str, reveal_hidden: bool, typed: Typed | None) -> None:
        self.language, self.reveal_hidden, self.typed = language, reveal_hidden, typed

    def words(self, template: str, **values: object) -> str:
        """A sentence of our own, escaped."""
        return text(say(sentence(template, **values), self.language))

    def said(self, what: Sentence) -> str:
        """A sentence of a verdict's, escaped."""
        return text(say(what, self.language))

    def body(self, graded: Graded, heading: str, remarks: Sequence[Sentence] = ()) -> Iterator[str]:
        """Everything inside <body>."""
        skip = self.words("To the content")
        score, points = (total(getattr(report, key) for _, report in graded) for key in ("score", "points"))
        points_of = self.words("{score:g} of {points:g} points", score=score, points=points)
        extra = total(question.score for _, report in graded for question in report.questions if question.bonus)
        points_of += self.words(", bonus {score:g}", score=extra) if extra else ""
        yield f'<a class="skip" href="#content">{skip}</a>\n'
        yield f'<header><h1>{text(heading)}</h1>\n<p class="total">{points_of}</p>\n'
        yield from (f'<p class="remark">{self.said(remark)}</p>\n' for remark in remarks)
        if len(graded) > 1:
            yield from self.contents(graded)
        yield '</header>\n<main id="content">\n'
        tried = [question for question in _in_order(graded) if is_tried(question) and self.is_told(question)]
        first = min(tried, key=lambda question: question.bonus, default=None)
        for assignment, report in graded:
            yield from self.topic(assignment, report, first)
        yield "</main>\n"
        yield from self.footer(graded)

    def contents(self, graded: Graded) -> Iterator[str]:
        """Links to the topics."""
        label = self.words("topics")
        yield f'<nav aria-label="{label}"><ul class="topics">\n'
        for assignment, report in graded:
            name, came_to = text(title(assignment.title, self.language)), text(scored(report, self.language))
            most = max(report.points, report.score, 1.0)
            bar = f'<progress value="{report.score:g}" max="{most:g}" aria-label="{name}"></progress>'
            told = f'{bar} <span class="number">{came_to}</span>'
            yield f'<li><a href="#{text(assignment.topic)}">{name}</a> {told}</li>\n'
        yield "</ul></nav>\n"

    def topic(self, assignment: Assignment, report: Report, first: QuestionResult | None) -> Iterator[str]:
        """One topic: its table, then its exercises. first: the question that is open from the start."""
        scores = by_exercise(report, assignment.exercises)
        yield f'<section><h2 id="{text(assignment.topic)}">{text(title(assignment.title, self.language))}</h2>\n'
        if not report.is_final:
            open_points = self.words("Not final: a grader failed by itself; its points are open.")
            yield f'<p class="bad">{open_points}</p>\n'
        yield from self.table(scores)
        for flag in report.flags:
            review = self.words("For review: {what}", what=say(flag.message, self.language))
            yield f"<p>{review}</p>\n"
        for score in scores:
            yield f"<h3>{text(title(score.exercise.title, self.language))}{self.bonus(score)}</h3>\n"
            if len(score.questions) > 1 and all(map(is_to_do, score.questions)):
                yield from self.to_do(score)
                continue
            for question in score.questions:
                yield from self.question(report, question, opens=question is first)
        yield "</section>\n"

    def to_do(self, score: ExerciseScore) -> Iterator[str]:
        """An exercise that nobody has begun: one line, and the titles of its questions where they may be read."""
        label = self.words("to do")
        count = self.words("{count} questions", count=len(score.questions))
        yield f"<details><summary>{_line('·', 'quiet', label, count, _of(score.score, score.points))}</summary>\n<ul>\n"
        for question in filter(self.is_told, score.questions):
            yield f"<li>{self.named(question)} {_of(question.score, question.points)}</li>\n"
        yield "</ul></details>\n"

    def named(self, question: QuestionResult) -> str:
        """A question's name and title, and whether students have it."""
        word = self.words("hidden")
        hidden = f' <span class="quiet">{word}</span>' if question.hidden else ""
        return f'<span class="name">{text(question.name)}</span>{hidden} {text(title(question.title, self.language))}'

    def table(self, scores: Iterable[ExerciseScore]) -> Iterator[str]:
        """What each exercise came to."""
        caption = self.words("points by exercise")
        heads = (self.words("exercise"), self.words("points"), self.words("questions passed"))
        yield f"<table><caption>{caption}</caption>\n<thead><tr>"
        yield f'<th scope="col">{heads[0]}</th><th scope="col" class="number">{heads[1]}</th>'
        yield f'<th scope="col" class="number">{heads[2]}</th></tr></thead>\n<tbody>\n'
        for score in scores:
            passed = sum(question.verdict.status is Status.PASSED for question in score.questions)
            name = f"{text(title(score.exercise.title, self.language))} <code>{text(score.exercise.name)}</code>"
            name += self.bonus(score)
            yield f'<tr><th scope="row">{name}</th><td class="number">{score.score:g}/{score.points:g}</td>'
            yield f'<td class="number">{passed}/{len(score.questions)}</td></tr>\n'
        yield "</tbody></table>\n"

    def bonus(self, score: ExerciseScore) -> str:
        """The word behind the name of an exercise that is one."""
        return f' <span class="quiet">{self.said(BONUS)}</span>' if score.exercise.bonus else ""

    def is_told(self, question: QuestionResult) -> bool:
        """Whether more than a question's title, status and points may be read."""
        return self.reveal_hidden or not question.hidden

    def question(self, report: Report, question: QuestionResult, *, opens: bool) -> Iterator[str]:
        """One question: closed it is a line, open it explains."""
        verdict = question.verdict if self.is_told(question) else Verdict(question.verdict.status)
        passed = verdict.status is Status.PASSED
        mark, tone = ("✓", "good") if passed else ("·", "quiet") if not is_tried(question) else ("✗", "bad")
        status, worth = self.said(WORDS[verdict.status]), _of(question.score, question.points)
        shown = _line(mark, tone, status, self.named(question), worth)
        told = "".join((*self.facts(report, question), *self.pictures(verdict)))
        if not self.is_told(question):
            later = self.words("What it asked is told after the deadline.")
            told = f"<p>{later}</p>\n"
        if told:
            yield f"<details{' open' if opens else ''}><summary>{shown}</summary>\n{told}</details>\n"
        else:
            yield f'<p class="row">{shown}</p>\n'

    def facts(self, report: Report, question: QuestionResult) -> Iterator[str]:
        """The rows of an explanation."""
        rows = [(name, value) for name, value in self.rows(report, question) if value and self.is_told(question)]
        if rows:
            yield "<dl>" + "".join(f"<dt>{name}</dt><dd>{value}</dd>\n" for name, value in rows) + "</dl>\n"

    def rows(self, report: Report, question: QuestionResult) -> Iterator[tuple[str, str]]:
        """Name and value of each row, both escaped; a row without a value is left out."""
        verdict, seen = question.verdict, question.verdict.evidence
        yield text(say(WORDS[verdict.status], self.language)), self.said(verdict.message)
        if seen is not None and seen.yours_shape is not None:
            yield (
                self.words("shape"),
                self.words("yours {yours}, ours {ours}", yours=seen.yours_shape, ours=seen.ours_shape),
            )
        if seen is not None and seen.error is not None:
            sizes = {"error": seen.error, "allowed": seen.allowed}
            yield (
                self.words("size"),
                self.words("the error is {error:.2g} times the typical size, {allowed:.2g} is allowed", **sizes),
            )
        if seen is not None and seen.mismatched is not None:
            yield self.words("entries"), self.words("{bad} of {all} differ", bad=seen.mismatched, all=seen.total)
        if seen is not None and seen.steps:
            yield self.words("parts"), "<br>".join(map(text, stepped(seen.steps, self.language)))
        if verdict.pattern is not None:
            yield self.words("pattern"), self.said(verdict.pattern)
        if verdict.attribution is not None:
            yield self.words("own check"), self.said(verdict.attribution)
        if verdict.hint:
            yield self.words("hint"), f"<strong>{text(title(verdict.hint, self.language))}</strong>"
        yield self.words("where"), _pre("\n".join(verdict.traceback))
        yield self.words("printed"), _pre(verdict.output.strip())
        if self.typed is not None and verdict.status is not Status.PASSED and not question.hidden:
            yield self.words("again"), f"<code>{text(again(report, question, self.typed))}</code>"

    def pictures(self, verdict: Verdict) -> Iterator[str]:
        """The maps of a difference, and what the checks gave to be drawn."""
        grid = verdict.evidence.grid if verdict.evidence is not None else None
        if grid is not None:
            yield from self.maps(grid)
        figures = [
            f"<figure><figcaption>{self.said(picture.title)}</figcaption>{svg.drawn(picture, self.language)}</figure>\n"
            for picture in verdict.pictures
        ]
        if figures:
            yield f"<div class='maps'>\n{''.join(figures)}</div>\n"

    def maps(self, grid: Grid) -> Iterator[str]:
        """Yours, ours and the error, side by side, in one scale."""
        finite = [abs(value) for rows in (grid.ours, grid.yours) for row in rows for value in row]
        top = max((value for value in finite if value < float("inf")), default=0.0)
        yield f"<figure><figcaption>{self.said(svg.caption(grid.place))}</figcaption>\n<div class='maps'>\n"
        for name, rows in ((sentence("yours"), grid.yours), (sentence("ours"), grid.ours)):
            drawn = svg.heat(rows, say(name, self.language), top=top)
            yield f"<figure><figcaption>{self.said(name)}</figcaption>{drawn}</figure>\n"
        name = sentence("where they differ: the fuller, the larger the error; a cross is no number")
        drawn = svg.error_map(grid, say(name, self.language))
        yield f"<figure><figcaption>{self.said(name)}</figcaption>{drawn}</figure>\n</div></figure>\n"

    def footer(self, graded: Graded) -> Iterator[str]:
        """What the numbers rest on."""
        yield "<footer>"
        for _, report in graded:
            versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
            line = sentence(
                "{topic}: seed {seed}, isolation level {level}; {versions}",
                topic=report.topic,
                seed=report.seed,
                level=report.isolation.level,
                versions=versions,
            )
            yield f'<p class="quiet">{self.said(line)}</p>\n'
        yield "</footer>\n"


def _in_order(graded: Graded) -> Iterator[QuestionResult]:
    """Every question as it comes on the page."""
    for assignment, report in graded:
        for score in by_exercise(report, assignment.exercises):
            yield from score.questions


def is_tried(question: QuestionResult) -> bool:
    """Whether something was written that failed."""
    return question.verdict.status not in (Status.PASSED, Status.NOT_IMPLEMENTED, Status.NOT_RUN)


def is_to_do(question: QuestionResult) -> bool:
    """Whether nothing was written yet."""
    return question.verdict.status is Status.NOT_IMPLEMENTED


def _line(mark: str, tone: str, status: str, what: str, worth: str) -> str:
    """A line of a list: a sign and a word, what it is about, and the points. All but the sign is escaped already."""
    sign = f'<span class="sign {tone}"><span aria-hidden="true">{mark}</span> {status}</span>'
    return f'{sign} <span class="what">{what}</span> <span class="number">{worth}</span>'


def _of(score: float, points: float) -> str:
    return f"{score:g}/{points:g}"


def _pre(value: str) -> str:
    return f"<pre>{text(value)}</pre>" if value else ""
