#!/usr/bin/env python3
"""Mail out of copies, by an edge's real relay: taken from copies alone and as what they may send
as, signed so that another implementation of DKIM finds it right, delivered into a real mailbox,
limited."""

import glob
import os
import re
import shutil
import smtplib
import subprocess
import sys
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, inside, is_alive, pid_of, run

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support")
try:
    import dkim
except ImportError:  # another Python than Debian's, which has it
    sys.path.append("/usr/lib/python3/dist-packages")
    import dkim

ZONE = "cloud.example"
RELAY, PORT = "fd50:f0e:1::19", 25
ACME, ACME_2 = "fd50:f0e:1:a::1", "fd50:f0e:1:b::1"
SHOP, STRANGER = "fd50:f0e:1:a::2", "fd50:f0e:1:c::1"
MAILBOX = 7526


def one_line(answer):
    """Of several lines, each with the code of the first."""
    return re.sub(r"\n\d\.\d\.\d ", " ", answer.decode())


def make_key():
    """As common/tls/dkim_key.cpp does: PKCS#8, and the public half as its record has it."""
    private = run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    public = run("openssl", "pkey", "-pubout", input=private.stdout)
    return private.stdout, "".join(public.stdout.split("\n")[1:-2])


class MailTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.space = cls.place.netns("edge")
        cls.mails = cls.place.folder("mailbox")
        cls.box_number = 0
        cls.mailbox = subprocess.Popen(
            ["nsenter", f"--net={cls.space}", sys.executable, f"{SUPPORT}/plain_mailbox.py",
             str(MAILBOX), cls.mails])
        cls.zone_key, cls.zone_public = make_key()
        cls.acme_key, cls.acme_public = make_key()
        key_file = f"{cls.place.path}/wg.key"
        with open(key_file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(run("wg", "genkey").stdout)
        cls.config = dict(smarthost=f"127.0.0.1:{MAILBOX}", key_file=key_file,
                          cgroup_parent=cls.place.cgroup_parent())
        cls.box = Driver(cls.place, "edge", cls.space, **cls.config)
        cls.box.must("overlay_apply", prefix="fd50:f0e:1:1::/64", cluster="fd50:f0e:1::/48",
                     edge=True, mail_relay=RELAY, peers={})
        cls.netns = f"{cls.box.run_dir}/netns/box"
        for address in (ACME, ACME_2, SHOP, STRANGER):
            run("nsenter", f"--net={cls.netns}", "ip", "addr", "add", f"{address}/128", "dev", "lo",
                "nodad")
        cls.order()
        cls.wait_until(lambda: cls.state()["problem"] == "" and cls.state()["relay"] and
                       os.path.exists(f"{cls.box.run_dir}/mail/exim.pid"), "the relay is up")
        cls.wait_until(lambda: os.path.exists(f"{cls.mails}/ready"), "the mailbox is up")

    @classmethod
    def tearDownClass(cls):
        cls.box.must("mail_order", zone=ZONE, relay=RELAY, routes={}, edge=False,
                     key={ZONE: ["foyer-z", cls.zone_key]})
        cls.wait_until(lambda: not os.path.exists(f"{cls.box.run_dir}/mail"), "the relay is gone")
        cls.box.close()
        cls.mailbox.terminate()
        cls.mailbox.wait(timeout=60)
        for name in ("edge/run/wg",):  # wireguard-go outlives the agent
            for file in glob.glob(f"{cls.place.path}/{name}/*.pid"):
                os.kill(pid_of(file), 9)
        cls.place.remove()

    @classmethod
    def order(cls, per_day_max=100, keys=True):
        acme_keys = {"acme.example": ["foyer-a", cls.acme_key]} if keys else {}
        cls.box.must(
            "mail_order", zone=ZONE, relay=RELAY, key={ZONE: ["foyer-z", cls.zone_key]},
            routes={
                f"acme.{ZONE}": {"instance": "acme", "sources": [ACME, ACME_2], "keys": acme_keys,
                                 "per_day_max": per_day_max},
                f"shop.{ZONE}": {"instance": "shop", "sources": [SHOP], "per_day_max": 3},
            })
        time.sleep(0.6)  # a turn of the keeper

    @classmethod
    def wait_until(cls, true, what, seconds=30):
        end = time.monotonic() + seconds
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"not in time: {what}; {cls.state()}")
            time.sleep(0.1)

    @classmethod
    def state(cls):
        return cls.box.must("mail_state")

    def send(self, source, sender, to=("bob@dest.example",), header=None, body="hello\r\n",
             at=RELAY):
        def call():
            text = f"From: {header or sender}\r\nTo: {to[0]}\r\nSubject: a try\r\n\r\n{body}"
            try:
                with smtplib.SMTP(at, PORT, timeout=20, source_address=(source, 0)) as smtp:
                    smtp.sendmail(sender, list(to), text)
                return {"code": 250, "text": ""}
            except smtplib.SMTPRecipientsRefused as refused:
                code, text = next(iter(refused.recipients.values()))
                return {"code": code, "text": one_line(text)}
            except smtplib.SMTPResponseException as refused:
                return {"code": refused.smtp_code, "text": one_line(refused.smtp_error)}

        found = inside(self.netns, call)
        self.assertNotIn("failure", found)
        return found

    def taken(self):
        mails = []
        for name in sorted(glob.glob(f"{self.mails}/*.mail")):
            with open(name, "rb") as file:
                sender, to, raw = file.read().split(b"\n", 2)
            mails.append((sender.decode(), to.decode().split(), raw))
        return mails

    def delivered(self, before):
        self.wait_until(lambda: len(self.taken()) > len(before), "a mail is delivered")
        return self.taken()[-1]

    def check_signature(self, raw, domain, selector, public, body=b"hello"):
        names = []

        def record(name, timeout=5):
            names.append(name.decode() if isinstance(name, bytes) else name)
            return f"v=DKIM1; k=rsa; p={public}".encode()

        self.assertTrue(dkim.verify(raw, dnsfunc=record))
        self.assertEqual([f"{selector}._domainkey.{domain}."], names)
        forged = raw.replace(body, b"hullo") if body else raw.replace(b"From: ", b"From: x")
        self.assertFalse(dkim.verify(forged, dnsfunc=record))
        self.assertFalse(dkim.verify(raw.replace(b"Subject: ", b"Subject: a lie "), dnsfunc=record))

    def test_1_mail_of_a_hostname_is_signed_by_the_zone_and_delivered(self):
        before = self.taken()
        self.assertEqual(250, self.send(ACME, f"erp@acme.{ZONE}")["code"])
        sender, to, raw = self.delivered(before)
        self.assertEqual((f"erp@acme.{ZONE}", ["bob@dest.example"]), (sender, to))
        self.check_signature(raw, ZONE, "foyer-z", self.zone_public)
        self.assertNotIn(ACME.encode(), raw)  # where the copy lives is nobody's business

    def test_2_mail_of_a_customers_domain_is_signed_by_its_own_key(self):
        for source in (ACME, ACME_2):
            before = self.taken()
            answer = self.send(source, "Erp@ACME.example", to=("a@x.example", "b@y.example"))
            self.assertEqual(250, answer["code"], answer)
            sender, to, raw = self.delivered(before)
            self.check_signature(raw, "acme.example", "foyer-a", self.acme_public)

    def test_3_what_a_reader_sees_decides_the_key(self):
        before = self.taken()
        answer = self.send(ACME, f"bounces@acme.{ZONE}", header="Acme <erp@acme.example>")
        self.assertEqual(250, answer["code"], answer)
        self.check_signature(self.delivered(before)[2], "acme.example", "foyer-a",
                             self.acme_public)

    def test_4_others_domains_and_strangers_are_refused(self):
        before = len(self.taken())
        for source, sender, header in (
                (ACME, f"a@shop.{ZONE}", None), (ACME, "a@evil.example", None),
                (SHOP, "a@acme.example", None), (SHOP, f"a@acme.{ZONE}", None),
                (ACME, f"a@{ZONE}", None), (STRANGER, "a@acme.example", None),
                (RELAY, f"a@acme.{ZONE}", None), (ACME, "", None),
                (ACME, "a@acme.example", "x@evil.example"),
                (ACME, "a@acme.example", "x@acme.example, y@evil.example"),
                (ACME, "a@acme.example", f"x@shop.{ZONE}"),
                (ACME, "a@acme.example", "nobody at all")):
            with self.subTest(source=source, sender=sender, header=header):
                answer = self.send(source, sender, header=header)
                self.assertEqual(550, answer["code"], answer)
        stranger = self.send(STRANGER, "a@acme.example")
        self.assertIn("takes mail from copies of this cloud alone", stranger["text"])
        foreign = self.send(ACME, "a@evil.example")
        self.assertIn("foyer domain add DOMAIN --instance acme --use mail", foreign["text"])
        self.assertEqual(before, len(self.taken()))

    def test_5_sizes_and_recipients_are_limited(self):
        big = self.send(ACME, "a@acme.example", body="x" * 70 + "\r\n")
        self.assertEqual(250, big["code"], big)
        big = self.send(ACME, "a@acme.example", body=("x" * 70 + "\r\n") * 2_000)
        self.assertEqual(552, big["code"], big)
        many = self.send(ACME, "a@acme.example", to=[f"p{n}@dest.example" for n in range(6)])
        self.assertEqual(554, many["code"], many)
        bracketed = self.send(ACME, "a@acme.example", to=["a@[127.0.0.1]"])
        self.assertIn(bracketed["code"], (501, 550), bracketed)

    def test_6_a_days_recipients_are_counted_over_restarts_too(self):
        sender = f"a@shop.{ZONE}"
        self.assertEqual(250, self.send(SHOP, sender, to=("a@x.example", "b@x.example"))["code"])
        over = self.send(SHOP, sender, to=("a@x.example", "b@x.example"))
        self.assertEqual(452, over["code"], over)
        self.assertIn("may write to 3 recipients a day and has written to 2", over["text"])
        time.sleep(0.5)
        exim = pid_of(f"{self.box.run_dir}/mail/exim.pid")
        self.box.kill()
        type(self).box = Driver(self.place, "edge", self.space, **self.config)
        # Nobody answers what it asks: it puts off, and takes nothing that nobody counted.
        self.order()
        self.wait_until(lambda: self.state()["problem"] == "", "the relay is adopted")
        self.assertEqual(exim, pid_of(f"{self.box.run_dir}/mail/exim.pid"))
        self.assertTrue(is_alive(exim))
        self.assertEqual(250, self.send(SHOP, sender)["code"])
        self.assertEqual(452, self.send(SHOP, sender)["code"])
        self.assertEqual(3, self.state()["ok"]["shop"][0])

    def test_7_without_the_agent_mail_is_put_off(self):
        self.box.must("mail_end")
        answer = self.send(ACME, "a@acme.example")
        self.assertEqual(451, answer["code"], answer)
        self.order()
        self.wait_until(lambda: self.send(ACME, "a@acme.example")["code"] == 250, "it is back")

    def test_8_it_is_started_again_and_what_waits_is_delivered(self):
        with open(f"{self.mails}/answer", "w") as file:
            file.write("451 4.2.1 come back later\n")
        before = self.taken()
        self.assertEqual(250, self.send(ACME, "late@acme.example")["code"])
        self.wait_until(lambda: self.state()["waiting"] >= 1, "a mail waits")
        exim = pid_of(f"{self.box.run_dir}/mail/exim.pid")
        os.kill(exim, 9)
        self.wait_until(lambda: pid_of(f"{self.box.run_dir}/mail/exim.pid") != exim, "a new one")
        os.remove(f"{self.mails}/answer")
        # Exim tries a host that put it off again after a minute; its notes of that are removed.
        for file in glob.glob(f"{self.box.data_dir}/mail/spool/db/*"):
            os.remove(file)
        sender, _, raw = self.delivered(before)
        self.assertEqual("late@acme.example", sender)
        self.check_signature(raw, "acme.example", "foyer-a", self.acme_public)

    def test_9_keys_are_in_no_log_no_argument_and_no_file_of_others(self):
        exim = pid_of(f"{self.box.run_dir}/mail/exim.pid")
        with open(f"/proc/{exim}/status") as file:
            status = dict(line.split(":\t", 1) for line in file.read().splitlines()
                          if ":\t" in line)
        self.assertNotIn("0", status["Uid"].split())
        self.assertEqual("0000000000000000", status["CapEff"].strip())
        self.assertEqual("0000000000000000", status["CapBnd"].strip())
        self.assertEqual("1", status["NoNewPrivs"].strip())
        secrets = [key.split("\n")[5].encode() for key in (self.zone_key, self.acme_key)]
        found = []
        for folder, _, files in os.walk(self.place.path):
            for name in files:
                path = f"{folder}/{name}"
                if os.path.islink(path) or not os.path.isfile(path):
                    continue
                try:
                    with open(path, "rb") as file:
                        content = file.read()
                except OSError:  # a network namespace
                    continue
                if any(secret in content for secret in secrets):
                    found.append(os.path.relpath(path, self.place.path))
                    facts = os.stat(path)
                    self.assertEqual((0, 0o640), (facts.st_uid, facts.st_mode & 0o7777), path)
        self.assertEqual(["edge/run/mail/keys/acme.example.pem", f"edge/run/mail/keys/{ZONE}.pem"],
                         sorted(found))
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    line = file.read()
            except OSError:  # it ended
                continue
            self.assertFalse(any(secret in line for secret in secrets), pid)
        for log in glob.glob(f"{self.box.run_dir}/mail/log/*"):
            with open(log) as file:
                text = file.read()
            self.assertNotIn("hello", text)
            self.assertNotIn("a try", text)

    def test_a_a_sender_hears_that_it_could_not_be_delivered(self):
        before = self.taken()
        answer = self.send(ACME, "a@acme.example", to=("nobody@dest.example",), body="hello secret")
        self.assertEqual(250, answer["code"], answer)
        sender, to, raw = self.delivered(before)
        self.assertIn(sender, ("", "None", "<>"))
        self.assertEqual(["a@acme.example"], to)
        self.assertIn(b"there is nobody", raw)
        self.assertNotIn(b"hello secret", raw)
        self.assertNotIn(ACME.encode(), raw)
        self.check_signature(raw, ZONE, "foyer-z", self.zone_public, body=None)

    def test_b_a_domain_that_is_no_more_its_own_sends_no_more(self):
        self.order(keys=False)
        self.wait_until(
            lambda: not os.path.exists(f"{self.box.run_dir}/mail/keys/acme.example.pem"),
            "the key is gone")
        self.assertEqual(550, self.send(ACME, "a@acme.example")["code"])
        self.order()
        self.wait_until(lambda: self.send(ACME, "a@acme.example")["code"] == 250, "it is back")


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    if not shutil.which("exim4"):
        print("skipped: missing exim4")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
