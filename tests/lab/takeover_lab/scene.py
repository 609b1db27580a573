"""What a scenario can do to the homes, and what it can see of them."""

import contextlib
import os
import subprocess
import time

from foyer_lab.client import Client
from foyer_lab.errors import LabError
from inside import INSTANCE, Inside, container_pid, in_partition, partition

WELL_S = 240.0  # after the heal all must be in its place again
LOOK_S = 0.25
STEP_S = 60.0


class NeverHappened(Exception):
    """Something that had to happen did not."""


class Scene:
    """One lab, one instance in it, and the moments of the run."""

    def __init__(self, cloud, primaries, rng, mode="synchronous"):
        self.cloud, self.primaries, self.rng, self.mode = cloud, primaries, rng, mode
        self.inside = Inside(cloud)
        self.traffic = None  # of the run
        self.begin()

    def begin(self):
        """A new run: who leads, who follows."""
        self.fault_at = self.fault_wall = self.possible_at = self.since = 0.0
        self.notes, self.kept = [], {}
        self.boots_s = []  # of a machine of its own, after a cut
        self.before = self.inside.instance()
        copies = self.before["replicas"]
        self.primaries.begin()
        self.primaries.follow(copies)
        self.leader = next(copy for copy in copies if copy["role"] == "primary")
        self.standbys = [copy for copy in copies if copy is not self.leader]

    # -- moments ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def fault(self):
        """Around what strikes. Requests count from its end on, the clock runs from its start."""
        began, wall = time.monotonic(), time.time()
        yield
        if not self.fault_at:
            self.fault_at, self.fault_wall = began, wall
        self.struck(began)

    def struck(self, began=None):
        """From now on nothing more stands in the way of a takeover."""
        self.since = time.monotonic()
        self.possible_at = began or self.since

    def promoted_s(self):
        """From then until another copy first said that it is the primary; None: none did."""
        moved = [first for (index, _), (first, _) in self.primaries.heard().items()
                 if index != self.leader["index"] and first > self.fault_wall]
        if not moved or not self.fault_at:
            return None
        return round(min(moved) - self.fault_wall - (self.possible_at - self.fault_at), 2)

    def note(self, text):
        self.notes.append(text)

    # -- the lab's verbs, without the time a new program takes to start ---------------------------

    def lab(self, verb, **fields):
        with Client(self.cloud.lab_state) as client:
            return client.ask(verb, **fields)

    def cut(self, scope, name="", direction="both"):
        self.lab("cut", scope=scope, name=name, direction=direction, island=False)

    def heal(self, scope, name="", direction="both"):
        self.lab("heal", scope=scope, name=name, direction=direction)

    def power(self, verb, home):
        """kill, boot, freeze or thaw a home; one that is so already stays so."""
        self.lab(verb, name=home)

    def heal_all(self):
        """Whatever a run left broken: cut, off, frozen, full, wrong."""
        status = self.cloud.status()
        for cut in status["cuts"]:
            self.heal(cut["scope"], cut["name"])
        for place in status["places"]:
            try:
                if place["state"] == "frozen":
                    self.power("thaw", place["name"])
                elif place["state"] == "killed":
                    self.power("boot", place["name"])
                if place["clock_s"]:
                    self.lab("clock", name=place["name"], offset_s=0)
            except LabError as error:
                self.note(f"heal {place['name']}: {error.text()}")

    # -- processes --------------------------------------------------------------------------------

    def agent(self, home):
        return self.inside.service(home, "agent")

    def promote(self):
        """As its customer types it."""
        self.types("acme-sarl", "instance", "promote", INSTANCE, "--no-wait")

    def give_up_missing(self):
        self.types("acme-sarl", "instance", "promote", INSTANCE, "--accept-data-loss", INSTANCE,
                   "--no-wait")

    def repair_text(self):
        return str((self.inside.instance() or {}).get("repair", ""))

    def operator(self, *words):
        self.types("operator", *words)

    def types(self, account, *words):
        """A command of an account; what was said when it is refused."""
        env = {**os.environ, "FOYER_CONFIG": str(self.cloud.state / f"{account}.toml")}
        done = subprocess.run([self.cloud.programs / "foyer", *words], env=env, check=False,
                              text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=STEP_S)
        if done.returncode != 0:
            raise NeverHappened(f"{' '.join(words)}: {done.stdout.strip()}")

    def kill_postgres(self, copy):
        self.inside.kill_child(copy["site"], container_pid(copy), "postgres")

    def in_partition(self, copy, *argv):
        return self.inside.run(copy["site"], *in_partition(copy, *argv))

    def sql(self, copy, query, database="postgres"):
        return self.inside.sql(copy, database, query)

    def has_files(self, copy):
        """Its box holds something of it, volume or group."""
        box = self.cloud.lab_state / "homes" / copy["site"] / "box1"
        return any(box.glob(f"partitions/{partition(copy)}")) or any(
            box.glob(f"state/groups/{partition(copy)}.json"))

    # -- waiting ----------------------------------------------------------------------------------

    def wait(self, what, holds, seconds=STEP_S, pause_s=LOOK_S):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise NeverHappened(f"not within {seconds:.0f} s: {what}")
            time.sleep(pause_s)

    def wait_writes_hang(self):
        """Until a write that waits for its second copy is seen on the leader."""
        self.wait("a write waits for its second copy", lambda: self.sql(
            self.leader, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
            == "t")

    def leads_now(self):
        """Index of the only copy that says so; None."""
        primaries, _ = self.primaries.now()
        return primaries[0] if len(primaries) == 1 else None

    def moved(self):
        index = self.leads_now()
        return index is not None and index != self.leader["index"]

    def what_is_wrong(self):
        """Empty: every copy is in its place and follows. The cheap questions first."""
        found = self.inside.instance()
        if found is None:
            return "the API does not answer"
        self.primaries.follow(found["replicas"])
        if found["state"] != "running":
            return f"the instance is {found['state']}: " + ", ".join(
                f"copy {c['index']} at {c['site']} {c['role']} {c['state']} "
                f"{c.get('detail', '')}".strip() for c in found["replicas"])
        lead = [copy for copy in found["replicas"] if copy["role"] == "primary"]
        if len(lead) != 1:
            return f"{len(lead)} copies lead"
        followers = len(found["replicas"]) - 1
        counts = "quorum" if self.mode == "synchronous" else "async"
        links = self.sql(lead[0], "SELECT count(*) FROM pg_stat_replication WHERE "
                                  f"state = 'streaming' AND sync_state = '{counts}'")
        if links != str(followers):
            return f"only {links} of {followers} standbys follow and count"
        if self.leads_now() != lead[0]["index"]:
            return f"copies that say they lead: {self.primaries.now()[0]}"
        return ""

    def ended(self):
        """Programs that no longer start, of which the API can only say that their box is silent."""
        failed = [f"{service['name']} of {place['name']}" for place in self.cloud.status()["places"]
                  for box in place["boxes"] for service in box["services"]
                  if service["state"] == "failed"]
        return f"; does not start any more: {', '.join(failed)}" if failed else ""

    def wait_well(self, seconds=WELL_S):
        deadline = time.monotonic() + seconds
        while wrong := self.what_is_wrong():
            if time.monotonic() > deadline:
                raise NeverHappened(f"not well within {seconds:.0f} s: {wrong}{self.ended()}")
            time.sleep(LOOK_S)
