"""Talks to the keeper of a lab, and enters places for `exec`."""

import json
import os
import signal
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import kernel
from .cgroups import Groups, lab_id
from .errors import EXEC, LabError, STATE

ANSWER_S = 120.0
CALL = Path(__file__).resolve().parents[2] / "vm/takeover/call.py"  # into a home's machine


def machine_folder(state, name):
    """There only where the box of this home is a machine of its own."""
    return Path(state) / "homes" / name / "machine"


class Client:
    def __init__(self, state):
        self.state = Path(state).resolve()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(ANSWER_S)
        try:
            folder = os.open(self.state, os.O_PATH | os.O_DIRECTORY)
            try:
                self.socket.connect(f"/proc/self/fd/{folder}/control.sock")
            finally:
                os.close(folder)
        except OSError as error:
            self.socket.close()
            stranger = isinstance(error, PermissionError)
            why = "you are not root" if stranger else f"nothing answers in {self.state}"
            raise LabError("no lab is up here", why,
                           f"lab up --spec FILE --state {self.state}", STATE) from error

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def ask(self, do, **fields):
        """The keeper's answer; its LabError is raised here."""
        return self._ask(do, fields)[0]

    def _ask(self, do, fields):
        self.socket.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
        data, descriptors = b"", []
        while not data.endswith(b"\n"):
            try:
                chunk, found, _, _ = socket.recv_fds(self.socket, 65536, 16)
            except TimeoutError as error:
                raise LabError("the keeper does not answer", f"no reply to '{do}'",
                               "lab down") from error
            if not chunk:
                raise LabError("the lab went down", "its keeper ended",
                               f"cat {self.state}/log/keeper.log", STATE)
            data += chunk
            descriptors += found
        answer = json.loads(data)
        if "error" in answer:
            raise LabError.from_json(answer["error"])
        return answer["ok"], descriptors

    def spawn_inside(self, name, box, argv, env=None, streams=None):
        """Starts argv on the box; the pid of a child that ends with the command's status.

        `streams`: (stdin, stdout, stderr) descriptors, or None to keep ours.
        """
        if machine_folder(self.state, name).exists():
            argv = ["/usr/bin/python3", "-SB", str(CALL), *map(str, argv)]
        answer, descriptors = self._ask("enter", {"name": name, "box": box})
        middle = os.fork()
        if middle:
            for descriptor in descriptors:
                os.close(descriptor)
            return middle
        try:
            for target, source in enumerate(streams or ()):
                os.dup2(source, target)
            Groups(lab_id(self.state)).join(answer["group"])
            kernel.enter(descriptors)
            inner = os.fork()
            if not inner:
                _become(argv, env)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, lambda n, _: os.kill(inner, n))
            _, status = os.waitpid(inner, 0)
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)
        except BaseException as error:
            os.write(2, f"lab: cannot enter '{name}': {error}\n".encode())
            os._exit(EXEC)

    def exec(self, name, box, argv):
        """Runs argv on the box with our terminal; its exit status."""
        pid = self.spawn_inside(name, box, argv)
        for number in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)  # the command gets them from the terminal itself
        signal.signal(signal.SIGTERM, lambda *_: os.kill(pid, signal.SIGTERM))
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        return code if code >= 0 else 128 - code

    def run(self, command):
        """Runs one Command; its Ended."""
        return self.run_all([command])[0]

    def run_all(self, commands, at_once=8):
        """Runs Commands beside each other, at most `at_once`; their Ended in the same order."""
        ended = []
        for first in range(0, len(commands), at_once):
            running = [self._begin(command) for command in commands[first:first + at_once]]
            ended += [_finish(*one) for one in running]
        return ended

    def _begin(self, command):
        files = [tempfile.TemporaryFile() for _ in range(3)]
        files[0].write(command.data)
        files[0].seek(0)
        streams = [file.fileno() for file in files]
        return self.spawn_inside(command.place, command.box, command.argv, command.env,
                                 streams), files


@dataclass
class Command:
    """A short command on a box, its standard input given, its output collected."""
    place: str
    box: int
    argv: list
    env: dict | None = None
    data: bytes = b""


@dataclass
class Ended:
    status: int
    out: str
    errors: str


OUTPUT_BYTES_MAX = 1 << 20


def _finish(pid, files):
    _, status = os.waitpid(pid, 0)
    texts = []
    for file in files:
        file.seek(0)
        texts.append(file.read(OUTPUT_BYTES_MAX).decode(errors="replace"))
        file.close()
    return Ended(os.waitstatus_to_exitcode(status), texts[1], texts[2])


def _become(argv, env):
    try:
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        os.execvpe(argv[0], argv, {**os.environ, **(env or {})})
    except FileNotFoundError:
        os.write(2, f"lab: {argv[0]}: no such program inside\n".encode())
        os._exit(127)
    except OSError as error:
        os.write(2, f"lab: {argv[0]}: {error.strerror}\n".encode())
    os._exit(126)
