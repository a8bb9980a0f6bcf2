"""Questions: each is asked by itself, on data of its own, and none can spoil another."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from support_courses import TINY, by_name, played, statuses, with_graders

from autograder.checks import check_close, then
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Status, StudentFault
from autograder.reference import generator, returned_names
from autograder.student import Local, Student


@pytest.fixture(scope="module")
def vectors():
    """The tiny topic's grader."""
    return Grader(Course(TINY), "vectors")


def drawn(grader, *, seed="1", only="", shift=0.0):
    """What each question handed to the student, by question."""
    seen: dict[str, list[np.ndarray]] = {}
    names = vars(grader.bank.solution)
    solution = SimpleNamespace(**{name: value for name, value in names.items() if not name.startswith("_")})

    def noting(function):
        def call(x, *more):
            seen.setdefault(function.__name__, []).append(np.array(x))
            return function(x, *more) + shift

        return call

    solution.scale, solution.mean_square_grad = noting(solution.scale), noting(solution.mean_square_grad)
    played(grader, solution, seed=seed, only=only)
    return seen


def test_the_reference_gets_full_marks(vectors):
    report = played(vectors)
    assert (report.score, report.points, report.is_final) == (10.0, 10.0, True)


def test_a_question_has_name_exercise_title_points_and_place(vectors):
    questions = by_name(played(vectors))
    one = questions["scale_values"]
    assert (one.exercise, one.points, one.hidden, one.device) == ("scale", 2.0, False, "cpu")
    assert one.title == {"en": "scale(x, a) = a·x", "zh": "scale(x, a) = a·x 的数值"}
    assert questions["scale_one_row"].hidden


def test_questions_come_in_the_order_in_which_they_are_written(vectors):
    assert list(by_name(played(vectors))) == [
        "scale_values",
        "scale_keeps_its_input",
        "mean_square_grad_values[3]",
        "mean_square_grad_values[5]",
        "mean_square_grad_numeric",
        "scale_one_row",
    ]


def test_each_value_of_a_parameter_is_a_question_of_its_own(vectors):
    sizes = [x.shape for x in drawn(vectors)["mean_square_grad"]]
    assert sizes[:2] == [(3,), (5,)]


@pytest.mark.parametrize("only", ["scale", "mean_square_grad", "scale_values", "mean_square_grad_values[5]"])
def test_only_asks_an_exercise_or_a_question(vectors, only):
    report = played(vectors, only=only)
    assert report.questions
    assert all(only in (question.name, question.exercise) for question in report.questions)


def test_selection_changes_no_data(vectors):
    everything = drawn(vectors)["mean_square_grad"]
    alone = drawn(vectors, only="mean_square_grad_values[5]")["mean_square_grad"]
    assert len(alone) == 1
    assert np.array_equal(alone[0], everything[1])


def test_order_changes_no_data(tmp_path):
    questions = [
        f"""
        @points(1)
        def test_scale_{name}(student, rng):
            '''{name}'''
            check_that(student.scale(rng.normal(size=3), 1.0), lambda v: True, "anything")
        """
        for name in ("a", "b", "c")
    ]
    there = with_graders(tmp_path / "there", "".join(questions))
    back = with_graders(tmp_path / "back", "".join(reversed(questions)))
    forwards, backwards = (drawn(Grader(course, "vectors"))["scale"] for course in (there, back))
    assert np.array_equal(forwards, backwards[::-1])
    assert not np.array_equal(forwards[0], forwards[1])


def test_a_wrong_answer_changes_no_data_of_the_questions_after_it(vectors):
    right, wrong = drawn(vectors), drawn(vectors, shift=1.0)
    assert any(np.array_equal(right["mean_square_grad"][1], x) for x in wrong["mean_square_grad"])


