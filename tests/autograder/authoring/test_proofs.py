"""The proofs that a topic must pass: a sound topic passes in silence, and each slip is refused in words."""

from __future__ import annotations

import pytest
from support_courses import TINY, copied

from autograder.authoring import proofs
from autograder.authoring.table import mutants_table
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import PUBLIC_SEED

SEEDS = (PUBLIC_SEED,)
GRADERS = "tests/graders/vectors/test_public.py"
SOLUTIONS = "solutions/vectors"


@pytest.fixture
def changed(tmp_path):
    """The tiny topic with one text replaced in one file."""

    def change(file, old, new):
        course = copied(tmp_path / "course")
        path = course.root / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        return Grader(course, "vectors")

    return change


def refusals(found):
    """What is refused, as text without the place and what to do."""
    return [f"{refusal.proof}: {refusal.what}" for refusal in found]


def test_a_sound_topic_passes_every_proof_in_silence():
    grader = Grader(Course(TINY), "vectors")
    starter = (TINY / "starter" / "vectors.py").read_text("utf-8")
    assert refusals(proofs.prove(grader, starter, (*SEEDS, "other"))) == []


def test_a_sound_topic_in_torch_passes_every_proof_in_silence():
    grader = Grader(Course(TINY), "layers")
    starter = (TINY / "starter" / "layers.py").read_text("utf-8")
    assert refusals(proofs.prove(grader, starter)) == []


def test_points_that_do_not_add_up_are_refused(changed):
    grader = changed(GRADERS, "@points(1)", "@points(2)")
    assert refusals(proofs.points_add_up(grader)) == [
        "points: scale: questions add up to 5, assignment.toml says 4",
        "points: questions add up to 11, assignment.toml says 10",
    ]


def test_a_function_that_the_solution_lacks_is_refused(changed):
    grader = changed(
        "assignments/vectors/assignment.toml", "points = 4\n", 'points = 4\nfunctions = ["scale", "unscale"]\n'
    )
    assert refusals(proofs.points_add_up(grader)) == ["points: scale: solution.py does not define unscale"]


def test_two_questions_of_one_name_are_refused(changed):
    grader = changed("tests/graders/vectors/test_hidden.py", "test_scale_one_row", "test_scale_values")
    assert refusals(proofs.points_add_up(grader)) == ["points: two questions are named scale_values"]


def test_a_starter_that_the_solution_does_not_give_is_refused():
    grader = Grader(Course(TINY), "vectors")
    assert refusals(proofs.starter_agrees(grader, "another text")) == ["starter: it is not what solution.py gives"]
    assert refusals(proofs.starter_agrees(grader, None)) == []


def test_a_question_that_a_starter_can_answer_is_refused(changed):
    grader = changed(
        f"{SOLUTIONS}/solution.py",
        "    ### BEGIN SOLUTION\n    return a * np.asarray(x)  # (N, D)\n    ### END SOLUTION\n",
        "    return a * np.asarray(x)\n",
    )
    refused = refusals(proofs.starter_zero(grader))
    assert len(refused) == 3
    assert refused[0].startswith("starter: scale_values ends PASSED on the starter")


def test_a_reference_that_loses_points_is_refused(changed):
    grader = changed(
        GRADERS, "check_close(student.scale(x, a), reference.scale(x, a))", "check_close(student.scale(x, a), x)"
    )
    (refused,) = refusals(proofs.reference_full(grader, SEEDS))
    assert refused.startswith("reference: the reference loses scale_values (seed 2f31): scale(array(3, 4), 2.")


def test_an_exercise_without_mistakes_or_alternatives_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/mistakes.py", '@mistake("scale"', '@mistake("mean_square_grad", replaces="scale"')
    assert refusals(proofs.bank_is_complete(grader)) == ["bank: scale has no known mistake"]


def test_an_exercise_with_one_alternative_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/alternatives.py", '@alternative("scale")\ndef scale_loop', "def scale_loop")
    assert refusals(proofs.bank_is_complete(grader)) == ["bank: scale has fewer than two alternatives"]


@pytest.mark.parametrize(
    ("old", "new", "language"),
    [("sum or a product?", "product.", "en"), ("相加还是相乘？", "相乘。", "zh"), ("缩放是相加还是相乘？", "", "zh")],
)
def test_a_hint_that_is_no_question_is_refused(changed, old, new, language):
    grader = changed(f"{SOLUTIONS}/mistakes.py", old, new)
    assert refusals(proofs.bank_is_complete(grader)) == [
        f"bank: mistake scale_adds: its hint ({language}) is missing or no question"
    ]


