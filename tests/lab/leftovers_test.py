#!/usr/bin/python3
"""Nothing stays: after down, after kill -9 of the keeper, of `lab up`, of the janitor."""

import json
import os
import signal
import subprocess
import unittest
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from foyer_lab.cgroups import Groups, lab_id  # noqa: E402
from support.lab_case import (LAB, Lab, SPECS, eventually, main,  # noqa: E402
                              processes_of)

SPEC = SPECS / "standin.json"


def machine_view():
    """Interfaces, mounts, named namespaces and firewall of the machine's own network."""
    view = {"links": sorted(p.name for p in Path("/sys/class/net").iterdir()),
            "mounts": sorted(line.split()[4] for line in
                             Path("/proc/self/mountinfo").read_text().splitlines()),
            "netns": sorted(p.name for p in Path("/run/netns").glob("*")),
            "nft": subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True,
                                  check=True).stdout}
    return view


class Leftovers(unittest.TestCase):
    def setUp(self):
        self.before = machine_view()
        self.lab = Lab()
        self.addCleanup(self.lab.down)

    def keeper(self):
        return json.loads((self.lab.state / "keeper.pid").read_text())["pid"]

    def nothing_left(self, state):
        eventually("the groups are gone", lambda: not Groups(lab_id(state)).exists())
        eventually(f"the processes are gone: {processes_of(state)}",
                   lambda: not processes_of(state))
        self.assertEqual(machine_view(), self.before)

    def test_while_it_is_up_the_machine_looks_as_before(self):
        self.lab.up(SPEC)
        self.assertEqual(machine_view(), self.before)

    def test_down_removes_everything_also_the_folder(self):
        self.lab.up(SPEC)
        self.lab.run("freeze", "lyon")
        self.lab.run("down")
        self.assertFalse(self.lab.state.exists())
        self.nothing_left(self.lab.state)

    def test_down_keeps_the_folder_when_told(self):
        self.lab.up(SPEC)
        self.lab.run("down", "--keep")
        self.assertTrue((self.lab.state / "homes" / "lyon").exists())
        self.assertEqual(self.lab.run("status", check=False).returncode, 3)
        self.lab.up(SPEC)

    def test_kill_9_of_the_keeper(self):
        self.lab.up(SPEC)
        self.lab.run("freeze", "nantes")
        os.kill(self.keeper(), signal.SIGKILL)
        self.nothing_left(self.lab.state)
        self.assertEqual(self.lab.run("status", check=False).returncode, 3)
        self.lab.up(SPEC)  # and it can be raised again
        self.assertEqual(self.lab.ask("lyon", "198.18.0.2", 7444).split()[0], "master")

    def test_kill_9_of_janitor_and_keeper_then_down(self):
        self.lab.up(SPEC)
        os.kill(int((self.lab.state / "janitor.pid").read_text()), signal.SIGKILL)
        os.kill(self.keeper(), signal.SIGKILL)
        self.lab.run("down")
        self.nothing_left(self.lab.state)

    def test_kill_9_of_up_in_the_middle(self):
        up = subprocess.Popen([str(LAB), "up", "--state", str(self.lab.state),
                               "--spec", str(SPEC)], stdout=subprocess.DEVNULL)
        eventually("the keeper exists", (self.lab.state / "keeper.pid").exists)
        up.kill()
        up.wait()
        self.nothing_left(self.lab.state)
        self.lab.up(SPEC)

    def test_two_labs_side_by_side(self):
        other = Lab()
        self.addCleanup(other.down)
        self.lab.up(SPEC)
        other.up(SPEC)
        self.lab.run("cut", "master")
        self.assertFalse(self.lab.hears("lyon", "198.18.0.2", 7444))
        self.assertTrue(other.hears("lyon", "198.18.0.2", 7444))
        self.lab.run("down")
        self.assertTrue(other.hears("lyon", "198.18.0.2", 7444))
        self.assertEqual(other.place("lyon")["state"], "up")

    def test_the_same_lab_twice_is_refused_and_the_first_goes_on(self):
        self.lab.up(SPEC)
        done = self.lab.up(SPEC, check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("lab down", done.stderr)
        self.assertTrue(self.lab.hears("lyon", "198.18.0.2", 7444))

    def test_a_folder_that_is_not_ours_is_left_alone(self):
        (self.lab.state / "thesis.txt").write_text("years of work")
        self.assertEqual(self.lab.up(SPEC, check=False).returncode, 2)
        self.assertEqual(self.lab.run("down", check=False).returncode, 3)
        self.assertEqual(os.listdir(self.lab.state), ["thesis.txt"])


if __name__ == "__main__":
    main()
