"""A program, not a test: the canary at the best level that works here; prints the level and what escaped.

python attack.py CODE BAIT-AS-JSON
"""

import json
import os
import sys

sys.path.insert(0, sys.argv[1])

from autograder.sandbox.layers import canary, confine, namespaces, probe, root
from autograder.sandbox.layers.confine import EVERY_LAYER, Confinement
from autograder.sandbox.layers.trial import trial


def attack(level: str, bait: canary.Bait) -> object:
    nested = level == "A"
    own = namespaces.nest((*root.system(), *root.interpreter(), sys.argv[1])) if nested else -1
    scratch = root.SCRATCH if nested else None
    layers = EVERY_LAYER if nested else EVERY_LAYER - {"namespaces", "user"}
    confinement = Confinement(read=confine.readable(sys.argv[1]), scratch=scratch, layers=layers)
    prepared = confine.prepare(confinement, confine.program_for(confinement))
    child = namespaces.fork_into_pid_namespace(own) if nested else os.fork()
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    confine.confine(prepared)
    return canary.escapes(bait)


def main() -> None:
    level, bait = probe.level(probe.available()), canary.Bait(**json.loads(sys.argv[2]))
    print(json.dumps([level, trial(lambda: attack(level, bait))]))


if __name__ == "__main__":
    main()
