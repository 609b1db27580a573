#!/usr/bin/python3
"""The master is off, and boxes lose their power: their copies' secrets were only in memory. Who
comes back gets them from a live member of its group, first a standby, then who led. When all homes
lost power together nobody has them: that is said, and all goes on once the master is back.
"""

import json
import os
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

import cloud_of_homes  # noqa: E402
from foyer_lab.client import Client  # noqa: E402
from inside import Inside, partition, run_dir  # noqa: E402

SPEC = HERE / "specs/takeover.json"
WAIT_S = 180.0
QUIET_S = 15.0  # longer than a group needs to elect, had anybody its secrets
DATABASE = "postgres"
SECRET = "replication_password"
CANARY = "canary-of-a-tenant-7431"
CHUNK = 1 << 24


class SecretsHandover(unittest.TestCase):
    def setUp(self):
        self.cloud = cloud_of_homes.raise_cloud(SPEC)
        self.addCleanup(self.cloud.down)
        self.inside = Inside(self.cloud)
        self.copies = self.inside.instance()["replicas"]
        self.until("every copy follows", lambda: self.followers(self.leader()) == 2)
        self.sql(self.leader(), "CREATE TABLE lab (n int)")
        self.sql(self.leader(), f"CREATE TABLE told AS SELECT '{CANARY}' AS secret")
        self.sql(self.leader(), "CHECKPOINT")
        self.secret = self.inside.shell(self.copies[0]["site"], f"cat {self.secret_file()}")
        self.assertGreaterEqual(len(self.secret), 20)
        self.written = 0
        self.power("kill", "master")

    def tearDown(self):
        if any(self._outcome.result.failures) or any(self._outcome.result.errors):
            self.print_logs()

    # -- doing ------------------------------------------------------------------------------------

    def power(self, verb, *places):
        with Client(self.cloud.lab_state) as client:
            for place in places:
                client.ask(verb, name=place)

    def sql(self, copy, query):
        return self.inside.sql(copy, DATABASE, query) if copy else None

    def write(self):
        """One row, acknowledged by whoever leads: two copies hold it."""
        self.written += 1
        row = self.written
        self.until(f"row {row} is acknowledged", lambda: self.sql(
            self.leader(), f"INSERT INTO lab SELECT {row} WHERE {row} NOT IN (SELECT n FROM lab)")
            is not None)

    # -- looking ----------------------------------------------------------------------------------

    def leader(self):
        lead = [copy for copy in self.copies
                if self.sql(copy, "SELECT pg_is_in_recovery()") == "f"]
        return lead[0] if len(lead) == 1 else None

    def followers(self, leader):
        count = self.sql(leader, "SELECT count(*) FROM pg_stat_replication WHERE "
                                 "state = 'streaming' AND sync_state = 'quorum'")
        return int(count or 0)

    def follows(self, copy):
        """It streams, and holds what was written."""
        rows = self.sql(copy, "SELECT count(*) FROM lab WHERE pg_is_in_recovery()")
        receives = self.sql(copy, "SELECT count(*) FROM pg_stat_wal_receiver")
        return rows == str(self.written) and receives == "1"

    def reason(self, copy):
        """What its box says to its host."""
        site = copy["site"]
        found = self.inside.box_status(site)
        if found is None:
            return ""
        return next((one["reason"] for one in found["partitions"]
                     if one["partition"] == partition(copy)), "")

    def log_file(self, site):
        return self.cloud.lab_state / "log" / f"{site}-1-agent.log"

    def logged(self, copy, event):
        lines = self.log_file(copy["site"]).read_text().splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in found
                if line["event"] == event and line.get("partition") == partition(copy)]

    def secret_file(self, copy=None):
        copy = copy or self.copies[0]
        return run_dir(copy) / "secrets" / partition(copy) / SECRET

    def until(self, what, holds):
        deadline = time.monotonic() + WAIT_S
        while not holds():
            self.assertLess(time.monotonic(), deadline, f"not within {WAIT_S:.0f} s: {what}")
            time.sleep(0.5)

    def nothing_is_told(self):
        """No log and no state of an agent holds the secret; memory does."""
        for copy in self.copies:
            self.assertEqual(self.inside.shell(copy["site"], f"cat {self.secret_file(copy)}"),
                             self.secret)
        state = [self.cloud.lab_state / "homes" / copy["site"] / "box1/state"
                 for copy in self.copies]
        for folder in [self.cloud.lab_state / "log", *state]:
            for file in folder.rglob("*"):
                if file.is_file():
                    self.assertNotIn(self.secret.encode(), file.read_bytes(), file)

    def nothing_is_readable(self, copy):
        """The box is off: its whole disk shows neither what a tenant wrote nor a secret."""
        folder = self.cloud.lab_state / "homes" / copy["site"]
        store = folder / "box1/partitions" / partition(copy) / "store.img"
        self.assertGreater(store.stat().st_size, 1 << 30)
        for file in folder.rglob("*"):
            if not file.is_file() or file.is_symlink():
                continue
            before = b""
            with open(file, "rb") as content:
                while chunk := content.read(CHUNK):
                    for secret in (CANARY, self.secret):
                        self.assertNotIn(secret.encode(), before + chunk, file)
                    before = chunk[-64:]

    def is_readable_while_it_runs(self, copy):
        """Else its absence from the disk would say nothing."""
        folder = self.cloud.lab_state / "homes" / copy["site"] / "box1/partitions"
        found = self.inside.shell(copy["site"], f"grep -rl {CANARY} {folder}/{partition(copy)}/"
                                                "store/private/volume | head -1")
        self.assertTrue(found, f"{copy['site']} does not even hold the canary")

    def print_logs(self):
        for copy in self.copies:
            lines = self.log_file(copy["site"]).read_text(errors="replace").splitlines()
            print(f"-- {copy['site']}: {self.reason(copy)}", *lines[-40:], sep="\n", flush=True)

    def is_well(self):
        found = self.inside.instance()
        return found and found["state"] == "running" and self.followers(self.leader()) == 2

    # -- stories ----------------------------------------------------------------------------------

    def power_cut_and_back(self, copy):
        self.is_readable_while_it_runs(copy)
        self.power("kill", copy["site"])
        self.nothing_is_readable(copy)
        self.write()  # the two others go on, or take over first
        self.power("boot", copy["site"])
        began = time.monotonic()
        self.until(f"copy {copy['index']} follows again", lambda: self.follows(copy))
        print(f"copy {copy['index']} follows {time.monotonic() - began:.1f} s after its home has "
              "power again", flush=True)
        self.assertTrue(self.logged(copy, "secrets_taken"))
        self.write()

    def test_who_restarts_gets_them_from_a_member(self):
        lead = self.leader()
        standby = next(copy for copy in self.copies if copy is not lead)
        self.power_cut_and_back(standby)
        self.assertEqual(self.leader(), lead)
        self.assertFalse(self.logged(lead, "secrets_taken"))
        self.assertTrue(any(self.logged(copy, "secrets_given") for copy in self.copies))
        self.until("both standbys follow", lambda: self.followers(lead) == 2)
        self.power_cut_and_back(lead)
        self.assertNotEqual(self.leader(), lead)
        self.until("both standbys follow", lambda: self.followers(self.leader()) == 2)
        self.assertFalse(self.inside.api_is_well(), "the master was to be off all the time")
        self.nothing_is_told()
        self.power("boot", "master")
        self.until("the master finds all in its place", self.is_well)

    def test_all_lose_power_together_and_the_master_is_needed(self):
        self.write()
        sites = [copy["site"] for copy in self.copies]
        self.power("kill", *sites)
        self.power("boot", *sites)
        words = "all lost power together: the master is needed"
        for copy in self.copies:
            self.until(f"the box of copy {copy['index']} says so",
                       lambda copy=copy: self.reason(copy).startswith(words))
        time.sleep(QUIET_S)
        for copy in self.copies:
            self.assertIsNone(self.sql(copy, "SELECT 1"))
            self.assertTrue(self.reason(copy).startswith(words))
            self.assertFalse(self.logged(copy, "secrets_taken"))
        self.power("boot", "master")
        self.until("the master finds all in its place", self.is_well)
        self.write()
        self.nothing_is_told()


if __name__ == "__main__":
    os.environ.setdefault("FOYER_BIN", str(cloud_of_homes.PROGRAMS))
    sys.exit(unittest.main(verbosity=2))
