"""A pool of real processes: one that dies takes nobody's grade with it."""

from __future__ import annotations

import pytest
from support_courses import RIGHT, with_graders

from autograder import batch
from autograder.model import Submission

DEADLY = """
    import os
    from pathlib import Path


    def deadly(value):
        if float(np.ravel(value)[0]) == 666.0:
            os._exit(9)
        return True


    @points(1)
    def test_scale_values(student):
        '''a grader that dies of one answer, and once by itself'''
        once = Path(__file__).with_name("once")
        if once.exists():
            once.unlink()
            os._exit(9)
        check_that(student.scale(np.ones(2), 3.0), deadly, "it is harmless")
    """
SOURCES = {
    "alice": RIGHT,
    "bob": RIGHT,
    "mallory": "def scale(x, a):\n    return 666.0\n",
    "trent": RIGHT,
    "wendy": "def scale(x, a):\n    return None\n",
}


@pytest.mark.slow
def test_a_process_that_dies_costs_only_the_submission_that_kills_it(tmp_path):
    course = with_graders(tmp_path / "course", DEADLY)
    (course.root / "tests" / "graders" / "vectors" / "once").touch()
    submissions = [Submission(name, {"vectors.py": source.encode()}) for name, source in SOURCES.items()]
    work = batch.shards(submissions, len(submissions), course.root, "vectors", b"s" * 32, 2)
    found = {outcome.submission.student: outcome for outcome in batch.outcomes(work, batch.local_pool, 2)}
    assert sorted(found) == sorted(SOURCES)
    reports = {name: outcome.report for name, outcome in found.items() if outcome.report}
    scores = {name: report.score for name, report in reports.items()}
    assert scores == {"alice": 1, "bob": 1, "trent": 1, "wendy": 0}, [
        str(question.verdict.message) for report in reports.values() for question in report.questions
    ]
    assert found["mallory"].report is None
    assert found["mallory"].trouble.startswith("BrokenProcessPool: ")
