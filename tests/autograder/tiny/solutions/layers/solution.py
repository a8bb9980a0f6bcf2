"""Layers: a linear one."""

import torch
from torch import nn


class Linear(nn.Module):
    """x Wᵀ + b."""

    def __init__(self, inputs, outputs):
        """W: float32 (outputs, inputs). b: float32 (outputs,)."""
        super().__init__()
        ### BEGIN SOLUTION
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        ### END SOLUTION

    def forward(self, x):
        """x: float32 (N, inputs). Returns: float32 (N, outputs)."""
        ### BEGIN SOLUTION
        return x @ self.weight.T + self.bias  # (N, outputs)
        ### END SOLUTION


class Pair(nn.Module):
    """Two outputs, one of which needs no gradient of the second layer. Given."""

    def __init__(self):
        """first, second: Linear (3, 2)."""
        super().__init__()
        self.first, self.second = Linear(3, 2), Linear(3, 2)

    def forward(self, x):
        """x: float32 (N, 3). Returns: two of float32 (N, 2)."""
        return self.first(x), self.first(x) * self.second(x)


class Noisy(nn.Module):
    """Dropout before a linear layer. Given."""

    def __init__(self):
        """linear: Linear (3, 2)."""
        super().__init__()
        self.linear, self.drop = Linear(3, 2), nn.Dropout(0.5)

    def forward(self, x):
        """x: float32 (N, 3). Returns: float32 (N, 2)."""
        return self.linear(self.drop(x))


class Tokens(nn.Module):
    """An embedding: whole numbers in. Given."""

    def __init__(self):
        """table: nn.Embedding (5, 3)."""
        super().__init__()
        self.table = nn.Embedding(5, 3)

    def forward(self, tokens):
        """tokens: int64 (N,). Returns: float32 (N, 3)."""
        return self.table(tokens)
