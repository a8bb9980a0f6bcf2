"""What students get of a graded class: nothing of a hidden question, and nothing of what failed in a grader."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from reports import ASSIGNMENT, WRONG, question, report
from support_books import recorded

from autograder import running
from autograder.classpages import student_page
from autograder.exporters import gradescope
from autograder.exporters.all import known
from autograder.exporters.protocol import Options
from autograder.gradebook import Book
from autograder.model import Evidence, Grid, Outcome, Picture, Status, Step, Submission, Verdict, sentence
from autograder.platforms import feedback
from autograder.policies import Policy
from autograder.render import html

SECRET = "SECRET"
SIZE = 7.654321  # as secret, and a number


def secret(status):
    """A verdict whose every part tells something that a student is not to know."""
    said, grid = sentence(SECRET), Grid(SECRET, (0, 0), ((SIZE,),), ((SIZE,),), ("4",))
    evidence = Evidence(SECRET, SECRET, SECRET, error=SIZE, allowed=SIZE, grid=grid, steps=(Step(SECRET, "off", SIZE),))
    return Verdict(
        status,
        said,
        evidence=evidence,
        pattern=said,
        attribution=said,
        hint={"en": SECRET, "zh": SECRET},
        mistake=SECRET,
        traceback=(SECRET,),
        output=SECRET,
        pictures=(Picture("curve", said, (SIZE, SIZE), ((said, SIZE),)),),
    )


def hidden(status):
    """A hidden question with a name and a title of its own."""
    made = question(name=f"scale_{SECRET}", hidden=True, verdict=secret(status))
    return replace(made, title={"en": SECRET, "zh": SECRET})


def graded(folder, *questions):
    """The grades and the book of one student with these questions."""
    recorded(folder, ASSIGNMENT, [Outcome(Submission("alice", {}), report(*questions))])
    return Book(folder / "gradebook.sqlite")


def handed_out(folder, *questions, final=False):
    """Everything that goes to students: the page of a batch, and each exporter's that is meant for them."""
    with graded(folder, *questions) as book:
        grades = list(running.grades(book, "vectors", Policy()))
        given = [
            student_page(ASSIGNMENT, grades[0], report(*questions), language, final=final) for language in LANGUAGES
        ]
        for name in ("feedback", "gradescope", "junit"):
            for language in LANGUAGES:
                options = Options(language=language, final=final)
                given += [texts(each) for each in known()[name].export(book, ASSIGNMENT, grades, options)]
    return "\n".join(given)


LANGUAGES = ("en", "zh")


def texts(file):
    """A file's content as text, an archive's too."""
    if zipfile.is_zipfile(io.BytesIO(file.content)):
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    return file.content.decode()


@pytest.mark.parametrize("status", list(Status))
def test_nothing_of_a_hidden_question_reaches_its_student_until_it_is_final(tmp_path, status):
    given = handed_out(tmp_path, question(), hidden(status), question(verdict=WRONG, name="scale_open"))
    assert SECRET not in given
    assert str(SIZE) not in given
    assert "result[1, 2] is 1.5, expected 3" in given


def test_of_exercises_that_nobody_has_begun_no_hidden_title_is_listed(tmp_path):
    given = handed_out(tmp_path, question(Status.NOT_IMPLEMENTED), hidden(Status.NOT_IMPLEMENTED))
    assert "scale_not_implemented" in given
    assert SECRET not in given


def test_a_hidden_question_is_told_in_full_when_it_is_final(tmp_path):
    given = handed_out(tmp_path, hidden(Status.WRONG), final=True)
    assert given.count(SECRET) > 10


@pytest.mark.parametrize("final", [False, True])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_failed_in_a_grader_is_the_instructors_to_read(tmp_path, final, language):
    words = {"en": "the grader itself failed, this is not your fault", "zh": "评分程序自身出错，不是你的问题"}
    made = report(question(verdict=secret(Status.OURS), name="scale_ours"))
    with graded(tmp_path, *made.questions) as book:
        (grade,) = running.grades(book, "vectors", Policy())
        page = student_page(ASSIGNMENT, grade, made, language, final=final)
    results = json.dumps(gradescope.results(made, language, reveal_hidden=final), ensure_ascii=False)
    shown = feedback.question_text(made.questions[0], language)
    for given in (page, results, shown):
        assert SECRET not in given
        assert words[language] in " ".join(given.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_is_handed_back_that_a_students_edition_refuses(tmp_path, language):
    asked = question(verdict=WRONG, name="scale_open")
    made = replace(report(asked), seed="1f2e3d4c")
    word = {"en": "again", "zh": "重试"}[language]
    with graded(tmp_path, asked) as book:
        (grade,) = running.grades(book, "vectors", Policy())
        page = student_page(ASSIGNMENT, grade, made, language)
    for given in (page, feedback.question_text(asked, language)):
        assert "result[1, 2]" in given
        assert "--only" not in given
        assert not re.search(rf"(<dt>|^ *){word}\b", given, re.MULTILINE)
    assert f"<dt>{word}</dt>" in html.page([(ASSIGNMENT, made)], language)
