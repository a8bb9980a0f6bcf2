"""`make bench`: what grading costs beside what nobody can avoid, measured in turn, in one run.

    make bench                        every case in a few minutes, with few rounds
    make bench CASE=floor,frameworks  only these
    make bench FULL=1                 as many submissions and rounds as docs/performance.md states; an hour or more

Costs are CPU seconds of whole process trees unless a case says wall time. A ratio is the median of the rounds'
ratios. Results are merged into benchmarks/results/<date>-<commit>.json, with the machine described.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import cases
from benchmarks.measuring import ROOT

RESULTS = ROOT / "benchmarks" / "results"


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    from importlib import metadata

    packages = ("numpy", "torch", "pytest", "nbgrader", "otter-grader", "distributed")
    versions = {}
    for name in packages:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "none"
    return {
        "cores": os.cpu_count(),
        "processor": _line("/proc/cpuinfo", "model name"),
        "memory": _line("/proc/meminfo", "MemTotal"),
        "load": round(os.getloadavg()[0], 2),
        "platform": platform.platform(),
        "python": platform.python_version(),
        **versions,
        "commit": commit(),
    }


def _line(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(name)), "unknown")


def commit() -> str:
    """The short name of what is measured."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return said.stdout.strip() or "none"


def recorded(path: Path, name: str, found: dict[str, object]) -> None:
    """Merge a case's figures into the file: its ratios among all ratios, the rest under its name."""
    whole = json.loads(path.read_text("utf-8")) if path.exists() else {"machine": {}, "ratios": {}}
    ratios = found.pop("ratios", {})
    whole["machine"] = machine()
    whole["ratios"] = {**whole.get("ratios", {}), **ratios}  # type: ignore[dict-item]
    whole[name] = {**found, "load": round(os.getloadavg()[0], 2)}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(whole, indent=1) + "\n", "utf-8")
    for ratio, value in ratios.items():  # type: ignore[attr-defined]
        print(f"  {ratio} = {value}")


def main() -> int:
    """Run the cases that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case", nargs="*", help=f"of {', '.join(cases.CASES)}; default: all")
    parser.add_argument("--full", action="store_true", help="as many submissions and rounds as the docs state")
    options = parser.parse_args()
    wanted = [name for word in options.case for name in word.split(",")] or list(cases.CASES)
    unknown = [name for name in wanted if name.partition(":")[0] not in cases.CASES]
    if unknown:
        print(f"there is no case {unknown[0]!r}; there are {', '.join(cases.CASES)}", file=sys.stderr)
        return 2
    path, failed = RESULTS / f"{datetime.now(UTC):%Y-%m-%d}-{commit()}.json", []
    for name in wanted:
        case, _, part = name.partition(":")
        print(f"{name}: {(cases.CASES[case].__doc__ or '').splitlines()[0]}", flush=True)
        start = time.perf_counter()
        try:
            recorded(path, name, cases.CASES[case](options.full, *([part] if part else [])))
        except Exception as error:  # noqa: BLE001 - what one case meets is no reason to give up the others
            failed.append(name)
            print(f"  failed: {error}", file=sys.stderr)
        print(f"  took {time.perf_counter() - start:.0f} s", flush=True)
    print(path.relative_to(ROOT) if path.exists() else "nothing was measured")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
