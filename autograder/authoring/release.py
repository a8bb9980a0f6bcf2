"""The student edition: a folder and a zip out of a whitelist, the same bytes for the same commit.

It holds the framework without the authors' and instructors' rooms, handouts, starters and their notebook twins, public
graders, and in the solutions' place the recorded reference.
"""

from __future__ import annotations

import re
import shutil
import string
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

from autograder.authoring import starters, twins
from autograder.fingerprint import PROGRAM
from autograder.manifest import Course
from autograder.model import AutograderError, UsageError
from autograder.notebooks import cells_of
from autograder.recorded.values import File
from autograder.stubs import solution_lines

ROOMS = (
    *("__init__.py", "__main__.py", "answering.py", "bank.py", "data.py", "endings.py", "fingerprint.py"),
    *("graders.ini", "grading.py", "grids.py", "language.py", "manifest.py", "memory.py", "plugin.py", "py.typed"),
    *("questions.py", "reference.py", "rules.py", "scoring.py", "steps.py", "stubs.py", "trainings.py"),
    *("checks", "compare", "diagnosis", "locale", "model", "notebooks", "recorded", "render", "sandbox"),
    *(f"platforms/{name}.py" for name in ("__init__", "engine", "feedback", "kernel")),
    *("sources/__init__.py", "sources/folders.py", "student", "loop", "wire"),
    *(f"cli/{name}.py" for name in ("__init__", "codes", "doctor", "grade", "loop", "parsing", "report")),
)
STAFF = ("render/classroom.py", "render/overview.py", "render/similar.py")
SUFFIXES = {".py", ".ini", ".po", ".mo", ".typed", ".css", ".js", ".html", ".svg"}
PAGES = ("LICENSE", "docs/students.md", "docs/students.zh-CN.md", "docs/pictures/*.svg")
HANDOUT = ("assignment.toml", "README.md", "README.zh-CN.md", "figures/*.svg", "figures/*.png")
VERBS = ("setup", "grade", "watch", "hint", "status", "debug", "report", "doctor")
CHINESE_VERBS = "autograder/locale/zh_CN/verbs.txt"
STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the same in every build

Record = Callable[[Course, str], bytes]


def contents(course: Course, topics: Sequence[str], record: Record) -> dict[str, bytes]:
    """Every file of the edition by its path. Raises AutograderError when a line of a solution is among them."""
    files = {**_framework(), **_pages(course.root), **_written(course, topics)}
    for topic in topics:
        files.update(_unlinked(_topic(course, topic, record), topics))
    searched = {name: readable(name, content) for name, content in files.items()}
    leaks = [*leaked_lines(course, topics, searched), *leaked_names(course, topics, searched)]
    if leaks:
        raise AutograderError(f"the edition would give away what is hidden: {'; '.join(leaks[:5])}")
    return dict(sorted(files.items()))


def _framework() -> dict[str, bytes]:
    """The rooms of the framework that a student needs, as far as they are there."""
    found: dict[str, bytes] = {}
    for room in ROOMS:
        path = PROGRAM / room
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(PROGRAM).as_posix()
            if file.is_file() and file.suffix in SUFFIXES and name not in STAFF and "__pycache__" not in file.parts:
                found[f"autograder/{name}"] = file.read_bytes()
    return found


def _pages(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for name in PAGES for file in sorted(root.glob(name))}


def _topic(course: Course, topic: str, record: Record) -> dict[str, bytes]:
    folder = course.root / "assignments" / topic
    files = [file for name in HANDOUT for file in sorted(folder.glob(name))]
    graders = course.root / "tests" / "graders" / topic / "test_public.py"
    found = {file.relative_to(course.root).as_posix(): file.read_bytes() for file in [*files, graders]}
    starter = starters.generated(course, topic)
    found[f"starter/{topic}.py"] = starter.encode()
    found[f"starter/{topic}.ipynb"] = twins.twin(course.assignment(topic), starter).encode()
    found[course.recording(topic).relative_to(course.root).as_posix()] = record(course, topic)
    return found


def _unlinked(files: Mapping[str, bytes], topics: Sequence[str]) -> dict[str, bytes]:
    """Files of a topic whose handouts name the topics that are left out, and link to none of them."""

    def kept(link: re.Match[str]) -> str:
        return link[0] if link[2] in topics else link[1]

    pages = {name: content.decode() for name, content in files.items() if name.endswith(".md")}
    unlinked = {name: re.sub(r"\[([^\]]*)\]\(\.\./(\w+)/[^)]*\)", kept, page) for name, page in pages.items()}
    return {**files, **{name: page.encode() for name, page in unlinked.items()}}


