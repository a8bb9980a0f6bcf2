"""What a student's process does with PyTorch: tensors in and out, weights by name, gradients, training.

torch is imported only when a request needs it; a NumPy topic never pays for it.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder import wire
from autograder.sandbox import uncompiled

Watch = Callable[..., Any]

GPU_FILES = ("/dev/nvidiactl", "/dev/dxg")  # the driver's own, and that of Windows' Linux


def unwatched(function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
    """A plain call, where there is nobody to watch."""
    return function(*arguments, **keywords)


def tensor(value: wire.Tensor, device: str = "cpu") -> Any:
    """A fresh torch tensor with the array's content and memory order, on the device where questions are answered."""
    import torch

    return torch.from_numpy(value.array.copy(order="K")).to(device).requires_grad_(value.requires_grad)


def array(value: Any) -> Any:
    """A torch tensor as it travels; Opaque where NumPy has no such dtype or layout."""
    import torch

    if value.layout != torch.strided:
        return wire.Opaque(f"tensor of layout {value.layout}")
    if value.device.type not in wire.DEVICES:
        return wire.Opaque(f"tensor on {value.device.type}")
    try:
        return wire.Tensor(value.detach().cpu().numpy(), bool(value.requires_grad), value.device.type)
    except TypeError:
        return wire.Opaque(f"tensor of dtype {value.dtype}")


def load_weights(module: Any, weights: dict[str, Any], free: list[str]) -> dict[str, Any]:
    """Copy weights and buffers into a module by name. Returns what did not fit, and what the module consists of.

    free: which of them may go by any name: what has the only parameter of their shape is taken for them.
    missing, unexpected, shapes: as lists of names and a dict; a buffer too many is nobody's business (a table of
    positions, a mask). names: ours by those under which they are found, where they differ. ambiguous: which of
    the missing ones could be several parameters. tied: see `tied`.
    """
    import torch

    own, named = module.state_dict(), named_parameters(module)
    fits = {name: name for name, value in weights.items() if name in own and own[name].shape == value.shape}
    ambiguous: list[str] = []
    if free:
        ours = {name: weights[name] for name in free if name not in fits}
        theirs = {name: value for name, value in named.items() if name not in fits}
        found, ambiguous = _alike(ours, theirs)
        fits |= found
    with torch.no_grad():
        for name, place in fits.items():
            own[place].copy_(weights[name])
    taken = set(fits.values())
    misshaped = [name for name in sorted(own) if name in weights and name not in fits and name not in taken]
    return {
        "missing": sorted(set(weights) - set(fits) - set(misshaped)),
        "unexpected": sorted(set(named) - set(weights) - taken),
        "shapes": {name: tuple(own[name].shape) for name in misshaped},
        "names": {place: name for name, place in fits.items() if name != place},
        "ambiguous": ambiguous,
        "tied": tied(module),
    }


def _alike(ours: dict[str, Any], theirs: dict[str, Any]) -> tuple[dict[str, str], list[str]]:
    """The one of theirs for each of ours that alone has its shape, and those of ours that could be several."""
    alike: dict[tuple[int, ...], tuple[list[str], list[str]]] = {}
    for side, named in enumerate((ours, theirs)):
        for name, value in named.items():
            alike.setdefault(tuple(value.shape), ([], []))[side].append(name)
    sides = [(mine, yours) for mine, yours in alike.values() if mine and yours]
    pairs = {mine[0]: yours[0] for mine, yours in sides if len(mine) == len(yours) == 1}
    return pairs, sorted(name for mine, _ in sides for name in mine if name not in pairs)


def named_parameters(module: Any) -> dict[str, Any]:
    """Every parameter by every name that it has; nothing for what is no module."""
    return dict(module.named_parameters(remove_duplicate=False)) if hasattr(module, "named_parameters") else {}


def tied(module: Any) -> list[list[str]]:
    """The names of parameters that share their storage, each group in order."""
    groups: dict[int, list[str]] = {}
    for name, parameter in sorted(named_parameters(module).items()):
        groups.setdefault(parameter.untyped_storage().data_ptr(), []).append(name)
    return [names for pointer, names in groups.items() if pointer and len(names) > 1]


