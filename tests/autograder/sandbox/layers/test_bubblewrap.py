"""bwrap as this machine has it, started by root and by an ordinary user."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from autograder.sandbox.layers import LayerUnavailable, bubblewrap
from autograder.sandbox.layers.trial import trial

Work = Callable[[], object]

LOOK = """
import json, os, socket
def attempt(work):
    try: work()
    except Exception as error: return type(error).__name__
    return "succeeded"
print(json.dumps({
    "uid": os.getuid(), "environment": sorted(set(os.environ) - {"LC_CTYPE", "PWD"}), "tmp": os.listdir("/tmp"),
    "home": os.path.exists("/home"), "names": [name for _, name in socket.if_nameindex()],
    "pids": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
    "write": attempt(lambda: open("/usr/x", "w")), "root": attempt(lambda: open("/x", "w")),
    "scratch": attempt(lambda: open("/tmp/x", "w")), "bound": attempt(lambda: open("/submission/file")),
    "change": attempt(lambda: open("/submission/file", "w")),
    "capabilities": [line.split()[1] for line in open("/proc/self/status") if line.startswith("CapEff")],
}))
"""


@pytest.fixture(scope="session")
def _bwrap_works() -> None:
    sentence = bubblewrap.works()
    if sentence is not None:
        pytest.skip(sentence)


def run(argv: Sequence[str], binds: bubblewrap.Binds = ()) -> str:
    words = bubblewrap.command(binds, [sys.executable, "-I", *argv], {"LANG": "C.UTF-8"})
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("free_tmp")
@pytest.mark.usefixtures("_bwrap_works")
def test_inside_there_is_the_system_the_interpreter_and_what_was_bound(
    folder: Path, as_user: Callable[[Work], Work]
) -> None:
    (folder / "file").write_text("text")
    seen = json.loads(str(trial(as_user(lambda: run(["-c", LOOK], [(str(folder), "/submission")])), 30)))
    assert seen == {
        "uid": 65534,
        "environment": ["LANG"],
        "tmp": [],
        "home": False,
        "names": ["lo"],
        "pids": [1, 2],
        "write": "OSError",
        "root": "OSError",
        "scratch": "succeeded",
        "bound": "succeeded",
        "change": "OSError",
        "capabilities": ["0" * 16],
    }


@pytest.mark.usefixtures("_bwrap_works")
def test_an_open_descriptor_is_passed_on() -> None:
    ours, theirs = socket.socketpair()
    code = f"import socket; socket.socket(fileno={theirs.fileno()}).sendall(b'hello')"
    words = bubblewrap.command((), [sys.executable, "-I", "-c", code], {})
    subprocess.run(words, pass_fds=[theirs.fileno()], check=True, timeout=30)
    theirs.close()
    assert ours.recv(100) == b"hello"
    ours.close()


@pytest.mark.usefixtures("_bwrap_works")
def test_killing_bwrap_kills_what_runs_inside() -> None:
    reading, writing = os.pipe()
    code = f"import os, time; os.write({writing}, b'x'); time.sleep(60)"
    words = bubblewrap.command((), [sys.executable, "-I", "-c", code], {})
    with subprocess.Popen(words, pass_fds=[writing]) as started:
        os.close(writing)
        os.read(reading, 1)
        started.kill()
    with open(reading, "rb") as pipe:
        assert pipe.read() == b""


@pytest.mark.usefixtures("free_tmp")
@pytest.mark.usefixtures("_bwrap_works")
def test_a_submission_below_tmp_is_seen_although_tmp_is_new() -> None:
    assert (
        run(["-c", "import os; print(os.listdir('/tmp'))"], [(os.path.dirname(__file__), "/tmp/code")]) == "['code']\n"
    )


def test_without_bwrap_the_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LayerUnavailable, match="no `bwrap` on the PATH; install it: apt-get install bubblewrap"):
        bubblewrap.command((), ["true"], {})
    assert str(bubblewrap.works()).startswith("bubblewrap: no `bwrap`")


def test_a_bwrap_that_fails_is_quoted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bwrap").write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert str(bubblewrap.works()).startswith("bubblewrap: bwrap: No permissions to create new namespace")


def test_a_bwrap_that_hangs_is_given_up(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bwrap").write_text("#!/bin/sh\nexec sleep 60\n")
    (folder / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    assert "timed out" in str(bubblewrap.works(seconds=0.5))