def _written(course: Course, topics: Sequence[str]) -> dict[str, bytes]:
    """What is written from the templates: Makefile, READMEs, requirements."""
    templates = resources.files("autograder.authoring") / "edition"
    first = course.assignment(topics[0])
    words = {"topic": first.topic, "exercise": first.exercises[0].name}
    verbs, rules = _rules((course.root / "Makefile").read_text("utf-8"))
    makefile = (templates / "Makefile.txt").read_text("utf-8").replace("$verbs", verbs).replace("$rules", rules)
    written = {
        "Makefile": makefile,
        CHINESE_VERBS: _chinese((PROGRAM.parent / CHINESE_VERBS).read_text("utf-8")),
        "requirements.txt": "".join(f"{line}\n" for line in requirements(course, topics)),
        ".gitignore": ".venv/\n__pycache__/\n.ipynb_checkpoints/\n.autograder/\nout/\n",
    }
    for language, page in (("en", "README.md"), ("zh", "README.zh-CN.md")):
        titles = {topic: course.assignment(topic).title[language] for topic in topics}
        rows = "\n".join(f"| [{topic}](assignments/{topic}/{page}) | {title} |" for topic, title in titles.items())
        template = string.Template((templates / f"{page}.txt").read_text("utf-8"))
        written[page] = template.substitute(words, topics=rows)
    return {name: text.encode() for name, text in written.items()}


def _rules(makefile: str) -> tuple[str, str]:
    """A student's verbs of the course's Makefile, and their rules; a seed is not theirs to choose."""
    found = re.findall(rf"^(?:{'|'.join(VERBS)}):.*\n(?:\t.*\n)*", makefile, re.MULTILINE)
    rules = "\n".join(found).replace("$(VENV)/student.stamp", "$(VENV)/stamp").replace(" [SEED=…]", "")
    return " ".join(rule.split(":")[0] for rule in found), rules.strip()


def _chinese(verbs: str) -> str:
    """What `make help` says of a student's verbs in Chinese."""
    names = "|".join((*VERBS, "help", "clean"))
    return "".join(re.findall(rf"^(?:{names}):.*\n", verbs, re.MULTILINE)).replace(" [SEED=…]", "")


def requirements(course: Course, topics: Iterable[str]) -> list[str]:
    """What the edition needs, no more than its topics do, in the versions that the project is tested with."""
    project = tomllib.loads((course.root / "pyproject.toml").read_text("utf-8"))
    texts = [(course.root / "tests" / "graders" / t / "test_public.py").read_text("utf-8") for t in topics]
    needed = {"numpy", "pytest", "rich"}
    needed |= {"torch"} if any(course.assignment(topic).framework == "torch" for topic in topics) else set()
    needed |= {"scikit-learn"} if any(re.search(r"\bsklearn\b|autograder\.data\b", text) for text in texts) else set()
    pinned = dict(re.findall(r"^([\w-]+)(==\S+)", (course.root / "constraints.txt").read_text("utf-8"), re.MULTILINE))
    found = []
    for line in project["project"]["dependencies"]:
        name = re.match(r"[\w-]+", line)[0]  # type: ignore[index]
        if name in needed:
            found.append(name + pinned[name] if name in pinned else line)
    return found


def leaked_lines(course: Course, topics: Iterable[str], files: Mapping[str, bytes]) -> Iterator[str]:
    """Lines of solution regions that stand in a file, but for what a starter gives, its own or another topic's.

    files: by path, as `readable` gives them.
    """
    given = {line.strip() for topic in course.topics for line in starters.generated(course, topic).splitlines()}
    for topic in topics:
        source = (course.solutions(topic) / "solution.py").read_text("utf-8")
        for line in sorted(set(solution_lines(source)) - given):
            for name in _holding(line, files):
                if _tells(line) or not name.startswith(("autograder/", "tests/graders/")):
                    yield f"{name} holds {line!r} of solutions/{topic}/solution.py"


def _tells(line: str) -> bool:
    """Whether a line says more than a turn that any program may hold, e.g. `for _ in range(steps):`."""
    return len(re.findall(r"[-+*/@%]|\w\(|\[", line)) > 1


def leaked_names(course: Course, topics: Iterable[str], files: Mapping[str, bytes]) -> Iterator[str]:
    """Names of hidden questions that stand in a file."""
    for topic in topics:
        folder = course.root / "tests" / "graders" / topic
        hidden, public = (
            set(re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)) if path.exists() else set()
            for path in (folder / "test_hidden.py", folder / "test_public.py")
        )
        for question in sorted(hidden - public):
            for name in _holding(question, files):
                yield f"{name} names the hidden question {question} of {topic}"


def _holding(text: str, files: Mapping[str, bytes]) -> Iterator[str]:
    return (name for name, content in files.items() if text.encode() in content)


def readable(name: str, content: bytes) -> bytes:
    """A file as it is to be searched: of a recording everything that it holds, unpacked; of a notebook its cells too,
    in which JSON writes quotes otherwise than a module does.
    """
    if name.endswith(".ipynb"):
        return b"\n".join([content, *(cell.source.encode() for cell in cells_of(content, name))])
    if not name.endswith(".rec"):
        return content
    file = File(content, name)
    return b"\n".join([str(file.facts).encode(), *(part.encode() + file.raw(part) for part in file.names)])


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """The edition as a folder and as a zip beside it; the zip's path. Raises UsageError rather than mix with others."""
    ours = (folder / "reference").is_dir() and (folder / "starter").is_dir() and not (folder / ".venv").exists()
    if folder.exists() and any(folder.iterdir()) and not ours:
        raise UsageError(f"{folder} holds something else than a fresh edition: say another place with OUT=")
    if folder.exists():
        shutil.rmtree(folder)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    archive = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", STAMP)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            zipped.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return archive
