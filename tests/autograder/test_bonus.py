"""A bonus through everything that counts points: 104 of 100 comes out right, and what was not begun costs nothing."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest
from reports import ASSIGNMENT, WRONG, question, report, statistics_of
from rich.console import Console
from support_books import recorded
from support_courses import RIGHT, copied

from autograder import running, sheets
from autograder.authoring import proofs
from autograder.authoring.twins import twin
from autograder.cli import main
from autograder.exporters.all import known
from autograder.exporters.protocol import File, Missing, Options
from autograder.gradebook import Book, schema
from autograder.gradebook.rows import Question
from autograder.grading import Grader
from autograder.loop.watch import focus
from autograder.manifest import Course
from autograder.model import Exercise, Outcome, Status, Submission
from autograder.platforms.release import Material
from autograder.policies import Decisions, Given, Policy, final
from autograder.render import document, hints, html, overview
from autograder.render.live import View, live
from autograder.render.terminal import Page

TWIST = Exercise("twist", 4.0, {"en": "Twisting", "zh": "扭转"}, ("twist",), bonus=True)
WITH_BONUS = replace(ASSIGNMENT, exercises=(TWIST, *ASSIGNMENT.exercises))
FULL = tuple(question(name=f"{exercise}_{n}", exercise=exercise) for exercise in ("scale", "shift") for n in range(2))
ALONE = tuple(question(Status.NOT_IMPLEMENTED, name=f"twist_{n}", exercise="twist", bonus=True) for n in range(2))
DONE = tuple(question(name=f"twist_{n}", exercise="twist", bonus=True) for n in range(2))
LAST_WRONG = (*FULL[:3], question(Status.WRONG, name="shift_1", exercise="shift"))


def handed(student, *questions):
    """One student's outcome."""
    return Outcome(Submission(student, {"vectors.py": student.encode()}), report(*questions, student=student))


CLASS = (handed("ann", *DONE, *FULL), handed("ben", *ALONE, *FULL), handed("cy", *DONE, *LAST_WRONG))


def printed(show, language="en"):
    """What a page prints."""
    file = io.StringIO()
    show(Page(language, Console(file=file, width=100, highlight=False, soft_wrap=False)))
    return file.getvalue()


@pytest.fixture
def graded(tmp_path):
    """The class in a gradebook: book and what counts for each."""
    recorded(tmp_path, WITH_BONUS, CLASS)
    with Book(tmp_path / "gradebook.sqlite") as book:
        yield book, list(running.grades(book, "vectors", Policy()))


def exported(name, book, grades, **options):
    found = list(known()[name].export(book, WITH_BONUS, grades, Options(**options)))
    return [each for each in found if isinstance(each, File)], [each for each in found if isinstance(each, Missing)]


def test_a_report_may_have_more_than_its_points():
    made = report(*DONE, *FULL)
    assert (made.score, made.points) == (12, 8)
    assert document.read(document.text(made))[0].questions[0].bonus is True
    assert document.read(document.text(made).replace(' "bonus": true,\n  ', ""))[0].questions[0].bonus is False


@pytest.mark.parametrize(("language", "word"), [("en", "bonus"), ("zh", "附加题")])
def test_a_student_reads_one_word_for_it(language, word):
    page = printed(lambda page: page.topic(WITH_BONUS, report(*DONE, *LAST_WRONG)), language)
    assert "10/8" in page.splitlines()[0]
    assert word in page.splitlines()[0]
    assert [word in line for line in page.splitlines()[1:4]] == [True, False, False]
    assert f">{word}</span>" in html.page([(WITH_BONUS, report(*DONE, *FULL))], language)


def test_what_was_not_begun_is_no_failure_and_nothing_that_is_open():
    page = printed(lambda page: page.topic(WITH_BONUS, report(*ALONE, *FULL)))
    assert page.splitlines()[0].endswith("8/8")
    assert "bonus: not implemented yet" in page
    assert "Everything passes.\nThere is a bonus, for those who want it: twist" in page
    assert hints.hints(WITH_BONUS, report(*ALONE, *FULL), "en") == []
    assert focus(View(), report(*ALONE, *FULL), WITH_BONUS) == ""
    page = printed(lambda page: page.topic(WITH_BONUS, report(*ALONE, *LAST_WRONG)))
    assert "✗ shift_1" in page
    assert "Still open" not in page


