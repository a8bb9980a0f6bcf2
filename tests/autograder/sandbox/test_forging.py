"""Frames written by student code to every descriptor it has: never more than a claim, never our fault."""

from __future__ import annotations

import textwrap

import pytest
from support import message, refusal

from autograder.checks import check_close
from autograder.model import Status

TOOLS = """
    import json, os, struct, sys, time

    def write_everywhere(data):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, data)
            except OSError:
                pass

    def nonce():
        # the request that is being answered: the worker's variables are no secret in its own process
        caller = sys._getframe()
        while "request" not in caller.f_locals:
            caller = caller.f_back
        return caller.f_locals["request"]["nonce"]

    def frame(body, arrays=(), payload=b""):
        if isinstance(body, dict):
            body = {"nonce": nonce(), **body}
        header = json.dumps({"body": body, "arrays": list(arrays)}).encode()
        return struct.pack("<IIQ", 0x31574741, len(header), len(payload)) + header + payload

    def honest(x):
        return x

    TWO = [{"dtype": "i8", "shape": [2], "order": "C"}]
    PAYLOAD = struct.pack("<qq", 2, 2)

    def attack(f, x):
"""


@pytest.fixture
def attacked(submit):
    """A student whose `attack` runs the given lines."""

    def attack(lines, **limits):
        body = textwrap.indent(textwrap.dedent(lines), " " * 8)
        source = textwrap.dedent(TOOLS + body)
        return submit(source, **{"answer_seconds": 1.0, **limits}).student

    return attack


FORGERIES = {
    "noise": "write_everywhere(os.urandom(64))",
    "another magic": "write_everywhere(b'AGW2' + bytes(12))",
    "a huge header": "write_everywhere(struct.pack('<IIQ', 0x31574741, 2**31, 0))",
    "no header": "write_everywhere(struct.pack('<IIQ', 0x31574741, 0, 0))",
    "another nonce": "write_everywhere(frame({'nonce': nonce() + 1, 'kind': 'answer', 'value': 1}))",
    "no nonce": "write_everywhere(frame({'nonce': None, 'kind': 'answer', 'value': 1}))",
    "a nonce that is true": "write_everywhere(frame({'nonce': True, 'kind': 'answer', 'value': 1}))",
    "a nonce that is a float": "write_everywhere(frame({'nonce': float(nonce()), 'kind': 'answer', 'value': 1}))",
    "a nonce of two": "write_everywhere(frame({'nonce': {'array': 0}, 'kind': 'answer', 'value': 1}, TWO, PAYLOAD))",
    "a kind of two": "write_everywhere(frame({'kind': {'array': 0}, 'value': 1}, TWO, PAYLOAD))",
    "a kind that is none": "write_everywhere(frame({'kind': 'verdict', 'value': 1}))",
    "a list for a kind": "write_everywhere(frame({'kind': ['answer'], 'value': 1}))",
    "an answer without a value": "write_everywhere(frame({'kind': 'answer'}))",
    "a list for a body": "write_everywhere(frame([2, 'answer', 1]))",
}


