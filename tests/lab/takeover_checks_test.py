#!/usr/bin/python3
"""What the takeover laboratory judges, on calls made up by hand: no root, no namespace."""

import contextlib
import io
import json
import os
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

from takeover_lab import checks, cli, laboratory, lanes, machine, scenarios  # noqa: E402
from takeover_lab.rows import PROMISES, Rows, is_bad, why_bad  # noqa: E402
from takeover_lab.run import Run  # noqa: E402
from takeover_lab.scene import NeverHappened  # noqa: E402

MOVES, STAYS, EITHER = checks.Lead.MOVES, checks.Lead.STAYS, checks.Lead.EITHER


@dataclass
class Call:
    start: float
    end: float
    fence: str = "1.1"
    error: str = ""
    name: str = "a"
    wanted: set = field(default_factory=set)
    seen: set = field(default_factory=set)

    @property
    def acknowledged(self):
        return self.end > 0 and not self.error


class Sql(unittest.TestCase):
    def test_only_a_returned_row_is_an_acknowledgement(self):
        self.assertEqual(checks.parse_sql_answer("a-1|sql-2|9|17.5|3.25\n"), {
            "name": "a-1", "key": "sql-2", "value": 9, "at": 17.5, "started": 3.25})
        for line in ("", "ERROR:  cannot execute INSERT in a read-only transaction\n",
                     "a|k|b|1|2\n", "a|k|1|2|c\n", "a|k|1|2\n"):
            self.assertIsNone(checks.parse_sql_answer(line))

    def test_two_copies_that_acknowledge_at_one_time_are_found(self):
        def acks(*rows):
            return [checks.SqlAck(str(at), index, at, started)
                    for index, at, started in rows]
        one_after_the_other = acks((0, 1.0, 0.5), (0, 4.0, 0.5), (1, 5.0, 0.7), (0, 9.0, 8.0))
        self.assertEqual(checks.overlaps(checks.sql_spans(one_after_the_other)), [])
        both = acks((0, 1.0, 0.5), (1, 3.0, 0.7), (0, 4.0, 0.5), (1, 5.0, 0.7))
        found = checks.overlaps(checks.sql_spans(both))
        self.assertEqual([(a[0], b[0]) for a, b, _ in found], [(0, 1)])


