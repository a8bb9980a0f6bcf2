"""The same submissions through our engine, nbgrader, Otter and Gradescope's harness: the same scores, in one table.

nbgrader knows cells, of which we write two for each exercise (its public questions, its hidden ones); Otter, Gradescope
and we know questions. So scores are compared question by question, and with nbgrader cell by cell.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata

from autograder.fingerprint import versions
from autograder.manifest import Course
from autograder.platforms.kept import Kept
from autograder.platforms.routes import OURS, ROUTES, Scores, Ways
from autograder.platforms.samples import KINDS, Sample, samples
from autograder.scoring import total

PACKAGES = ("nbgrader", "otter-grader", "nbclient", "ipykernel")
TOGETHER = 12  # submissions that go one way before they go the next: what an interruption may lose


@dataclass(frozen=True)
class Row:
    """One submission's scores, by route and then by question. cells: by question, nbgrader's cell that holds it.

    others: the routes that were gone. state: of topic and program, which they were gone at.
    """

    topic: str
    sample: Sample
    ours: Scores
    others: Mapping[str, Scores]
    cells: Mapping[str, str]
    state: str = ""

    def expected(self, route: str) -> Scores:
        """What a route should give: our scores, for nbgrader summed in its cells."""
        if route != "nbgrader":
            return self.ours
        held: dict[str, list[float]] = {}
        for name, score in self.ours.items():
            held.setdefault(self.cells[name], []).append(score)
        return {cell: total(scores) for cell, scores in held.items()}

    def differing(self, route: str) -> tuple[str, ...]:
        """The questions, or cells, whose score by that route is not ours."""
        expected, found = self.expected(route), self.others.get(route)
        if found is None:
            return ()
        return tuple(sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)))


def chosen_samples(course: Course, topic: str, most: int, *, apart: bool = False) -> tuple[Sample, ...]:
    """All samples of a topic; or the reference, the starter and so many others spread over the rest.

    apart: each known answer in a submission of its own.
    """
    first, second, *others = samples(course, topic, together=not apart)
    if most and most < len(others):
        others = [others[number * len(others) // most] for number in range(most)]
    return (first, second, *others)


def run(
    course: Course, topic: str, chosen: Sequence[Sample], kept: Kept, routes: Sequence[str] = ROUTES, until: float = 0
) -> bool:
    """Send submissions every way that they have not gone yet, a few at a time; whether all have gone all ways now.

    until: the moment of the monotonic clock after which nothing more is begun, 0 for none. Raises AutograderError
    when a platform's own command fails.
    """
    with closing(Ways(course, topic)) as ways:
        for first in range(0, len(chosen), TOGETHER):
            for route in (OURS, *routes):
                open_ones = [one for one in chosen[first : first + TOGETHER] if kept.scores(one, route) is None]
                if not open_ones:
                    continue
                if until and time.monotonic() > until:
                    return False
                if route == OURS:
                    kept.cells(ways.cells())
                kept.add(route, open_ones, ways.scores(route, open_ones))
    return True


def rows(topic: str, chosen: Iterable[Sample], kept: Kept, routes: Sequence[str] = ROUTES) -> Iterator[Row]:
    """What is known of every submission that our engine has graded."""
    for sample in chosen:
        ours = kept.scores(sample, OURS)
        if ours is not None:
            others = {route: scores for route in routes if (scores := kept.scores(sample, route)) is not None}
            yield Row(topic, sample, ours, others, kept.cells(), kept.state(sample))


def heading() -> str:
    """What the table rests on: the versions of everything that did the work."""
    found = {**versions(), **{name: metadata.version(name) for name in PACKAGES}}
    return ", ".join(f"{name} {version}" for name, version in found.items())


def table(found: Sequence[Row], routes: Sequence[str] = ROUTES) -> list[tuple[str, ...]]:
    """By topic and kind: how many answers, submissions and scores, and by each route how many scores are as ours are.

    The first line names the columns. A route that not all have gone says how many have.
    """
    lines: list[tuple[str, ...]] = [("topic", "kind", "answers", "submissions", "scores", *routes)]
    for topic in dict.fromkeys(row.topic for row in found):
        for kind in KINDS:
            group = [row for row in found if (row.topic, row.sample.kind) == (topic, kind)]
            if group:
                answers, scores = sum(row.sample.answers for row in group), sum(len(row.ours) for row in group)
                cells = (_compared(group, route) for route in routes)
                lines.append((topic, kind, str(answers), str(len(group)), str(scores), *cells))
    return lines


def _compared(group: Sequence[Row], route: str) -> str:
    gone = [row for row in group if route in row.others]
    wrong = sum(len(row.differing(route)) for row in gone)
    said = "same" if not wrong else f"{wrong} differ"
    return said if len(gone) == len(group) else f"{said} ({len(gone)} run)" if gone else "not run"


def deviations(found: Iterable[Row]) -> Iterator[str]:
    """A line for each score that is not ours."""
    for row in found:
        for route in row.others:
            for name in row.differing(route):
                ours, other = row.expected(route).get(name), row.others[route].get(name)
                yield f"{row.topic}, {row.sample.name}, {name}: {route} gives {other}, we give {ours}"


def details(found: Iterable[Row], routes: Sequence[str] = ROUTES) -> str:
    """A line for each submission as CSV: its total by each route, and what differs."""
    lines = [",".join(["topic", "submission", OURS, *routes, "differing"])]
    for row in found:
        totals = [row.ours, *(row.others.get(route) for route in routes)]
        shown = ("" if scores is None else f"{total(scores.values()):g}" for scores in totals)
        wrong = " ".join(f"{route}:{name}" for route in row.others for name in row.differing(route))
        lines.append(",".join([row.topic, row.sample.name, *shown, wrong]))
    return "\n".join(lines) + "\n"


PAGE = """\
# The same scores on every platform

