#!/usr/bin/python3
"""A host limits his box, in a real home with a real agent: told at once, kept over a power cut and
with the master off, and heard by the master as a pause."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import ENVIRONMENT, Lab, LabCase, eventually, main  # noqa: E402

BIN = os.environ.get("FOYER_BIN", "")
NODE = f"{BIN}/foyer-node"
SPEC = {
    "isps": [{"name": "orange", "country": "FR"}, {"name": "free", "country": "FR"}],
    "homes": [{"name": "lille", "isp": "orange", "class": "vetted"}],
    "edges": [{"name": "edge-lille", "isp": "free", "class": "house"}]}
QUIET_ALL_DAY = ("--quiet", "00:00-12:00=pause", "--quiet", "12:00-00:00=pause")


class Limits(LabCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(NODE, os.X_OK):
            print("skipped: set FOYER_BIN to the folder that holds foyer-node", flush=True)
            os._exit(ENVIRONMENT)
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up(SPEC, "--bin", BIN)
        eventually("the box has a tunnel", lambda: cls.tunnels())

    @classmethod
    def node(cls, *words, check=True):
        folder = cls.lab.state / "homes/lille/box1"
        return cls.lab.exec("lille", NODE, *words, "--data", folder, check=check)

    @classmethod
    def status(cls):
        done = cls.node("status", "--output", "json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    @classmethod
    def tunnels(cls):
        return cls.status().get("overlay", {}).get("handshake_ages_s")

    def limits(self):
        return self.status().get("limits", {})

    def test_1_limits_are_told_at_once_and_nonsense_changes_nothing(self):
        self.assertIn("no limits are set", self.node("limits").stdout)
        page = self.node("limits", "--upload", "20", "--download", "100", "--upload-active", "5",
                         "--month-gb", "500", "--quiet", "03:00-03:01=lower").stdout
        for part in ("upload   at most 20 Mbit/s, 5 while the household needs its line",
                     "at most 500 GB", "quiet    03:00-03:01=lower", "held by  a queue"):
            self.assertIn(part, page)
        self.assertIn("limits   at most up ", self.node("status").stdout)
        wrong = self.node("limits", "--upload", "fast", "--month-gb", "0", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("upload: 'fast' is no number of Mbit/s; write one like 20", wrong.stderr)
        self.assertEqual(self.limits()["set"]["upload_kbit"], 20000)
        toml = self.node("limits", "--output", "toml").stdout
        self.assertIn("upload_mbit = 20\n", toml)
        file = self.lab.state / "homes/lille/limits.toml"
        file.write_text(toml.replace("upload_mbit = 20", "upload_mbit = 10"))
        self.node("limits", "set", file)
        self.assertEqual(self.limits()["set"]["upload_kbit"], 10000)
        self.assertEqual(self.limits()["set"]["download_kbit"], 100000)

    def test_2_they_are_kept_over_a_power_cut_and_with_the_master_off(self):
        self.node("limits", "--upload", "9", "--download", "none")
        self.lab.run("cut", "master")
        self.lab.run("kill", "lille")
        self.lab.run("boot", "lille")
        eventually("the agent answers", self.status)
        eventually("the cap is held", lambda: self.limits()["means"] in ("queue", "fair-queue"))
        self.assertEqual(self.limits()["set"]["upload_kbit"], 9000)
        self.node("limits", "--upload", "8")
        self.assertEqual(self.limits()["in_force"]["upload_kbit"], 8000)
        self.node("limits", *QUIET_ALL_DAY)
        self.assertEqual(self.limits()["pause"]["why"], "quiet-hours")
        self.assertIn("paused until", self.node("status").stdout)
        self.assertIn("its limits keep this box paused", self.node("resume").stdout)
        self.assertEqual(self.status()["host"]["wish"], "serving")
        self.lab.run("heal", "master")

    def test_3_the_master_hears_of_a_pause_and_its_end(self):
        self.node("limits", *QUIET_ALL_DAY)
        eventually("the master knows of the pause",
                   lambda: "paused by its host" in self.shown_by_master())
        self.node("limits", "clear")
        eventually("the master knows that it is over", lambda: (said := self.shown_by_master())
                   and "paused by its host" not in said)
        self.assertNotIn("limits ", self.node("status").stdout)

    def shown_by_master(self):
        """What the operator sees of the box; nothing while the master is away."""
        done = self.lab.run("exec-at", "master", "--", "/usr/bin/env",
                            f"FOYER_CONFIG={self.lab.state}/operator.toml", f"{BIN}/foyer", "node",
                            "show", self.status()["node"], check=False)
        return done.stdout


if __name__ == "__main__":
    main()
