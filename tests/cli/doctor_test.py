"""foyer doctor: each fault made, and what it says of it."""
import json
import os
import socket
import threading
import unittest

from fake_api import NOW, ROWS, TOKEN, FakeApi, make_certificates
from harness import CliTest

CHECKS = ["config", "ca", "name", "connection", "tls", "master", "clock", "token", "version",
          "boxes", "trust", "refusals", "drains", "instances", "mail"]
HEALED = {"wish": "open", "state": "online"}


class Doctor(CliTest):
    def setUp(self):
        super().setUp()
        self.kept = {noun: json.dumps(ROWS[noun]) for noun in ("nodes", "instances", "contacts")}
        ROWS["nodes"][0].update(HEALED)
        ROWS["contacts"][0]["state"] = "on"

    def tearDown(self):
        for noun, rows in self.kept.items():
            ROWS[noun][:] = json.loads(rows)
        super().tearDown()

    def configure(self, url=None, ca_file=None, token=TOKEN):
        self.write_file("config.toml", f'[profiles.default]\napi = "{url or self.api.url}"\n'
                        f'ca_file = "{ca_file or self.api.ca_file}"\ntoken = "{token}"\n')

    def findings(self, code, **environment):
        """{check: (state, what is said, what to type next)}; the text form agrees."""
        done = self.foyer("doctor", "--output", "json", **environment)
        self.assertEqual(done.code, code, done)
        report = json.loads(done.out)
        self.assertEqual(report["output_version"], 1)
        self.assertEqual(report["well"], code == 0)
        found = {c["check"]: (c["state"], c["said"], c.get("next", "")) for c in report["checks"]}
        people = self.foyer("doctor", **environment)
        self.assertEqual(people.code, code)
        for check, (state, _, advice) in found.items():
            word = "WRONG" if state == "wrong" else state
            self.assertRegex(people.out, rf"(?m)^{word} +{check} ")
            self.assertEqual(bool(advice), state in ("wrong", "warning"), check)
        self.assertEqual("checks" in people.err, code != 0)
        self.assertNotIn(TOKEN, people.out + people.err + done.out + done.err)
        return found

    def only_wrong(self, check, code, said, advice="", **environment):
        found = self.findings(code, **environment)
        self.assertEqual([c for c, f in found.items() if f[0] == "wrong"], [check], found)
        self.assertRegex(found[check][1], said)
        self.assertIn(advice, found[check][2])
        order = [c for c in CHECKS if c in found]
        later = order[order.index(check) + 1:]
        return {c: found[c][0] for c in later}

    def test_all_is_well(self):
        found = self.findings(0)
        self.assertEqual(list(found), CHECKS)
        self.assertEqual({state for state, *_ in found.values()}, {"ok"})
        self.assertIn("1 instance, nothing wrong", found["instances"][1])
        self.assertIn("2 boxes heard of", found["boxes"][1])

    def test_who_is_written_to(self):
        self.assertIn("from foyer@example.org", self.findings(0)["mail"][1])
        ROWS["contacts"][0]["state"] = "off"
        found = self.findings(0)["mail"]
        self.assertEqual(found[0], "warning")
        self.assertIn("switched off, to anna@example.org", found[1])
        ROWS["contacts"][0]["state"] = "waits"
        self.assertIn("foyer contact add", self.findings(0)["mail"][2])
        self.api.mail_sender = ""
        self.assertIn("no mail server", self.findings(0)["mail"][1])

    def test_a_customer_sees_no_boxes(self):
        self.api.roles = ["customer"]
        self.assertNotIn("boxes", self.findings(0))
        self.assertNotIn("/v1/nodes", [call["path"] for call in self.api.calls])
        self.api.roles = ["host"]
        self.assertNotIn("instances", self.findings(0))

    def test_configuration(self):
        os.chmod(self.config, 0o644)
        later = self.only_wrong("config", 4, "644|others", f"chmod 600 {self.config}")
        self.assertEqual(set(later.values()), {"skipped"})
        os.chmod(self.config, 0o600)
        self.write_file("config.toml", "[profiles.default]\napi = 1\n")
        self.only_wrong("config", 2, r"config.toml:2: 'api' must be a text", "mend that line")
        self.configure()
        self.only_wrong("config", 3, "no profile 'default2'; did you mean 'default'", "login",
                        FOYER_PROFILE="default2")
        self.configure(url="http://localhost")
        self.only_wrong("config", 2, "https://", "foyer login")
        os.remove(self.config)
        self.only_wrong("config", 3, "not logged in", "foyer login")
        self.assertEqual(self.api.calls, [])

    def test_ca_file(self):
        self.configure(ca_file=self.path("missing.crt"))
        later = self.only_wrong("ca", 3, "missing.crt", "foyer login")
        self.assertEqual(later["token"], "skipped")
        self.configure(ca_file=self.write_file("no.crt", "hello\n"))
        self.only_wrong("ca", 2, "no.crt", "foyer login")
        os.mkdir(self.path("old"))
        self.configure(ca_file=make_certificates(self.path("old"), ca_days=-1))
        self.only_wrong("ca", 4, "it is over", "new file")

    def test_name_and_connection(self):
        self.configure(url="https://no-such-name.invalid:7444")
        self.only_wrong("name", 7, "no-such-name.invalid", "getent hosts")
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.configure(url=f"https://localhost:{port}")
        later = self.only_wrong("connection", 7, "refused", f"nc -vz localhost {port}")
        self.assertEqual(set(later.values()), {"skipped"})

    def test_tls(self):
        os.mkdir(self.path("other"))
        self.configure(ca_file=make_certificates(self.path("other")))
        self.only_wrong("tls", 4, "not trusted", "--ca FILE")
        self.configure(url=f"https://127.0.0.1:{self.api.port}")
        self.only_wrong("tls", 4, "is for localhost, not for '127.0.0.1'", "foyer login")
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(20)
            self.configure(url=f"https://localhost:{server.getsockname()[1]}")
            threading.Thread(target=speak_plainly, args=(server,), daemon=True).start()
            self.only_wrong("tls", 7, "does not speak TLS", "API port")
        self.assertEqual(self.api.calls, [])

    def with_certificate(self, **certificates):
        os.mkdir(self.path("new"))
        self.api.close()
        self.api = FakeApi(self.path("new"), **certificates)
        self.configure()

    def test_a_certificate_that_is_over(self):
        self.with_certificate(days=-1)
        self.only_wrong("tls", 4, "not trusted.*expired", "date")

    def test_a_certificate_that_ends_soon_is_a_warning(self):
        self.with_certificate(days=3, names="DNS:localhost,DNS:*.example")
        found = self.findings(0)
        self.assertEqual(found["tls"][0], "warning")
        self.assertRegex(found["tls"][1], r"localhost, \*\.example, good until .*: only")

    def test_the_master_is_not_well(self):
        self.api.faults = ["unavailable"]
        done = self.foyer("doctor")
        self.assertEqual(done.code, 7, done)
        self.assertRegex(done.out, "WRONG +master +the database is away")
        self.assertRegex(done.out, "skipped +token")
        self.api.faults = [None, "cut"]  # of whoami
        self.assertRegex(self.foyer("doctor").out, r"WRONG +token +the master[\s\S]*next: repeat")
        self.assertIn("next: foyer doctor", self.foyer("whoami", FOYER_CONFIG=self.away()).err)
        self.api.health = "strange"
        self.only_wrong("master", 7, "not a master's", "check the address")

    def away(self):
        """A configuration of a master that is not there."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        return self.write_file("away.toml", f'[profiles.default]\ntoken = "{TOKEN}"\n'
                               f'api = "https://localhost:{port}"\n'
                               f'ca_file = "{self.api.ca_file}"\n')

    def test_clocks(self):
        self.api.clock_shift_s = 3600
        later = self.only_wrong("clock", 4, "60 min|1 h|behind the master's", "timedatectl")
        self.assertEqual(later["token"], "ok")
        self.api.clock_shift_s = -10
        self.assertEqual(self.findings(0)["clock"][0], "warning")

    def test_tokens(self):
        self.configure(token="foyer_wrong")
        later = self.only_wrong("token", 4, "unknown token", "foyer login")
        self.assertNotIn("boxes", later)
        self.configure(token="")
        self.only_wrong("token", 2, "empty or malformed", "foyer login")
        self.configure()
        self.assertIn("good until 2999", self.findings(0)["token"][1])
        self.api.whoami_more = {"token_expires_at": NOW}
        self.assertEqual(self.findings(0)["token"][0], "warning")

    def test_another_version_of_the_api(self):
        self.api.version = "v2"
        self.only_wrong("version", 4, "offers API 'v2'", "install")

    def test_silent_boxes(self):
        ROWS["nodes"][0]["state"] = "silent"
        self.only_wrong("boxes", 1, "1 of 2 boxes not heard of: lille-1", "foyer node show lille-1")
        for number in range(9):
            ROWS["nodes"].append({"name": f"b{number}", "state": "lost"})
        self.assertIn("and 5 more", self.findings(1)["boxes"][1])

    def test_drains(self):
        ROWS["nodes"][0].update(wish="draining", drain_operation="op-1")
        self.api.start("drain", "", node="lille-1")
        self.api.endless_operations = True
        self.assertIn("under way: lille-1 (1 copy left)", self.findings(0)["drains"][1])
        self.api.operations["op-1"]["steps"][0]["detail"] = "no place yet: needs another ISP"
        self.only_wrong("drains", 1, r"cannot go on: lille-1 \(1 copy left: no place yet",
                        "node show")
        self.api.operations["op-1"].update(state="failed",
                                             error={"message": "the deadline is over"})
        self.only_wrong("drains", 1, "the deadline is over", "foyer node show lille-1")
        ROWS["nodes"][0]["partitions"] = []
        self.assertEqual(self.findings(0)["drains"][1], "none")

    def test_instances(self):
        self.api.roles = ["customer"]
        acme = ROWS["instances"][0]
        acme["replicas"][1]["state"] = "unreachable"
        self.only_wrong("instances", 1, r"acme \(1 of 3 copies away\)",
                        "foyer instance show acme")
        acme.update(state="degraded", repair="copy 3 on 'x' is being made")
        self.only_wrong("instances", 1, r"degraded, 1 of 3 copies away: copy 3 on 'x'")
        acme["state"] = "preparing"
        self.assertEqual(self.findings(0)["instances"][::2],
                         ("warning", "foyer instance wait acme"))
        acme["state"] = "stopped"
        self.assertEqual(self.findings(0)["instances"][0], "ok")

    def test_hostile_answers_are_shown_harmlessly(self):
        ROWS["nodes"][0].update(state="silent", name="x\x1b[2Jy")
        self.assertNotIn("\x1b[2J", self.on_terminal("doctor").out)


def speak_plainly(server):
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            try:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(2)
                while connection.recv(4096):
                    pass
            except OSError:
                pass


if __name__ == "__main__":
    unittest.main()
