"""Profiles: several masters and accounts in one file."""
import json
import os
import stat
import unittest

from fake_api import TOKEN
from harness import CliTest


class Profiles(CliTest):
    def setUp(self):
        super().setUp()
        self.write_file("token", TOKEN + "\n")
        self.log_in("work")

    def log_in(self, name):
        self.ok("login", "--profile", name, "--api", self.api.url, "--ca", self.api.ca_file,
                "--token-file", self.path("token"))

    def listed(self):
        rows = json.loads(self.ok("profile", "ls", "--output", "json").out)["profiles"]
        return {row["name"]: row["default"] for row in rows}

    def test_they_are_listed_without_their_tokens(self):
        done = self.ok("profile", "ls")
        self.assertRegex(done.out, r"default +yes +https://localhost")
        self.assertRegex(done.out, r"work +https://localhost")
        for form in ("table", "json", "yaml", "csv"):
            self.assertNotIn(TOKEN, self.ok("profile", "ls", "--output", form).out)
        self.assertEqual(self.listed(), {"default": True, "work": False})

    def test_one_is_the_default(self):
        self.assertIn("'work' is the default", self.ok("profile", "use", "work").err)
        self.assertEqual(self.listed(), {"default": False, "work": True})
        self.assertEqual(stat.S_IMODE(os.stat(self.config).st_mode), 0o600)
        self.ok("whoami")
        self.assertIn("did you mean 'work'", self.fails(3, "profile", "use", "wrok").err)
        self.assertEqual(self.listed(), {"default": False, "work": True})

    def test_one_is_forgotten(self):
        self.assertIn("--yes", self.fails(2, "profile", "rm", "work").err)
        self.assertEqual(len(self.listed()), 2)
        self.fails(3, "profile", "rm", "nobody", "--yes")
        self.log_in("home")
        done = self.ok("profile", "rm", "default", "--yes")
        self.assertIn("foyer profile use", done.err)
        self.assertEqual(self.listed(), {"home": False, "work": False})
        self.assertIn("there is home, work", self.fails(3, "whoami").err)
        self.ok("profile", "rm", "home", "--yes")
        self.ok("profile", "use", "work")
        self.log_in("home")
        self.ok("profile", "rm", "work", "--yes")  # the only one left is the default then
        self.assertEqual(self.listed(), {"home": True})
        with open(self.config, encoding="utf-8") as file:
            self.assertEqual(file.read().count(TOKEN), 1)

    def test_without_any(self):
        os.remove(self.config)
        self.assertIn("foyer login", self.fails(3, "profile", "ls").err)


if __name__ == "__main__":
    unittest.main()
