"""One PyTorch module, small enough that what is measured is everything around it."""

import torch
from torch import nn


class ScaledLinear(nn.Module):
    """s · (Wx + b) with a learnt scale s.  带可学习缩放 s 的线性层。

    x: float (N, D). Returns: float (N, M).
    """

    def __init__(self, d, m):
        super().__init__()
        raise NotImplementedError("ScaledLinear.__init__")

    def forward(self, x):
        raise NotImplementedError("ScaledLinear.forward")
