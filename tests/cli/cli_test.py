"""Every command, its errors and its exit status, against a fake API."""
import hashlib
import json
import unittest

from fake_api import PASSWORD, ROWS, Refusal
from harness import ORDER, CliTest


class Reading(CliTest):
    def test_lists_are_tables_for_people_and_the_apis_json_for_programs(self):
        for noun, path in (("host", "hosts"), ("site", "sites"), ("node", "nodes"),
                           ("instance", "instances"), ("release", "software-releases"),
                           ("account", "accounts"), ("webhook", "webhooks"),
                           ("domain", "domains")):
            with self.subTest(noun):
                table = self.ok(noun, "ls")
                self.assertIn(ROWS[path][0]["name"], table.out.splitlines()[1])
                self.assertEqual(table.err, "")
                raw = self.ok(noun, "ls", "--output", "json").out
                self.assertEqual(raw, self.ok("api", "get", f"/v1/{path}").out)

    def test_the_api_itself_is_within_reach(self):
        body = self.write_file("isp.json", '{"name": "cedar", "family": "alder"}')
        made = json.loads(self.ok("api", "post", "/v1/isps", "--body", body).out)
        self.assertEqual("cedar", made["name"])
        self.ok("api", "post", "/v1/isps", "--body", "-", stdin='{"name": "elm"}')
        self.ok("api", "post", "/v1/instances/acme:stop")
        self.ok("api", "delete", "/v1/instances/acme?validate_only=true", "--request-id", "mine-1")
        writes = self.api.writes()
        self.assertEqual([call["method"] for call in writes], ["POST", "POST", "POST", "DELETE"])
        self.assertEqual("mine-1", writes[3]["key"])
        self.assertTrue(all(call["key"] for call in writes))
        blob = self.write_file("blob", "bytes")
        digest = "sha256:" + hashlib.sha256(b"bytes").hexdigest()
        self.assertIn("5 bytes", self.ok("api", "put", f"/v1/blobs/{digest}", "--body", blob).err)
        self.assertEqual(b"bytes", self.api.blobs[digest])
        self.fails(3, "api", "get", "/v1/isps/nobody")
        self.fails(3, "api", "post", "/v1/isps", "--body", self.path("missing"))

    def test_events_are_shown_and_followed(self):
        lines = self.ok("event", "ls", "--about", "node", "--name", "lille-1", "--newest", "2").out
        self.assertIn("node_back", lines.splitlines()[2])
        self.assertEqual(self.api.calls[-1]["query"], "newest=2&about=node&subject=lille-1")
        followed = self.foyer("event", "ls", "--follow", "--kind", "node silent")
        self.assertEqual([line.split()[1] for line in followed.out.splitlines()],
                         ["node_silent", "node_back", "node_silent", "node_silent"])
        self.assertEqual(followed.code, 4)
        self.assertIn("expired", followed.err)
        self.assertEqual(self.api.calls[-1]["query"],
                         "after=6&wait_ms=20000&kind=node%20silent")
        rows = self.foyer("event", "ls", "-f", "--after", "4", "--output", "json").out
        self.assertEqual([json.loads(row)["sequence"] for row in rows.splitlines()], [5, 6])
        self.fails(2, "event", "ls", "--about", "nodes")
        self.fails(2, "event", "ls", "--newest", "0")
        self.fails(2, "event", "ls", "--newest", "5", "--after", "1")

    def test_a_list_of_several_pages_is_one_list(self):
        self.assertEqual([line.split()[0] for line in self.ok("isp", "ls").out.splitlines()],
                         ["ISP", "alder", "birch"])
        names = json.loads(self.ok("--output", "json", "isp", "ls").out)["isps"]
        self.assertEqual([row["name"] for row in names], ["alder", "birch"])

    def test_one_thing_is_shown_by_name(self):
        for noun, name in (("isp", "alder"), ("host", "maison"), ("site", "lille"),
                           ("node", "lille-1"), ("instance", "acme"), ("release", "tryton"),
                           ("release", "tryton@7.0.30-1"), ("webhook", "shop")):
            with self.subTest(noun):
                self.assertIn(name.split("@")[0], self.ok(noun, "show", name).out)
        node = self.ok("node", "show", "lille-1").out
        self.assertIn("wrong: 24 h behind the master's; it leads only what no other box can", node)
        self.assertIn("wrong: it runs 812 ppm too slow; so are most others",
                      self.ok("node", "show", "liege-1").out)
        self.assertIn("1 B: the disk is full", node)
        self.assertIn("3 GiB: copies that need more go elsewhere, though 90 GiB are not reserved",
                      self.ok("node", "show", "liege-1").out)
        nodes = self.ok("node", "ls").out
        self.assertIn("online, draining, clock wrong, disk full", nodes)
        self.assertRegex(nodes, r"FREE .*\n.*100 GiB +1 B .*\n.*10 GiB / 100 GiB +3 GiB ")
        self.assertIn("its copies move away until", node)
        self.assertIn("foyer op wait op-7", node)
        self.assertIn("liège", self.ok("instance", "show", "acme").out)
        self.assertIn("serves", self.ok("instance", "events", "acme").out)

    def test_a_timeline_tells_each_moment_of_each_takeover(self):
        done = self.ok("instance", "timeline", "acme")
        head, taken, first = done.out.splitlines()
        self.assertRegex(head, r"FENCE +FROM +TO +WHY .*FENCED +ELECTED +PROMOTED +OPEN")
        self.assertRegex(taken, r"1\.4 +lille \(copy 0\) +gent \(copy 1\) +fell silent +5\.1 s +"
                                r"7\.1 s +7\.4 s +8\.0 s +8\.3 s +7\.7 s +8\.4 s")
        self.assertRegex(first, r"1\.2 +lille \(copy 0\) +first leader +0\.0 s +0\.0 s +0\.3 s")
        shown = json.loads(self.ok("--output", "json", "instance", "timeline", "acme").out)
        self.assertEqual(shown["takeovers"][0]["edge"], "edge-1")
        self.fails(3, "instance", "timeline", "nowhere")

    def test_a_placement_is_explained(self):
        text = self.ok("instance", "explain", "acme").out
        self.assertRegex(text, r"copy 0 +lille-1 +lille +alder +FR +yes +25.0 % +12.5 %")
        self.assertRegex(text, r"next best +gent-1 .*no +50.0 % +40.0 %")
        self.assertRegex(text, r"capacity +2 +tours-1")
        self.assertIn("7 more orders like this one fit", text)
        shown = json.loads(self.ok("--output", "json", "instance", "explain", "acme").out)
        self.assertEqual(shown["chosen"][0]["node"], "lille-1")

    def test_a_plan_changes_nothing_and_says_why(self):
        done = self.ok("plan", "order", "tryton", "--name", "acme2", "--min-countries", "2")
        self.assertIn("nothing was changed", done.err)
        self.assertIn("next best", done.out)
        body = json.loads(self.api.writes()[0]["body"])
        self.assertTrue(body["validate_only"])
        self.assertEqual(body["policy"], {"min_countries": 2})
        shown = json.loads(self.ok("--output", "json", "plan", "order", "tryton", "--name",
                                   "acme2").out)
        self.assertEqual(shown["placement"]["orders_left"], "7")

    def test_what_is_ordered_is_promised_in_plain_words(self):
        plan = ("plan", "order", "tryton", "--name", "acme3")
        self.assertIn("promise: synchronous: nothing acknowledged is lost", self.ok(*plan).err)
        for words, policy in (
                (("--short-of-copies", "go-on"), {"short_of_copies": "go_on"}),
                (("--patience", "patient"), {"patience": "patient"}),
                (("--mode", "synchronous", "--short-of-copies", "stop-writes"),
                 {"mode": "synchronous", "short_of_copies": "stop_writes"})):
            self.ok(*plan, *words)
            self.assertEqual(json.loads(self.api.writes()[-1]["body"])["policy"], policy)
        self.assertIn("'go-on'", self.fails(2, *plan, "--short-of-copies", "goon").err)
        shown = self.ok("instance", "show", "acme").out
        self.assertIn("goes on when short of copies", shown)
        self.assertIn("patient: another home takes over after 20 s of silence", shown)
        self.assertRegex(shown, r"durability +2 of 3 copies live")

    def test_what_is_not_there_is_exit_3_with_the_next_command(self):
        self.assertIn("next: foyer node ls", self.fails(3, "node", "show", "nowhere").err)
        self.fails(3, "op", "wait", "op-404")

    def test_a_name_cannot_leave_its_path(self):
        self.fails(3, "instance", "show", "../tokens?x=1")
        self.assertEqual([call["path"] for call in self.api.calls],
                         ["/v1/instances/..%2Ftokens%3Fx%3D1", "/v1/instances"])

    def test_a_mistyped_name_is_recognised_among_those_there_are(self):
        for words in (("node", "show", "lile-1"), ("node", "drain", "lille-2"),
                      ("instance", "events", "acm"), ("release", "show", "trytn@7"),
                      ("instance", "delete", "amce", "--yes")):
            with self.subTest(words):
                self.api.refuse_next = Refusal(404, "not_found", "not here")
                self.assertRegex(self.fails(3, *words).err, "did you mean '(lille-1|acme|tryton)'")
        self.assertNotIn("did you mean", self.fails(3, "node", "show", "zebra").err)
        self.api.faults = [None, "unavailable"]  # the second question is not worth a retry
        self.assertIn("no nodes 'lile-1'", self.fails(3, "node", "show", "lile-1").err)


