"""Places: a home, an edge, the master's room, the client's room, a carrier NAT.

A place is a holder process, pid 1 of its own pid, network, mount, uts and ipc namespaces; each box
in it is another one below. The holder's network is the home's router. So one SIGKILL to the holder
ends everything in the home, containers and their monitors included, as a power cut does; only files
stay. Runs in the keeper (pid 1 of the world): pids are those of the world.
"""

import os
import signal
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import kernel
from .errors import LabError

READY_S = 20.0
HOLDER = "/bin/sleep"


@dataclass
class Standing:
    """A place that is up."""
    name: str
    holder: int
    boxes: list = field(default_factory=list)
    wire: int = 0

    def box(self, number):
        return self.boxes[number - 1]


class Raising:
    """A place on its way up: `start` forks and returns, `finish` waits. Many rise in parallel."""

    def __init__(self, groups, name, box_count):
        self.groups, self.name, self.box_count = groups, name, box_count
        self.ears = self.mouth = None

    def start(self):
        self.groups.make(f"{self.name}/hold")
        for number in range(1, self.box_count + 1):
            self.groups.make(f"{self.name}/box{number}/agent")
            self.groups.make(f"{self.name}/box{number}/tenants")
        self.ears, self.mouth = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # The kernel writes the sender's pid as we see it, whatever namespace it stands in.
        self.ears.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.ears.settimeout(READY_S)
        _in_child(self._spawn_home, self.mouth)
        self.mouth.close()

    def finish(self):
        """The Standing place; LabError when it did not come up."""
        pids = {}
        with self.ears:
            while len(pids) < 1 + self.box_count:
                try:
                    data, extra, _, _ = self.ears.recvmsg(4096, 256)
                except TimeoutError:
                    data, extra = b"!no answer", []
                text = data.decode()
                if not text or text.startswith("!"):
                    raise LabError(f"the namespaces of '{self.name}' did not come up",
                                   text[1:] or "its first process ended", "lab down; dmesg | tail")
                pids[int(text)] = kernel.UCRED.unpack(extra[0][2][:kernel.UCRED.size])[0]
        return Standing(self.name, pids[0], [pids[n] for n in range(1, 1 + self.box_count)])

    def _spawn_home(self):
        kernel.unshare(kernel.CLONE_NEWPID)
        _in_child(self._become_home, self.mouth, wait=False)

    def _become_home(self):
        self._settle(f"{self.name}/hold", self.name)
        for number in range(1, self.box_count + 1):
            _in_child(lambda n=number: self._spawn_box(n), self.mouth)
        self._hold(0)

    def _spawn_box(self, number):
        kernel.unshare(kernel.CLONE_NEWPID)
        _in_child(lambda: self._become_box(number), self.mouth, wait=False)

    def _become_box(self, number):
        name = self.name if self.box_count == 1 else f"{self.name}-{number}"
        self._settle(f"{self.name}/hold", name)
        self._hold(number)

    def _settle(self, group, hostname):
        self.groups.join(group)
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS
                       | kernel.CLONE_NEWIPC)
        socket.sethostname(hostname)
        mount_own_view()

    def _hold(self, number):
        """Becomes the smallest thing that can be pid 1: it sleeps, and the kernel reaps for it."""
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        self.mouth.send(str(number).encode())
        quiet = os.open("/dev/null", os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        os.execv(HOLDER, [f"foyer-lab: {self.name}", "infinity"])


def mount_own_view():
    """/proc and /sys of this place; private /run and /dev/shm that vanish with it."""
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    kernel.mount("tmpfs", "/run", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=0755")
    if Path("/dev/shm").is_dir():
        kernel.mount("tmpfs", os.path.realpath("/dev/shm"), "tmpfs",
                     kernel.MS_NOSUID | kernel.MS_NODEV, "mode=1777")
    # A new /sys shows this network's interfaces; the cgroup tree below it is carried over.
    aside = "/run/.cgroup"
    os.mkdir(aside)
    kernel.mount("/sys/fs/cgroup", aside, None, kernel.MS_BIND | kernel.MS_REC)
    kernel.mount("sysfs", "/sys", "sysfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    kernel.mount(aside, "/sys/fs/cgroup", None, kernel.MS_MOVE)
    os.rmdir(aside)


def _in_child(work, mouth, wait=True):
    """Runs `work` in a forked child. Errors travel through `mouth`; the child never returns."""
    pid = os.fork()
    if pid:
        if wait:
            os.waitpid(pid, 0)
        return
    try:
        work()
    except BaseException as error:  # the child must end here, whatever happened
        try:
            text = getattr(error, "why", "") or error
            mouth.send(f"!{text}".encode()[:4000])
        finally:
            os._exit(1)
    os._exit(0)


def step_into_network(pid):
    """Takes this process into the network of `pid`; for children that then do a short work."""
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    kernel.setns(descriptor, kernel.CLONE_NEWNET)
    os.close(descriptor)


def run(argv, text, check=True):
    """A short command in the network where we stand, `text` as its input; its output."""
    done = subprocess.run(argv, input=text, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=30, check=False)
    if check and done.returncode:
        raise LabError(f"{' '.join(argv)} failed", f"{done.stdout.strip()}\n{text}".strip(),
                       "lab down, then look into the reason above")
    return done.stdout


def set_sysctls(values):
    """Writes /proc/sys entries of the network where we stand."""
    for name, value in values.items():
        path = Path("/proc/sys") / name
        if path.exists():  # a kernel without IPv6 has no IPv6 to set
            path.write_text(value)


def run_jobs(works, at_once=8):
    """Runs each of `works` in a child of its own, a few at once; LabError: the first failure."""
    failures = []
    for first in range(0, len(works), at_once):
        all_ears = []
        for work in works[first:first + at_once]:
            ears, mouth = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            _in_child(work, mouth, wait=False)
            mouth.close()
            all_ears.append(ears)
        for ears in all_ears:
            with ears:
                failures.append(ears.recv(8192))  # empty when the child ended well
    for failure in failures:
        if failure:
            raise LabError("cannot set up the network of a place", failure[1:].decode(),
                           "lab down, then look into the reason above")
