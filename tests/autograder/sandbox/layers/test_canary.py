"""The bait that is laid out for the canary: gone after it, and after a process that was killed over it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox.layers import canary

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are no layers to prove elsewhere")

LAYING = """
import sys, time
from autograder.sandbox.layers import canary
with canary.bait() as bait:
    print(bait.planted, flush=True)
    time.sleep(60)
"""


def test_bait_is_gone_when_its_block_ends() -> None:
    with canary.bait() as bait:
        planted = Path(bait.planted)
        assert planted.exists()
    assert not planted.parent.exists()


def test_bait_of_a_killed_process_is_cleared_by_the_next_and_that_of_a_living_one_is_not(code: str) -> None:
    environment = {**os.environ, "PYTHONPATH": code}
    with subprocess.Popen([sys.executable, "-c", LAYING], env=environment, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        planted = Path(other.stdout.readline().strip())
        with canary.bait():
            assert planted.exists()
        other.kill()
        other.wait()
        assert planted.exists()
        with canary.bait():
            assert not planted.parent.exists()
