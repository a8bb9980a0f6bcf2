"""What a module consists of: parameters too many or too few, shared ones, buffers, modes, masks that are given."""

from __future__ import annotations

import textwrap

import pytest
import torch
from support import asked, message, model
from torch import nn

from autograder.checks import check_parameters, check_same
from autograder.model import GraderMistake

TIED = """
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(5, 3)
            self.head = nn.Linear(3, 5, bias=False)
            self.head.weight = self.table.weight

        def forward(self, tokens):
            return self.head(self.table(tokens).tanh())
    """
NORM = """
    import torch
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.zeros(3))
            self.gain = nn.Parameter(torch.ones(3))

        def forward(self, x, keep=None):
            if self.training:
                self.mean += 0.1 * (x.detach().mean(0) - self.mean)
            y = (x - self.mean) * self.gain
            return y if keep is None else y * keep / 0.8
    """


@pytest.fixture
def submit_torch(submit_torch):
    return lambda source: submit_torch(source).student.Model()


@pytest.fixture
def tokens():
    return torch.tensor([0, 3, 3, 1])


@pytest.fixture
def x():
    return torch.randn(4, 3, generator=torch.Generator().manual_seed(1))


def changed(source, old, new):
    """The source with one line another."""
    assert old in source
    return source.replace(old, new)


def test_shared_weights_are_loaded_and_their_gradient_is_the_whole_one(submit_torch, tokens):
    check_same(submit_torch(TIED), model(TIED), at=(tokens,))


def test_the_order_in_which_shared_weights_are_named_does_not_matter(submit_torch, tokens):
    other = changed(TIED, "self.head.weight = self.table.weight", "self.table.weight = self.head.weight")
    lines = "            self.table = nn.Embedding(5, 3)\n"
    other = changed(other, lines, "").replace("self.table.weight", f"{lines.strip()}\n            self.table.weight")
    check_same(submit_torch(other), model(TIED), at=(tokens,))


def test_shared_weights_may_go_by_one_name_alone(submit_torch, tokens):
    other = changed(TIED, "self.head(self.table(tokens).tanh())", "self.table(tokens).tanh() @ self.table.weight.T")
    other = other.replace("self.head = nn.Linear(3, 5, bias=False)", "").replace(
        "self.head.weight = self.table.weight", ""
    )
    check_same(submit_torch(other), model(TIED), at=(tokens,))


def test_weights_that_should_be_shared_are_named(submit_torch, tokens):
    other = changed(TIED, "self.head.weight = self.table.weight", "")
    words = "Model(): head.weight, table.weight should be one tensor, they are several"
    assert message(check_same, submit_torch(other), model(TIED), at=(tokens,)) == words


def test_weights_that_should_not_be_shared_are_named(submit_torch, tokens):
    other = model(changed(TIED, "self.head.weight = self.table.weight", ""))
    words = "Model(): head.weight, table.weight are one tensor, they should be several"
    assert message(check_parameters, submit_torch(TIED), other) == words


def test_a_gradient_of_one_use_of_a_shared_weight_is_not_the_whole_one(submit_torch, tokens):
    other = changed(TIED, "self.table(tokens).tanh()", "self.table(tokens).tanh().detach()")
    words = message(check_same, submit_torch(other), model(TIED), at=(tokens,))
    assert words.startswith("Model(): ∂⟨v, y⟩/∂table.weight[")


def test_a_module_that_forges_what_it_says_of_its_parameters_is_refused(submit_torch):
    forging = f"{TIED}\n    from autograder.sandbox import learning\n    learning.load_weights = lambda *given: {{}}\n"
    words = "Model(): what it says of its parameters is incomplete"
    assert message(check_parameters, submit_torch(forging), model(TIED)) == words


def test_check_parameters_looks_at_names_and_shapes_without_a_forward_pass(submit_torch):
    broken = changed(TIED, "return self.head", "raise RuntimeError and self.head")
    check_parameters(submit_torch(broken), model(TIED))
    other = changed(TIED, "self.head = nn.Linear(3, 5, bias=False)", "self.head = nn.Linear(3, 5)")
    words = "Model(): the module has the parameters head.bias, which are not asked for"
    assert message(check_parameters, submit_torch(other), model(TIED)) == words


def test_check_parameters_needs_the_students_module_first():
    with pytest.raises(GraderMistake, match="check_parameters needs the student's module first"):
        check_parameters(nn.Linear(2, 3), nn.Linear(2, 3))


def test_a_buffer_of_ones_own_is_nobodys_business(submit_torch, tokens):
    other = changed(TIED, "super().__init__()", 'super().__init__(); self.register_buffer("pe", torch.ones(7))')
    check_same(submit_torch(other), model(TIED), at=(tokens,))


