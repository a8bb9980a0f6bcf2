"""Bubblewrap: the same walls by a small program that many distributions install and allow.

Started by root, bwrap would keep uid 0, and with it everything that the kernel grants to uid 0. So a launcher
(this module as a program) first narrows its own view with `root.narrow`, which reaches an interpreter below
/root, becomes an ordinary user, and only then runs bwrap.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from . import LayerUnavailable, namespaces, privileges, root

Binds = Sequence[tuple[str, str]]

_WALLS = (
    *("--unshare-user", "--unshare-all", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"),
    *("--cap-drop", "ALL", "--clearenv", "--die-with-parent", "--new-session", "--chdir", "/"),
)
_REMEDY = "install it: apt-get install bubblewrap, dnf install bubblewrap, or pacman -S bubblewrap"


def command(
    read_only: Binds, argv: Sequence[str], environment: Mapping[str, str], *, scratch_bytes: int = 1 << 26
) -> list[str]:
    """The words that run `argv` in bubblewrap: system, interpreter and `read_only` visible, /tmp empty and its own.

    read_only: (path outside, path inside). environment: all that the program gets. As root, the words begin with
    a launcher that becomes an ordinary user; open descriptors are passed on either way.

    Raises: LayerUnavailable if there is no bwrap.
    """
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        raise LayerUnavailable(f"bubblewrap: no `bwrap` on the PATH; {_REMEDY}")
    binds = [*_system_binds(), *read_only]
    words = [bwrap, *_WALLS, *_words("--setenv", environment.items()), "--proc", "/proc", "--dev", "/dev"]
    words += ["--size", str(scratch_bytes), "--tmpfs", "/tmp"]  # before the binds, which may lie below it
    words += [*_links(), *_words("--ro-bind", binds), "--remount-ro", "/", "--", *argv]
    if not privileges.other_uids():
        return words
    return [*_launcher([bwrap, *(source for source, _ in binds)]), *words]


def works(seconds: float = 10) -> str | None:
    """None if this Python runs in bubblewrap here, as an ordinary user; otherwise the sentence that says why not."""
    program = "import os; assert os.getuid() == 65534; open('/tmp/here', 'w').close(); print('fine')"
    try:
        words = command((), [sys.executable, "-I", "-c", program], {})
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, check=False)
    except (LayerUnavailable, subprocess.TimeoutExpired) as error:
        return str(error)
    if done.stdout == "fine\n":
        return None
    last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
    return f"bubblewrap: {last}; see the remedy of namespaces"


def _system_binds() -> list[tuple[str, str]]:
    made_by_bwrap = ("/proc", "/dev/")
    wanted = [path for path in (*root.system(), *root.interpreter()) if not path.startswith(made_by_bwrap)]
    return [(path, path) for path in root.outermost(wanted) if not os.path.islink(path)]


def _links() -> list[str]:
    """/lib, /lib64 and /bin as on the host: links into /usr where it has them as links."""
    links = [path for path in root.system() if os.path.islink(path) and path.count("/") == 1]
    return [word for path in links for word in ("--symlink", os.readlink(path), path)]


def _words(flag: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [word for one, other in pairs for word in (flag, one, other)]


def _launcher(sources: Sequence[str]) -> list[str]:
    package = str(Path(__file__).resolve().parents[3])
    start = "import sys; sys.path.insert(0, sys.argv[1]); from autograder.sandbox.layers.bubblewrap import main; main()"
    return [sys.executable, "-I", "-c", start, package, json.dumps(sources)]


def main() -> None:
    """The launcher. argv: the folder of this package, the paths that must be visible as JSON, bwrap and its words."""
    sources, words = json.loads(sys.argv[2]), sys.argv[3:]
    namespaces.unshare(namespaces.NEWNS)
    root.narrow([*root.system(), "/dev", *sources], read_only=False)
    privileges.become_other(privileges.other_uids())
    os.execv(words[0], words)