def test_what_is_wrong_in_a_bonus_comes_after_what_is_wrong_elsewhere():
    twisted = question(name="twist_0", exercise="twist", bonus=True, verdict=WRONG)
    both = report(twisted, *LAST_WRONG)
    page = printed(lambda page: page.topic(WITH_BONUS, both))
    assert "✗ shift_1" in page
    assert "✗ twist_0" not in page
    assert "Still open: 1 more." in page
    assert hints.hints(WITH_BONUS, both, "en")[0].startswith("shift_1")
    assert focus(View(), both, WITH_BONUS) == "shift"
    opened = html.page([(WITH_BONUS, both)], "en").split("<details open><summary>")[1]
    assert "shift_1" in opened.split("</summary>")[0]
    alone = report(twisted, *FULL)
    assert "✗ twist_0" in printed(lambda page: page.topic(WITH_BONUS, alone))
    assert focus(View(), alone, WITH_BONUS) == "twist"


def test_who_asks_for_the_bonus_alone_is_told_about_it():
    page = printed(lambda page: page.topic(WITH_BONUS, report(*ALONE)))
    assert "Next: twist." in page
    assert hints.hints(WITH_BONUS, report(*ALONE), "en")[0].startswith("twist_0")


def test_the_table_of_topics_says_what_counts_and_when_it_is_done():
    rows = [(WITH_BONUS, report(*ALONE, *FULL))]
    page = printed(lambda page: (page.topics(rows, "starter"), page.progress_so_far(rows)))
    assert "8/8" in page
    assert "██████████  done" in page
    assert "8 of 8 points\nEverything passes.\nThere is a bonus, for those who want it: twist" in page
    rows = [(WITH_BONUS, report(*DONE, *LAST_WRONG))]
    page = printed(lambda page: (page.topics(rows, "starter"), page.progress_so_far(rows)))
    assert "10/8" in page
    assert "███████░░░  shift" in page
    assert "Next: shift." in page


def test_watch_marks_a_bonus():
    file = io.StringIO()
    Console(file=file, width=100).print(live(WITH_BONUS, report(*ALONE, *FULL), View(), "zh"))
    assert "8/8" in file.getvalue()
    assert "twist  0/4  ·· 附加题" in file.getvalue()


@pytest.mark.parametrize(("language", "heading"), [("en", "## Twisting (4, bonus)"), ("zh", "## 扭转 (4, 附加题)")])
def test_notebooks_say_it_in_the_heading(language, heading):
    made = Material(WITH_BONUS, "", (), (), language)
    assert made.heading("twist") == heading
    assert "bonus" not in made.heading("scale")
    starter = "import numpy\n\n\ndef twist(x):\n    return x\n\n\ndef scale(x):\n    return x\n"
    cells = ["".join(cell["source"]) for cell in json.loads(twin(WITH_BONUS, starter))["cells"]]
    headings = [cell.splitlines()[-1] for cell in cells if cell.startswith("## ")]
    assert headings == ["`twist`, 4 points / 分, bonus / 附加题", "`scale`, 4 points / 分"]


def test_policies_count_it_on_top():
    asked = (*DONE, *LAST_WRONG)
    made = final(asked, Policy())
    assert (made.raw, made.raw_points, made.score, made.points, made.lines) == (10, 8, 10, 8, ())
    assert final(asked, Policy(most_percent=100)).score == 8
    assert final(asked, Policy(extra=("twist", "scale"))).points == 4
    assert [line.text.values["name"] for line in final(asked, Policy(extra=("twist",))).lines] == []
    assert final(asked, Policy(drop=("twist",))).score == 6
    assert final(asked, Policy(), decisions=Decisions(questions={"twist_0": Given(0.5)})).score == 8.5


