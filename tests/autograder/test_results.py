"""The folder of results belongs to one batch at a time; what else keeps it from being locked is told as it is."""

from __future__ import annotations

from contextlib import closing

import pytest

from autograder.model import AutograderError, UsageError
from autograder.results import Results


def test_a_second_batch_into_one_folder_is_refused(tmp_path):
    with closing(Results(tmp_path, "en")), pytest.raises(UsageError, match="another batch is writing to"):
        Results(tmp_path, "en")
    Results(tmp_path, "en").close()


def test_a_lock_that_is_a_folder_or_other_text_is_no_other_batch(tmp_path):
    (tmp_path / ".lock").write_text("no database at all, " * 100)
    with pytest.raises(AutograderError, match=r"the lock .* cannot be read: file is not a database; delete it"):
        Results(tmp_path, "en")
    (tmp_path / ".lock").unlink()
    (tmp_path / ".lock").mkdir()
    with pytest.raises(AutograderError, match=r"the lock .* cannot be opened: it needs to be a file"):
        Results(tmp_path, "en")
