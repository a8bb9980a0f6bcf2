"""Right programs behind all layers: what a course in deep learning needs still works."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import pytest

from autograder.sandbox.layers import confine, probe, root
from autograder.sandbox.layers.confine import Confinement
from autograder.sandbox.layers.trial import trial

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")

ANYWHERE = [
    "late_imports",
    "matmul",
    "convolution_and_backward",
    "singular_values",
    "optimizer",
    "attention",
    "several_threads",
    "script",
    "data_loader",
    "numpy_random",
    "python_threads",
    "event_loop",
    "scikit",
    "everyday",
    "dev_null",
]
WITH_FILES = ["files", "mapped_files"]


@pytest.fixture(scope="module")
def outcomes(layers: dict[str, probe.Layer], code: str) -> dict[str, dict[str, str]]:
    """For each level that works here the outcomes of all pieces."""
    levels = {"A": ("A", "B"), "B": ("B",), "C": ()}[probe.level(layers.values())]
    program = str(Path(__file__).with_name("right_programs.py"))
    argv = [sys.executable, program, code, *levels]
    environment = {"TMPDIR": root.SCRATCH, "HOME": "/tmp", "USER": "student", "LANG": "C.UTF-8"}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    results: dict[str, dict[str, str]] = json.loads(done.stdout)
    return results


@needs_torch
@pytest.mark.parametrize("piece", ANYWHERE)
def test_it_works_behind_all_layers(piece: str, level: str, outcomes: dict[str, dict[str, str]]) -> None:
    assert outcomes[level][piece] == "True"


@pytest.mark.usefixtures("free_tmp")
@needs_torch
@pytest.mark.usefixtures("level_a")
@pytest.mark.parametrize("piece", WITH_FILES)
def test_files_work_in_the_private_scratch(piece: str, outcomes: dict[str, dict[str, str]]) -> None:
    assert outcomes["A"][piece] == "True"


@pytest.mark.usefixtures("level_a")
def test_worker_processes_work_where_fork_is_allowed(
    confined: Callable[..., Callable[[], object]], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> object:
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
            return list(pool.map(abs, [-1, -2, -3]))

    monkeypatch.setenv("TMPDIR", "/sandbox/tmp")
    confinement = Confinement(read=confine.readable(code))
    assert trial(confined(work, confinement, allow_fork=True), 30) == [1, 2, 3]
