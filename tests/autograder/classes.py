"""Classes of any size in each platform's shape, with the names that real classes have and a few that they fear."""

from __future__ import annotations

import io
import os
import random
import re
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from autograder.sources.planning import plan

NASTY = (
    "Doe, Jane",
    'O"Brien, "Quote" Pat',
    "张伟",
    "李小龍, 阿",
    "أحمد محمد",
    "🎓 Emoji 🧠",
    '=HYPERLINK("http://x","y"), Eve',
    "+1 Plus",
    "-2 Minus",
    "@at sign",
    "Åsa Ö'Neil-Łukasz",
    "x" * 200,
    "Jane Doe",
    "Jane Doe",
    "van der Berg, Jan  Willem",
    "Robert'); DROP TABLE students;--",
    "Null, None",
    "E\u0301mile",
    "\u202eevil",
    "Bob;semi",
)


@dataclass(frozen=True)
class Pupil:
    """Somebody in a generated class. text: what they hand in, unlike anybody else's."""

    number: int
    name: str
    late: bool
    attempts: int

    @property
    def canvas(self) -> str:
        return str(4000 + self.number)

    @property
    def moodle(self) -> str:
        return str(90_000 + self.number)

    @property
    def login(self) -> str:
        return f"user{self.number:04d}"

    @property
    def email(self) -> str:
        return f"user{self.number}@example.org"

    def text(self, attempt: int = 0) -> bytes:
        return f"who = {self.number}\nattempt = {attempt or self.attempts}\n".encode()


def pupils(count: int, seed: int = 1) -> list[Pupil]:
    """A class: the nasty names first, then plain ones."""
    choice = random.Random(seed)
    names = [NASTY[n] if n < len(NASTY) else f"Family{n}, Given{n}" for n in range(count)]
    return [Pupil(n, name, choice.random() < 0.2, choice.choice((1, 1, 1, 2, 3))) for n, name in enumerate(names)]


def compact(name: str) -> str:
    return re.sub(r"\W", "", unicodedata.normalize("NFC", name).lower())


def folder_name(name: str) -> str:
    """A full name as a platform puts it into a path."""
    cleaned = re.sub(r'[\x00/\\:*?"<>|_]', " ", name)
    return "".join(c for c in cleaned if unicodedata.category(c) not in ("Cc", "Cs"))[:150]


Files = dict[str, bytes]
NOISE = {"__MACOSX/._x": b"\0", ".DS_Store": b"\0", "notes/": b""}


def canvas(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {}
    for p in people:
        late = "_LATE" if p.late else ""
        for attempt in range(1, p.attempts + 1):
            mark = f"-{attempt - 1}" if attempt > 1 else ""
            attachment = 70_000 + 10 * p.number + attempt
            found[f"{compact(p.name)}{late}_{p.canvas}_{attachment}_{topic}{mark}.py"] = p.text(attempt)
        found[f"{compact(p.name)}{late}_{p.canvas}_text.html"] = b"<p>hello</p>"
    return {**found, ".DS_Store": b"", "readme.txt": b"stray"}


def moodle(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {}
    for p in people:
        found[f"{folder_name(p.name)}_{p.moodle}_assignsubmission_file/{topic}.py"] = p.text()
        found[f"{folder_name(p.name)}_{p.moodle}_assignsubmission_onlinetext/onlinetext.html"] = b"<p/>"
    return {**found, "__MACOSX/x": b"", "stray.txt": b""}


def moodle_flat(people: Iterable[Pupil], topic: str) -> Files:
    top = "{}_{}_assignsubmission_file_{}.py"
    return {top.format(folder_name(p.name), p.moodle, topic): p.text() for p in people}


def gradescope(people: Iterable[Pupil], topic: str) -> Files:
    import yaml

    found, facts = {}, {}
    for p in people:
        key = f"submission_{5000 + p.number}"
        found[f"assignment_1_export/{key}/{topic}.py"] = p.text()
        who = {":name": p.name, ":sid": p.login, ":email": p.email}
        facts[key] = {":submitters": [who], ":created_at": "2026-11-01"}
    text = yaml.safe_dump(facts, allow_unicode=True).encode()
    return {**found, "assignment_1_export/submission_metadata.yml": text}


def brightspace(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {"index.html": b"<html>"}
    for p in people:
        for attempt in range(1, p.attempts + 1):
            top = f"{600 + p.number}-88 - {folder_name(p.name)} - Oct {attempt + 8}, 2025 {1000 + attempt} AM"
            found[f"{top}/{topic}.py"] = p.text(attempt)
    return {f"HW Download/{name}": content for name, content in found.items()}


def nbgrader(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {}
    for p in people:
        found[f"submitted/{p.login}/{topic}/{topic}.py"] = p.text()
        found[f"submitted/{p.login}/{topic}/timestamp.txt"] = b"2026-11-02 15:58:23.948203 America/Los_Angeles"
    return {**found, "source/x/x.py": b"", "release/y.py": b""}


def exchange(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {}
    for p in people:
        for attempt in range(1, p.attempts + 1):
            top = f"{p.login}+c++{topic}+2026-11-0{attempt} 10:00:00.000001 UTC+a1b2"
            found[f"inbound/{top}/{topic}.py".replace("+c++", "+x+")] = p.text(attempt)
    return found


def blackboard(people: Iterable[Pupil], topic: str) -> Files:
    found: Files = {}
    for p in people:
        for attempt in range(1, p.attempts + 1):
            found[f"ps1_{p.login}_attempt_2026-01-2{attempt}-15-00-00_{topic}.py"] = p.text(attempt)
    return found


def folders(people: Iterable[Pupil], topic: str) -> Files:
    return {f"{p.login}/{topic}.py": p.text() for p in people}


def files(people: Iterable[Pupil], topic: str) -> Files:
    return {f"{p.login}.py": p.text() for p in people}


def zips(people: Iterable[Pupil], topic: str) -> Files:
    return {f"{p.login}.zip": zipped({f"work/{topic}.py": p.text()}) for p in people}


SHAPES: dict[str, Callable[[Iterable[Pupil], str], Files]] = {
    "canvas": canvas,
    "moodle": moodle,
    "moodle flat": moodle_flat,
    "gradescope": gradescope,
    "brightspace": brightspace,
    "nbgrader": nbgrader,
    "nbgrader-exchange": exchange,
    "blackboard": blackboard,
    "folders": folders,
    "files": files,
    "zips": zips,
}
NAMES = {"moodle flat": "moodle", "folders": "folder", "files": "folder", "zips": "folder"}


def zipped(content: Files) -> bytes:
    """A zip of files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def tarred(content: Files, mode: str = "w:gz") -> bytes:
    """A tar of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def unpacked(content: Files, folder: Path) -> Path:
    """The files in a folder."""
    for name, data in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(data)
    return folder


def handed_in(place, topic, limits):
    """The submissions to one topic in a folder or archive."""
    with ExitStack() as stack:
        return [each.submission(limits) for each in plan(place, {topic: limits}, stack).planned]


def far(folder, depth=20):
    """A folder in a folder and so on, further down than a path may name."""
    folder.mkdir(parents=True)
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for _ in range(depth):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
    finally:
        os.fchdir(before)
        os.close(before)
