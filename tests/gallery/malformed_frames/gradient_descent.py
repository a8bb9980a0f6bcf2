"""A frame that is none for every question: torn, endless, nested, lying about lengths, types and shapes."""
import json
import os
import stat
import struct
import sys


def sockets():
    """Every socket that was inherited, the streams among them last."""
    found = []
    for descriptor in [*range(3, 64), 1, 2]:
        try:
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                found.append(descriptor)
        except OSError:
            pass
    return found


def frame(body, arrays=(), payload=b""):
    header = json.dumps({"body": body, "arrays": list(arrays)}).encode()
    return struct.pack("<IIQ", 0x31574741, len(header), len(payload)) + header + payload


def asked():
    """The number of the request, from the worker's own frames."""
    at = sys._getframe()
    while at is not None:
        if "request" in at.f_locals:
            return at.f_locals["request"]["id"]
        at = at.f_back
    return 0


def send(data, at=sockets()[0]):
    os.write(at, data)

F8 = {"dtype": "f8", "shape": [1], "order": "C"}


def answer(value, *arrays, payload=b""):
    return frame({"id": asked(), "kind": "answer", "value": value}, arrays, payload)


FRAMES = [
    lambda: b"GET / HTTP/1.0\r\n\r\n",
    lambda: answer(1.0)[:-3],
    lambda: answer(1.0)[:9],
    lambda: struct.pack("<IIQ", 0x31574741, 0xFFFFFFFF, 0),
    lambda: struct.pack("<IIQ", 0x31574741, 0, 0),
    lambda: struct.pack("<IIQ", 0x31574741, 2, 1 << 62) + b"{}",
    lambda: struct.pack("<IIQ", 0x31574741, 100_000, 0) + b"[" * 100_000,
    lambda: struct.pack("<IIQ", 0x31574741, 6_000, 0) + b"9" * 6_000,
    lambda: struct.pack("<IIQ", 0x31574741, 4, 0) + b"\xff\xfe{}",
    lambda: answer({"array": 0}),
    lambda: answer({"array": -1}, F8, payload=bytes(8)),
    lambda: answer({"array": 0}, F8, payload=bytes(7)),
    lambda: answer({"array": 0}, F8, payload=bytes(9)),
    lambda: answer([{"array": 0}] * 1000, F8, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "dtype": "O"}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "dtype": "V8"}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "dtype": "M8[s]"}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "shape": [2**40, 0]}),
    lambda: answer({"array": 0}, {**F8, "shape": [-1]}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "shape": [True]}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "shape": [1] * 60}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "shape": "1"}, payload=bytes(8)),
    lambda: answer({"array": 0}, {**F8, "order": "A"}, payload=bytes(8)),
    lambda: answer({"pickle": "gASVIQ=="}),
    lambda: answer({"tuple": [], "dict": []}),
    lambda: answer({"dict": [[[1], 2]]}),
    lambda: answer({"dict": [[{"tuple": [[]]}, 2]]}),
    lambda: answer({"ref": [1, []]}),
    lambda: answer({"callback": 0}),
    lambda: answer({"seed": "0x1"}),
    lambda: answer({"opaque": "x" * 100_000}),
    lambda: answer({"int": "0x" + "f" * 1_000_000}),
    lambda: answer({"float": "1e999"}),
    lambda: answer(float("nan")),
    lambda: frame([]),
    lambda: frame({"id": asked()}),
    lambda: frame({"id": float(asked()), "kind": "answer", "value": 1.0}),
    lambda: frame({"id": str(asked()), "kind": "answer", "value": 1.0}),
    lambda: frame({"id": asked() - 1, "kind": "answer", "value": 1.0}),
    lambda: frame({"id": True, "kind": "answer", "value": 1.0}),
    lambda: frame({"id": asked(), "kind": "answer"}),
    lambda: frame({"id": asked(), "kind": "ours", "value": 1.0}),
    lambda: frame({"id": asked(), "kind": "callback"}),
    lambda: frame({"id": asked(), "kind": "callback", "number": 99, "arguments": {"tuple": []}}),
    lambda: frame({"id": asked(), "kind": "callback", "number": [], "arguments": 5}),
    lambda: frame({"id": asked(), "kind": "raised"}),
]


def __getattr__(name):
    def attack(*arguments, **keywords):
        send(FRAMES[int.from_bytes(os.urandom(4), "little") % len(FRAMES)]())
        os._exit(0)

    return attack
