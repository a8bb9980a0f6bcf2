"""`tensors`: what a grader of PyTorch modules draws."""

import numpy as np
import torch
from support_courses import TINY
from torch import nn

from autograder.grading import Grader
from autograder.manifest import Course
from autograder.questions import Tensors
from autograder.reference import generator


def drawn(module, seed="2f31"):
    return Tensors(generator(seed, "question")).drawn(module)


def test_drawn_weights_are_alike_under_one_seed_whatever_the_module_began_with():
    one, two, other = drawn(nn.Linear(5, 3)), drawn(nn.Linear(5, 3)), drawn(nn.Linear(5, 3), "other")
    assert torch.equal(one.weight, two.weight)
    assert not torch.equal(one.weight, other.weight)


def test_drawn_gains_and_biases_are_neither_one_nor_zero():
    norm = drawn(nn.LayerNorm(50))
    assert 0.5 < norm.weight.std() < 2
    assert 0.5 < norm.bias.std() < 2


def test_drawn_matrices_keep_the_size_of_a_signal():
    layer = drawn(nn.Linear(400, 300, bias=False))
    out = layer(torch.from_numpy(np.random.default_rng(0).normal(size=(20, 400))).float())
    assert 0.8 < out.std() < 1.25


def test_drawn_weights_keep_their_dtype_and_stay_parameters():
    layer = drawn(nn.Linear(3, 2).double())
    assert layer.weight.dtype == torch.float64
    assert layer.weight.requires_grad
    assert layer.weight.is_leaf


def test_drawing_leaves_tied_weights_tied_and_buffers_alone():
    norm = drawn(nn.BatchNorm1d(4))
    assert torch.equal(norm.running_var, torch.ones(4))
    pair = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    pair[1].weight = pair[0].weight
    assert drawn(pair)[1].weight is pair[0].weight


def test_the_trusted_side_computes_on_one_thread():
    torch.set_num_threads(2)
    Grader(Course(TINY), "layers")
    assert torch.get_num_threads() == 1