class Answers(unittest.TestCase):
    def test_an_operation_is_ok_failed_or_unknown(self):
        self.assertEqual(checks.outcome(Call(0, 1)), "ok")
        self.assertEqual(checks.outcome(Call(0, 1, error="HTTP 503")), "failed")
        for error in ("HTTP 502", "HTTP 504", "TimeoutError", "ERP: OperationalError"):
            self.assertEqual(checks.outcome(Call(0, 1, error=error)), "unknown")

    def test_an_older_answer_to_a_later_request_is_stale(self):
        newer = Call(0.0, 1.0, "1.2")
        for start, fence, stale in ((1.1, "1.1", True), (0.9, "1.1", False), (1.1, "1.2", False),
                                    (1.1, "2.1", False), (1.1, "", False), (1.1, "0.9", True)):
            with self.subTest(start=start, fence=fence):
                found = checks.stale_answers([Call(start, 2.0, fence), newer])
                self.assertEqual(bool(found), stale)

    def test_an_answer_that_is_no_good_one_is_never_stale(self):
        self.assertEqual(checks.stale_answers(
            [Call(0, 1, "1.2"), Call(2, 3, "1.1", error="HTTP 503")]), [])

    def test_epochs_are_numbers(self):
        self.assertEqual(len(checks.stale_answers([Call(0, 1, "1.10"), Call(2, 3, "1.9")])), 1)
        for text in ("", "1", "1.", ".1", "1.x", "-1.2"):
            self.assertIsNone(checks.parse_fence(text))

    def test_what_was_acknowledged_is_on_every_copy(self):
        writes = [Call(0, 1, name=name) for name in ("one", "gone", "half")]
        writes.append(Call(0, 1, name="unknown", error="TimeoutError"))
        copies = [{"one": 1, "half": 1}, {"one": 1}]
        self.assertEqual(checks.lost_writes(writes, copies), ["gone", "half"])

    def test_nothing_is_there_more_often_than_its_client_sent_it(self):
        unknown = Call(0, 1, name="unknown", error="TimeoutError")
        again = [Call(0, 1, name="again", error="HTTP 502"), Call(2, 3, name="again")]
        writes = [Call(0, 1, name="one"), Call(0, 1, name="two"), unknown, *again]
        copies = [{"one": 1, "two": 1, "again": 2}, {"one": 1, "two": 2, "again": 2}]
        self.assertEqual(checks.written_twice(writes, copies), ["two"],
                         "a client that tries again may find it twice")
        self.assertEqual(checks.written_twice([unknown], [{"unknown": 2}]), ["unknown"])
        self.assertEqual(checks.written_twice(again, [{"again": 3}]), ["again"])

    def test_what_was_let_through_by_nobody_is_not_there(self):
        writes = [Call(0, 1, name="refused", error="HTTP 503"), Call(0, 1, name="ok"),
                  Call(0, 1, name="absent", error="HTTP 503"),
                  Call(0, 1, name="unknown", error="HTTP 502")]
        copies = [{"ok": 1, "unknown": 1}, {"ok": 1, "refused": 1}]
        self.assertEqual(checks.there_by_outcome(writes, copies, "failed"), ["refused"])
        self.assertEqual(checks.there_by_outcome(writes, copies, "unknown"), ["unknown"])

    def test_reads_show_what_is_there_and_all_that_was_acknowledged(self):
        reads = [Call(0, 1, seen={"one", "ghost"}, wanted={"one"}),
                 Call(0, 1, seen=set(), wanted={"one"}),
                 Call(0, 1, seen={"other"}, wanted={"one"}, error="HTTP 502")]
        self.assertEqual(checks.unfounded_reads(reads, [{"one": 1}]), ["ghost"])
        self.assertEqual(checks.missed_reads(reads), reads[1:2])
        self.assertEqual(checks.unfounded_reads([], [{}]), [])


class Times(unittest.TestCase):
    def test_the_first_good_answer_to_a_request_started_after_the_fault(self):
        calls = [Call(0.9, 5.0), Call(1.1, 9.0), Call(1.2, 8.0), Call(1.3, 2.0, error="HTTP 503")]
        self.assertEqual(checks.first_good_after(calls, 1.0), 8.0)
        self.assertIsNone(checks.first_good_after(calls, 2.0))

    def test_the_longest_gap_counts_the_ends_too(self):
        calls = [Call(0, 1.0), Call(0, 2.0), Call(0, 2.5, error="HTTP 502"), Call(0, 6.0)]
        self.assertEqual(checks.longest_gap(calls, 0.0, 7.0), 4.0)
        self.assertEqual(checks.longest_gap(calls, 0.0, 20.0), 14.0)

    def test_a_percentile_is_a_measured_value(self):
        self.assertEqual(checks.percentile([3, 1, 2], 50), 2)
        self.assertEqual(checks.percentile(list(range(1, 21)), 95), 19)
        self.assertEqual(checks.percentile([7], 95), 7)
        self.assertIsNone(checks.percentile([], 50))


class Primaries(unittest.TestCase):
    def test_two_copies_that_were_primary_at_one_moment(self):
        spans = {(0, 10.0): (11.0, 20.0), (1, 12.0): (19.5, 30.0), (2, 1.0): (31.0, 32.0)}
        self.assertEqual(checks.overlaps(spans), [((0, 10.0), (1, 12.0), 0.5)])

    def test_one_after_the_other_is_how_it_should_be(self):
        self.assertEqual(checks.overlaps({(0, 1.0): (2.0, 3.0), (1, 1.0): (3.1, 9.0),
                                          (0, 5.0): (9.5, 9.9)}), [])

    def test_a_single_sighting_in_the_middle_of_another_span_counts(self):
        self.assertEqual(len(checks.overlaps({(0, 1.0): (2.0, 9.0), (1, 1.0): (3.0, 3.0)})), 1)

    def test_two_runs_of_one_copy_are_not_two(self):
        self.assertEqual(checks.overlaps({(0, 1.0): (2.0, 9.0), (0, 3.0): (3.0, 4.0)}), [])


