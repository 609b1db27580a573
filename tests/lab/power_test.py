#!/usr/bin/python3
"""Power cuts, power back, frozen homes, agents that end, wrong clocks."""

import os
import signal
import time
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from support.lab_case import LabCase, eventually, main  # noqa: E402

MASTER = "198.18.0.2"
# A grandchild that left its parent and its session, as a container's monitor does.
STRAY = """
import os, time
if os.fork():
    os._exit(0)
os.setsid()
if os.fork():
    os._exit(0)
os.closerange(0, 3)  # the asker must not wait for our output
time.sleep(1000)
"""


def gone(pidfd):
    import select
    return bool(select.select([pidfd], [], [], 0)[0])


class Power(LabCase):
    def folder(self, home, box=1):
        return self.lab.state / "homes" / home / f"box{box}"

    def test_kill_ends_everything_and_boot_brings_it_back_with_its_disk(self):
        self.lab.exec("lyon", "/usr/bin/python3", "-c", STRAY)
        note = self.folder("lyon") / "note"
        self.lab.exec("lyon", "sh", "-c", f"echo kept > {note}; echo lost > /run/note")
        pids = self.pids_of("lyon")
        self.assertGreaterEqual(len(pids), 4)  # two holders, the agent, the stray
        watched = [os.pidfd_open(pid) for pid in pids]
        self.lab.run("kill", "lyon")
        self.assertTrue(all(gone(fd) for fd in watched))
        self.assertEqual(self.lab.place("lyon")["state"], "killed")
        self.assertFalse(self.lab.hears("lille", "198.18.1.2", 7000))
        done = self.lab.exec("lyon", "true", check=False)
        self.assertEqual(done.returncode, 125)
        self.assertIn("no power", done.stderr)
        self.lab.run("boot", "lyon")
        self.assertEqual(self.lab.exec("lyon", "cat", str(note)).stdout, "kept\n")
        seen = self.lab.exec("lyon", "test", "-e", "/run/note", check=False)
        self.assertNotEqual(seen.returncode, 0)
        self.assertEqual(self.lab.ask("lyon", MASTER, 7444).split()[1], "198.18.1.2")
        eventually("the agent runs again", lambda: self.lab.agent_pid("lyon"))

    def pids_of(self, home):
        found = set()
        for procs in Path("/sys/fs/cgroup").glob(f"**/foyer-lab-*/{home}/**/cgroup.procs"):
            if self.lab_id() in str(procs):
                found.update(int(line) for line in procs.read_text().split())
        return found

    def lab_id(self):
        from foyer_lab.cgroups import lab_id
        return lab_id(self.lab.state)

    def test_kill_and_boot_of_a_frozen_home_behind_a_carrier_nat(self):
        self.lab.run("freeze", "namur")
        self.lab.run("kill", "namur")
        self.lab.run("boot", "namur")
        self.assertEqual(self.lab.place("namur")["state"], "up")
        self.assertEqual(self.lab.ask("namur", MASTER, 7444).split()[1], "198.18.3.2")

    def test_killing_twice_and_booting_twice_is_said(self):
        self.lab.run("kill", "gand")
        self.assertEqual(self.lab.run("kill", "gand", check=False).returncode, 3)
        self.lab.run("boot", "gand")
        self.assertEqual(self.lab.run("boot", "gand", check=False).returncode, 3)

    def test_a_frozen_home_stands_still_and_runs_on(self):
        clocks = [self.folder("nantes", box) / "clock" for box in (1, 2)]
        eventually("both boxes tick", lambda: all(c.exists() for c in clocks))
        pid = self.lab.agent_pid("nantes", box=2)
        self.lab.run("freeze", "nantes")
        before = [c.stat().st_mtime_ns for c in clocks]
        time.sleep(0.5)  # five ticks of the stand-in
        self.assertEqual([c.stat().st_mtime_ns for c in clocks], before)
        self.assertEqual(self.lab.place("nantes")["state"], "frozen")
        self.assertFalse(self.lab.hears("lyon", "198.18.2.2", 7000))
        self.lab.run("thaw", "nantes")
        eventually("it ticks again", lambda: clocks[1].stat().st_mtime_ns != before[1])
        self.assertEqual(self.lab.agent_pid("nantes", box=2), pid)

    def test_an_agent_that_ends_is_started_again(self):
        pid = self.lab.agent_pid("lille")
        os.kill(pid, signal.SIGKILL)
        eventually("another agent runs", lambda: self.lab.agent_pid("lille") not in (0, pid))

    def test_only_the_agent_of_one_home_sees_another_time(self):
        def shift(home):
            return float((self.folder(home) / "clock").read_text()) - time.time()

        self.lab.run("clock", "lyon", "-1d")
        self.addCleanup(self.lab.run, "clock", "lyon", "0")
        eventually("lyon lives yesterday", lambda: abs(shift("lyon") + 86400) < 60)
        self.assertLess(abs(shift("lille")), 60)
        self.assertEqual(self.lab.place("lyon")["clock_s"], -86400)
        told = self.lab.exec("lyon", "date", "+%s").stdout
        self.assertLess(abs(int(told) - time.time()), 60)
        self.lab.run("kill", "lyon")
        self.lab.run("boot", "lyon")
        eventually("also after a power cut", lambda: abs(shift("lyon") + 86400) < 60)
        self.lab.run("clock", "lyon", "0")
        eventually("lyon is back", lambda: abs(shift("lyon")) < 60)

    def test_a_disk_of_its_own_fills_and_outlives_a_power_cut(self):
        note = self.folder("namur") / "note"

        def write(size):
            return self.lab.exec("namur", "sh", "-c", f"head -c {size} /dev/zero > {note}",
                                 check=False).returncode

        self.assertEqual(write(2_000_000), 0)
        self.lab.run("disk", "namur", "100k")
        self.assertNotEqual(write(3_000_000), 0)
        self.assertEqual(write(2_000_000), 0)
        self.lab.run("disk", "namur", "0")
        self.lab.run("kill", "namur")
        self.lab.run("boot", "namur")
        self.assertEqual(self.lab.exec("namur", "stat", "-c", "%s", str(note)).stdout,
                         "2000000\n")
        self.assertNotEqual(write(3_000_000), 0)
        self.lab.run("disk", "namur", "free")
        self.assertEqual(write(3_000_000), 0)
        done = self.lab.run("disk", "lyon", "0", check=False)
        self.assertEqual(done.returncode, 3)
        self.assertIn("no disk of its own", done.stderr)

    def test_the_holder_killed_from_outside_is_a_power_cut_too(self):
        hold = next(p for p in Path("/sys/fs/cgroup").glob("**/foyer-lab-*/edge-liege/hold/"
                    "cgroup.procs") if self.lab_id() in str(p))
        os.kill(min(int(line) for line in hold.read_text().split()), signal.SIGKILL)
        eventually("the lab notices", lambda: self.lab.place("edge-liege")["state"] == "killed")
        self.lab.run("boot", "edge-liege")
        self.assertEqual(self.lab.ask("lyon", "198.18.3.3", 443).split()[0], "edge-liege")


if __name__ == "__main__":
    main()
