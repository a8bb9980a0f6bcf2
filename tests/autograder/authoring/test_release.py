"""The student edition: what is in it, what never is, and that it grades by itself."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support_editions import edition_of, offline

from autograder.authoring import release
from autograder.authoring.starters import generated
from autograder.authoring.twins import twin
from autograder.manifest import Course
from autograder.model import AutograderError, UsageError
from autograder.notebooks import module_from
from autograder.recorded.values import file_of, packed
from autograder.stubs import solution_lines

ROOT = Path(__file__).parents[3]
COURSE = Course(ROOT)
TOPICS = COURSE.topics
PLAYED = TOPICS if os.environ.get("AUTOGRADER_STRANGERS") == "all" else ("backprop", "self_attention")


def stub(course, topic):
    """A recording with nothing in it, for tests that do not grade."""
    return file_of({"format": 1, "topic": topic, "seed": "1", "mistakes": {}}, {"a": packed([1.0])})


@pytest.fixture(scope="module")
def files():
    """An edition of all topics, but for what was recorded."""
    return release.contents(COURSE, TOPICS, stub)


def test_the_edition_holds_what_a_student_needs(files):
    assert {"Makefile", "README.md", "README.zh-CN.md", "requirements.txt", "LICENSE", "autograder/grading.py"} <= set(
        files
    )
    for topic in TOPICS:
        assert {
            f"assignments/{topic}/README.md",
            f"assignments/{topic}/README.zh-CN.md",
            f"reference/{topic}.rec",
            f"starter/{topic}.ipynb",
            f"starter/{topic}.py",
            f"tests/graders/{topic}/test_public.py",
        } <= set(files)


@pytest.mark.parametrize("topics", [TOPICS, *([topic] for topic in TOPICS)], ids="+".join)
def test_every_picture_and_page_that_a_page_links_to_is_there(topics):
    files = release.contents(COURSE, topics, stub)
    for name, content in files.items():
        if name.endswith(".md"):
            for word in content.decode().split("](")[1:]:
                target = word.split(")")[0].split("#")[0]
                if target and "://" not in target:
                    assert os.path.normpath(os.path.join(os.path.dirname(name), target)) in set(files) | folders(files)


def test_a_topic_that_is_left_out_keeps_its_name():
    page = "assignments/gradient_descent/README.md"
    alone, both = (release.contents(COURSE, topics, stub)[page].decode() for topics in (TOPICS[:1], TOPICS))
    assert alone.endswith("Next topic: backprop.\n")
    assert both.endswith("Next topic: [backprop](../backprop/README.md).\n")


def folders(files):
    """Every folder that holds a file."""
    return {str(parent) for name in files for parent in Path(name).parents}


def test_its_makefile_is_explained_in_chinese_too(files):
    verbs = {
        name: re.findall(r"^([a-z]+):.*## ", files[name].decode(), re.MULTILINE)
        for name in ("Makefile", "autograder/locale/zh_CN/verbs.txt")
    }
    assert len({tuple(sorted(found)) for found in verbs.values()}) == 1
    assert not [name for name in verbs if "[SEED" in files[name].decode()]


def test_nothing_hidden_has_a_place_in_it(files):
    parts = {part for name in files for part in name.split("/")}
    assert parts.isdisjoint(
        {"solutions", "gallery", "authoring", "batch.py", "exporters", "test_hidden.py", "course.secret"}
    )


def test_what_the_edition_imports_is_in_it(files):
    for name, content in files.items():
        if name.startswith("autograder/") and name.endswith(".py"):
            for node in ast.walk(ast.parse(content)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "autograder":
                    rooms = [f"{node.module}.{each.name}" for each in node.names]
                    wanted = [node.module, *(room for room in rooms if is_ours(room))]
                    assert [module for module in wanted if not is_there(module, files)] == [], name


def is_ours(module):
    path = ROOT / module.replace(".", "/")
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def is_there(module, files):
    path = module.replace(".", "/")
    return f"{path}.py" in files or f"{path}/__init__.py" in files


def test_a_line_of_a_solution_would_be_found_in_every_file(files):
    line = solution_lines((COURSE.solutions(TOPICS[0]) / "solution.py").read_text("utf-8"))[0]
    for name in ("README.md", "starter/cnn.ipynb"):
        spoilt = {**files, name: files[name] + line.encode()}
        assert [leak for leak in release.leaked_lines(COURSE, TOPICS, spoilt) if leak.startswith(name)]


def test_a_line_of_a_solution_would_be_found_in_a_recording():
    line = max(solution_lines((COURSE.solutions(TOPICS[0]) / "solution.py").read_text("utf-8")), key=len)
    content = file_of({}, {"a": packed(["\n".join(["x", line])])})
    searched = {"x.rec": release.readable("x.rec", content)}
    assert list(release.leaked_lines(COURSE, TOPICS, searched))


def test_the_name_of_a_hidden_question_would_be_found(files):
    hidden = (ROOT / "tests" / "graders" / TOPICS[0] / "test_hidden.py").read_text("utf-8")
    name = hidden.split("def test_")[1].split("(")[0]
    spoilt = {**files, "README.md": f"see test_{name}".encode()}
    assert [leak for leak in release.leaked_names(COURSE, TOPICS, spoilt) if leak.startswith("README.md")]


def test_an_edition_with_a_leak_is_not_built(tmp_path, monkeypatch):
    line = max(solution_lines((COURSE.solutions("cnn") / "solution.py").read_text("utf-8")), key=len)
    leaking = lambda course, topic: file_of({}, {"a": packed(line)})  # noqa: E731
    with pytest.raises(AutograderError, match=r"^the edition would give away what is hidden: reference/cnn\.rec holds"):
        release.contents(COURSE, ["cnn"], leaking)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_notebook_twin_defines_what_the_starter_defines(topic):
    starter = generated(COURSE, topic)
    module = module_from(twin(COURSE.assignment(topic), starter).encode(), "twin.ipynb").source
    assert ast.dump(definitions(module)) == ast.dump(definitions(starter))


def definitions(source):
    """A module without its docstring and the bare expressions of a notebook."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if not isinstance(node, (ast.Expr, ast.Pass))]
    return tree


