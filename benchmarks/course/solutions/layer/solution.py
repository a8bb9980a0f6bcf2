"""One PyTorch module, small enough that what is measured is everything around it."""

import torch
from torch import nn


class ScaledLinear(nn.Module):
    """s · (Wx + b) with a learnt scale s.  带可学习缩放 s 的线性层。

    x: float (N, D). Returns: float (N, M).
    """

    def __init__(self, d, m):
        super().__init__()
        ### BEGIN SOLUTION
        self.linear = nn.Linear(d, m)
        self.s = nn.Parameter(torch.ones(1))
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.s * self.linear(x)  # (N, M)
        ### END SOLUTION
