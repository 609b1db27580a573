"""What the lab starts on boxes: agents, the master, the forwarder. Runs in the keeper.

A service is started again when it ends by itself, as systemd would do on a real box, but not more
than RESTARTS_MAX times within RESTART_WINDOW_S. What was started stays known when its home loses
power: `boot` starts the same again.
"""

import os
import resource
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import kernel
from .errors import LabError

RESTART_DELAY_S = 0.5
RESTART_WINDOW_S = 60.0
RESTARTS_MAX = 10
STOP_S = 20.0
FAKETIME = ("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
            "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass
class Service:
    place: str
    box: int
    name: str
    argv: list
    folder: str  # working folder; also HOME
    log: str
    env: dict = field(default_factory=dict)
    restart: bool = True
    descriptors: tuple = ()  # inherited, under the same numbers
    pid: int = 0
    state: str = "stopped"  # stopped, running, waiting (to start again), failed
    status: int | None = None  # of the last end, as waitpid gives it
    starts: list = field(default_factory=list)
    due: float = 0.0
    own_clock: bool = False  # its time comes from a clock file, also when that says the right one


def start(service, box_pid, groups, clock_file=None):
    """Starts the program inside the box; its parent is the keeper, so the keeper learns its end."""
    service.own_clock = clock_file is not None
    env = {"PATH": PATH, "HOME": service.folder, "LANG": "C.UTF-8",
           "TMPDIR": service.folder, **service.env}
    if clock_file:
        env.update({"LD_PRELOAD": faketime_library(), "FAKETIME_TIMESTAMP_FILE": str(clock_file),
                    "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_CACHE_DURATION": "1"})
    Path(service.folder).mkdir(parents=True, exist_ok=True)
    read_end, write_end = os.pipe()
    middle = os.fork()
    if not middle:
        try:
            _enter_and_fork(service, box_pid, groups, env, write_end)
        except BaseException as error:  # the child must end here, whatever happened
            os.write(write_end, f"!{error}".encode())
        finally:
            os._exit(0)
    os.close(write_end)
    os.waitpid(middle, 0)
    with os.fdopen(read_end) as answer:
        text = answer.read()  # ends when exec closes the pipe
    pid, _, failure = text.partition("!")
    if failure or not pid:
        raise LabError(f"cannot start {service.name} of '{service.place}'", failure,
                       f"look at {service.log}")
    service.pid, service.state, service.status = int(pid), "running", None
    service.starts.append(time.monotonic())


def _enter_and_fork(service, box_pid, groups, env, write_end):
    groups.join(f"{service.place}/box{service.box}/agent")
    log = os.open(service.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    kernel.enter(kernel.namespaces_of(box_pid))
    child = os.fork()
    if child:
        os.write(write_end, str(child).encode())  # our own view: the world's
        return
    try:
        _become(service, env, log)
    except BaseException as error:
        os.write(write_end, f"!{error}".encode())
    os._exit(127)


def _become(service, env, log):
    os.setsid()
    quiet = os.open("/dev/null", os.O_RDONLY)
    for source, target in ((quiet, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    for descriptor in service.descriptors:
        os.set_inheritable(descriptor, True)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.chdir(service.folder)
    os.execvpe(service.argv[0], service.argv, env)


def faketime_library():
    for path in FAKETIME:
        if Path(path).exists():
            return path
    raise LabError("cannot change the clock of a home", "libfaketime is not installed",
                   "apt-get install -y --no-install-recommends libfaketime")


def ended(service, status, now):
    """Notes an end; decides whether and when the service starts again."""
    service.pid, service.status = 0, status
    recent = [t for t in service.starts if now - t < RESTART_WINDOW_S]
    service.starts = recent
    if service.state != "running" or not service.restart:
        service.state = "stopped"
    elif len(recent) >= RESTARTS_MAX:
        service.state = "failed"
    else:
        service.state, service.due = "waiting", now + RESTART_DELAY_S


def stop(service, patience_s=STOP_S):
    """SIGTERM, then SIGKILL when it does not go; returns when it is gone."""
    if not service.pid:
        service.state = "stopped"
        return
    service.state = "stopping"
    deadline = time.monotonic() + patience_s
    os.kill(service.pid, signal.SIGTERM)
    killed = False
    while True:
        done, status = os.waitpid(service.pid, os.WNOHANG)
        if done:
            service.pid, service.status, service.state = 0, status, "stopped"
            return
        if not killed and time.monotonic() > deadline:
            os.kill(service.pid, signal.SIGKILL)
            killed = True
        time.sleep(0.005)
