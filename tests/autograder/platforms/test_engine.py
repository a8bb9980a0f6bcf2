"""The process beside a kernel: notebooks in, every question's points and text out."""

import base64
import io
import json
from contextlib import closing

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
from autograder.platforms import kernel
from autograder.platforms.engine import Engine, serve, submission_of
from autograder.platforms.kernel import Client, GraderFaultError
from autograder.platforms.release import as_bytes
from autograder.platforms.samples import samples


@pytest.fixture(scope="module")
def engine():
    with closing(Engine(Course(ROOT), "en")) as warm:
        yield warm


def request(notebook, exercise="mse_grad", topic=TOPIC):
    encoded = base64.b64encode(notebook).decode()
    return {"topic": topic, "exercise": exercise, "seed": "2f31", "notebook": encoded}


def test_a_reply_holds_public_text_and_no_hidden_text(engine):
    starter = next(sample for sample in samples(Course(ROOT), TOPIC) if sample.kind == "starter")
    reply = engine.reply(request(as_bytes(starter.plain_notebook())))
    assert {question["exercise"] for question in reply["questions"]} == {"mse_grad"}
    assert all(bool(question["text"]) is not question["hidden"] for question in reply["questions"])
    assert reply["hidden"] == "0 of 2 hidden questions pass: 0 of 5 points"


def test_the_same_cells_are_graded_once(engine):
    reference = next(samples(Course(ROOT), TOPIC))
    submission = submission_of(as_bytes(reference.plain_notebook()), TOPIC)
    first = engine.report(submission, TOPIC, "mse_grad", "2f31")
    assert engine.report(submission, TOPIC, "mse_grad", "2f31") is first
    assert engine.report(submission, TOPIC, "mse_grad", "other") is not first


def test_what_raises_is_told_by_its_cell_and_again_where_the_cell_has_moved(engine):
    cell = {"cell_type": "code", "source": "# solution\ndef mse_grad(*args):\n    return undefined\n"}
    for before in (0, 2):
        cells = [*[{"cell_type": "markdown", "source": "text"}] * before, cell]
        reply = engine.reply(request(json.dumps({"cells": cells}).encode()))
        assert f"cell {before + 1}, line 3" in reply["questions"][0]["text"]


@pytest.fixture
def shell():
    """IPython as a kernel has it, in this process and without a history on the disk."""
    interactive = pytest.importorskip("IPython.core.interactiveshell").InteractiveShell
    config = pytest.importorskip("traitlets.config").Config
    yield interactive.instance(config=config({"HistoryManager": {"enabled": False}}))
    interactive.clear_instance()


def test_executed_cells_keep_the_numbers_that_the_notebook_shows(shell):
    for cell in ("import autograder.platforms.kernel", "1 + 1", "def f(x):\n    return x\n", "f(1)"):
        shell.run_cell(cell, store_history=True)
    assert [number for _, number in submission_of(kernel._notebook("none"), "none").cells] == [3]
    shell.history_manager.input_hist_raw += [""] * kernel.CELLS
    assert [number for _, number in submission_of(kernel._notebook("none"), "none").cells] == [1]


def test_a_notebook_that_cannot_be_read_gets_nothing_and_hears_why(engine):
    reply = engine.reply(request(b"{"))
    assert sum(question["score"] for question in reply["questions"]) == 0
    assert "is no notebook" in reply["questions"][0]["text"]


def test_a_bad_request_is_answered_and_the_next_one_too():
    lines = ["{", json.dumps(request(b"{", topic="no_topic"))]
    replies = io.StringIO()
    serve(Course(ROOT), "en", io.StringIO("\n".join(lines) + "\n"), replies)
    troubles = [json.loads(line)["trouble"] for line in replies.getvalue().splitlines()]
    assert len(troubles) == 2
    assert "there is no topic 'no_topic'" in troubles[1]


def test_a_client_says_where_no_course_is(tmp_path):
    with pytest.raises(GraderFaultError, match="set AUTOGRADER_COURSE to its root"):
        Client(str(tmp_path))


def test_a_client_hears_of_trouble_and_of_an_engine_that_ended():
    client = Client(str(ROOT))
    try:
        with pytest.raises(GraderFaultError, match="there is no topic 'no_topic'"):
            client.ask("no_topic", "", b"{}")
        client._process.kill()
        client._process.wait()
        with pytest.raises(GraderFaultError, match="ended before it answered"):
            client.ask(TOPIC, "", b"{}")
    finally:
        client.close()
