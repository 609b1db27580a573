"""Starts a world and makes sure that nothing of it stays.

    lab up ── janitor (machine's namespaces) ── keeper (pid 1 of the world) ── everything else
The keeper holds the write end of a pipe. When it ends, however it ends, the janitor reads the end
of the pipe, thaws what was frozen (frozen processes cannot die), waits for the keeper, and removes
the control groups. Should the janitor be gone too, the next `up` or `down` does the same.
"""

import fcntl
import json
import os
import select
import signal
import socket
import time
from pathlib import Path

from . import kernel
from .cgroups import Groups, lab_id
from .errors import LabError, PORT, STATE, USAGE

MARK = "lab.json"  # a folder with this file was made by us and may be removed by us
OURS = (MARK, "control.sock", "lock", "homes", "log", "clocks", "master", "master.toml",
        "operator.toml", "keeper.pid", "janitor.pid")
JANITOR_S = 300.0  # nobody waits for it, and a busy machine ends processes slowly
HIDDEN = ("/run", "/proc", "/sys", "/dev")  # places have their own of these


def check_visible(path, what):
    real = Path(path).resolve()
    if str(real).startswith(tuple(f"{top}/" for top in HIDDEN)) or str(real) in HIDDEN:
        raise LabError(f"{what} cannot be {real}", "homes have their own /run, /proc, /sys, /dev",
                       "choose a folder elsewhere, for example under /var/tmp", USAGE)


def check_folder(path, what):
    """Must be visible inside places, and passable for the user ranges of containers."""
    check_visible(path, what)
    real = Path(path).resolve()
    for folder in (real, *real.parents):
        if folder.exists() and not folder.stat().st_mode & 0o001:
            raise LabError(f"{what} {real} cannot be used", f"{folder} may not be entered by other "
                           "users, and containers run as other users",
                           f"chmod o+x {folder}, or choose another folder with --state", USAGE)


def bind_ports(publish):
    """Listening sockets on the machine's own loopback; LabError before anything is raised."""
    found = []
    for entry in publish:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", entry.port))
            listener.listen(256)
        except OSError as error:
            raise LabError(f"port {entry.port} ({entry.name}) is taken",
                           f"127.0.0.1:{entry.port}: {error.strerror}",
                           f"ss -ltnp sport = :{entry.port}; or choose another: "
                           f"--publish {entry.name}=PORT", PORT) from error
        found.append((entry, listener))
    return found


class Lock:
    """One `up` or `down` of a lab at a time."""

    held = None  # by this process: forked children let go of it

    def __init__(self, state):
        self.path = Path(state) / "lock"

    def __enter__(self):
        self.file = Lock.held = open(self.path, "w", encoding="ascii")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.file.close()
            raise LabError("this lab is being raised or taken down by somebody else",
                           f"{self.path} is locked", "wait, then lab status", STATE) from error
        return self

    def __exit__(self, *_):
        self.file.close()


def open_keeper(state):
    """A pidfd of the living keeper of this lab, or None."""
    try:
        record = json.loads((Path(state) / "keeper.pid").read_text())
        descriptor = os.pidfd_open(record["pid"])
    except (OSError, ValueError, KeyError):
        return None
    if _start_time(record["pid"]) != record["start"]:
        os.close(descriptor)
        return None
    return descriptor


def _start_time(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def sweep(state):
    """Removes what a dead lab left: groups, then files of its folder. No living keeper, please."""
    groups = Groups(lab_id(state))
    if groups.exists():
        for pid in groups.pids(""):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        groups.thaw_all()
        groups.remove()


def raise_world(state, spec_value, wire_program, listeners, owner=None):
    """Forks janitor and keeper; returns when the world is up. Listeners stay open in the keeper.

    owner: pid of a process with which the lab ends.
    """
    owner_descriptor = None if owner is None else _watch(owner)
    state = Path(state).resolve()
    control = _control_listener(state)
    ears, mouth = os.pipe()
    janitor = os.fork()
    if not janitor:
        try:
            os.close(ears)
            _janitor(state, spec_value, wire_program, listeners, control, mouth, owner_descriptor)
        finally:
            os._exit(1)
    os.close(mouth)
    control.close()
    (state / "janitor.pid").write_text(f"{janitor}\n")
    with os.fdopen(ears) as answer:
        text = answer.read()
    if text != "ready":
        os.waitpid(janitor, 0)
        raise LabError("the world did not come up", text[1:] or "the keeper ended",
                       f"cat {state}/log/keeper.log")


def _control_listener(state):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path = state / "control.sock"
    path.unlink(missing_ok=True)
    folder = os.open(state, os.O_PATH | os.O_DIRECTORY)
    old = os.umask(0o177)
    try:
        listener.bind(f"/proc/self/fd/{folder}/control.sock")  # a long path does not fit a socket
    finally:
        os.umask(old)
        os.close(folder)
    listener.listen(16)
    return listener


def _watch(owner):
    try:
        return os.pidfd_open(owner)
    except OSError as error:
        raise LabError(f"there is no process {owner}", "the lab would end at once",
                       "lab up --help", USAGE) from error


def _janitor(state, spec_value, wire_program, listeners, control, mouth, owner):
    os.setsid()
    if Lock.held:
        Lock.held.close()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    log = os.open(state / "log" / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    quiet = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((quiet, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    identity = lab_id(state)
    groups = Groups(identity)
    life, held = os.pipe()
    kernel.unshare(kernel.CLONE_NEWPID)
    born, alive = os.pipe()  # the keeper waits until its pid is written down
    pid = os.fork()
    if not pid:
        os.close(life)
        os.close(alive)
        os.read(born, 1)
        published = [{"name": e.name, "port": s.getsockname()[1], "descriptor": s.fileno()}
                     for e, s in listeners]
        from . import keeper
        keeper.run(state, identity, spec_value, wire_program, published, control, owner,
                   lambda text: (os.write(mouth, text), os.close(mouth)))
    for descriptor in filter(None, (held, mouth, born, owner)):
        os.close(descriptor)
    for _, listener in listeners:
        listener.close()
    control.close()
    record = {"pid": pid, "start": _start_time(pid)}
    (state / "keeper.pid").write_text(json.dumps(record))
    os.write(alive, b"1")
    os.read(life, 1)  # ends with the keeper
    _clean(groups, pid)
    os._exit(0)


def _clean(groups, pid):
    """Thaws until the keeper is really gone: it waits for its children, frozen ones never end."""
    while not os.waitpid(pid, os.WNOHANG)[0]:
        groups.thaw_all()
        time.sleep(0.01)
    groups.remove(patience_s=JANITOR_S)


def wait_gone(descriptor, state, patience_s):
    """Waits until the keeper behind the pidfd has ended and the groups are removed."""
    groups, deadline = Groups(lab_id(state)), time.monotonic() + patience_s
    while not select.select([descriptor], [], [], 0.05)[0]:
        if not _janitor_lives(state):
            groups.thaw_all()  # frozen processes cannot die
        if time.monotonic() > deadline:
            pid = json.loads((Path(state) / "keeper.pid").read_text())["pid"]
            raise LabError("the lab does not end", "its keeper was told to, and still runs",
                           f"kill -9 {pid}")
    os.close(descriptor)
    deadline = time.monotonic() + patience_s
    while groups.exists() and _janitor_lives(state) and time.monotonic() < deadline:
        time.sleep(0.005)
    sweep(state)


def _janitor_lives(state):
    try:
        pid = int((Path(state) / "janitor.pid").read_text())
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, ValueError):
        return False
