"""Accounts, their quotas, tokens and own names, as a person types and reads them."""
import json
import unittest

from fake_api import NOW, Refusal
from harness import CliTest


class Domains(CliTest):
    def test_a_name_is_asked_for_with_the_records_to_make_and_what_to_type_next(self):
        done = self.ok("domain", "add", "erp.acme.example", "--instance", "acme").out
        self.assertRegex(done, r"_foyer-challenge.erp.acme.example +TXT +foyer-token")
        self.assertRegex(done, r"erp.acme.example +CNAME +acme.cloud.example.org")
        self.assertIn("next: make the records above", done)
        self.assertRegex(self.ok("domain", "ls").out, r"erp.acme.example +acme +waiting")
        self.assertIn("no TXT record yet", self.ok("domain", "show", "erp.acme.example").out)
        self.ok("domain", "rm", "erp.acme.example", "--dry-run")
        self.ok("domain", "rm", "erp.acme.example")
        self.assertEqual([(call["path"], call["query"]) for call in self.api.writes()[-2:]],
                         [("/v1/domains/erp.acme.example", "validate_only=true"),
                          ("/v1/domains/erp.acme.example", "")])
        self.fails(2, "domain", "add", "erp.acme.example")

    def test_a_name_for_mail_shows_its_key_whole_and_what_receivers_like(self):
        done = self.ok("domain", "add", "acme.example", "--instance", "acme", "--use", "mail").out
        self.assertEqual("mail", json.loads(self.api.writes()[-1]["body"])["use"])
        self.assertRegex(
            done, r"foyer-1\._domainkey\.acme\.example +TXT +v=DKIM1; k=rsa; p=A{392}\n")
        self.assertIn("both of them\n", done)
        self.assertNotIn("CNAME", done)
        self.assertRegex(done, r"RECEIVERS LIKE TO FIND +TYPE +VALUE\n *acme.example +TXT +v=spf1 ")
        self.fails(2, "domain", "add", "acme.example", "--instance", "acme", "--use", "post")

    def test_an_operator_says_whose_claim_is_meant(self):
        self.assertRegex(self.ok("domain", "ls").out, r"OWNER\n(.*\n)*.* acme\n")
        self.ok("domain", "show", "erp.acme.example", "--account", "acme")
        self.assertEqual("account=acme", self.api.calls[-1]["query"])
        self.ok("domain", "rm", "erp.acme.example", "--account", "acme", "--dry-run")
        self.assertEqual("account=acme&validate_only=true", self.api.writes()[-1]["query"])


