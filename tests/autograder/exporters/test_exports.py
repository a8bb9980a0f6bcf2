"""Exports that the platforms take back: the instructor's own file with one column filled and no other byte changed."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import classes
import pytest
from classes import pupils
from reports import ASSIGNMENT, WRONG, question, report, saying
from support_books import recorded

from autograder import roster, running, sheets
from autograder.exporters.all import known
from autograder.exporters.files import feedback_name
from autograder.exporters.protocol import File, Missing, Options
from autograder.gradebook import Book
from autograder.model import Outcome, Receipt, Status, Submission, UsageError
from autograder.policies import Policy
from autograder.sheets import quoted

HEAD = "Student,ID,SIS User ID,SIS Login ID,Section,Vectors (12345),Other (777),Final Score\n"
MANUAL = ",,,,,Manual Posting,,\n"
POSSIBLE = "    Points Possible,,,,,{},10,(read only)\n"


def canvas_sheet(people, possible="8", delimiter=",", end="\r\n"):
    """The gradebook that Canvas would export."""
    rows = [HEAD, MANUAL, POSSIBLE.format(possible)]
    for p in people:
        name = f'="{p.name}"' if p.name.startswith("=") else p.name
        cells = [quoted(name), p.canvas, f"sis{p.number}", p.login, "Sec 1", "", "3.5", "77"]
        rows.append(",".join(cells) + "\n")
    return "".join(rows).replace(",,,,,M", delimiter * 5 + "M").replace("\n", end).encode()


MOODLE = {
    "en": (
        "Identifier,Full name,Email,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments",
        "Participant",
    ),
    "de": (
        "ID,Name,E-Mail,Status,Bewertung,Bestwertung,Geändert,Feedback als Kommentar",
        "Teilnehmer/in",
    ),
    "zh": ("标识符,全名,电子邮件,状态,成绩,最高分,上次修改（成绩）,反馈评语", "参与者"),
}


def moodle_sheet(people, language="en", most="8.00"):
    """The worksheet that Moodle would hand out."""
    head, word = MOODLE[language]
    rows = [head]
    for p in people:
        cells = (f"{word} {p.moodle}", p.name, p.email, "Submitted", "", most, "Monday, 2 November 2026, 3:58 PM", "")
        rows.append(",".join(quoted(cell) for cell in cells))
    return ("\ufeff" + "\n".join(rows) + "\n").encode()


def outcomes(people, kind):
    """A graded class; the score tells who it is."""
    for p in people:
        questions = [
            question(Status.PASSED if p.number >> bit & 1 else Status.WRONG, name=f"q{bit}", points=0.5)
            for bit in range(10)
        ]
        key = p.login if kind != "moodle" else p.email
        place = f"{classes.compact(p.name)}_{p.canvas}_7_vectors.py" if kind == "canvas" else ""
        if kind == "moodle":
            place = f"{classes.folder_name(p.name)}_{p.moodle}_assignsubmission_file"
        receipt = Receipt(source=kind, where=place)
        yield Outcome(Submission(key, {}, None, None, receipt), report(*questions, student=key))


@pytest.fixture
def graded(tmp_path):
    """A graded class of so many, known by the platform's own roster: book and grades."""
    books = []

    def graded(people, kind="canvas", sheet=None, policy=Policy()):  # noqa: B008
        recorded(tmp_path / kind, ASSIGNMENT, outcomes(people, kind))
        book = Book(tmp_path / kind / "gradebook.sqlite")
        books.append(book)
        for person in roster.read(sheets.read(sheet)).people.values() if sheet else ():
            if person.key:
                book.know([(person.key, person.name, person.section, person.ids)])
        return book, list(running.grades(book, "vectors", policy))

    yield graded
    for book in books:
        book.close()


def exported(name, book, grades, **options):
    found = list(known()[name].export(book, ASSIGNMENT, grades, Options(**options)))
    return [each for each in found if isinstance(each, File)], [each for each in found if isinstance(each, Missing)]


def expected(people):
    return {p.number: bin(p.number % 1024).count("1") * 0.5 for p in people}


@pytest.mark.parametrize("count", [30, 1000])
def test_canvas_gets_its_own_file_back_with_one_column_filled(graded, count):
    people = pupils(count)
    content = canvas_sheet(people, possible="5")
    book, grades = graded(people, "canvas", content)
    (file,), missing = exported("canvas", book, grades, sheet=sheets.read(content))
    assert missing == []
    before, after = (list(csv.reader(io.StringIO(c.decode(), newline=""))) for c in (content, file.content))
    assert [row[:5] + row[6:] for row in before] == [row[:5] + row[6:] for row in after]
    assert {int(row[1]) - 4000: float(row[5]) for row in after[3:]} == expected(people)
    filled = sheets.read(file.content)
    emptied = filled
    for line in range(3, len(filled.rows)):
        emptied = emptied.with_cell(line, 5, "") if line < 33 else emptied
    assert emptied.content()[: len(HEAD) + 200] == content[: len(HEAD) + 200]


