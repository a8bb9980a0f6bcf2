"""nbgrader's formgrader, a real server with its extension, shows the scores and the feedback that were imported."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from trees import TOPIC, WRONG

pytestmark = pytest.mark.slow
TOKEN = "secret"
SECONDS = 120


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def got(url):
    """What the server answers, as text."""
    request = urllib.request.Request(url, headers={"Authorization": f"token {TOKEN}"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        return answer.read().decode()


@pytest.fixture(scope="module")
def formgrader(imported, tmp_path_factory):
    """The address of a Jupyter server in the course tree."""
    (imported[0] / "submitted" / WRONG / TOPIC / "timestamp.txt").unlink()  # as the import told to
    port, own = free_port(), str(tmp_path_factory.mktemp("jupyter"))
    places = dict.fromkeys(("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"), own)
    options = [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    extension = ["--ServerApp.jpserver_extensions", "nbgrader.server_extensions.formgrader=True"]
    words = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", *options, *extension]
    log = tmp_path_factory.mktemp("log") / "log"
    with (
        log.open("wb") as said,
        subprocess.Popen(words, cwd=imported[0], env={**os.environ, **places}, stderr=said) as server,
    ):
        address = f"http://127.0.0.1:{port}/formgrader"
        end = time.monotonic() + SECONDS
        while server.poll() is None and time.monotonic() < end:
            try:
                got(f"{address}/gradebook")
                break
            except urllib.error.URLError:
                time.sleep(0.2)
        assert server.poll() is None, log.read_text()
        yield address
        server.terminate()


def test_the_gradebook_lists_every_student_with_the_score_that_was_imported(formgrader, imported):
    assert "nbgrader formgrade" in got(f"{formgrader}/gradebook/{TOPIC}/{TOPIC}")
    found = json.loads(got(f"{formgrader}/api/submissions/{TOPIC}"))
    assert {one["student"]: one["score"] for one in found if one["autograded"]} == imported[2]
    assert {one["max_score"] for one in found} == {100}


def test_a_submissions_page_shows_our_feedback_and_its_form_the_scores_and_comments(formgrader):
    every = json.loads(got(f"{formgrader}/api/submitted_notebooks/{TOPIC}/{TOPIC}"))
    identity = next(one["id"] for one in every if one["student"] == WRONG)
    page = got(f"{formgrader}/submissions/{identity}")
    assert "regression_loss_mse" in page
    assert "expected 4.66667" in page
    assert "2 of 2 hidden questions pass" in page
    grades = json.loads(got(f"{formgrader}/api/grades?submission_id={identity}"))
    assert sum(grade["auto_score"] for grade in grades) == 91
    assert not any(grade["needs_manual_grade"] for grade in grades)
    comments = json.loads(got(f"{formgrader}/api/comments?submission_id={identity}"))
    said = {comment["name"]: comment["auto_comment"] for comment in comments}
    assert "regression_loss_mse" in said["solution-regression_loss"]
    assert said["solution-predict_linear"] is None
