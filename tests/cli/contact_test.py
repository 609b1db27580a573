"""foyer contact: who is written to."""

import json
import unittest

from harness import CliTest


class Contact(CliTest):
    def test_a_contact_is_added_changed_and_removed(self):
        done = self.ok("contact", "add", "anna@example.org", "--language", "fr", "--topic",
                       "quota,box")
        self.assertEqual(done.out, "w4c8z1p0qd\n")
        self.assertIn("foyer contact confirm w4c8z1p0qd CODE", done.err)
        self.assertEqual(json.loads(self.api.writes()[0]["body"]),
                         {"address": "anna@example.org", "language": "fr",
                          "topics": ["quota", "box"]})
        self.assertRegex(self.ok("contact", "ls").out,
                         r"w4c8z1p0qd +acme +anna@example.org +fr +.*off +7 +550 no such user")
        # By its address too; what is not named stays.
        self.ok("contact", "set", "anna@example.org", "--language", "en")
        self.ok("contact", "set", "w4c8z1p0qd", "--topic", "all")
        self.assertEqual([json.loads(call["body"]) for call in self.api.writes()[1:]],
                         [{"language": "en", "topics": ["takeover", "quota"]},
                          {"language": "fr", "topics": []}])
        self.assertIn("no contact has the address", self.fails(
            3, "contact", "rm", "nobody@example.org").err)
        self.ok("contact", "rm", "anna@example.org")
        self.assertEqual(self.api.writes()[-1]["path"], "/v1/contacts/w4c8z1p0qd")
        self.api.mail_warning = "this master has no mail server"
        self.assertIn("no mail server", self.ok("contact", "add", "b@example.org").err)
        self.api.mail_warning = ""


if __name__ == "__main__":
    unittest.main()