def test_a_buffer_is_loaded_and_compared_after_the_call(submit_torch, x):
    module = model(NORM)
    module.mean += 1
    check_same(submit_torch(NORM), module, at=(x,))
    assert not torch.equal(module.mean, torch.ones(3))


def test_a_buffer_that_is_updated_otherwise_is_named(submit_torch, x):
    for old, new in (("0.1", "0.9"), ("self.mean += 0.1 * (x.detach().mean(0) - self.mean)", "pass")):
        late = changed(NORM, "y = (x - self.mean) * self.gain", "y = (x - before) * self.gain")
        late = changed(late, "if self.training", "before = self.mean.clone()\n            if self.training")
        words = message(check_same, submit_torch(changed(late, old, new)), model(late), at=(x,))
        assert words.startswith("Model(): buffer mean[")


def test_a_missing_buffer_is_named_as_one(submit_torch, x):
    other = changed(NORM, 'self.register_buffer("mean", torch.zeros(3))', "self.mean = torch.zeros(3)")
    words = "Model(): the module lacks the buffers mean"
    assert message(check_same, submit_torch(other), model(NORM), at=(x,)) == words


def test_training_and_evaluation_are_told_apart(submit_torch, x):
    always = changed(NORM, "if self.training:", "if True:")
    check_same(submit_torch(always), model(NORM), at=(x,))
    module = submit_torch(always)
    module.eval()
    assert message(check_same, module, model(NORM).eval(), at=(x,)).startswith("Model(): y[")


def test_dropout_with_a_given_mask_is_compared_number_by_number(submit_torch, x):
    keep = torch.tensor([True, False, True])
    check_same(submit_torch(NORM), model(NORM), at=(x, keep))
    unscaled = changed(NORM, "y * keep / 0.8", "y * keep")
    assert message(check_same, submit_torch(unscaled), model(NORM), at=(x, keep)).startswith("Model(): y[")


def test_a_frozen_parameter_has_no_gradient(submit_torch, x):
    frozen = changed(NORM, "nn.Parameter(torch.ones(3))", "nn.Parameter(torch.ones(3), requires_grad=False)")
    words = "Model(): ∂⟨v, y⟩/∂gain is None: the graph is cut before it"
    assert message(check_same, submit_torch(frozen), model(NORM), at=(x,)) == words


FUNCTION = """
    import torch

    def scaled(x, factor, power=2):
        return x**power * factor
    """


def test_a_function_of_tensors_is_held_against_the_references_with_its_gradients(torch_sandbox, x):
    namespace = {}
    exec(textwrap.dedent(FUNCTION), namespace)
    right, cut = (asked(torch_sandbox, text) for text in (FUNCTION, changed(FUNCTION, "factor\n", "factor.detach()\n")))
    check_same(right.student.scaled, namespace["scaled"], at=(x, torch.tensor(2.0), 3))
    assert list(right.seen[0].expected) == ["y", "∂⟨v, y⟩/∂x1", "∂⟨v, y⟩/∂x2"]
    words = message(check_same, cut.student.scaled, namespace["scaled"], at=(x, torch.tensor(2.0), 3))
    assert words == "scaled: ∂⟨v, y⟩/∂x2 is None: the graph is cut before it"
    for each in (right, cut):
        each.remote.close()


def test_what_went_through_a_float32_output_is_held_to_float32s_row(torch_sandbox):
    namespace = {}
    exec(textwrap.dedent(FUNCTION), namespace)
    x, factor = (torch.tensor(values, dtype=torch.float64) for values in ([0.1, 0.7, 1.3], 0.3))
    stored = "out = torch.zeros(3); out[:] = {}; return out"  # as loops over the output do
    product = "x.float() ** power * factor.float()"
    for line, right in ((product, True), (f"{product} + 0.01 * (x - x.detach())", False)):
        somebody = asked(torch_sandbox, changed(FUNCTION, "return x**power * factor", stored.format(line)))
        check = (somebody.student.scaled, namespace["scaled"])
        if right:
            check_same(*check, at=(x, factor, 3))
        else:
            assert message(check_same, *check, at=(x, factor, 3)).startswith("scaled: ∂⟨v, y⟩/∂x1[0] is ")
        somebody.remote.close()


def test_a_function_has_no_parameters_to_look_at(torch_sandbox):
    somebody = asked(torch_sandbox, FUNCTION)
    with pytest.raises(GraderMistake, match="check_parameters needs a module, scaled is a function or a class"):
        check_parameters(somebody.student.scaled, nn.Linear(2, 3))
    somebody.remote.close()
