"""The notebook twin of a starter: the same text, a cell for each function, and room to try it out."""

from __future__ import annotations

import ast
import re

from autograder.authoring.starters import generated
from autograder.manifest import Course
from autograder.model import Assignment, Exercise, Sentence, UsageError, sentence
from autograder.notebooks import TAG, Cell, blocks, text_of

SOLUTION = {"tags": [TAG]}
TRY = "# Try it out here: this cell is not graded.  在这里试一试：此单元格不计分。\n"
GUIDE = """\
**What is graded.** The cells that begin with `# solution`: their imports, functions, classes and assignments. A cell
of your own counts, too, if it begins with that line. Whatever else you run, print or plot is left out.

**哪些单元格计分。** 以 `# solution` 开头的单元格：其中的导入、函数、类和赋值。自己新建的单元格以这一行开头，也会计入。
其余的运行、打印和绘图都不计入。

Save, then grade / 保存后评分：`make grade TOPIC={topic}`
"""


def twin(assignment: Assignment, starter: str) -> str:
    """The notebook of a topic's starter, as the text of its file."""
    first, *others = blocks(starter, f"{assignment.topic}.py")
    title = f"# {assignment.title['en']} · {assignment.title['zh']}"
    docstring, rest = _apart(first)
    cells = [Cell("markdown", f"{title}\n\n{GUIDE.format(topic=assignment.topic)}")]
    cells += [Cell("markdown", docstring)] if docstring else []
    cells += [_solution(rest)] if rest else []
    current: Exercise | None = None
    for block in others:
        exercise = _exercise(block, assignment)
        if exercise is not None and exercise is not current:
            cells += [Cell("code", TRY)] if current is not None else []
            cells.append(Cell("markdown", _heading(exercise)))
            current = exercise
        cells.append(_solution(block))
    return text_of([*cells, Cell("code", TRY)])


def of_topic(course: Course, topic: str, starter: str) -> str:
    """The same for a topic of a course."""
    return twin(course.assignment(topic), starter)


def write(course: Course, topic: str, *, force: bool = False) -> Sentence:
    """Write the notebook of what stands in starter/ (else of the starter that the solution gives); what was done.

    Raises UsageError rather than overwrite another text, and for a file that is no Python.
    """
    module = course.starter(topic)
    path = module.with_suffix(".ipynb")
    try:
        text = module.read_text("utf-8") if module.exists() else generated(course, topic)
        ast.parse(text, module.name)
    except (SyntaxError, ValueError) as error:
        raise UsageError(sentence("{name} cannot be read as Python: {why}", name=module.name, why=str(error))) from None
    shown, made = path.relative_to(course.root).as_posix(), of_topic(course, topic, text)
    if path.exists() and path.read_text("utf-8") == made:
        return sentence("{path} is up to date", path=shown)
    if path.exists() and not force:
        raise UsageError(
            sentence("{path} holds something else than {name}; to overwrite it: FORCE=1", path=shown, name=module.name)
        )
    path.parent.mkdir(exist_ok=True)
    path.write_text(made, "utf-8")
    return sentence(
        "{path} written; of it and {name}, whichever you saved last is graded", path=shown, name=module.name
    )


def _solution(text: str) -> Cell:
    return Cell("code", f"# {TAG}\n{text}", SOLUTION)


def _apart(block: str) -> tuple[str, str]:
    """A module's docstring and what follows it."""
    tree = ast.parse(block)
    docstring = ast.get_docstring(tree)
    if docstring is None:
        return "", block.strip()
    return docstring, "\n".join(block.splitlines()[tree.body[0].end_lineno :]).strip()


def _exercise(block: str, assignment: Assignment) -> Exercise | None:
    """The exercise whose function or class stands in a block."""
    names = re.findall(r"^(?:def|class) (\w+)", block, re.MULTILINE)
    return next((each for each in assignment.exercises if not set(each.functions).isdisjoint(names)), None)


def _heading(exercise: Exercise) -> str:
    bonus = ", bonus / 附加题" if exercise.bonus else ""
    worth = f"`{exercise.name}`, {exercise.points:g} points / 分{bonus}"
    return f"## {exercise.title['en']} · {exercise.title['zh']}\n\n{worth}"
