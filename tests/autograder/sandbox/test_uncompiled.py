"""torch without its compiler: optimisers do the same, and the compiler is there as soon as it is wanted."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import torch
from support import asked

LOADED = "'torch._dynamo.config' in sys.modules"
DESCENT = """
import sys
import torch

def loaded():
    return 'torch._dynamo.config' in sys.modules

def descended(name, **options):
    torch.manual_seed(0)
    layer = torch.nn.Linear(3, 2)
    steps = getattr(torch.optim, name)(layer.parameters(), lr=0.1, **options)
    schedule = torch.optim.lr_scheduler.StepLR(steps, 2)
    for _ in range(5):
        steps.zero_grad()
        (layer(torch.ones(4, 3)) ** 2).sum().backward()
        steps.step()
        schedule.step()
    return [parameter.detach() for parameter in layer.parameters()]
"""


def lines(code: str) -> list[str]:
    """What a fresh Python prints that has torch as a zygote and a grader have it."""
    head = "import sys\nfrom autograder.sandbox import learning\nlearning.load_torch()\nimport torch\n"
    command = [sys.executable, "-W", "ignore", "-c", head + textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_students_optimiser_descends_as_with_the_compiler_and_does_not_load_it(torch_sandbox):
    namespace: dict[str, object] = {}
    exec(DESCENT, namespace)
    somebody = asked(torch_sandbox, DESCENT)
    try:
        for name in ("SGD", "Adam", "AdamW", "RMSprop"):
            expected = namespace["descended"](name)  # type: ignore[operator]
            assert all(
                torch.equal(torch.from_numpy(ours.array), theirs)
                for ours, theirs in zip(somebody.student.descended(name)._value, expected, strict=True)
            )
        assert somebody.student.loaded()._value is False
    finally:
        somebody.remote.close()


def test_looking_at_all_modules_does_not_load_the_compiler():
    found = lines(f"""
        import inspect
        assert inspect.getmodule(lambda: 0) is sys.modules["__main__"]
        print(hasattr(torch._dynamo, "__file__"), {LOADED})
        """)
    assert found == ["False False"]


def test_whoever_wants_the_compiler_gets_it():
    found = lines(f"""
        print({LOADED})
        compiled = torch.compile(lambda x: x + 1, backend="eager")
        print(compiled(torch.ones(2)).tolist(), {LOADED}, torch._dynamo is sys.modules["torch._dynamo"])
        """)
    assert found == ["False", "[2.0, 2.0] True True"]


def test_a_part_of_the_compiler_can_be_imported_by_its_name():
    found = lines("""
        import torch._dynamo.config
        print(torch._dynamo.config.__name__, torch._dynamo is sys.modules["torch._dynamo"])
        """)
    assert found == ["torch._dynamo.config True"]


def test_a_compiler_that_is_loaded_stays():
    found = lines("""
        from autograder.sandbox import uncompiled
        uncompiled.loaded()
        uncompiled.leave_out()
        print(type(sys.modules["torch._dynamo"]).__name__, sys.modules["torch._dynamo"] is torch._dynamo)
        """)
    assert found == ["module True"]


def test_garbage_is_searched_for_again_once_torch_is_there():
    assert lines("import gc\nprint(gc.isenabled(), gc.get_freeze_count() > 100_000)") == ["True True"]


def test_what_comes_after_torch_may_become_garbage():
    code = "import gc\nbefore = gc.get_freeze_count()\nlearning.load_torch()\nprint(gc.get_freeze_count() == before)"
    assert lines(code) == ["True"]
