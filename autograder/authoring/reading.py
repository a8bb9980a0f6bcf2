"""What can be said of a topic by reading it, before anything runs: regions, names, languages, randomness, leaks."""

from __future__ import annotations

import ast
import re
import types
from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.authoring.refusal import Definition, Places, Refusal, definitions
from autograder.model import Assignment, AutograderError
from autograder.stubs import Region, regions, solution_lines, starter_from

READMES = ("README.md", "README.zh-CN.md")
SEEDING = re.compile(r"((np|numpy)\.random|random|torch|torch\.random)\.(seed|manual_seed)")
SEEDED = r"default_rng|Generator|SeedSequence|PCG64|PCG64DXSM|Philox|SFC64|MT19937|BitGenerator"
DRAWING = re.compile(rf"((np|numpy)\.random\.(?!({SEEDED})\b)|random\.(?!Random\b|default_rng\b))\w+")
DRAWING_TENSORS = re.compile(r"torch\.(rand|randn|randint|randperm|normal|bernoulli|multinomial)(_like)?")
UNSEEDED = re.compile(r"(.+\.)?default_rng")
SIZES = re.compile(r"= \w+\.shape(\[[-:\d]+\])?$")  # naming the sizes of an input gives nothing away
SHORT = 20
DRAW = "draw from `rng`, or from `tensors`"


def regions_hold(at: Places, assignment: Assignment) -> Iterator[Refusal]:
    """The solution's regions are well formed, and every function that is asked for has one."""
    source, name = at.solution.read_text("utf-8"), at.at(at.solution)
    try:
        starter_from(source, name)
    except AutograderError as error:
        place, _, what = str(error).partition(": ")
        yield Refusal("regions", place, what, "regions are opened and closed one after the other, none in another")
        return
    found = [region for region in regions(source, name) if region.kind == "SOLUTION"]
    for node in definitions(at.solution):
        asked = any(node.name in exercise.functions for exercise in assignment.exercises)
        if asked and not any(_overlap(node, region) for region in found):
            do = "put ### BEGIN SOLUTION and ### END SOLUTION around what students write"
            yield Refusal("regions", at.at(at.solution, node.lineno), f"{node.name} leaves nothing to write", do)


def _overlap(node: Definition, region: Region) -> bool:
    return node.lineno <= region.end and region.start <= (node.end_lineno or node.lineno)


def starter_holds(at: Places) -> Iterator[Refusal]:
    """The generated starter can be imported and has the solution's public names, with the same signatures."""
    source, name = at.solution.read_text("utf-8"), at.at(at.solution)
    starter = starter_from(source, name)
    given, left = _signatures(ast.parse(source)), _signatures(ast.parse(starter))
    for public, (signature, line) in given.items():
        if left.get(public, ("", 0))[0] != signature:
            do = "let BEGIN SOLUTION stand in its body, or begin a helper's name with _"
            yield Refusal("starter", at.at(at.solution, line), f"{public} is not in the starter as it is here", do)
    module = types.ModuleType(at.topic)
    try:
        exec(compile(starter, f"{at.topic}.py", "exec", dont_inherit=True), module.__dict__)
    except Exception as error:  # noqa: BLE001 - whatever the author's lines raise
        what = f"the starter cannot be imported: {type(error).__name__}: {error}"
        yield Refusal("starter", name, what, "what is needed at import stands outside the regions")


def _signatures(tree: ast.Module | ast.ClassDef, prefix: str = "") -> dict[str, tuple[str, int]]:
    """The public functions, classes and methods with how they are called and their lines."""
    found: dict[str, tuple[str, int]] = {}
    for node in tree.body:
        if not isinstance(node, Definition) or (node.name.startswith("_") and not node.name.startswith("__")):
            continue
        if isinstance(node, ast.ClassDef):
            found[f"{prefix}{node.name}"] = (", ".join(map(ast.unparse, node.bases)), node.lineno)
            found |= _signatures(node, f"{prefix}{node.name}.")
        else:
            found[f"{prefix}{node.name}"] = (ast.unparse(node.args), node.lineno)
    return found


def languages_present(at: Places) -> Iterator[Refusal]:
    """Every question has a title in Chinese, and there is a handout in both languages."""
    for path in at.course.graders(at.topic):
        for node in _questions(path):
            lines = [line.strip() for line in (ast.get_docstring(node) or "").splitlines()]
            if lines and not any(line.startswith("zh:") and line != "zh:" for line in lines):
                what, do = f"{node.name} has no title in Chinese", "add a line `zh: …` to its docstring"
                yield Refusal("languages", at.at(path, node.lineno), what, do)
    for name in READMES:
        path = at.facts.parent / name
        if not path.exists():
            yield Refusal("languages", at.at(path), "the handout is missing", "write it; it is what students read")