@pytest.mark.parametrize("lines", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_frame_costs_one_question(attacked, lines):
    student = attacked(lines)
    verdict = refusal(lambda: student.attack(None, 1))
    assert verdict.status is Status.DIED
    assert str(verdict.message).startswith("what came instead of the answer of attack(None, 1) cannot be read (")
    check_close(student.honest(3.0), 3.0)


@pytest.mark.parametrize("size", [2**26 + 1, 2**62])
def test_an_answer_too_large_is_refused_by_its_prefix(attacked, size):
    student = attacked(f"write_everywhere(struct.pack('<IIQ', 0x31574741, 10, {size}))")
    said = message(lambda: student.attack(None, 1))
    assert f"attack(None, 1) gave an answer of {size / 1e6:,.1f} MB; 67.1 MB is the limit" in said
    check_close(student.honest(3.0), 3.0)


RAISED = {
    "a type that is no text": "{'kind': 'raised', 'type': [1], 'text': {'tuple': []}}",
    "nothing at all": "{'kind': 'raised'}",
    "frames that are none": "{'kind': 'raised', 'type': 'E', 'text': 't', 'frames': [{'tuple': [1, 2]}, 3]}",
    "a template of ours with wrong values": (
        "{'kind': 'raised', 'template': '{name} is not defined in the file', 'values': {'dict': []}}"
    ),
    "a template of its own": "{'kind': 'raised', 'template': '{x.__class__}', 'values': {'dict': [['x', 1]]}}",
    "kinds that are none": "{'kind': 'raised', 'type': 'E', 'text': 't', 'kinds': 3}",
    "a million lines": "{'kind': 'raised', 'type': 'E' * 10**6, 'text': '{}' * 10**6}",
}


@pytest.mark.parametrize("body", RAISED.values(), ids=RAISED)
def test_a_forged_exception_is_an_exception(attacked, body):
    student = attacked(f"write_everywhere(frame({body}))")
    verdict = refusal(lambda: student.attack(None, 1))
    assert verdict.status is Status.RAISED
    assert len(str(verdict.message)) < 1000


def test_a_forged_out_of_memory_or_not_implemented_brings_no_point(attacked):
    for word, status in (("memory", Status.OUT_OF_MEMORY), ("missing", Status.NOT_IMPLEMENTED)):
        student = attacked(f"write_everywhere(frame({{'kind': 'raised', '{word}': True}}))")
        assert refusal(lambda student=student: student.attack(None, 1)).status is status


def test_a_forged_answer_is_compared_like_any_other(attacked):
    student = attacked("""
        write_everywhere(frame({'kind': 'answer', 'value': 1, 'score': 100, 'status': 'passed'}))
        """)
    assert message(check_close, student.attack(None, 1), 2.0) == "attack(None, 1): result is 1, expected 2"


def test_an_answer_sent_before_its_question_belongs_to_none(attacked):
    student = attacked("""
        write_everywhere(frame({'kind': 'answer', 'value': 1}))
        for step in range(3):
            write_everywhere(frame({'nonce': nonce() + step, 'kind': 'answer', 'value': 3.0}))
        """)
    check_close(student.attack(None, 1), 1)
    assert refusal(lambda: student.honest(3.0)).status is Status.DIED
    check_close(student.honest(3.0), 3.0)


CALLBACKS = {
    "a number out of range": "{'number': 7, 'arguments': []}",
    "a negative number": "{'number': -1, 'arguments': []}",
    "a number that is none": "{'number': {'array': 0}, 'arguments': []}",
    "a number that cannot be hashed": "{'number': [], 'arguments': []}",
    "no arguments": "{'number': 0}",
    "arguments that are none": "{'number': 0, 'arguments': 5}",
    "far too many arguments": "{'number': 0, 'arguments': list(range(1000))}",
    "an answer of ours": "{'number': 0, 'arguments': [{'ref': [0, []]}]}",
}


@pytest.mark.parametrize("body", CALLBACKS.values(), ids=CALLBACKS)
def test_a_forged_callback_is_refused_or_answered_and_the_deadline_holds(attacked, body):
    arrays = "TWO, PAYLOAD" if "array" in body else ""
    student = attacked(
        f"""
        write_everywhere(frame({{'kind': 'callback', **{body}}}{"," if arrays else ""}{arrays}))
        time.sleep(0.05)
        os._exit(0)
        """
    )
    assert refusal(lambda: student.attack(lambda x: x + 0.0, 1)).status is Status.DIED
    check_close(student.honest(3.0), 3.0)


def test_endless_callbacks_end_at_the_deadline(attacked):
    student = attacked("while True:\n    f(x)", answer_seconds=0.4)
    assert refusal(lambda: student.attack(lambda x: x, 1)).status is Status.TIMED_OUT


def test_endless_forged_callbacks_end_at_the_deadline(attacked):
    student = attacked(
        "while True:\n    write_everywhere(frame({'kind': 'callback', 'number': 0, 'arguments': [1]}))",
        answer_seconds=0.4,
    )
    assert refusal(lambda: student.attack(lambda x: x, 1)).status is Status.TIMED_OUT


def test_a_frame_that_drips_ends_at_the_deadline(attacked):
    student = attacked(
        """
        for byte in frame({'kind': 'answer', 'value': 'x' * 10000}):
            write_everywhere(bytes([byte]))
            time.sleep(0.01)
        """,
        answer_seconds=0.4,
    )
    assert refusal(lambda: student.attack(None, 1)).status is Status.TIMED_OUT


def test_half_a_frame_is_no_answer(attacked):
    half = "write_everywhere(frame({'kind': 'answer', 'value': 1})[:-3])"
    assert refusal(lambda: attacked(half + "\nos._exit(0)").attack(None, 1)).status is Status.DIED
    assert refusal(lambda: attacked(half + "\ntime.sleep(9)", answer_seconds=0.3).attack(None, 1)).status is (
        Status.TIMED_OUT
    )


def test_replacing_our_code_in_ones_own_process_changes_ones_own_answer_only(attacked):
    student = attacked("""
        import autograder.wire, autograder.sandbox.worker
        autograder.wire.encode = lambda *arguments: [memoryview(b'lies')]
        """)
    assert refusal(lambda: student.attack(None, 1)).status in (Status.DIED, Status.TIMED_OUT)
    check_close(student.honest(3.0), 3.0)
