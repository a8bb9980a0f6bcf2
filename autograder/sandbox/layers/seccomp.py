"""seccomp: the system calls that a submission has no use for, refused.

Refused calls return EPERM (`PermissionError`), so that one bad question costs one question; only a call in
another architecture's numbering kills. Source: Documentation/userspace-api/seccomp_filter.rst.

What stays open between submissions that run at the same time: timing, load, and what is in the page cache.
"""

import ctypes
import os
import struct
from errno import ENOSYS, EPERM

from . import LayerUnavailable
from .bpf import Answer, Check, assemble
from .syscall_table import LAST, NUMBERS
from .syscalls import (
    PR_SET_DUMPABLE,
    PR_SET_MM,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    PR_SET_PTRACER,
    SIGKILL,
    machine,
    perform,
    ready,
    ready_prctl,
)

_ALWAYS = {
    "see, steer or trace another process": """
        ptrace process_vm_readv process_vm_writev process_madvise process_mrelease kcmp pidfd_open pidfd_getfd
        pidfd_send_signal tkill rt_sigqueueinfo rt_tgsigqueueinfo migrate_pages move_pages ioprio_set""",
    "be killed as if by somebody else": "timer_create",
    "talk to another submission": """
        keyctl add_key request_key shmget shmat shmctl shmdt semget semop semctl semtimedop msgget msgsnd msgrcv
        msgctl mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr flock inotify_init
        inotify_init1 inotify_add_watch fanotify_init fanotify_mark cachestat""",
    "memory that no limit counts": "memfd_create memfd_secret",
    "leave the walls": """
        unshare setns mount umount2 pivot_root chroot open_tree open_tree_attr move_mount fsopen fsconfig fsmount
        fspick mount_setattr statmount listmount open_by_handle_at name_to_handle_at""",
    "much kernel, no use": """
        bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup io_submit
        vmsplice remap_file_pages modify_ldt personality uselib lookup_dcookie nfsservctl _sysctl sysfs ustat
        afs_syscall security tuxcall vserver lsm_set_self_attr""",
    "the machine itself": """
        kexec_load kexec_file_load init_module finit_module delete_module create_module get_kernel_syms
        query_module swapon swapoff reboot sethostname setdomainname acct settimeofday clock_settime adjtimex
        clock_adjtime syslog quotactl quotactl_fd iopl ioperm vhangup sync syncfs""",
}
# Landlock does not watch these, so where files are held back by Landlock alone they change our files.
_METADATA = """
    chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat setxattr
    lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr truncate
    mknod mknodat"""
_SOCKETS = "socket connect bind listen accept accept4"

_OWN_PID = 0x7E5F1D0D  # stands in the program for the pid of who installs it; no pid is that large
_OWN_PID_BYTES = struct.pack("=I", _OWN_PID)
_SET_FILTER, _SPEC_ALLOW = 1, 1 << 2
_CLONE_THREAD, _CLONE_PARENT = 0x00010000, 0x00008000
_CLONE_NAMESPACES = 0x7E020000
_AF_UNIX, _SOCK_STREAM, _SOCK_SEQPACKET = 1, 1, 5
# Numbers of asm-generic/ioctls.h and asm-generic/fcntl.h, which both architectures use.
_PUSH_CHARACTERS = (0x5412, 0x5423, 0x541C)  # TIOCSTI, TIOCSETD, TIOCLINUX
_SIGNAL_WHEN_READY = (0x8901, 0x8902)  # FIOSETOWN, SIOCSPGRP
_LOCKS = (5, 6, 7, 36, 37, 38)  # F_GETLK, F_SETLK, F_SETLKW, and the same of open files
_OWNERS_AND_NOTICES = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY

