#!/usr/bin/python3
"""While a customer writes to the ERP every 100 ms, one process after the other is killed with -9:
agents, master, proxy, databases. Which writes failed, and is every acknowledged one there?

Prints a table; also writes it to $FOYER_REPORTS/kills.txt when that is set.
"""
import json
import os
import signal
import sys
import time
import unittest
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import cloud_of_homes  # noqa: E402  (also makes the try-out's modules known)
import steady_writer  # noqa: E402
from erp import Erp  # noqa: E402
from inside import Inside, container_pid, haproxy_pid  # noqa: E402

BACK_S = 180.0  # all must run again by itself within this: homes share this machine's processors
IN_A_ROW = 20  # acknowledged writes that count as "works again"
CALM_S = 15.0  # for what had to wait during the kill before: it would only fail again
LOOK_S = 0.2
# Three copies, their homes and the customer share this machine: with few processors, a burst of all
# that waited would look like a sick copy to its group.
SMALL = (os.cpu_count() or 1) < 4
PACE = {"period_s": 0.3, "in_flight_max": 12} if SMALL else {}
CATCH_UP_S = 60.0
COLUMNS = ("killed", "writes", "failed", "kinds", "held back", "longest gap s", "well after s",
           "acknowledged lost")


@dataclass
class Kill:
    """One process killed, and the time around it: what was written from `first` to `end` counts."""
    what: str
    strike: Callable  # kills it
    back: Callable  # True: it runs again
    harmless: bool  # no write may fail
    restarts: int | None = None  # index of the copy whose container may start again
    moves: bool = False  # another copy may take the lead, and who led rejoins: containers restart
    first: float = 0.0
    struck: float = 0.0
    end: float = 0.0
    lost: str = "?"


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cloud_of_homes.raise_cloud()
        cls.addClassCleanup(cls.cloud.down)
        cls.inside = Inside(cls.cloud)
        cls.copies = cls.inside.instance()["replicas"]
        connection = cls.cloud.order()["instance"]["connection"]
        erp = Erp(connection["url"], cls.cloud.port("web"), cls.cloud.ca_file(), timeout_s=30)
        erp.login(connection["password"])
        cls.writer = steady_writer.SteadyWriter(erp, **PACE)

    def copy(self, role):
        """One that has it now, or None: some kills let another copy take the lead."""
        copies = (self.inside.instance() or {}).get("replicas", [])
        return next((copy for copy in copies if copy["role"] == role), None)

    # -- what is killed ---------------------------------------------------------------------------

    def service(self, what, place, name):
        """What the lab started itself, as an init system would."""
        before = self.inside.service(place, name)
        return Kill(what, lambda: os.kill(before, signal.SIGKILL),
                    lambda: self.inside.service(place, name) not in (0, before), harmless=True)

    def by_file(self, what, place, pid_file, children=False, **more):
        before = self.inside.identity(place, pid_file)
        return Kill(what, lambda: self.inside.kill(place, pid_file, children),
                    lambda: self.inside.identity(place, pid_file) not in ("", before), **more)

    def database(self, what, copy, **more):
        """PostgreSQL's first process in a copy: the container ends with it."""
        kill = self.by_file(what, copy["site"], container_pid(copy), **more)
        kill.strike = lambda: self.inside.kill_child(copy["site"], container_pid(copy), "postgres")
        return kill

    def kills(self):
        """Each is made when its turn has come: what runs where may have changed by then."""
        yield self.service("agent of the primary's box", self.copy("primary")["site"], "agent")
        yield self.service("agent of a standby's box", self.copy("standby")["site"], "agent")
        yield self.service("master", "master", "master")
        yield self.by_file("master's PostgreSQL", "master",
                           self.cloud.lab_state / "master/postgres/postmaster.pid", children=True,
                           harmless=True)
        edge = self.inside.edge_in_use()
        yield self.by_file("proxy of the edge in use", edge, haproxy_pid(edge), harmless=False)
        yield self.service("agent of the edge in use", self.inside.edge_in_use(), "agent")
        standby = self.copy("standby")
        yield self.database("PostgreSQL of a standby", standby, harmless=True,
                            restarts=standby["index"])
        yield self.database("PostgreSQL of the primary", self.copy("primary"), harmless=False,
                            moves=True)
        primary = self.copy("primary")
        yield self.by_file("container of the primary", primary["site"], container_pid(primary),
                           harmless=False, moves=True)
        primary = self.copy("primary")
        yield Kill("conmon of the primary's container",
                   lambda: self.inside.kill_parent(primary["site"], container_pid(primary)),
                   lambda: True, harmless=True)  # the next container has one again
        yield self.by_file("that container, without conmon", primary["site"],
                           container_pid(primary), harmless=False, moves=True)

    # -- one after the other ----------------------------------------------------------------------

    def test_nothing_acknowledged_is_lost(self):
        done = []
        self.writer.start()
        try:
            self.wait_until_well(time.monotonic(), lambda: True, "before the first kill")
            for kill in self.kills():
                done.append(kill)
                self.carry_out(kill)
        finally:
            self.writer.finish()
            self.count_lost(done)
            report(table(self.writer, done))
        for kill in done:
            with self.subTest(killed=kill.what):
                self.assertEqual(kill.lost, "0", "acknowledged and not there exactly once")
                if kill.harmless:
                    failed = steady_writer.kinds(self.writer.between(kill.first, kill.end))
                    self.assertEqual(dict(failed), {}, "a write failed")

    def carry_out(self, kill):
        self.writer.wait_until_calm(CALM_S)
        kill.first = time.monotonic()
        before = self.containers(kill)
        kill.struck = time.monotonic()
        kill.strike()
        self.wait_until_well(kill.struck, kill.back, kill.what)
        kill.end = time.monotonic()
        self.assertEqual(self.containers(kill), before, f"{kill.what}: another container restarted")

    def containers(self, kill):
        """Those that must stay as they are."""
        if kill.moves:
            return {}
        return {copy["index"]: self.inside.identity(copy["site"], container_pid(copy))
                for copy in self.copies if copy["index"] != kill.restarts}

    def wait_until_well(self, since, back, what):
        deadline = time.monotonic() + BACK_S
        while wrong := self.what_is_wrong(since, back):
            if time.monotonic() > deadline:
                self.fail(f"{what}: not well again within {BACK_S:.0f} s: {wrong}; "
                          + json.dumps(self.inside.instance()))
            time.sleep(LOOK_S)

    def what_is_wrong(self, since, back):
        """Empty: all is well. The cheap questions first."""
        row = self.writer.acknowledged_in_a_row(since)
        if row < IN_A_ROW:
            return f"only {row} writes in a row were acknowledged"
        if not back():
            return "what was killed does not run again"
        if not self.inside.api_is_well():
            return "the API is not well"
        if (self.inside.instance() or {}).get("state") != "running":
            return "the instance is not running"
        primary = self.copy("primary")
        if primary is None:
            return "no copy leads"
        links = self.inside.sql(primary, "postgres",
                                "SELECT state, sync_state FROM pg_stat_replication")
        if links != "streaming|quorum\nstreaming|quorum":
            return f"the standbys do not both follow: {links}"
        return ""

    # -- what is left -----------------------------------------------------------------------------

    def count_lost(self, done):
        """An acknowledged party that is not there exactly once, on any of the three copies."""
        wanted = {write.name for write in self.writer.writes if write.acknowledged}
        bad = set()
        for copy in self.copies:
            found = self.parties(copy, wanted)
            bad |= {name for name in wanted if found.get(name) != 1}
            bad |= {name for name, count in found.items() if count != 1}
        for kill in done:
            mine = self.writer.between(kill.first, kill.end or time.monotonic())
            kill.lost = str(sum(write.name in bad for write in mine))

    def parties(self, copy, wanted):
        """{name: how often} on a copy, once it holds all that is wanted or CATCH_UP_S are over."""
        deadline = time.monotonic() + CATCH_UP_S
        while True:
            rows = self.inside.sql(copy, "erp", "SELECT name, count(*) FROM party_party "
                                   f"WHERE name LIKE '{self.writer.prefix}%' GROUP BY name") or ""
            found = {name: int(count) for name, count in
                     (line.split("|") for line in rows.splitlines())}
            if wanted <= found.keys() or time.monotonic() > deadline:
                return found
            time.sleep(LOOK_S)


def table(writer, done):
    rows = [COLUMNS]
    for kill in done:
        end = kill.end or time.monotonic()
        writes = writer.between(kill.first, end)
        kinds = ", ".join(f"{count} x {kind}"
                          for kind, count in sorted(steady_writer.kinds(writes).items()))
        rows.append((kill.what, str(len(writes)), str(sum(bool(w.error) for w in writes)),
                     kinds or "-", str(sum(kill.first <= t < end for t in writer.held_back)),
                     f"{writer.longest_gap(kill.first, end):.1f}",
                     f"{end - kill.struck:.1f}", kill.lost))
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
                     for row in rows) + "\n"


def report(text):
    print(f"\n{text}", flush=True)
    folder = os.environ.get("FOYER_REPORTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / "kills.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    unittest.main(verbosity=2)
