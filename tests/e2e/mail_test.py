#!/usr/bin/python3
"""Mail of an instance, from inside its copies, through the tunnel and an edge's relay into a real
mailbox: signed with the key that the master made and the edges' own zone publishes. A home's other
end, what is no copy of this instance, and copies whose release lists no relay get nothing out."""
import glob
import json
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from cloud_of_homes import skip  # noqa: E402
from echo_cloud import ROOT, STEP_S, EchoCloud, cloud_of_homes  # noqa: E402

try:
    import dkim
except ImportError:  # another Python than Debian's, which may have it
    sys.path.append("/usr/lib/python3/dist-packages")
    try:
        import dkim
    except ImportError:
        dkim = None

SPEC = ROOT / "tests/lab/specs/mail.json"
ZONE = "cloud.example.org"
EDGES = ("edge-paris", "edge-aix")
MAILBOX, SUPPORT = 7526, ROOT / "tests/support"
PYTHON = "/usr/bin/python3"
TXT = 16
SEND = """
import json, smtplib, sys
relay, sender, to = sys.argv[1:4]
text = f"From: {sender}\\r\\nTo: {to}\\r\\nSubject: an invoice\\r\\n\\r\\nplease pay\\r\\n"
try:
    with smtplib.SMTP(relay, 25, timeout=10) as smtp:
        smtp.sendmail(sender, [to], text)
    print(250)
except smtplib.SMTPResponseException as refused:
    print(refused.smtp_code)
except OSError as failure:
    print(f"nothing: {failure}")
"""
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
import dns_client as dns
answer = dns.ask(sys.argv[2], 53, sys.argv[3], int(sys.argv[4]))
for _, _, _, data in answer.records:
    text = b""
    while data:
        text, data = text + data[1:1 + data[0]], data[1 + data[0]:]
    print(text.decode())
