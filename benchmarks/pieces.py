"""A batch that takes longer than anybody waits, in pieces: each goes on where the one before it was stopped.

What is graded stays in the gradebook, and the next piece takes it up by its fingerprint, as any batch does that was
stopped. The class lies in a folder of its own until the last piece has ended.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from autograder import fingerprint
from autograder.fingerprint import versions
from autograder.manifest import Course
from benchmarks import probes
from benchmarks.batches import Figures, copies, solution
from benchmarks.measuring import ROOT

KEPT = ROOT / "build" / "bench"
PIECE_SECONDS = 420  # then it is stopped, which writes the table: less than ten minutes with the start
CLASS = 100_000


def hundred_thousand(full: bool, only: str = "") -> Figures:
    """100,000 submissions through one coordinator and its peak memory, in pieces of less than ten minutes.

    Another number of them: CASE=hundred_thousand:2000.
    """
    if not full and not only:
        return {"skipped": "asked for with CASE=hundred_thousand FULL=1, several times until it is done"}
    count = int(only or CLASS)
    return piece(KEPT / str(count), count, PIECE_SECONDS)


def piece(place: Path, count: int, seconds: float) -> Figures:
    """One more piece of a batch of so many, stopped after so many seconds; figures of all pieces so far."""
    _prepare(place, count)
    before = json.loads((place / "pieces.json").read_text("utf-8"))
    log = place / "out" / "batch.log"
    start = log.stat().st_size if log.exists() else 0
    course, handed_in = place / "course", place / "in"
    cost, peak = probes.coordinator(course, probes.SMALL, handed_in, place / "out", jobs=2, seconds=seconds)
    graded, kept, ended = _told(log, start)
    now = {**cost.rounded(), "coordinator_bytes": peak, "graded": graded, "taken_up": kept, "ended": ended}
    pieces = [*before, now]
    (place / "pieces.json").write_text(json.dumps(pieces), "utf-8")
    done = sum(each["graded"] for each in pieces)
    print(f"  piece {len(pieces)}: {graded} graded, {kept} taken up, {count - done} of {count} left", flush=True)
    if ended:
        shutil.rmtree(place)
    return summed(pieces, count)


def summed(pieces: list[Figures], count: int) -> Figures:
    """What the pieces come to. Raises RuntimeError where the last has not taken up what was graded before it."""
    *before, last = pieces
    earlier = sum(each["graded"] for each in before)
    if last["ended"] and (last["taken_up"] < earlier or last["taken_up"] + last["graded"] != count):
        raise RuntimeError(f"of {count}, {earlier} were graded before and {last['taken_up']} taken up: {last}")
    done = count if last["ended"] else earlier + last["graded"]
    found: Figures = {"submissions": count, "done": done, "pieces": pieces}
    if last["ended"]:
        found["in_no_piece"] = last["taken_up"] - earlier  # graded, but stopped before the log said so
    if done:
        found["cpu_each"] = round(sum(each["cpu"] for each in pieces) / done, 5)
    return {**found, "coordinator_bytes": max(each["coordinator_bytes"] for each in pieces)}


def _prepare(place: Path, count: int) -> None:
    """The class and its course, made once; anew when what a report rests on has changed since."""
    basis = place / "basis"
    if not basis.exists() or basis.read_text("utf-8") != _basis(place / "course"):
        shutil.rmtree(place, ignore_errors=True)
        probes.small_course(place / "course", questions=2)
        copies(place / "in", probes.SMALL, solution(probes.SMALL, place / "course"), count)
        (place / "pieces.json").write_text("[]", "utf-8")
        basis.write_text(_basis(place / "course"), "utf-8")


def _basis(course: Path) -> str:
    return fingerprint.of_topic(Course(course), probes.SMALL, versions())


def _told(log: Path, start: int) -> tuple[int, int, bool]:
    """Out of what a batch has added to its log: how many it graded, how many it took up, whether it came to its end."""
    graded = kept = 0
    ended = False
    with log.open(encoding="utf-8") as file:
        file.seek(start)
        for line in file:
            graded += ", seed " in line
            kept += ", kept" in line
            ended = ended or " ended: " in line
    return graded, kept, ended
