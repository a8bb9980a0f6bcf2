"""The process beside a kernel: notebooks in, every question's points and text out."""

import base64
import io
import json
from contextlib import closing

import pytest
from trees import ROOT, TOPIC

from autograder.manifest import Course
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
