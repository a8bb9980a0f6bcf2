"""Right layers, written another way."""

import torch

from autograder.bank import alternative

from . import solution as right


@alternative("linear", replaces="Linear")
class LinearFunctional(right.Linear):
    def forward(self, x):
        return torch.nn.functional.linear(x, self.weight, self.bias)


@alternative("linear", replaces="Linear")
class LinearEinsum(right.Linear):
    def forward(self, x):
        return torch.einsum("ni,oi->no", x, self.weight) + self.bias
