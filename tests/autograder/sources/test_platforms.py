"""Each platform's shape is recognised, everybody in it is found with their own last work, and nothing is dropped."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace

import classes
import pytest
from classes import NAMES, SHAPES, pupils, tarred, unpacked, zipped

from autograder import sheets
from autograder.model import Limits, UsageError
from autograder.roster import read as roster
from autograder.sources.names import timestamp
from autograder.sources.planning import plan

LIMITS = Limits(source_bytes=1000)


@pytest.fixture
def planned(tmp_path):
    """Plans files as a zip (or what `form` makes of them): the plan and what each submission holds."""

    def planned(content, form=zipped, topic="vectors", name="in.zip", **options):
        path = tmp_path / name
        path.write_bytes(form(content))
        return read(path, topic, **options)

    return planned


def read(path, topic="vectors", **options):
    with ExitStack() as stack:
        topics = options.pop("topics", {topic: LIMITS})
        found = plan(path, topics, stack, **options)
        listed = SimpleNamespace(
            source=found.source, planned=list(found.planned), strays=list(found.strays), earlier=list(found.earlier)
        )
        return listed, [(each, each.submission(LIMITS)) for each in listed.planned]


def held(submissions):
    """What was handed in by key: the content, else why there is none."""
    return {
        each.student: str(submission.problem) if submission.problem else next(iter(submission.files.values()))
        for each, submission in submissions
    }


@pytest.mark.parametrize("count", [30, 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_everybody_is_found_once_with_their_own_last_work(planned, shape, count):
    people = pupils(count)
    found, submissions = planned(SHAPES[shape](people, "vectors"))
    assert found.source == NAMES.get(shape, shape)
    assert sorted(held(submissions).values()) == sorted(each.text() for each in people)
    assert len({each.student for each, _ in submissions}) == count


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", ["folder", "tar.gz", "tar"])
def test_a_folder_and_a_tar_hold_the_same(tmp_path, shape, form):
    people = [each for each in pupils(40) if len(each.name) < 80]
    content = SHAPES[shape](people, "vectors")
    if form == "folder":
        path = unpacked(content, tmp_path / "in")
    else:
        path = tmp_path / f"in.{form}"
        path.write_bytes(tarred(content, "w:gz" if form == "tar.gz" else "w"))
    found, submissions = read(path)
    assert found.source == NAMES.get(shape, shape)
    assert sorted(held(submissions).values()) == sorted(each.text() for each in people)


def test_late_flags_of_canvas_are_kept(planned):
    people = pupils(30)
    found, _ = planned(classes.canvas(people, "vectors"))
    late = {each.student.rpartition("_")[2] for each in found.planned if each.receipt.late}
    assert late == {each.canvas for each in people if each.late} != set()


def test_strays_are_listed_with_a_reason(planned):
    found, _ = planned(classes.canvas(pupils(5), "vectors"))
    assert [(each.where, "not of the form" in str(each.why)) for each in found.strays] == [("readme.txt", True)]


def test_times_and_attempts_are_told(planned):
    people = [each for each in pupils(30) if each.attempts == 3]
    found, _ = planned(classes.brightspace(people, "vectors"))
    assert {each.receipt.attempt for each in found.planned} == {3}
    times = {(each.receipt.at.month, each.receipt.at.day, each.receipt.at.hour) for each in found.planned}
    assert times == {(10, 11, 10)}
    assert len(found.earlier) == 2 * len(people)
    whole, _ = planned(classes.brightspace(people, "vectors"), all_attempts=True)
    assert (len(whole.planned), whole.earlier) == (3 * len(people), [])


def test_a_group_is_one_submission_with_members(planned):
    import yaml

    submitters = [{":name": n, ":sid": n, ":email": f"{n}@x"} for n in ("amy", "ben", "cem")]
    text = yaml.safe_dump({"submission_1": {":submitters": submitters}}).encode()
    content = {"e/submission_1/vectors.py": b"x", "e/submission_metadata.yml": text, "e/submission_9/vectors.py": b"y"}
    found, _ = planned(content)
    ((only,), (stray,)) = found.planned, found.strays
    assert (only.student, only.receipt.members) == ("amy_amy", ("ben_ben", "cem_cem"))
    assert str(stray.why) == "submission_metadata.yml does not say whose it is"


def test_blind_marking_and_anonymous_names_have_keys_of_their_own(planned):
    found, _ = planned({f"Participant_{n}_assignsubmission_file_/vectors.py": b"x" for n in (11, 12)})
    assert [each.student for each in found.planned] == ["11", "12"]
    found, _ = planned({"anon_Ab3xY_123_vectors.py": b"x", "anon_LATE_Qq9zZ_124_vectors-1.py": b"y"})
    assert {each.student: each.receipt.late for each in found.planned} == {"Ab3xY": False, "Qq9zZ": True}


def test_a_file_name_cannot_pass_for_another_students(planned):
    found, submissions = planned({"doejane_44_9_vectors_55_10_vectors.py": b"x", "roe_55_11_vectors.py": b"y"})
    assert {each.student for each in found.planned} == {"doejane_44", "roe_55"}
    assert held(submissions)["roe_55"] == b"y"
    mine = "Jane Doe_12_assignsubmission_file_a_99_assignsubmission_file_vectors.py"
    found, _ = planned({mine: b"x", "Rob_99_assignsubmission_file_vectors.py": b"y"})
    assert {each.student for each in found.planned} == {"Jane Doe_12", "Rob_99"}


def test_a_display_name_cannot_pass_for_another_students_id(planned):
    table = b'Student,ID,SIS User ID,SIS Login ID,Section\n"Roe, Rob",1,u1,rob,S\n"x_1_2_, y",44,u2,eve,S\n'
    content = {"x_1_2_y_44_9_vectors.py": b"x", "roerob_1_3_vectors.py": b"y"}
    found, submissions = planned(content, roster=roster(sheets.read(table)))
    assert held(submissions)["rob"] == b"y"
    (why,) = [str(each.unmatched) for each in found.planned if each.unmatched]
    assert why == "the id 1 is Roe, Rob's, the name x is not"


def test_a_platform_is_forced_or_refused_by_name(planned):
    content = classes.folders(pupils(3), "vectors")
    assert planned(content, source="folder")[0].source == "folder"
    with pytest.raises(UsageError, match=r"there is no source 'canvass'; there are blackboard, brightspace, canvas"):
        planned(content, source="canvass")
    with pytest.raises(UsageError, match=r"holds nothing that was handed in, read as moodle; user0000"):
        planned(content, source="moodle")


def test_a_sites_own_names_are_told_by_a_pattern(planned):
    content = {"jdoe_Jane Doe_77_assignsubmission_file/vectors.py": b"x"}
    pattern = r"(?P<student_id>[^_]+)_(?P<name>[^_]+)_\d+_assignsubmission_file/"
    found, submissions = planned(content, pattern=pattern)
    assert held(submissions) == {"jdoe": b"x"}
    assert found.planned[0].name == "Jane Doe"
    for wrong, said in (("(", "is no regular expression"), ("(?P<x>.)", r"has no group \(\?P<student_id>…\)")):
        with pytest.raises(UsageError, match=said):
            planned(content, pattern=wrong)


def test_git_clones_lose_what_all_names_begin_with(tmp_path):
    for name in ("hw1-amy", "hw1-ben"):
        unpacked({f"{name}/.git/HEAD": b"ref", f"{name}/vectors.py": name.encode()}, tmp_path / "in")
    found, submissions = read(tmp_path / "in")
    assert (found.source, held(submissions)) == ("clones", {"amy": b"hw1-amy", "ben": b"hw1-ben"})


def test_several_topics_take_what_is_there_for_each(planned):
    content = {"amy/vectors.py": b"v", "amy/layers.py": b"l", "ben/vectors.py": b"w"}
    found, submissions = planned(content, topics=dict.fromkeys(("layers", "vectors", "other"), LIMITS))
    assert [(each.topic, each.student) for each in found.planned] == [
        ("layers", "amy"),
        ("layers", "ben"),
        ("vectors", "amy"),
        ("vectors", "ben"),
    ]
    assert [str(s.problem) for _, s in submissions if s.problem] == ["layers.py was not handed in, only vectors.py"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-02 15:58:23.9 UTC", datetime(2026, 11, 2, 15, 58, 23, 900000, tzinfo=UTC)),
        ("2026-11-02 07:58:23 America/Los_Angeles", datetime(2026, 11, 2, 15, 58, 23, tzinfo=UTC)),
        ("2026-13-02 07:58:23 UTC", None),
        ("2026-11-02 07:58:23 ../../etc/passwd", None),
        ("tomorrow", None),
    ],
)
def test_a_timestamp_is_read_with_its_zone(text, expected):
    assert timestamp(text) == expected


def test_a_place_that_is_nothing_is_refused(tmp_path):
    for content, said in ((None, "there is no file or folder"), (b"text", "is no folder, zip or tar")):
        path = tmp_path / "x"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(UsageError, match=said):
            read(path)
    with pytest.raises(UsageError, match="holds nothing that was handed in"):
        read(unpacked({"a.txt": b""}, tmp_path / "in"))


def test_a_pipe_and_a_device_are_not_read(tmp_path):
    unpacked({"amy/vectors.py": b"x"}, tmp_path / "in")
    os.mkfifo(tmp_path / "in" / "ben.py")
    assert held(read(tmp_path / "in")[1]) == {"amy": b"x", "ben": "ben.py is no plain file"}


def test_one_student_cannot_make_a_class_look_like_another_platforms(tmp_path):
    files = {
        "amy/x/timestamp.txt": b"2026-11-02",
        "amy/vectors.py": b"1",
        "ben/vectors.py": b"2",
        "cy/vectors.py": b"3",
    }
    found, submissions = read(unpacked(files, tmp_path))
    assert found.source == "folder"
    assert held(submissions) == {"amy": b"1", "ben": b"2", "cy": b"3"}


MONDAY, FRIDAY = b"2026-11-02 10:00:00 UTC", b"2026-11-06 10:00:00 UTC"


def tree_of_two(mine, other, stamped=True):
    """One student's tree with a task of Monday and another of Friday."""
    content = {f"submitted/jane/{mine}/cnn.py": b"mine", f"submitted/jane/{other}/backprop.py": b"other"}
    if stamped:
        content |= {f"submitted/jane/{mine}/timestamp.txt": MONDAY, f"submitted/jane/{other}/timestamp.txt": FRIDAY}
    return content


