#!/usr/bin/python3
"""Both standbys stop to receive while all homes are there: an instance whose order says so goes on
with one copy, says so, and returns to two; any other one keeps its writes waiting, and says that.
"""

import json
import os
import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

import cloud_of_homes  # noqa: E402
from inside import INSTANCE, Inside, container_pid, first_process  # noqa: E402

SPEC = HERE / "specs/takeover.json"
WAIT_S = 150.0
HANG_S = 45.0  # longer than a group that may go on needs for it
RECEIVERS = """
for server in $(cat /proc/$pid/task/$pid/children) $pid; do
    for process in $(cat /proc/$server/task/$server/children); do
        if grep -q walreceiver /proc/$process/cmdline; then
            kill -{signal} $process; echo $process
        fi
    done
done"""


class Write:
    """One transaction on who leads; it may hang."""

    def __init__(self, inside, leader, query):
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(inside, leader, query), daemon=True)
        self.thread.start()

    def _run(self, inside, leader, query):
        if inside.sql(leader, "postgres", query, timeout=None) is not None:
            self.done.set()


class ShortOfCopies(unittest.TestCase):
    def with_cloud(self, *choices):
        cloud = cloud_of_homes.raise_cloud(SPEC, choices=choices)
        self.addCleanup(cloud.down)
        self.cloud, self.inside = cloud, Inside(cloud)
        copies = self.inside.instance()["replicas"]
        self.leader = next(copy for copy in copies if copy["role"] == "primary")
        self.standbys = [copy for copy in copies if copy is not self.leader]
        self.until("3 of 3 copies live; a write needs 2")
        self.assertIsNotNone(self.inside.sql(self.leader, "postgres", "CREATE TABLE lab (n int)"))

    def receivers(self, signal):
        for copy in self.standbys:
            found = self.inside.shell(copy["site"], first_process(container_pid(copy))
                                      + RECEIVERS.format(signal=signal))
            self.assertTrue(found, f"no receiver at {copy['site']}")

    def durability(self):
        return (self.inside.instance() or {}).get("durability", "")

    def until(self, words, seconds=WAIT_S):
        deadline = time.monotonic() + seconds
        while not (said := self.durability()).startswith(words):
            self.assertLess(time.monotonic(), deadline, f"it says '{said}', never '{words}'")
            time.sleep(0.5)

    def events(self):
        text = self.cloud.foyer("acme-sarl", "instance", "events", INSTANCE, "--output", "json")
        return [event["kind"] for event in json.loads(text)["events"]]

    def test_it_goes_on_with_one_copy_as_ordered_and_says_so(self):
        self.with_cloud("--short-of-copies", "go-on")
        self.receivers("STOP")
        write = Write(self.inside, self.leader, "INSERT INTO lab VALUES (1)")
        self.until("serves with fewer copies than ordered: 1 of 3 copies live")
        self.assertTrue(write.done.wait(WAIT_S), "the write was never acknowledged")
        self.assertIn("copies_short", self.events())
        self.receivers("CONT")
        self.until("3 of 3 copies live; a write needs 2")
        self.assertIn("copies_enough", self.events()[:self.events().index("copies_short")])

    def test_else_writes_stop_until_another_copy_is_back(self):
        self.with_cloud()
        self.receivers("STOP")
        write = Write(self.inside, self.leader, "INSERT INTO lab VALUES (1)")
        self.until("1 of 3 copies live: writes stopped as ordered")
        self.assertFalse(write.done.wait(HANG_S), "a write was acknowledged by one copy alone")
        self.until("1 of 3 copies live: writes stopped as ordered")
        self.receivers("CONT")
        self.assertTrue(write.done.wait(WAIT_S), "the write was never acknowledged")
        self.until("3 of 3 copies live; a write needs 2")
        self.assertNotIn("copies_short", self.events())


if __name__ == "__main__":
    os.environ.setdefault("FOYER_BIN", str(cloud_of_homes.PROGRAMS))
    sys.exit(unittest.main(verbosity=2))