_ONESELF = (Check(0, (0, _OWN_PID)),)
_LOCAL_STREAMS = (Check(0, (_AF_UNIX,)), Check(1, (_SOCK_STREAM, _SOCK_SEQPACKET), mask=0xF))
_NO_NAMESPACE = Check(0, (0,), mask=_CLONE_NAMESPACES | _CLONE_PARENT)
_RLIMIT_CPU = 0
_TESTED: dict[str, Answer] = {
    # A SIGKILL is taken for somebody else's doing, and the submission asked again: so none is to be had for oneself,
    # neither sent, nor from a timer, nor from a limit on the processor's time of one's own making.
    "kill": (Check(0, (_OWN_PID,)), Check(1, (SIGKILL,), passes=False)),  # 0 and -1 are whole groups: refused
    "tgkill": (Check(0, (_OWN_PID,)), Check(2, (SIGKILL,), passes=False)),
    "setrlimit": (Check(0, (_RLIMIT_CPU,), passes=False),),
    "socketpair": _LOCAL_STREAMS,  # a datagram pair could be pointed at any path by sendmsg
    "prlimit64": (*_ONESELF, Check(1, (_RLIMIT_CPU,), passes=False)),
    "sched_setaffinity": _ONESELF,
    "sched_setscheduler": _ONESELF,
    "sched_setparam": _ONESELF,
    "sched_setattr": _ONESELF,
    "setpriority": (Check(0, (0,)), Check(1, (0, _OWN_PID))),
    "ioctl": (Check(1, (*_PUSH_CHARACTERS, *_SIGNAL_WHEN_READY), passes=False),),
    # A file that two submissions share, /dev/null at least, carries locks, leases and notices from one to the other;
    # and the owner of a descriptor is sent a signal of one's choice when it is ready, whoever that is.
    "fcntl": (Check(1, (*_LOCKS, *_OWNERS_AND_NOTICES), passes=False),),
    "prctl": (Check(0, (PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_MM, PR_SET_PTRACER), passes=False),),
    "clone3": ENOSYS,  # its flags lie in memory; glibc then takes clone
}
_REMEDY = "needs a kernel with CONFIG_SECCOMP_FILTER, and a container that allows seccomp()"


def program(allow_fork: bool = False, allow_exec: bool = False, *, allow_metadata: bool = True) -> bytes:
    """The filter, to be assembled once and installed in every child.

    allow_fork: processes, signals among them and local stream sockets; only inside a PID namespace of its own.
    allow_exec: other programs.
    allow_metadata: chmod, chown, utime, truncate and their like; False where nothing but Landlock guards files.
    """
    answers: dict[str, Answer] = {name: EPERM for names in _ALWAYS.values() for name in names.split()}
    answers |= {} if allow_metadata else dict.fromkeys(_METADATA.split(), EPERM)
    answers |= {} if allow_exec else dict.fromkeys(("execve", "execveat"), EPERM)
    answers |= _TESTED | (_processes() if allow_fork else _one_process())
    numbers = NUMBERS[machine()]
    known = {numbers[name]: answer for name, answer in answers.items() if name in numbers}
    return assemble(machine(), known, LAST)


def install(program: bytes) -> None:
    """`Filter(program).install()`, for one process."""
    Filter(program).install()


class Filter:
    """A program laid out in memory, ready to be installed in any child forked from here."""

    def __init__(self, program: bytes) -> None:
        self._memory = ctypes.create_string_buffer(program, len(program))
        self._own_pids = [at for at in range(0, len(program), 4) if program[at : at + 4] == _OWN_PID_BYTES]
        header = struct.pack("@HP", len(program) // 8, ctypes.addressof(self._memory))
        # SPEC_ALLOW: what the speculation guard would keep from this process is not in its memory.
        self._calls = (ready_prctl(PR_SET_NO_NEW_PRIVS, 1), ready("seccomp", _SET_FILTER, _SPEC_ALLOW, header))

    def install(self) -> None:
        """Put it over this process, which then has one pid that it may signal: its own. Raises: LayerUnavailable."""
        own_pid = os.getpid()
        for at in self._own_pids:
            struct.pack_into("=I", self._memory, at, own_pid)
        try:
            perform(self._calls)
        except OSError as error:
            raise LayerUnavailable.because("seccomp", error, _REMEDY) from error


def _one_process() -> dict[str, Answer]:
    """Threads yes, processes no; of sockets only the pair that asyncio wakes itself with."""
    thread = Check(0, (_CLONE_THREAD,), mask=_CLONE_THREAD)
    refused: dict[str, Answer] = dict.fromkeys(("fork", "vfork", *_SOCKETS.split()), EPERM)
    return refused | {"clone": (_NO_NAMESPACE, thread)}


def _processes() -> dict[str, Answer]:
    return {"clone": (_NO_NAMESPACE,), "socket": _LOCAL_STREAMS, "kill": (), "tgkill": ()}
