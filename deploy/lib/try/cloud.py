"""The try-out: a lab of homes, an ERP ordered in it as a customer would, and what a person needs.

usage: cloud.py is-up|up|show|plug|down --state DIR --start UPTIME [--json FILE] [--publish N=P]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import plug
import screen

ROOT = Path(__file__).resolve().parents[3]
LAB, BIN = ROOT / "tests/lab/lab", ROOT / "build/release/bin"
SPEC = ROOT / "tests/lab/specs/try.json"
INSTANCE, COMPANY = "acme", "Acme SARL"
COPIES_S = 300
ACCOUNTS = {"house": "publisher", "neighbours-host": "host", "acme-sarl": "customer"}


class Cloud:
    def __init__(self, state, start, spec=SPEC, programs=BIN, choices=()):
        self.state, self.start, self.spec, self.programs = state, start, spec, programs
        self.lab_state = state / "lab"
        self.choices = choices  # more words of the order

    # -- programs ---------------------------------------------------------------------------------

    def lab(self, *words, **options):
        return subprocess.run([LAB, *words, "--state", self.lab_state], check=False, **options)

    def foyer(self, who, *words, check=True, quiet=True):
        """The `foyer` command as account `who`; its standard output."""
        env = {**os.environ, "FOYER_CONFIG": str(self.state / f"{who}.toml")}
        done = subprocess.run([self.programs / "foyer", *words], env=env, check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None)
        if check and done.returncode != 0:
            screen.give_up(f"`foyer {' '.join(words[:2])}` failed", (done.stderr or "").strip())
        return done.stdout

    # -- what there is ----------------------------------------------------------------------------

    def status(self):
        done = self.lab("status", "--json", text=True, stdout=subprocess.PIPE,
                        stderr=subprocess.DEVNULL)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def is_up(self):
        return self.status() is not None and (self.state / "order.json").exists()

    def port(self, name):
        return next(door["port"] for door in self.status()["publish"] if door["name"] == name)

    def order(self):
        return json.loads((self.state / "order.json").read_text())

    def instance(self):
        return json.loads(self.foyer("acme-sarl", "instance", "show", INSTANCE, "--output", "json"))

    def software(self):
        """The name under which its release is ordered."""
        return json.loads((self.state / "release/release.json").read_text())["name"]

    def ca_file(self):
        return self.state / "ca.crt"

    # -- steps ------------------------------------------------------------------------------------

    def step(self, text):
        screen.step(self.start, text)

    def up(self, publish=(), owner=None):
        """`owner`: pid of the process with which the lab ends; none: it stays up."""
        self.step("raising twelve homes, each behind its own NAT, and two edges")
        if self.lab_state.exists():  # of a run that did not get to its end
            self.lab("down", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        done = self.lab("up", "--spec", self.spec, "--bin", self.programs,
                        *(("--owner", str(owner)) if owner else ()),
                        *(word for entry in publish for word in ("--publish", entry)))
        if done.returncode != 0:
            sys.exit(done.returncode)
        shutil.copy(self.lab_state / "master/ca/ca.crt", self.ca_file())
        os.chmod(self.ca_file(), 0o644)
        self.make_accounts()
        self.publish()
        self.place_order()

    def make_accounts(self):
        self.log_in("operator", self.lab_state / "master/operator.token")
        for name, role in ACCOUNTS.items():
            self.foyer("operator", "account", "create", name, "--role", role)
            token = self.state / f"{name}.token"
            with open(token, "w", encoding="utf-8", opener=private) as file:
                file.write(self.foyer("operator", "token", "create", "--account", name))
            self.log_in(name, token)
        self.step("accounts made: a publisher, a host, a customer, each with an ordinary token")

    def log_in(self, name, token):
        self.foyer(name, "login", "--api", f"https://localhost:{self.port('api')}", "--ca",
                   self.ca_file(), "--token-file", token)

    def publish(self):
        key = self.state / "publisher.key"
        if not key.exists():
            self.foyer("house", "release", "keygen", "--key", key)
        self.foyer("house", "release", "publish", self.state / "release", "--key", key)
        self.step(f"software release '{self.software()}' signed and published")

    def place_order(self):
        software = self.software()
        self.step(f"ordering: foyer order {software} --name {INSTANCE} --size s "
                  f"--countries FR,BE --replicas 3 --param company=\"{COMPANY}\"")
        text = self.foyer("acme-sarl", "order", software, "--name", INSTANCE, "--size", "s",
                          "--countries", "FR,BE", "--replicas", "3", "--param",
                          f"company={COMPANY}", *self.choices, "--yes", "--output", "json",
                          quiet=False)
        with open(self.state / "order.json", "w", encoding="utf-8", opener=private) as file:
            file.write(text)
        self.step("the ERP serves")
        self.wait_copies()
        self.step("every copy is in its place")

    def wait_copies(self):
        """An order is done when the instance serves; the last copy may still be on its way."""
        deadline = time.monotonic() + COPIES_S
        while (instance := self.instance())["state"] != "running":
            if time.monotonic() > deadline:
                screen.give_up(f"not every copy of {INSTANCE} is in its place after {COPIES_S} s",
                               ", ".join(f"copy {copy['index']} on {copy['node']}: {copy['state']}"
                                         for copy in instance["replicas"]))
            time.sleep(0.5)

    def down(self):
        if self.lab_state.exists() and self.lab("down").returncode != 0:
            screen.give_up("the lab did not end, so nothing is removed", "see above; try it again")
        for path in self.state.glob("*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if self.state.exists():
            self.state.rmdir()
        print("everything is removed; the caches of compiler and image stay in /var/cache/foyer")

    # -- what a program, and a person, needs ------------------------------------------------------

    def write_json(self, file):
        connection = self.order()["instance"]["connection"]
        host = connection["url"].split("/")[2].split(":")[0]
        token = {name: (self.state / f"{name}.token").read_text().strip() for name in ACCOUNTS}
        value = {
            "api_url": f"https://localhost:{self.port('api')}",
            "grpc_address": f"localhost:{self.port('grpc')}",
            "ca_file": str(self.ca_file()),
            "tokens": {"operator": (self.lab_state / "master/operator.token").read_text().strip(),
                       "host": token["neighbours-host"], "customer": token["acme-sarl"]},
            "instances": [{"name": INSTANCE, "release": self.software(),
                           "url": self.order()["instance"]["url"],
                           "resolve": f"{host}:{self.port('web')}:127.0.0.1",
                           "database": connection["database"], "user": connection["user"],
                           "password": connection["password"]}],
            "lab_state": str(self.lab_state)}
        aside = Path(f"{file}.new")  # an older file may be open to others
        aside.unlink(missing_ok=True)
        with open(aside, "w", encoding="utf-8", opener=private) as out:
            json.dump(value, out, indent=2)
            out.write("\n")
        aside.replace(file)

    def show(self, file):
        if file:
            self.write_json(file)
        screen.summary(self.order()["instance"]["connection"], self.instance(), self.ca_file())


def private(path, flags):
    return os.open(path, flags, 0o600)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["is-up", "up", "show", "plug", "down"])
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--start", type=float, required=True)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--publish", action="append", default=[])
    options = parser.parse_args()
    cloud = Cloud(options.state, options.start)
    if options.verb == "is-up":
        return 0 if cloud.is_up() else 1
    if options.verb == "down":
        return cloud.down()
    if options.verb == "plug":
        if not cloud.is_up():
            screen.give_up("nothing is up", "type first: sudo deploy/try")
        return plug.pull(cloud, INSTANCE)
    if options.verb == "up":
        cloud.up(options.publish)
    return cloud.show(options.json)


if __name__ == "__main__":
    sys.exit(main())