class Leads(unittest.TestCase):
    """Copy 0 led; moments are seconds: the fault at 100, the heal at 120."""

    def problem(self, lead, *others):
        spans = {(0, 1.0): (2.0, 106.0), **{(index, 1.0): (first, first + 5)
                                            for index, first in others}}
        return checks.lead_problem(lead, 0, spans, 100.0, 120.0)

    def test_a_takeover_that_is_demanded_comes_before_the_heal(self):
        self.assertEqual(self.problem(MOVES, (1, 108.0)), "")
        self.assertEqual(self.problem(MOVES, (1, 119.9), (2, 130.0)), "")
        for others in ((), ((1, 121.0),), ((1, 50.0),)):
            with self.subTest(others):
                self.assertIn("nobody took over", self.problem(MOVES, *others))

    def test_a_lead_that_must_stay_does(self):
        self.assertEqual(self.problem(STAYS), "")
        self.assertIn("8.0 s after the fault", self.problem(STAYS, (1, 108.0)))
        self.assertNotEqual(self.problem(STAYS, (1, 125.0)), "", "nor after the heal")

    def test_some_scenarios_do_not_say(self):
        for others in ((), ((1, 108.0),)):
            self.assertEqual(self.problem(EITHER, *others), "")

    def test_scenarios_demand_a_takeover_unless_they_say_otherwise(self):
        by_lead = {lead: {name for name, one in scenarios.ALL.items() if one.lead is lead}
                   for lead in checks.Lead}
        self.assertEqual(by_lead[STAYS], {"master_away", "nightly_reset", "clock_step",
                                          "machine_standby_off"})
        self.assertEqual(by_lead[EITHER], {"agent_killed", "service_dead", "flapping",
                                           "backend_oom", "disk_full"})
        self.assertLessEqual({"power_off", "line_cut", "planned", "home_lost", "country_cut",
                              "majority_lost", "drained"}, by_lead[MOVES])


class Strikes(unittest.TestCase):
    """Run.strike() where writes are always acknowledged again, whoever leads."""

    def strike(self, lead, moved):
        def wait(what, holds, *_):
            if not holds():
                raise NeverHappened(what)
        scene = SimpleNamespace(mode="synchronous", wait=wait, moved=lambda: moved, since=0.0,
                                fault_at=0.0)
        run = Run(scene, scenarios.Scenario("made_up", scenarios.nothing, lead=lead), 1, 1,
                  contextlib.nullcontext())
        run.traffic = SimpleNamespace(in_a_row=lambda since: 100)
        with mock.patch("time.sleep"):
            run.strike()

    def test_a_run_goes_on_to_the_heal_only_when_the_takeover_it_demands_is_there(self):
        with self.assertRaisesRegex(NeverHappened, "another copy leads"):
            self.strike(MOVES, moved=False)
        self.strike(MOVES, moved=True)
        self.strike(STAYS, moved=False)
        self.strike(EITHER, moved=False)


class Lanes(unittest.TestCase):
    """Several laboratories at once, without homes: each run says when it held the turn."""
    JOBS = [(scenarios.ALL[name], number) for number in (1, 2, 3)
            for name in ("power_off", "planned")]

    def run_all(self, labs, one_run):
        rows, options = [], SimpleNamespace(labs=labs, bin=None, keep=None, mode="synchronous")
        with mock.patch.multiple(lanes, Laboratory=mock.MagicMock(), one_run=one_run):
            lanes.run_all(list(self.JOBS), options, 7, rows.append)
        return rows

    @staticmethod
    def struck(_, scenario, number, __, seed, turn):
        with turn:
            began = time.monotonic()
            time.sleep(0.02)
            ended = time.monotonic()
        time.sleep(0.1)
        return {"job": (scenario.name, number), "held": (began, ended), "by": os.getpid(),
                "seed": seed}

    def test_each_job_is_done_once_by_as_many_as_were_asked_for(self):
        rows = self.run_all(3, self.struck)
        self.assertEqual(sorted(row["job"] for row in rows),
                         sorted((scenario.name, number) for scenario, number in self.JOBS))
        self.assertEqual(len({row["by"] for row in rows}), 3)
        self.assertEqual({row["seed"] for row in rows}, {7})

    def test_faults_take_turns(self):
        held = sorted(row["held"] for row in self.run_all(3, self.struck))
        for (_, ended), (began, _) in zip(held, held[1:]):
            self.assertLessEqual(ended, began)

    def test_a_laboratory_that_breaks_ends_all_with_its_status(self):
        with self.assertRaises(SystemExit) as ended:
            self.run_all(2, lambda *_: sys.exit(77))
        self.assertEqual(ended.exception.code, 77)


