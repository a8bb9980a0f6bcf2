"""Whole submissions, each graded behind the real sandbox, each ending exactly as its expected.toml says.

expected.toml: `topic`; `score`; `default`, the status of every question that is not named; `[questions]`, the
status by exercise or question; `mistakes`, the ids that are named; `[limits]`, where the case must be quick;
`says`, words that some message must contain; `seed`, where it is not the public one; `needs`, the level of
isolation ("A" or "B") that the outcome rests on, where a weaker one cannot hold the case.

AUTOGRADER_GALLERY=all plays every case as an ordinary user too, not only those whose outcome may hang on it.

The status `unearned` stands for any that earns nothing, where the order of events decides which it is.
"""

import contextlib
import gc
import json
import os
import subprocess
import sys
import tomllib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from classes import handed_in

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Status
from autograder.render import document
from autograder.sandbox.choice import Restarting, choose
from autograder.sandbox.forked import LAYERS

COURSE = Course(Path(__file__).parents[2])
GALLERY = COURSE.root / "tests" / "gallery"
CASES = sorted(path.parent.name for path in GALLERY.glob("*/expected.toml"))
UNEARNED = {status.value for status in Status} - {"passed", "ours"}
REPORT_BYTES = 1_000_000
NEIGHBOUR = "right_in_other_words"


def without_namespaces(framework):
    """Level B: as in a container that allows no namespaces, Bubblewrap's neither."""
    sandbox = Restarting(framework, wanted=LAYERS[1:])
    sandbox._settled = True
    return sandbox


SANDBOXES = {"the best": choose, "without namespaces": without_namespaces}


class Gallery:
    """Grades cases behind one kind of sandbox; graders are shared by all kinds."""

    graders: dict[str, Grader] = {}  # noqa: RUF012 - shared on purpose: loading a topic costs a second

    def __init__(self, make):
        self.make, self.sandboxes, self.alone = make, {}, {}

    def sandbox(self, framework):
        return self.sandboxes.get(framework) or self.sandboxes.setdefault(framework, self.make(framework))

    def grade(self, *cases, seed="2f31"):
        """The reports of the cases, graded one after the other under one seed."""
        topic = wanted(cases[0])["topic"]
        grader = self.graders.get(topic) or self.graders.setdefault(topic, Grader(COURSE, topic))
        reports = []
        grader.grade([self._answerer(grader, case, seed) for case in cases], reports.append)
        return reports

    def _answerer(self, grader, case, seed):
        usual, words = grader.assignment, wanted(case)
        sandbox = self.sandbox(usual.framework)
        if sandbox.isolation.level > words.get("needs", "C"):
            pytest.skip(f"needs level {words['needs']}, this is {sandbox.isolation.level}")
        grader.assignment = replace(usual, limits=replace(usual.limits, **words.get("limits", {})))
        try:
            found = next(s for s in handed_in(GALLERY, usual.topic, grader.assignment.limits) if s.student == case)
            return grader.submitted(found, sandbox, seed)
        finally:
            grader.assignment = usual

    def neighbour_alone(self, seed):
        if seed not in self.alone:
            (self.alone[seed],) = map(untimed, self.grade(NEIGHBOUR, seed=seed))
        return self.alone[seed]

    def close(self):
        for sandbox in self.sandboxes.values():
            sandbox.close()


def wanted(case):
    return tomllib.loads((GALLERY / case / "expected.toml").read_text("utf-8"))


def untimed(report):
    """A report without what no two runs share."""
    return replace(report, questions=tuple(replace(question, seconds=0.0) for question in report.questions))


@pytest.fixture(scope="module", params=["the best", pytest.param("without namespaces", marks=pytest.mark.slow)])
def gallery(request):
    if sys.platform != "linux" and request.param != "the best":
        pytest.skip("layers are Linux's")
    with closing(Gallery(SANDBOXES[request.param])) as gallery:
        yield gallery


@pytest.mark.parametrize("case", CASES)
def test_the_case_ends_as_expected_and_its_neighbour_as_if_alone(case, gallery):
    words = wanted(case)
    report, neighbour = gallery.grade(case, NEIGHBOUR, seed=words.get("seed", "2f31"))
    assert_ended(report, words)
    for language in "en", "zh":
        assert_harmless(document.text(report, language))
    assert untimed(neighbour) == gallery.neighbour_alone(report.seed)
    assert remains() == []


