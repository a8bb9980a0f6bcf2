"""What a student's process does with PyTorch: tensors in and out, weights by name, gradients, training.

torch is imported only when a request needs it; a NumPy topic never pays for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import wire

Watch = Callable[..., Any]


def unwatched(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
    """A plain call, where there is nobody to watch."""
    return function(*arguments, **keywords)


def tensor(value: wire.Tensor) -> Any:
    """A fresh torch tensor with the array's content."""
    import torch

    return torch.from_numpy(value.array.copy()).requires_grad_(value.requires_grad)


def array(value: Any) -> Any:
    """A torch tensor as it travels; Opaque where NumPy has no such dtype or layout."""
    import torch

    if value.layout != torch.strided:
        return wire.Opaque(f"tensor of layout {value.layout}")
    try:
        return wire.Tensor(value.detach().cpu().numpy(), bool(value.requires_grad))
    except TypeError:
        return wire.Opaque(f"tensor of dtype {value.dtype}")


def load_weights(module: Any, weights: dict[str, Any]) -> dict[str, Any]:
    """Copy weights into a module by name. Returns what did not fit: missing, unexpected, shapes."""
    import torch

    own = module.state_dict()
    fits = {name: value for name, value in weights.items() if name in own and own[name].shape == value.shape}
    with torch.no_grad():
        for name, value in fits.items():
            own[name].copy_(value)
    return {
        "missing": sorted(set(weights) - set(own)),
        "unexpected": sorted(set(own) - set(weights)),
        "shapes": {n: tuple(own[n].shape) for n in sorted(own) if n in weights and n not in fits},
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
    }


def gradients(target: Any, inputs: list[Any], along: list[Any], watch: Watch = unwatched) -> dict[str, Any]:
    """Forward, then the gradient of Σ⟨v, output⟩ with respect to every floating input and named parameter.

    None for each gradient where the outputs do not have the form of the directions `along`.
    watch: calls the student's part, so that what we do around it is not taken for theirs.
    """
    import torch

    leaves = [_leaf(value) for value in inputs]
    outputs = watch(target, *leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    parameters = dict(target.named_parameters()) if hasattr(target, "named_parameters") else {}
    wanted = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor) and leaf.requires_grad]
    wanted += [parameter for parameter in parameters.values() if parameter.requires_grad]
    fits = [getattr(output, "shape", None) for output in outputs] == [direction.shape for direction in along]
    pairs = zip(outputs, along, strict=True) if fits else ()
    scalar = sum((output * direction).sum() for output, direction in pairs if isinstance(output, torch.Tensor))
    found = iter(torch.autograd.grad(scalar, wanted, allow_unused=True) if _connected(scalar) else [None] * len(wanted))
    return {
        "outputs": outputs,
        "inputs": [next(found) if isinstance(leaf, torch.Tensor) and leaf.requires_grad else None for leaf in leaves],
        "parameters": {name: next(found) if p.requires_grad else None for name, p in parameters.items()},
    }


def _connected(scalar: Any) -> bool:
    return getattr(scalar, "grad_fn", None) is not None


def _leaf(value: Any) -> Any:
    import torch

    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.detach().clone().requires_grad_(True)
    return value


def train(
    module: Any, x: Any, y: Any, *, loss: str, optimizer: str, lr: float, steps: int, watch: Watch = unwatched
) -> list[float]:
    """Losses of `steps` full-batch steps; loss is `mse` or `cross_entropy`, optimizer `sgd` or `adam`."""
    import torch

    losses = {"mse": torch.nn.functional.mse_loss, "cross_entropy": torch.nn.functional.cross_entropy}
    optimizers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    descent = optimizers[optimizer](module.parameters(), lr=lr)
    history = []
    for _ in range(steps):
        descent.zero_grad()
        value = losses[loss](watch(module, x), y)
        value.backward()
        descent.step()
        history.append(float(value.detach()))
    return history


def use_one_thread() -> None:
    """Let torch, where it is loaded, compute on one thread: small tensors on many lose most of the time in waiting."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


def warm(framework: str, *, for_many: bool) -> None:
    """Pay once, before any student, for what the first use of a framework costs.

    for_many: also for optimisers and the larger operators (a second), which only pays off over several submissions.
    """
    np.linalg.svd(np.eye(3))
    np.random.default_rng(0).normal(size=3)
    if framework != "torch":
        return
    import torch

    use_one_thread()
    if not for_many:
        return
    layer = torch.nn.Linear(4, 3)
    train(layer, torch.ones(2, 4), torch.tensor([0, 1]), loss="cross_entropy", optimizer="adam", lr=0.1, steps=1)
    torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3))
    torch.nn.functional.scaled_dot_product_attention(*[torch.ones(1, 2, 3)] * 3)
    torch.linalg.svd(torch.eye(3))
