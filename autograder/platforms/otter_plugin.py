"""Otter's grading by our isolated engine: a plugin that `otter run` loads where the autograder's archive names it.

Otter executes a student's notebook in a kernel that also holds the tests and the scores. This plugin reads the
notebook's text, has it graded, and hands Otter a notebook without a cell: what is executed is only Otter's own.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from otter.plugins import AbstractOtterPlugin

from autograder.platforms.kernel import RESULTS, Client

PACKAGE = "__init__.py"  # which Otter makes where there is none
KEPT = ("tests", PACKAGE)  # Otter has put its own tests in the place of any that were handed in


class Isolated(AbstractOtterPlugin):  # type: ignore[misc]
    """Grades before Otter executes anything; the tests then only look up what came of it."""

    def before_grading(self, config: Any) -> None:
        """Leave of what was handed in only the file that is graded: Otter unpickles a log that lies beside it."""
        submission = Path(self.submission_path)
        for path in submission.parent.iterdir():
            if path.is_dir() and not path.is_symlink() and path.name not in KEPT:
                shutil.rmtree(path)
            elif path.name not in (*KEPT, submission.name):
                path.unlink()
        (submission.parent / PACKAGE).write_bytes(b"")

    def before_execution(self, submission: Any) -> Any:
        """Grade, and give Otter an empty notebook. Raises GraderFaultError, also where code cannot be kept apart."""
        import nbformat

        client = Client()
        try:
            reply = client.ask(self.topic, "", as_notebook(Path(self.submission_path)))
        finally:
            client.close()
        with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False, encoding="utf-8") as file:
            json.dump(reply["questions"], file)
        os.environ[RESULTS] = file.name
        return nbformat.v4.new_notebook()

    def after_grading(self, results: Any) -> None:
        """Forget the results."""
        path = os.environ.pop(RESULTS, "")
        if path:
            Path(path).unlink(missing_ok=True)

    @property
    def topic(self) -> str:
        """The topic that the archive is for: its tests say so."""
        return str(self.plugin_config["topic"])


def as_notebook(path: Path) -> bytes:
    """A submission's notebook, or its module as a notebook of one cell."""
    content = path.read_bytes()
    if path.suffix == ".ipynb":
        return content
    cell = {"cell_type": "code", "metadata": {"tags": ["solution"]}, "source": content.decode("utf-8", "replace")}
    return json.dumps({"cells": [cell]}).encode()