def gradients(
    target: Any,
    inputs: list[Any],
    along: list[Any] | Callable[[list[Any]], list[Any]],
    watch: Watch = unwatched,
    *,
    twice: list[Any] | None = None,
) -> dict[str, Any]:
    """Forward, then the gradient of Σ⟨v, output⟩ with respect to every floating input and named parameter.

    None for each gradient where the outputs do not have the form of the directions `along`, which may be made from
    the outputs. buffers: as the forward pass has left them. twice: a direction u for each input, None for one that
    has no gradient; then inputs_twice and parameters_twice are the gradients of Σ⟨u, gradient of the input⟩.
    watch: calls the student's part, so that what we do around it is not taken for theirs.
    """
    leaves = [_leaf(value) for value in inputs]
    outputs = watch(target, *leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    along = along(outputs) if callable(along) else along
    parameters = named_parameters(target)
    wanted: dict[Any, Any] = {place: leaf for place, leaf in enumerate(leaves) if getattr(leaf, "requires_grad", False)}
    wanted |= {name: parameter for name, parameter in parameters.items() if parameter.requires_grad}
    fits = [getattr(output, "shape", None) for output in outputs] == [direction.shape for direction in along]
    first = _derived(list(zip(outputs, along, strict=True)) if fits else [], wanted, again=twice is not None)

    def told(found: dict[Any, Any], ending: str = "") -> dict[str, Any]:
        by_place = [found.get(place) for place in range(len(leaves))]
        return {f"inputs{ending}": by_place, f"parameters{ending}": {name: found.get(name) for name in parameters}}

    buffers = dict(target.named_buffers()) if hasattr(target, "named_buffers") else {}
    given = {"outputs": outputs, **told(first), "buffers": buffers}
    if twice is not None:
        pairs = [(first.get(place), direction) for place, direction in enumerate(twice) if direction is not None]
        given |= told(_derived(pairs, wanted), "_twice")
    return given


def _derived(pairs: list[tuple[Any, Any]], wanted: dict[Any, Any], *, again: bool = False) -> dict[Any, Any]:
    """The gradients of Σ⟨direction, value⟩, where there are any. again: whether they can be derived once more."""
    import torch

    scalar = sum((value * direction).sum() for value, direction in pairs if isinstance(value, torch.Tensor))
    if not _connected(scalar):
        return {}
    found = torch.autograd.grad(scalar, list(wanted.values()), allow_unused=True, create_graph=again)
    return dict(zip(wanted, found, strict=True))


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


def load_torch() -> None:
    """Import torch for as little as it can be had: on one thread, without its compiler, and with no search for garbage.

    The search would take a tenth of the import. Once in a process, what is there afterwards is not searched again.
    """
    if "torch" not in sys.modules:
        searching = gc.isenabled()
        gc.disable()
        try:
            import torch  # noqa: F401
        finally:
            gc.freeze()
            if searching:
                gc.enable()
    uncompiled.leave_out()
    use_one_thread()


def use_cuda() -> str:
    """Make the GPU the place of everything that this process makes from now on. Returns what is in the way, or ''.

    Only ever called in a student's process: CUDA does not survive a fork.
    """
    import torch

    try:
        x = torch.ones(2, 2, device="cuda", requires_grad=True)
        (x @ x).sum().backward()  # loads what the first question would wait for
    except (RuntimeError, AssertionError) as error:  # AssertionError: a build without CUDA
        return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    compute_exactly()
    torch.set_default_device("cuda")
    return ""


def compute_exactly() -> None:
    """Products of float32 as float32 on a GPU too, where TF32 keeps 10 bits. Both switches: one is on by default."""
    import torch

    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")


def gpu_in_sight() -> bool:
    """Whether this process could reach a GPU, told without asking its driver."""
    import torch

    return torch.version.cuda is not None and any(os.access(path, os.R_OK | os.W_OK) for path in GPU_FILES)


def warm(framework: str, *, for_many: bool) -> None:
    """Pay once, before any student, for what the first use of a framework costs.

    for_many: also for optimisers and the larger operators, which only pays off over several submissions.
    """
    np.linalg.svd(np.eye(3))
    np.random.default_rng(0).normal(size=3)
    if framework != "torch":
        return
    load_torch()
    import torch

    if not for_many:
        return
    if not gpu_in_sight():  # a backward pass or an optimiser's step counts the GPUs, and then no child can have one
        layer = torch.nn.Linear(4, 3)
        train(layer, torch.ones(2, 4), torch.tensor([0, 1]), loss="cross_entropy", optimizer="adam", lr=0.1, steps=1)
    torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3))
    torch.nn.functional.scaled_dot_product_attention(*[torch.ones(1, 2, 3)] * 3)
    torch.linalg.svd(torch.eye(3))