def test_another_seed_draws_other_data_and_the_same_seed_the_same(vectors):
    first, again, other = (drawn(vectors, seed=seed)["scale"][0] for seed in ("1", "1", "2"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_questions_generator_depends_on_seed_and_name_alone():
    draws = [generator(seed, name).normal() for seed, name in (("1", "a"), ("1", "a"), ("2", "a"), ("1", "b"))]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3


FAILING = """
    @points(1)
    def test_scale_before(student):
        '''before'''
        check_that(student.scale(1.0, 1.0), lambda v: True, "anything")


    @points(1)
    def test_scale_broken(student):
        '''broken'''
        {body}


    @points(1)
    def test_scale_after(student):
        '''after'''
        check_that(student.scale(1.0, 1.0), lambda v: True, "anything")
    """


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("assert student.scale(1.0, 1.0)._value == 2", "AssertionError: "),
        ("pytest.fail('by hand')", "Failed: by hand"),
        ("pytest.xfail('some day')", "XFailed: some day"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("pass", "GraderMistake: the question checked nothing"),
        ("student.scale(1.0, 1.0)", "GraderMistake: the question checked nothing"),
        ("check_close(3.0, 3.0)", "GraderMistake: check_close needs a student's answer on the left, got float"),
        ("check_close(student.scale(1.0, 1.0), object())", "TypeError: a reference value of type object cannot"),
        ("student.scale(object(), 1.0)", "GraderMistake: scale(object, 1): a value of type object cannot be sent"),
    ],
)
def test_a_grader_that_fails_is_ours_and_the_others_go_on(tmp_path, body, words):
    report = played(Grader(with_graders(tmp_path / "c", FAILING.format(body=body)), "vectors"))
    assert statuses(report) == {"scale_before": "passed", "scale_broken": "ours", "scale_after": "passed"}
    assert (report.score, report.points, report.is_final) == (2.0, 3.0, False)
    said = str(by_name(report)["scale_broken"].verdict.message)
    assert said.startswith(f"the grader itself failed, this is not your fault: {words}")


@pytest.mark.parametrize(("name", "value"), [("PYTEST_ADDOPTS", "--no-such-option"), ("PYTEST_PLUGINS", "no_such")])
def test_what_somebody_tells_their_own_pytest_is_not_told_to_ours(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    report = played(Grader(with_graders(tmp_path / "c", FAILING.format(body="pytest.skip('no')")), "vectors"))
    assert statuses(report) == {"scale_before": "passed", "scale_broken": "not_run", "scale_after": "passed"}
    assert os.environ[name] == value


def test_what_fails_in_explaining_an_answer_leaves_its_verdict_alone(tmp_path):
    once = """
    asked = []


    @points(1)
    def test_scale_once(student):
        '''a grader that fails when it is asked again'''
        asked.append(student.scale(1.0, 1.0))
        check_close(asked[-1], 2.0 if len(asked) == 1 else 1 / 0)
    """
    (question,) = played(Grader(with_graders(tmp_path / "c", once), "vectors")).questions
    assert (question.verdict.status, question.score, question.verdict.pattern) == (Status.WRONG, 0.0, None)


def test_a_grader_that_fails_shows_its_own_line(tmp_path):
    report = played(Grader(with_graders(tmp_path / "c", FAILING.format(body="1 / 0")), "vectors"))
    last = by_name(report)["scale_broken"].verdict.traceback[-1]
    assert "test_public.py, line " in last
    assert last.endswith("1 / 0")


@pytest.mark.parametrize(
    ("mark", "body", "words"),
    [
        ("", "pytest.skip('no GPU here')", "no GPU here"),
        ("@pytest.mark.skip(reason='no GPU here')", "1 / 0", "no GPU here"),
        ("@pytest.mark.skipif(True, reason='no GPU here')", "1 / 0", "no GPU here"),
        ("", "pytest.importorskip('no_such_module')", "could not import 'no_such_module'"),
    ],
)
def test_a_question_that_is_skipped_is_not_run_and_the_others_go_on(tmp_path, mark, body, words):
    text = FAILING.replace(
        "    @points(1)\n    def test_scale_broken", f"    {mark}\n    @points(1)\n    def test_scale_broken"
    )
    report = played(Grader(with_graders(tmp_path / "c", text.format(body=body)), "vectors"))
    assert statuses(report) == {"scale_before": "passed", "scale_broken": "not_run", "scale_after": "passed"}
    assert words in str(by_name(report)["scale_broken"].verdict.message)


FIXTURES = """
    @pytest.fixture
    def two():
        yield 2.0
        {after}


    @pytest.fixture
    def broken():
        raise RuntimeError("no data")


    @points(1)
    def test_scale_with_two(student, two):
        '''two'''
        check_that(student.scale(1.0, two), lambda v: v == 2, "twice")


    @points(1)
    def test_scale_with_broken(student, broken):
        '''broken'''
        check_that(student.scale(1.0, 1.0), lambda v: True, "anything")


    @points(1)
    def test_scale_after(student, monkeypatch):
        '''after'''
        check_that(student.scale(1.0, 1.0), lambda v: True, "anything")
    """


def test_a_fixture_of_the_authors_own_is_filled_in(tmp_path):
    report = played(Grader(with_graders(tmp_path / "c", FIXTURES.format(after="pass")), "vectors"))
    assert statuses(report)["scale_with_two"] == "passed"


def test_a_fixture_that_fails_is_ours_and_the_others_go_on(tmp_path):
    report = played(Grader(with_graders(tmp_path / "c", FIXTURES.format(after="pass")), "vectors"))
    assert statuses(report) == {"scale_with_two": "passed", "scale_with_broken": "ours", "scale_after": "passed"}
    assert "RuntimeError: no data" in str(by_name(report)["scale_with_broken"].verdict.message)


def test_a_fixture_that_fails_at_its_end_is_ours(tmp_path):
    report = played(Grader(with_graders(tmp_path / "c", FIXTURES.format(after="1 / 0")), "vectors"))
    assert statuses(report)["scale_with_two"] == "ours"


@pytest.mark.parametrize("word", ["student", "reference", "rng", "tensors"])
def test_a_fixture_that_asks_for_what_is_filled_in_later_is_told_so(tmp_path, word):
    text = f"""
        @pytest.fixture
        def early({word}):
            return {word}.normal(3)


        @points(1)
        def test_scale_early(early, student, reference, rng, tensors):
            '''early'''
        """
    (question,) = played(Grader(with_graders(tmp_path / "c", text), "vectors")).questions
    assert question.verdict.status.value == "ours"
    assert f"{word} is there when a question is called, not yet when a fixture is made" in str(question.verdict.message)


def test_an_unknown_fixture_is_ours(tmp_path):
    text = FAILING.replace("test_scale_broken(student)", "test_scale_broken(student, gpu)").format(body="pass")
    report = played(Grader(with_graders(tmp_path / "c", text), "vectors"))
    assert statuses(report) == {"scale_before": "passed", "scale_broken": "ours", "scale_after": "passed"}


def test_many_submissions_are_asked_in_one_session_each_for_itself(vectors):
    reports = []
    wrong = SimpleNamespace(scale=lambda x, a: x, mean_square_grad=vectors.bank.solution.mean_square_grad)
    namespaces = [vectors.bank.solution, wrong, vectors.bank.solution]
    vectors.grade([vectors.played(str(n), space, "1") for n, space in enumerate(namespaces)], reports.append)
    assert [(report.student, report.score) for report in reports] == [("0", 10.0), ("1", 6.0), ("2", 10.0)]


def test_an_exercise_alone_may_be_asked_of_a_submission(vectors):
    reports = []
    who = replace(vectors.played("one", vectors.bank.solution, "1"), exercise="scale")
    vectors.grade([who], reports.append)
    assert {question.exercise for question in reports[0].questions} == {"scale"}


PLAIN = """
    @points(1)
    def test_scale_plain(student, reference, rng):
        '''plain'''
        x = rng.normal(size=3)
        check_close(student.scale(x, 2.0), reference.scale(x, 2.0))


    @points(1)
    def test_scale_other(student):
        '''other'''
        check_close(student.scale(np.ones(2), 2.0), np.full(2, 2.0))
    """
NEEDING_PYTEST = {
    "a fixture": """
    @pytest.fixture
    def asked():
        yield 2.0


    @points(1)
    def test_scale_it(student, asked):
        'it'
        check_close(student.scale(1.0, asked), 2.0)
    """,
    "a fixture for all": """
    @pytest.fixture(autouse=True)
    def before():
        yield


    @points(1)
    def test_scale_it(student):
        'it'
        check_close(student.scale(1.0, 2.0), 2.0)
    """,
    "a mark": """
    @points(1)
    @pytest.mark.parametrize("asked", [2.0])
    def test_scale_it(student, asked):
        'it'
        check_close(student.scale(1.0, asked), 2.0)
    """,
    "a module's setup": """
    def setup_module():
        pass


    @points(1)
    def test_scale_it(student):
        'it'
        check_close(student.scale(1.0, 2.0), 2.0)
    """,
}


@pytest.fixture
def sessions(monkeypatch):
    """Where each start of pytest is noted from now on."""
    started = []
    main = pytest.main
    monkeypatch.setattr(pytest, "main", lambda *given, **more: started.append(given) or main(*given, **more))
    return started


def test_plain_graders_are_collected_once(tmp_path, sessions):
    grader = Grader(with_graders(tmp_path / "c", PLAIN), "vectors")
    reports = [played(grader) for _ in range(3)]
    assert len(sessions) == 1
    assert [statuses(report) for report in reports] == [{"scale_plain": "passed", "scale_other": "passed"}] * 3
    assert statuses(played(grader, only="scale_plain")) == {"scale_plain": "passed"}
    assert len(sessions) == 2


@pytest.mark.parametrize("text", NEEDING_PYTEST.values(), ids=NEEDING_PYTEST)
def test_graders_that_need_pytest_get_a_session_each_time(tmp_path, sessions, text):
    grader = Grader(with_graders(tmp_path / "c", PLAIN + "\n" + text), "vectors")
    reports = [played(grader) for _ in range(2)]
    assert len(sessions) == 2
    assert [[*statuses(report).values()] for report in reports] == [["passed"] * 3] * 2


def test_a_conftest_beside_the_graders_is_heard(tmp_path):
    course = with_graders(tmp_path / "c", PLAIN)
    conftest = "import pytest\n\n\ndef pytest_runtest_setup(item):\n    pytest.skip('not today')\n"
    (course.root / "tests" / "graders" / "conftest.py").write_text(conftest, "utf-8")
    assert set(statuses(played(Grader(course, "vectors"))).values()) == {"not_run"}


GRADIENTS = '''
def gradients(x):
    """Both gradients.

    Returns: (dw, db); dw: float (D,), db: float.
    """
    return x, x.sum()
'''


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("x, x.sum() + 1", "gradients(array(3,)): db is 4, expected 3"),
        ("x * 2, x.sum()", "gradients(array(3,)): dw[0] is 2, expected 1"),
        ("x[:2], x.sum()", "gradients(array(3,)): dw has shape (2,), expected (3,)"),
    ],
)
def test_the_parts_of_a_tuple_are_called_as_the_docstring_calls_them(returned, said):
    reference = SimpleNamespace(__name__="solution")
    exec(GRADIENTS, vars(reference))
    names = returned_names(reference)
    assert names == {"gradients": ("dw", "db")}
    namespace = {}
    exec(GRADIENTS.replace("x, x.sum()", returned), namespace)
    student = Student(Local(SimpleNamespace(**namespace)), raising, "seed", returns=names)
    with pytest.raises(StudentFault) as caught:
        check_close(student.gradients(np.ones(3)), reference.gradients(np.ones(3)))
    assert str(caught.value.verdict.message) == said