"""


class MailOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if dkim is None or not shutil.which("exim4"):
            skip("exim4 or python3-dkim is not installed: deploy/lib/install run test")
        cls.cloud = EchoCloud(SPEC)
        cls.addClassCleanup(cls.cloud.down)
        cls.cloud.up()
        cls.boxes = {}
        for edge in EDGES:
            cls.start_mailbox(edge)
        cls.cloud.release_again("1-2", cls.list_relay)
        names = ("first", "second", "silent")
        for name in names:
            cls.cloud.order_echo(name, "1-1" if name == "silent" else "1-2")
        wait_for("all instances run", lambda: all(
            cls.cloud.instance(name)["state"] == "running" for name in names))

    @staticmethod
    def list_relay(release):
        """In the list that its publisher signs."""
        assert release["egress"] == [], release["egress"]
        release["egress"] = ["mail-relay"]

    @classmethod
    def start_mailbox(cls, edge):
        folder = cls.cloud.state / f"mailbox-{edge}"
        folder.mkdir()
        words = [cloud_of_homes.tryout.LAB, "exec", "--state", cls.cloud.lab_state, edge, "--",
                 PYTHON, SUPPORT / "plain_mailbox.py", str(MAILBOX), str(folder)]
        cls.boxes[edge] = folder
        process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait, 60)
        cls.addClassCleanup(process.terminate)

    # -- what a copy does -------------------------------------------------------------------------

    def send(self, instance, sender, to="bob@dest.example", relay=None):
        """What the relay answers each copy's SMTP; from the network it lives in."""
        answers = {}
        for copy in self.cloud.instance(instance)["replicas"]:
            home, partition = copy["site"], f"{instance}-{copy.get('index', 0)}"
            net = f"/run/foyer/{home}-1/netns/p-{partition}"
            relay = relay or self.relay(home, partition)
            answers[home] = self.cloud.run(home, "nsenter", f"--net={net}", PYTHON, "-c", SEND,
                                           relay, sender, to).stdout.strip()
        return answers

    def replica(self, home, partition):
        return json.loads(self.cloud.in_container(home, partition,
                                                  "cat /foyer/config/replica.json"))

    def relay(self, home, partition):
        told = self.replica(home, partition)["mail_relay"]
        self.assertEqual(25, told["port"])
        return told["address"]

    def mails(self):
        return [Path(name).read_bytes() for folder in self.boxes.values()
                for name in sorted(glob.glob(f"{folder}/*.mail"))]

    def zone_says(self, edge, name):
        place = next(one for one in self.cloud.status()["places"] if one["name"] == edge)
        return self.cloud.run(edge, PYTHON, "-c", ASK, str(SUPPORT), place["public"], name,
                              str(TXT)).stdout.split("\n")[:-1]

    # -- what must hold ---------------------------------------------------------------------------

    def test_1_an_invoice_arrives_signed_by_a_key_that_the_zone_publishes(self):
        wait_for("each copy's mail is taken", lambda: set(
            self.send("first", f"erp@first.{ZONE}").values()) == {"250"}, 2)
        wait_for("they arrive", lambda: len(self.mails()) >= 3)
        asked = []

        def record(name, timeout=5):
            asked.append((name.decode() if isinstance(name, bytes) else name).rstrip("."))
            found = [self.zone_says(edge, asked[-1]) for edge in EDGES]
            self.assertEqual(found[0], found[1])
            return found[0][0].encode()

        for mail in self.mails():
            raw = mail.split(b"\n", 2)[2]
            self.assertTrue(dkim.verify(raw, dnsfunc=record), raw)
            self.assertIn(b"please pay", raw)
            self.assertNotIn(b"fd50:", raw)
        self.assertTrue(all(name.endswith(f"._domainkey.{ZONE}") for name in asked), asked)
        self.assertEqual(["v=DMARC1; p=reject"], self.zone_says(EDGES[0], f"_dmarc.first.{ZONE}"))

    def test_2_nobody_sends_as_another(self):
        before = len(self.mails())
        for sender in (f"a@second.{ZONE}", "a@evil.example", f"a@{ZONE}"):
            self.assertEqual({"550"}, set(self.send("first", sender).values()), sender)
        # The home itself has no way to the relay: it is on the overlay, not on its line.
        copy = self.cloud.instance("first")["replicas"][0]
        relay = self.relay(copy["site"], f"first-{copy.get('index', 0)}")
        answer = self.cloud.run(copy["site"], PYTHON, "-c", SEND, relay, f"a@first.{ZONE}",
                                "b@dest.example").stdout
        self.assertTrue(answer.startswith("nothing"), answer)
        time.sleep(2)
        self.assertEqual(before, len(self.mails()))

    def test_2a_a_release_that_lists_no_relay_has_none(self):
        before = len(self.mails())
        copy = self.cloud.instance("first")["replicas"][0]
        relay = self.relay(copy["site"], f"first-{copy.get('index', 0)}")
        for copy in self.cloud.instance("silent")["replicas"]:
            told = self.replica(copy["site"], f"silent-{copy.get('index', 0)}")
            self.assertNotIn("mail_relay", told)
        answers = self.send("silent", f"erp@silent.{ZONE}", relay=relay)
        self.assertEqual(3, len(answers))
        for home, answer in answers.items():
            self.assertTrue(answer.startswith("nothing"), (home, answer))
        self.assertEqual(before, len(self.mails()))

    def test_3_the_edge_shows_it_and_no_disk_has_the_key(self):
        sent = 0
        for edge in EDGES:
            mail = self.cloud.box_status(edge)["mail"]
            self.assertEqual("", mail["problem"])
            sent += sum(row["recipients"] for row in mail["today"] if row["instance"] == "first")
            folder = self.cloud.folder(edge)
            found = self.cloud.shell(
                edge, f"grep -rl 'PRIVATE KEY' {folder}/state {folder}/mail || true")
            self.assertEqual("", found)
        self.assertGreaterEqual(sent, 3)
        self.assertIn("mail     fd50:", self.cloud.run(EDGES[0], *self.cloud.node_program(
            EDGES[0], "status")).stdout)

    def test_4_it_goes_on_with_the_master_off_and_the_agent_begun_anew(self):
        self.cloud.lab("kill", "master")
        self.addCleanup(self.cloud.lab, "boot", "master")
        for edge in EDGES:
            self.cloud.lab("restart", edge)
        before = len(self.mails())
        wait_for("mail is taken again", lambda: "250" in self.cloud.run(
            self.home, "nsenter", f"--net={self.net}", PYTHON, "-c", SEND, self.address,
            f"late@first.{ZONE}", "b@dest.example").stdout, 2)
        wait_for("it arrives", lambda: len(self.mails()) > before)

    def setUp(self):
        if self._testMethodName.startswith("test_4"):  # while the master can still be asked
            copy = self.cloud.instance("first")["replicas"][0]
            self.home = copy["site"]
            partition = f"first-{copy.get('index', 0)}"
            self.net = f"/run/foyer/{self.home}-1/netns/p-{partition}"
            self.address = self.relay(self.home, partition)


def wait_for(what, holds, pause_s=0.5):
    deadline = time.monotonic() + 2 * STEP_S
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(pause_s)


if __name__ == "__main__":
    unittest.main(verbosity=2)