Written by `make parity PAGE={path}`, not by hand. Every known answer of a topic (the reference, the starter, every
alternative, every registered mistake) is graded five ways; a submission takes one alternative, or one mistake, of each
exercise, so that every question meets every known answer to it. The scores are compared with those that our
engine gives the module: question by question, and with nbgrader cell by cell (a cell holds an exercise's public
questions, another its hidden ones). Every way grades public and hidden questions alike.

- notebook: our engine, on a notebook of the same code
- nbgrader: `nbgrader generate_assignment`, the released notebook filled in, `nbgrader autograde`, which executes it in
  a kernel; what its gradebook then holds
- otter: `otter assign`, the students' notebook filled in, then what `otter run` calls, with our plugin
- gradescope: the archive's `run_autograder` in the platform's folders, on half of the submissions as modules and on
  half as notebooks

Inputs are drawn from seed {seed}. Kernels are forked from one that has imported what they need, and notebooks share one
engine; nothing else differs from a single run. A command of nbgrader's or Otter's that fails or warns, of metadata for
instance, ends the run. "Same" means that no score differs; "not run" that the way was not gone yet, "(n run)" that n
submissions have.

Versions: {versions}. Program and topics, as the reports' fingerprints have them: {states}.

Known answers that were run: {known}.

{table}

{submissions} submissions, {compared} scores compared, {differing} of them other than ours{colon}

{deviations}
"""


def basis(course: Course, topic: str) -> Iterator[bytes]:
    """What a topic's scores rest on, besides the submission: its facts, its graders, and what grades.

    Solutions and mistakes are not among it: what of them matters is in the submission.
    """
    yield heading().encode()
    yield (course.root / "assignments" / topic / "assignment.toml").read_bytes()
    for path in course.graders(topic):
        yield path.read_bytes()


def page(found: Sequence[Row], path: str, seed: str, known: Mapping[str, int], routes: Sequence[str] = ROUTES) -> str:
    """The table as a page of the documentation. known: by topic, how many answers there are."""
    run_of = {topic: sum(row.sample.answers for row in found if row.topic == topic) for topic in known}
    heads, *lines = table(found, routes)
    marked = [heads, ["---"] * len(heads), *lines]
    wrong = [f"- {line}" for line in deviations(found)]
    made = PAGE.format(
        path=path,
        seed=seed,
        versions=heading(),
        known=", ".join(f"{topic} {run_of[topic]} of {count}" for topic, count in known.items()),
        states=", ".join(sorted({row.state for row in found})),
        table="\n".join("| " + " | ".join(line) + " |" for line in marked),
        submissions=len(found),
        compared=sum(len(row.expected(route)) for row in found for route in row.others),
        differing=len(wrong),
        colon=":" if wrong else ".",
        deviations="\n".join(wrong),
    )
    return made.rstrip() + "\n"
