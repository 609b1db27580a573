#!/usr/bin/python3
"""Who waits for a turn in the release's web server, and for how long."""

import sys
import threading
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.append(str(Path(__file__).resolve().parents[2] / "deploy/software/tryton/opt/lib"))

from turns import Turns  # noqa: E402

LONG_S = 60.0  # never waited for


class TurnsOfRequests(unittest.TestCase):
    def setUp(self):
        self.let_go = threading.Event()
        self.began = threading.Semaphore(0)
        self.order = []

    def request(self, turns, name):
        def carry_out():
            with turns:
                self.order.append(name)
                self.began.release()
                self.let_go.wait(LONG_S)
        thread = threading.Thread(target=carry_out)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.let_go.set)
        return thread

    def test_one_more_waits_until_another_is_done(self):
        turns = Turns(at_once=2, patience_s=LONG_S)
        for name in "ab":
            self.request(turns, name)
            self.assertTrue(self.began.acquire(timeout=LONG_S))
        self.request(turns, "c")
        self.assertFalse(self.began.acquire(timeout=0.1))
        self.let_go.set()
        self.assertTrue(self.began.acquire(timeout=LONG_S))
        self.assertEqual(self.order, ["a", "b", "c"])

    def test_nobody_waits_for_ever_behind_those_who_take_long(self):
        turns = Turns(at_once=1, patience_s=0.01)
        for name in "abc":
            self.request(turns, name)
            self.assertTrue(self.began.acquire(timeout=LONG_S))

    def test_who_had_no_turn_gives_none_back(self):
        turns = Turns(at_once=1, patience_s=0.01)
        with turns:
            self.let_go.set()
            self.request(turns, "impatient").join()
            self.let_go.clear()
            strict = self.request(turns, "next")
            self.assertTrue(self.began.acquire(timeout=LONG_S))
            self.assertTrue(self.began.acquire(timeout=LONG_S))
            self.let_go.set()
            strict.join()
        # One turn was taken and given back: not two.
        with turns:
            self.assertFalse(turns._free.acquire(blocking=False))

    def test_a_request_that_fails_gives_its_turn_back(self):
        turns = Turns(at_once=1, patience_s=LONG_S)
        with self.assertRaises(ZeroDivisionError):
            with turns:
                1 / 0
        with turns:
            pass


if __name__ == "__main__":
    unittest.main(verbosity=2)