class LabsOfTheirOwn(unittest.TestCase):
    def test_one_that_does_not_come_up_leaves_no_spec_behind(self):
        options = SimpleNamespace(bin=Path("/bin"), keep=None, mode="synchronous",
                                  patience="quick")
        one = laboratory.Laboratory(options)
        folder = Path(tempfile.mkdtemp())
        with mock.patch.multiple(laboratory.cloud_of_homes, new_folder=lambda: folder,
                                 raise_cloud=mock.Mock(side_effect=RuntimeError)):
            with self.assertRaises(RuntimeError):
                one.scene_for(SimpleNamespace(lab="quick_repair"))
        self.assertTrue((folder / "takeover.json").exists())
        one.down()
        self.assertFalse(folder.exists())
        one.down()  # the common spec is nobody's to remove
        self.assertTrue(laboratory.SPEC.exists())


class Days(unittest.TestCase):
    def setUp(self):
        self.draws = [cli.of_the_day(f"2026-{month:02d}-{day:02d}")
                      for month in range(1, 13) for day in range(1, 29)]

    def test_a_day_has_as_many_as_it_may_and_at_most_one_of_another_lab(self):
        for names in self.draws:
            self.assertEqual(len(set(names)), cli.OF_A_DAY)
            self.assertLessEqual(sum(scenarios.ALL[name].lab != "plain" for name in names), 1)
            self.assertTrue(all(scenarios.ALL[name].lab == "plain" for name in names[:-1]),
                            "its lab is raised once, after all the others")

    def test_each_scenario_has_its_day(self):
        self.assertEqual({name for names in self.draws for name in names},
                         set(cli.usual_names()))

    def test_what_is_emulated_is_named_or_not_run(self):
        emulated = {name for name, one in scenarios.ALL.items()
                    if one.lab in scenarios.NAMED_ONLY}
        self.assertEqual(emulated, {"machine_leader_off", "machine_standby_off"})
        self.assertFalse(emulated & {one.name for one in cli.chosen("all")})
        self.assertEqual([one.name for one in cli.chosen("machine_leader_off")],
                         ["machine_leader_off"])

    def test_a_day_can_be_repeated(self):
        self.assertEqual(cli.of_the_day("2026-11-26"), cli.of_the_day("2026-11-26"))


def row(**changes):
    return {"scenario": "power_off", "run": 1, "rto_s": 8.0, "gap_s": 8.5, "lost_acks": 0,
            "two_primaries": 0, "stale_answers": 0, "missed_reads": 0, "unfounded_reads": 0,
            "twice": 0, "failed_but_there": 0, "unfenced": 0, "out_of_order": 0,
            "lead_problem": "", "timeline_problems": [], "came_back": True, "problem": "",
            "mode": "synchronous", "excused": [], "unknown_but_there": 4, "woke_s": 0.1, **changes}


# What a row says of each promise when it is broken.
BROKEN = {"lost_acks": 1, "unfounded_reads": 2, "missed_reads": 1, "out_of_order": 3,
          "two_primaries": 1, "stale_answers": 1, "twice": 1, "failed_but_there": 1, "unfenced": 1,
          "lead_problem": "nobody took over before the heal",
          "timeline_problems": ["the timeline holds no takeover"],
          "problem": "not within 75 s: writes are acknowledged again before the heal"}