def _questions(path: Path) -> list[ast.FunctionDef]:
    nodes = [node for node in definitions(path) if isinstance(node, ast.FunctionDef)]
    return [node for node in nodes if node.name.startswith("test_")]


def randomness_seeded(at: Places) -> Iterator[Refusal]:
    """Nothing seeds a global generator or draws from one, or from one without a seed."""
    graders = at.course.graders(at.topic)
    folder = at.course.solutions(at.topic)
    bank = [folder / f"{name}.py" for name in ("solution", "mistakes", "alternatives")]
    for path in (*filter(Path.exists, bank), *graders):
        for node in _calls(path):
            called = ast.unparse(node.func)
            what = ""
            if SEEDING.fullmatch(called):
                what, do = f"{called}(…) seeds a generator that all share", "leave it out; the run's seed is enough"
            elif DRAWING.fullmatch(called) or (path in graders and DRAWING_TENSORS.fullmatch(called)):
                what, do = f"{called}(…) draws from a generator that all share", DRAW
            elif UNSEEDED.fullmatch(called) and not (node.args or node.keywords):
                what, do = f"{called}() has no seed: nobody could draw the same again", DRAW
            if what:
                yield Refusal("randomness", at.at(path, node.lineno), what, do)


def _calls(path: Path) -> list[ast.Call]:
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except SyntaxError:  # said when it is loaded
        return []
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def cotangents_random(at: Places) -> Iterator[Refusal]:
    """No gradient is asked of a sum, by way of a function that adds up."""
    for path in at.course.graders(at.topic):
        for node in _calls(path):
            given = {word.arg: word.value for word in node.keywords}
            of = given.get("of")
            if ast.unparse(node.func) == "check_gradient" and isinstance(of, ast.Lambda) and _is_sum(of.body):
                what = "the gradient of a sum is blind: a zero, negated or permuted one of a softmax passes"
                do = "give the function itself as of=, and along=rng.normal(size=…) of its output's shape"
                yield Refusal("cotangent", at.at(path, node.lineno), what, do)


def _is_sum(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "sum"


def secrets_kept(at: Places) -> Iterator[Refusal]:
    """What students get holds no hidden question and no line of the solution."""
    folder = at.course.root / "tests" / "graders" / at.topic
    public, hidden = folder / "test_public.py", folder / "test_hidden.py"
    known = {_body(node): node.name for node in _questions(hidden)} if hidden.exists() else {}
    for node in _questions(public):
        place = at.at(public, node.lineno)
        if node.name.endswith("_hidden"):
            what = f"{node.name} is called hidden, and this file goes to students"
            yield Refusal("secrets", place, what, "move it to test_hidden.py, or name it after what it asks")
        elif _body(node) in known:
            what = f"{node.name} is the hidden question {known[_body(node)]}, and this file goes to students"
            yield Refusal("secrets", place, what, "let the hidden one probe something else")
    for number, text in enumerate(public.read_text("utf-8").splitlines(), 1):
        if re.match(r"\s*(from|import)\b.*\b(test_hidden|solutions?|mistakes|alternatives)\b", text):
            do = "ask through `reference`, and let what both files need stand in test_public.py"
            yield Refusal("secrets", at.at(public, number), "it imports what students don't have", do)
    yield from _leaks(at, [public, *(at.facts.parent / name for name in READMES)])


def _body(node: ast.FunctionDef) -> str:
    """What a question does, without its title."""
    return "\n".join(ast.unparse(statement) for statement in node.body[ast.get_docstring(node) is not None :])


def _leaks(at: Places, paths: Sequence[Path]) -> Iterator[Refusal]:
    source = at.solution.read_text("utf-8")
    outside = set(map(str.strip, starter_from(source).splitlines()))
    secret = {
        line for line in map(_bare, solution_lines(source)) if len(line) > SHORT and not SIZES.search(line)
    } - outside
    for path in paths:
        for number, text in enumerate(path.read_text("utf-8").splitlines() if path.exists() else (), 1):
            if _bare(text.strip()) in secret:
                what = f"it holds a line of the solution: {text.strip()[:60]}"
                yield Refusal("secrets", at.at(path, number), what, "say it in words, or ask for it")


def _bare(line: str) -> str:
    """A line of code without the comment at its end."""
    return line.split("  #")[0].strip()
