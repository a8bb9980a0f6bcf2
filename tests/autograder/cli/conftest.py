"""What the tests of commands share."""

from __future__ import annotations

import pytest
from support_courses import TINY

from autograder.cli import main


@pytest.fixture
def run(capsys):
    """Run a command, in the tiny course or another: exit code, what it printed, what it complained."""

    def command(*words, root=TINY):
        try:
            code = main(["--root", str(root), *map(str, words)])
        except SystemExit as end:  # argparse's way to refuse
            code = end.code
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def file(tmp_path):
    """A submission as a file."""

    def write(source):
        path = tmp_path / "vectors.py"
        path.write_text(source)
        return path

    return write
