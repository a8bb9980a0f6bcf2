"""The plan of a class: whose each file is, which attempt, what was left out; made as a stream, whatever its size."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from classes import SHAPES, folder_name, pupils, unpacked, zipped

from autograder import sheets
from autograder.model import Limits
from autograder.roster import read as roster
from autograder.sources.planning import plan

LIMITS = Limits()
IN_SEVERAL = {"brightspace", "nbgrader-exchange", "blackboard"}  # which hand out every attempt by itself
BY_NAME = {"moodle", "moodle flat", "brightspace"}  # which tell whose a file is by a name and an id of their own
STRAYS = {"canvas": ["readme.txt"], "moodle": ["stray.txt"]}
TAKEN = {
    "files": "user{number:04d}.py was taken for vectors.py",
    "canvas": "vectors-{mark}.py was taken for vectors.py",
}


def listed(path, *topics, **options):
    """What a plan comes to: of each submission what is planned, and what its file says of its owner and attempt."""

    def held(each):
        text = next(iter(each.submission(LIMITS).files.values()), b"").decode()
        said = dict(line.split(" = ") for line in text.splitlines())
        whose = {"number": int(said["who"]), "of": int(said["attempt"])} if said else {}
        return SimpleNamespace(**whose, **vars(each))

    with ExitStack() as stack:
        found = plan(path, dict.fromkeys(topics, LIMITS), stack, **options)
        return SimpleNamespace(
            planned=[held(each) for each in found.planned],
            earlier=[held(each) for each in found.earlier],
            strays=list(found.strays),
            missing=[each.key for each in found.missing],
        )


def canvas_table(people):
    quoted = [(p.name.replace('"', '""'), p) for p in people]
    rows = [f'"{name}",{p.canvas},s{p.number},{p.login},S\n' for name, p in quoted]
    return "Student,ID,SIS User ID,SIS Login ID,Section\n" + "".join(rows)


def short(content):
    """Without the names that a file system does not take."""
    return {name: data for name, data in content.items() if all(len(p.encode()) < 250 for p in name.split("/"))}


def spoken(name):
    """A name as it is said: `Doe, Jane` and `Jane Doe` are one."""
    return " ".join(reversed(name.split(", ")))


@pytest.fixture
def given(tmp_path):
    """Puts a class of some shape into a zip: the people and where it is."""

    def given(shape):
        people = pupils(36)
        (tmp_path / "in.zip").write_bytes(zipped(short(SHAPES[shape](people, "vectors"))))
        return people, tmp_path / "in.zip"

    return given


@pytest.mark.parametrize("shape", SHAPES)
def test_a_folder_comes_to_what_a_zip_of_it_does(given, tmp_path, shape):
    people, place = given(shape)
    folder = unpacked(short(SHAPES[shape](people, "vectors")), tmp_path / "in")

    def told(found):
        submissions = [
            (each.student, each.name, each.number, each.of, each.entry.path, each.receipt, each.order, each.ids)
            for each in found.planned + found.earlier
        ]
        return submissions, found.strays

    assert told(listed(folder, "vectors")) == told(listed(place, "vectors"))


@pytest.mark.parametrize("shape", SHAPES)
def test_everybodys_last_attempt_is_planned_in_the_order_of_their_keys(given, shape):
    people, place = given(shape)
    found = listed(place, "vectors")
    assert {each.number: each.of for each in found.planned} == {each.number: each.attempts for each in people}
    assert [each.student for each in found.planned] == sorted({each.student for each in found.planned})
    assert {each.topic for each in found.planned} == {"vectors"}
    assert all(
        (each.problem, each.trouble, each.unmatched, each.receipt.members) == (None, "", None, ())
        for each in found.planned
    )
    assert found.missing == []


@pytest.mark.parametrize("shape", SHAPES)
def test_earlier_attempts_are_kept_by_their_numbers(given, shape):
    people, place = given(shape)
    found, whole = listed(place, "vectors"), listed(place, "vectors", all_attempts=True)
    numbers = Counter({(each.number, each.of): each.receipt.attempt for each in found.planned + found.earlier})
    if shape in IN_SEVERAL:
        assert numbers == {(p.number, n): n for p in people for n in range(1, p.attempts + 1)}
        assert len(found.planned) == len(people)
        assert [(each.number, each.of) for each in whole.planned] == [
            (each.number, n) for each in found.planned for n in range(1, each.of + 1)
        ]
    else:
        assert set(numbers.values()) == {1}
        assert found.earlier == whole.earlier == []


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_nobodys_and_what_was_taken_for_another_name_is_told(given, shape):
    people, place = given(shape)
    found = listed(place, "vectors")
    assert [each.where for each in found.strays] == STRAYS.get(shape, [])
    marked = {each.number: each.attempts - 1 for each in people}
    for each in found.planned:
        note = TAKEN.get(shape, "").format(number=each.number, mark=marked[each.number])
        assert str(each.receipt.note or "") == ("" if shape == "canvas" and not marked[each.number] else note)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_roster_says_whose_each_is_and_who_is_missing(given, shape):
    people, place = given(shape)
    enrolled = people[:28]
    found = listed(place, "vectors", roster=roster(sheets.read(canvas_table(enrolled).encode())))
    told = {each.login for each in enrolled}
    if shape in BY_NAME:
        names = Counter(spoken(each.name) for each in people)
        told = {p.login for p in enrolled if folder_name(p.name) == p.name and names[spoken(p.name)] == 1}
    elif shape == "nbgrader-exchange":
        told = set()  # its logins have an end here that the roster's have not
    matched = [each for each in found.planned if each.unmatched is None]
    assert {each.student: each.number for each in matched} == {
        f"user{n:04d}": n for n in range(28) if f"user{n:04d}" in told
    }
    assert all(each.person.section == "S" and each.ids["canvas"] == people[each.number].canvas for each in matched)
    assert all(each.student.startswith("?") and each.person is None for each in found.planned if each.unmatched)
    assert found.missing == [each.login for each in enrolled if each.login not in told]


@pytest.mark.parametrize("shape", SHAPES)
def test_asked_for_several_topics_no_file_of_another_name_is_taken_and_a_topic_without_files_is_left_out(given, shape):
    people, place = given(shape)
    found = listed(place, "vectors", "layers")
    if shape == "files":
        said = [f"TOPIC.py was not handed in, only {each.login}.py" for each in people]
        assert (found.planned, sorted(str(each.why) for each in found.strays)) == ([], sorted(said))
    else:
        assert {(each.topic, each.number) for each in found.planned} == {("vectors", each.number) for each in people}


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
