"""The fast sample of `make parity`: an answer that loses some points, through every platform's own programs."""

import json
import time

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.platforms import parity
from autograder.platforms.kept import Kept
from autograder.platforms.parts import Part
from autograder.platforms.routes import OURS, ROUTES
from autograder.platforms.samples import Sample, samples

SAMPLE = Sample("mistake-a", "mistake", (Part("a", "def a(): ..."),))
OTHER = Sample("mistake-b", "mistake", (Part("b", "def b(): ..."),))
SCORES = {"one": 2.0, "two": 0.0, "three": 1.5}
CELLS = {"one": "public-a", "two": "public-a", "three": "hidden-a"}
BY_CELL = {"public-a": 2.0, "hidden-a": 1.5}


@pytest.mark.slow
def test_every_platform_gives_our_score_to_every_question(tmp_path):
    chosen = [sample for sample in samples(Course(ROOT), TOPIC) if sample.name == "mistake-huber_without_join"]
    kept = Kept(tmp_path / "kept", [])
    assert parity.run(Course(ROOT), TOPIC, chosen, kept)
    (row,) = parity.rows(TOPIC, chosen, Kept(tmp_path / "kept", []))
    assert 0 < sum(row.ours.values()) < 100
    assert row.others.keys() == set(ROUTES)
    assert [row.differing(route) for route in ROUTES] == [()] * 4
    assert list(parity.deviations([row])) == []


def known(path, **changed):
    """A file of scores by every way, some of them other than ours."""
    kept = Kept(path, [b"graders"], "state")
    kept.cells(CELLS)
    found = {OURS: SCORES, **dict.fromkeys(ROUTES, SCORES), "nbgrader": BY_CELL, **changed}
    for route, scores in found.items():
        kept.add(route, [SAMPLE], [scores])
    return Kept(path, [b"graders"], "state")


def test_a_run_goes_on_where_another_one_ended(tmp_path):
    kept = known(tmp_path / "kept")
    with (tmp_path / "kept").open("a") as file:
        file.write('{"route": "otter", "sco')  # killed in the middle of a line
    kept = Kept(tmp_path / "kept", [b"graders"])
    assert parity.run(Course(ROOT), TOPIC, [SAMPLE], kept)
    assert not parity.run(Course(ROOT), TOPIC, [SAMPLE, OTHER], kept, until=time.monotonic())
    assert [row.sample.name for row in parity.rows(TOPIC, [SAMPLE, OTHER], kept)] == ["mistake-a"]


def test_scores_of_other_graders_or_another_submission_do_not_count(tmp_path):
    path = tmp_path / "kept"
    assert known(path).scores(SAMPLE, "otter") == SCORES
    assert Kept(path, [b"graders, changed"]).scores(SAMPLE, "otter") is None
    assert known(path).scores(OTHER, "otter") is None


def test_the_table_says_what_is_the_same_what_differs_and_what_was_not_run(tmp_path):
    kept = known(tmp_path / "kept", otter={**SCORES, "two": 1.0}, nbgrader={**BY_CELL, "hidden-a": 0.0})
    kept.add(OURS, [OTHER], [SCORES])
    kept.add("otter", [OTHER], [SCORES])
    found = list(parity.rows(TOPIC, [SAMPLE, OTHER], kept, ("notebook", "nbgrader", "otter")))
    assert parity.table(found)[1] == (
        TOPIC,
        "mistake",
        "2",
        "2",
        "6",
        "same (1 run)",
        "1 differ (1 run)",
        "1 differ",
        "not run",
    )
    assert sorted(parity.deviations(found)) == [
        f"{TOPIC}, mistake-a, hidden-a: nbgrader gives 0.0, we give 1.5",
        f"{TOPIC}, mistake-a, two: otter gives 1.0, we give 0.0",
    ]
    assert parity.details(found).splitlines()[1:] == [
        f"{TOPIC},mistake-a,3.5,3.5,2,4.5,,nbgrader:hidden-a otter:two",
        f"{TOPIC},mistake-b,3.5,,,3.5,,",
    ]


def test_the_page_counts_and_names_every_deviation(tmp_path):
    found = list(parity.rows(TOPIC, [SAMPLE], known(tmp_path / "kept", otter={})))
    text = parity.page(found, "docs/parity.md", "2f31", {TOPIC: 141})
    assert "1 submissions, 11 scores compared, 3 of them other than ours:" in text
    assert "- gradient_descent, mistake-a, one: otter gives None, we give 2.0" in text
    assert "otter-grader " in text
    assert "Known answers that were run: gradient_descent 1 of 141." in text
    assert "| gradient_descent | mistake | 1 | 1 | 3 | same | same | 3 differ | same |" in text


def test_the_basis_of_a_score_is_the_graders_and_what_grades(course):
    said = b"\n".join(parity.basis(course, TOPIC))
    assert b"nbgrader " in said
    assert (ROOT / "tests" / "graders" / TOPIC / "test_hidden.py").read_bytes() in said
    assert json.dumps(TOPIC).encode() in said


def test_a_few_samples_are_spread_over_all():
    chosen = parity.chosen_samples(Course(ROOT), TOPIC, 4)
    assert [sample.kind for sample in chosen][:2] == ["reference", "starter"]
    assert len({sample.name for sample in chosen}) == 6


def test_submissions_take_an_answer_of_each_exercise_and_leave_none_out():
    together = parity.chosen_samples(Course(ROOT), TOPIC, 0)
    apart = parity.chosen_samples(Course(ROOT), TOPIC, 0, apart=True)
    assert len(together) < len(apart) / 4
    for kind in ("alternative", "mistake"):
        alone = [sample for sample in apart if sample.kind == kind]
        assert sum(sample.answers for sample in together if sample.kind == kind) == len(alone)
        merged = b"".join(sample.module for sample in together if sample.kind == kind)
        for sample in alone:
            assert sample.module.split(b"def _variant(right):")[1].split(b"\n\n\n")[0] in merged


def test_the_versions_of_everything_that_works_are_told():
    for name in ("python", "nbgrader", "otter-grader", "nbclient", "torch"):
        assert f"{name} " in parity.heading()