def test_an_export_that_is_imported_and_exported_again_is_the_same_file(graded):
    people = pupils(30)
    content = canvas_sheet(people, possible="5")
    book, grades = graded(people, "canvas", content)
    (once,), _ = exported("canvas", book, grades, sheet=sheets.read(content))
    (twice,), _ = exported("canvas", book, grades, sheet=sheets.read(once.content))
    assert once.content == twice.content


@pytest.mark.parametrize(("language", "count"), [*((language, 30) for language in MOODLE), ("en", 1000)])
def test_moodle_gets_its_own_worksheet_back_in_its_language(graded, language, count):
    people = pupils(count)
    content = moodle_sheet(people, language, "5,00" if language == "de" else "5.00")
    book, grades = graded(people, "moodle", content)
    (file,), missing = exported("moodle", book, grades, sheet=sheets.read(content))
    assert missing == []
    before, after = (list(csv.reader(io.StringIO(c.decode("utf-8-sig"), newline=""))) for c in (content, file.content))
    assert [row[:4] + row[5:7] for row in before] == [row[:4] + row[5:7] for row in after]
    scores = {int(row[0].split()[-1]) - 90_000: float(row[4].replace(",", ".")) for row in after[1:]}
    assert scores == expected(people)
    assert all(("," in row[4]) <= (language == "de") for row in after[1:])
    assert after[4][7] == "1/5"


def test_points_are_scaled_to_the_platforms(graded):
    people = pupils(3)
    content = canvas_sheet(people, possible="100")
    book, grades = graded(people, "canvas", content)
    (file,), _ = exported("canvas", book, grades, sheet=sheets.read(content))
    assert [row.values[5] for row in sheets.read(file.content).rows[3:]] == ["0", "10", "10"]


@pytest.mark.parametrize(("name", "sheet", "column"), [("canvas", canvas_sheet, 5), ("moodle", moodle_sheet, 4)])
def test_full_marks_are_each_students_own(graded, name, sheet, column):
    """A question that was left out for somebody, or an override without anything graded, changes nobody else's."""
    people = pupils(5)
    content = sheet(people, **{"possible" if name == "canvas" else "most": "100"})
    book, grades = graded(people, name)
    full = {1: 5.0, 2: 4.0, 3: 2.5, 4: 0.0}
    grades = [
        replace(each, final=replace(each.final, score=2.0, points=full.get(n, 5.0))) for n, each in enumerate(grades)
    ]
    (file,), _ = exported(name, book, grades, sheet=sheets.read(content))
    scores = [row.values[column] for row in sheets.read(file.content).rows[-5:]]
    assert scores == ["40", "40", "50", "80", f"{200 / ASSIGNMENT.points:g}"]


def test_excused_students_are_EX_and_ungraded_cells_stay_empty(graded):  # noqa: N802
    people = pupils(4)
    content = canvas_sheet(people, possible="5")
    book, _ = graded(people[:3], "canvas", content)
    book.decide("excuse", "ill", topic="vectors", student="user0001")
    grades = list(running.grades(book, "vectors", Policy()))
    (file,), _ = exported("canvas", book, grades, sheet=sheets.read(content))
    assert [row.values[5] for row in sheets.read(file.content).rows[3:]] == ["0", "EX", "0.5", ""]


def test_who_has_no_line_is_named_and_nobody_elses_line_is_taken(graded):
    people = pupils(5)
    book, grades = graded(people, "canvas", canvas_sheet(people))
    (file,), missing = exported("canvas", book, grades, sheet=sheets.read(canvas_sheet(people[1:])))
    assert [each.student for each in missing] == ["user0000"]
    assert "user0000" not in file.content.decode()


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("canvas", b"", "the platform's own file is filled"),
        ("canvas", b"a,b\n1,2\n", "this is no gradebook of Canvas"),
        (
            "canvas",
            canvas_sheet(pupils(2)).replace(b"Vectors", b"Bees"),
            r"which column is 'vectors'\? .* there are Bees \(12345\); Other",
        ),
        ("canvas", canvas_sheet(pupils(2), "(read only)"), "the column is read-only"),
        ("moodle", b"a,b\n1,2\n", "this is no worksheet of Moodle"),
        ("moodle", moodle_sheet(pupils(2)).replace(b",Grade,", b",Punkte,"), "which column is the grade's"),
    ],
)
def test_a_file_that_cannot_be_filled_is_refused(graded, kind, content, said):
    book, grades = graded(pupils(2), kind)
    with pytest.raises(UsageError, match=said):
        exported(kind, book, grades, sheet=sheets.read(content) if content else None)


