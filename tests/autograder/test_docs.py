"""Every command that the documentation shows is run, in a copy of the tree, and ends well."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").glob("*.md"))]
COPIED = (
    "Makefile",
    "assignments",
    "autograder",
    "constraints.txt",
    "examples",
    "pyproject.toml",
    "solutions",
    "starter",
    "tests",
)
RUN_BY_CI = {"make test", "make check", "make system", "make setup"}  # the suite itself, or what brought us here


def shown(page):
    """The commands of a page, in their order."""
    blocks = re.findall(r"^\s*```sh\n(.*?)^\s*```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    lines = (line.split("#")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line and line not in RUN_BY_CI]


def runs():
    """Commands to run one after the other: a page that leads through one batch whole, any other command by itself."""
    found = {}
    for page in PAGES:
        commands = shown(page)
        if any("gradebook.sqlite" in command for command in commands):
            found[page.name] = commands
        else:
            found |= {command: [command] for command in commands}
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The files that the commands need."""
    copy = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, copy / name)
    for name in ("pyproject.toml", "constraints.txt"):
        os.utime(copy / name, (0, 0))  # older than the stamps: the environment is there
    return copy


@pytest.mark.parametrize("commands", runs().values(), ids=list(runs()))
def test_the_commands_of_the_documentation_end_well(commands, tree):
    environment = {**os.environ, "PYTHONPATH": str(tree), "VENV": sys.prefix}
    for command in commands:
        words = command.replace("python -m", f"{sys.executable} -m")
        done = subprocess.run(words, shell=True, cwd=tree, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, command + done.stdout[-2000:] + done.stderr[-2000:]


def test_every_page_that_is_linked_exists():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            assert "://" in target or (page.parent / target).exists(), (page.name, target)


def helped(*words, **environment):
    """The lines of `make help`, by verb."""
    spoken = {name: value for name, value in os.environ.items() if name not in ("LANGUAGE", "LC_ALL", "LC_MESSAGES")}
    done = subprocess.run(
        ["make", "help", *words], cwd=ROOT, env=spoken | environment, capture_output=True, text=True, check=True
    )
    return dict(re.findall(r"^  make (\S+) +(\S.*)$", done.stdout, re.MULTILINE))


def test_every_verb_of_the_makefile_is_explained_in_both_languages():
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    for language in ("en_US.UTF-8", "zh_CN.UTF-8"):
        said = helped(LANG=language)
        assert sorted(said) == sorted(phony)
        assert [verb for verb, text in said.items() if (max(text) > "\u2e80") != (language[:2] == "zh")] == []


def test_help_options_are_the_same_in_both_languages():
    english, chinese = (helped(f"LANG_={language}") for language in ("en", "zh"))
    options = re.compile(r"\b[A-Z]{2,}(?==)")
    assert {verb: options.findall(text) for verb, text in english.items()} == {
        verb: options.findall(text) for verb, text in chinese.items()
    }


def test_the_language_of_help_is_chosen_as_everywhere_else():
    assert helped(LANGUAGE="en", LANG="zh_CN.UTF-8")["help"] == "this list"
    assert helped(LC_ALL="zh_CN.UTF-8", LANG="C")["help"] == "本列表"
    assert helped("LANG_=zh", LANG="C")["help"] == "本列表"
