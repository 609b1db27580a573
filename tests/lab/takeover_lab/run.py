"""One run: traffic, fault, takeover, heal, all in its place again; then it is judged."""

import random
import time
import traceback

import steady_writer

from . import checks, sql_writers
from .scene import LOOK_S, NeverHappened
from .traffic import Traffic

IN_A_ROW = 5  # acknowledged writes that count as "works again"
WARM_S = 30.0
ANSWERED_S = 75.0  # writes must be acknowledged again within this, or else after the heal
CATCH_UP_S = 20.0  # for all copies together
TOLD_S = 20.0  # until boxes and edges have told their moments of the takeover


class Run:
    def __init__(self, scene, scenario, number, seed, sql=False, hold_s=None):
        self.scene, self.scenario, self.sql, self.hold_s = scene, scenario, sql, hold_s
        # What stands here stays when the run does not get to its end.
        self.row = {"scenario": scenario.name, "run": number, "seed": seed, "came_back": False,
                    "rto_s": None, "gap_s": None, "lost_acks": None, "two_primaries": 0,
                    "stale_answers": 0, "missed_reads": 0, "problem": "", "mode": scene.mode}
        # Another moment between two renewals in every run, the same for the same seed.
        scene.rng = self.rng = random.Random(f"{seed} {scenario.name} {number}")
        self.traffic = self.sql_writers = None

    def carry_out(self):
        """The row of this run, whatever happened in it: the next one goes on."""
        try:
            self._carry_out()
        except Exception as error:
            self.row.update(problem=repr(error), came_back=False)
            traceback.print_exc()
        return self.row

    def _carry_out(self):
        scene, row = self.scene, self.row
        scene.wait_well()
        scene.begin()
        row["durability"] = scene.before.get("durability", "")
        row["leader"], row["at"] = scene.leader["site"], time.strftime("%FT%TZ", time.gmtime())
        prefix = f"{row['scenario']}-{row['run']}-{int(time.time())}-"
        scene.traffic = self.traffic = Traffic(scene.cloud, prefix)
        if self.sql:
            self.begin_sql(prefix)
        self.traffic.start()
        try:
            self.strike()
            self.heal()
        except (NeverHappened, RuntimeError) as error:
            row["problem"] = str(error)
            self.mend()
        finally:
            end = time.monotonic()
            self.traffic.finish()
            sql = self.sql_writers.finish() if self.sql_writers else []
        self.judge(end)
        self.judge_sql(sql)
        self.tell_timeline()

    def begin_sql(self, prefix):
        scene = self.scene
        if scene.sql(scene.leader, sql_writers.CREATE) is None:
            raise NeverHappened("the table of the SQL writers cannot be made")
        self.sql_writers = sql_writers.SqlWriters(
            scene.cloud.lab_state, [scene.leader, *scene.standbys], prefix)

    def strike(self):
        scene, scenario = self.scene, self.scenario
        begun = time.monotonic()
        scene.wait("the first writes are acknowledged",
                   lambda: self.traffic.in_a_row(begun) >= IN_A_ROW, WARM_S)
        scenario.prepare(scene)
        calm = time.monotonic()
        scene.wait("writes are acknowledged before the fault",
                   lambda: self.traffic.in_a_row(calm) >= IN_A_ROW, WARM_S)
        time.sleep(self.rng.uniform(0.0, 1.0))
        scenario.strike(scene)
        scene.wait("writes are acknowledged again before the heal", self.answered, ANSWERED_S)
        if scenario.until:
            scene.wait(scenario.until.__name__, lambda: scenario.until(scene), scenario.until_s)
        hold_s = scenario.hold_s if self.hold_s is None else self.hold_s
        time.sleep(max(0.0, scene.fault_at + hold_s - time.monotonic()))

    def answered(self):
        return self.traffic.in_a_row(self.scene.since) >= IN_A_ROW

    def heal(self):
        scene = self.scene
        self.scenario.heal(scene)
        healed = time.monotonic()
        scene.wait_well()
        scene.wait("writes are acknowledged after the heal",
                   lambda: self.traffic.in_a_row(healed) >= IN_A_ROW)
        self.row["back_s"] = round(time.monotonic() - healed, 2)

    def mend(self):
        """After a run that went wrong: does it come back once nothing is broken any more?"""
        scene = self.scene
        try:
            self.scenario.heal(scene)
        except Exception as error:  # healed already, or in another way
            scene.note(f"heal: {error}")
        scene.heal_all()
        healed = time.monotonic()
        try:
            scene.wait_well()
            self.row["back_s"] = round(time.monotonic() - healed, 2)
        except NeverHappened as error:
            scene.note(str(error))

    # -- judging ----------------------------------------------------------------------------------

    def judge(self, end):
        scene, row = self.scene, self.row
        writes, reads = self.traffic.writes(), self.traffic.reads()
        row["came_back"] = "back_s" in row
        self.timing(writes, reads, end)
        for kind, calls in (("writes", writes), ("reads", reads)):
            outcomes = [checks.outcome(call) for call in calls]
            row[kind] = {word: outcomes.count(word) for word in ("ok", "failed", "unknown")}
            row[kind]["kinds"] = dict(steady_writer.kinds(calls))
        unanswered = sum(not call.acknowledged for call in writes + reads)
        if self.scenario.quiet and unanswered and not row["problem"]:
            row["problem"] = f"{unanswered} of {len(writes + reads)} requests were not answered"
        # Nothing can be said of the age of these.
        row["unfenced"] = sum(call.acknowledged and checks.parse_fence(call.fence) is None
                              for call in writes + reads)
        stale = checks.stale_answers(writes + reads)
        row["stale_answers"], row["missed_reads"] = len(stale), len(checks.missed_reads(reads))
        row["stale"] = [f"{call.start - scene.fault_at:+.2f} s: {fence} after {newer}"
                        for call, fence, newer in stale[:5]]
        both = checks.overlaps(scene.primaries.heard())
        row["two_primaries"] = int(bool(both))
        row["both"] = [f"copies {a[0]} and {b[0]} for {length:.2f} s" for a, b, length in both]
        row["looks"] = scene.primaries.looks  # answers; few of them prove little
        row["woke_s"] = round(scene.primaries.woke_s, 2)
        self.compare(writes, reads)
        fences = [call.fence for call in writes if call.acknowledged and call.fence]
        row["fences"] = list(dict.fromkeys(fences))
        row["notes"] = scene.notes

    def tell_timeline(self):
        """The takeovers of this run as the API tells them, once all of it is told."""
        scene, row = self.scene, self.row
        if not self.scenario.cause:
            return
        before = int(scene.before["generation"]), int(scene.before["epoch"])
        deadline = time.monotonic() + TOLD_S
        while True:
            found = checks.newer_takeovers(scene.inside.timeline() or {}, before)
            if found and checks.is_told(found[-1]) or time.monotonic() > deadline:
                break
            time.sleep(LOOK_S)
        row["timeline"] = found
        row["timeline_problems"] = checks.timeline_problems(
            found, scene.leader["index"], self.scenario.cause)

    def timing(self, writes, reads, end):
        scene, row = self.scene, self.row
        if not scene.fault_at:
            return
        gap = checks.longest_gap(writes, scene.fault_at, end)
        row["gap_s"] = round(gap, 2)
        for key, calls in (("rto_s", writes), ("rto_read_s", reads)):
            first = checks.first_good_after(calls, scene.since)
            row[key] = round(first - scene.possible_at, 2) if first else None
        row["promoted_s"] = scene.promoted_s()
        row["fault"] = time.strftime("%FT%T", time.gmtime(scene.fault_wall)) + (
            f"{scene.fault_wall % 1:.3f}"[1:] + "Z")  # as in the logs
        if self.scenario.by_gap:
            row["rto_s"] = None if row["problem"] else row["gap_s"]

    def compare(self, writes, reads):
        """What was acknowledged, and what was shown, against what every copy holds in the end."""
        row = self.row
        if not row["came_back"]:
            return  # nobody can tell
        wanted = {write.name for write in writes if write.acknowledged}
        deadline = time.monotonic() + CATCH_UP_S
        copies = self.scene.inside.instance()["replicas"]
        found = [self.parties(copy, wanted, deadline) for copy in copies]
        lost = checks.lost_writes(writes, found)
        unfounded = checks.unfounded_reads(reads, found)
        row["lost_acks"], row["unfounded_reads"] = len(lost), len(unfounded)
        row["lost"] = lost[:20] + unfounded[:20]
        twice = [name for name, count in found[0].items() if count > 1]
        row["twice"] = len(twice)
        row["unknown_but_there"] = sum(write.name in found[0] for write in writes
                                       if checks.outcome(write) == "unknown")
        row["failed_but_there"] = sum(write.name in found[0] for write in writes
                                      if checks.outcome(write) == "failed")

    def judge_sql(self, acknowledged):
        row = self.row
        if not self.sql_writers:
            return
        row["sql_acks"] = len(acknowledged)
        both = checks.overlaps(checks.sql_spans(acknowledged))
        row["two_primaries"] = int(bool(row["two_primaries"] or both))
        row["both"] += [f"copies {a[0]} and {b[0]} acknowledged SQL for {length:.2f} s"
                        for a, b, length in both]
        if not row["came_back"]:
            return
        wanted = {one.name for one in acknowledged}
        deadline = time.monotonic() + CATCH_UP_S
        lost = set()
        for copy in self.scene.inside.instance()["replicas"]:
            lost |= wanted - self.sql_names(copy, wanted, deadline)
        row["lost_acks"] += len(lost)
        row["lost"] += sorted(lost)[:20]

    def sql_names(self, copy, wanted, deadline):
        """What a copy holds, once it holds all that is wanted or it is too late."""
        while True:
            names = self.scene.sql(copy, f"SELECT name FROM {sql_writers.TABLE}") or ""
            found = set(names.split())
            if wanted <= found or time.monotonic() > deadline:
                return found
            time.sleep(LOOK_S)

    def parties(self, copy, wanted, deadline):
        """{name: how often} on a copy, once it holds all that is wanted or it is too late."""
        while True:
            rows = self.scene.sql(copy, "SELECT name, count(*) FROM party_party WHERE name LIKE "
                                  f"'{self.traffic.writer.prefix}%' GROUP BY name", "erp") or ""
            found = {name: int(count) for name, count in
                     (line.split("|") for line in rows.splitlines())}
            if wanted <= found.keys() or time.monotonic() > deadline:
                return found
            time.sleep(LOOK_S)
