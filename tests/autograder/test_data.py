"""Data read out of scikit-learn's wheel is what scikit-learn's own loaders give."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from autograder import data


@pytest.mark.parametrize("name", ["digits", "breast_cancer", "diabetes"])
def test_the_data_is_scikit_learns(name):
    X, y = getattr(data, name)()
    theirs, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    assert np.allclose(X, theirs, rtol=0, atol=1e-15)
    assert np.array_equal(y, labels)


def test_the_unscaled_data_is_scikit_learns_too():
    X, _ = data.diabetes(scaled=False)
    assert np.array_equal(X, datasets.load_diabetes(return_X_y=True, scaled=False)[0])


def test_the_caller_may_change_what_it_was_given():
    first, _ = data.digits()
    first[:] = 0
    assert data.digits()[0].any()


def test_reading_the_data_does_not_import_scikit_learn():
    code = "import sys; from autograder.data import digits; digits(); sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_words_of_the_manual_are_english_in_small_letters():
    words = data.manual_words()
    assert len(words) > 40_000
    assert len(set(words)) > 2000
    assert all(word.isascii() and word.islower() and word.isalpha() for word in words)
    assert words.count("the") > len(words) / 30