def test_requirements_are_no_more_than_the_topics_need():
    assert [line.split(">")[0].split("=")[0] for line in release.requirements(COURSE, ["classification"])] == [
        "numpy",
        "pytest",
        "rich",
        "scikit-learn",
    ]
    assert "torch==2.13.0" in release.requirements(COURSE, ["self_attention"])


def test_two_builds_are_equal_byte_for_byte(files, tmp_path):
    first = release.write(files, tmp_path / "a" / "edition")
    second = release.write(release.contents(COURSE, TOPICS, stub), tmp_path / "b" / "edition")
    assert first.read_bytes() == second.read_bytes()
    assert zipfile.ZipFile(first).namelist() == sorted(f"edition/{name}" for name in files)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("x")
    with pytest.raises(UsageError, match="holds something else than a fresh edition: say another place with OUT="):
        release.write({}, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.tex").exists()


def run(folder, *words):
    """A command in an edition, which sees nothing of this repository."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "autograder", *words]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_an_edition_of_a_topic_grades_modules_and_notebooks_by_itself(tmp_path, recorded):
    archive = release.write(
        release.contents(COURSE, ["classification"], lambda _, topic: recorded(topic)), tmp_path / "out" / "edition"
    )
    zipfile.ZipFile(archive).extractall(tmp_path)
    folder = tmp_path / "edition"
    assert "0/71.5" in run(folder, "grade")[1]
    shutil.copy(COURSE.solutions("classification") / "solution.py", folder / "starter" / "classification.py")
    assert run(folder, "grade", "classification", "--strict")[0] == 0
    notebook = twin(
        COURSE.assignment("classification"), (COURSE.solutions("classification") / "solution.py").read_text("utf-8")
    )
    (tmp_path / "mine.ipynb").write_text(notebook, "utf-8")
    assert run(folder, "grade", "classification", "--strict", "--from", str(tmp_path / "mine.ipynb"))[0] == 0
    code, text = run(folder, "grade", "classification", "--seed", "7")
    assert (code, "for the seed 2f31 only" in text) == (2, True)
    code, text = run(folder, "mutants")
    assert (code, "there is no command 'mutants'" in text) == (2, True)


@pytest.mark.slow
@pytest.mark.parametrize("topic", PLAYED)
def test_the_recording_of_a_topic_names_its_mistakes_and_keeps_its_alternatives(topic, tmp_path, recorded):
    done = offline(edition_of(COURSE, topic, tmp_path / "edition", recorded(topic)), COURSE, topic)
    assert (done.spoilt, done.misnamed) == ([], [])
    assert len(done.named) >= 0.95 * len(done.caught) > 0, [f"{each.variant.id}: {each.why}" for each in done.caught]
    assert done.enough


def test_a_line_is_found_in_a_notebook_however_json_writes_it():
    given = {line.strip() for topic in COURSE.topics for line in generated(COURSE, topic).splitlines()}
    source = (COURSE.solutions(TOPICS[0]) / "solution.py").read_text("utf-8")
    line = next(line for line in sorted(set(solution_lines(source)) - given) if '"' in line)
    cells = {"cells": [{"cell_type": "code", "metadata": {}, "source": [line]}]}
    searched = {"a.ipynb": release.readable("a.ipynb", json.dumps(cells).encode())}
    assert list(release.leaked_lines(COURSE, TOPICS, searched))