class Accounts(CliTest):
    def body(self, number=-1):
        return json.loads(self.api.writes()[number]["body"])

    def test_an_account_shows_what_it_uses_of_its_quota(self):
        shown = self.ok("account", "show", "acme").out
        for text in ("2 of 10", "30 GiB of 200 GiB", "customer"):
            self.assertIn(text, shown)
        self.assertRegex(shown, r"copies +6\n")
        self.assertIn("2 of 10", self.ok("account", "ls").out)
        self.fails(3, "account", "show", "nobody")

    def test_without_a_name_it_is_ones_own(self):
        self.fails(3, "account", "show")  # the fake's caller has no row
        self.assertIn("/v1/accounts/operator", [call["path"] for call in self.api.calls])

    def test_what_is_not_named_stays_and_must_not_have_changed(self):
        self.ok("account", "set", "acme", "--role", "customer,host", "--copies", "30")
        self.assertEqual(self.body(), {"roles": ["customer", "host"], "quota": {
            "instances": 10, "copies": 30, "disk_bytes": 200 << 30}})
        call = self.api.writes()[-1]
        self.assertEqual((call["method"], call["if_match"]), ("PUT", '"7"'))
        self.ok("account", "set", "acme", "--instances", "none", "--disk", "1TiB")
        self.assertEqual(self.body(), {"roles": ["customer"], "quota": {"disk_bytes": 1 << 40}})
        self.ok("account", "set", "acme", "--instances", "none", "--disk", "none", "--dry-run")
        self.assertEqual(self.body(), {"roles": ["customer"], "validate_only": True})

    def test_who_was_slower_is_told_so_with_exit_6(self):
        self.api.refuse_next = Refusal(412, "aborted", "it changed since you read it",
                                       [("rule", "if_match")])
        done = self.fails(6, "account", "set", "acme", "--copies", "3")
        self.assertIn("changed since", done.err)

    def test_the_api_itself_takes_a_precondition(self):
        body = self.write_file("account.json", '{"roles": ["host"]}')
        put = ("api", "put", "/v1/accounts/acme", "--body", body, "--if-match")
        self.assertEqual(json.loads(self.ok(*put, '"7"').out)["roles"], ["host"])
        self.fails(6, *put, '"6"')
        self.ok("api", "delete", "/v1/tokens/t1", "--if-match", "*")
        self.assertEqual([call["if_match"] for call in self.api.writes()], ['"7"', '"6"', "*"])

    def test_a_quota_that_is_none_is_refused_before_anything_is_sent(self):
        for words in (("--copies", "many"), ("--copies", "-1"), ("--disk", "1 furlong"),
                      ("--instances", "1.5"), ("--disk", "9999999999PiB")):
            self.fails(2, "account", "create", "x", "--role", "host", *words)
        self.assertEqual(self.api.writes(), [])
        self.ok("account", "create", "x", "--role", "host", "--instances", "3")
        self.assertEqual(self.body(), {"name": "x", "roles": ["host"], "quota": {"instances": 3}})

    def test_places_and_accounts_are_removed(self):
        for noun, name in (("isp", "alder"), ("host", "maison"), ("site", "lille")):
            self.assertIn(f"{noun} '{name}' is deleted", self.ok(noun, "delete", name).err)
        self.assertIn("--yes", self.fails(2, "account", "delete", "acme").err)
        self.ok("account", "delete", "acme", "--yes")
        self.ok("account", "delete", "acme", "--dry-run")
        self.assertEqual([(call["method"], call["path"]) for call in self.api.writes()], [
            ("DELETE", "/v1/isps/alder"), ("DELETE", "/v1/hosts/maison"),
            ("DELETE", "/v1/sites/lille"), ("DELETE", "/v1/accounts/acme"),
            ("DELETE", "/v1/accounts/acme")])
        self.assertEqual(self.api.writes()[-1]["query"], "validate_only=true")


class Tokens(CliTest):
    def test_a_token_is_made_as_it_was_asked(self):
        done = self.ok("token", "create", "--scope", "customer,host", "--read-only", "--valid",
                       "1d", "--note", "export")
        self.assertEqual(done.out, "foyer_t1_newsecret\n")
        self.assertEqual(json.loads(self.api.writes()[0]["body"]), {
            "scopes": ["customer", "host"], "read_only": True, "valid_seconds": 86400,
            "note": "export"})
        self.ok("token", "create")
        self.assertEqual(json.loads(self.api.writes()[1]["body"]), {})
        self.fails(2, "token", "create", "--scope", "king")

    def test_tokens_are_listed_and_shown_without_their_secrets(self):
        listed = self.ok("token", "ls", "--account", "acme").out.splitlines()
        self.assertEqual(self.api.calls[-1]["query"], "account=acme")
        self.assertRegex(listed[1], r"^t1 +acme +customer, read only +2099-01-01T00:00:00Z +export")
        self.assertRegex(listed[2], r"^t2 +acme +all +expired")
        shown = self.ok("token", "show", "t1").out
        self.assertRegex(shown, r"made with +t0")
        self.assertIn("next: foyer token ls", self.fails(3, "token", "show", "t9").err)

    def test_a_token_is_revoked_with_what_it_made(self):
        self.assertIn("revoked: t1", self.ok("token", "revoke", "t1").err)
        self.assertIn("--yes", self.fails(2, "token", "revoke", "t1", "--with-made").err)
        tried = self.ok("token", "revoke", "t1", "--with-made", "--dry-run")
        self.assertIn("would be revoked: t1", tried.err)
        self.ok("token", "revoke", "t1", "--with-made", "--yes")
        self.assertEqual([call["query"] for call in self.api.writes()],
                         ["", "with_made=true&validate_only=true", "with_made=true"])
        answer = json.loads(self.ok("token", "revoke", "t1", "--output", "json").out)
        self.assertEqual(answer, {"revoked": ["t1"]})

    def test_whoami_says_what_the_token_may_and_until_when(self):
        self.api.whoami_more = {"token_expires_at": NOW}
        shown = self.ok("whoami").out
        for fact in (r"token +op\n", r"scope +operator\n", r"until +expired\n"):
            self.assertRegex(shown, fact)


if __name__ == "__main__":
    unittest.main()
