#!/usr/bin/python3
"""Keys whose values only rise: histories made up by hand, good and bad, and who writes them. No
root, no namespace.
"""

import sys
import unittest
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

import cloud_of_homes  # noqa: E402,F401  (makes the try-out's modules known)
from takeover_lab import checks, counters, history, holdings  # noqa: E402


@dataclass
class Call:
    start: float
    end: float
    error: str = ""
    key: str = ""
    value: int = 0
    seen: dict = field(default_factory=dict)

    @property
    def acknowledged(self):
        return self.end > 0 and not self.error


class Order(unittest.TestCase):
    """The key is "k" unless told."""

    def went_back(self, updates, looks=(), copies=()):
        return history.went_back([update(*one) for one in updates],
                                 [look(*one) for one in looks], list(copies))

    def test_a_history_that_only_rises_is_good(self):
        self.assertEqual(self.went_back(
            [(0, 1, 1), (2, 3, 2), (4, 5, 4)], [(1.5, 1.6, 1), (3.5, 4.5, 2), (4.5, 5.5, 4)],
            [{"k": 4}, {"k": 5}]), [])
        self.assertEqual(self.went_back([]), [])

    def test_an_older_value_shown_after_a_newer_one_was_acknowledged_is_found(self):
        updates = [(0, 1, 1), (2, 3, 2)]
        self.assertEqual(self.went_back(updates, [(3.1, 3.2, 1)]), ["k: 1 was shown after 2"])
        self.assertEqual(self.went_back(updates, [(2.9, 3.2, 1)]), [], "it began before")
        self.assertEqual(self.went_back(updates, [(3.1, 3.2, 1, "HTTP 502")]), [], "no answer")

    def test_two_looks_one_after_the_other_never_go_back_whoever_was_told(self):
        lost_answer = [(0, 1, 1), (2, 3, 2, "TimeoutError")]
        self.assertEqual(self.went_back(lost_answer, [(4, 5, 2), (6, 7, 1)]),
                         ["k: 1 was shown after 2"])
        self.assertEqual(self.went_back(lost_answer, [(4, 5, 1), (6, 7, 2)]), [], "it came late")
        self.assertEqual(self.went_back(lost_answer, [(4, 6, 2), (5, 7, 1)]), [], "at one time")

    def test_where_looks_tell_nothing_what_was_acknowledged_still_binds(self):
        updates = [update(0, 1, 1), update(2, 3, 2, "ERP: it is not known whether this was saved")]
        shown_and_gone = [look(3, 4, 2), look(5, 6, 1)]
        copies = [{"k": 1}]
        self.assertEqual(len(history.went_back(updates, shown_and_gone, copies)), 2)
        self.assertEqual(history.went_back(updates, shown_and_gone, copies, looks_tell=False), [])
        self.assertEqual(len(history.went_back(updates, [look(5, 6, 0)], [{}], looks_tell=False)),
                         2)

    def test_a_key_that_is_gone_is_found(self):
        self.assertEqual(self.went_back([(0, 1, 1)], [(2, 3, 0)]), ["k: 0 was shown after 1"])
        self.assertEqual(self.went_back([(0, 1, 1)], (), [{"k": 1}, {}]),
                         ["k: copy 1 ends with 0 after 1"])

    def test_each_copy_ends_with_the_last_one_acknowledged_or_a_later_one(self):
        updates = [(0, 1, 1), (2, 3, 2), (4, 5, 3, "HTTP 502")]
        for last, good in ((1, False), (2, True), (3, True)):
            with self.subTest(last=last):
                self.assertEqual(not self.went_back(updates, (), [{"k": last}]), good)
        self.assertEqual(self.went_back(updates, [(6, 7, 3)], [{"k": 2}]),
                         ["k: copy 0 ends with 2 after 3"], "it was shown")

    def test_a_database_that_counts_the_same_number_again_is_found(self):
        self.assertEqual(self.went_back([(0, 1, 1), (2, 3, 1)]),
                         ["k: 1 was acknowledged after 1", "k: 1 was acknowledged 2 times"])
        self.assertEqual(self.went_back([(0, 3, 7), (1, 2, 7)]), ["k: 7 was acknowledged 2 times"])
        self.assertEqual(self.went_back([(0, 1, 5), (2, 3, 4)]), ["k: 4 was acknowledged after 5"])
        self.assertEqual(self.went_back([(0, 3, 4), (1, 2, 5)]), [], "at one time")

    def test_keys_are_apart(self):
        updates = [update(0, 1, 9, key="a"), update(2, 3, 1, key="b")]
        self.assertEqual(history.went_back(updates, [], [{"a": 9, "b": 1}]), [])

    def test_transactions_of_the_sql_writers_are_updates(self):
        acks = [checks.SqlAck(str(value), 0, 0.0, 0.0, "k", value, start, start + 0.5)
                for start, value in ((1.0, 1), (2.0, 3), (3.0, 2))]
        self.assertEqual(history.went_back(acks, [], [{"k": 3}]), ["k: 2 was acknowledged after 3"])

    def never_written(self, updates, looks=(), copies=()):
        return history.never_written([update(*one) for one in updates],
                                     [look(*one) for one in looks], list(copies), checks.outcome)

    def test_what_is_shown_was_sent_and_not_refused(self):
        updates = [(0, 1, 1), (2, 3, 2, "HTTP 503"), (4, 5, 3, "HTTP 502")]
        self.assertEqual(self.never_written(updates, [(1, 2, 1), (6, 7, 3), (6, 7, 0)],
                                            [{"k": 3}, {}]), [])
        for bad, word in (([(6, 7, 4)], "not sent"), ([(3.1, 3.9, 3)], "not sent"),
                          ([(6, 7, 2)], "refused (HTTP 503)")):
            with self.subTest(bad):
                self.assertIn(word, " ".join(self.never_written(updates, bad)))
        self.assertEqual(len(self.never_written(updates, (), [{"k": 2}, {"k": 9}, {"x": 1}])), 3)