def assert_ended(report, words):
    statuses = words.get("questions", {})
    ended = {question.name: question.verdict.status.value for question in report.questions}
    named = {q.name: statuses.get(q.name, statuses.get(q.exercise, words["default"])) for q in report.questions}
    expected = {name: ended[name] if status == "unearned" else status for name, status in named.items()}
    messages = "\n".join(str(question.verdict.message) for question in report.questions)
    assert ended == expected, messages
    assert {ended[name] for name, status in named.items() if status == "unearned"} <= UNEARNED, messages
    assert report.score == words["score"]
    assert report.is_final
    assert {q.verdict.mistake for q in report.questions if q.verdict.mistake} == set(words.get("mistakes", []))
    assert [said for said in words.get("says", []) if said not in messages] == []


def remains():
    """What hostile cases mark as theirs and leave behind: files outside of their scratch, processes."""
    places = ["/tmp", "/dev/shm", "/var/tmp", "/run", "/root", "/usr", str(COURSE.root), os.path.dirname(os.__file__)]
    files = [path for place in places for path in Path(place).glob("gallery-marker*") if os.path.lexists(path)]
    files += [
        path for folder in ("autograder", "solutions") for path in (COURSE.root / folder).rglob("gallery-marker*")
    ]
    return files + [name for name in map(command_of, Path("/proc").glob("[0-9]*/comm")) if name.startswith("gallery")]


def command_of(path):
    try:
        return path.read_text()
    except OSError:  # it has ended meanwhile
        return ""


def assert_harmless(written):
    """A report as it is written: small, strict JSON, without a character that a terminal or a page would act on."""
    assert len(written.encode()) < REPORT_BYTES
    json.loads(written, parse_constant=refuse)
    assert [char for char in written if ord(char) < 32 and char != "\n"] == []
    assert not set("\x7f\x9b\u200b\u202e\u2066\ufeff") & set(written)


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def test_every_case_says_what_is_expected_of_it():
    cases = [path.name for path in GALLERY.iterdir() if path.is_dir()]
    assert sorted(cases) == CASES


@pytest.mark.slow
def test_hostile_submissions_leave_no_descriptor_and_no_process(gallery):
    cases = ["forged_verdicts", "starts_processes", "descriptors_sent_along", "os_exit", "too_many_files"]
    gallery.grade(NEIGHBOUR, *cases)
    before = held()
    gallery.grade(*cases, *cases, NEIGHBOUR)
    assert held() == before


def held():
    """Descriptors of this process that more than garbage holds, and the processes below it with how many each has."""
    gc.collect()
    return len(os.listdir("/proc/self/fd")), sorted(map(descriptors, below(os.getpid())))


def below(process):
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(path.read_text().rsplit(") ", 1)[1].split()[1]), []).append(int(path.parent.name))
    found = [process]
    for one in found:
        found += parents.get(one, [])
    return found[1:]


def descriptors(process):
    try:
        return len(os.listdir(f"/proc/{process}/fd"))
    except OSError:
        return -1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become another user")
def test_the_gallery_ends_the_same_for_an_ordinary_user():
    """The same tests in a process of another user, who sees the system, this code and /tmp."""
    words = CASES if os.environ.get("AUTOGRADER_GALLERY") == "all" else FOR_EVERY_USER
    chosen = " or ".join(words)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", __file__]
    command += ["-k", f"best and ({chosen})"]
    environment = {**os.environ, "PYTHONPATH": str(COURSE.root), "PYTHONDONTWRITEBYTECODE": "1", "HOME": "/tmp"}
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER, *command],
        cwd=COURSE.root, env=environment, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert f"{len([case for case in CASES if any(word in case for word in words)])} passed" in done.stdout


# The cases whose outcome may hang on who starts the grader: processes, signals, files, limits, copies.
FOR_EVERY_USER = ["right", "starts", "signals", "reads", "searches", "writes", "limits", "copies", "memory", "too_many",
                  "disk", "traces", "network", "forged", "endless_loop", "os_exit", "calls_the"]  # fmt: skip
AS_ANOTHER = """
import os, sys
from autograder.sandbox.layers import namespaces, privileges, root
others = privileges.other_uids()
namespaces.unshare(namespaces.NEWNS)
here = [*root.system(), *root.interpreter(), os.getcwd(), "/dev", "/sys", "/tmp"]
root.narrow(here, read_only=False)
privileges.become_other(others)
os.chdir(os.environ["PYTHONPATH"])
os.execv(sys.argv[1], sys.argv[1:])
"""