def test_a_class_is_counted_and_drawn_up_to_its_best_score(graded):
    book, grades = graded
    assert [(grade.final.score, grade.final.points) for grade in grades] == [(12, 8), (8, 8), (10, 8)]
    rows = list(running.rows(book, WITH_BONUS, Policy()))
    assert [row[1:3] for row in rows[1:]] == [("12", "8"), ("8", "8"), ("10", "8")]
    assert rows[1][rows[0].index("twist")] == "4"
    found = statistics_of([g.standing.questions for g in grades], [g.final.score for g in grades], 8)
    assert (found.most, found.histogram(6)) == (12, [0, 0, 0, 0, 1, 2])
    page = "".join(overview.pieces("Vectors", [], found, []))
    assert "students by score, from 0 to 12" in page
    assert '<line class="full" x1="266.7"' in page
    by_name = {item.name: item for item in found.items}
    assert (by_name["twist_0"].asked, by_name["twist_0"].difficulty) == (2, 1.0)
    assert statistics_of([[], []], [7, 8], 8).most == 8
    assert '<line class="full"' not in "".join(overview.pieces("Vectors", [], statistics_of([[], []], [7, 8], 8), []))


def test_a_bonus_that_nobody_tried_looks_no_worse_for_it():
    students = [kept(*ALONE, *FULL) for _ in range(9)]
    found = statistics_of(students, [8] * 9, 8)
    assert not [item for item in found.items if item.exercise == "twist"]
    assert [item.suspicions for item in found.items] == [()] * 4


def kept(*asked):
    """Questions as the gradebook has them."""
    return [
        Question(q.name, q.exercise, q.points, q.score, q.hidden, q.verdict.status.value, None, 0.0, q.bonus)
        for q in asked
    ]


def test_an_old_gradebook_learns_of_it(tmp_path):
    path = tmp_path / "old.sqlite"
    with sqlite3.connect(path) as old:
        for script in schema.MIGRATIONS[:2]:
            for statement in schema._statements(script):
                old.execute(statement)
        old.execute("INSERT INTO run VALUES (1, 'batch', 'vectors', '', '', '', '', '')")
        old.execute("INSERT INTO student VALUES ('eve', '', '', '{}')")
        old.execute(
            "INSERT INTO submission VALUES "
            "(1, 'vectors', 'eve', 'eve', '', NULL, NULL, NULL, 0, '', '', NULL, '2026-01-01')"
        )
        old.execute("INSERT INTO grading VALUES (1, 1, 1, '', '', 'en', '', 'A', 2, 2, 1, '', '', NULL)")
        old.execute("INSERT INTO question_result VALUES (1, 0, 'q', 'scale', 2, 2, 0, 'passed', NULL, 0)")
        old.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        old.execute("PRAGMA user_version = 2")
    old.close()
    with Book(path) as book:
        (eve,) = book.standings("vectors")
        assert [each.bonus for each in eve.questions] == [False]
        run = book.begin("batch", "vectors", grader="", isolation="A")
        book.add(run, CLASS[0], "en")
        ann, _ = book.standings("vectors")
        assert [each.bonus for each in ann.questions] == [True, True, False, False, False, False]


def test_canvas_takes_more_than_its_points_scaled(graded):
    book, grades = graded
    sheet = sheets.read(
        b"Student,ID,SIS User ID,SIS Login ID,Section,Vectors (12345)\n    Points Possible,,,,,100\n"
        b"Ann,1,a,ann,S,\nBen,2,b,ben,S,\nCy,3,c,cy,S,\n"
    )
    (file,), missing = exported("canvas", book, grades, sheet=sheet)
    assert missing == []
    assert [row.values[5] for row in sheets.read(file.content).rows[2:]] == ["150", "100", "125"]


