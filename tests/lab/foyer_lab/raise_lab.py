"""Raises a lab: the world, what runs in it, the published ports. Runs in `lab up`."""

import json
import sys
import time
from pathlib import Path

from . import launch
from .client import Client
from .plan import make_plan

FORWARDER = Path(__file__).with_name("forwarder.py")


class Steps:
    """Prints each step when it is done, with the time since the beginning."""

    def __init__(self, began):
        self.began = began

    def done(self, text):
        print(f"[{time.monotonic() - self.began:6.2f} s] {text}", flush=True)


def up(state, spec_value, spec, bin_folder, listeners, began, owner):
    steps = Steps(began)
    for name in ("log", "homes"):
        (state / name).mkdir(exist_ok=True)
    launch.raise_world(state, spec_value, str(bin_folder / "foyer-lab-wire"), listeners,
                       owner)
    for _, listener in listeners:
        listener.close()
    plan = make_plan(spec)
    steps.done(f"world: {len(spec.homes)} homes and edges, {len(spec.isps)} ISPs")
    with Client(state) as client:
        try:
            start_forwarder(client, state, spec, plan)
            if spec.run is None:
                from . import foyer_setup
                foyer_setup.run(client, state, spec, plan, bin_folder, steps)
            else:
                start_commands(client, state, spec, plan)
                steps.done("commands of the spec started")
            client.ask("settle")  # from now on the lab stays without us
        except BaseException:
            print(f"lab: it did not come up; logs stay in {state}/log", file=sys.stderr)
            living = launch.open_keeper(state)
            if living is not None:
                client.ask("down")
                launch.wait_gone(living, state, 30.0)
            raise


def service(state, place, box, name, argv, **fields):
    folder = state / "homes" / place / f"box{box}"
    if place == "master":
        folder = state / "master"
    return {"place": place, "box": box, "name": name, "argv": [str(word) for word in argv],
            "folder": str(folder), "log": str(state / "log" / f"{place}-{box}-{name}.log"),
            **fields}


def start_forwarder(client, state, spec, plan):
    if not spec.publish:
        return
    doors = [{"descriptor": p["descriptor"],
              "targets": [[plan.public[n], entry.inside] for n in entry.to]}
             for p, entry in zip(client.ask("published"), spec.publish, strict=True)]
    client.ask("start", service=service(state, "client", 1, "forwarder",
                                        [sys.executable, FORWARDER, json.dumps(doors)]))


def start_commands(client, state, spec, plan):
    """Stand-ins: the spec's own commands, with {home} {box} {address} {folder} filled in."""
    for name, home in plan.places.items():
        kind = {"home": "box"}.get(home.kind, home.kind)
        words = spec.run.get(kind)
        if not words:
            continue
        for box in range(1, len(home.boxes) + 1):
            entry = service(state, name, box, "master" if kind == "master" else "agent", words)
            fill = {"home": name, "box": box, "address": plan.public[name],
                    "folder": entry["folder"], "lab": str(Path(__file__).parents[1])}
            entry["argv"] = [word.format(**fill) for word in words]
            client.ask("start", service=entry)
