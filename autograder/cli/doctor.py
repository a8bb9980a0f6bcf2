"""`doctor`: how student code is kept apart on this machine, and what would keep it further apart."""

from __future__ import annotations

import argparse
import sys

from rich.cells import set_cell_size

from autograder.cli.codes import GRADED, Commands, command
from autograder.cli.parsing import told
from autograder.language import chosen, say
from autograder.model import sentence


def add_to(commands: Commands) -> None:
    """Make the command known."""
    command(commands, "doctor", run, told("say how student code is kept apart on this machine"))


def run(options: argparse.Namespace) -> int:
    """Print the level, the layers in force, and what is missing with its remedy."""
    from autograder.sandbox.choice import require_isolation
    from autograder.sandbox.layers.probe import available

    language = chosen(options.lang)
    isolation = require_isolation("numpy", unsafe=True)
    layers = ", ".join(isolation.layers) or sentence("a plain process with a deadline")
    print(say(sentence("level {level}: {layers}", level=isolation.level, layers=layers), language))
    if sys.platform != "linux":
        print(say(sentence("for other people's code use Linux, WSL2 or a container"), language))
        return GRADED
    for layer in available():
        state = say(sentence("works") if layer.works else sentence("missing"), language)
        print(f"  {layer.name:<12} {set_cell_size(state, 8)} {layer.detail}")
        if layer.remedy:
            remedy = sentence("try: {what}", what=layer.remedy)
            print(" " * 24 + say(remedy, language))
    return GRADED
