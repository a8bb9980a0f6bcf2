"""A secret that every submission could read is no secret: grading a class refuses to start."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.manifest import Course
from autograder.model import UsageError
from autograder.sandbox.choice import require_isolation, see_hidden


@pytest.mark.parametrize("place", [Path("/usr/src/app"), Path(sys.prefix), Path(sys.base_prefix, "share", "course")])
def test_a_course_among_what_submissions_may_read_is_refused(place):
    with pytest.raises(UsageError, match=r"solutions lies in .*, which submissions can read: move it"):
        require_isolation("numpy", unsafe=False, secret=Course(place).hidden)


def test_a_link_to_a_place_that_can_be_read_is_seen_through(tmp_path):
    (tmp_path / "course").symlink_to("/usr/share")
    with pytest.raises(UsageError, match="which submissions can read"):
        see_hidden([tmp_path / "course" / "class"])


def test_elsewhere_and_for_code_that_is_trusted_nothing_is_said(tmp_path):
    see_hidden(Course(tmp_path).hidden)
    require_isolation("numpy", unsafe=True, secret=[Path("/usr/share")])
