"""A program, not a test: right programs behind all layers, from one warm zygote, as JSON by level.

python right_programs.py CODE LEVEL...
"""

import asyncio
import importlib
import json
import logging
import os
import platform
import shutil
import sys
import tempfile
import time
import uuid
import warnings
from concurrent.futures import ThreadPoolExecutor

os.environ["OPENBLAS_NUM_THREADS"] = "1"
sys.path.insert(0, sys.argv[1])

import numpy as np
import torch

from autograder.sandbox.layers import confine, namespaces, root
from autograder.sandbox.layers.confine import EVERY_LAYER, Confinement

LATE = (
    *("decimal", "sqlite3", "ssl", "multiprocessing", "concurrent.futures", "scipy.optimize", "scipy.special"),
    *("numpy.polynomial", "torch.nn.functional", "torch.utils.data", "unittest", "ctypes.util"),
)


def late_imports():
    for name in LATE:
        importlib.import_module(name)
    return True


def matmul():
    a = torch.randn(300, 300, dtype=torch.float64)
    return bool(torch.allclose(a @ torch.linalg.inv(a), torch.eye(300, dtype=torch.float64), atol=1e-6))


def convolution_and_backward():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(2))
    model(torch.randn(2, 3, 8, 8)).square().sum().backward()
    return all(bool(p.grad.abs().sum() >= 0) for p in model.parameters())


def singular_values():
    _u, s, _v = torch.linalg.svd(torch.randn(50, 20, dtype=torch.float64))
    return bool((s[:-1] >= s[1:]).all()) and np.linalg.svd(np.eye(3))[1].tolist() == [1, 1, 1]


def optimizer():
    w = torch.ones(3, requires_grad=True)
    step = torch.optim.AdamW([w])
    w.sum().backward()
    step.step()
    return bool((w < 1).all())


def attention():
    layer = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    x = torch.randn(2, 5, 8)
    return layer(x, x, x)[0].shape == (2, 5, 8)


def several_threads():
    torch.set_num_threads(2)
    return matmul() and bool(torch.randn(1000, 1000).tanh().isfinite().all())


def script():
    return float(torch.jit.script(torch.nn.ReLU())(torch.tensor(-1.0))) == 0.0


def data_loader():
    data = torch.utils.data.TensorDataset(torch.arange(10))
    return sum(int(x.sum()) for (x,) in torch.utils.data.DataLoader(data, batch_size=3, shuffle=True)) == 45


def numpy_random():
    np.random.seed(0)
    return np.random.rand(3).shape == (3,) and np.random.default_rng(1).normal(size=4).shape == (4,)


def python_threads():
    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(lambda n: n * n, range(10))) == 285


def event_loop():
    async def both():
        return await asyncio.gather(asyncio.to_thread(lambda: 1), asyncio.sleep(0, 2))

    return asyncio.run(both()) == [1, 2]


def scikit():
    linear = importlib.import_module("sklearn.linear_model")
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    return linear.LogisticRegression().fit(x, [0, 0, 1, 1]).predict([[3.0]]).tolist() == [1]


def everyday():
    logging.warning("noise on stderr")
    warnings.warn("more of it", stacklevel=1)
    return len({uuid.uuid4() for _ in range(9)}) == 9 and time.time() > 0 and platform.system() == "Linux"


def files():
    with tempfile.TemporaryDirectory() as folder:
        np.save(folder + "/a.npy", np.arange(3))
        torch.save({"w": torch.ones(2)}, folder + "/w.pt")
        shutil.copy2(folder + "/a.npy", folder + "/b.npy")
        saved = torch.load(folder + "/w.pt", weights_only=True)["w"].sum() == 2
        return bool(saved) and np.load(folder + "/b.npy").tolist() == [0, 1, 2]


def mapped_files():
    array = np.memmap("mapped", dtype="f4", mode="w+", shape=(100,))
    array[:] = 1
    array.flush()
    return float(np.memmap("mapped", dtype="f4", mode="r").sum()) == 100


def dev_null():
    with open("/dev/null", "w") as sink, open("/dev/urandom", "rb") as source:
        return sink.write("nothing") == 7 and len(os.urandom(4) + source.read(4)) == 8


ANYWHERE = (
    *(late_imports, matmul, convolution_and_backward, singular_values, optimizer, attention, several_threads, script),
    *(data_loader, numpy_random, python_threads, event_loop, scikit, everyday, dev_null),
)
WITH_FILES = (files, mapped_files)


def warm():
    """As the zygote does: one thread, and the 800 modules that the first optimiser imports."""
    torch.set_num_threads(1)
    weight = torch.ones(2, requires_grad=True)
    weight.sum().backward()
    torch.optim.SGD([weight]).step()


def outcomes(level):
    """The outcome of each piece, each in a child of its own."""
    nested = level == "A"
    own = namespaces.nest((*root.system(), *root.interpreter(), sys.argv[1])) if nested else -1
    scratch = root.SCRATCH if nested else None
    layers = EVERY_LAYER if nested else EVERY_LAYER - {"namespaces", "user"}
    confinement = Confinement(read=confine.readable(sys.argv[1]), scratch=scratch, layers=layers)
    prepared = confine.prepare(confinement, confine.program_for(confinement))
    fork = (lambda: namespaces.fork_into_pid_namespace(own)) if nested else os.fork
    return {piece.__name__: outcome(fork, prepared, piece) for piece in (*ANYWHERE, *(WITH_FILES if nested else ()))}


def outcome(fork, prepared, piece):
    """What the piece returns or raises, as text."""
    reading, writing = os.pipe()
    child = fork()
    if not child:
        try:
            confine.confine(prepared)
            text = str(piece())
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(writing, text.encode()[:4000])
        os._exit(0)
    os.close(writing)
    with open(reading) as pipe:
        text = pipe.read()
    return text or f"died: {os.waitpid(child, 0)[1]}"


def main():
    """Imports once, then a zygote for each level: a nest needs a process of its own with one thread."""
    warm()
    results = {}
    for level in sys.argv[2:]:
        reading, writing = os.pipe()
        if not os.fork():
            os.write(writing, json.dumps(outcomes(level)).encode())
            os._exit(0)
        os.close(writing)
        with open(reading) as pipe:
            results[level] = json.loads(pipe.read())
    print(json.dumps(results))


if __name__ == "__main__":
    main()