def update(start, end, value, error="", key="k"):
    return Call(start, end, error=error, key=key, value=value)


def look(start, end, value, error="", key="k"):
    return Call(start, end, error=error, seen={key: value})


class Unanswered(Exception):
    """Its name is no HTTP status: the outcome is unknown."""


class FakeErp:
    def __init__(self):
        self.names, self.failing, self.asked = {}, None, []

    def create_party(self, name):
        self.answer()
        self.names[len(self.names) + 1] = name
        return len(self.names)

    def model(self, _, method, ids, values):
        self.asked.append(method)
        self.answer()
        self.names[ids[0]] = values["name"]

    def answer(self):
        if self.failing:
            raise self.failing

    def find(self, _, domain, fields):
        del fields
        return [{"id": party, "name": self.names[party]} for party in domain[0][2]
                if party in self.names]


class Counters(unittest.TestCase):
    def setUp(self):
        self.erp = FakeErp()
        self.writer = counters.CounterWriter(self.erp, "count-x-", period_s=1.0)
        self.addCleanup(self.writer.pool.shutdown)

    def write(self, failing=None):
        one = self.writer.new_write()
        self.erp.failing = failing
        try:
            self.writer.call(one)
        except Exception as failure:
            self.assertIs(failure, failing)
        self.erp.failing = None
        return one.key, one.value

    def test_keys_take_turns_and_rise(self):
        told = [self.write() for _ in range(2 * counters.KEYS)]
        keys = [f"count-x-{number}" for number in range(counters.KEYS)]
        self.assertEqual(told, [(key, 1) for key in keys] + [(key, 2) for key in keys])
        self.assertEqual(sorted(self.erp.names.values()), [f"{key} 2" for key in keys])
        self.assertEqual(set(self.erp.asked), {"write"})

    def test_a_key_of_unknown_outcome_is_left_alone_and_a_refused_one_is_not(self):
        for _ in range(counters.KEYS):
            self.write()
        self.assertEqual(self.write(counters.steady_writer.Refused("write", 503)), ("count-x-0", 2))
        self.assertEqual(self.write(Unanswered()), ("count-x-1", 2))
        rest = {self.write() for _ in range(2 * counters.KEYS)}
        self.assertIn(("count-x-0", 3), rest)
        self.assertIn((f"count-x-{counters.KEYS}", 1), rest)
        self.assertNotIn("count-x-1", {key for key, _ in rest})

    def test_a_look_shows_each_key_and_what_is_gone_as_zero(self):
        for _ in range(counters.KEYS):
            self.write()
        reader = counters.CounterReader(self.erp, self.writer)
        self.addCleanup(reader.pool.shutdown)
        one = reader.new_write()
        del self.erp.names[2]
        reader.call(one)
        self.assertEqual(one.seen, {"count-x-0": 1, "count-x-1": 0, "count-x-2": 1})

    def test_a_name_tells_key_and_value(self):
        self.assertEqual(counters.parse_name(counters.name_of("count-line_cut-1-2", 17)),
                         ("count-line_cut-1-2", 17))


class Holdings(unittest.TestCase):
    def of(self, *answers):
        """Of one copy, whose database answers so, one after the other."""
        told = deque(answers)
        inside = SimpleNamespace(instance=lambda: {"replicas": [{"index": 0}]})
        scene = SimpleNamespace(inside=inside, sql=lambda *_: told.popleft())
        return holdings.Holdings(scene)

    def test_a_copy_is_asked_until_it_holds_what_is_wanted(self):
        with mock.patch("time.sleep"):
            self.assertEqual(self.of(None, "", "a|1", "a|1\nb|2").parties("", {"a", "b"}),
                             [{"a": 1, "b": 2}])
            self.assertEqual(self.of("k 1\nl 9", "k 3\nl 9").counters("", {"k": 3}),
                             [{"k": 3, "l": 9}])
            self.assertEqual(self.of("sql-0|4", "sql-0|5").sql_counters({"sql-0": 5}),
                             [{"sql-0": 5}])
            self.assertEqual(self.of("n-1|sql-0").sql_names({"n-1"}), [{"n-1": "sql-0"}])

    def test_what_it_never_holds_is_told_when_it_is_too_late(self):
        with mock.patch("takeover_lab.holdings.CATCH_UP_S", -1.0):
            self.assertEqual(self.of("k 1").counters("", {"k": 3}), [{"k": 1}])


if __name__ == "__main__":
    unittest.main(verbosity=2)
