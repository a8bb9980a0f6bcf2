"""Commands as a reader types them: in either form, quoted for the shell that reads them, whole at any width."""

from __future__ import annotations

import io
import shlex
from pathlib import Path

import pytest
from rich.console import Console

from autograder.render.commands import Command, Typed, _python, here

PYTHON = Typed("python -m autograder")
WINDOWS = Typed(r".venv\Scripts\python -m autograder", windows=True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (Typed(), "make grade TOPIC=cnn ONLY='pad2d[a b]' SEED=7 ALL=1"),
        (PYTHON, "python -m autograder grade cnn --only 'pad2d[a b]' --seed 7 --all"),
        (WINDOWS, r'.venv\Scripts\python -m autograder grade cnn --only "pad2d[a b]" --seed 7 --all'),
        (Typed(origin="my work.ipynb"), "make grade TOPIC=cnn ONLY='pad2d[a b]' SEED=7 FROM='my work.ipynb' ALL=1"),
    ],
)
def test_a_command_is_told_in_the_form_in_which_the_student_came_in(typed, said):
    assert typed.command("grade", "cnn", only="pad2d[a b]", seed="7", every=True) == said


def test_a_place_to_fill_in_stays_as_it_is():
    assert Typed().command("grade", "<topic>") == "make grade TOPIC=<topic>"
    assert PYTHON.command("debug", "<主题>", only="<题目>") == "python -m autograder debug <主题> --only <题目>"


def test_make_says_that_it_was_make():
    assert here(environment={"AUTOGRADER_VIA": "make"}) == Typed("make")
    assert here(environment={}).program.endswith(" -m autograder")
    assert here(Path("a/b.py"), {"AUTOGRADER_VIA": "make"}).origin == "a/b.py"


@pytest.mark.parametrize("makefile", ["Makefile", "autograder/authoring/edition/Makefile.txt"])
def test_both_makefiles_tell_that_it_is_they(root, makefile):
    assert "export AUTOGRADER_VIA := make\n" in (root / makefile).read_text("utf-8")


@pytest.mark.parametrize(
    ("typed", "executable", "said"),
    [
        ("python3", "/course/.venv/bin/python3", "python3"),
        (".venv/bin/python", "/course/.venv/bin/python", ".venv/bin/python"),
        ("/usr/bin/python3.12", "/course/.venv/bin/python", ".venv/bin/python"),
        ("/usr/bin/python3.12", "/usr/bin/python3.12", "python3.12"),
        ("/my tools/python", "/course/my tools/python", "python"),
    ],
)
def test_python_is_named_as_it_was_typed_or_by_the_way_to_it(typed, executable, said):
    assert _python(typed, executable, Path("/course"), windows=False) == said


def shown(typed, width):
    console = Console(width=width, file=io.StringIO())
    command = typed.command("grade", "self_attention", only="multi_head_attention_values", seed="2f31")
    console.print(Command("  again  ", command, typed), crop=False)
    return command, console.file.getvalue()


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("typed", [Typed(), PYTHON])
def test_what_is_pasted_into_a_posix_shell_is_the_command(typed, width):
    command, text = shown(typed, width)
    pasted = text.replace("again", "", 1).replace("\\\n", " ")
    assert shlex.split(pasted) == shlex.split(command)
    assert all(len(line) <= width for line in text.splitlines())


@pytest.mark.parametrize("width", [40, 80, 200])
def test_what_is_pasted_into_a_windows_shell_is_one_line(width):
    command, text = shown(WINDOWS, width)
    assert text == f"  again  {command}\n"
