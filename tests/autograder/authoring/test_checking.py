"""Ways to break a topic, one slip each, and the sentence with which `check` refuses each: where, what, what to do."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from support_courses import TINY, copied, played

from autograder.authoring.checking import checked, over_budget
from autograder.authoring.live import Live, slowest
from autograder.authoring.refusal import Places
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED, Limits, UsageError

FACTS = "assignments/vectors/assignment.toml"
SOLUTION, STARTER = "solutions/vectors/solution.py", "starter/vectors.py"
MISTAKES, ALTERNATIVES = "solutions/vectors/mistakes.py", "solutions/vectors/alternatives.py"
PUBLIC, HIDDEN = "tests/graders/vectors/test_public.py", "tests/graders/vectors/test_hidden.py"
README, CHINESE, WORKED = (f"assignments/vectors/{name}" for name in ("README.md", "README.zh-CN.md", "worked.toml"))
CHECK = "    check_close(student.scale(x, a), reference.scale(x, a))\n"
GENERATED = "it is generated, never edited: autograder starter vectors --force"
AGREE = "make @points(…) and `points` agree"
REGIONS = "regions are opened and closed one after the other, none in another"
DRAW = "draw from `rng`, or from `tensors`"
MEND = "a question of ours may not raise: mend it"
AGAIN = "draw every input from `rng`; ask no clock, no set's order, no generator that all share"
HANDOUT = "mend the handout, or worked.toml"
BEFORE = "nothing else can be proved before this is mended"
OURS = "the grader itself failed, this is not your fault: GraderMistake"


def broken(root: Path, changes):
    """A copy of the tiny course with texts replaced; an empty old text appends, None as the new one deletes."""
    course = copied(root / "course")
    for file, old, new in changes:
        path = course.root / file
        if new is None:
            path.unlink()
            continue
        text = path.read_text("utf-8") if path.exists() else ""
        assert old in text, old
        path.write_text(text.replace(old, new, 1) if old else text + new, "utf-8")
    return course


def said(course, seeds=(PUBLIC_SEED,)):
    return [str(refusal) for refusal in checked(course, "vectors", seeds)]


def question(name, *lines):
    """One more question for the public file."""
    body = "".join(f"    {line}\n" for line in lines)
    return f'\n\n@points(1)\ndef test_{name}(student, reference, rng):\n    """t\n    zh: 题"""\n{body}'


def slip(name, *changes, says):
    return pytest.param(changes, says, id=name)


SLIPS = [
    slip(
        "facts that are no TOML",
        (FACTS, "points = 10", "points = "),
        says=f"{FACTS}: files: Invalid value (at line 3, column 10); {BEFORE}",
    ),
    slip(
        "a title without Chinese",
        (FACTS, 'zh = "向量"\n', ""),
        says=f"{FACTS}: files: title has no zh; {BEFORE}",
    ),
    slip(
        "no solution",
        (SOLUTION, "", None),
        says=f"{SOLUTION}: files: it is missing; autograder new TOPIC writes one to begin with",
    ),
    slip(
        "no public questions",
        (PUBLIC, "", None),
        says=f"{PUBLIC}: files: it is missing; autograder new TOPIC writes one to begin with",
    ),
    slip(
        "questions that are no Python",
        (PUBLIC, "def test_scale_values(student, reference, rng):", "def test_scale_values(student, reference, rng)"),
        says=f"{PUBLIC}, line 10: files: SyntaxError: expected ':'; {BEFORE}",
    ),
    slip(
        "a region opened twice",
        (SOLUTION, "    return a * np", "    ### BEGIN SOLUTION\n    return a * np"),
        says=f"{SOLUTION}, line 13: regions: BEGIN SOLUTION inside the region opened on line 12; {REGIONS}",
    ),
    slip(
        "a region never closed",
        (SOLUTION, "    return 2 * x / x.size  # (N,)\n    ### END SOLUTION\n", "    return 2 * x / x.size\n"),
        says=f"{SOLUTION}, line 28: regions: the region is never closed by END SOLUTION; {REGIONS}",
    ),
    slip(
        "a mark with a slip",
        (SOLUTION, "### BEGIN SOLUTION", "# BEGIN SOLUTION"),
        says=f"{SOLUTION}, line 12: regions: '# BEGIN SOLUTION' is no mark; marks are '### BEGIN SOLUTION', "
        f"'### END SOLUTION', '### BEGIN STARTER', '### END STARTER'; {REGIONS}",
    ),
    slip(
        "an exercise without a region",
        (
            SOLUTION,
            "    ### BEGIN SOLUTION\n    return a * np.asarray(x)  # (N, D)\n    ### END SOLUTION\n",
            "    return a * x\n",
        ),
        says=f"{SOLUTION}, line 6: regions: scale leaves nothing to write; "
        "put ### BEGIN SOLUTION and ### END SOLUTION around what students write",
    ),
    slip(
        "a public helper inside a region",
        (SOLUTION, "", "\n\n### BEGIN SOLUTION\ndef helper(x):\n    return x\n\n\n### END SOLUTION\n"),
        says=f"{SOLUTION}, line 34: starter: helper is not in the starter as it is here; "
        "let BEGIN SOLUTION stand in its body, or begin a helper's name with _",
    ),
    slip(
        "a starter that cannot be imported",
        (SOLUTION, "", "\n\n### BEGIN SOLUTION\n_TABLE = [1]\n### END SOLUTION\nFIRST = _TABLE[0]\n"),
        says=f"{SOLUTION}: starter: the starter cannot be imported: NameError: name '_TABLE' is not defined; "
        "what is needed at import stands outside the regions",
    ),
    slip(
        "a drifted starter",
        (STARTER, "a times as long", "a-fold"),
        says=f"{STARTER}, line 7: starter: it is not what solution.py gives; {GENERATED}",
    ),
    slip(
        "no starter",
        (STARTER, "", None),
        says=f"{STARTER}, line 1: starter: it is not what solution.py gives; {GENERATED}",
    ),
    slip(
        "a question that the starter passes",
        (
            PUBLIC,
            "    check_unchanged(student.scale, x, 3.0)\n"
            "    check_close(student.scale(x, 3.0), reference.scale(x, 3.0))\n",
            "    check_close(student.mean_square(x), reference.mean_square(x))\n",
        ),
        says=f"{PUBLIC}, line 18: starter: scale_keeps_its_input ends PASSED on the starter: ; "
        "let the question meet what the student writes before anything else",
    ),
    slip(
        "a reference that is wrong",
        (PUBLIC, "reference.scale(x, 3.0)", "reference.scale(x, 2.0)"),
        says=f"{PUBLIC}, line 18: reference: the reference loses scale_keeps_its_input (seed 2f31): ",
    ),
    slip(
        "wrong points",
        (PUBLIC, "@points(1)", "@points(2)"),
        says=f"{FACTS}, line 19: points: scale: questions add up to 5, assignment.toml says 4; {AGREE}",
    ),
    slip(
        "a question without points",
        (PUBLIC, "@points(1)\n", ""),
        says=f"{PUBLIC}, line 17: questions: has no points; put @points(…) above it",
    ),
    slip(
        "a question of no exercise",
        (PUBLIC, "test_scale_keeps", "test_keeps"),
        says=f"{PUBLIC}, line 18: questions: belongs to no exercise; "
        "its name begins with none of scale, mean_square_grad",
    ),
    slip(
        "a question without a title",
        (HIDDEN, '    """scale works on a single row\n    zh: scale 对单行也成立"""\n', ""),
        says=f"{HIDDEN}, line 8: questions: has no docstring; it is the title that the student reads",
    ),
    slip(
        "two questions of one name",
        (HIDDEN, "test_scale_one_row", "test_scale_values"),
        says=f"{PUBLIC}, line 10: points: two questions are named scale_values; "
        "a name stands for its draws: rename one",
    ),
    slip(
        "a question without a title in Chinese",
        (HIDDEN, "    zh: scale 对单行也成立", "    single rows are enough"),
        says=f"{HIDDEN}, line 8: languages: test_scale_one_row has no title in Chinese; "
        "add a line `zh: …` to its docstring",
    ),
    slip(
        "no handout in Chinese",
        (CHINESE, "", None),
        says=f"{CHINESE}: languages: the handout is missing; write it; it is what students read",
    ),
    slip(
        "a mistake that passes",
        (MISTAKES, "return x + a", "return x * a"),
        says=f"{MISTAKES}, line 7: mistakes: scale_adds (seed 2f31) loses no point in scale; "
        "design a probe that shows it, or leave it out if it is right",
    ),
    slip(
        "two mistakes that look alike",
        (MISTAKES, "return x + a", "return x / a"),
        says=f"{MISTAKES}, line 12: mistakes: scale_divides (seed 2f31) is named not at all; "
        "design a probe on which it looks like no other mistake",
    ),
    slip(
        "a mistake within ten tolerances",
        (MISTAKES, "return x + a", "return x * a * (1 + 4e-7)"),
        says=f"{MISTAKES}, line 7: separation: scale_adds (seed 2f31) is off by ",
    ),
    slip(
        "a mistake that replaces nothing",
        (MISTAKES, '@mistake("scale", en="Is', '@mistake("scael", en="Is'),
        says=f"{MISTAKES}, line 7: files: mistake scale_adds replaces scael, which solution.py does not define; "
        "nothing else can be proved before this is mended",
    ),
    slip(
        "a hint that gives the fix away",
        (MISTAKES, "Is scaling a sum or a product?", "Multiply."),
        says=f"{MISTAKES}, line 7: bank: mistake scale_adds: its hint (en) is missing or no question; "
        "ask what leads to the slip, never tell the fix",
    ),
    slip(
        "a single alternative",
        (ALTERNATIVES, '@alternative("scale")\ndef scale_loop', "def scale_loop"),
        says=f"{FACTS}, line 19: bank: scale has fewer than two alternatives; "
        "write it in two other ways in alternatives.py",
    ),
    slip(
        "an alternative that fails",
        (ALTERNATIVES, "row * a", "row + a"),
        says=f"{ALTERNATIVES}, line 9: alternatives: scale_loop (seed 2f31) loses scale_values: ",
    ),
    slip(
        "inputs that nobody looks at",
        (PUBLIC, "    check_unchanged(student.mean_square_grad, x)\n", ""),
        says=f"{SOLUTION}, line 22: generic mistakes: mean_square_grad.mutates_input loses no point in "
        "mean_square_grad; put check_unchanged(student.f, …) into a question",
    ),
    slip(
        "a seed at import",
        (SOLUTION, "import numpy as np\n", "import numpy as np\n\nnp.random.seed(0)\n"),
        says=f"{SOLUTION}, line 5: randomness: np.random.seed(…) seeds a generator that all share; "
        "leave it out; the run's seed is enough",
    ),
    slip(
        "a draw that nobody can repeat",
        (PUBLIC, "rng.normal(size=(2, 3))", "np.random.default_rng().normal(size=(2, 3))"),
        (PUBLIC, "import pytest\n", "import numpy as np\nimport pytest\n"),
        says=f"{PUBLIC}, line 22: randomness: np.random.default_rng() has no seed: "
        f"nobody could draw the same again; {DRAW}",
    ),
    slip(
        "a draw from the global generator",
        (PUBLIC, "rng.normal(size=(2, 3))", "np.random.normal(size=(2, 3))"),
        (PUBLIC, "import pytest\n", "import numpy as np\nimport pytest\n"),
        says=f"{PUBLIC}, line 22: randomness: np.random.normal(…) draws from a generator that all share; {DRAW}",
    ),
    slip(
        "a question that changes from call to call",
        (PUBLIC, "import pytest\n", "import itertools\n\nimport pytest\n"),
        (PUBLIC, "@points(1)\n", "TURNS = itertools.count(1.0)\n\n\n@points(1)\n"),
        (PUBLIC, "rng.normal(size=(2, 3))", "rng.normal(size=(2, 3)) + next(TURNS)"),
        says=f"{PUBLIC}, line 23: determinism: scale_keeps_its_input: scale(array(2, 3), 3) gets other inputs "
        f"when it is played again under the same seed; {AGAIN}",
    ),
    slip(
        "a global generator used behind a name",
        (PUBLIC, "import pytest\n", "import numpy as np\nimport pytest\n\ndraw = getattr(np.random, 'normal')\n"),
        (PUBLIC, "    x = rng.normal(size=(2, 3))\n", "    x = rng.normal(size=(2, 3))\n    draw()\n"),
        says=f"{PUBLIC}, line 21: determinism: scale_keeps_its_input draws from a generator that all share; {AGAIN}",
    ),
    slip(
        "a hidden question in the public file",
        (
            PUBLIC,
            "",
            question("scale_hidden", "check_unchanged(student.scale, rng.normal(size=(1, 2)), 3.0)"),
        ),
        says=f"{PUBLIC}, line 45: secrets: test_scale_hidden is called hidden, and this file goes to students; "
        "move it to test_hidden.py, or name it after what it asks",
    ),
    slip(
        "a hidden question copied into the public file",
        (
            PUBLIC,
            "",
            question("scale_row", "x, a = rng.normal(size=(1, 5)), 3.0 + float(rng.uniform())", CHECK.strip()),
        ),
        says=f"{PUBLIC}, line 45: secrets: test_scale_row is the hidden question test_scale_one_row, and this file "
        "goes to students; let the hidden one probe something else",
    ),
    slip(
        "a line of the solution in the handout",
        (README, "", "\n```python\nreturn a * np.asarray(x)\n```\n"),
        says=f"{README}, line 6: secrets: it holds a line of the solution: return a * np.asarray(x); "
        "say it in words, or ask for it",
    ),
    slip(
        "a worked number that is wrong",
        (WORKED, "", '[[case]]\ncall = "scale"\nargs = [[[1.0, 2.0]], 3.0]\nresult = [[3.0, 5.0]]\n'),
        says=f"{WORKED}, line 1: handout: scale gives array([[3., 6.]]), it says [[3.0, 5.0]]; {HANDOUT}",
    ),
    slip(
        "a worked number that the handout lacks",
        (WORKED, "", '[[arithmetic]]\nexpression = "3 * 2"\nresult = 6\nshown = ["3 · 2 = 6"]\n'),
        says=f"{CHINESE}: handout: '3 · 2 = 6' does not stand there; {HANDOUT}",
    ),
    slip(
        "a figure that is not there",
        (README, "", "\n![A plot.](figures/plot.svg)\n"),
        says=f"{README}, line 5: handout: there is no figures/plot.svg; draw it, or mend the link",
    ),
    slip(
        "a forbidden name that the handout keeps to itself",
        (FACTS, 'zh = "缩放" }\n', 'zh = "缩放" }\nforbidden = ["numpy.multiply"]\n'),
        says=f"{README}: handout: scale forbids numpy.multiply, and the handout does not say so; "
        "write `numpy.multiply` where it is asked for",
    ),
    slip(
        "a forbidden name that does not exist",
        (FACTS, 'zh = "缩放" }\n', 'zh = "缩放" }\nforbidden = ["numpy.multipyl"]\n'),
        says=f"{FACTS}, line 19: forbidden: scale forbids numpy.multipyl, and there is no numpy.multipyl; "
        "did you mean 'multiply'?; forbid what exists, is not needed, and is found when it is used",
    ),
    slip(
        "a tolerance without a reason",
        (PUBLIC, CHECK, CHECK.replace("(x, a))\n", "(x, a), rtol=1e-3)\n")),
        says=f"{PUBLIC}, line 14: graders: scale_values fails by itself: {OURS}: a tolerance of one's own needs a "
        f"reason: check_close(..., because='...'); {MEND}",
    ),
    slip(
        "the student on the right-hand side",
        (PUBLIC, CHECK, "    check_close(student.scale(x, a), student.scale(x, a))\n"),
        says=f"{PUBLIC}, line 14: graders: scale_values fails by itself: {OURS}: check_close compares the student "
        f"with the student: <Answer scale(array(3, 4), 2.929)> stands on the right; {MEND}",
    ),
    slip(
        "the gradient of a sum",
        (PUBLIC, "of=reference.mean_square, ", "of=lambda x: reference.mean_square_grad(x).sum(), "),
        says=f"{PUBLIC}, line 41: cotangent: the gradient of a sum is blind: a zero, negated or permuted one of a "
        "softmax passes; give the function itself as of=, and along=rng.normal(size=…) of its output's shape",
    ),
    slip(
        "graders that cannot be imported",
        (PUBLIC, "import pytest\n", "import pytset\n"),
        says=f"{PUBLIC}, line 3: files: ModuleNotFoundError: No module named 'pytset'; {BEFORE}",
    ),
    slip(
        "a bank that cannot be imported",
        (MISTAKES, "return x + a", "return x +"),
        says=f"{MISTAKES}: files: SyntaxError: invalid syntax (mistakes.py, line 8); {BEFORE}",
    ),
]


@pytest.mark.parametrize(("changes", "says"), SLIPS)
def test_a_slip_is_refused_with_its_place_and_what_to_do(changes, says, tmp_path):
    refused = []
    for refusal in checked(broken(tmp_path, changes), "vectors", (PUBLIC_SEED,)):
        refused.append(str(refusal))
        if refused[-1].startswith(says):
            return
    pytest.fail("\n".join(refused))


def test_every_refusal_of_a_slip_has_a_place_a_proof_what_is_wrong_and_what_to_do(tmp_path):
    course = broken(tmp_path, [(PUBLIC, "@points(1)", "@points(2)"), (MISTAKES, "return x + a", "return x * a")])
    for words in said(course):
        assert re.fullmatch(r"[\w./-]+(, line \d+)?: [\w ]+: .+; .+", words), words


@pytest.mark.parametrize("topic", ["vectors", "layers"])
def test_a_sound_topic_is_not_refused(topic):
    assert [str(refusal) for refusal in checked(Course(TINY), topic, (PUBLIC_SEED,))] == []


def test_a_topic_that_is_not_there_is_a_matter_of_usage():
    with pytest.raises(UsageError, match="did you mean 'vectors'"):
        list(checked(Course(TINY), "vector", (PUBLIC_SEED,)))


def test_the_cost_of_a_question_is_its_share_of_the_cpu_time():
    report = played(Grader(Course(TINY), "vectors", name_mistakes=False))
    first, *others = report.questions
    slow = replace(first, seconds=3.0)
    report = replace(report, questions=(slow, *(replace(question, seconds=0.0) for question in others)))
    whole, each = slowest([[Live(report, 1.5)]])
    assert whole == each[first.name] == 1.5
    assert set(each.values()) == {0.0, 1.5}


def test_a_reference_that_needs_more_than_a_third_of_a_limit_is_refused():
    at = Places(Course(TINY), "vectors")
    assignment = at.course.assignment("vectors")
    assert list(over_budget(at, assignment, 1.0, {"scale_values": 0.1})) == []
    slow = [str(refusal) for refusal in over_budget(at, assignment, 50.0, {"scale_values": 1.0})]
    do = "make the question smaller, or raise the limit in assignment.toml"
    assert slow == [
        f"{PUBLIC}, line 10: budget: scale_values takes the reference 1.0 s, "
        f"a third of answer_seconds = 2 is allowed; {do}",
        f"{FACTS}, line 11: budget: the reference takes 50.0 s, a third of cpu_seconds = 120 is allowed; {do}",
    ]
    (long,) = over_budget(at, replace(assignment, limits=Limits(submission_seconds=30)), 11.0, {})
    assert long.what == "the reference takes 11.0 s, a third of submission_seconds = 30 is allowed"
