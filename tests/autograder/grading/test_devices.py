"""CPU or GPU: what is asked where, what is left out without one, and that no result of the CPU passes for a GPU's.

No GPU is needed: what a GPU would answer is played by trusted code that says of itself that it lies there.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from support import asked, message
from support_courses import TINY, by_name, played, statuses, with_graders

from autograder import wire
from autograder.checks import check_close, check_same, then
from autograder.cli import main
from autograder.grading import Grader
from autograder.manifest import Course
from autograder.model import Limits, StudentFault, Submission
from autograder.sandbox.choice import plain
from autograder.sandbox.protocol import SandboxError
from autograder.student import GPU, Local, Place, Remote, Student, gpu_trouble

needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this is about machines without a GPU")


class Elsewhere(Local):
    """Trusted code whose tensors lie on a device of this name."""

    def __init__(self, namespace, device, lies="cuda"):
        super().__init__(namespace)
        self.device, self.lies = device, lies

    def ask(self, request, called, functions):
        return moved(super().ask(request, called, functions), self.lies)


def moved(value, device):
    """A reply with its tensors on another device."""
    if isinstance(value, wire.Tensor):
        return replace(value, device=device)
    if isinstance(value, dict):
        return {key: moved(item, device) for key, item in value.items()}
    return type(value)(moved(item, device) for item in value) if isinstance(value, (list, tuple)) else value


def student(device, lies="cuda", **functions):
    """Somebody whose functions answer there."""

    def observe(observation):
        if observation.verdict is not None:
            raise StudentFault(observation.verdict)

    return Student(Elsewhere(SimpleNamespace(**functions), device, lies), observe, "seed")


def off_by(share):
    """A float32 tensor, and a function that gives it with an error of this share of its RMS."""
    right = torch.linspace(-1, 1, 101)
    wrong = right.clone()
    wrong[50] += share * float(right.square().mean().sqrt())
    return right, lambda: wrong


def test_a_gpu_has_its_own_row_of_the_tolerance_table():
    right, f = off_by(6e-5)
    check_close(student("cuda", f=f).f(), right)
    assert message(check_close, student("cpu", f=f).f(), right).startswith("f(): result[50] is ")
    right, f = off_by(2e-4)
    assert message(check_close, student("cuda", f=f).f(), right).startswith("f(): result[50] is ")


def test_modules_are_held_to_the_same_row():
    class Off(torch.nn.Linear):
        def forward(self, x):
            return super().forward(x) + self.share

    reference = torch.nn.Linear(3, 3, bias=False)
    torch.nn.init.eye_(reference.weight)
    at = (torch.ones(2, 3),)  # so that every output is 1, and may be off by rtol + kappa
    Off.share = 1.6e-4
    check_same(student("cuda", Off=Off).Off(3, 3, False), reference, at=at)
    assert message(check_same, student("cpu", Off=Off).Off(3, 3, False), reference, at=at).startswith("Off(3, 3, ")
    Off.share = 3e-4
    assert message(check_same, student("cuda", Off=Off).Off(3, 3, False), reference, at=at).startswith("Off(3, 3, ")


def test_a_result_of_the_cpu_is_no_answer_of_the_gpu():
    words = "f(): the result lies on the device cpu, expected cuda"
    somebody = student("cuda", lies="cpu", f=lambda: (1, {"y": torch.ones(2)}), Linear=torch.nn.Linear)
    assert message(check_close, somebody.f(), (1, {"y": torch.ones(2)})) == words
    assert message(then, somebody.f(), lambda a, b: a) == words
    layer = torch.nn.Linear(2, 3)
    said = message(check_same, somebody.Linear(2, 3), layer, at=(torch.ones(1, 2),))
    assert said == "Linear(2, 3): the result lies on the device cpu, expected cuda"


def test_tensors_travel_with_their_device():
    frame = wire.encode({"x": wire.Tensor(np.ones(2), False, "cuda")})
    reader, data = wire.Reader(1 << 20), memoryview(wire.joined(frame))
    got = None
    while got is None:
        buffer = reader.buffer()
        buffer[:], data = data[: len(buffer)], data[len(buffer) :]
        got = reader.filled(len(buffer))
    assert got["x"].device == "cuda"


def test_a_tensor_on_a_device_that_is_neither_is_opaque(torch_sandbox):
    somebody = asked(torch_sandbox, "import torch\n\ndef f():\n    return torch.ones(2, device='meta')\n")
    words = "f(): result is an object of type tensor on meta, expected an array of shape (2,)"
    assert message(check_close, somebody.student.f(), torch.ones(2)) == words
    somebody.remote.close()


# ------------------------------------------------------------------------------------------------- without a GPU


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A topic with a question about tensors and one about arrays."""
    text = """
        @points(3)
        def test_linear_same(student, reference, tensors):
            '''with tensors'''
            check_same(student.Linear(3, 4), reference.Linear(3, 4), at=(tensors.normal(size=(2, 3)),))


        @points(2)
        def test_linear_name(student, reference, rng):
            '''with nothing of the kind'''
            check_raises(TypeError, student.Linear, 1, 2, 3)


        @points(1)
        def test_linear_training(student, device):
            '''with the device alone'''
            check_equal(student.Linear(3, 4).training, True)
        """
    return Grader(with_graders(tmp_path_factory.mktemp("mixed") / "c", text, "layers"), "layers")


