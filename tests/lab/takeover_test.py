#!/usr/bin/python3
"""A short round of the takeover laboratory: a switch-over, a line cut, a power cut with the master
off. Nothing acknowledged is lost, two never lead, all comes back. How long it takes is not judged
here: that is what the laboratory's own runs are for.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIP = 77
LOG_LINES = 15
SCENARIOS = ("planned", "line_cut", "master_off")


class ShortRound(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            file, keep = Path(folder) / "rows.json", os.environ.get("FOYER_REPORTS") or folder
            done = subprocess.run([HERE / "takeover", "--scenario", ",".join(SCENARIOS), "--runs",
                                   "1", "--json", file, "--keep", keep], check=False)
            cls.print_logs(Path(keep))
            if done.returncode == SKIP:
                print("skipped: its reason stands above", flush=True)
                os._exit(SKIP)
            cls.rows = {row["scenario"]: row for row in json.loads(file.read_text())["rows"]}

    @staticmethod
    def print_logs(keep):
        """The ends of what was kept of bad runs: where nobody can look any more, they are all."""
        for log in sorted(keep.glob("*/*-agent.log")) + sorted(keep.glob("*/*-master.log")):
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            print(f"-- {log.parent.name}/{log.name}", *lines[-LOG_LINES:], sep="\n", flush=True)

    def check(self, scenario):
        row = self.rows[scenario]
        told = json.dumps(row, indent=1)
        self.assertTrue(row["came_back"], told)
        self.assertEqual(row["lost_acks"], 0, told)
        self.assertEqual(row["two_primaries"], 0, told)
        self.assertGreater(row["writes"]["ok"], 0, told)
        self.assertEqual(row["timeline_problems"], [], told)

    def test_planned(self):
        self.check("planned")

    def test_line_cut(self):
        self.check("line_cut")

    def test_power_off_with_the_master_off(self):
        self.check("master_off")


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
