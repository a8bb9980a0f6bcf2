"""The fast sample of `make parity`: a right and a wrong answer through every platform's own programs."""

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.platforms import parity
from autograder.platforms.samples import samples


@pytest.fixture(scope="module")
def found():
    wanted = ("reference", "mistake-huber_without_join")
    chosen = [sample for sample in samples(Course(ROOT), TOPIC) if sample.name in wanted]
    return list(parity.rows(Course(ROOT), TOPIC, chosen))


@pytest.mark.slow
def test_every_platform_gives_our_score_to_every_question(found):
    assert [sum(row.ours.values()) for row in found] == [100, 93]
    assert [row.differing(route) for row in found for route in parity.ROUTES] == [()] * 8


@pytest.mark.slow
def test_the_table_counts_what_differs(found):
    row = found[1]
    name = next(iter(row.ours))
    wrong = {**row.others, "otter": {**row.others["otter"], name: 77.0}}
    other = parity.Row(row.topic, row.sample, row.ours, wrong, row.cells)
    assert "same" in parity.table([row])
    assert "differ" not in parity.table([row])
    assert "1 differ" in parity.table([other])
    assert f"otter:{name}" in parity.details([other])


def test_a_few_samples_are_spread_over_all():
    chosen = parity.chosen_samples(Course(ROOT), TOPIC, 4)
    assert [sample.kind for sample in chosen][:2] == ["reference", "starter"]
    assert len({sample.name for sample in chosen}) == 6


def test_the_versions_of_everything_that_works_are_told():
    for name in ("nbgrader", "otter-grader", "nbclient", "torch"):
        assert f"{name} " in parity.heading()
