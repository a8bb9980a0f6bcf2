"""Kernels that start at once: a process that has imported what they need forks one for each notebook.

Jupyter starts a kernel by the command of its kernelspec. The command written here hands its words, environment, folder
and standard streams to the waiting process, and the fork is the kernel: ipykernel as it is installed, with nothing of
an earlier notebook's. It saves a class of notebooks the seconds that importing Otter or PyTorch takes each.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

PACKAGE_ROOT = Path(__file__).parents[2]
ALWAYS = ("ipykernel.kernelapp", "ipykernel.ipkernel", "numpy")
READY = b"ready\n"
LENGTH = 4
_LAUNCH = """\
import json, os, signal, socket, sys
kernel = socket.socket(socket.AF_UNIX)
kernel.connect(sys.argv[1])
words = json.dumps([sys.argv[2:], dict(os.environ), os.getcwd()]).encode()
socket.send_fds(kernel, [len(words).to_bytes(4, "big")], [0, 1, 2])
kernel.sendall(words)
number = int.from_bytes(kernel.recv(4), "big")
signal.signal(signal.SIGINT, lambda *_: os.kill(number, signal.SIGINT))
kernel.recv(1)
"""
_SERVE = (
    "import sys; sys.path.insert(0, {root!r}); from autograder.platforms.warm import serve; serve({path!r}, {names!r})"
)


@contextlib.contextmanager
def kernels(imported: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Environment variables with which Jupyter's programs start such kernels, while the block lasts.

    imported: modules that every kernel has from the start, besides ipykernel and NumPy.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "socket"))
        spec = Path(folder, "kernels", "python3", "kernel.json")
        spec.parent.mkdir(parents=True)
        words = [sys.executable, "-I", "-S", "-c", _LAUNCH, path, "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": words, "display_name": "Python 3", "language": "python"}), "utf-8")
        code = _SERVE.format(root=str(PACKAGE_ROOT), path=path, names=[*ALWAYS, *imported])
        with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            if server.stdout.readline() != READY:
                raise OSError("the process that kernels are forked from did not start")
            try:
                yield {"JUPYTER_PATH": os.pathsep.join([folder, *filter(None, [os.environ.get("JUPYTER_PATH")])])}
            finally:
                server.stdin.close()


def serve(path: str, imported: Sequence[str]) -> None:
    """Fork a kernel for each caller until standard input ends."""
    for name in imported:
        importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(16)
        os.write(1, READY)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            caller, _ = listening.accept()
            with caller:
                if os.fork() == 0:
                    listening.close()
                    _become_kernel(caller)


def _become_kernel(caller: socket.socket) -> None:
    """Take over the caller's streams, environment and folder, and be its kernel as long as it lives."""
    head, streams, _, _ = socket.recv_fds(caller, LENGTH, 3)
    with caller.makefile("rb") as text:
        words, environment, folder = json.loads(text.read(int.from_bytes(head, "big")))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update({**environment, "JPY_PARENT_PID": str(os.getppid())})
    os.chdir(folder)
    sys.path[:0] = [place for place in environment.get("PYTHONPATH", "").split(os.pathsep) if place]
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    caller.sendall(os.getpid().to_bytes(LENGTH, "big"))
    threading.Thread(target=_end_with, args=(caller,), daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=words)
    sys.exit()


def _end_with(caller: socket.socket) -> None:
    """End this process as soon as the one that asked for it is gone."""
    with contextlib.suppress(OSError):
        caller.recv(1)
    os._exit(0)
