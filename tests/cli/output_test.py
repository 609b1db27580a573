"""--output: the API's JSON as it came, the same tree as YAML, lists as CSV; what is promised."""
import csv
import io
import json
import pathlib
import random
import re
import subprocess
import unittest

import yaml

from fake_api import PASSWORD, ROWS
from harness import BINARY, CliTest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Version 1 of the CSV output. Columns may be added at the end of a line, nothing else may change.
COLUMNS = {
    ("isp", "ls"): "name family created_at asns terms",
    ("host", "ls"): "name created_at",
    ("site", "ls"): "name isp country host host_class nodes created_at",
    ("node", "ls"): "name site isp country host host_class edge state wish cpu_millicores"
                    " memory_bytes disk_bytes uplink_kbit reserved_cpu_millicores"
                    " reserved_memory_bytes reserved_disk_bytes reserved_uplink_kbit"
                    " disk_free_bytes partitions last_seen_at silent_since agent_version"
                    " certificate_expires_at clock_offset_ms drain_operation drain_deadline"
                    " host_wish host_wish_until paused_since line health health_reason refuses"
                    " clock_standing clock_fault clock_rate_ppm",
    ("account", "ls"): "name roles created_at quota used revision country",
    ("token", "ls"): "id account note scopes read_only made_by created_at expires_at revision"
                     " member session",
    ("member", "ls", "--account", "acme"): "account name scopes read_only manages has_password"
                                           " totp oidc invited_until last_login_at created_at"
                                           " made_by revision",
    ("release", "ls"): "name version title publisher sizes copies_min copies_max copies_default"
                       " image_digest image_bytes created_at withdrawn_at withdrawn_reason kind",
    ("instance", "ls"): "name state release version size owner url durability repair replicas"
                        " policy quote created_at revision",
    ("price-list", "ls"): "name currency valid_from in_force sizes created_at",
    ("audit", "ls"): "sequence at account rpc subject request_id body_hash revision previous hash"
                     " member token_id owner version",
    ("profile", "ls"): "name api ca_file default",
    ("webhook", "ls"): "name url about subject kind note last deliveries on failing_since failure"
                       " off_at created_at",
    ("contact", "ls"): "id account address language topics state mails failing_since failure"
                       " off_at confirmed_at created_at",
    ("application", "ls"): "id state site isp country plan contact message cpu_millicores"
                           " memory_bytes disk_bytes uplink_kbit line_asn line_holder remarks"
                           " reason node created_at ended_at until",
    ("agent-release", "ls"): "version architecture digest size_bytes publisher_key created_at"
                             " revision",
    ("op", "ls"): "id kind instance node state steps error created_at finished_at moves_max"
                  " revision",
    ("domain", "ls"): "name instance owner state status next records certificates serving_until"
                      " created_at proven_at use mail_hints",
    ("event", "ls"): "revision at kind subject message sequence about owner",
    ("instance", "events", "acme"): "revision at kind subject message sequence about owner",
    ("instance", "timeline", "acme"): "began_at cause from to former_end former_closing_ms"
                                      " detected_ms fenced_ms elected_ms announced_ms promoted_ms"
                                      " opened_ms routed_ms answered_ms edge",
}
SCHEMAS = dict(zip(COLUMNS, ("Isp", "Host", "Site", "Node", "Account", "ApiToken",
                             "Member", "SoftwareRelease", "Instance", "PriceList", "AuditEntry",
                             None, "Webhook", "Contact", "Application", "AgentRelease",
                             "Operation", "Domain", "Event", "Event", "Takeover")))

# Each is a text; some reader of YAML would see something else if it stood there bare.
TRAPS = ["", " ", "yes", "No", "ON", "true", "False", "null", "NULL", "~", "y", "n", "1", "01",
         "0x1F", "1e3", "-1", "+1", ".5", "1_000", "1:20", "12:30:45", "2026-11-01",
         "2026-11-01T12:00:00Z", ".inf", ".NaN", "-", "- a", "? a", ": a", "a: b", "a #b", "#a",
         "&a", "*a", "!a", "|", ">", "%a", "@a", "`a", "'a", '"a', "{a}", "[a]", "a,b", "---",
         "...", "<<", "=", "a\nb", "a\tb", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff",
         "liège", "漢字", "😀", "\\", "\\n", "trailing ", "a:", "a/b", "a@b", "x" * 300]


