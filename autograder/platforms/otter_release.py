"""`autograder otter release`: a source notebook for `otter assign`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.language import title as titled
from autograder.manifest import Course
from autograder.model import QuestionResult, UsageError
from autograder.platforms import documents
from autograder.platforms.gradescope import requirements
from autograder.platforms.parts import for_otter
from autograder.platforms.release import Material, last_parts, material, setup_cell

PLUGIN = "autograder.platforms.otter_plugin.Isolated"
CONFIG = """\
# ASSIGNMENT CONFIG
name: {topic}
export_cell:
  pdf: false
  run_tests: false
requirements:
{requirements}
tests:
  ok_format: false
generate:
  show_stdout: false
  show_hidden: false
  plugins:
    - {plugin}:
        topic: {topic}
"""
TEST = '''\
""" # BEGIN TEST CONFIG
points: {points}
hidden: {hidden}
""" # END TEST CONFIG
def {name}(env):
    from autograder.platforms.kernel import require

    require("{topic}", "{exercise}", "{question}")'''


def release(course: Course, topic: str, folder: Path, language: str, *, force: bool = False) -> Path:
    """Write <folder>/<topic>/<topic>.ipynb. Raises UsageError rather than overwrite."""
    path = folder / topic / f"{topic}.ipynb"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; to write it anew: autograder otter release {topic} --force")
    documents.write(path, source_notebook(material(course, topic, language, for_otter)))
    return path


def source_notebook(topic: Material) -> dict[str, Any]:
    """The source notebook of a topic, solutions and hidden tests and all."""
    cells = [{**cell, "id": cell["id"] or f"mark-{number}"} for number, cell in enumerate(_cells(topic))]
    return documents.notebook(cells)


def _cells(topic: Material) -> Iterator[dict[str, Any]]:
    name = topic.assignment.topic
    needed = "\n".join(f"  - {line}" for line in requirements(topic.assignment).split())
    yield documents.raw(CONFIG.format(topic=name, plugin=PLUGIN, requirements=needed), "")
    yield documents.markdown(f"# {titled(topic.assignment.title, topic.language)}\n\n{topic.preface}", "title")
    last = last_parts(topic.parts)
    seen: set[str] = set()
    for number, part in enumerate(topic.parts):
        if not part.exercise:
            yield setup_cell(part)
            continue
        if part.exercise not in seen:
            yield documents.markdown(topic.heading(part.exercise), f"title-{part.exercise}")
        seen.add(part.exercise)
        is_last = last[part.exercise] == number
        shown = part.exercise if is_last else part.name
        yield documents.raw(f"# BEGIN QUESTION\nname: {shown}\n{'' if is_last else 'manual: true'}", "")
        yield documents.raw("# BEGIN SOLUTION", "")
        yield documents.code(part.source, part.name, tags=["solution"])
        yield documents.raw("# END SOLUTION", "")
        yield from _tests(topic, part.exercise) if is_last else ()
        yield documents.raw("# END QUESTION", "")


def _tests(topic: Material, exercise: str) -> Iterator[dict[str, Any]]:
    """One test case for each question, public ones first."""
    yield documents.raw("# BEGIN TESTS", "")
    for hidden in (False, True):
        for question in topic.asked(exercise, hidden=hidden):
            yield documents.code(_test(topic, question), f"test-{question.name}".replace("[", "-").replace("]", ""))
    yield documents.raw("# END TESTS", "")


def _test(topic: Material, question: QuestionResult) -> str:
    return TEST.format(
        points=question.points,
        hidden=str(question.hidden).lower(),
        name="test_" + "".join(char if char.isalnum() else "_" for char in question.name),
        topic=topic.assignment.topic,
        exercise=question.exercise,
        question=question.name,
    )
