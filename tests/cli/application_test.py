"""foyer application: hosts who ask to be taken in."""

import json
import unittest

from harness import CliTest


class Application(CliTest):
    def test_applications_are_looked_at_and_decided(self):
        self.assertRegex(self.ok("application", "ls", "--state", "open").out,
                         r"q4n8w1z7kp +open +dijon +orange +FR +ann@example.org .* 1\n")
        shown = self.ok("application", "show", "q4n8w1z7kp").out
        self.assertIn("AS64500 (Orange)", shown)
        self.assertIn("- nobody has read the terms", shown)
        self.assertRegex(shown, r"memory +8 GiB +good")
        done = self.ok("application", "approve", "q4n8w1z7kp", "--host", "martin", "--class",
                       "vetted", "--valid", "2d")
        self.assertIn("enrols by itself as 'dijon-1'", done.err)
        write = self.api.writes()[-1]
        self.assertEqual(write["path"], "/v1/applications/q4n8w1z7kp:approve")
        self.assertEqual(json_of(write), {"host": "martin", "host_class": "vetted",
                                          "valid_seconds": 172800})
        self.ok("application", "reject", "q4n8w1z7kp", "--reason", "no edge near you yet")
        self.assertEqual(json_of(self.api.writes()[-1]), {"reason": "no edge near you yet"})
        self.fails(2, "application", "ls", "--state", "odd")

    def test_what_is_published_is_one_line(self):
        done = self.ok("application", "how")
        self.assertIn(f"foyer-node apply --master master.example:7443 --ca-sha256 {'ab' * 32} "
                      "--site NAME", done.out)
        self.assertEqual(done.out.count("\n"), 1)
        self.api.applications_accepted = False
        self.assertIn("takes no applications yet", self.ok("application", "how").err)


def json_of(write):
    return json.loads(write["body"])


if __name__ == "__main__":
    unittest.main()
