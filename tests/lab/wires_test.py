#!/usr/bin/python3
"""Delay, loss and bandwidth of a line: only what was asked for, and only on that line."""

import json
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import ENVIRONMENT, LabCase, SPECS, main  # noqa: E402

MASTER = "198.18.0.2"
BIN = os.environ.get("FOYER_BIN", "")
SPEC = json.loads((SPECS / "standin.json").read_text())
SPEC["homes"][0].update(delay_ms=40, jitter_ms=5)
SPEC["homes"][1].update(loss_permille=300)
SPEC["homes"][3].update(delay_ms=30)  # behind the carrier NAT
SPEC["homes"][2].update(up_kbit=2000, down_kbit=4000)


class Wires(LabCase):
    @classmethod
    def setUpClass(cls):
        from support.lab_case import Lab
        if not os.access(Path(BIN) / "foyer-lab-wire", os.X_OK):
            print("skipped: set FOYER_BIN to the folder that holds foyer-lab-wire", flush=True)
            os._exit(ENVIRONMENT)
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.down)
        cls.lab.up(SPEC, "--bin", BIN)

    def ping(self, home, count=5):
        return self.lab.exec(home, "ping", "-q", "-c", count, "-i", "0.05", "-W", "3", MASTER,
                             check=False).stdout

    def least_ms(self, home):
        return float(re.search(r"= ([\d.]+)/", self.ping(home)).group(1))

    def test_a_delay_counts_in_both_directions_and_on_that_line_only(self):
        self.assertGreaterEqual(self.least_ms("lyon"), 80)
        far = self.least_ms("namur")
        self.assertGreaterEqual(far, 60)
        self.assertLess(self.least_ms("gand"), far)

    def test_loss_loses_some(self):
        lost = float(re.search(r"([\d.]+)% packet loss", self.ping("lille", 60)).group(1))
        self.assertGreater(lost, 10)  # 51 % is meant
        self.assertLess(lost, 95)

    def test_a_wired_home_can_be_cut_killed_and_booted(self):
        self.lab.run("cut", "line", "lyon")
        self.assertIn("100% packet loss", self.ping("lyon"))
        self.lab.run("heal", "line", "lyon")
        self.lab.run("kill", "lyon")
        self.lab.run("boot", "lyon")
        self.assertGreaterEqual(self.least_ms("lyon"), 80)

    def test_rates_are_set_in_both_directions(self):
        up = self.lab.exec("nantes", "true")
        self.assertEqual(up.returncode, 0)
        received = self.lab.exec("nantes", "/usr/bin/python3", "-c", BURST, MASTER, "7444").stdout
        self.assertLess(int(received), 500, "200 ms of queue at 2 Mbit/s hold far fewer")


# More than the queue takes: what is too much is dropped, so fewer answers than questions.
BURST = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    s.settimeout(2)
    for _ in range(1000):
        s.sendto(b"x" * 1400, (sys.argv[1], int(sys.argv[2])))
    count = 0
    try:
        while True:
            s.recv(2000)
            count += 1
    except TimeoutError:
        print(count)
"""


if __name__ == "__main__":
    main()
