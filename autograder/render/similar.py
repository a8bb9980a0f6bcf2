"""Pairs of submissions side by side, the lines that match marked: evidence for a person to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.language import say
from autograder.model import sentence
from autograder.render.tables import framed, shown
from autograder.similarity import Pair

STYLE = """
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem }
pre { overflow-x: auto; font-size: 13px; margin: 0 } mark { background: #f5d76e; color: #222 }
summary { cursor: pointer; margin: .5rem 0 }
"""
CAUTION = sentence(
    "Evidence to look at, no verdict: two people who solve one exercise well may write the same. Read both, think of "
    "what the exercise leaves open, and speak with them before you decide anything. What the starter, the reference, "
    "a quarter of the class or a hundred people say is left out; names, numbers, comments, layout and order make no "
    "difference."
)
MOST_LINES, MOST_CHARACTERS, MOST_PLACES = 2000, 60_000, 200  # of a source that are shown


def page(heading: str, pairs: Sequence[Pair], sources: Mapping[str, str], language: str = "en") -> str:
    """The page of the pairs, each with both sources."""
    none = say(sentence("No two submissions share more than chance explains."), language)
    body = "".join(_pair(pair, sources, language) for pair in pairs) or f"<p>{shown(none)}</p>"
    caution = f"<p><strong>{shown(say(CAUTION, language))}</strong></p>\n"
    return framed(heading, caution + body, style=STYLE, language="zh-CN" if language == "zh" else "en")


def _pair(pair: Pair, sources: Mapping[str, str], language: str) -> str:
    told = sentence("{one} and {other}: {share:.0f} percent in common, {count} places",
                    one=pair.one, other=pair.other, share=100 * pair.share, count=len(pair.matches))  # fmt: skip
    left = _source(sources[pair.one], [match.mine for match in pair.matches])
    right = _source(sources[pair.other], [match.theirs for match in pair.matches])
    return (
        f"<details><summary>{shown(say(told, language))}</summary>\n"
        f'<div class="pair"><pre>{left}</pre><pre>{right}</pre></div></details>\n'
    )


def _source(text: str, marked: Sequence[tuple[int, int]]) -> str:
    """A source with its lines numbered and some marked with the number of the place; cut where it is long."""
    given = text[:MOST_CHARACTERS].split("\n")[:MOST_LINES]  # lines as `similarity.tokens` counts them
    which: dict[int, int] = {}
    for place, (first, last) in enumerate(marked[:MOST_PLACES], start=1):
        for at in range(first, min(last, len(given)) + 1):
            which.setdefault(at, place)
    lines = []
    for number, line in enumerate(given, start=1):
        said = f"{number:4} {shown(line)}"
        lines.append(f"<mark>{said} [{which[number]}]</mark>" if number in which else said)
    return "\n".join(lines)
