"""Real data that needs no download: what travels inside scikit-learn's wheel, and the English of Python's own manual.

scikit-learn itself is not imported, which would cost a second.
"""

from __future__ import annotations

import functools
import gzip
import importlib.util
import re
from pathlib import Path

import numpy as np

from autograder.model import AutograderError
from autograder.wire import Array


@functools.cache
def _read(name: str) -> tuple[Array, ...]:
    spec = importlib.util.find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise AutograderError("scikit-learn is not installed; its wheel carries the data: pip install scikit-learn")
    path = Path(spec.origin).parent / "datasets" / "data" / name
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = content.decode("ascii").splitlines()
    lines = lines[1:] if name == "breast_cancer.csv" else lines
    separator = "," if "," in lines[0] else None
    table = np.array([line.split(separator) for line in lines if line], dtype=np.float64)
    table.setflags(write=False)
    return (table,)


def digits() -> tuple[Array, Array]:
    """Handwritten digits: images float64 (1797, 64) in 0..16, row by row of 8×8; labels int64 (1797,)."""
    (table,) = _read("digits.csv.gz")
    return table[:, :-1].copy(), table[:, -1].astype(np.int64)


def breast_cancer() -> tuple[Array, Array]:
    """Measures of tumours: float64 (569, 30); 1 for benign, 0 for malignant, int64 (569,)."""
    (table,) = _read("breast_cancer.csv")
    return table[:, :-1].copy(), table[:, -1].astype(np.int64)


def diabetes(*, scaled: bool = True) -> tuple[Array, Array]:
    """Patients: float64 (442, 10); disease progression, float64 (442,).

    scaled: columns of mean 0 and norm 1; otherwise each column in units of its own.
    """
    (raw,), (target,) = _read("diabetes_data_raw.csv.gz"), _read("diabetes_target.csv.gz")
    if not scaled:
        return raw.copy(), target.reshape(-1).copy()
    centred = raw - raw.mean(axis=0)
    return centred / np.linalg.norm(centred, axis=0), target.reshape(-1).copy()


@functools.cache
def manual_words() -> tuple[str, ...]:
    """The words of Python's language reference as `help()` has it, in small letters; about 60 000.

    They change a little from one version of Python to the next: draw thresholds with a margin.
    """
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise AutograderError("this Python comes without pydoc_data, the texts of help(): install all of it") from None
    return tuple(word for name in sorted(topics) for word in re.findall("[a-z]+", topics[name].lower()))