def test_moodle_would_pass_over_more_than_its_maximum_so_that_is_filled_in_and_said(graded):
    book, _ = graded
    people = (("ann", "Ann"), ("ben", "Ben"), ("cy", "Cy"))
    head = "Identifier,Full name,Email,Status,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
    lines = "".join(
        f"Participant {n},{name},{key}@x.org,Submitted,,100.00,-,\n" for n, (key, name) in enumerate(people, 7)
    )
    book.know([(key, name, "", {"moodle": str(n)}) for n, (key, name) in enumerate(people, 7)])
    grades = list(running.grades(book, "vectors", Policy()))
    (file,), missing = exported("moodle", book, grades, sheet=sheets.read((head + lines).encode()))
    rows = sheets.read(file.content).rows[1:]
    assert [row.values[4] for row in rows] == ["100", "100", "100"]
    assert [row.values[7] for row in rows] == ["12/8", "8/8", "10/8"]
    assert [(each.student, each.what, each.why) for each in missing] == [
        ("ann", "the maximum for", "150 of 100, and Moodle takes no more than its maximum"),
        ("cy", "the maximum for", "125 of 100, and Moodle takes no more than its maximum"),
    ]


def test_tables_lines_and_results_say_the_score(graded):
    book, grades = graded
    (file,), _ = exported("csv", book, grades)
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert [(row["score"], row["points"], row["raw"]) for row in rows] == [
        ("12", "8", "12"),
        ("8", "8", "8"),
        ("10", "8", "10"),
    ]
    (file,), _ = exported("jsonl", book, grades)
    assert [json.loads(line)["raw_points"] for line in file.content.decode().splitlines()] == [8, 8, 8]
    files, _ = exported("gradescope", book, grades)
    ann, ben, _ = (json.loads(each.content) for each in files)
    assert (ann["score"], ann["tests"][0]["max_score"], ann["tests"][0]["status"]) == (12, 2, "passed")
    assert ann["tests"][0]["name"].endswith("(bonus)")
    assert (ben["score"], ben["tests"][0]["max_score"]) == (8, 0)
    assert "status" not in ben["tests"][0]
    assert {test["status"] for test in ben["tests"][2:]} == {"passed"}
    (file,), _ = exported("junit", book, grades)
    suites = ElementTree.fromstring(file.content.decode())
    assert [suite.get("failures") for suite in suites] == ["0", "0", "1"]
    assert [len(suite.findall("testcase/skipped")) for suite in suites] == [0, 2, 0]


@pytest.fixture
def course(tmp_path):
    """The tiny course, its second exercise a bonus of 6 beside 4 points."""
    made = copied(tmp_path / "course")
    facts = made.root / "assignments" / "vectors" / "assignment.toml"
    text = facts.read_text("utf-8").replace("points = 10", "points = 4").rstrip() + "\nbonus = true\n"
    facts.write_text(text, "utf-8")
    return made


def test_the_points_of_a_topic_are_those_of_what_is_no_bonus(course):
    assert list(proofs.points_add_up(Grader(course, "vectors"))) == []
    refusals = [
        each.what for each in proofs.points_add_up(Grader(_with(course, "points = 4", "points = 10"), "vectors"))
    ]
    assert "questions add up to 4, assignment.toml says 10" in refusals


def _with(course: Course, old: str, new: str) -> Course:
    facts = course.root / "assignments" / "vectors" / "assignment.toml"
    facts.write_text(facts.read_text("utf-8").replace(old, new, 1), "utf-8")
    return course


def test_mistakes_of_a_bonus_lose_points_and_its_alternatives_keep_them(course):
    grader = Grader(course, "vectors")
    done = proofs.trials(
        grader, [each for each in grader.bank.mistakes if each.exercise == "mean_square_grad"], ["2f31"]
    )
    assert {trial.lost for trial in done} == {True}
    right = [each for each in grader.bank.alternatives if each.exercise == "mean_square_grad"]
    assert {trial.lost for trial in proofs.trials(grader, right, ["2f31"])} == {False}


def test_the_command_grades_it(course, tmp_path, capsys):
    def run(source):
        path = tmp_path / "vectors.py"
        path.write_text(source)
        code = main(["--root", str(course.root), "grade", "vectors", "--from", str(path), "--strict"])
        return code, capsys.readouterr().out

    code, said = run(RIGHT)
    assert code == 0
    assert "Vectors  10/4, bonus 6" in said
    code, said = run(RIGHT.replace("return 2 * x / x.size", 'raise NotImplementedError("mean_square_grad")'))
    assert code == 0
    assert "Vectors  4/4\n" in said
    code, said = run(RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a"))
    assert code == 1
    assert "Vectors  6/4, bonus 6" in said
