"""The system calls that Python 3.11 lacks, each once."""

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
# What a process needs to stand inside a place: /proc/PID/ns/<name>.
PLACE_NAMESPACES = ("ipc", "uts", "net", "pid", "mnt")

MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC, MS_SLAVE = 32, 4096, 8192, 16384, 1 << 19

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def unshare(flags):
    _checked(_libc.unshare(flags), f"unshare({flags:#x})")


def setns(descriptor, flags=0):
    _checked(_libc.setns(descriptor, flags), "setns")


def mount(source, target, kind=None, flags=0, options=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    _checked(_libc.mount(text(source), text(target), text(kind), ctypes.c_ulong(flags),
                         text(options)), f"mount {kind or ''} {target}")


def namespaces_of(pid):
    """Open descriptors of all namespaces of `pid` (as seen in this /proc); the caller closes."""
    opened = []
    try:
        for name in PLACE_NAMESPACES:
            opened.append(os.open(f"/proc/{pid}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        for descriptor in opened:
            os.close(descriptor)
        raise
    return opened


def enter(descriptors):
    """Takes this process into the namespaces (pid: only children made from now on)."""
    for descriptor in descriptors:
        setns(descriptor)
        os.close(descriptor)


UCRED = struct.Struct("3i")  # pid, uid, gid; the kernel translates pid into the receiver's view
