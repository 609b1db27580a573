"""One run: traffic, fault, takeover, heal, all in its place again; then it is judged."""

import random
import time
import traceback

import steady_writer

from . import checks, history, sql_writers
from .holdings import Holdings
from .scene import LOOK_S, NeverHappened
from .traffic import Traffic

IN_A_ROW = 5  # acknowledged writes that count as "works again"
WARM_S = 30.0
ANSWERED_S = 75.0  # writes must be acknowledged again within this, or else after the heal
TOLD_MAX = 20  # of one kind, of what is wrong
TOLD_S = 20.0  # until boxes and edges have told their moments of the takeover


class Run:
    def __init__(self, scene, scenario, number, seed, turn, sql=False, hold_s=None):
        self.scene, self.scenario, self.sql, self.hold_s = scene, scenario, sql, hold_s
        self.turn = turn
        # What stands here stays when the run does not get to its end.
        self.row = {"scenario": scenario.name, "run": number, "seed": seed, "came_back": False,
                    "rto_s": None, "gap_s": None, "lost_acks": None, "two_primaries": 0,
                    "stale_answers": 0, "missed_reads": 0, "lead_problem": "", "problem": "",
                    "mode": scene.mode, "excused": list(scenario.excused)}
        # Another moment between two renewals in every run, the same for the same seed.
        scene.rng = self.rng = random.Random(f"{seed} {scenario.name} {number}")
        self.traffic = self.sql_writers = None
        self.healed_wall = 0.0

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
        self.scenario.before(scene)
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
        with self.turn:
            calm = time.monotonic()
            scene.wait("writes are acknowledged before the fault",
                       lambda: self.traffic.in_a_row(calm) >= IN_A_ROW, WARM_S)
            time.sleep(self.rng.uniform(0.0, 1.0))
            scenario.strike(scene)
            scene.wait("writes are acknowledged again before the heal", self.answered, ANSWERED_S)
        if scenario.lead is checks.Lead.MOVES:
            scene.wait("another copy leads before the heal", scene.moved)
        if scenario.until:
            scene.wait(scenario.until.__name__, lambda: scenario.until(scene), scenario.until_s)
        hold_s = scenario.hold_s if self.hold_s is None else self.hold_s
        time.sleep(max(0.0, scene.fault_at + hold_s - time.monotonic()))

    def answered(self):
        return self.traffic.in_a_row(self.scene.since) >= IN_A_ROW

    def heal(self):
        scene = self.scene
        self.healed_wall = time.time()
        self.scenario.heal(scene)
        healed = time.monotonic()
        scene.wait_well()
        scene.wait("writes are acknowledged after the heal",
                   lambda: self.traffic.in_a_row(healed) >= IN_A_ROW)
        self.row["back_s"] = round(time.monotonic() - healed, 2)

    def mend(self):
        """After a run that went wrong: does it come back once nothing is broken any more?"""
        scene = self.scene
        self.healed_wall = self.healed_wall or time.time()
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
        scene, row, traffic = self.scene, self.row, self.traffic
        row["came_back"] = "back_s" in row
        self.timing(traffic.writes(), traffic.reads(), end)
        self.judge_answers({"writes": traffic.writes(), "reads": traffic.reads(),
                            "updates": traffic.updates(), "looks": traffic.looks()})
        both = checks.overlaps(scene.primaries.heard())
        row["two_primaries"] = int(bool(both))
        row["both"] = [f"copies {a[0]} and {b[0]} for {length:.2f} s" for a, b, length in both]
        row["looks_at_copies"] = scene.primaries.looks  # answers; few of them prove little
        row["woke_s"] = round(scene.primaries.woke_s, 2)
        if scene.fault_at:
            row["lead_problem"] = checks.lead_problem(
                self.scenario.lead, scene.leader["index"], scene.primaries.heard(),
                scene.fault_wall, self.healed_wall)
        self.compare()
        fences = [call.fence for call in traffic.writes() if call.acknowledged and call.fence]
        row["fences"] = list(dict.fromkeys(fences))
        row["notes"], row["boots_s"] = scene.notes, scene.boots_s

    def judge_answers(self, kinds):
        """What the customers were told, whatever the copies hold."""
        scene, row = self.scene, self.row
        for kind, calls in kinds.items():
            outcomes = [checks.outcome(call) for call in calls]
            row[kind] = {word: outcomes.count(word) for word in ("ok", "failed", "unknown")}
            row[kind]["kinds"] = dict(steady_writer.kinds(calls))
        every = [call for calls in kinds.values() for call in calls]
        unanswered = sum(not call.acknowledged for call in every)
        if self.scenario.quiet and unanswered and not row["problem"]:
            row["problem"] = f"{unanswered} of {len(every)} requests were not answered"
        # Nothing can be said of the age of these.
        row["unfenced"] = sum(call.acknowledged and checks.parse_fence(call.fence) is None
                              for call in every)
        stale = checks.stale_answers(every)
        row["stale_answers"] = len(stale)
        row["missed_reads"] = len(checks.missed_reads(kinds["reads"]))
        row["stale"] = [f"{call.start - scene.fault_at:+.2f} s: {fence} after {newer}"
                        for call, fence, newer in stale[:5]]

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

    def compare(self):
        """What was acknowledged, and what was shown, against what every copy holds in the end."""
        row, traffic = self.row, self.traffic
        if not row["came_back"]:
            return  # nobody can tell
        writes, reads, holdings = traffic.writes(), traffic.reads(), Holdings(self.scene)
        told = {write.name for write in writes if write.acknowledged} | checks.shown(reads)
        found = holdings.parties(traffic.writer.prefix, told)
        for key, names in (("lost_acks", checks.lost_writes(writes, found)),
                           ("unfounded_reads", checks.unfounded_reads(reads, found)),
                           ("twice", checks.written_twice(writes, found)),
                           ("failed_but_there", checks.there_by_outcome(writes, found, "failed"))):
            row[key] = len(names)
            if names:
                row[f"{key}_names"] = names[:TOLD_MAX]
        row["unknown_but_there"] = len(checks.there_by_outcome(writes, found, "unknown"))
        updates, looks = traffic.updates(), traffic.looks()
        looks_tell = "unfounded_reads" not in self.scenario.excused
        held = holdings.counters(traffic.counter_writer.prefix,
                                 history.Told(updates, looks, looks_tell).in_the_end())
        self.tell_order(history.went_back(updates, looks, held, looks_tell)
                        + history.never_written(updates, looks, held, checks.outcome))

    def tell_order(self, problems):
        row = self.row
        row["out_of_order"] = row.get("out_of_order", 0) + len(problems)
        row["order"] = row.get("order", []) + problems[:TOLD_MAX]

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
        holdings = Holdings(self.scene)
        wanted = {one.name for one in acknowledged}
        lost = set().union(*(wanted - found.keys() for found in holdings.sql_names(wanted)))
        row["lost_acks"] += len(lost)
        row.setdefault("lost_acks_names", []).extend(sorted(lost)[:TOLD_MAX])
        held = holdings.sql_counters(history.Told(acknowledged, ()).in_the_end())
        self.tell_order(history.went_back(acknowledged, (), held))
