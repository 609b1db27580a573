"""A lab of stand-ins for one test class: raised once, taken down at the end, never left behind."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
LAB = HERE / "lab"
SPECS = HERE / "specs"
ENVIRONMENT = 77
PATIENCE_S = 30.0  # for things that must happen; never a measure of how fast they are
SILENCE_S = 1.0  # how long we listen before we call something unreachable


class Lab:
    """One lab by its state folder."""

    def __init__(self, state=None):
        # Not below /tmp: some machines make it private; /var/tmp may be entered by everybody.
        self.state = Path(state or tempfile.mkdtemp(prefix="foyer-lab-test-", dir="/var/tmp"))
        os.chmod(self.state, 0o755)

    def run(self, verb, *words, check=True, **options):
        """lab VERB --state … WORDS; CompletedProcess with text."""
        argv = [str(LAB), verb, "--state", str(self.state), *map(str, words)]
        done = subprocess.run(argv, text=True, capture_output=True, timeout=200, check=False,
                              **options)
        if check and done.returncode:
            raise AssertionError(f"lab {verb} {words}: {done.returncode}\n{done.stdout}"
                                 f"{done.stderr}")
        return done

    def up(self, spec, *words, check=True):
        if isinstance(spec, dict):
            path = self.state.with_name(self.state.name + ".spec.json")
            path.write_text(json.dumps(spec))
            spec = path
        # A test that is killed leaves no lab behind either.
        done = self.run("up", "--owner", os.getpid(), "--spec", spec, *words, check=False)
        if done.returncode == ENVIRONMENT:
            print(done.stderr, flush=True)
            os._exit(ENVIRONMENT)
        if check and done.returncode:
            raise AssertionError(f"lab up: {done.stdout}{done.stderr}\n{self.logs()}")
        return done

    def logs(self):
        return "\n".join(f"--- {f}\n{f.read_text()[-2000:]}"
                         for f in sorted(self.state.glob("log/*")))

    def down(self):
        if (self.state / "lab.json").exists():
            self.run("down")
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.with_name(self.state.name + ".spec.json").unlink(missing_ok=True)

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    def place(self, name):
        return next(p for p in self.status()["places"] if p["name"] == name)

    def agent_pid(self, name, box=1):
        services = self.place(name)["boxes"][box - 1]["services"]
        return next((s["pid"] for s in services if s["name"] == "agent"), 0)

    def port(self, name):
        return next(p["port"] for p in self.status()["publish"] if p["name"] == name)

    def exec(self, home, *command, box=1, check=True):
        return self.run("exec", home, "--box", box, "--", *command, check=check)

    def ask(self, home, address, port, box=1, patience_s=PATIENCE_S):
        """What the stand-in at address answers over TCP, as asked from a box; "" for silence."""
        done = self.exec(home, "/usr/bin/python3", "-SE", "-c", ASK, address, str(port),
                         str(patience_s), box=box, check=False)
        return done.stdout.strip()

    def hears(self, home, address, port, patience_s=SILENCE_S):
        return bool(self.ask(home, address, port, patience_s=patience_s))


ASK = """
import socket, sys
try:
    address, port, patience = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    with socket.create_connection((address, port), patience) as s:
        s.settimeout(patience)
        print(s.recv(200).decode())
except TimeoutError:
    pass
except OSError as error:
    sys.exit(f"{error}")
"""


class LabCase(unittest.TestCase):
    """`spec`: a path or a dict. The lab is shared by the tests of the class."""

    spec = SPECS / "standin.json"
    lab = None

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up(cls.spec)


def eventually(what, holds):
    """Waits until holds() is true; fails with `what` after PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.02)


def ask_machine(port, patience_s=PATIENCE_S):
    """What answers on the machine's 127.0.0.1:port."""
    try:
        with socket.create_connection(("127.0.0.1", port), patience_s) as client:
            client.settimeout(patience_s)
            return client.recv(200).decode().strip()
    except OSError:
        return ""


def processes_of(state):
    """Living processes of a lab, found by its control groups and by its state folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                words = (folder / "cmdline").read_bytes() + (folder / "cwd").readlink().__fspath__(
                    ).encode()
            except OSError:
                continue
            if os.fsencode(state) in words and b"_test.py" not in words:
                found.append((folder.name, words))
    return found


def main():
    unittest.main(module="__main__", verbosity=2)
