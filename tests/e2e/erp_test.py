#!/usr/bin/python3
"""An SME's ERP in a cloud of homes: ordered through the public API, used through the edge, seen in
a browser, moved to another home.

Nothing here knows how Foyer works inside, except where a test looks into the copies' databases to
prove what they hold.
"""
import json
import os
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]
import cloud_of_homes  # noqa: E402  (also makes the try-out's modules known)
import plug  # noqa: E402
import screen  # noqa: E402
from erp import Erp, Refused  # noqa: E402
from foyer_lab.client import Client  # noqa: E402
from inside import Inside, run_dir  # noqa: E402

NAME = cloud_of_homes.tryout.INSTANCE
BLOCKED_S = 5.0
PAUSED_S = 10.0
ENDING_S = 3.0  # who was killed is in no group any more before the kernel is done with it
CALM_LOOKS = 10


class OrderedErp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cloud = cloud_of_homes.raise_cloud()
        cls.connection = cls.cloud.order()["instance"]["connection"]
        cls.erp = cls.client()
        cls.erp.login(cls.connection["password"])

    @classmethod
    def tearDownClass(cls):
        cls.cloud.down()

    @classmethod
    def client(cls, timeout_s=30):
        return Erp(cls.connection["url"], cls.cloud.port("web"), cls.cloud.ca_file(),
                   timeout_s=timeout_s)

    def tearDown(self):
        if any(self._outcome.result.failures) or any(self._outcome.result.errors):
            inside = Inside(self.cloud)
            inside.print_logs((inside.instance() or self.cloud.order()["instance"])["replicas"])

    def copies(self, role):
        return [copy for copy in self.cloud.instance()["replicas"] if copy["role"] == role]

    def sql(self, copy, database, query):
        """What the database of one copy answers, asked inside its container on its box."""
        answer = Inside(self.cloud).sql(copy, database, query)
        self.assertIsNotNone(answer, f"copy {copy['index']} does not answer")
        return answer

    def test_1_an_invoice_is_on_every_copy(self):
        invoice = self.erp.post_invoice("Jane Doe")
        row = self.erp.invoice(invoice)
        self.assertEqual(row["state"], "posted")
        self.assertTrue(row["number"])
        standbys = self.copies("standby")
        self.assertEqual(len(standbys), 2)
        for copy in standbys:
            query = f"SELECT number FROM account_invoice WHERE id = {invoice}"
            self.wait_for(lambda copy=copy, query=query: self.sql(copy, "erp", query) ==
                          row["number"], f"the invoice on copy {copy['index']}")

    def test_2_both_standbys_stream_from_other_isps_and_count_for_the_quorum(self):
        self.wait_for(self.both_count, "both standbys count", 60)
        isps = {copy["isp"] for copy in self.cloud.instance()["replicas"]}
        self.assertEqual(len(isps), 3)

    def test_3_with_both_standbys_away_nothing_is_acknowledged(self):
        """After seconds the leader steps back, since it cannot know whether another one leads: what
        waited then is neither done nor refused. When the standbys are back it goes on."""
        lines = [copy["site"] for copy in self.copies("standby")]
        for home in lines:
            self.cloud.lab("cut", "line", home, stdout=subprocess.DEVNULL)
        done = threading.Event()
        writer = threading.Thread(target=self.write, args=(done,))
        writer.start()
        try:
            self.assertFalse(done.wait(BLOCKED_S), "a write was acknowledged by one copy alone")
        finally:
            for home in lines:
                self.cloud.lab("heal", "line", home, stdout=subprocess.DEVNULL)
        writer.join()
        self.wait_for(self.write, "a write after the standbys came back", 90)

    def both_count(self):
        """Both standbys follow, and a write may be held by either: some time after they came."""
        lead = self.copies("primary")
        rows = lead and Inside(self.cloud).sql(
            lead[0], "postgres", "SELECT state, sync_state FROM pg_stat_replication")
        return (rows or "").splitlines() == ["streaming|quorum"] * 2

    def calm(self):
        """Every copy in its place, as the master and the leader see it, for some time."""
        for _ in range(CALM_LOOKS):
            if self.cloud.instance()["state"] != "running" or not self.both_count():
                return False
            time.sleep(0.5)
        return True

    def write(self, done=None):
        """Whether it was acknowledged."""
        patient = self.client(60)
        patient.headers["Authorization"] = self.erp.headers["Authorization"]
        patient.context = self.erp.context
        try:
            patient.create_party("Patience")
        except (Refused, OSError):
            return False
        if done:
            done.set()
        return True

    def test_4_a_person_logs_in_with_a_browser(self):
        profile = self.cloud.state / "browser"
        profile.mkdir()
        subprocess.run(["sh", "-c", screen.trust_line(self.cloud.ca_file())], check=True,
                       env={**os.environ, "HOME": str(profile)}, stdin=subprocess.DEVNULL)
        secret = self.cloud.state / "password"
        with open(secret, "w", encoding="utf-8", opener=cloud_of_homes.tryout.private) as file:
            file.write(self.connection["password"])
        modules = subprocess.run([HERE.parents[1] / "deploy/lib/npm-modules"], check=True,
                                 text=True, stdout=subprocess.PIPE).stdout.strip()
        picture = Path(os.environ.get("FOYER_SCREENSHOTS", self.cloud.state)) / "erp-login.png"
        done = subprocess.run(
            ["node", HERE / "login.js", self.connection["url"], self.connection["database"],
             self.connection["user"], secret, profile, picture],
            env={**os.environ, "NODE_PATH": modules}, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreater(picture.stat().st_size, 10_000)

    def test_4_its_customer_sees_its_log_and_runs_a_program_in_it(self):
        """Through the master and the box's own held call: the home is never dialled."""
        self.assertIn("database system is ready", self.cloud.foyer("acme-sarl", "logs", NAME,
                                                                   "--newest", "1000"))
        env = ["env", "PGHOST=/run/foyer", "PGUSER=foyer"]
        psql = [*env, "/usr/lib/postgresql/17/bin/psql", "-XAtq", "-d", "erp", "-c"]
        query = "select pg_is_in_recovery(), current_user"
        for copy in self.cloud.instance()["replicas"]:
            standby = "t" if copy["role"] == "standby" else "f"
            said = self.cloud.foyer("acme-sarl", "exec", NAME, "--copy", str(copy["index"]), "--",
                                    *psql, query)
            self.assertEqual(said.strip(), f"{standby}|foyer", copy)
        told = self.cloud.foyer("acme-sarl", "event", "ls", "--kind", "program_run")
        self.assertIn("pg_is_in_recovery", told)

    def test_5_another_home_takes_over_with_every_acknowledged_invoice(self):
        # A copy that led before may run and follow for a moment, and then has to rejoin; what the
        # master knows of it is some seconds old.
        self.wait_for(self.calm, "both standbys count, and go on counting", 120)
        invoices = [self.erp.post_invoice(f"Client {number}") for number in range(3)]
        old = self.copies("primary")[0]
        plug.cut(self.cloud, old["isp"])
        try:
            self.cloud.foyer("acme-sarl", "instance", "promote", NAME)
            found = plug.reopen(self.erp, self.connection["password"], invoices)
            self.assertEqual([row["state"] for row in found], ["posted"] * 3)
            new = self.copies("primary")[0]
            self.assertNotEqual(new["isp"], old["isp"])
        finally:
            plug.cut(self.cloud, old["isp"], verb="heal")
        self.wait_running()
        self.assertEqual(len(self.copies("standby")), 2)

    def test_6_a_tenant_reaches_nothing_at_a_home(self):
        """As the host tries it himself; and a hole in the walls would be found."""
        inside = Inside(self.cloud)
        home = self.copies("standby")[0]["site"]
        status, said, errors = inside.agent(home, "selftest", "--output", "json")
        found = json.loads(said)
        self.assertEqual((status, errors), (0, ""), said)
        self.assertTrue(found["holds"])
        self.assertGreater(len(found["attempts"]), 35)
        targets = " ".join(one["target"] for one in found["attempts"])
        for part in ("the home's gateway", "the master", "the agent's socket", "raw sockets"):
            self.assertIn(part, targets)
        gateway = next(one["target"] for one in found["attempts"]
                       if "gateway" in one["target"]).split()[3].rstrip(",")
        space = run_dir({"node": f"{home}-1"}) / "netns" / f"p-{found['partition']}"
        hole = f"nsenter --net={space} ip addr add {gateway}/32 dev lo"
        self.assertEqual(inside.run(home, "sh", "-euc", hole)[0], 0)
        try:
            status, said, _ = inside.agent(home, "selftest")
            self.assertEqual(status, 1, said)
            self.assertRegex(said, f"gateway {gateway}, tcp 80 +BREACH  it refuses")
            self.assertIn("foyer-node pause --now", said)
        finally:
            inside.run(home, "sh", "-euc", hole.replace(" add ", " del "))

    def test_6_a_host_pauses_the_home_that_leads(self):
        """At once, for as long as he likes, and without asking the master: its customers go on."""
        self.wait_for(self.calm, "both standbys count, and go on counting", 120)
        inside = Inside(self.cloud)
        invoices = [self.erp.post_invoice(f"Patient {number}") for number in range(3)]
        old = self.copies("primary")[0]
        home = old["site"]
        began = time.monotonic()
        status, said, errors = inside.agent(home, "pause", "--now", "--until", "2h")
        self.assertEqual(status, 0, errors)
        self.assertLess(time.monotonic() - began, PAUSED_S)
        self.assertIn("nothing of a customer runs here", said)
        self.wait_for(lambda: not self.serving_at(inside, home), "none serves there", ENDING_S)
        found = plug.reopen(self.erp, self.connection["password"], invoices)
        self.assertEqual([row["state"] for row in found], ["posted"] * 3)
        self.assertNotEqual(self.copies("primary")[0]["isp"], old["isp"])
        self.wait_for(lambda: "paused by its host" in self.cloud.foyer(
            "operator", "node", "show", old["node"]), "the operator sees it")
        self.power("kill", "master")
        try:
            self.assertIn("its host has paused this box", inside.agent(home, "status")[1])
            self.assertEqual(inside.agent(home, "resume")[:2], (0, "this box serves\n"))
            self.wait_for(lambda: self.follows_at(inside, home), "its copy follows again", 60)
        finally:
            self.power("boot", "master")
        self.wait_running()
        self.assertNotIn("paused", self.cloud.foyer("operator", "node", "show", old["node"]))

    def test_7_a_host_takes_his_box_out_of_the_cloud(self):
        """For good: its copy moves to another home first, then he holds a receipt, and the box is
        no more; his customer notices nothing."""
        inside = Inside(self.cloud)
        # Of the one ISP that has another home: two copies are never with one ISP.
        gone = next(copy for copy in self.cloud.instance()["replicas"] if copy["isp"] == "orange")
        home = gone["site"]
        status, said, errors = inside.agent(home, "leave")
        self.assertEqual(status, 0, errors)
        self.assertIn("1 copy moves to another box", said)
        invoices = [self.erp.post_invoice(f"Patient {number}") for number in range(3)]
        self.wait_for(lambda: self.has_left(inside, home), "the box is let go", 240)
        self.wait_for(lambda: not self.serving_at(inside, home), "none serves there", ENDING_S)
        status, said, errors = inside.agent(home, "receipt")
        self.assertEqual(status, 0, errors)
        self.assertIn(f"box      {gone['node']} of the cloud", said)
        self.assertIn("and unchanged", said)
        nodes = json.loads(self.cloud.foyer("operator", "node", "ls", "--output", "json"))["nodes"]
        self.assertNotIn(gone["node"], [node["name"] for node in nodes])
        status, _, errors = inside.agent(home, "resume")
        self.assertEqual(status, 1)
        self.assertIn("this box has left the cloud", errors)
        self.wait_running()
        self.assertNotIn(home, [copy["site"] for copy in self.cloud.instance()["replicas"]])
        found = plug.reopen(self.erp, self.connection["password"], invoices)
        self.assertEqual([row["state"] for row in found], ["posted"] * 3)

    @staticmethod
    def serving_at(inside, home):
        """Processes of a customer there; those that ended and wait for their parent are none."""
        return inside.shell(home, "ps -eo stat=,pid=,comm= | grep -E ' (postgres|uwsgi)$' | "
                                  "grep -v ^Z || true")

    @staticmethod
    def has_left(inside, home):
        return ((inside.box_status(home) or {}).get("master") or {}).get("left")

    @staticmethod
    def follows_at(inside, home):
        found = inside.box_status(home)
        return found and [one["phase"] for one in found["partitions"]] == ["running"]

    def power(self, verb, place):
        with Client(self.cloud.lab_state) as client:
            client.ask(verb, name=place)

    def wait_running(self):
        self.wait_for(lambda: self.cloud.instance()["state"] == "running",
                      "every copy in its place", 120)

    def wait_for(self, condition, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                seen = Inside(self.cloud).instance() or {"replicas": "the master does not answer"}
                self.fail(f"not within {seconds} s: {what}; {json.dumps(seen['replicas'])}")
            time.sleep(0.5)


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=False)