def test_a_column_is_named_by_title_or_number(graded):
    people = pupils(2)
    content = canvas_sheet(people)
    book, grades = graded(people, "canvas", content)
    for column in ("777", "Other", "other (777)"):
        (file,), _ = exported("canvas", book, grades, sheet=sheets.read(content), column=column)
        assert sheets.read(file.content).rows[4].values[6] == "1"


def test_a_table_is_quoted_and_no_formula(graded):
    people = pupils(30)
    book, grades = graded(people, "canvas", canvas_sheet(people))
    (file,), _ = exported("csv", book, grades)
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert {row["student"]: float(row["score"]) for row in rows} == {
        p.login: expected(people)[p.number] for p in people
    }
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "-"))]
    assert next(row["name"] for row in rows if row["student"] == "user0001") == people[1].name


def test_junit_is_xml_whatever_a_student_writes_and_hides_hidden_questions(tmp_path):
    evil = saying("]]>\x00\x1b<b>&\u202e")
    made = report(
        question(verdict=evil), question(name="SECRET", hidden=True, verdict=replace(WRONG)), student="<&\x01"
    )
    recorded(tmp_path, ASSIGNMENT, [Outcome(Submission("<&\x01", {}), made)])
    with Book(tmp_path / "gradebook.sqlite") as book:
        (file,), _ = exported("junit", book, list(running.grades(book, "vectors", Policy())))
    (suite,) = ElementTree.fromstring(file.content.decode())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "2")
    assert [case.find("properties/property").get("value") for case in suite] == ["0", "0"]
    assert b"SECRET" not in file.content


def test_json_lines_and_gradescope_results_say_the_score_that_counts(graded):
    people = pupils(3)
    book, _ = graded(people, "canvas", canvas_sheet(people))
    book.decide("override", "talked", topic="vectors", student="user0002", value={"score": 4.25})
    grades = list(running.grades(book, "vectors", Policy()))
    (file,), _ = exported("jsonl", book, grades)
    lines = [json.loads(line) for line in file.content.decode().splitlines()]
    assert [line["score"] for line in lines] == [0, 0.5, 4.25]
    assert lines[2]["lines"] == [{"text": "set by the instructor: talked", "change": 3.75}]
    assert lines[2]["report"]["score"] == 0.5
    files, _ = exported("gradescope", book, grades)
    assert [json.loads(each.content)["score"] for each in files] == [0, 0.5, 4.25]


def test_feedback_has_the_names_that_platforms_take_back(graded):
    people = [p for p in pupils(30) if p.name not in ("\u202eevil",)]
    for kind in ("canvas", "moodle", "folder"):
        book, grades = graded(people, kind)
        files, _ = exported("feedback", book, grades)
        assert len({each.name for each in files}) == len(people)
        assert all(each.name.startswith("feedback/") and ".." not in each.name for each in files)
        place = feedback_name(grades[3], ".html")
        wanted = {
            "canvas": "李小龍阿_4003_7_vectors.html",
            "moodle": "90003_assignsubmission_file_feedback.html",
            "folder": "user0003.html",
        }
        assert place.endswith(wanted[kind]) or kind == "moodle"


def test_the_command_exports(tmp_path, capsys):
    from support_courses import TINY

    from autograder.cli import main
    from autograder.manifest import Course

    people = pupils(3)
    recorded(tmp_path, Course(TINY).assignment("vectors"), outcomes(people, "canvas"))
    (tmp_path / "class.csv").write_bytes(canvas_sheet(people[:2], "5"))
    book = ["--book", str(tmp_path / "gradebook.sqlite")]
    words = ["export", "vectors", "canvas", str(tmp_path / "to"), "--into", str(tmp_path / "class.csv"), *book]
    assert main(["--root", str(TINY), *words]) == 0
    assert capsys.readouterr().out.startswith("no line for user0002: user0002 is not in the roster\n1 file written to ")
    assert (tmp_path / "to" / "canvas.csv").exists()
    assert main(["--root", str(TINY), "export", "vectors", "exel", str(tmp_path), *book]) == 2
    assert "there is no format 'exel'; there are canvas, csv, feedback" in capsys.readouterr().err
    assert main(["--root", str(TINY), "export", "layers", "csv", str(tmp_path), *book]) == 2