class Usage(CliTest):
    def test_mistyped_words_are_recognised(self):
        for words, meant in ((("instnce", "ls"), "'instance'"), (("--quiet", "isp", "sl"), "'ls'"),
                             (("node", "ls", "--ouput", "json"), "'--output'"),
                             (("--output", "jsno", "isp", "ls"), "'json'"),
                             ((*ORDER[:4], "--mode", "synchronus"), "'synchronous'"),
                             (("account", "create", "x", "--role", "custmer"), "'customer'")):
            with self.subTest(words):
                self.assertIn("did you mean " + meant, self.fails(2, *words).err)
        self.assertEqual(self.api.calls, [])

    def test_wrong_use_is_exit_2_and_asks_nobody(self):
        for words in ((), ("isp",), ("isp", "create"), ("isp", "ls", "extra"),
                      ("node", "token", "--site", "lille", "--valid", "soon"),
                      ("node", "token", "--site", "lille", "--edge"),
                      ("order", "tryton"), ("api", "get", "v1"), ("api", "get", "/a b"),
                      ("api", "post", "isps"), ("api", "put", "/v1/blobs/x"),
                      ("isp", "ls", "--request-id", "a b"), ("--frobnicate",)):
            with self.subTest(words):
                self.assertIn("foyer", self.fails(2, *words).err)
        self.assertEqual(self.api.calls, [])

    def test_wrong_use_says_what_is_missing_and_how_it_is_written(self):
        for words, said in (
                (("isp",), "'foyer isp' needs one of its commands: create, set, ls, show"),
                ((), "'foyer' needs a command"),
                (("node", "show"), "'foyer node show' needs NODE: its name"),
                (("order", "tryton"), "'foyer order' needs --name NAME: name of the instance"),
                (("order", "tryton", "--name"), "'--name' needs a value: NAME"),
                (("node", "show", "a", "b"), "'foyer node show' has no place for 'b'"),
                (("-x", "isp", "ls"), "'foyer' has no option '-x'"),
                ((*ORDER[:4], "--replicas", "9"), "'9' is no whole number from 1 to 5"),
                (("order", "tryton", "--name"),
                 "usage: foyer order --name NAME [OPTIONS] RELEASE\n")):
            with self.subTest(words):
                self.assertIn(said, self.fails(2, *words).err)

    def test_short_options(self):
        self.assertEqual(self.ok("-ojson", "host", "ls").out,
                         self.ok("host", "ls", "-q", "-o", "json").out)
        self.assertIn("did you mean 'json'", self.fails(2, "host", "ls", "-ojsn").err)

    def test_help_documents_the_exit_status(self):
        text = self.ok("--help").out
        for line in ("0  done", "3  not found", "5  still running", "7  the master cannot"):
            self.assertIn(line, text)
        self.assertIn("--min-countries", self.ok("order", "--help").out)
        self.assertRegex(self.ok("--version").out, r"^foyer \d+\.\d+\.\d+\n$")