BY_TWO_COPIES = {"lost_acks", "unfounded_reads", "missed_reads", "out_of_order"}


class Tables(unittest.TestCase):
    def test_a_row_that_kept_its_promises_is_good(self):
        self.assertEqual(why_bad(row()), [])
        self.assertFalse(is_bad(row(rto_s=60.0)), "slow is not bad: the machine may be")

    def test_each_broken_promise_makes_a_row_bad_and_is_named(self):
        self.assertEqual({promise.key for promise in PROMISES}, BROKEN.keys())
        for key, value in BROKEN.items():
            with self.subTest(key):
                self.assertTrue(is_bad(row(**{key: value})))
                self.assertIn(str(value), why_bad(row(**{key: value}))[0])

    def test_a_run_that_never_came_back_is_bad(self):
        self.assertEqual(why_bad(row(came_back=False, lost_acks=None, rto_s=None)),
                         ["it never came back"])

    def test_an_asynchronous_order_may_lose_and_nothing_else(self):
        for key, value in BROKEN.items():
            with self.subTest(key):
                self.assertEqual(is_bad(row(mode="asynchronous", **{key: value})),
                                 key not in BY_TWO_COPIES)

    def test_a_scenario_excuses_what_nobody_promised_there(self):
        excused = row(unfounded_reads=2, excused=["unfounded_reads"])
        self.assertFalse(is_bad(excused))
        self.assertTrue(is_bad({**excused, "lost_acks": 1}))
        known = {promise.key for promise in PROMISES}
        for scenario in scenarios.ALL.values():
            self.assertLessEqual(set(scenario.excused), known)

    def test_each_broken_promise_is_summed_up(self):
        for key, value in BROKEN.items():
            with self.subTest(key):
                rows = Rows()
                rows.add(row(**{key: value}))
                rows.add(row())
                sums = rows.sums("power_off")
                self.assertEqual(sums[key], value if isinstance(value, int) else 1)
                self.assertEqual((sums["bad"], sums["runs"], len(rows.bad())), (1, 2, 1))

    def test_problems_of_all_kinds_are_in_the_table(self):
        rows = Rows()
        for key in ("problem", "lead_problem"):
            rows.add(row(**{key: BROKEN[key]}))
        self.assertEqual(rows.sums("power_off")["problems"], 2)

    def test_rows_of_an_earlier_version_are_judged_by_what_they_hold(self):
        old = {key: row()[key] for key in ("scenario", "rto_s", "gap_s", "lost_acks",
                                           "two_primaries", "stale_answers", "missed_reads",
                                           "came_back", "problem")}
        rows = Rows()
        rows.add(old)
        self.assertEqual((rows.bad(), rows.sums("power_off")["twice"]), ([], 0))

    def exit_status(self, told):
        with mock.patch.object(cli, "run_all", lambda jobs, options, seed, add: add(told)), \
                mock.patch("signal.signal"), contextlib.redirect_stdout(io.StringIO()) as said:
            return cli.main(["--scenario", "power_off", "--runs", "1"]), said.getvalue()

    def test_the_exit_status_of_the_command_tells_each_broken_promise(self):
        self.assertEqual(self.exit_status(row())[0], 0)
        for key, value in BROKEN.items():
            with self.subTest(key):
                status, said = self.exit_status(row(**{key: value}))
                self.assertEqual(status, 1)
                self.assertIn("bad: power_off 1: ", said)

    def test_a_file_is_gone_on_with(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            rows = Rows(file)
            rows.add(row())
            rows.add(row(run=3, rto_s=None, came_back=False, lost_acks=None))
            again = Rows(None, file)
            done = [number for number in range(5) if again.has("power_off", number)]
            # Several laboratories do not end their runs in order: one that is missing is made.
            self.assertEqual(done, [1, 3])
            self.assertFalse(again.has("line_cut", 3))
            again.add(row(scenario="line_cut"))
            self.assertTrue(Rows(None, file).has("line_cut", 1))
        self.assertEqual(again.metrics()["takeover.power_off.rto_p50_s"], 8.0)
        self.assertEqual(again.metrics()["takeover.power_off.came_back"], 1)
        self.assertIn("takeover.line_cut", again.table())


def moments(**changed):
    told = {"from": {"index": 0, "site": "dijon", "generation": "1", "epoch": "3"},
            "to": {"index": 1, "site": "brest", "generation": "1", "epoch": "4"},
            "cause": "promise_over", "detected_ms": "5000", "fenced_ms": "7000",
            "elected_ms": "7300", "announced_ms": "7400", "promoted_ms": "7900",
            "opened_ms": "8200", "routed_ms": "7500", "answered_ms": "8400", **changed}
    return {key: value for key, value in told.items() if value is not None}


class Timeline(unittest.TestCase):
    def problems(self, **changed):
        return checks.timeline_problems([moments(**changed)], 0, "promise_over")

    def test_takeovers_of_the_run_are_those_after_its_beginning_oldest_first(self):
        later = moments(to={"index": 0, "site": "x", "generation": "1", "epoch": "10"})
        timeline = {"takeovers": [later, moments()]}
        self.assertEqual(checks.newer_takeovers(timeline, (1, 3)), [moments(), later])
        self.assertEqual(checks.newer_takeovers(timeline, (1, 9)), [later])
        self.assertEqual(checks.newer_takeovers({}, (1, 9)), [])

    def test_a_whole_takeover_has_no_problem(self):
        self.assertEqual(self.problems(), [])
        self.assertTrue(checks.is_told(moments()))

    def test_what_is_missing_wrong_or_out_of_order_is_named(self):
        for changed, word in (({"answered_ms": None}, "not told: answered_ms"),
                              ({"elected_ms": "6999"}, "not in order"),
                              ({"routed_ms": "7399"}, "not in order"),
                              ({"cause": "resigned"}, "its cause"),
                              ({"from": {"index": 2, "site": "x"}}, "not from copy 0"),
                              ({"from": None}, "not from copy 0")):
            with self.subTest(changed):
                self.assertIn(word, " ".join(self.problems(**changed)))
        self.assertFalse(checks.is_told(moments(answered_ms=None)))
        self.assertIn("no takeover", checks.timeline_problems([], 0, "resigned")[0])


def member(**changed):
    """What a member's disk holds, as JSON."""
    lines = {"generation": 1, "epoch": 4, "voted_for": 0, "t_max_ms": 20000, "resigned": 3,
             "incarnation": "ab12", "retired": 0, "counter_limit": 1000, "ballot": "1 4 2",
             **changed}
    return json.dumps({"member": "".join(f"{word} {rest}\n" for word, rest in lines.items())})


class WhatACutMadeAMemberForget(unittest.TestCase):
    def forgotten(self, **changed):
        return machine.forgotten(machine.parse_memory(member()),
                                 machine.parse_memory(member(**changed)))

    def test_the_same_and_what_came_later_is_no_loss(self):
        for later in ({}, {"epoch": 5, "voted_for": 2, "t_max_ms": 7000, "ballot": "1 5 1"},
                      {"resigned": 4, "counter_limit": 2000, "ballot": "1 4 10"}):
            with self.subTest(later):
                self.assertEqual(self.forgotten(**later), [])

    def test_what_is_less_or_another_is_named(self):
        for word, value in (("epoch", 3), ("voted_for", 2), ("voted_for", "-"), ("resigned", 0),
                            ("t_max_ms", 7000), ("incarnation", "cd34"), ("counter_limit", 999),
                            ("ballot", "1 4 1"), ("ballot", "1 3 9"), ("generation", 0)):
            with self.subTest(word):
                self.assertIn(word, "; ".join(self.forgotten(**{word: value})))

    def test_what_cannot_be_read_is_no_memory(self):
        for text in ("", "{}", member(ballot="x"), member().replace("epoch", "apoch")):
            with self.subTest(text[:20]), self.assertRaises(NeverHappened):
                machine.parse_memory(text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
