#!/usr/bin/python3
"""A customer's own name, with certificates of an ACME authority whose certificates live for
minutes: asked for, proven, served at both edges, through a takeover, renewed by itself with the
master off and an edge dead."""
import json
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from acme_authority import Authority, is_installed  # noqa: E402
from cloud_of_homes import skip  # noqa: E402
from echo_cloud import ROOT, EchoCloud, cloud_of_homes  # noqa: E402

SPEC = ROOT / "tests/lab/specs/domains.json"
NAME = "erp.acme.example"
CHALLENGE = f"_foyer-challenge.{NAME}"
DEAD, ALIVE = "edge-paris", "edge-aix"
LIFE_S = 150  # renewed after 100 s; each edge's turn comes every 24 s
STEP_S = 120.0


class Domains(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not is_installed():
            skip("pebble, lego or curl is not installed: deploy/lib/install run test")
        spec = json.loads(SPEC.read_text())
        folder = cloud_of_homes.new_folder()
        told = folder / "domains.json"
        cls.cloud = EchoCloud(told)
        cls.addClassCleanup(cls.cloud.down)
        cls.acme = Authority(folder, cloud_of_homes.tryout.LAB, cls.cloud.lab_state, LIFE_S)
        spec["node"]["acme"]["ca_file"] = str(cls.acme.ca_file())
        told.write_text(json.dumps(spec))
        folder.chmod(0o755)
        cls.cloud.up()
        cls.addClassCleanup(cls.acme.stop)
        cls.acme.start()
        places = {place["name"]: place for place in cls.cloud.status()["places"]}
        cls.address = {name: places[name]["public"] for name in (DEAD, ALIVE)}
        cls.cloud.order_echo("first")
        wait_for("the instance serves", lambda: cls.cloud.instance("first")["state"] == "running"
                 and all(cls.page(edge, f"first.{spec['zone']}", cls.cloud.ca_file())
                         for edge in (DEAD, ALIVE)))

    # -- what a visitor sees ----------------------------------------------------------------------

    @classmethod
    def page(cls, edge, name=NAME, roots=None):
        """The instance's page by that name at this edge, for who trusts these roots alone."""
        text = cls.acme.curl("--cacert", roots or cls.acme.roots(), "--resolve",
                             f"{name}:443:{cls.address[edge]}", f"https://{name}/")
        return text if "I am first" in text else ""

    @classmethod
    def serial(cls, edge):
        """Of the certificate that this edge serves the name with; only of the authority's."""
        words = cls.acme.words("sh", "-c", f"openssl s_client -connect {cls.address[edge]}:443 "
                               f"-servername {NAME} </dev/null 2>/dev/null | "
                               "openssl x509 -noout -serial -ext subjectAltName")
        done = subprocess.run(words, text=True, capture_output=True, timeout=60, check=False)
        return done.stdout.split()[0] if f"DNS:{NAME}" in done.stdout else ""

    @classmethod
    def plain(cls, edge, path, name=NAME):
        return cls.acme.curl("-i", "-H", f"Host: {name}", f"http://{cls.address[edge]}{path}")

    def shown(self):
        return json.loads(self.cloud.must("domain", "show", NAME, "--output", "json"))

    # -- what must hold ---------------------------------------------------------------------------

    def test_1_nothing_is_served_before_DNS_proves_the_name(self):
        made = json.loads(self.cloud.must("domain", "add", NAME, "--instance", "first", "--output",
                                          "json"))
        records = {(row["type"], row["name"]): row["value"] for row in made["records"]}
        self.assertEqual("waiting_for_dns", made["state"])
        self.assertEqual("first.cloud.example.org", records["CNAME", NAME])
        status, _, errors = self.ask_again(NAME)
        self.assertNotEqual(0, status)
        self.assertIn("leads to instance 'first' already", errors)
        status, _, errors = self.ask_again("caf\u00e9.acme.example")
        self.assertNotEqual(0, status)
        self.assertIn("xn--caf-dma.acme.example", errors)
        # It leads here, as any name can; that proves nothing.
        self.acme.leads_to(NAME, sorted(self.address.values()))
        wait_for("what DNS says is told",
                 lambda: f"no TXT record '{CHALLENGE}'" in self.shown()["status"])
        self.assertEqual("", self.serial(ALIVE))
        self.assertNotIn("200", self.plain(ALIVE, "/.well-known/acme-challenge/" + "a" * 30)[:20])
        type(self).token = records["TXT", CHALLENGE]

    def ask_again(self, name):
        return self.cloud.ask("domain", "add", name, "--instance", "first")

    def test_2_a_proven_name_is_served_at_both_edges_each_with_a_certificate_of_its_own(self):
        begun = time.monotonic()
        self.acme.says(CHALLENGE, self.token)
        wait_for("both edges serve the name", lambda: all(self.page(edge)
                                                          for edge in (DEAD, ALIVE)))
        print(f"served at both edges {time.monotonic() - begun:.0f} s after the TXT record was "
              "made", file=sys.stderr)
        self.assertNotEqual(self.serial(DEAD), self.serial(ALIVE))
        wait_for("it is shown as served", lambda: self.shown()["state"] == "serving")
        self.assertEqual(2, len(self.shown()["certificates"]))
        moved = self.plain(ALIVE, "/a?b=c")
        self.assertIn("308", moved.splitlines()[0])
        self.assertIn(f"https://{NAME}/a?b=c", moved)
        for edge in (DEAD, ALIVE):
            folder = f"{self.cloud.folder(edge)}/acme"
            self.assertEqual("600 0", self.cloud.shell(
                edge, f"stat -c '%a %u' {folder}/certificates/{NAME}.pem"))
            self.assertIn(NAME, self.cloud.run(edge, *self.cloud.node_program(
                edge, "status")).stdout)

    def test_3_a_takeover_does_not_matter(self):
        leader = next(copy["site"] for copy in self.cloud.instance("first")["replicas"]
                      if copy["role"] == "primary")
        self.cloud.lab("kill", leader)
        self.addCleanup(self.cloud.lab, "boot", leader)
        for edge in (DEAD, ALIVE):
            wait_for("another copy is served under the name", lambda one=edge: self.page(one))

    def test_4_an_edge_is_lost_and_the_master_off_and_the_name_is_renewed(self):
        before = self.serial(ALIVE)
        self.assertTrue(before)
        self.cloud.lab("kill", "master")
        self.addCleanup(self.cloud.lab, "boot", "master")
        self.cloud.lab("kill", DEAD)
        self.addCleanup(self.cloud.lab, "boot", DEAD)
        # As the zone does by itself for who has the CNAME: tests/e2e/zone_test.py.
        self.acme.leads_to(NAME, [self.address[ALIVE]])
        deadline, gaps = time.monotonic() + LIFE_S, 0
        while self.serial(ALIVE) == before:
            self.assertLess(time.monotonic(), deadline, "it was not renewed")
            gaps += 0 if self.page(ALIVE) else 1
            time.sleep(1)
        self.assertEqual(0, gaps, "what was held was served until it was replaced")
        self.assertTrue(self.page(ALIVE))
        self.assertEqual([], self.cloud.log(ALIVE, "certificate_refused"))

    def test_5_the_lost_edge_returns_and_serves_the_name_again(self):
        self.acme.leads_to(NAME, sorted(self.address.values()))
        wait_for("both edges serve the name",
                 lambda: self.page(DEAD) and self.page(ALIVE), STEP_S + LIFE_S)
        wait_for("the master hears of it", lambda: self.shown()["state"] == "serving")

    def test_6_a_deleted_name_is_served_no_more_and_its_keys_are_gone(self):
        self.cloud.must("domain", "rm", NAME)
        for edge in (DEAD, ALIVE):
            wait_for("the certificate is gone", lambda one=edge: self.serial(one) == "")
            wait_for("so is its key", lambda one=edge: NAME + ".pem" not in self.cloud.shell(
                one, f"ls {self.cloud.folder(one)}/acme/certificates"))


def wait_for(what, holds, within_s=STEP_S):
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