class Writing(CliTest):
    def test_the_catalogue_is_written(self):
        self.ok("isp", "create", "dune", "--family", "alder")
        self.ok("host", "create", "maison")
        self.ok("site", "create", "lille", "--isp", "dune", "--country", "FR", "--host", "maison",
                "--class", "vetted")
        self.ok("account", "create", "acme", "--role", "customer,publisher")
        bodies = [json.loads(call["body"]) for call in self.api.writes()]
        self.assertEqual(bodies, [
            {"name": "dune", "family": "alder"}, {"name": "maison"},
            {"name": "lille", "isp": "dune", "country": "FR", "host": "maison",
             "host_class": "vetted"},
            {"name": "acme", "roles": ["customer", "publisher"]}])
        keys = {call["key"] for call in self.api.writes()}
        self.assertEqual(len(keys), 4)

    def test_dry_run_says_so_and_asks_the_master_to_check_only(self):
        done = self.ok("isp", "create", "dune", "--dry-run")
        self.assertIn("nothing was changed", done.err)
        self.assertTrue(json.loads(self.api.writes()[0]["body"])["validate_only"])
        self.ok("node", "delete", "lille-1", "--dry-run")
        self.assertEqual(self.api.writes()[1]["query"], "validate_only=true")
        body = self.write_file("isp.json", '{"name": "cedar"}')
        self.ok("api", "post", "/v1/isps", "--body", body, "--dry-run")
        self.assertEqual(json.loads(self.api.writes()[2]["body"]),
                         {"name": "cedar", "validate_only": True})
        self.ok("api", "post", "/v1/rebalance:stop", "--dry-run")
        self.assertEqual(json.loads(self.api.writes()[3]["body"]), {"validate_only": True})
        self.ok("api", "delete", "/v1/nodes/x?a=b", "--dry-run")
        self.assertEqual(self.api.writes()[4]["query"], "a=b&validate_only=true")
        no_object = self.write_file("list.json", "[]")
        self.fails(2, "api", "post", "/v1/isps", "--body", no_object, "--dry-run")
        self.assertEqual(len(self.api.writes()), 5)

    def test_nodes_are_cordoned_and_drained(self):
        for verb, said in (("cordon", "is cordoned"), ("uncordon", "is open again"),
                           ("cancel-drain", "is no longer drained")):
            self.assertIn(said, self.ok("node", verb, "lille-1").err)
            self.assertEqual(self.api.writes()[-1]["path"], "/v1/nodes/lille-1:" + verb)
        done = self.ok("node", "drain", "lille-1", "--deadline", "2d")
        self.assertIn("drain lille-1", done.err)
        self.assertIn("it holds nothing any more", done.err)
        self.assertEqual(json.loads(self.api.writes()[-1]["body"]), {"deadline_seconds": 172800})
        self.api.fail_operations = True
        self.assertIn("next: foyer node show lille-1",
                      self.fails(1, "node", "drain", "lille-1").err)
        self.fails(2, "node", "drain", "lille-1", "--deadline", "soon")

    def test_the_cloud_is_rebalanced(self):
        plan = self.ok("rebalance", "plan", "--moves", "3").out
        self.assertIn("acme/1  lille-1  gent-2  family", plan)
        self.assertIn("90.0 % alder", plan)
        self.assertEqual(self.api.calls[-1]["query"], "moves_max=3")
        done = self.ok("rebalance", "start", "--moves", "5")
        self.assertIn("rebalance the cloud", done.err)
        self.assertEqual(json.loads(self.api.writes()[-1]["body"]), {"moves_max": 5})
        self.assertIn("what has moved stays", self.ok("rebalance", "stop").err)
        self.api.fail_operations = True
        self.assertIn("next: foyer rebalance plan", self.fails(1, "rebalance", "start").err)
        self.fails(2, "rebalance", "start", "--moves", "0")

    def test_prices_are_published_and_quoted(self):
        sizes = [{"size": "s", "copy_cents": 900}]
        body = {"name": "list-2026", "currency": "EUR", "sizes": sizes}
        self.ok("price-list", "publish", self.write_file("prices.json", json.dumps(body)))
        self.assertEqual(json.loads(self.api.writes()[-1]["body"]), body)
        self.assertIn("list-2026  EUR", self.ok("price-list", "ls").out)
        shown = self.ok("price-list", "show", "list-2026").out
        self.assertRegex(shown, r"s +9\.00 +1\.00 +0\.05")
        quote = self.ok("quote", "tryton@7.0", "--replicas", "3", "--mode", "synchronous").out
        self.assertEqual(self.api.calls[-1]["query"],
                         "release=tryton&version=7.0&mode=synchronous&replicas=3")
        self.assertRegex(quote, r"copies +3 +9\.00 +27\.00")
        self.assertIn("32.50 EUR a month, price list list-2026", quote)
        self.assertIn("nothing is charged", self.ok("quote", "tryton").out)
        self.assertIn("32.50 EUR a month", self.ok("instance", "show", "acme").out)
        self.fails(2, "price-list", "publish", "/dev/null")
        self.fails(2, "quote", "tryton", "--mode", "quick")

    def test_a_host_sees_what_his_home_has_earned(self):
        shown = self.ok("site", "earned", "lille", "--month", "2026-11").out
        self.assertEqual(self.api.calls[-1]["query"], "month=2026-11")
        self.assertIn("99.00 % of", shown)
        self.assertIn("14.90 EUR", shown)
        self.assertIn("30.00 EUR", shown)

    def test_releases_are_withdrawn(self):
        done = self.ok("release", "withdraw", "tryton@7.0", "--reason", "forgets invoices")
        self.assertIn("forgets invoices", done.out)
        self.assertEqual(self.api.writes()[-1]["path"],
                         "/v1/software-releases/tryton/versions/7.0:withdraw")
        self.assertIn("which version", self.fails(2, "release", "withdraw", "tryton", "--reason",
                                                  "x").err)

    def test_tokens_are_alone_on_stdout(self):
        done = self.ok("node", "token", "--site", "lille", "--name", "lille-2", "--edge",
                       "--address", "192.0.2.1", "--valid", "2d")
        self.assertEqual(done.out, "foyer1.abcdef\n")
        self.assertNotIn("foyer1.abcdef", done.err)
        self.assertEqual(json.loads(self.api.writes()[0]["body"]),
                         {"site": "lille", "node": "lille-2", "edge": True,
                          "public_address": "192.0.2.1", "valid_seconds": 172800})
        done = self.ok("token", "create", "--account", "acme", "--valid", "30d")
        self.assertEqual(done.out, "foyer_t1_newsecret\n")
        self.assertNotIn("newsecret", done.err)

    def test_a_webhook_is_made_seen_and_deleted(self):
        done = self.ok("webhook", "create", "shop", "--url", "https://a.example/", "--about",
                       "node", "--kind", "node_silent")
        self.assertEqual(done.out, "whsec_newsecret\n")
        self.assertNotIn("newsecret", done.err)
        self.assertEqual(json.loads(self.api.writes()[0]["body"]),
                         {"name": "shop", "url": "https://a.example/", "about": "node",
                          "kind": "node_silent"})
        self.assertRegex(self.ok("webhook", "ls").out, r"shop +https://a.example/ +node +failing")
        self.assertIn("answered 500", self.ok("webhook", "show", "shop").out)
        self.ok("webhook", "enable", "shop")
        self.ok("webhook", "delete", "shop", "--dry-run")
        self.assertEqual([(call["path"], call["query"]) for call in self.api.writes()[1:]],
                         [("/v1/webhooks/shop:enable", ""),
                          ("/v1/webhooks/shop", "validate_only=true")])

    def test_a_call_of_a_webhook_is_checked_without_the_master(self):
        secret = self.write_file("whsec", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
        body = self.write_file("body", '{"test": 2432232314}')
        call = ("webhook", "verify", body, "--secret-file", secret, "--id",
                "msg_p5jXN8AQM9LWM0D4loKWxJek", "--timestamp", "1614265330", "--signature")
        right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        self.assertIn("replayed", self.fails(4, *call, right).err)  # it is of 2021
        self.assertIn("signature", self.fails(4, *call, "v1,AAAA").err)
        call = [self.write_file("open", "whsec_x", 0o644) if word == secret else word
                for word in call]
        self.assertIn("chmod", self.fails(4, *call, right).err)
        self.assertEqual(self.api.calls, [])

    def test_refusals_have_their_exit_status_and_facts(self):
        for status, code, exit_code in ((400, "invalid_argument", 2), (409, "already_exists", 6),
                                        (403, "permission_denied", 4), (409, "aborted", 6),
                                        (412, "failed_precondition", 4),
                                        (429, "resource_exhausted", 4), (500, "internal", 1)):
            with self.subTest(code):
                self.api.refuse_next = Refusal(status, code, "no: " + code, [("rule", "isps")])
                done = self.fails(exit_code, "isp", "create", "dune")
                self.assertIn("no: " + code, done.err)
                self.assertIn("rule: isps", done.err)
                self.assertIn("request_id: req-1", done.err)
                self.assertEqual("next: foyer whoami" in done.err, status == 403)
                self.assertEqual("next: foyer isp show dune" in done.err, code == "already_exists")

    def test_a_refusal_says_what_to_type_next(self):
        for words, status, code, facts, next_line in (
                (("instance", "stop", "acme"), 412, "aborted", {"rule": "if_match"},
                 "foyer instance show acme, then decide anew"),
                (("isp", "create", "dune"), 429, "resource_exhausted",
                 {"rule": "rate", "retry_after_ms": "1500"},
                 "wait 1.5 s, then repeat the command"),
                (("isp", "delete", "alder"), 409, "failed_precondition",
                 {"rule": "isp_in_use", "count": "3", "first": "lille"}, "foyer site show lille"),
                (("node", "cordon", "lille-1"), 409, "failed_precondition", {"rule": "node_wish"},
                 "foyer node show lille-1"),
                (("member", "invite", "anna", "--account", "acme"), 409, "failed_precondition", {},
                 "foyer member show anna --account acme"),
                (("release", "withdraw", "tryton@7.0", "--reason", "x"), 409,
                 "failed_precondition", {}, "foyer release show tryton@7.0"),
                (("order", "tryton", "--name", "acme"), 429, "resource_exhausted",
                 {"rule": "quota"}, "foyer account show"),
                (("order", "tryton", "--name", "acme"), 429, "resource_exhausted",
                 {"rule": "distinct_isps"}, "foyer plan order"),
                (("order", "tryton", "--name", "acme"), 409, "already_exists", {},
                 "foyer instance ls")):
            with self.subTest(words):
                self.api.refuse_next = Refusal(status, code, "no", facts.items())
                self.assertIn("  next: " + next_line, self.foyer(*words).err)

    def test_the_same_request_id_with_another_body_is_a_conflict(self):
        self.ok("isp", "create", "dune", "--request-id", "r1")
        self.ok("isp", "create", "dune", "--request-id", "r1")
        self.fails(6, "isp", "create", "elm", "--request-id", "r1")

    def test_delete_needs_yes_without_a_terminal(self):
        for words in (("instance", "delete", "acme"), ("node", "delete", "lille-1")):
            self.assertIn("--yes", self.fails(2, *words).err)
        self.assertEqual(self.api.writes(), [])
        self.ok("instance", "delete", "acme", "--yes")
        self.ok("node", "delete", "lille-1", "--yes")
        self.assertEqual([call["method"] for call in self.api.writes()], ["DELETE", "DELETE"])

    def test_delete_asks_for_the_name_on_a_terminal(self):
        wrong = self.on_terminal("instance", "delete", "acme", typed="acne\n")
        self.assertEqual(wrong.code, 4, wrong)
        self.assertEqual(self.api.writes(), [])
        right = self.on_terminal("instance", "delete", "acme", typed="acme\n")
        self.assertEqual(right.code, 0, right)
        self.assertIn("is erased", right.out)


class Living(CliTest):
    def test_actions_wait_for_their_operation(self):
        for verb in ("stop", "start", "promote"):
            self.ok("instance", verb, "acme")
        self.ok("instance", "promote", "acme", "--to", "2", "--accept-data-loss", "acme")
        bodies = [json.loads(call["body"]) for call in self.api.writes()]
        self.assertEqual(bodies, [{}, {}, {}, {"index": 2, "accept_data_loss": "acme"}])
        answer = json.loads(self.ok("instance", "stop", "acme", "--output", "json").out)
        self.assertEqual(answer["state"], "succeeded")
        self.api.fail_operations = True
        failed = self.fails(1, "instance", "promote", "acme", "--to", "2")
        self.assertIn("foyer: promote of 'acme' failed: ", failed.err)
        self.assertIn("next: foyer instance events acme", failed.err)

    def test_waiting_for_a_state(self):
        self.ok("instance", "wait", "acme")
        self.api.instance_state = "degraded"
        self.fails(5, "instance", "wait", "acme", "--timeout", "1s")
        self.fails(3, "instance", "wait", "nobody")
        self.ok("instance", "wait", "nobody", "--state", "deleted")

    def test_reveal_shows_the_password_once(self):
        done = self.ok("instance", "reveal", "acme", "--request-id", "again")
        self.assertEqual((done.out + done.err).count(PASSWORD), 1)
        self.assertEqual(self.api.writes()[0]["key"], "again")


if __name__ == "__main__":
    unittest.main()
