"""The homes that are up, and one run in them."""

import json
import os
import random
import shutil
import time

import cloud_of_homes

from .primaries import Primaries
from .rows import PROMISES, is_bad
from .run import Run
from .scenarios import LABS
from .scene import Scene

SPEC = cloud_of_homes.ROOT / "tests/lab/specs/takeover.json"
BRIEF = ("rto_s", "promoted_s", "rto_read_s", "gap_s", "back_s", "sql_acks", "leader", "fences",
         *(promise.key for promise in PROMISES), "notes")
GROUPS = "cd {data}/state/groups && tail -n +1 -- *.json"
# Encrypted ones are to be seen in their own home alone.
COPIES = ("cd {data}/partitions && for log in */log */store/private/log; do "
          "[ ! -f $log ] || tail -v -c 500000 $log; done")


class Laboratory:
    """The lab that is up, raised when it is needed, and anew after a run that broke it."""

    def __init__(self, options):
        self.programs, self.keep = options.bin.resolve(), options.keep
        self.mode, self.patience = options.mode, options.patience
        self.cloud = self.primaries = self.scene = None
        self.lab, self.spec = "", SPEC

    def scene_for(self, scenario):
        if self.cloud and self.lab != scenario.lab:
            self.down()
        if not self.cloud:
            self.lab = scenario.lab
            self.spec = self.spec_file()  # gone with the lab, also when that does not come up
            self.cloud = cloud_of_homes.raise_cloud(
                self.spec, self.programs,
                ("--mode", self.mode, "--patience", self.patience,
                 *LABS[self.lab].get("order", ())),
                cloud_of_homes.ROOT / LABS[self.lab].get("recipe", cloud_of_homes.TRYTON))
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
        spec["homes"] = [home for home in spec["homes"]
                         if home["name"] not in change.get("without", ())]
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
        if self.spec != SPEC:
            shutil.rmtree(self.spec.parent)
        self.spec = SPEC
        self.cloud = self.primaries = self.scene = None

    def keep_of(self, row):
        """Logs, and what each box knows of its groups, for whoever wants to understand the run."""
        if not self.keep:
            return
        folder = self.keep / f"{row['scenario']}-{row['run']}-{int(time.time())}"
        folder.mkdir(parents=True)
        (folder / "row.json").write_text(json.dumps(row, indent=1), encoding="utf-8")
        logs = (self.cloud.lab_state / "log").glob("*.log")
        consoles = self.cloud.lab_state.glob("homes/*/machine/console*")
        for log in (*logs, *consoles):
            shutil.copy(log, folder)
        for place in (self.cloud.status() or {}).get("places", []):
            if place["kind"] in ("home", "edge") and place["state"] not in ("killed", "frozen"):
                data = self.cloud.lab_state / "homes" / place["name"] / "box1"
                for name, script in (("groups.txt", GROUPS), ("copies.log", COPIES)):
                    text = self.scene.inside.shell(place["name"], script.format(data=data))
                    (folder / f"{place['name']}.{name}").write_text(text, encoding="utf-8")
        (folder / "instance.json").write_text(
            json.dumps(self.scene.inside.instance(), indent=1), encoding="utf-8")
        print(f"kept in {folder}", flush=True)


def one_run(laboratory, scenario, number, options, seed, turn):
    """Its row; `turn` is held while the fault strikes, until customers are answered again."""
    scene = laboratory.scene_for(scenario)
    row = Run(scene, scenario, number, seed, turn, options.sql, options.hold).carry_out()
    brief = {key: row[key] for key in BRIEF if row.get(key) not in (None, "", [])}
    print(f"{scenario.name} {number}: {json.dumps(brief)}", flush=True)
    if is_bad(row):
        laboratory.keep_of(row)
    if not row["came_back"]:
        laboratory.down()
    return row
