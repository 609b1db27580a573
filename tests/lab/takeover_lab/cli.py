"""takeover: strikes who leads an instance, run after run, and says what its customers met."""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import cloud_of_homes

from .primaries import Primaries
from .rows import PROMISES, Rows, is_bad, why_bad
from .run import Run
from .scenarios import ALL, LABS
from .scene import Scene

SPEC = cloud_of_homes.ROOT / "tests/lab/specs/takeover.json"
BRIEF = ("rto_s", "promoted_s", "rto_read_s", "gap_s", "back_s", "sql_acks", "leader", "fences",
         *(promise.key for promise in PROMISES), "notes")
OF_A_DAY = 2
OTHER_LABS_OF_A_DAY = 1  # one more is raised for it
GROUPS = "cd {data}/state/groups && tail -n +1 -- *.json"


def parser():
    top = argparse.ArgumentParser(prog="takeover", description=__doc__.partition(": ")[2],
                                  epilog="scenarios: " + ", ".join(ALL))
    top.add_argument("--scenario", required=True, metavar="NAME[,NAME…]|all|day[:DATE]",
                     help=f"day: {OF_A_DAY} of them, others each day")
    top.add_argument("--runs", type=int, default=1, help="of each scenario (%(default)s)")
    top.add_argument("--json", type=Path, metavar="FILE", help="write every row there")
    top.add_argument("--resume", type=Path, metavar="FILE", help="go on with the rows of a file")
    top.add_argument("--seed", type=int, default=None, help="of the moments of the faults")
    top.add_argument("--mode", choices=("synchronous", "asynchronous"), default="synchronous",
                     help="of the order (%(default)s); asynchronous may lose what it acknowledged")
    top.add_argument("--hold", type=float, metavar="SECONDS",
                     help="from the fault to the heal at least, instead of each scenario's own")
    top.add_argument("--sql", action="store_true", help="beside the ERP's customers, transactions "
                     "as fast as each copy's database takes them (it is slower then)")
    top.add_argument("--bin", type=Path, default=cloud_of_homes.PROGRAMS,
                     help="folder of the programs (%(default)s)")
    top.add_argument("--keep", type=Path, metavar="DIR",
                     help="logs and groups of every run that went wrong go below DIR")
    return top


def of_the_day(date):
    """Some of all, the same for the same date; few that need a lab of their own, so that a round of
    them is short."""
    names, others = [], 0
    for name in random.Random(date).sample(sorted(ALL), len(ALL)):
        others += ALL[name].lab != "plain"
        if ALL[name].lab == "plain" or others <= OTHER_LABS_OF_A_DAY:
            names.append(name)
    return names[:OF_A_DAY]


def chosen(text):
    if text == "all":
        return list(ALL.values())
    word, _, date = text.partition(":")
    if word == "day":
        date = date or time.strftime("%F", time.gmtime())
        names = of_the_day(date)
        print(f"scenarios of {date}: {', '.join(names)}", flush=True)
    else:
        names = text.split(",")
    for name in names:
        if name not in ALL:
            sys.exit(f"takeover: there is no scenario '{name}'; known: {', '.join(ALL)}")
    return [ALL[name] for name in names]


class Laboratory:
    """The lab that is up, raised when it is needed, and anew after a run that broke it."""

    def __init__(self, programs, keep, mode):
        self.programs, self.keep, self.mode = programs.resolve(), keep, mode
        self.cloud = self.primaries = self.scene = None
        self.lab = ""

    def scene_for(self, scenario):
        if self.cloud and self.lab != scenario.lab:
            self.down()
        if not self.cloud:
            self.lab = scenario.lab
            self.cloud = cloud_of_homes.raise_cloud(
                self.spec_file(), self.programs,
                ("--mode", self.mode, *LABS[self.lab].get("order", ())))
            self.primaries = Primaries(self.cloud.lab_state)
            self.scene = Scene(self.cloud, self.primaries, random.Random(), self.mode)
        return self.scene

    def spec_file(self):
        change = LABS[self.lab]
        if not change:
            return SPEC
        spec = json.loads(SPEC.read_text(encoding="utf-8"))
        spec["master"].update(change.get("master", {}))
        spec["isps"] += change.get("isps", [])
        for home in spec["homes"]:
            home.update(change.get("homes", {}).get(home["name"], {}))
        file = cloud_of_homes.new_folder() / "takeover.json"
        file.write_text(json.dumps(spec), encoding="utf-8")
        return file

    def down(self):
        if self.primaries:
            self.primaries.stop()
        if self.cloud:
            self.cloud.down()
            if LABS[self.lab]:
                shutil.rmtree(self.cloud.spec.parent)
        self.cloud = self.primaries = self.scene = None

    def keep_of(self, row):
        """Logs, and what each box knows of its groups, for whoever wants to understand the run."""
        if not self.keep:
            return
        folder = self.keep / f"{row['scenario']}-{row['run']}-{int(time.time())}"
        folder.mkdir(parents=True)
        (folder / "row.json").write_text(json.dumps(row, indent=1), encoding="utf-8")
        for log in (self.cloud.lab_state / "log").glob("*.log"):
            shutil.copy(log, folder)
        for log in self.cloud.lab_state.glob("homes/*/box1/partitions/*/log"):
            shutil.copy(log, folder / f"{log.parts[-5]}.{log.parent.name}.log")
        for place in (self.cloud.status() or {}).get("places", []):
            if place["kind"] in ("home", "edge") and place["state"] not in ("killed", "frozen"):
                data = self.cloud.lab_state / "homes" / place["name"] / "box1"
                text = self.scene.inside.shell(place["name"], GROUPS.format(data=data))
                (folder / f"{place['name']}.groups.txt").write_text(text, encoding="utf-8")
        (folder / "instance.json").write_text(
            json.dumps(self.scene.inside.instance(), indent=1), encoding="utf-8")
        print(f"kept in {folder}", flush=True)


def one_run(laboratory, scenario, number, options, seed):
    scene = laboratory.scene_for(scenario)
    row = Run(scene, scenario, number, seed, options.sql, options.hold).carry_out()
    brief = {key: row[key] for key in BRIEF if row.get(key) not in (None, "", [])}
    print(f"{scenario.name} {number}: {json.dumps(brief)}", flush=True)
    if is_bad(row):
        laboratory.keep_of(row)
    if not row["came_back"]:
        laboratory.down()
    return row


def main(argv):
    options = parser().parse_args(argv)
    scenarios = chosen(options.scenario)
    rows = Rows(options.json, options.resume)
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    os.environ["FOYER_BIN"] = str(options.bin)
    laboratory = Laboratory(options.bin, options.keep, options.mode)
    print(f"seed {seed}", flush=True)
    try:
        # Those that need another lab come last; else round by round: what a machine does meanwhile
        # meets all scenarios alike.
        for lab in LABS:
            for number in range(1, options.runs + 1):
                for scenario in scenarios:
                    if scenario.lab == lab and rows.done(scenario.name) < number:
                        rows.add(one_run(laboratory, scenario, number, options,
                                         seed))
    finally:
        laboratory.down()
        print("\n" + rows.table(), flush=True)
    for row in rows.bad():
        print(f"bad: {row['scenario']} {row['run']}: {'; '.join(why_bad(row))}")
    return 1 if rows.bad() else 0