class Programs(CliTest):
    def setUp(self):
        super().setUp()
        self.names = len(ROWS["hosts"])

    def tearDown(self):
        del ROWS["hosts"][self.names:]
        super().tearDown()

    def rows(self, *words):
        text = self.foyer_bytes(*words, "--output", "csv")
        self.assertTrue(text.endswith("\r\n"))
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))

    def foyer_bytes(self, *words):
        """As it is: the usual runner would translate line ends."""
        return subprocess.run([BINARY, *words], env=self.environment(), check=True,
                              capture_output=True, timeout=60).stdout.decode()

    def test_yaml_is_the_tree_of_json(self):
        for words in (("instance", "ls"), ("node", "ls"), ("isp", "ls"), ("release", "ls"),
                      ("instance", "show", "acme"), ("instance", "timeline", "acme"),
                      ("instance", "explain", "acme"), ("rebalance", "plan"), ("whoami",),
                      ("quote", "tryton", "--replicas", "3"), ("api", "get", "/v1/instances"),
                      ("plan", "order", "tryton", "--name", "x"), ("audit", "ls"),
                      ("isp", "create", "x", "--dry-run"),
                      ("instance", "stop", "acme", "--dry-run", "--request-id", "s"),
                      ("token", "create", "--account", "acme", "--request-id", "t")):
            with self.subTest(words):
                tree = json.loads(self.ok(*words, "--output", "json").out)
                text = self.ok(*words, "--output", "yaml").out
                self.assertTrue(text.startswith("# foyer output 1"), text[:60])
                self.assertEqual(yaml.safe_load(text), tree)
        keys = list(yaml.safe_load(self.ok("instance", "show", "acme", "--output", "yaml").out))
        self.assertEqual(keys[:2], ["name", "state"])  # in the API's order

    def test_what_yaml_would_take_for_something_else_is_quoted(self):
        chance = random.Random(5)
        letters = "ab01 .:-_#'\"\\\n\t{}[],&*!|>%@`~=?é漢😀\x7f\x85\u2028"
        for text in TRAPS + ["".join(chance.choices(letters, k=chance.randrange(1, 12)))
                             for _ in range(500)]:
            ROWS["hosts"].append({"name": text, text or "empty": {text: [text, [text], {}, []]}})
        ROWS["hosts"].append({"numbers": [0, -1, 2**63 - 1, 1.5, 1e22, 1e-7, True, False, None],
                              "empty": {}, "none": [], "nested": [[1, [2, {"a": [{"b": 3}]}]]]})
        tree = json.loads(self.ok("host", "ls", "--output", "json").out)
        self.assertEqual(yaml.safe_load(self.ok("host", "ls", "--output", "yaml").out), tree)

    def test_an_ordered_instance_as_yaml(self):
        done = self.ok("order", "tryton", "--name", "acme", "--output", "yaml")
        answer = yaml.safe_load(done.out)
        self.assertEqual(answer["instance"]["connection"]["password"], PASSWORD)
        self.assertEqual(answer["operation"]["state"], "succeeded")

    def test_the_columns_of_csv_are_a_promise(self):
        readme = (ROOT / "master/cli/README.md").read_text()
        api = json.loads((ROOT / "schemas/openapi/foyer.v1.json").read_text())
        for words, columns in COLUMNS.items():
            with self.subTest(words):
                header = self.rows(*words)[0]
                self.assertEqual(header, columns.split())
                if SCHEMAS[words]:  # None: it is not of the API
                    fields = api["components"]["schemas"][SCHEMAS[words]]["properties"]
                    self.assertEqual([name for name in header if name not in fields], [])
                row = f"| `{' '.join(words[:2])}` | {', '.join(header)} |"
                self.assertIn(row, readme)

    def test_every_list_has_csv(self):
        """No list is forgotten: whatever `ls` help shows is in the table above."""
        nouns = {words[0] for words in COLUMNS if words[1] == "ls"}
        shown = set(re.findall(r"(?m)^  ([a-z-]+)  ", self.ok("--help").out))
        lists = {noun for noun in shown if " COMMAND" in self.ok(noun, "--help").out
                 and re.search(r"(?m)^  ls ", self.ok(noun, "--help").out)}
        self.assertEqual(lists, nouns)

    def test_values_of_csv(self):
        header, row, _ = self.rows("node", "ls")
        node = dict(zip(header, row))
        self.assertEqual(node["name"], "lille-1")
        self.assertEqual(json.loads(node["partitions"]), ["acme-0"])
        self.assertEqual(node["memory_bytes"], str(8 << 30))
        self.assertEqual(node["agent_version"], "")
        header, row = self.rows("price-list", "ls")
        self.assertEqual(dict(zip(header, row))["in_force"], "true")
        self.assertEqual([row[0] for row in self.rows("isp", "ls")], ["name", "alder", "birch"])
        self.assertEqual(len(self.rows("audit", "ls")), 1)
        for text in TRAPS:
            ROWS["hosts"].append({"name": text, "created_at": None})
        self.assertEqual([row[0] for row in self.rows("host", "ls")][2:], TRAPS)

    def test_csv_of_what_is_no_list_is_refused_before_anything_is_done(self):
        for words in (("instance", "show", "acme"), ("isp", "create", "x"), ("whoami",),
                      ("instance", "stop", "acme"), ("api", "get", "/v1/isps"),
                      ("plan", "order", "tryton", "--name", "x")):
            with self.subTest(words):
                self.assertIn("--output json", self.fails(2, *words, "--output", "csv").err)
        self.assertEqual(self.api.calls, [])

    def test_a_script_can_insist_on_a_version(self):
        for form in ("json", "yaml", "csv"):
            self.assertEqual(self.ok("isp", "ls", "--output", form + "/1").out,
                             self.ok("isp", "ls", "--output", form).out)
            before = len(self.api.calls)
            for version in ("/2", "/0", "/", "/x", "/1/1"):
                self.assertIn(f"this foyer writes {form}/1",
                              self.fails(2, "isp", "ls", "--output", form + version).err)
            self.assertEqual(len(self.api.calls), before)
        self.fails(2, "isp", "ls", "--output", "table/1")
        self.assertIn("did you mean 'yaml'", self.fails(2, "isp", "ls", "--output", "yml").err)

    def test_what_the_command_says_of_itself_has_its_version(self):
        key = self.ok("release", "keygen", "--key", self.path("k"), "--output", "json").out
        self.assertEqual(json.loads(key)["output_version"], 1)
        log = self.write_file("log.json", '{"entries": []}')
        whole = json.loads(self.ok("audit", "verify", log, "--output", "json").out)
        self.assertEqual(whole, {"output_version": 1, "whole": True, "entries": 0})

    def test_a_terminal_is_not_steered_by_names(self):
        ROWS["hosts"].append({"name": "evil\x1b[2J\x9b2J"})
        for form in ("table", "json", "yaml", "csv"):
            shown = self.on_terminal("host", "ls", "--output", form).out
            self.assertIn("evil", shown)
            self.assertNotIn("\x1b[2J", shown)
            self.assertNotIn("\x9b", shown)


if __name__ == "__main__":
    unittest.main()
