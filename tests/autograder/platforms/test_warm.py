"""Kernels forked from one that is warm, and an engine that notebooks share."""

import os
import socket

import pytest
from jupyter_client.manager import start_new_kernel
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.platforms import shared, warm
from autograder.platforms.kernel import Client, GraderFaultError
from autograder.platforms.release import as_bytes
from autograder.platforms.samples import samples

pytestmark = pytest.mark.slow


def printed(manager, client, source):
    """What a cell prints in a kernel."""
    said = []
    client.execute_interactive(source, output_hook=lambda message: said.append(message["content"].get("text", "")))
    return "".join(said)


def ends(number):
    """Whether a process is gone, soon."""
    for _ in range(10**6):
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
    return False


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """A kernel that was forked, started in a folder with a variable of its own."""
    with warm.kernels(["textwrap"]) as environment:
        for name, value in {**environment, "MINE": "yes"}.items():
            monkeypatch.setenv(name, value)
        manager, client = start_new_kernel(cwd=str(tmp_path))
        yield manager, client
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_warm_kernel_is_a_kernel_in_the_folder_and_environment_of_who_asked(kernel, tmp_path):
    manager, client = kernel
    said = printed(manager, client, "import os, sys\nprint(os.getcwd(), os.environ['MINE'], 'textwrap' in sys.modules)")
    assert said.split() == [str(tmp_path), "yes", "True"]
    assert printed(manager, client, "import subprocess\nprint(subprocess.run(['false']).returncode)") == "1\n"


def test_a_warm_kernel_ends_with_the_process_that_jupyter_kills(kernel):
    manager, client = kernel
    number = int(printed(manager, client, "import os\nprint(os.getpid())"))
    os.kill(number, 0)
    manager.shutdown_kernel(now=True)
    assert ends(number)


def test_kernels_share_an_engine_that_outlives_them_and_bad_requests(monkeypatch):
    notebook = as_bytes(next(samples(Course(ROOT), TOPIC)).plain_notebook())
    with shared.engine(ROOT) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        rude = socket.socket(socket.AF_UNIX)
        rude.connect(environment["AUTOGRADER_ENGINE"])
        rude.sendall(b"{\n{")  # one request that is none, and half of another
        assert b"JSONDecodeError" in rude.recv(4096)
        for _ in range(2):
            client = Client()
            assert sum(q["score"] for q in client.ask(TOPIC, "mse_grad", notebook)["questions"]) > 0
            with pytest.raises(GraderFaultError, match="there is no topic 'no_topic'"):
                client.ask("no_topic", "", b"{}")
            client.close()
        rude.close()
    with pytest.raises(GraderFaultError, match="no engine answers there"):
        Client()
