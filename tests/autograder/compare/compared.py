"""What a comparison finds, and says."""

from autograder.compare import Comparison


def difference(yours, ours, **how):
    """What a comparison finds."""
    return Comparison(**how).difference(yours, ours)


def said(yours, ours, **how):
    """What is said about a difference."""
    found = difference(yours, ours, **how)
    assert found is not None
    return str(found.message)
