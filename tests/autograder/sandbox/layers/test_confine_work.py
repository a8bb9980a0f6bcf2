"""Right programs behind all layers: what a course in deep learning needs still works."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context

import pytest

from autograder.sandbox.layers import confine, seccomp
from autograder.sandbox.layers.confine import Confinement
from autograder.sandbox.layers.trial import trial

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")

PIECES = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
os.environ["OPENBLAS_NUM_THREADS"] = "1"
from autograder.sandbox.layers import confine, namespaces, root, seccomp
from autograder.sandbox.layers.confine import Confinement

layers = frozenset(json.loads(sys.argv[2]))
nested = "namespaces" in layers
own = namespaces.nest((*root.system(), *root.interpreter(), sys.argv[1])) if nested else -1
import numpy as np, torch
torch.set_num_threads(1)
warm = torch.ones(2, requires_grad=True)
warm.sum().backward()
torch.optim.SGD([warm]).step()  # as the zygote does: it imports 800 modules
reading, writing = os.pipe()

def late_imports():
    import decimal, sqlite3, ssl, multiprocessing, concurrent.futures
    import scipy.optimize, scipy.special, numpy.polynomial, torch.optim, torch.nn.functional, torch.utils.data
    return sqlite3.connect(":memory:").execute("select 1 + 1").fetchone() == (2,)

def matmul():
    a = torch.randn(300, 300, dtype=torch.float64)
    return bool(torch.allclose(a @ torch.linalg.inv(a), torch.eye(300, dtype=torch.float64), atol=1e-6))

def convolution_and_backward():
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(2))
    model(torch.randn(2, 3, 8, 8)).square().sum().backward()
    return all(bool(p.grad.abs().sum() >= 0) for p in model.parameters())

def singular_values():
    u, s, v = torch.linalg.svd(torch.randn(50, 20, dtype=torch.float64))
    return bool((s[:-1] >= s[1:]).all()) and np.linalg.svd(np.eye(3))[1].tolist() == [1, 1, 1]

def optimizer():
    w = torch.ones(3, requires_grad=True)
    step = torch.optim.AdamW([w])
    w.sum().backward(); step.step()
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
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(lambda n: n * n, range(10))) == 285

def event_loop():
    import asyncio
    async def both():
        return await asyncio.gather(asyncio.to_thread(lambda: 1), asyncio.sleep(0, 2))
    return asyncio.run(both()) == [1, 2]

def scikit():
    from sklearn.linear_model import LogisticRegression
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    return LogisticRegression().fit(x, [0, 0, 1, 1]).predict([[3.0]]).tolist() == [1]

def everyday():
    import getpass, hashlib, logging, platform, random, time, uuid, warnings
    logging.warning("noise on stderr"); warnings.warn("more of it")
    return len({uuid.uuid4() for _ in range(9)}) == 9 and time.time() > 0 and platform.system() == "Linux"

def files():
    import pickle, shutil, tempfile
    with tempfile.TemporaryDirectory() as folder:
        np.save(folder + "/a.npy", np.arange(3)); torch.save({"w": torch.ones(2)}, folder + "/w.pt")
        shutil.copy2(folder + "/a.npy", folder + "/b.npy")
        saved = torch.load(folder + "/w.pt", weights_only=True)["w"].sum() == 2
        return bool(saved) and np.load(folder + "/b.npy").tolist() == [0, 1, 2]

def mapped_files():
    array = np.memmap("mapped", dtype="f4", mode="w+", shape=(100,)); array[:] = 1; array.flush()
    return float(np.memmap("mapped", dtype="f4", mode="r").sum()) == 100

def dev_null():
    print("nothing", file=open("/dev/null", "w"))
    return len(os.urandom(4) + open("/dev/urandom", "rb").read(4)) == 8

ANYWHERE = [late_imports, matmul, convolution_and_backward, singular_values, optimizer, attention, several_threads,
            script, data_loader, numpy_random, python_threads, event_loop, scikit, everyday, dev_null]
pieces = ANYWHERE + ([files, mapped_files] if nested else [])
settings = {} if nested else {"scratch": None}
prepared = confine.prepare(Confinement(read=confine.readable(sys.argv[1]), layers=layers, **settings),
                           seccomp.program(allow_metadata=nested))
results = {}
for piece in pieces:
    child = namespaces.fork_into_pid_namespace(own) if nested else os.fork()
    if not child:
        try:
            confine.confine(prepared)
            outcome = str(piece())
        except BaseException as error:
            outcome = f"{type(error).__name__}: {error}"
        os.write(writing, outcome.encode()[:4000].ljust(4000))
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    results[piece.__name__] = os.read(reading, 4000).decode().strip() if status == 0 else f"died: {status}"
print(json.dumps(results))
"""

ANYWHERE = [
    "late_imports",
    "matmul",
    "convolution_and_backward",
    "singular_values",
    "optimizer",
    "attention",
    "several_threads",
    "script",
    "data_loader",
    "numpy_random",
    "python_threads",
    "event_loop",
    "scikit",
    "everyday",
    "dev_null",
]
WITH_FILES = ["files", "mapped_files"]


@pytest.fixture(scope="module")
def outcomes(layers: dict[str, object], code: str) -> Callable[[str], dict[str, str]]:
    """For each level the outcomes of all pieces, from one warm zygote."""
    seen: dict[str, dict[str, str]] = {}

    def outcomes(level: str) -> dict[str, str]:
        if level not in seen:
            names = {"A": confine.EVERY_LAYER, "B": confine.EVERY_LAYER - {"namespaces", "user"}}[level]
            argv = [sys.executable, "-c", PIECES, code, json.dumps(sorted(names))]
            environment = {"TMPDIR": "/sandbox/tmp", "HOME": "/tmp", "USER": "student", "LANG": "C.UTF-8"}
            done = subprocess.run(argv, capture_output=True, text=True, timeout=120, env=environment, check=False)
            seen[level] = json.loads(done.stdout or json.dumps(dict.fromkeys([*ANYWHERE, *WITH_FILES], done.stderr)))
        return seen[level]

    return outcomes


@needs_torch
@pytest.mark.parametrize("piece", ANYWHERE)
def test_it_works_behind_all_layers(piece: str, level: str, outcomes: Callable[[str], dict[str, str]]) -> None:
    assert outcomes(level)[piece] == "True"


@needs_torch
@pytest.mark.usefixtures("level_a")
@pytest.mark.parametrize("piece", WITH_FILES)
def test_files_work_in_the_private_scratch(piece: str, outcomes: Callable[[str], dict[str, str]]) -> None:
    assert outcomes("A")[piece] == "True"


@pytest.mark.usefixtures("level_a")
def test_worker_processes_work_where_fork_is_allowed(
    confined: Callable[..., Callable[[], object]], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> object:
        with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
            return list(pool.map(abs, [-1, -2, -3]))

    monkeypatch.setenv("TMPDIR", "/sandbox/tmp")
    confinement = Confinement(read=confine.readable(code))
    assert trial(confined(work, confinement, seccomp.program(allow_fork=True)), 30) == [1, 2, 3]
