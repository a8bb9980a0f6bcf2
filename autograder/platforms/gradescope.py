"""`autograder gradescope`: the archive that Gradescope builds an autograder from, for one topic."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from autograder.exporters.gradescope import VISIBILITIES
from autograder.manifest import Course
from autograder.model import Assignment, AutograderError, UsageError

PROGRAM = Path(__file__).parents[1]
SECRET, SETTINGS = "seed.secret", "settings.json"
SEALED = ("solutions", "tests", SECRET)  # what run_autograder takes off the disk before a student's code starts
SHIPPED = (".py", ".mo", ".ini", ".typed")
MOMENT = (2020, 1, 1, 0, 0, 0)
NUMPY_PACKAGES = ("numpy", "pytest", "rich", "scikit-learn")

SETUP = """\
#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the container's image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
root="${{AUTOGRADER_DIR:-/autograder}}"
usable() {{ "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }}
python=python3
if ! usable python3; then
  python=""
  apt-get update -q
  for version in 3.13 3.12 3.11; do
    if apt-get install -q -y --no-install-recommends "python$version" "python$version-venv"; then
      python="python$version"
      break
    fi
  done
fi
test -n "$python" || {{ echo "no Python of 3.11 or later: choose a base image with Ubuntu 22.04 or later"; exit 1; }}
# one more way to isolate, where it may
command -v bwrap || {{ apt-get update -q && apt-get install -q -y --no-install-recommends bubblewrap; }} || true
"$python" -m venv "$root/venv"
pip="$root/venv/bin/python -m pip install --quiet --disable-pip-version-check"
$pip{index} -r "$root/source/requirements.txt"
"$root/venv/bin/python" -m compileall -q "$root/source/course/autograder"  # half a second for each submission
# the program stays readable: what runs student code has no rights left when it reads its last modules
cd "$root/source/course" && chmod -R go-rwx {sealed}
"""
RUN = """\
#!/usr/bin/env bash
# Gradescope runs this for each submission, in a container of its own.
set -euo pipefail
root="${AUTOGRADER_DIR:-/autograder}"
python="${AUTOGRADER_PYTHON:-$root/venv/bin/python}"
exec "$python" -I -c 'import sys; sys.path.insert(0, sys.argv[1]); from autograder.platforms.container import main
sys.exit(main(sys.argv[2]))' "$root/source/course" "$root"
"""


@dataclass(frozen=True)
class Settings:
    """What an instructor chooses when the archive is made. hidden: the visibility of hidden questions.

    leaderboard: whether the class sees the points of the public questions. unsafe: whether to grade where student
    code cannot be kept apart.
    """

    topic: str
    language: str = "en"
    hidden: str = "after_published"
    leaderboard: bool = False
    unsafe: bool = False


def read_settings(path: Path) -> Settings:
    """The settings in an archive. Raises AutograderError for a file that is none of ours."""
    try:
        return Settings(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise AutograderError(f"{path} is not the settings file of this archive: {error}") from None


def write(course: Course, path: Path, settings: Settings, secret: bytes, torch_index: str = "") -> Path:
    """Write the archive. secret: the course's; the archive holds one that is derived from it, for this topic.

    torch_index: where pip finds PyTorch's CPU build. Raises UsageError.
    """
    if settings.hidden not in VISIBILITIES:
        raise UsageError(f"--hidden {settings.hidden}: allowed are {', '.join(VISIBILITIES)}")
    if torch_index and not re.fullmatch(r"https://[\w./-]+", torch_index):
        raise UsageError(f"--torch-index {torch_index}: an address that begins with https:// is expected")
    assignment = course.assignment(settings.topic)
    files = dict(_course_files(course, settings.topic))
    files |= {
        "setup.sh": setup(torch_index).encode(),
        "run_autograder": RUN.encode(),
        "requirements.txt": requirements(assignment).encode(),
        f"course/{SETTINGS}": (json.dumps(asdict(settings), indent=1) + "\n").encode(),
        f"course/{SECRET}": derived(secret, settings.topic).hex().encode(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    _write_zip(path, files)
    return path


def setup(torch_index: str) -> str:
    """setup.sh."""
    index = f" --extra-index-url {torch_index}" if torch_index else ""
    return SETUP.format(index=index, sealed=" ".join(SEALED))


def derived(secret: bytes, topic: str) -> bytes:
    """A secret for one topic's archive, from which the course's cannot be had."""
    return hmac.new(secret, f"gradescope/{topic}".encode(), hashlib.sha256).digest()


def requirements(assignment: Assignment) -> str:
    """What the container needs, in the versions that are installed here. Topics on NumPy do without PyTorch."""
    names = [*NUMPY_PACKAGES, *(["torch"] if assignment.framework == "torch" else [])]
    return "".join(f"{name}=={metadata.version(name).split('+')[0]}\n" for name in names)


def _course_files(course: Course, topic: str) -> Iterator[tuple[str, bytes]]:
    """This program and one topic, by their names in the archive."""
    for path in sorted(PROGRAM.rglob("*")):
        if path.is_file() and path.suffix in SHIPPED and "__pycache__" not in path.parts:
            yield f"course/autograder/{path.relative_to(PROGRAM).as_posix()}", path.read_bytes()
    folders = (course.root / "assignments" / topic, course.solutions(topic), course.root / "tests" / "graders" / topic)
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"there is no {folder}: a student's edition cannot grade for a class")
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".toml", ".npz"):
                yield f"course/{path.relative_to(course.root).as_posix()}", path.read_bytes()


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """The same files give the same bytes; scripts may be executed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            facts = zipfile.ZipInfo(name, MOMENT)
            facts.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o755 if name in ("setup.sh", "run_autograder") else 0o644
            facts.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(facts, files[name])
