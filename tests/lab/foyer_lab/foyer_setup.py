"""Foyer's own programs in a lab: the master, then every box enrolled as its host would do it.

All that the lab knows of command lines and configuration files stands here.
"""

import concurrent.futures
import json
import os
import time
from pathlib import Path

from .errors import LabError
from .raise_lab import service

AGENTS_PORT, API_PORT, GRPC_PORT, METRICS_PORT = 7443, 7444, 7445, 9464
READY_S, CALL_S = 90.0, 60.0
AT_ONCE = 4  # boxes enrolled in parallel
HOST = "neighbours"  # owns every home of a lab
CAPACITY = {"memory_mib": 4096, "disk_gib": 40}  # of a box whose spec says nothing


def run(client, state, spec, plan, bin_folder, steps):
    published = {door["name"]: door["port"] for door in client.ask("published")}
    start_master(client, state, spec, plan, bin_folder, published)
    wait_for(lambda: (state / "master/operator.token").exists(), "the master",
             state / "log/master-1-master.log")
    steps.done("master up, with its own PostgreSQL and CA")
    foyer = Foyer(client, state, plan, bin_folder)
    foyer.login()
    describe(foyer, spec)
    boxes = [(home, number) for home in spec.homes for number in range(1, len(home.boxes) + 1)]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for enrolled in [pool.submit(enrol, state, foyer, plan, bin_folder, home, number)
                         for home, number in boxes]:
            enrolled.result()
    steps.done(f"{len(boxes)} boxes enrolled with one-time tokens")
    for home, number in boxes:
        start_agent(client, state, spec, bin_folder, home, number)
    wait_for(lambda: foyer.online() == len(boxes), f"{len(boxes)} boxes online", state / "log")
    steps.done(f"{len(boxes)} boxes online")


def wait_for(condition, what, log):
    deadline = time.monotonic() + READY_S
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"{what} did not come up", f"nothing after {READY_S:.0f} s", f"read {log}")
        time.sleep(0.05)


def toml(settings):
    """Plain values and one level of tables, as the programs read them."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()
             if not isinstance(value, dict)]
    for name, table in settings.items():
        if isinstance(table, dict):
            lines += [f"[{name}]"] + [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    return "\n".join(lines) + "\n"


def merged(settings, extra):
    for key, value in extra.items():
        settings[key] = {**settings.get(key, {}), **value} if isinstance(value, dict) else value
    return settings


def start_master(client, state, spec, plan, bin_folder, published):
    folder = state / "master"
    folder.mkdir(mode=0o711, exist_ok=True)
    address = plan.public["master"]
    config = state / "master.toml"
    config.write_text(toml(merged({
        "zone": spec.zone, "public_port": published.get("web", 443),
        "agents": {"listen": f"0.0.0.0:{AGENTS_PORT}", "addresses": [f"{address}:{AGENTS_PORT}"]},
        "api": {"https_listen": f"0.0.0.0:{API_PORT}", "grpc_listen": f"0.0.0.0:{GRPC_PORT}",
                "names": ["localhost", "127.0.0.1", address]},
        "metrics": {"listen": f"127.0.0.1:{METRICS_PORT}"},
    }, spec.settings["master"])))
    client.ask("start", service=service(state, "master", 1, "master",
                                        [bin_folder / "foyer-master", "run", "--dev", folder,
                                         "--config", config]))


class Foyer:
    """The `foyer` command as the operator types it, inside the world."""

    def __init__(self, client, state, plan, bin_folder):
        self.client, self.state, self.program = client, state, str(bin_folder / "foyer")
        self.api = f"https://{plan.public['master']}:{API_PORT}"
        self.env = {**os.environ, "FOYER_CONFIG": str(state / "operator.toml")}

    def call(self, *words):
        status, out, errors = self.client.run("client", 1, [self.program, *words], self.env)
        if status != 0:
            raise LabError(f"`foyer {' '.join(words[:3])}` failed", errors.strip(),
                           f"read {self.state}/log/master-1-master.log")
        return out

    def json(self, *words):
        return json.loads(self.call(*words, "--output", "json"))

    def login(self):
        self.call("login", "--api", self.api, "--ca", str(self.state / "master/ca/ca.crt"),
                  "--token-file", str(self.state / "master/operator.token"))

    def online(self):
        nodes = self.json("node", "ls")
        return sum(node["state"] == "online" for node in nodes.get("nodes", nodes))


def describe(foyer, spec):
    foyer.call("host", "create", HOST)
    for isp in spec.isps.values():
        foyer.call("isp", "create", isp.name, "--family", isp.family)
    for home in spec.homes:
        foyer.call("site", "create", home.name, "--isp", home.isp, "--country", home.country,
                   "--host", HOST, "--class", home.host_class)


def box_folder(state, home, number):
    return state / "homes" / home.name / f"box{number}"


def enrol(state, foyer, plan, bin_folder, home, number):
    words = ["node", "token", "--site", home.name, "--name", f"{home.name}-{number}"]
    if home.kind == "edge":
        words += ["--edge", "--address", plan.public[home.name]]
    token = foyer.json(*words)["token"]
    folder = box_folder(state, home, number)
    folder.mkdir(parents=True, exist_ok=True)
    limits = {**CAPACITY, **home.boxes[number - 1]}
    argv = [str(bin_folder / "foyer-node"), "enrol", "--token-file", "-", "--data", str(folder)]
    for key, value in limits.items():
        argv += ["--" + key.replace("_", "-"), str(value)]
    status, _, errors = foyer.client.run(home.name, number, argv, data=token.encode() + b"\n")
    if status != 0:
        raise LabError(f"box {number} of '{home.name}' could not enrol", errors.strip(), "read above")


def start_agent(client, state, spec, bin_folder, home, number):
    places = {place["name"]: place for place in client.ask("status")["places"]}
    folder = box_folder(state, home, number)
    # Sockets have short names, and a box of a lab may not meet one of another lab in /run.
    config = folder / "node.toml"
    config.write_text(toml(merged({
        "run_dir": str(folder / "run"),
        "cgroup_parent": places[home.name]["boxes"][number - 1]["cgroup_parent"],
    }, spec.settings["node"])))
    client.ask("start", service=service(state, home.name, number, "agent",
                                        [bin_folder / "foyer-node", "run", "--data", folder,
                                         "--config", config]))
