"""A zygote's memory in large pages: which parts of it, and that nothing in it changes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.sandbox import pages

MAPS = """\
55d000000000-55d000800000 r-xp 00000000 08:01 1234                       /usr/bin/python3
55d000800000-55d000c00000 rw-p 00000000 08:01 1234                       /usr/bin/python3
55d001100000-55d001700000 rw-p 00000000 00:00 0                          [heap]
7f0000000000-7f0000400000 rw-p 00000000 00:00 0
7f0000500000-7f0000600000 rw-p 00000000 00:00 0
7f0000a00000-7f0000e00000 rw-s 00000000 00:05 77                         /dev/zero (deleted)
7f0001000000-7f0001400000 r--p 00000000 00:00 0
7ffc00000000-7ffc00400000 rw-p 00000000 00:00 0                          [stack]
"""


def test_only_private_memory_without_a_file_is_taken_and_only_whole_large_pages():
    assert list(pages.ranges(MAPS.splitlines(keepends=True))) == [
        (0x55D001200000, 0x55D001600000),
        (0x7F0000000000, 0x7F0000400000),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's large pages")
def test_what_is_in_memory_stays_as_it_was():
    code = (
        "from autograder.sandbox import pages\n"
        "parts = [bytes([n % 251]) * 4096 for n in range(4000)]\n"
        "done = pages.enlarge()\n"
        "print(all(part == bytes([n % 251]) * 4096 for n, part in enumerate(parts)), done % pages.LARGE)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "0"]


def test_a_machine_that_cannot_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(pages, "MADV_COLLAPSE", 255)  # advice that no kernel knows
    assert pages.enlarge() == 0