def raising(observation):
    if observation.verdict is not None:
        raise StudentFault(observation.verdict)


def test_what_is_computed_from_a_tuple_does_not_take_its_names():
    student = Student(Local(SimpleNamespace(f=lambda: (1.0, 2.0))), raising, "seed", returns={"f": ("a", "b")})
    with pytest.raises(StudentFault) as caught:
        check_close(then(student.f(), lambda a, b: (b, a)), (2.0, 2.0))
    assert str(caught.value.verdict.message) == "f(): result[1] is 1, expected 2"


@pytest.mark.parametrize(
    ("docstring", "names"),
    [
        ("Returns: (loss, dz); loss: float.", {"f": ("loss", "dz")}),
        ("Returns: (centers, contexts); each int.", {"f": ("centers", "contexts")}),
        ("Returns: float (N,).", {}),
        ("Returns: list of k pairs (train, val).", {}),
        (None, {}),
    ],
)
def test_names_are_taken_from_the_line_that_gives_a_tuple_and_from_nothing_else(docstring, names):
    def f():
        pass

    f.__doc__ = docstring and f"What it does.\n\n    {docstring}\n    "
    assert returned_names(SimpleNamespace(f=f, _g=f)) == names


def test_an_imaginary_part_makes_no_squared_error_small(tmp_path):
    squared = """
    @points(1)
    def test_scale_error(student):
        '''the mean squared error is at most 1'''
        answer = student.scale(1.0, 1.0)
        check_that(answer, lambda b: float(np.mean((np.zeros(3) - b) ** 2)) <= 1, "it is small", zh="它很小")
    """
    course = with_graders(tmp_path / "c", squared)
    grader = Grader(course, "vectors")
    answers = {1.0: Status.PASSED, 1e6: Status.WRONG, 1e6j: Status.WRONG}
    for answer, status in answers.items():
        claimed = SimpleNamespace(**{**vars(grader.bank.solution), "scale": lambda x, a, answer=answer: answer})
        assert by_name(played(grader, claimed))["scale_error"].verdict.status is status
