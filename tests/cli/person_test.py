"""A person logs in, and says how: what is typed is unseen, kept nowhere, and on no command line."""
import json
import os
import unittest

from fake_api import PASSWORD, TOKEN
from harness import CliTest


class Persons(CliTest):
    def sent(self, path):
        return [json.loads(call["body"]) for call in self.api.calls if call["path"] == path]

    def profile(self):
        with open(self.config, encoding="utf-8") as file:
            return file.read()

    def test_a_session_becomes_the_profile_token(self):
        done = self.ok("login", "--account", "acme", "--member", "anna", stdin=PASSWORD + "\n")
        self.assertEqual(self.sent("/v1/login"),
                         [{"account": "acme", "member": "anna", "password": PASSWORD}])
        self.assertIn("logged in", done.err)
        self.assertIn("as 'anna' of account 'acme'", done.err)
        self.assertNotIn(TOKEN, done.out + done.err)
        self.assertIn(f'token = "{TOKEN}"', self.profile())
        self.assertEqual(os.stat(self.config).st_mode & 0o777, 0o600)
        # The device is known at the next login.
        self.ok("login", "--account", "acme", "--member", "anna", stdin=PASSWORD + "\n")
        self.assertEqual(self.sent("/v1/login")[1]["device"], "device-1")
        self.ok("instance", "ls")

    def test_nothing_secret_is_shown_to_programs_either(self):
        done = self.ok("login", "--account", "acme", "--member", "anna", "--output", "json",
                       stdin=PASSWORD + "\n")
        self.assertEqual(set(json.loads(done.out)), {"account", "member", "expires_at"})

    def test_a_code_is_asked_for_only_where_it_is_needed(self):
        self.api.totp = True
        self.ok("login", "--account", "acme", "--member", "anna", stdin=PASSWORD + "\n287082\n")
        first, second = self.sent("/v1/login")
        self.assertNotIn("code", first)
        self.assertEqual(second["code"], "287082")

    def test_a_wrong_password_changes_nothing(self):
        before = self.profile()
        done = self.fails(4, "login", "--account", "acme", "--member", "anna", stdin="wrong\n")
        self.assertIn("is wrong", done.err)
        self.assertEqual(self.profile(), before)
        self.assertEqual(len(self.sent("/v1/login")), 1)  # never tried again by itself

    def test_who_must_be_said(self):
        for words in (("login",), ("login", "--account", "acme"), ("login", "--member", "anna"),
                      ("login", "--account", "acme", "--member", "anna", "--token-file", "x")):
            self.assertIn("--account NAME --member NAME", self.fails(2, *words).err)

    def test_which_master_must_be_known(self):
        os.unlink(self.config)
        done = self.fails(2, "login", "--account", "acme", "--member", "anna", stdin=PASSWORD)
        self.assertIn("--api URL --ca FILE", done.err)
        self.ok("login", "--api", self.api.url, "--ca", self.api.ca_file, "--account", "acme",
                "--member", "anna", stdin=PASSWORD + "\n")
        self.assertIn(self.api.url, self.profile())

    def test_a_device_is_told_to_no_other_master(self):
        self.ok("login", "--account", "acme", "--member", "anna", stdin=PASSWORD + "\n")
        other = self.api.url.replace("localhost", "127.0.0.1")
        self.foyer("login", "--api", other, "--ca", self.api.ca_file, "--account", "acme",
                   "--member", "anna", stdin=PASSWORD + "\n")
        self.assertNotIn("device", self.sent("/v1/login")[-1])

    def test_an_invitation_is_accepted(self):
        self.ok("me", "accept", "--account", "acme", "--member", "anna",
                stdin="inv_secret\nfour words in a row\n")
        self.assertEqual(self.sent("/v1/login:accept"), [
            {"account": "acme", "member": "anna", "invitation": "inv_secret",
             "password": "four words in a row"}])

    def test_a_new_password_is_typed_twice_at_a_terminal(self):
        said = self.on_terminal("me", "password", answers=(
            ("until now: ", PASSWORD + "\n"), ("New password", "new one\n"),
            ("Once more: ", "other one\n"))).out
        self.assertIn("the two passwords differ", said)
        self.assertNotIn("new one", said)  # nothing typed is shown
        self.assertEqual(self.sent("/v1/login:password"), [])
        self.ok("me", "password", stdin=f"{PASSWORD}\nfour words in a row\n")
        self.assertEqual(self.sent("/v1/login:password"),
                         [{"password": PASSWORD, "new_password": "four words in a row"}])

    def test_codes_are_set_up_and_removed(self):
        done = self.ok("me", "totp-on", stdin=PASSWORD + "\n287082\n")
        self.assertTrue(done.out.startswith("otpauth://totp/"), done)
        self.assertEqual(self.sent("/v1/login:totp-confirm"), [{"code": "287082"}])
        self.ok("me", "totp-off", stdin=PASSWORD + "\n287082\n")
        self.assertEqual(self.sent("/v1/login:totp-remove"),
                         [{"password": PASSWORD, "code": "287082"}])
        self.ok("logout")
        self.assertEqual(self.sent("/v1/logout"), [{}])

    def test_members_are_invited_shown_and_changed(self):
        done = self.ok("member", "add", "anna", "--account", "acme", "--scope", "customer")
        self.assertEqual(done.out, "inv_newsecret\n")
        self.assertIn("foyer me accept", done.err)
        self.assertIn("password, code", self.ok("member", "ls", "--account", "acme").out)
        self.ok("member", "set", "anna", "--account", "acme", "--read-only")
        call = self.api.writes()[-1]
        self.assertEqual(json.loads(call["body"]),
                         {"scopes": ["customer"], "read_only": True, "manages": False})
        self.assertEqual(call["if_match"], '"7"')
        self.fails(2, "member", "add", "x", "--manages", "--read-only")


if __name__ == "__main__":
    unittest.main()
