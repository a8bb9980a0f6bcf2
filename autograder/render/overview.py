"""The instructor's page of a class: whom to mend first, the distribution, a table to sort and filter, the questions.

One self-contained file, no network. Values in, text out; every text made harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from autograder.language import say
from autograder.model import Sentence, sentence
from autograder.render.tables import framed, shown
from autograder.statistics import Item, Mistake, Statistics

STYLE = """
.first { border-left: 4px solid #c33; padding: .2rem 1rem }
.tools { display: flex; gap: 1rem; flex-wrap: wrap; margin: 1rem 0 }
th button { all: unset; cursor: pointer; font-weight: bold }
th button:focus-visible, input:focus-visible, select:focus-visible { outline: 2px solid }
th[aria-sort=ascending] button::after { content: " ▲" }
th[aria-sort=descending] button::after { content: " ▼" }
tr.ours td:first-child { border-left: 4px solid #c33 }
svg { max-width: 40rem; width: 100%; height: auto }
svg rect { fill: #4678b8 }
svg line.full { stroke: currentColor; stroke-dasharray: 2 2 }
svg text { fill: currentColor; font-size: 11px }
"""
SCRIPT = """
(() => {
const at = id => document.getElementById(id);
const table = at('class'), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells], rows = [...body.rows];
const words = at('words'), kind = at('kind'), count = at('count');
const text = rows.map(row => row.textContent.toLowerCase());
const key = (row, n) => {
  const cell = row.cells[n], value = cell.dataset.value;
  return value === undefined ? cell.textContent : value === '' ? -Infinity : +value;
};
const show = () => {
  const wanted = words.value.toLowerCase();
  let seen = 0;
  rows.forEach((row, n) => {
    const fits = text[n].includes(wanted) && (!kind.value || row.dataset.kinds.split(' ').includes(kind.value));
    row.hidden = !fits;
    seen += fits;
  });
  count.textContent = seen + ' / ' + rows.length;
};
const collator = new Intl.Collator(undefined, {numeric: true});
const compare = (a, b) => typeof a === 'number' ? (a > b) - (a < b) : collator.compare(a, b);
heads.forEach((head, n) => head.querySelector('button').addEventListener('click', () => {
  const down = head.getAttribute('aria-sort') === 'ascending';
  heads.forEach(each => each.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
  const keyed = rows.map((row, place) => [key(row, n), place, row]);
  keyed.sort((a, b) => (down ? -1 : 1) * compare(a[0], b[0]) || a[1] - b[1]);
  body.append(...keyed.map(each => each[2]));
}));
words.addEventListener('input', show);
kind.addEventListener('change', show);
show();
})();
"""
BODY = "<!-- the body -->"
KINDS = {
    "ours": sentence("ours to mend"),
    "review": sentence("to look at"),
    "late": sentence("late"),
    "adjusted": sentence("adjusted"),
    "none": sentence("no score"),
}


HEADS = (
    sentence("student"), sentence("name"), sentence("section"), sentence("points"), sentence("before policies"),
    sentence("note"),
)  # fmt: skip
NUMBERS = (
    sentence("question"), sentence("points"), sentence("difficulty"), sentence("item-rest correlation"),
    sentence("top less bottom 27 percent"), sentence("seconds"), sentence("note"),
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A student in the table. kinds: of KINDS. link: to the report, or ''."""

    student: str
    name: str
    section: str
    score: float | None
    points: float
    raw: float | None
    note: Sentence | str
    kinds: tuple[str, ...]
    link: str
    parts: tuple[float | None, ...] = ()


def place_of(line: Line) -> tuple[str, str]:
    """Where a line stands among the others: what is ours to mend is first."""
    return ("0" if "ours" in line.kinds else "1", line.student)


def pieces(
    heading: str,
    lines: Iterable[Line],
    found: Statistics,
    exercises: Sequence[str],
    language: str = "en",
    *,
    hints: Mapping[str, str] | None = None,
    links: Iterable[tuple[str, str]] = (),
) -> Iterator[str]:
    """The page a piece at a time, however large the class. lines: in the order of `place_of`, gone over twice."""
    writer = _Writer(language, hints or {})
    framed_ = framed(heading, BODY, style=STYLE, script=SCRIPT, language="zh-CN" if language == "zh" else "en")
    before, _, after = framed_.rpartition(BODY)
    yield before
    yield writer.progress(found)
    yield "".join(f'<p><a href="{shown(target)}">{shown(text)}</a></p>\n' for text, target in links)
    yield writer.first(lines)
    yield writer.distribution(found)
    yield from writer.table(lines, exercises)
    yield writer.questions(found.items)
    yield writer.mistakes(found.mistakes)
    yield after


class _Writer:
    def __init__(self, language: str, hints: Mapping[str, str]) -> None:
        self.language, self.hints = language, hints

    def words(self, template: str, **values: object) -> str:
        return shown(say(sentence(template, **values), self.language))

    def said(self, what: Sentence | str) -> str:
        return shown(say(what, self.language) if isinstance(what, Sentence) else what)

    def progress(self, found: Statistics) -> str:
        middle = [f"{found.quantile(share):g}" for share in (0.25, 0.5, 0.75)]
        text = self.words("{done} of {all} students have a score", done=len(found.scores), all=found.students)
        spread = self.words("quartiles: {low}, {middle}, {high}", low=middle[0], middle=middle[1], high=middle[2])
        return f"<p>{text}. {spread}</p>\n"

    def first(self, lines: Iterable[Line]) -> str:
        """Whom to mend before anything else."""
        ours = list(takewhile(lambda line: "ours" in line.kinds, lines))
        if not ours:
            return ""
        items = "".join(f"<li>{self._linked(line)}: {self.said(line.note)}</li>\n" for line in ours)
        heading = self.words("Ours to mend first")
        return f'<section class="first"><h2>{heading}</h2>\n<ul>\n{items}</ul></section>\n'

    def distribution(self, found: Statistics) -> str:
        """The histogram as a picture, with the same numbers as text for those who do not see it."""
        bins = found.histogram()
        most = max([*bins, 1])
        bars = "".join(
            f'<rect x="{20 * n + 1}" y="{100 - 90 * count / most:.1f}" width="18" height="{90 * count / most:.1f}">'
            f"<title>{count}</title></rect>"
            for n, count in enumerate(bins)
        )
        ends = f'<text x="0" y="114">0</text><text x="400" y="114" text-anchor="end">{found.most:g}</text>'
        if found.most > found.points > 0:
            place = 400 * found.points / found.most
            ends += f'<line class="full" x1="{place:.1f}" x2="{place:.1f}" y1="0" y2="104"/>'
            ends += f'<text x="{place - 4:.1f}" y="114" text-anchor="end">{found.points:g}</text>'
        label = self.words("students by score, from 0 to {points:g}", points=found.most) + f": {bins}"
        picture = f'<svg viewBox="0 0 400 118" role="img" aria-label="{label}">{bars}{ends}</svg>'
        heading = self.words("Distribution")
        return f"<h2>{heading}</h2>\n{picture}\n"

    def table(self, lines: Iterable[Line], exercises: Sequence[str]) -> Iterator[str]:
        """The class, to sort by any column and to filter by words and kind."""
        heads = [*map(self.said, HEADS), *map(shown, exercises)]
        heading, search = self.words("Class"), self.words("search")
        show, everybody = self.words("show"), self.words("everybody")
        options = "".join(f'<option value="{key}">{self.said(text)}</option>' for key, text in KINDS.items())
        cells = "".join(f'<th scope="col"><button type="button">{head}</button></th>' for head in heads)
        yield (
            f'<h2>{heading}</h2>\n<div class="tools"><label>{search} '
            f'<input id="words" type="search"></label> <label>{show} <select id="kind">'
            f'<option value="">{everybody}</option>{options}</select></label> '
            '<span id="count"></span></div>\n'
            f'<table id="class"><thead><tr>{cells}</tr></thead>\n<tbody>\n'
        )
        yield from map(self._row, lines)
        yield "</tbody></table>\n"

    def _row(self, line: Line) -> str:
        ours = ' class="ours"' if "ours" in line.kinds else ""
        cells = [f"<td>{self._linked(line)}</td><td>{shown(line.name)}</td><td>{shown(line.section)}</td>"]
        cells += [_number(line.score), _number(line.raw), f"<td>{self.said(line.note)}</td>", *map(_number, line.parts)]
        return f'<tr{ours} data-kinds="{" ".join(line.kinds)}">{"".join(cells)}</tr>\n'

    def _linked(self, line: Line) -> str:
        return f'<a href="{shown(line.link)}">{shown(line.student)}</a>' if line.link else shown(line.student)

    def questions(self, items: Sequence[Item]) -> str:
        """Each question's numbers, those that look wrong marked."""
        cells = "".join(f"<th>{self.said(head)}</th>" for head in NUMBERS)
        rows = "".join(
            f"<tr><td>{shown(item.name)}</td>{_number(item.points)}{_number(item.difficulty)}{_number(item.correlation)}"
            f"{_number(item.index)}{_number(item.seconds)}<td>{'; '.join(map(self.said, item.suspicions))}</td></tr>\n"
            for item in sorted(items, key=lambda item: not item.suspicions)
        )
        heading = self.words("Questions")
        return f"<h2>{heading}</h2>\n<table><tr>{cells}</tr>\n{rows}</table>\n"

    def mistakes(self, mistakes: Sequence[Mistake]) -> str:
        """The commonest mistakes by name."""
        if not mistakes:
            return ""
        items = "".join(map(self._mistake, mistakes))
        heading = self.words("Commonest mistakes")
        return f"<h2>{heading}</h2>\n<ul>\n{items}</ul>\n"

    def _mistake(self, made: Mistake) -> str:
        told = self.words("{count} of {asked}: {name}", count=made.count, asked=made.asked, name=made.name)
        hint = f" – {shown(self.hints[made.name])}" if made.name in self.hints else ""
        return f"<li>{told}{hint}</li>\n"


def _number(value: float | None) -> str:
    text = f"{value:.3g}" if value is not None and abs(value) < 100 else f"{value:g}" if value is not None else ""
    return f'<td class="number" data-value="{value if value is not None else ""}">{text}</td>'
