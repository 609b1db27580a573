"""foyer audit: what of the log is asked for, and a saved one checked without the master."""

import hashlib
import json
import unittest

from fake_api import ROWS
from harness import CliTest


class Audit(CliTest):
    def test_a_saved_audit_log_is_verified_without_the_master(self):
        empty = self.write_file("empty.json", '{"entries": []}')
        self.assertIn("no entries", self.ok("audit", "verify", empty).out)
        entry = {"sequence": 1, "at": "2026-03-01T12:00:00Z", "account": "anna", "rpc": "x/Y",
                 "subject": "s", "request_id": "", "body_hash": "bb", "revision": 1,
                 "previous": "0" * 64}
        text = "foyer audit 1\n" + "".join(
            f"{key} {len(value)} {value}\n" for key, value in (
                ("sequence", "1"), ("at_ms", "1772366400000"), ("account", "anna"), ("rpc", "x/Y"),
                ("subject", "s"), ("request_id", ""), ("body_hash", "bb"), ("revision", "1"),
                ("previous", "0" * 64)))
        entry["hash"] = hashlib.sha256(text.encode()).hexdigest()
        whole = self.write_file("whole.json", json.dumps({"entries": [entry]}))
        self.assertIn("whole: 1 entries, 1 to 1", self.ok("audit", "verify", whole).out)
        entry["account"] = "bob"
        changed = self.write_file("changed.json", json.dumps({"entries": [entry]}))
        self.assertIn("entry 1 does not have its own hash",
                      self.fails(2, "audit", "verify", changed).err)
        self.fails(2, "audit", "verify", self.write_file("no.json", "[]"))
        self.assertEqual(self.api.calls, [])

    def audit_log(self, count):
        """Entries as docs/audit.md writes them down, the first of them of version 1."""
        entries, previous = [], "0" * 64
        for number in range(1, count + 1):
            entry = {"sequence": number, "at": "2026-03-01T12:00:00Z", "account": "acme",
                     "member": "anna", "token_id": "t1", "rpc": "x/Y", "subject": "s",
                     "owner": "acme", "request_id": "", "body_hash": "bb", "revision": number,
                     "previous": previous, "version": 2}
            hashed = {"sequence": number, "at_ms": 1772366400000, "account": "acme",
                      "member": "anna", "token": "t1", "rpc": "x/Y", "subject": "s",
                      "owner": "acme", "request_id": "", "body_hash": "bb", "revision": number,
                      "previous": previous}
            if number == 1:
                entry.update(version=1, member="", token_id="", owner="")
                for key in ("member", "token", "owner"):
                    del hashed[key]
            text = f"foyer audit {entry['version']}\n" + "".join(
                f"{key} {len(str(value))} {value}\n" for key, value in hashed.items())
            entry["hash"] = previous = hashlib.sha256(text.encode()).hexdigest()
            entries.append(entry)
        return entries

    def saved(self, name, **log):
        return self.write_file(name, json.dumps(log))

    def test_both_versions_of_entries_are_verified(self):
        log = self.audit_log(3)
        whole = self.saved("whole.json", entries=log)
        self.assertIn("whole: 3 entries, 1 to 3", self.ok("audit", "verify", whole).out)
        log[2]["member"] = "bob"
        changed = self.saved("changed.json", entries=log)
        self.assertIn("entry 3 does not have its own hash",
                      self.fails(2, "audit", "verify", changed).err)
        log = self.audit_log(3)
        log[0]["member"] = "bob"
        changed = self.saved("changed.json", entries=log)
        self.assertIn("entry 1 says more than its hash covers",
                      self.fails(2, "audit", "verify", changed).err)
        log[0]["version"] = 3
        newer = self.saved("newer.json", entries=log)
        self.assertIn("newer foyer", self.fails(2, "audit", "verify", newer).err)

    def test_an_audit_log_whose_end_was_cut_off_is_noticed(self):
        log = self.audit_log(4)
        whole, cut = self.saved("whole.json", entries=log), self.saved("cut.json", entries=log[:2])
        kept = ["--expect-hash", log[2]["hash"]]
        self.ok("audit", "verify", cut)
        self.assertIn("entry 3 is as you kept it; 1 are newer",
                      self.ok("audit", "verify", whole, *kept).out)
        shown = json.loads(self.ok("audit", "verify", whole, *kept, "--output", "json").out)
        self.assertEqual((shown["kept"], shown["last"]), (3, 4))
        for expected in (kept, ["--expect-entry", "3"], [*kept, "--expect-entry", "3"]):
            self.ok("audit", "verify", whole, *expected)
            self.assertIn("cut off", self.fails(2, "audit", "verify", cut, *expected).err)
        wrong = self.fails(2, "audit", "verify", whole, *kept, "--expect-entry", "4").err
        self.assertIn("entry 4 has not the hash you kept", wrong)
        for rubbish in ("abc", "Z" * 64):
            self.fails(2, "audit", "verify", whole, "--expect-hash", rubbish)
        self.fails(2, "audit", "verify", whole, "--expect-entry", "0")

    def test_of_a_part_of_the_audit_log_nothing_is_said(self):
        part = self.saved("part.json", entries=self.audit_log(2), partial=True)
        self.assertIn("holds a part of the log", self.fails(2, "audit", "verify", part).err)
        more = self.saved("more.json", entries=self.audit_log(2), page={"next_page_token": "x"})
        self.assertIn("the log goes on after entry 2", self.ok("audit", "verify", more).err)

    def test_the_audit_log_is_asked_for_by_who_what_and_when(self):
        self.ok("audit", "ls", "--account", "acme", "--member", "anna@acme.example", "--subject",
                "shop", "--since", "2026-03-01", "--until", "2026-03-01T13:30:00+01:00")
        self.assertEqual(self.api.calls[-1]["query"],
                         "page_size=500&account=acme&member=anna%40acme.example&subject=shop"
                         "&since=2026-03-01T00%3A00%3A00.000Z&until=2026-03-01T12%3A30%3A00.000Z")
        before = len(self.api.calls)
        self.assertIn("7d for a week ago",
                      self.fails(2, "audit", "ls", "--since", "last week").err)
        self.assertEqual(len(self.api.calls), before)

    def test_a_part_of_the_log_says_so(self):
        ROWS["audit"] += self.audit_log(2)
        self.addCleanup(ROWS["audit"].clear)
        shown = self.ok("audit", "ls")
        self.assertRegex(shown.out, r"(?m)^ *1 +2026-03-01T12:00:00Z +acme +Y +s\b")
        self.assertRegex(shown.out, r"(?m)^ *2 +2026-03-01T12:00:00Z +acme/anna +Y +s\b")
        self.assertEqual(shown.err, "")
        self.api.audit_partial = True
        for form in ("table", "json"):
            self.assertIn("a part of the log", self.ok("audit", "ls", "--output", form).err)


if __name__ == "__main__":
    unittest.main()
