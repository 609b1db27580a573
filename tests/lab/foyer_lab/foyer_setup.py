"""Foyer's own programs in a lab: the master, then every box enrolled as its host would do it.

All that the lab knows of command lines and configuration files stands here.
"""

import json
import os
import time

from . import machines, networks
from .client import Command
from .errors import LabError
from .raise_lab import service
from .spec import CAPACITY

AGENTS_PORT, API_PORT, GRPC_PORT, METRICS_PORT = 7443, 7444, 7445, 9464
READY_S = 90.0
HOST_CAPACITY = {"memory_mib": 4096, "disk_gib": 40}  # of a box whose spec says nothing


def run(client, state, spec, plan, bin_folder, steps):
    """Returns when every box is online."""
    published = {door["name"]: door["port"] for door in client.ask("published")}
    start_master(client, state, spec, plan, bin_folder, published)
    wait_for((state / "master" / "operator.token").exists, "the master",
             state / "log" / "master-1-master.log")
    foyer = Foyer(client, state, plan, bin_folder)
    foyer.login()
    steps.done("master up, with its own PostgreSQL and certificate authority")
    describe(foyer, spec)
    for home in filter(lambda home: home.machine, spec.homes):
        machines.start(client, state, bin_folder, home)
        steps.done(f"the machine of {home.name} answers")
    boxes = [(home, number) for home in spec.homes for number in range(1, len(home.boxes) + 1)]
    enrol(foyer, state, plan, bin_folder, boxes)
    steps.done(f"{len(boxes)} boxes enrolled, each with its one-time token")
    groups = {p["name"]: p["boxes"] for p in client.ask("status")["places"]}
    for home, number in boxes:
        start_agent(client, state, spec, bin_folder, home, number,
                    groups[home.name][number - 1]["cgroup_parent"])
    wait_for(lambda: foyer.online() == len(boxes), f"{len(boxes)} boxes", state / "log")
    steps.done(f"{len(boxes)} boxes online")


def wait_for(condition, what, log):
    deadline = time.monotonic() + READY_S
    while not condition():
        if time.monotonic() > deadline:
            raise LabError(f"{what} did not come up", f"nothing after {READY_S:.0f} s",
                           f"read {log}")
        time.sleep(0.05)


def toml(settings):
    """Plain values and one level of tables, as the programs read them."""
    def lines_of(values):
        return [f"{key} = {json.dumps(value)}" for key, value in values.items()
                if not isinstance(value, dict)]

    lines = lines_of(settings)
    for name, table in settings.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *lines_of(table)]
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
    database = state / "networks.mmdb"
    networks.write_of(database, spec)
    config.write_text(toml(merged({
        "zone": spec.zone, "public_port": published.get("web", 443),
        "agents": {"listen": f"0.0.0.0:{AGENTS_PORT}", "addresses": [f"{address}:{AGENTS_PORT}"],
                   "asn_database": str(database)},
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

    def call_all(self, calls):
        """Runs several `foyer …` beside each other; their outputs."""
        ended = self.client.run_all([Command("client", 1, [self.program, *words], self.env)
                                     for words in calls])
        for words, one in zip(calls, ended):
            if one.status != 0:
                raise LabError(f"`foyer {' '.join(words[:3])}` failed", one.errors.strip(),
                               f"read {self.state}/log/master-1-master.log")
        return [one.out for one in ended]

    def call(self, *words):
        return self.call_all([words])[0]

    def login(self):
        self.call("login", "--api", self.api, "--ca", str(self.state / "master/ca/ca.crt"),
                  "--token-file", str(self.state / "master/operator.token"))

    def online(self):
        nodes = json.loads(self.call("node", "ls", "--output", "json"))["nodes"]
        return sum(node.get("state") == "online" for node in nodes)


def describe(foyer, spec):
    """Tells the master of hosts, ISPs and sites."""
    hosts = dict.fromkeys(home.host for home in spec.homes)
    foyer.call_all([("host", "create", host) for host in hosts]
                   + [("isp", "create", isp.name, "--family", isp.family, "--asn",
                       str(networks.asn_of(isp)))
                      for isp in spec.isps.values()])
    foyer.call_all([("site", "create", home.name, "--isp", home.declares, "--country", home.country,
                     "--host", home.host, "--class", home.host_class) for home in spec.homes])


def box_folder(state, home, number):
    return state / "homes" / home.name / f"box{number}"


def enrol(foyer, state, plan, bin_folder, boxes):
    """One token a box, then each box enrols with its own. Tokens pass through standard input."""
    calls = []
    for home, number in boxes:
        words = ["node", "token", "--site", home.name, "--name", f"{home.name}-{number}",
                 "--output", "json"]
        if home.kind == "edge":
            words += ["--edge", "--address", plan.public[home.name]]
        calls.append(words)
    commands = []
    for (home, number), answer in zip(boxes, foyer.call_all(calls)):
        folder = box_folder(state, home, number)
        folder.mkdir(parents=True, exist_ok=True)
        argv = [str(bin_folder / "foyer-node"), "enrol", "--token-file", "-", "--data", str(folder)]
        for key, value in {**HOST_CAPACITY, **home.boxes[number - 1]}.items():
            if key in CAPACITY:
                argv += ["--" + key.replace("_", "-"), str(value)]
        token = json.loads(answer)["token"].encode() + b"\n"
        commands.append(Command(home.name, number, argv, data=token))
    for (home, number), one in zip(boxes, foyer.client.run_all(commands)):
        if one.status != 0:
            raise LabError(f"box {number} of '{home.name}' could not enrol", one.errors.strip(),
                           f"read {state}/log/master-1-master.log")


def start_agent(client, state, spec, bin_folder, home, number, cgroup_parent):
    folder = box_folder(state, home, number)
    # run_dir stays at its default: every box has a /run of its own, in memory. The boxes divide
    # users among them in the lab's folder, so that nothing of it stays on the machine.
    config = folder.with_suffix(".toml")  # beside it: the folder may be a disk that only homes see
    if home.machine:
        machines.start_agent(
            client, home, [bin_folder / "foyer-node", "run", "--data", folder, "--config", config],
            config, toml(merged({"cgroup_parent": machines.CGROUP_PARENT, "plain_volumes": True},
                                spec.settings["node"])))
        return
    config.write_text(toml(merged({"cgroup_parent": cgroup_parent, "plain_volumes": True,
                                   "uid_claims": str(state / "uids")}, spec.settings["node"])))
    client.ask("start", service=service(state, home.name, number, "agent",
                                        [bin_folder / "foyer-node", "run", "--data", folder,
                                         "--config", config]))
