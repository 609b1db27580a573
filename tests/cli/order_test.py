"""An order: its price agreed, watched to its end, and what goes wrong with it."""
import json
import re
import unittest

from fake_api import PASSWORD, Refusal
from harness import ORDER, CliTest


class Ordering(CliTest):
    def test_an_order_is_watched_and_ends_in_url_password_and_copies(self):
        done = self.ok(*ORDER)
        for line in ("database  erp", "user      admin", f"password  {PASSWORD}"):
            self.assertIn(line, done.out)
        self.assertRegex(done.out, r"COPY  HOME   ISP    COUNTRY  ROLE\n +0  lille  alder")
        self.assertEqual((done.out + done.err).count(PASSWORD), 1)
        self.assertIn("place: done", done.err)
        order, reveal = self.api.writes()
        self.assertEqual(json.loads(order["body"]), {
            "name": "acme", "release": "tryton", "size": "s",
            "parameters": {"company": "Acme SARL", "seats": 12},
            "policy": {"replicas": 3, "countries": ["FR", "BE"], "min_countries": 2,
                       "mode": "synchronous"},
            "expected_monthly_cents": 3250})
        self.assertNotEqual(order["key"], reveal["key"])
        self.assertTrue(any("wait_ms=" in call["query"] and "after_revision=1" in call["query"]
                            for call in self.api.calls))

    def test_for_programs_the_answer_has_the_apis_shape_and_the_password_once(self):
        done = self.ok(*ORDER, "--output", "json")
        answer = json.loads(done.out)
        self.assertEqual(answer["instance"]["connection"]["password"], PASSWORD)
        self.assertEqual(answer["operation"]["state"], "succeeded")
        self.assertEqual((done.out + done.err).count(PASSWORD), 1)

    def test_a_terminal_gets_a_bar_with_steps_and_time(self):
        done = self.on_terminal(*ORDER, "--yes")
        self.assertEqual(done.code, 0, done)
        self.assertRegex(done.out, r"\[[█░]+\]  0/2  place")
        self.assertRegex(done.out, r"\[█+░+\]  1/2")
        self.assertEqual(done.out.count(PASSWORD), 1)

    def quoted(self):
        return [call["query"] for call in self.api.calls if call["path"] == "/v1/quote"]

    def expected(self):
        return [json.loads(call["body"]).get("expected_monthly_cents")
                for call in self.api.writes() if call["path"] == "/v1/instances"]

    def test_on_a_terminal_the_price_is_shown_and_agreed_before_anything_is_ordered(self):
        question = "Order at 32.50 EUR a month? [y/N] "
        for no in ("n", "", "yeah"):
            with self.subTest(no):
                done = self.on_terminal(*ORDER, answers=[(question, no + "\n")])
                self.assertEqual(done.code, 4, done)
                self.assertIn("nothing was ordered", done.out)
                self.assertRegex(done.out, r"countries beyond the first +1 +2.50 +2.50")
        self.assertEqual(self.api.writes(), [])
        self.assertEqual(self.on_terminal(*ORDER, answers=[(question, "\x04")]).code, 2)
        for yes in ("y", "YES"):
            done = self.on_terminal(*ORDER, answers=[(question, yes + "\n")])
            self.assertEqual(done.code, 0, done)
            self.assertLess(done.out.index(question), done.out.index("place"))
        self.assertEqual(self.expected(), [3250, 3250])
        self.assertEqual(self.quoted()[0],
                         "release=tryton&size=s&mode=synchronous&replicas=3&min_countries=2")

    def test_the_question_is_not_among_the_data(self):
        done = self.on_terminal(*ORDER, "--quiet", "--output", "json",
                                answers=[("Order at 32.50 EUR a month? [y/N] ", "y\n")])
        self.assertEqual(done.code, 0, done)
        self.assertNotIn("HOW MANY", done.out)

    def test_who_is_not_at_a_terminal_or_said_yes_is_not_asked_and_guarded_likewise(self):
        self.assertNotIn("[y/N]", self.ok(*ORDER).err)
        self.ok(*ORDER, "--yes")
        self.assertNotIn("[y/N]", self.on_terminal(*ORDER, "--yes").out)
        self.assertEqual(self.expected(), [3250, 3250, 3250])

    def test_where_nothing_is_charged_nobody_is_asked_and_nothing_may_be_charged(self):
        free = ("order", "tryton", "--name", "acme")
        self.assertNotIn("[y/N]", self.on_terminal(*free).out)
        self.ok(*free)
        self.assertEqual(self.expected(), [0, 0])

    def test_who_names_a_price_is_asked_nothing_and_nothing_is_looked_up(self):
        done = self.on_terminal(*ORDER, "--expected-price", "27")
        self.assertNotIn("[y/N]", done.out)
        self.assertEqual((self.expected(), self.quoted()), ([2700], []))

    def test_a_price_that_changed_meanwhile_is_a_refusal(self):
        self.api.refuse_next = Refusal(409, "failed_precondition", "it costs 40.00 EUR a month",
                                       [("rule", "price_changed")])
        self.assertIn("it costs 40.00 EUR", self.fails(4, *ORDER).err)

    def test_an_order_whose_answer_is_lost_is_repeated_at_the_same_price(self):
        self.api.faults = [None, None] + ["cut"] * 6  # of the schema and the quote, nothing
        done = self.fails(7, *ORDER)
        again = re.search(r"next: repeat the command with (--request-id \w+ --expected-price "
                          r"32\.50)\n", done.err)[1].split()
        self.ok(*ORDER, *again)
        bodies = [(call["key"], call["body"]) for call in self.api.writes()
                  if call["path"] == "/v1/instances"]
        self.assertEqual(len(set(bodies)), 1, bodies)
        self.assertEqual(len(self.api.operations), 1)

    def test_an_order_that_cannot_be_quoted_is_not_sent(self):
        self.api.unquoted = Refusal(409, "failed_precondition", "size 's' has no price",
                                    [("rule", "no_price")])
        self.assertIn("has no price", self.fails(4, *ORDER).err)
        self.assertEqual(self.api.writes(), [])

    def test_quiet_and_no_colour(self):
        self.assertEqual(self.ok(*ORDER, "--quiet").err, "")
        self.assertIn("\x1b[1;31m", self.on_terminal("isp", "show", "x").out)
        self.assertNotIn("\x1b", self.on_terminal("isp", "show", "x", NO_COLOR="1").out)

    def test_no_wait_and_dry_run_end_at_once(self):
        self.assertIn("foyer op wait op-1", self.ok(*ORDER, "--no-wait").err)
        done = self.ok(*ORDER, "--dry-run")
        self.assertIn("nothing was changed", done.err)
        self.assertIn("lille", done.out)
        self.assertEqual(len(self.api.writes()), 2)
        self.assertNotIn("[y/N]", self.on_terminal(*ORDER, "--dry-run").out)
        self.assertEqual(self.expected(), [3250, None, None])
        self.assertEqual(len(self.quoted()), 1)

    def test_parameters_are_checked_under_the_schema_before_anything_is_ordered(self):
        for parameter, meant in (("compny=x", "'company'"), ("country=FX", "'FR'")):
            done = self.fails(2, *ORDER[:4], "--param", parameter)
            self.assertIn("did you mean " + meant, done.err)
        self.assertIn("whole number", self.fails(2, *ORDER[:4], "--param", "seats=x").err)
        bad = self.write_file("p.json", "{")
        self.assertIn("not JSON", self.fails(2, *ORDER[:4], "--params-file", bad).err)
        self.assertEqual(self.api.writes(), [])
        good = self.write_file("p.json", '{"company": "File", "seats": 3}')
        self.ok(*ORDER[:4], "--params-file", good, "--param", "seats=4", "--no-wait")
        self.assertEqual(json.loads(self.api.writes()[0]["body"])["parameters"],
                         {"company": "File", "seats": 4})

    def test_a_failed_operation_is_exit_1_with_its_reason(self):
        self.api.fail_operations = True
        done = self.fails(1, *ORDER)
        self.assertIn("no copy answered", done.err)
        self.assertIn("node: lille-1", done.err)
        self.assertNotIn(PASSWORD, done.err)

    def test_an_endless_operation_is_exit_5_and_goes_on(self):
        self.api.endless_operations = True
        done = self.fails(5, *ORDER, "--timeout", "1s")
        self.assertIn("next: foyer op wait op-1", done.err)
        self.api.endless_operations = False
        self.ok("op", "wait", "op-1")
        self.assertIn("succeeded", self.ok("op", "show", "op-1").out)

    def test_an_order_may_expect_a_price(self):
        order = ("order", "tryton", "--name", "acme", "--no-wait", "--expected-price")
        done = self.ok(*order, "32.5")
        self.assertEqual(json.loads(self.api.writes()[-1]["body"])["expected_monthly_cents"], 3250)
        self.assertIn("price: 32.50 EUR a month", done.err)
        for bad in ("x", "1.234", "-1", "1.", ".5", "1e3"):
            with self.subTest(bad):
                self.fails(2, *order, bad)


if __name__ == "__main__":
    unittest.main()
