"""A small cloud whose customers order "echo", the smallest release (tests/image/minimal): what a
person sees of it through command, URL and each box's own status, and what lies on the boxes."""
import contextlib
import http.client
import json
import os
import shlex
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import cloud_of_homes  # also makes the try-out's modules known
from cloud_of_homes import ROOT, SKIP, skip
from erp import dial

COMMAND_S = 120
STEP_S = 60.0  # what happens by itself happens within this; nothing is ever measured


class EchoCloud(cloud_of_homes.tryout.Cloud):
    def __init__(self, spec):
        super().__init__(cloud_of_homes.new_folder(), time.clock_gettime(time.CLOCK_BOOTTIME),
                         spec, cloud_of_homes.PROGRAMS)

    def up(self):
        subprocess.run([ROOT / "tests/image/minimal/build-image", "--out", self.state / "release"],
                       check=True)
        done = self.lab("up", "--owner", str(os.getpid()), "--spec", self.spec, "--bin",
                        self.programs)
        if done.returncode != 0:
            self.down()
            if done.returncode == SKIP:
                skip("the lab cannot run here; its reason stands above")
            raise RuntimeError("the lab did not come up")
        self.web_port = self.port("web")
        self.ca_file().write_bytes((self.lab_state / "master/ca/ca.crt").read_bytes())
        self.log_in("operator", self.operator_token())
        self.must("release", "keygen", "--key", self.state / "publisher.key")
        self.release(self.state / "release")

    def operator_token(self):
        return self.lab_state / "master/operator.token"

    def release_again(self, version, change):
        """The same image under another version; `change` is given its release.json."""
        folder = self.state / f"release-{version}"
        shutil.copytree(self.state / "release", folder)
        release = json.loads((folder / "release.json").read_text())
        release["version"] = version
        change(release)
        (folder / "release.json").write_text(json.dumps(release))
        self.release(folder)

    def release(self, folder):
        self.must("release", "publish", folder, "--key", self.state / "publisher.key")

    # -- what people do and see -------------------------------------------------------------------

    def ask(self, *words):
        """`foyer …` as the operator: exit status, output, errors."""
        env = {**os.environ, "FOYER_CONFIG": str(self.state / "operator.toml")}
        done = subprocess.run([self.programs / "foyer", *words], env=env, text=True, check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=COMMAND_S)
        return done.returncode, done.stdout, done.stderr

    def must(self, *words):
        status, out, errors = self.ask(*words)
        if status != 0:
            raise AssertionError(f"foyer {words}: {status}\n{out}{errors}")
        return out

    def order_echo(self, name, version="1-1"):
        self.must("order", f"echo@{version}", "--name", name, "--replicas", "3", "--param",
                  f"greeting=I am {name}", "--no-reveal", "--no-wait")

    def instance(self, name="first"):
        return json.loads(self.must("instance", "show", name, "--output", "json"))

    def copy(self, name, home):
        return next(copy for copy in self.instance(name)["replicas"] if copy["site"] == home)

    def instances(self):
        rows = json.loads(self.must("instance", "ls", "--output", "json"))["instances"]
        return {row["name"] for row in rows}

    def page(self, name="first", timeout_s=20):
        """What the instance's URL answers through the edge; OSError when it does not."""
        with self.line(name, timeout_s) as connection:
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                text = answer.read().decode()
            except http.client.HTTPException as error:
                raise OSError(repr(error)) from error
        if answer.status != 200:
            raise OSError(f"{answer.status} {text[:200]}")
        return text

    def line(self, name="first", timeout_s=20):
        """A connection to the instance's edge, closed at the end of `with`."""
        tls = ssl.create_default_context(cafile=str(self.ca_file()))
        return contextlib.closing(dial(f"{name}.foyer.localhost", self.web_port, tls, timeout_s))

    def edge_answers_on(self, connection):
        """The edge itself answers on this connection, and leaves it open: a name nobody has."""
        line = connection.sock
        connection.request("GET", "/", headers={"Host": "nobody.foyer.localhost"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 404 and connection.sock is line

    def serves(self, name="first"):
        try:
            return f"I am {name}" in self.page(name)
        except OSError:
            return False

    def call(self, method, path, body=None):
        """The API itself: status and JSON."""
        token = self.operator_token().read_text().strip()
        request = urllib.request.Request(
            f"https://localhost:{self.port('api')}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        tls = ssl.create_default_context(cafile=str(self.ca_file()))
        try:
            with urllib.request.urlopen(request, timeout=COMMAND_S, context=tls) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    # -- boxes ------------------------------------------------------------------------------------

    def folder(self, home):
        return self.lab_state / "homes" / home / "box1"

    def run(self, home, *argv, text=None, check=True):
        """A command on the box of a home."""
        given = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        done = subprocess.run([cloud_of_homes.tryout.LAB, "exec", "--state", self.lab_state, home,
                               "--", *map(str, argv)], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=COMMAND_S, check=False, **given)
        if check and done.returncode != 0:
            raise AssertionError(f"{home}: {argv}: {done.returncode}\n{done.stderr}")
        return done

    def shell(self, home, script):
        return self.run(home, "sh", "-euc", script).stdout.strip()

    def node_program(self, home, *words):
        return (self.programs / "foyer-node", *words, "--data", self.folder(home))

    def box_status(self, home):
        """`foyer-node status`, as the host types it; empty while no agent answers."""
        done = self.run(home, *self.node_program(home, "status", "--output", "json"), check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def agent_lines(self, home):
        return (self.lab_state / "log" / f"{home}-1-agent.log").read_text().splitlines()

    def log(self, home, event):
        """What the agent of a home logged under that name: a list of objects."""
        found = [json.loads(line) for line in self.agent_lines(home) if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def service(self, home, name="agent"):
        """The machine's pid of what the lab runs on a home's box."""
        place = next(place for place in self.status()["places"] if place["name"] == home)
        return next(one["pid"] for one in place["boxes"][0]["services"] if one["name"] == name)

    def container(self, home, partition):
        """"pid start" of a partition's first process: the same as long as nobody touched it."""
        return self.shell(home, f"pid=$(cat /run/foyer/{home}-1/partitions/{partition}/pid); "
                                "cut -d' ' -f1,22 /proc/$pid/stat")

    def in_container(self, home, partition, script):
        return self.run(home, "crun", "--root", f"/run/foyer/{home}-1/crun", "exec", "--user",
                        "1000:1000", partition, "sh", "-euc", script).stdout.strip()

    def files(self, home, *folders):
        """Everything below these folders of the box's data, relative to it."""
        names = " ".join(shlex.quote(folder) for folder in folders)
        return self.shell(home, f"cd {self.folder(home)}; find {names} -mindepth 1").split()
