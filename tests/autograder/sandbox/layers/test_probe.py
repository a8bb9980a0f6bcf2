"""What the probe says of this machine and of poorer ones."""

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, bubblewrap, canary, confine, probe
from autograder.sandbox.layers.probe import Layer
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]


def layer(name: str, works: bool = True) -> Layer:
    return Layer(name, works, "", "")


FULL = [layer(name) for name in ("namespaces", "landlock", "seccomp", "limits")]


@pytest.mark.parametrize(
    ("missing", "level"),
    [("nothing", "A"), ("namespaces", "B"), ("landlock", "C"), ("seccomp", "C"), ("limits", "C")],
)
def test_the_level_is_that_of_the_weakest_layer_it_needs(missing: str, level: str) -> None:
    assert probe.level([dataclasses.replace(one, works=one.name != missing) for one in FULL]) == level
    assert probe.level([one for one in FULL if one.name != missing]) == level


def test_nothing_at_all_is_level_c() -> None:
    assert probe.level([]) == "C"


def test_every_layer_is_tried_and_what_fails_says_why_and_what_would_help(as_user: Callable[[Work], Work]) -> None:
    rows = trial(as_user(lambda: [dataclasses.astuple(one) for one in probe.available()]), 60)
    assert isinstance(rows, list)
    names = {confine.NAMESPACES, confine.LANDLOCK, confine.SECCOMP, confine.LIMITS, confine.USER}
    assert {name for name, *_ in rows} == names | {"bubblewrap", "cgroups"}
    assert all(detail and bool(remedy) is not works for _, works, detail, remedy in rows)


def test_it_prints_what_it_found_as_a_program(code: str) -> None:
    argv = [sys.executable, "-m", "autograder.sandbox.layers.probe"]
    done = subprocess.run(argv, cwd=code, capture_output=True, text=True, check=True, timeout=60)
    assert {"name", "works", "detail", "remedy"} == set(json.loads(done.stdout)[0])


@pytest.mark.parametrize(
    ("forbidden", "level"), [(False, "A"), (True, "B")], ids=["nested", "user namespaces forbidden"]
)
def test_inside_bubblewrap_the_level_is_found_and_the_canary_gets_nowhere(
    forbidden: bool, level: str, code: str, bait: canary.Bait, as_user: Callable[[Work], Work]
) -> None:
    """bwrap --disable-userns is what Docker's default profile amounts to."""
    sentence = bubblewrap.works()
    if sentence is not None:
        pytest.skip(sentence)

    def work() -> object:
        program = Path("/code", Path(__file__).relative_to(code)).with_name("attack.py")
        argv = [sys.executable, str(program), "/code", json.dumps(dataclasses.asdict(bait))]
        words = bubblewrap.command([(code, "/code")], argv, {"TMPDIR": "/tmp"})
        if forbidden:
            words.insert(words.index("--cap-drop"), "--disable-userns")
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert trial(as_user(work), 60) == [level, []]


def test_a_helper_that_crashes_hangs_or_raises_is_a_layer_that_does_not_work() -> None:
    with pytest.raises(LayerUnavailable, match=r"died with status 5"):
        trial(lambda: os._exit(5))
    with pytest.raises(LayerUnavailable, match="did not answer in time"):
        trial(lambda: time.sleep(60), seconds=0.2)
    with pytest.raises(LayerUnavailable, match="ZeroDivisionError: "):
        trial(lambda: 1 // 0)


def test_a_helper_gives_back_more_than_a_pipe_holds() -> None:
    assert trial(lambda: "x" * 300000) == "x" * 300000
