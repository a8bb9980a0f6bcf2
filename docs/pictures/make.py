"""Draws what a student sees: a real report, rendered by the terminal page itself. `python docs/pictures/make.py`."""

import html
import io
import itertools
import re
import sys
from contextlib import closing
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from autograder.grading import Grader  # noqa: E402
from autograder.manifest import Course  # noqa: E402
from autograder.model import PUBLIC_SEED, Submission  # noqa: E402
from autograder.render.commands import Typed  # noqa: E402
from autograder.render.live import View, live  # noqa: E402
from autograder.render.terminal import Page  # noqa: E402
from autograder.sandbox.choice import choose  # noqa: E402

TEXT = re.compile(
    r'<text class="(?P<class>[^"]*)" x="(?P<x>[^"]*)" y="(?P<y>[^"]*)" textLength="(?P<length>[^"]*)"(?P<more>[^>]*)>'
    r"(?P<shown>[^<]*)</text>"
)
# rich's own template fetches a font from the network; a page of ours fetches nothing.
SVG = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: Menlo, Consolas, "Noto Sans Mono CJK SC", monospace; font-size: {char_height}px;
  line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
<rect fill="#1c1f24" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">{matrix}</g>
</g>
</svg>
"""


def forgetful(source: str) -> bytes:
    """The solution with the mean forgotten in mse_grad, and the last three exercises still to do."""
    begin = source.index("### BEGIN SOLUTION", source.index("def mse_grad"))
    end = source.index("### END SOLUTION", begin)
    wrong = "r = X @ w + b - y\n    return 2 * X.T @ r, 2 * r.sum()\n    "
    text = source[:begin] + wrong + source[end:]
    for name in ("minibatches", "relu_sum", "train_views"):
        region = text.index("### BEGIN SOLUTION", text.index(f"def {name}("))
        text = text[:region] + "raise NotImplementedError\n    " + text[region:]
    return text.encode()


def main() -> None:
    course, topic = Course(ROOT), "gradient_descent"
    grader = Grader(course, topic)
    source = (course.solutions(topic) / "solution.py").read_text("utf-8")
    submission = Submission("student", {f"{topic}.py": forgetful(source)})
    reports = []
    with closing(choose("numpy", for_many=False)) as sandbox:
        grader.grade([grader.submitted(submission, sandbox, PUBLIC_SEED)], reports.append)
    view = View("mse_grad", hint=True)
    for language, ending in (("en", "svg"), ("zh", "zh-CN.svg")):
        page = recorded()
        Page(language, page, Typed()).topic(grader.assignment, reports[0])
        save(page, f"grade.{ending}")
        page = recorded()
        page.print(live(grader.assignment, reports[0], view, language, Typed()))
        save(page, f"watch.{ending}")


def recorded() -> Console:
    return Console(record=True, width=96, file=io.StringIO(), highlight=False, force_terminal=True)


def widened(text: re.Match[str]) -> str:
    """A text in runs of narrow and of wide characters, each as wide as in a terminal: rich takes all for narrow."""
    shown = html.unescape(text["shown"])
    cell, x, runs = float(text["length"]) / max(len(shown), 1), float(text["x"]), []
    for width, characters in itertools.groupby(shown, cell_len):
        run = "".join(characters)
        length = cell * width * len(run)
        place = f'class="{text["class"]}" x="{x:g}" y="{text["y"]}" textLength="{length:g}"{text["more"]}'
        runs.append(f"<text {place}>{html.escape(run, quote=False).replace(chr(160), '&#160;')}</text>")
        x += length
    return "".join(runs)


def save(console: Console, name: str) -> None:
    target = Path(__file__).with_name(name)
    drawn = console.export_svg(code_format=SVG, unique_id=name.split(".")[0])
    target.write_text(TEXT.sub(widened, drawn), "utf-8")
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    main()