def test_a_mistake_of_an_exercise_that_is_not_there_is_refused(changed):
    grader = changed(
        f"{SOLUTIONS}/mistakes.py", '@mistake("scale", en="Is', '@mistake("scael", replaces="scale", en="Is'
    )
    assert refusals(proofs.bank_is_complete(grader)) == [
        "bank: scale_adds is of an exercise 'scael' that assignment.toml does not list"
    ]


def caught(grader):
    """What is refused about the mistakes."""
    return refusals(proofs.mistakes_caught(proofs.trials(grader, grader.bank.mistakes, SEEDS)))


def test_a_mistake_that_loses_no_point_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/mistakes.py", "return x + a", "return x * a")
    assert caught(grader) == ["mistakes: scale_adds (seed 2f31) loses no point in scale"]


def test_two_mistakes_that_cannot_be_told_apart_are_refused(changed):
    grader = changed(f"{SOLUTIONS}/mistakes.py", "return x + a", "return x / a")
    assert caught(grader) == [
        "mistakes: scale_adds (seed 2f31) is named not at all",
        "mistakes: scale_divides (seed 2f31) is named not at all",
    ]


def test_a_mistake_that_hides_in_the_tolerance_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/mistakes.py", "return x + a", "return x * a * (1 + 4e-7)")
    (refused,) = [words for words in caught(grader) if words.startswith("separation")]
    assert refused.endswith("tolerances, at least 10 are needed")


def test_a_grader_that_fails_on_a_mistake_is_refused(changed):
    grader = changed(
        GRADERS,
        "    check_close(student.scale(x, a), reference.scale(x, a))\n",
        "    check_close(student.scale(x, a), reference.scale(x, a))\n    1 / 0\n",
    )
    assert any("fails by itself on " in words for words in caught(grader))


def kept(grader):
    """What is refused about the alternatives."""
    return refusals(proofs.alternatives_kept(proofs.trials(grader, grader.bank.alternatives, SEEDS)))


def test_an_alternative_that_loses_points_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/alternatives.py", "row * a", "row + a")
    (refused,) = kept(grader)
    assert refused.startswith("alternatives: scale_loop (seed 2f31) loses scale_values: ")


def test_an_alternative_close_to_the_tolerance_is_refused(changed):
    grader = changed(f"{SOLUTIONS}/alternatives.py", "row * a", "row * a * (1 + 6e-8)")
    (refused,) = kept(grader)
    assert refused.startswith("separation: scale_loop (seed 2f31) is off by 0.")
    assert refused.endswith("tolerances, a third is allowed")


def test_a_topic_that_never_looks_at_its_inputs_is_refused(changed):
    grader = changed(GRADERS, "    check_unchanged(student.mean_square_grad, x)\n", "")
    assert refusals(proofs.generic_mistakes_caught(grader, PUBLIC_SEED)) == [
        "generic mistakes: mean_square_grad.mutates_input loses no point in mean_square_grad"
    ]


def test_a_topic_that_refuses_float32_is_refused(changed):
    grader = changed(
        GRADERS,
        "    check_close(student.scale(x, a), reference.scale(x, a))\n",
        "    check_that(student.scale(x, a), lambda v: v.dtype == 'f8', 'float64')\n",
    )
    path = grader.course.root / GRADERS
    path.write_text(path.read_text("utf-8").replace("import check_close,", "import check_close, check_that,"), "utf-8")
    refused = refusals(proofs.generic_variants_kept(grader, PUBLIC_SEED))
    assert any(words.startswith("alternatives: scale.float32_results") for words in refused)


def test_the_table_counts_what_was_caught_named_and_kept_by_exercise():
    grader = Grader(Course(TINY), "vectors")
    done = (proofs.trials(grader, known, SEEDS) for known in (grader.bank.mistakes, grader.bank.alternatives))
    rows = [line.split()[:4] for line in mutants_table(grader.assignment, *done).splitlines()[1:]]
    assert rows == [
        ["scale", "2/2", "2/2", "2/2"],
        ["mean_square_grad", "3/3", "3/3", "2/2"],
        ["vectors", "5/5", "5/5", "4/4"],
    ]
