"""What the operating system offers to hold a hostile program: one small module for each layer.

    syscalls      raw system calls by name
    seccomp       a filter over system calls
    landlock      an allow-list of paths, without TCP
    namespaces    own process table, mounts, network and IPC; a root with nothing but what is named
    limits        rlimits, sessions, processes by descriptor
    privileges    ordinary user, no capabilities
    cgroups       memory and process counts of a whole group, where writable
    bubblewrap    the same walls put up by `bwrap`
    confine       all of it in the right order, in a freshly forked child
    probe         which of it really works here
    canary        an attacker of our own, who must get nowhere

Every function raises `LayerUnavailable` where the kernel, its rights or the platform refuse. All of it
imports anywhere; it works on Linux, x86-64 and aarch64.
"""


class LayerUnavailable(Exception):
    """A layer cannot be had here. One sentence: which layer, what refused it, what would help."""

    @classmethod
    def because(cls, layer: str, error: OSError, remedy: str) -> "LayerUnavailable":
        """The sentence for a system call that failed."""
        return cls(f"{layer}: {error.strerror} (errno {error.errno}); {remedy}")
