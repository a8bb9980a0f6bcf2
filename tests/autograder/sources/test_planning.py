"""The plan of a class is made as a stream, and says the same as when it lay in memory as a whole."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from contextlib import ExitStack

import pytest
from classes import SHAPES, pupils, unpacked, zipped

from autograder import sheets
from autograder.model import Limits
from autograder.roster import read as roster
from autograder.sources.planning import plan

LIMITS = Limits()
# Digests of what the plan said of these sixty when it was a list: the nasty names, attempts, groups and strays.
BEFORE = {
    "canvas": "ddb08c877889ab4d",
    "moodle": "e3b6a5ee492fc87b",
    "moodle flat": "f0895edabf5f48ad",
    "gradescope": "904152760b757795",
    "brightspace": "3dd25df8e9eb0909",
    "nbgrader": "7928d439cfcf7921",
    "nbgrader-exchange": "72de87aa7b9cd8cf",
    "blackboard": "018ded3ac3521dca",
    "folders": "8fd6ca58a3283137",
    "files": "6dfbca842415e373",
    "zips": "38ed83a53a99f503",
}


def told(found):
    """All that a plan says but for times, which depend on the machine's zone."""

    def line(each):
        r = each.receipt
        said = [str(what or "") for what in (each.problem, each.unmatched, r.note)]
        file = each.entry.path if each.entry else ""
        ids = sorted(each.ids.items())
        return [each.topic, each.student, each.name, file, *said, r.attempt, r.late, list(r.members), r.where, ids]

    return [
        [line(each) for each in found.planned],
        [line(each) for each in found.earlier],
        [[each.where, str(each.why)] for each in found.strays],
        [each.key for each in found.missing],
    ]


def canvas_table(people):
    quoted = [(p.name.replace('"', '""'), p) for p in people]
    rows = [f'"{name}",{p.canvas},s{p.number},{p.login},S\n' for name, p in quoted]
    return "Student,ID,SIS User ID,SIS Login ID,Section\n" + "".join(rows)


def short(content):
    """Without the names that a file system does not take."""
    return {name: data for name, data in content.items() if all(len(p.encode()) < 250 for p in name.split("/"))}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_plan_of_a_nasty_class_is_what_it_was_as_a_list(tmp_path, shape):
    people = pupils(60)
    content = short(SHAPES[shape](people, "vectors"))
    (tmp_path / "in.zip").write_bytes(zipped(content))
    unpacked(content, tmp_path / "in")
    people_known = roster(sheets.read(canvas_table(people[:40]).encode()))
    digest = hashlib.sha256()
    for path in (tmp_path / "in.zip", tmp_path / "in"):
        for known in (None, people_known):
            for topics in ({"vectors": LIMITS}, {"vectors": LIMITS, "layers": LIMITS}):
                with ExitStack() as stack:
                    found = plan(path, topics, stack, roster=known, all_attempts=len(topics) > 1)
                    digest.update(json.dumps(told(found)).encode())
    assert digest.hexdigest()[:16] == BEFORE[shape]


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_a_larger_class_takes_no_more_memory_to_plan(tmp_path, form):
    peaks = []
    for count in (40, 120, 620):
        content = SHAPES["moodle"](pupils(count)[20:], "vectors")
        path = tmp_path / f"{count}.zip"
        if form == "zip":
            path.write_bytes(zipped(content))
        else:
            path = unpacked(content, tmp_path / str(count))
        with ExitStack() as stack:
            tracemalloc.start()
            found = plan(path, {"vectors": LIMITS}, stack)
            assert sum(len(each.submission(LIMITS).files) for each in found.planned) == count - 20
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[2] < peaks[1] + 500 * 600  # a list took 3.1 KB of each
