from pathlib import Path

import pytest

from autograder.manifest import Course

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def course():
    return Course(ROOT)
