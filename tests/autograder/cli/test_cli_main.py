"""`python -m autograder` as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def test_files_that_are_named_like_libraries_are_not_taken_for_them(root, tmp_path):
    for name in ("numpy", "rich", "queue"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken for a library')\n")
    command = [sys.executable, "-m", "autograder", "--root", root, "grade", "gradient_descent", "--from", "nothing.py"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "nothing.py" in done.stderr
