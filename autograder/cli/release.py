"""`release`: the student edition, a folder and a zip without solutions."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.cli.codes import GRADED, Commands, command, course_of

OUT = Path("out/deep-learning-exercises")


def add_to(commands: Commands) -> None:
    """Make the command known."""
    words = command(commands, "release", run, "build the student edition: a folder and a zip without solutions")
    words.add_argument("topics", nargs="*", help="its topics; all when left out")
    words.add_argument(
        "--out", type=Path, default=OUT, help="the folder; the zip lies beside it (default: %(default)s)"
    )


def run(options: argparse.Namespace) -> int:
    """Record every topic's reference, gather what students get, and write it. Raises UsageError."""
    from autograder.authoring.recorder import recording
    from autograder.authoring.release import contents, write
    from autograder.manifest import Course

    course = course_of(options)
    wanted = [topic for name in options.topics for topic in name.replace(",", " ").split()]
    for topic in wanted:
        course.assignment(topic)

    def record(course: Course, topic: str) -> bytes:
        data = recording(course, topic)
        print(f"{topic}: recorded, {len(data) / 1e3:.0f} kB", flush=True)
        return data

    topics = [topic for topic in course.topics if topic in wanted or not wanted]
    print(f"recording {', '.join(topics)}: from 20 seconds to a few minutes each", flush=True)
    files = contents(course, topics, record)
    archive = write(files, options.out)
    print(f"{options.out}/: {len(files)} files; {archive}: {archive.stat().st_size / 1e6:.1f} MB")
    return GRADED
