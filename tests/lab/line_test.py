#!/usr/bin/python3
"""What `foyer-node check --line` says of lines whose speed and NAT are known: measured against an
edge, from homes that are no boxes yet."""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import ENVIRONMENT, Lab, LabCase, eventually, main  # noqa: E402

BIN = os.environ.get("FOYER_BIN", "")
NODE = f"{BIN}/foyer-node"
PORT = 7447
# Mbit/s up and down, as the router shapes them. A shaper counts what TCP and IP add.
LINES = {"slow": (7, 70), "fast": (70, 7)}
LEAST, MOST = 0.75, 1.05
SPEC = {
    "isps": [{"name": "orange", "country": "FR"}, {"name": "free", "country": "FR"}],
    "homes": [
        {"name": "slow", "isp": "orange", "nat": "cgnat", "up_kbit": 7000, "down_kbit": 70000},
        {"name": "fast", "isp": "orange", "nat": "symmetric", "up_kbit": 70000, "down_kbit": 7000},
        {"name": "plain", "isp": "free"}],
    "edges": [{"name": "edge-lille", "isp": "free", "class": "house"}]}


class Line(LabCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(NODE, os.X_OK):
            print("skipped: set FOYER_BIN to the folder that holds foyer-node", flush=True)
            os._exit(ENVIRONMENT)
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up(SPEC, "--bin", BIN)
        cls.measured = {}   # an edge answers a line six times in ten minutes, a measure takes two
        cls.edge = cls.lab.place("edge-lille")["public"]
        eventually("the edge can be asked", lambda: cls.ask_edge("plain"))

    @classmethod
    def ask_edge(cls, home):
        return cls.lab.exec(home, "/usr/bin/python3", "-SEc", CONNECT, cls.edge, PORT,
                            check=False).returncode == 0

    def check(self, home, edge=None):
        done = self.lab.exec(home, NODE, "check", "--data", "/var/tmp", "--output", "json",
                             "--line", edge or f"{self.edge}:{PORT}", check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return {one["subject"]: one for one in json.loads(done.stdout)["findings"]}

    def measure(self, home):
        if home not in self.measured:
            found = self.check(home)
            self.assertNotIn("line", found, "not measured")
            self.measured[home] = found
        return self.measured[home]

    def test_upload_and_download_are_what_the_line_carries(self):
        for home, (up, down) in LINES.items():
            found = self.measure(home)
            for subject, wished in (("upload", up), ("download", down)):
                with self.subTest(f"{subject} of {home}"):
                    said = float(found[subject]["value"].split()[0])
                    self.assertTrue(LEAST * wished < said < MOST * wished, found[subject])
        self.assertEqual(found["download"]["verdict"], "poor", found)
        self.assertRegex(found["upload"]["reason"], r"--uplink-kbit [4-6]\d\d00$")

    def test_the_kind_of_nat_is_seen(self):
        for home, said in (("slow", "friendly"), ("fast", "strict")):
            with self.subTest(home):
                value = self.measure(home)["nat"]["value"]
                self.assertEqual(value, f"{said}, seen as {self.lab.place(home)['public']}")

    def test_what_cannot_be_measured_is_unknown(self):
        found = self.check("plain", f"{self.edge}:1")
        self.assertEqual(found["line"]["value"], "unknown")
        self.assertIn(self.edge, found["line"]["reason"])
        self.assertNotIn("upload", found)
        wrong = self.lab.exec("plain", NODE, "check", "--line", "nonsense", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("write host:port", wrong.stderr)


CONNECT = """
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
"""


if __name__ == "__main__":
    main()
