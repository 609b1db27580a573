#!/usr/bin/python3
"""What the takeover laboratory judges, on calls made up by hand: no root, no namespace."""

import sys
import tempfile
import unittest
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
sys.dont_write_bytecode = True

from takeover_lab import checks  # noqa: E402
from takeover_lab.rows import Rows, is_bad  # noqa: E402


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
        self.assertEqual(checks.parse_sql_answer("a-1|17.5|3.25\n"), ("a-1", 17.5, 3.25))
        for line in ("", "ERROR:  cannot execute INSERT in a read-only transaction\n", "a|b|c\n",
                     "a|1\n"):
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

    def test_what_was_acknowledged_is_on_every_copy_exactly_once(self):
        writes = [Call(0, 1, name=name) for name in ("one", "gone", "twice", "half")]
        writes.append(Call(0, 1, name="unknown", error="TimeoutError"))
        copies = [{"one": 1, "twice": 2, "half": 1}, {"one": 1, "twice": 2}]
        self.assertEqual(checks.lost_writes(writes, copies), ["gone", "half", "twice"])

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


def row(**changes):
    return {"scenario": "power_off", "rto_s": 8.0, "gap_s": 8.5, "lost_acks": 0,
            "two_primaries": 0, "stale_answers": 0, "missed_reads": 0, "came_back": True,
            "problem": "", **changes}


class Tables(unittest.TestCase):
    def test_a_row_is_bad_when_something_was_lost_two_led_or_it_never_came_back(self):
        self.assertFalse(is_bad(row()))
        self.assertFalse(is_bad(row(rto_s=60.0)), "slow is not bad: the machine may be")
        self.assertFalse(is_bad(row(mode="asynchronous", lost_acks=3)), "nothing else was promised")
        self.assertTrue(is_bad(row(mode="asynchronous", two_primaries=1)))
        for changes in ({"lost_acks": 1}, {"two_primaries": 1},
                        {"came_back": False, "lost_acks": None, "rto_s": None}):
            self.assertTrue(is_bad(row(**changes)))

    def test_a_file_is_gone_on_with(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "rows.json"
            rows = Rows(file)
            rows.add(row())
            rows.add(row(rto_s=None, came_back=False, lost_acks=None))
            again = Rows(None, file)
            self.assertEqual((again.done("power_off"), again.done("line_cut")), (2, 0))
            again.add(row(scenario="line_cut"))
            self.assertEqual(Rows(None, file).done("line_cut"), 1)
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


if __name__ == "__main__":
    unittest.main(verbosity=2)