@pytest.mark.parametrize("stamped", [True, False])
def test_another_tasks_hand_in_is_not_taken_for_this_ones(planned, stamped):
    found, submissions = planned(tree_of_two("cnn", "backprop", stamped), topic="cnn")
    assert found.source == "nbgrader"
    assert held(submissions) == {"jane": b"mine"}
    assert [each.receipt.note for each in found.planned] == [None]
    assert found.earlier == []


@pytest.mark.parametrize("stamped", [True, False])
def test_of_several_topics_each_has_the_hand_ins_that_are_called_so(planned, stamped):
    topics = dict.fromkeys(("cnn", "backprop", "other"), LIMITS)
    found, submissions = planned(tree_of_two("cnn", "backprop", stamped), topics=topics)
    assert [(each.topic, str(s.problem or "")) for each, s in submissions] == [("backprop", ""), ("cnn", "")]
    assert found.earlier == []


def test_an_exchange_keeps_its_tasks_apart(planned):
    content = {
        "inbound/jane+cnn+2026-11-02 10:00:00 UTC+a1/cnn.py": b"mine",
        "inbound/jane+backprop+2026-11-06 10:00:00 UTC+b2/backprop.py": b"other",
    }
    assert held(planned(content, topic="cnn")[1]) == {"jane": b"mine"}
    found, submissions = planned(content, topics=dict.fromkeys(("backprop", "cnn"), LIMITS))
    assert [(each.topic, next(iter(s.files.values()))) for each, s in submissions] == [
        ("backprop", b"other"),
        ("cnn", b"mine"),
    ]
    assert found.earlier == []


