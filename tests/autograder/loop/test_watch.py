"""`watch` in a terminal of its own: real keys, real saves, and what is painted."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support_courses import RIGHT, copied

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is POSIX")
REPOSITORY = Path(__file__).parents[3]
PATIENCE = 60.0  # until a test gives up; what is asserted is what is seen
WRONG = RIGHT.replace("a * np.asarray(x)", "np.asarray(x) + a")


class Terminal:
    """A command in a pseudo-terminal of 100 columns: keys go in, what is painted comes out."""

    def __init__(self, course, *words, language="en"):
        import fcntl
        import pty
        import struct
        import termios

        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm-256color", "COLUMNS": "100"}
        command = [sys.executable, "-m", "autograder", "--root", str(course.root), *words, "--lang", language]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        self.seen = ""

    def until(self, words):
        """What was painted since the words that were waited for last, up to these."""
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, f"{words!r} was not painted; there is:\n{self.seen}"
            if select.select([self.ours], [], [], min(left, 0.5))[0]:
                said = os.read(self.ours, 1 << 16).decode("utf-8", "replace")
                self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said)
        page, found, self.seen = self.seen.partition(words)
        return page + found

    def press(self, key):
        os.write(self.ours, key.encode())

    def ended(self):
        """The exit code, and whether the terminal is as it was."""
        import termios

        code = self.process.wait(timeout=PATIENCE)
        return code, termios.tcgetattr(self.theirs) == self.before

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def course(tmp_path):
    return copied(tmp_path / "course")


@pytest.fixture
def watched(course):
    """Start `watch`; ended after the test."""
    started = []

    def start(*words, **options):
        started.append(Terminal(course, "watch", *words, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()


def save(course, source, topic="vectors"):
    course.starter(topic).write_text(source, "utf-8")


END = "saved files are graded at once"
LAYERS = "层  0/6"
HINT = "Is scaling a sum or a product?"


def test_a_file_is_graded_on_every_save_and_keys_lead_on(course, watched):
    terminal = watched("vectors")
    terminal.until("Next: scale. Write it and save the file.")
    terminal.until(END)
    save(course, WRONG)
    page = terminal.until("There is a hint: press h.")
    assert "✗ scale_" in page
    assert HINT not in page
    terminal.press("h")
    terminal.until(HINT)
    terminal.until(END)
    terminal.press("a")
    for _ in range(3):  # as many as there are questions
        terminal.until(HINT)
    save(course, RIGHT)
    terminal.until("Everything passes.")
    terminal.press("q")
    assert terminal.ended() == (0, True)


def test_n_goes_to_the_next_open_exercise_and_back_to_the_first(course, watched):
    terminal = watched("vectors")
    terminal.until("Next: scale.")
    terminal.press("n")
    terminal.until("Next: mean_square_grad.")
    terminal.press("n")
    terminal.until("Next: scale.")


def test_without_a_topic_the_one_that_is_saved_is_shown(course, watched):
    os.utime(course.starter("vectors"))
    os.utime(course.starter("layers"), (1, 1))
    terminal = watched(language="zh")
    terminal.until("向量")
    terminal.until("保存文件后立即评分")
    save(course, course.starter("layers").read_text() + "\n", "layers")
    terminal.until(LAYERS)
    terminal.until("保存文件后立即评分")
    save(course, WRONG)
    terminal.until("向量")
    terminal.until("有一条提示：按 h 查看。")


def test_an_editor_may_put_a_new_file_in_the_place_of_the_old(course, watched, tmp_path):
    terminal = watched("vectors")
    terminal.until(END)
    fresh = tmp_path / "fresh.py"
    fresh.write_text(RIGHT)
    os.replace(fresh, course.starter("vectors"))
    terminal.until("Everything passes.")
    save(course, RIGHT.replace("def scale(x, a)", "def scale(x, a"))
    assert "Vectors  0/10" in terminal.until("SyntaxError")
    save(course, RIGHT)
    terminal.until("Everything passes.")


ENDLESS = RIGHT.replace("    return a * np.asarray(x)", "    while True:\n        pass")
PENDING = "… still to be asked again: scale"
PATIENT = "answer_seconds = 600\nsubmission_seconds = 600"  # longer than a test waits for anything


@pytest.fixture
def patient(course):
    """The course with all the time in the world for an answer."""
    facts = course.root / "assignments" / "vectors" / "assignment.toml"
    facts.write_text(facts.read_text("utf-8").replace("answer_seconds = 2", PATIENT), "utf-8")


def test_a_save_gives_up_the_grading_that_runs_and_begins_anew(course, patient, watched):
    save(course, ENDLESS)
    terminal = watched("vectors")
    save(course, WRONG)  # before anything was shown
    terminal.until("There is a hint: press h.")
    terminal.until(END)
    save(course, ENDLESS)
    terminal.until(PENDING)
    save(course, RIGHT)
    terminal.until("Everything passes.")
    terminal.press("q")
    assert terminal.ended() == (0, True)


def test_keys_are_answered_while_an_endless_loop_is_graded(course, patient, watched):
    save(course, WRONG)
    terminal = watched("vectors")
    terminal.until("There is a hint: press h.")
    terminal.until(END)
    save(course, ENDLESS)
    terminal.until(PENDING)
    terminal.press("h")
    terminal.until(HINT)
    terminal.until(END)
    terminal.press("n")
    terminal.until("mean_square_grad")
    terminal.press("q")
    assert terminal.ended() == (0, True)


def test_another_topic_can_be_saved_while_an_endless_loop_is_graded(course, patient, watched):
    os.utime(course.starter("layers"), (1, 1))
    terminal = watched(language="zh")
    terminal.until("保存文件后立即评分")
    save(course, ENDLESS)
    terminal.until("……还要重新评分：scale")
    save(course, course.starter("layers").read_text("utf-8") + "\n", "layers")
    terminal.until(LAYERS)


def test_ctrl_c_ends_it_in_peace(course, watched):
    terminal = watched("vectors")
    terminal.until(END)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == (0, True)


def test_a_pipe_gets_pages_without_keys_and_escapes(course):
    command = [sys.executable, "-m", "autograder", "--root", str(course.root), "watch", "vectors"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment) as process:
        said = b""
        while END.encode() not in said:
            if not select.select([process.stdout], [], [], PATIENCE)[0]:
                process.kill()
            part = os.read(process.stdout.fileno(), 1 << 16)
            assert part, said
            said += part
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=PATIENCE) == 0
    assert b"\x1b" not in said


def test_breakpoint_works_in_debug(course):
    save(course, RIGHT.replace("    return a * np.asarray(x)", "    breakpoint()\n    return a * np.asarray(x)"))
    terminal = Terminal(course, "debug", "vectors", "--only", "scale_values")
    try:
        page = terminal.until("(Pdb) ")
        assert "This is not how it is graded; make grade is." in page
        assert "return a * np.asarray(x)" in page
        terminal.press("p x.shape, a\n")
        assert re.search(r"\(\(\d+, \d+\), [\d.]+\)", terminal.until("(Pdb) "))
        terminal.press("c\n")
        terminal.until("Everything passes.")
        assert terminal.process.wait(timeout=PATIENCE) == 0
    finally:
        terminal.close()
