"""`doctor`: how student code is kept apart on this machine, and what would keep it further apart."""

from __future__ import annotations

import argparse

from autograder.cli.codes import GRADED, Commands, command
from autograder.cli.parsing import told


def add_to(commands: Commands) -> None:
    """Make the command known."""
    command(commands, "doctor", run, told("say how student code is kept apart on this machine"))


def run(options: argparse.Namespace) -> int:
    """Print the level, the layers in force, and what is missing with its remedy."""
    from autograder.sandbox.choice import examined, require_isolation

    isolation = require_isolation("numpy", unsafe=True)
    print(f"level {isolation.level}: {', '.join(isolation.layers) or 'a plain process'}")
    for line in examined():
        print(line)
    return GRADED