def test_a_task_that_is_called_otherwise_is_told_by_what_it_holds(planned):
    content = {"submitted/jane/hw3/homework.py": b"mine", "submitted/jane/hw3/timestamp.txt": MONDAY}
    assert held(planned(content, topic="cnn")[1]) == {"jane": b"mine"}
    _, submissions = planned(tree_of_two("hw3", "backprop"), topics=dict.fromkeys(("cnn", "backprop"), LIMITS))
    assert [(each.topic, str(s.problem or "")) for each, s in submissions] == [("backprop", ""), ("cnn", "")]


def test_whoever_handed_in_another_task_alone_has_handed_in_nothing_to_this_one(tmp_path):
    table = b"username,name\njane,Jane\nrob,Rob\n"
    content = {**tree_of_two("cnn", "backprop"), "submitted/rob/backprop/backprop.py": b"x"}
    path = unpacked(content, tmp_path / "in")
    with ExitStack() as stack:
        found = plan(path, {"cnn": LIMITS}, stack, roster=roster(sheets.read(table)))
        assert [each.key for each in found.missing] == ["rob"]
        assert [each.student for each in found.planned] == ["jane"]


def test_where_only_other_topics_were_handed_in_nothing_is_graded_as_this_one(planned):
    content = {"submitted/jane/backprop/backprop.py": b"other", "submitted/rob/backprop/backprop.py": b"x"}
    with pytest.raises(UsageError, match="holds nothing for cnn, read as nbgrader; backprop is there"):
        planned(content, topic="cnn", known=("backprop", "cnn"))
    with_another = {**content, "submitted/rob/hw3/cnn.py": b"mine"}
    assert held(planned(with_another, topic="cnn", known=("backprop", "cnn"))[1]) == {"rob": b"mine"}
