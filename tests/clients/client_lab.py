"""What the tests of clients share: a real master, second agents as its boxes, a small release."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/api"))
os.environ.setdefault("FOYER_AGENT_TOOL", "/nonexistent")  # no box of these tests is that tool
from master_fixture import Client, Master, skip_without_postgres, until  # noqa: E402
from release_maker import publish  # noqa: E402

__all__ = ["ROOT", "Client", "Lab", "Master", "publish", "skip_without", "until"]

MODULES = "python3-grpcio python3-protobuf python3-cryptography"
PROGRAMS = {"protoc": "protobuf-compiler", "grpc_python_plugin": "protobuf-compiler-grpc"}


def agents_python():
    """An interpreter that has the agent's modules: this one, or Debian's own; none: empty."""
    for python in (sys.executable, "/usr/bin/python3"):
        command = [python, "-c", "import grpc, google.protobuf, cryptography"]
        try:
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return python
        except FileNotFoundError:
            pass
    return ""


def skip_without(programs=None):
    """Ends the test as skipped where a Debian package is missing. `programs`: package by name."""
    skip_without_postgres()
    wanted = {**PROGRAMS, **(programs or {})}
    missing = [package for name, package in wanted.items() if not shutil.which(name)]
    if not agents_python():
        missing.append(MODULES)
    if missing:
        print(f"skipped: one of these Debian packages is missing: {' '.join(missing)}")
        sys.exit(77)


def make_stubs(folder):
    """Python of the machines' language, by protoc, from the published files."""
    protos = ROOT / "schemas/proto"
    plugin = shutil.which("grpc_python_plugin")
    command = ["protoc", f"--plugin=protoc-gen-grpc_python={plugin}", f"-I{protos}"]
    command += [f"--python_out={folder}", f"--grpc_python_out={folder}"]
    files = sorted(str(file.relative_to(protos)) for file in protos.glob("foyer/agent/v1/*.proto"))
    subprocess.run(command + files, check=True)


class SecondAgent:
    """The Python agent in a process of its own, which may be killed and started again."""

    def __init__(self, lab, name, token):
        self.lab, self.name = lab, name
        self.folder = lab.folder / name
        self.log = lab.folder / f"{name}.log"
        self.token = lab.folder / f"{name}.token"
        self.token.write_text(token, encoding="ascii")
        self.process = None

    def start(self, **environment):
        command = [self.lab.python, "-B", str(HERE / "second_agent.py"), str(self.folder)]
        command += [str(self.lab.wire), str(self.token)]
        environment = {**os.environ, "PYTHONPATH": str(self.lab.stubs), **environment}
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        return self

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def journal(self):
        return (self.folder / "journal.json").read_text(encoding="ascii")


class Lab:
    """Boxes of one master, an ISP a home."""

    def __init__(self, master):
        self.master = master
        self.folder = Path(tempfile.mkdtemp(prefix="foyer-clients-"))
        self.wire, self.stubs = self.folder / "wire", self.folder / "stubs"
        self.wire.mkdir()
        self.stubs.mkdir()
        make_stubs(self.stubs)
        self.python = agents_python()
        self.boxes = {}
        atexit.register(self.close)

    def close(self):
        for box in self.boxes.values():
            box.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def home(self, isp, country="FR"):
        """An ISP, a host, a site of these, and a box that enrolled by itself."""
        ask = self.master.operator
        ask.must(ask.post("/v1/isps", {"name": isp}))
        ask.must(ask.post("/v1/hosts", {"name": f"host-{isp}"}))
        site = {"name": f"home-{isp}", "isp": isp, "country": country, "host": f"host-{isp}"}
        ask.must(ask.post("/v1/sites", {**site, "host_class": "vetted"}))
        token = ask.must(ask.post("/v1/node-tokens", {"site": site["name"]}))
        box = self.boxes[token["node"]] = SecondAgent(self, token["node"], token["token"])
        return box.start()

    def node(self, name):
        return self.master.operator.get(f"/v1/nodes/{name}").json

    def online(self, *boxes):
        for box in boxes:
            until(f"{box.name} is online", lambda box=box: self.node(box.name)["state"] == "online")


def instance_is(client, name, state, patience_s=120):
    """Waits for the state; gives the instance back."""
    end = time.monotonic() + patience_s
    while True:
        seen = client.get(f"/v1/instances/{name}").json
        if seen.get("state") == state:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"{name} did not become {state}: {seen}")
        time.sleep(0.1)


def whole(client, name):
    """Waits until it runs and its primary tells of every standby, which lack nothing."""

    def lags():
        seen = client.get(f"/v1/instances/{name}").json["replicas"]
        return [copy.get("lag_bytes") for copy in seen if copy["role"] == "standby"]

    until("the primary tells of all others", lambda: lags() and set(lags()) == {0}, 60)
    return instance_is(client, name, "running")
