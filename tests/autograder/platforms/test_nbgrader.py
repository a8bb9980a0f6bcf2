"""nbgrader's own commands work on our notebooks, and our import puts the isolated engine's scores in its gradebook."""

import csv
from contextlib import closing
from dataclasses import replace

import pytest
from attacks import ANYWHERE, EDITS, IN_NBGRADER
from trees import HOSTILE, ROOT, TOPIC, WRONG, command, read, sources

from autograder.manifest import Course
from autograder.model import Outcome, Status, UsageError, Verdict
from autograder.platforms.engine import Engine
from autograder.platforms.nbgrader_import import check_released, enter, submissions, tree_at
from autograder.platforms.nbgrader_release import release
from autograder.stubs import solution_lines

pytestmark = pytest.mark.slow


def test_nbgrader_accepts_the_metadata_and_says_nothing_about_it(nbgrader):
    from nbformat import from_dict, validate
    from nbgrader.nbgraderformat import MetadataValidator

    for step in ("source", "release"):
        document = from_dict(read(nbgrader.tree / step / TOPIC / f"{TOPIC}.ipynb"))
        validate(document)
        MetadataValidator().validate_nb(document)
    for said in nbgrader.said.values():
        lines = [line for line in said.splitlines() if "WARNING" in line and "IPKernelApp" not in line]
        assert lines == []


def test_the_released_notebook_holds_no_solution_and_no_hidden_question(nbgrader):
    text = "\n".join(sources(nbgrader.released).values())
    solution = (ROOT / "solutions" / TOPIC / "solution.py").read_text("utf-8")
    assert [line for line in solution_lines(solution) if line in text] == []
    hidden = (ROOT / "tests" / "graders" / TOPIC / "test_hidden.py").read_text("utf-8")
    names = [
        line.split("(")[0].removeprefix("def test_") for line in hidden.splitlines() if line.startswith("def test_")
    ]
    assert names
    assert [name for name in names if name in text] == []


def test_autograde_gives_full_marks_part_marks_and_our_feedback(nbgrader):
    assert nbgrader.scores["reference"] == 100
    assert nbgrader.scores[WRONG] == 91
    graded = read(nbgrader.tree / "autograded" / WRONG / TOPIC / f"{TOPIC}.ipynb")
    cell = next(
        cell
        for cell in graded["cells"]
        if cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") == "public-regression_loss"
    )
    shown = "".join("".join(output.get("text", "")) for output in cell["outputs"])
    assert "regression_loss_mse" in shown
    assert "expected 4.66667" in shown


def test_validate_passes_a_right_notebook(nbgrader):
    assert "Success!" in command(nbgrader.tree, "nbgrader", "validate", f"source/{TOPIC}/{TOPIC}.ipynb")


@pytest.mark.parametrize("attack", IN_NBGRADER)
def test_an_attack_forges_full_marks_in_nbgraders_kernel(nbgrader, attack):
    assert nbgrader.scores[attack] == 100


def test_the_import_replaces_the_kernels_scores_and_forges_nothing(imported):
    found = imported[2]
    assert found["reference"] == 100
    assert found[WRONG] == 91
    wanted = [*IN_NBGRADER, *ANYWHERE, *EDITS]
    assert {name: found[name] for name in wanted} == dict.fromkeys(wanted, 0)
    assert found["reference_with_more_cells"] == 100


def test_what_is_imported_knows_where_its_cells_begin(imported):
    found = {each.student: each.cells for each in submissions(tree_at(imported[0]), TOPIC)}
    assert found["reference"] != ()
    assert found["no_json"] == ()


def test_a_time_that_nbgrader_cannot_read_is_told_and_not_passed_on(imported):
    tree, said, _ = imported
    assert f"{WRONG}: {tree}/submitted/{WRONG}/{TOPIC}/timestamp.txt is no time that nbgrader reads" in said
    assert said.count("is no time") == 1
    assert (tree / "autograded" / "reference" / TOPIC / "timestamp.txt").exists()
    assert not (tree / "autograded" / WRONG / TOPIC / "timestamp.txt").exists()


def test_every_broken_submission_has_a_score_of_nothing(imported):
    found = imported[2]
    wanted = [*HOSTILE, "nothing", "a_link", "cells_twice", "cells_deleted"]
    assert {name: found[name] for name in wanted} == dict.fromkeys(wanted, 0)


def test_feedback_and_export_show_what_was_imported(imported):
    tree = imported[0]
    said = command(tree, "nbgrader", "generate_feedback", TOPIC, "--student", "[mn][io]*")  # a few suffice
    assert "metadata" not in said
    page = (tree / "feedback" / WRONG / TOPIC / f"{TOPIC}.html").read_text("utf-8")
    assert "regression_loss_mse" in page
    assert "hidden questions pass" in page
    assert (tree / "feedback" / "no_json" / TOPIC / f"{TOPIC}.html").exists()
    command(tree, "nbgrader", "export")
    with (tree / "grades.csv").open(encoding="utf-8") as file:
        lines = {line["student_id"]: line for line in csv.DictReader(file)}
    assert float(lines["reference"]["score"]) == 100
    assert lines["reference"]["timestamp"] == "2026-09-01 12:00:00"
    assert float(lines[WRONG]["score"]) == 91


def test_a_question_that_failed_by_itself_leaves_its_cell_to_a_person(imported):
    tree = tree_at(imported[0])
    submission = next(each for each in submissions(tree, TOPIC) if each.student == "reference")
    with closing(Engine(Course(ROOT), "en")) as engine:
        report = engine.report(submission, TOPIC, "mse_grad", "2f31")
    first, *others = report.questions
    first = replace(first, score=0.0, verdict=Verdict(Status.OURS))
    enter(tree, TOPIC, Outcome(submission, replace(report, questions=(first, *others))), "en")
    with tree.gradebook() as book:
        ours = book.find_grade("public-mse_grad", TOPIC, TOPIC, "reference")
        theirs = book.find_grade("hidden-mse_grad", TOPIC, TOPIC, "reference")
        assert (ours.auto_score, ours.needs_manual_grade) == (None, True)
        assert (theirs.auto_score, theirs.needs_manual_grade) == (5.0, False)


def test_a_tree_of_somebody_else_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is no course tree of nbgrader"):
        tree_at(tmp_path)
    (tmp_path / "source").mkdir()
    tree = tree_at(tmp_path)
    with pytest.raises(UsageError, match="nbgrader does not know"):
        check_released(tree, TOPIC)
    with pytest.raises(UsageError, match=f"holds no <student>/{TOPIC}/"):
        list(submissions(tree, TOPIC))


def test_a_notebook_that_is_there_is_not_overwritten(tmp_path):
    path = tmp_path / "source" / TOPIC / f"{TOPIC}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(UsageError, match="is there already"):
        release(Course(ROOT), TOPIC, tmp_path, "en")
    assert path.read_text() == "mine"
