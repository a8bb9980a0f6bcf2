"""Whose hand-in is it: by ids before names, and by nobody's rather than by a guess."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import sheets
from autograder.model import UsageError
from autograder.roster import Person, Roster, Who, read

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (12345)
    Points Possible,,,,,100
"Doe, Jane",4411,u123,jdoe,Sec 1,
"Doe, Jane",4412,u124,jdoe2,Sec 2,
"张伟",4413,u125,zwei,Sec 1,
"""
MOODLE = """\
Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed
Participant 11,Jane Doe,jane@x,Submitted,,100,Yes
Participant 12,Rob Roe,rob@x,Submitted,,100,Yes
"""
GERMAN = """\
ID,Vollständiger Name,Status,Bewertung,Bestwertung
Teilnehmer/in 11,Jane Doe,Abgegeben,,100
Teilnehmer/in 12,Rob Roe,Abgegeben,,100
"""
GRADESCOPE = "First Name,Last Name,SID,Email,Sections\nJane,Doe,77,jane@x,A\nRob,Roe,78,rob@x,B\n"
CLASSROOM = "username,first_name,last_name,email,section,github_id\njdoe,Jane,Doe,jane@x,A,9\n"


def table(text, encoding="utf-8"):
    return read(sheets.read(text.encode(encoding)))


def key(roster, who):
    found = roster.match(who)
    return found.key if isinstance(found, Person) else str(found)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (CANVAS, ["jdoe", "jdoe2", "zwei"]),
        (MOODLE, ["jane@x", "rob@x"]),
        (GERMAN, ["Jane Doe_11", "Rob Roe_12"]),
        (GRADESCOPE, ["77", "78"]),
        (CLASSROOM, ["jdoe"]),
        ("姓名,学号\n张伟,20260001\n", ["20260001"]),
        ("name\nJane\n", ["Jane"]),
        ('Name;Email\n"Doe; Jane";j@x\n', ["j@x"]),
    ],
)
def test_a_roster_is_read_whoever_wrote_it(text, keys):
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert sorted(table(text, encoding).people) == sorted(keys)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (Who("doejane", {"canvas": "4411"}), "jdoe"),
        (Who("", {"canvas": "4412"}), "jdoe2"),
        (Who("roerob", {"canvas": "4411"}), "the id 4411 is Doe, Jane's, the name roerob is not"),
        (Who("", {"student": "ZWEI"}), "zwei"),
        (Who("", {"sid": "u125"}), "zwei"),
        (Who("Jane Doe"), "2 people in the roster are named Jane Doe"),
        (Who("张伟", {"moodle": "9"}), "zwei"),
        (Who("张伟", {"canvas": "9999"}), "张伟 is not in the roster"),
        (Who("Nobody", {"email": "n@x"}), "Nobody is not in the roster"),
    ],
)
def test_ids_come_before_names_and_a_guess_is_not_made(who, expected):
    assert key(table(CANVAS), who) == expected


def test_a_name_is_matched_in_either_order_and_any_composition():
    roster = Roster([Person("e", "E\u0301mile  ZOLA", {})])
    for name in ("Émile Zola", "zola, émile", "Zola Émile"):
        assert key(roster, Who(name)) == "e"


def test_two_people_with_one_key_are_refused():
    with pytest.raises(UsageError, match="two people with the id 'j'"):
        table("username\nj\nj\n")


def test_a_table_that_names_nobody_is_refused():
    with pytest.raises(UsageError, match="headers are colour, size; one of them must be username"):
        table("colour,size\nred,1\n")
    with pytest.raises(UsageError, match="the roster is empty"):
        table("")


@given(
    st.lists(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), min_size=1, max_size=4), min_size=1),
    st.sampled_from(["", "\ufeff"]),
)
def test_a_sheet_is_written_back_byte_for_byte(rows, mark):
    text = mark + "".join(",".join(sheets.quoted(value) for value in row) + "\n" for row in rows)
    sheet = sheets.read(text.encode())
    assert sheet.content() == text.encode()


@given(st.binary(max_size=60))
def test_any_bytes_come_back_as_they_were(content):
    assert sheets.read(content).content() == content or content[:2] in sheets.UTF16


def test_one_cell_changes_and_no_other_byte():
    content = b'\xef\xbb\xbf"A" ,"B"\r\n"x;y", 1\r\nz\n'
    sheet = sheets.read(content)
    assert sheet.with_cell(1, 1, " 1").content() == content
    assert sheet.with_cell(1, 1, "2").content() == content.replace(b" 1", b"2")
    assert sheet.with_cell(1, 0, 'a"b').content() == content.replace(b'"x;y"', b'"a""b"')


@pytest.mark.parametrize("text", ["x;=1+1", "x; \t-2", "|＝cmd|' /C calc'!A0", "a;;+b"])
def test_a_cell_that_another_country_cuts_at_a_semicolon_begins_no_formula(text):
    assert not re.search(r"[;|\t]\s*[=+@＝＋＠-]", sheets.safe(text))


@given(st.text(max_size=20))
def test_no_cell_of_ours_is_a_formula(value):
    import csv
    import io

    ((cell,),) = csv.reader(io.StringIO(sheets.written([[value]]), newline="")) if sheets.safe(value) else [[""]]
    assert not cell.lstrip().startswith(("=", "+", "@", "＝")) or cell == value
    assert not re.search(r"[;|\t]\s*[=+@＝＋＠-]", cell)
    assert not cell.startswith("-") or cell.removeprefix("-").replace(".", "").isdigit()