def test_without_the_gpu_that_was_asked_for_its_questions_are_left_out_and_cost_nothing(mixed):
    who = replace(mixed.played("somebody", mixed.bank.solution, "1"), no_device="none here")
    reports = []
    mixed.grade([who], reports.append)
    (report,) = reports
    assert statuses(report) == {"linear_same": "not_run", "linear_name": "passed", "linear_training": "not_run"}
    assert (report.score, report.points, report.is_final) == (2.0, 2.0, True)
    left_out = by_name(report)["linear_same"]
    assert (left_out.points, left_out.score, left_out.device) == (0.0, 0.0, "cuda")
    words = "not asked, and its 3 points are left out: PyTorch finds no GPU here (none here)"
    assert str(left_out.verdict.message) == words


def test_a_report_says_of_each_question_where_it_was_asked(mixed):
    who = replace(
        mixed.played("somebody", None, "1"), connection=Elsewhere(mixed.bank.solution, "cuda"), name="on a GPU"
    )
    reports = []
    mixed.grade([who], reports.append)
    assert {q.name: q.device for q in reports[0].questions} == {
        "linear_same": "cuda",
        "linear_name": "cpu",
        "linear_training": "cuda",
    }
    assert reports[0].score == 6.0


def test_a_question_about_tensors_must_say_so(tmp_path):
    text = """
        import torch

        @points(6)
        def test_linear_same(student, reference):
            '''says nothing'''
            check_same(student.Linear(3, 4), reference.Linear(3, 4), at=(torch.ones(2, 3),))
        """
    (question,) = played(Grader(with_graders(tmp_path / "c", text, "layers"), "layers")).questions
    assert question.verdict.status.value == "ours"
    assert "it must ask for `tensors` or `device`" in str(question.verdict.message)


@needs_no_gpu
def test_a_process_says_why_it_cannot_use_a_gpu(torch_sandbox):
    assert gpu_trouble(torch_sandbox) == gpu_trouble(plain("torch")) != ""


@needs_no_gpu
def test_nobody_is_graded_on_the_cpu_in_the_place_of_a_gpu(torch_sandbox):
    source = (TINY / "solutions" / "layers" / "solution.py").read_bytes()
    remote = Remote(torch_sandbox, Submission("x", {"layers.py": source}), "layers", Limits(), device="cuda")
    with pytest.raises(SandboxError, match="the GPU cannot be used: "):
        Student(remote, lambda seen: None, "seed").Linear(2, 3)
    remote.close()


@needs_no_gpu
@pytest.mark.parametrize(
    ("device", "score", "words"),
    [
        ("cuda", "0/0", "No GPU: 1 questions were left out, with their points."),
        ("auto", "6/6", "PyTorch computed on the CPU."),
    ],
)
def test_the_command_says_where_it_computed(device, score, words, capsys):
    solution = TINY / "solutions" / "layers" / "solution.py"
    code = main(["--root", str(TINY), "grade", "layers", "--from", str(solution), "--device", device])
    out = capsys.readouterr().out
    assert code == 0
    assert score in out
    assert words in out


@needs_no_gpu
@pytest.mark.parametrize(
    ("topic", "words"),
    [
        (["vectors"], "NumPy computed on the CPU: nothing here is about PyTorch."),
        ([], "No GPU: 1 questions were left out, with their points."),
    ],
)
def test_a_topic_without_tensors_and_all_topics_together_are_told_of_as_well(tmp_path, topic, words, capsys):
    for name in ("layers", "vectors"):
        (tmp_path / f"{name}.py").write_bytes((TINY / "solutions" / name / "solution.py").read_bytes())
    main(["--root", str(TINY), "grade", *topic, "--from", str(tmp_path), "--device", "cuda"])
    assert words in capsys.readouterr().out


def test_a_device_that_is_none_is_refused(capsys):
    assert main(["--root", str(TINY), "grade", "layers", "--device", "tpu"]) == 2
    assert "--device cannot be 'tpu'; there are cpu, cuda, auto" in capsys.readouterr().err


def test_a_process_on_the_gpu_has_room_for_its_libraries():
    limits = Course(TINY).assignment("layers").limits
    assert Place().limits(limits) == limits
    assert GPU.limits(limits).memory_bytes > limits.memory_bytes
    assert GPU.limits(limits).cpu_seconds == limits.cpu_seconds


# --------------------------------------------------------------------------------------- before a process is forked


def lines(code):
    """What a Python of its own prints."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_zygote_never_asks_for_a_gpu_where_there_may_be_one():
    found = lines("""
        import os, torch
        from autograder.sandbox import learning

        touched = []
        def note(name):
            return lambda *arguments, **options: touched.append(name)

        torch.version.cuda, learning.GPU_FILES = "13.0", (os.devnull,)
        torch.cuda._lazy_init, torch.cuda.is_available = note("init"), note("available")
        torch.cuda.device_count, torch.accelerator.current_accelerator = note("count"), note("accelerator")
        torch.autograd.backward = torch.Tensor.backward = note("backward")
        learning.warm("torch", for_many=True)
        print(learning.gpu_in_sight(), torch.cuda.is_initialized(), *touched)
        """)
    assert found == ["True", "False"]


def test_a_zygote_warms_up_in_full_where_no_gpu_is_in_sight():
    found = lines("""
        import torch
        from autograder.sandbox import learning

        torch.version.cuda, learning.GPU_FILES = "13.0", ("/nowhere",)
        steps, step = [], torch.optim.Adam.step
        torch.optim.Adam.step = lambda self: (steps.append(1), step(self))
        learning.warm("torch", for_many=True)
        print(learning.gpu_in_sight(), len(steps))
        """)
    assert found == ["False", "1"]


def test_tf32_is_off_on_both_switches():
    found = lines("""
        import torch
        from autograder.sandbox import learning

        print(torch.backends.cudnn.allow_tf32)
        torch.set_float32_matmul_precision("high")
        learning.compute_exactly()
        print(torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32)
        print(torch.get_float32_matmul_precision())
        """)
    assert found == ["True", "False", "False", "highest"]
