"""The fast sample of `make parity`: an answer that loses some points, through every platform's own programs."""

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.platforms import parity
from autograder.platforms.samples import samples


@pytest.fixture(scope="module")
def found():
    chosen = [sample for sample in samples(Course(ROOT), TOPIC) if sample.name == "mistake-huber_without_join"]
    return list(parity.rows(Course(ROOT), TOPIC, chosen))


@pytest.mark.slow
def test_every_platform_gives_our_score_to_every_question(found):
    assert 0 < sum(found[0].ours.values()) < 100
    assert [found[0].differing(route) for route in parity.ROUTES] == [()] * 4


@pytest.mark.slow
def test_the_table_counts_what_differs(found):
    row = found[0]
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
