"""Where a student's tensors are computed: the CPU, or the GPU where a fresh process can use it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autograder.model import Limits, Submission
from autograder.sandbox.protocol import Sandbox
from autograder.student.remote import Remote

GPU_MEMORY_BYTES = 16 << 30  # CUDA's libraries and buffers lie in the process beside what the student needs
GPU_FILES = 4096


@dataclass(frozen=True)
class Place:
    """device: `cpu` or `cuda`. trouble: why the GPU that was asked for cannot be had; its questions are left out."""

    device: str = "cpu"
    trouble: str = ""

    @property
    def mark(self) -> str:
        """What tells results of this place from those of the CPU, '' there: a GPU that was not to be had is none."""
        return "" if self == CPU else " without cuda" if self.trouble else f" {self.device}"

    def limits(self, limits: Limits) -> Limits:
        """The limits of a process there."""
        if self.device == "cpu":
            return limits
        memory, files = max(limits.memory_bytes, GPU_MEMORY_BYTES), max(limits.open_files, GPU_FILES)
        return replace(limits, memory_bytes=memory, open_files=files)


CPU, GPU = Place(), Place("cuda")


def gpu_trouble(sandbox: Sandbox) -> str:
    """What keeps a process of this sandbox from using the GPU, or ''. Raises SandboxError."""
    return Remote(sandbox, Submission("nobody", {}), "nothing", GPU.limits(Limits())).gpu_trouble()
