"""Wrong frames meet the decoder: a message, a WireError, or a wait for more; never another exception."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import tracemalloc

import pytest
from mutations import CORPUS, Mutator, corpus, honest, keep, seconds, seed
from support_deadlines import ended_if_it_hangs

from autograder import wire
from autograder.wire.framing import MAGIC, PREFIX
from autograder.wire.values import HEADER_BYTES

MOST = 1 << 16


def decoded(data: bytes, choice: random.Random) -> list[dict]:
    """Every message in the bytes, fed in pieces of any size. Raises WireError."""
    reader, rest, messages = wire.Reader(MOST), memoryview(data), []
    while rest:
        buffer = reader.buffer()
        assert 0 < len(buffer) <= MOST + HEADER_BYTES, "more is allocated than a frame may hold"
        count = min(len(buffer), len(rest), choice.choice((1, 7, 1 << 20)))
        buffer[:count] = rest[:count]
        rest = rest[count:]
        message = reader.filled(count)
        if message is not None:
            messages.append(message)
    return messages


def endures(data: bytes, choice: random.Random) -> str:
    """What is wrong with how the decoder takes it; '' for nothing."""
    try:
        with ended_if_it_hangs():
            messages = decoded(data, choice)
    except wire.WireError:
        messages = []
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return "" if all(type(message) is dict for message in messages) else "a message that is no dict"


def test_the_corpus_holds_each_honest_frame_as_it_is_written_today():
    found = corpus()
    assert {name: found.get(f"{name}.bin") for name in honest()} == honest(), "run tests/autograder/fuzz/mutations.py"
    assert all(path.stat().st_size < 1 << 17 for path in CORPUS.iterdir())


@pytest.mark.parametrize("name", honest())
def test_an_honest_frame_is_read(name):
    assert len(decoded(honest()[name], random.Random(0))) == (
        0 if name == "nothing" else 2 if name == "two-answers" else 1
    )


def test_wrong_frames_raise_nothing_but_a_wire_error():
    choice, until = random.Random(seed()), time.monotonic() + seconds(0.3)
    for data in corpus().values():
        assert endures(data, choice) == ""
    count = 0
    for count, data in enumerate(Mutator(f"{seed()}/wire"), 1):  # noqa: B007 - how many there were is told
        if time.monotonic() > until:
            break
        why = endures(data, choice)
        assert not why, keep(data, why)
    print(f"{count} wrong frames decoded")
    assert count > 20


HEAVY = {
    "lists": "[" + "[]," * 1_300_000 + "[]]",
    "tuples": "[" + '{"tuple":[]},' * 300_000 + "1]",
    "pairs": '{"dict":[' + "[1,[]]," * 500_000 + "[1,1]]}",
    "texts": "[" + '"ab",' * 700_000 + "1]",
    "numbers": "[" + "1e5," * 900_000 + "1]",
    "large numbers": "[" + ('{"int":"0x' + "f" * 1000 + '"},') * 3_900 + "1]",
    "complex numbers": "[" + '{"complex":[1,1]},' * 200_000 + "1]",
}


DECODE = """
import resource, sys
from autograder import wire
data = sys.stdin.buffer.read()
held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
reader = wire.Reader(0)
for size in (16, len(data) - 16):
    buffer = reader.buffer()
    buffer[:], data = data[:size], data[size:]
    try:
        reader.filled(size)
    except wire.WireError as error:
        assert "malformed frame" in str(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process's memory is asked for by getrusage")
@pytest.mark.parametrize("form", HEAVY.values(), ids=HEAVY)
def test_the_largest_header_costs_a_bounded_amount_of_memory(form, root):
    header = f'{{"body":{{"value":{form}}},"arrays":[]}}'.encode()
    assert HEADER_BYTES * 0.8 < len(header) <= HEADER_BYTES
    data = PREFIX.pack(MAGIC, len(header), 0) + header
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", DECODE]
    done = subprocess.run(command, input=data, env=environment, capture_output=True, check=True, timeout=60)
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 320 * (1 << 20)


def test_the_largest_answer_costs_a_few_times_its_size():
    size = 1 << 25
    for dtype in ("u1", "b1", "f8"):
        count = size // (8 if dtype == "f8" else 1)
        header = json.dumps(
            {"body": {"value": {"array": 0}}, "arrays": [{"dtype": dtype, "shape": [count], "order": "C"}]}
        ).encode()
        tracemalloc.start()
        reader = wire.Reader(size)
        buffer = reader.buffer()
        buffer[:] = PREFIX.pack(MAGIC, len(header), size)
        reader.filled(len(buffer))
        buffer = reader.buffer()
        buffer[: len(header)] = header
        assert reader.filled(len(buffer))["value"].size == count
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 3 * size
