"""Notices by e-mail, to a real SMTP server with STARTTLS and a password: confirmed addresses only,
grouped, in the contact's language, nothing of another account's; held back after the master was
away; nothing lost whatever the server or the master does."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from master_fixture import MASTER, Master, skip_without_postgres, until
from release_maker import publish

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from free_ports import free_ports  # noqa: E402
from mail_server import PASSWORD, USER, MailServer  # noqa: E402

SENDER = "foyer@example.org"
WINDOW_S, SETTLE_S = 1.5, 10


def certificate(folder, name):
    cert, key = f"{folder}/{name}.crt", f"{folder}/{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-keyout", key,
         "-out", cert, "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True)  # fmt: skip
    return cert, key


def settings(folder, port, ca_file, **more):
    password = folder + "/password"
    with open(os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="ascii") as out:  # fmt: skip
        out.write(PASSWORD + "\n")
    return {
        "server": '"127.0.0.1"', "port": port, "user": json.dumps(USER),
        "password_file": json.dumps(password), "sender": json.dumps(SENDER),
        "ca_file": json.dumps(ca_file), "timeout_ms": 3000, "window_ms": int(WINDOW_S * 1000),
        "hold_max_ms": 6000, "settle_ms": SETTLE_S * 1000, "retry_min_ms": 300,
        "retry_max_ms": 600, **more}  # fmt: skip


def code_in(mail):
    return re.search(r"foyer contact confirm (\w+) (\w+)", mail.body).groups()


def add(client, server, address, **more):
    """A contact, and the code that is mailed to it."""
    made = client.must(client.post("/v1/contacts", {"address": address, **more}))
    assert made["state"] == "waits" and not made["warning"], made
    mail = until("a code came", lambda: server.to(address))[-1]
    contact, code = code_in(mail)
    assert contact == made["id"], (made, mail)
    return made["id"], code, mail


def confirmed(client, server, address, **more):
    contact, code, _ = add(client, server, address, **more)
    done = client.must(client.post(f"/v1/contacts/{contact}:confirm", {"code": code}))
    assert done["state"] == "on", done
    return contact


def notices(server, address):
    return [mail for mail in server.to(address) if "confirm" not in mail.body]


def proves_its_address(master, server, ann, bob):
    for bad in ("ann", "a@b", "a@b.fr\r\nBcc: c@d.fr", "a b@c.fr", "@c.fr", "<a@b.fr>"):
        answer = ann.post("/v1/contacts", {"address": bad})
        assert answer.status == 400 and "address" in answer.body.decode(), (bad, answer)
    contact, code, mail = add(ann, server, "ann@example.org", language="fr")
    assert mail["subject"] == "[Foyer] votre code" and "compte ann" in mail.body, mail
    assert mail["auto-submitted"] == "auto-generated" and mail["from"] == f"Foyer <{SENDER}>"
    assert code not in ann.get("/v1/contacts").body.decode() and code not in master.log_text()
    # Nothing is mailed there, and nobody else sees it or can confirm it.
    for call in (bob.get(f"/v1/contacts/{contact}"),
                 bob.call("DELETE", f"/v1/contacts/{contact}"),
                 bob.post(f"/v1/contacts/{contact}:resend"),
                 bob.post(f"/v1/contacts/{contact}:confirm", {"code": code})):  # fmt: skip
        assert call.status == 404, call
    assert bob.get("/v1/contacts").json["contacts"] == []
    assert bob.post("/v1/contacts", {"address": "x@example.org", "account": "ann"}).status == 403
    # Five tries, also for the right one.
    confirm = f"/v1/contacts/{contact}:confirm"
    for left in range(4, -1, -1):
        answer = ann.post(confirm, {"code": "aaaaaaaa"})
        assert answer.status == 400, answer
        assert {"key": "left", "value": str(left)} in answer.json["details"], answer
    assert ann.post(confirm, {"code": code}).status == 409
    before = len(server.to("ann@example.org"))
    ann.must(ann.post(f"/v1/contacts/{contact}:resend"))
    mail = until("a new code", lambda: server.to("ann@example.org")[before:])[0]
    new = code_in(mail)[1]
    assert new != code and ann.post(confirm, {"code": code}).status == 400
    # As people type it, and a repetition is the same answer.
    typed = {"code": new[:4].upper() + "-" + new[4:].upper()}
    first = ann.must(ann.post(confirm, typed, key="once"))
    assert first["state"] == "on" and ann.must(ann.post(confirm, typed, key="once")) == first
    assert ann.post(f"/v1/contacts/{contact}:resend").status == 409


def mails_no_strangers(server, bob):
    """Few codes: of a contact, of an account, to an address, however often it is removed."""
    for _ in range(3):
        made = bob.must(bob.post("/v1/contacts", {"address": "stranger@example.net"}))
        bob.must(bob.call("DELETE", f"/v1/contacts/{made['id']}"))
        assert bob.get(f"/v1/contacts/{made['id']}").status == 404
    refused = bob.post("/v1/contacts", {"address": "stranger@example.net"})
    assert refused.status == 429 and "codes_per_address" in refused.body.decode(), refused
    for number in range(3):
        made = bob.must(bob.post("/v1/contacts", {"address": f"s{number}@example.net"}))
        bob.must(bob.call("DELETE", f"/v1/contacts/{made['id']}"))
    refused = bob.post("/v1/contacts", {"address": "s9@example.net"})
    assert refused.status == 429 and "codes_per_account" in refused.body.decode(), refused
    time.sleep(2)
    assert len(server.to("stranger@example.net")) <= 3


def grouped_and_in_their_language(master, server, boxes, eve):
    """A drain: the host and the operator are told, and whose copy moves, and nobody else."""
    operator = master.operator
    body = {"name": "eve-shop", "release": "echo", "parameters": {"company": "Eve"}}
    made = eve.must(eve.post("/v1/instances", body))["instance"]
    held = {one["node"] for one in made["replicas"]}
    name = sorted(held)[0]
    operator.must(operator.post(f"/v1/nodes/{name}:cordon"))
    operator.must(operator.post(f"/v1/nodes/{name}:drain"))
    host = "host" + name[4]
    mail = until("the customer's mail", lambda: notices(server, "eve@example.org"))[0]
    assert mail["subject"].startswith("[Foyer] eve-shop\u00a0: une copie change de machine"), mail
    assert "Rien." in mail.body and mail["content-language"] == "fr", mail
    told = until("the host's mail", lambda: notices(server, f"{host}@example.org"))[0]
    assert "is being emptied" in told["subject"] and "Leave the box on" in told.body, told
    assert "gets nothing new" in told.body, "the cordon and the drain are one mail"
    assert "eve-shop" not in told.body and "eve" not in told.body.split("--\n")[0], told
    until("the operator's mail", lambda: notices(server, "ops@example.org"))
    time.sleep(2 * WINDOW_S)
    assert len(notices(server, f"{host}@example.org")) == 1
    others = [f"host{n}@example.org" for n in range(len(boxes)) if f"host{n}" != host]
    assert not any(notices(server, other) for other in others), server.mails
    assert notices(server, "ann@example.org") == [], "of another account"
    return host


def refused_for_its_quota(master, server, eve):
    operator = master.operator
    operator.must(operator.call("PUT", "/v1/accounts/eve", body={
        "roles": ["customer"], "quota": {"instances": 1}}))  # fmt: skip
    server.mails.clear()
    body = {"name": "eve-two", "release": "echo", "parameters": {"company": "Eve"}}
    for _ in range(3):
        assert eve.post("/v1/instances", body).status == 429
    mail = until("the refusal", lambda: notices(server, "eve@example.org"))[0]
    assert "quota" in mail["subject"] and "foyer account show" in mail.body, mail
    time.sleep(2 * WINDOW_S)
    assert len(notices(server, "eve@example.org")) == 1


def event_of(master, host, kind="node_missing"):
    return [one for one in master.operator.get("/v1/events?newest=50").json["events"]
            if one["kind"] == kind and one["owner"] == host]  # fmt: skip


def cordon_twice(master, name):
    """Something that its host is told."""
    operator = master.operator
    operator.must(operator.post(f"/v1/nodes/{name}:cordon"))
    operator.must(operator.post(f"/v1/nodes/{name}:uncordon"))


def survives_a_bad_server(master, server, name, address):
    """Busy, slow, endless, refusing, away: the same mail comes until it is taken, once each."""
    wanted = 0
    for how in ({"RCPT": "451 4.3.0 later"}, {"DATA": "452 4.3.1 later"}, "slow", "huge", "away"):
        server.mails.clear()
        if how == "away":
            server.stop()
        else:
            server.behaviour = how
        cordon_twice(master, name)
        wanted += 1
        contact = until(f"{how} is told", lambda: [
            one for one in master.operator.get("/v1/contacts").json["contacts"]
            if one["address"] == address and one.get("failing_since")])[0]
        assert contact["state"] == "on", contact
        if isinstance(how, dict):
            until("its own words", lambda how=how: list(how.values())[0] in [
                one["failure"] for one in master.operator.get("/v1/contacts").json["contacts"]])
        if how == "huge":
            until("too long", lambda: any(
                "too long" in one["failure"]
                for one in master.operator.get("/v1/contacts").json["contacts"]))
        server.behaviour = "take"
        if how == "away":
            server.start()
        mails = until(f"it came after {how}", lambda: notices(server, address))
        assert "gets nothing new" in mails[0].body or "may get copies" in mails[0].body, mails
        time.sleep(WINDOW_S)
        assert len(notices(server, address)) == 1, notices(server, address)
    until("it fails no more", lambda: master.metric("foyer_contacts_failing") == 0)


def refused_for_good(master, server, host, address):
    """5xx three times: switched off, and the account can see it."""
    before = master.operator.get("/v1/contacts?account=" + host).json["contacts"][0]
    server.behaviour = {"RCPT": "550 5.1.1 no such user"}
    cordon_twice(master, "site" + host[4] + "-1")
    off = until("it is off", lambda: [
        one for one in master.operator.get("/v1/contacts?account=" + host).json["contacts"]
        if one["state"] == "off"])[0]
    assert off["failure"] == "550 5.1.1 no such user" and off["off_at"], off
    assert event_of(master, host, "contact_off")
    attempts = server.attempts
    cordon_twice(master, "site" + host[4] + "-1")
    time.sleep(2 * WINDOW_S)
    assert server.attempts == attempts, "it is left alone"
    server.behaviour = "take"
    server.mails.clear()
    operator = master.operator
    operator.must(operator.post(f"/v1/contacts/{before['id']}:resend"))
    contact, code = code_in(until("a code", lambda: server.to(address))[0])
    operator.must(operator.post(f"/v1/contacts/{contact}:confirm", {"code": code}))
    assert operator.get(f"/v1/contacts/{contact}").json["state"] == "on"


def nothing_lost_over_restarts(master, server, name, address):
    """Killed while a mail is on its way: it comes again under the same Message-ID; stopped with
    one waiting: it comes after the start, and not before boxes could report."""
    server.mails.clear()
    server.behaviour = "drop"
    cordon_twice(master, name)
    first = until("taken, without an answer", lambda: notices(server, address))[0]
    master.kill()
    so_far = len(notices(server, address))
    server.behaviour = "take"
    master.start()
    again = until("it comes again", lambda: notices(server, address)[so_far:])[0]
    assert again["message-id"] == first["message-id"], (first, again)
    assert again.body.split("--\n")[0] == first.body.split("--\n")[0]
    ids = {mail["message-id"] for mail in notices(server, address)}
    assert len(ids) == 1, ids
    server.mails.clear()
    cordon_twice(master, name)
    assert master.stop() == 0
    begun = time.monotonic()
    master.start()
    time.sleep(2)  # who mails looks a little after the master leads
    cordon_twice(master, name)
    mail = until("the mail after the start", lambda: notices(server, address))[0]
    assert mail.at - begun >= SETTLE_S, "held until boxes could report"
    time.sleep(2 * WINDOW_S)
    assert len(notices(server, address)) == 1, "what came before and after the start together"
    assert "listens again since" in mail.body, mail


def silent_box(master, server, boxes, name, host):
    """A box that is off: told after its time, to its host and the operator; and its return."""
    address = f"{host}@example.org"
    server.mails.clear()
    mail = until("the silence is told", lambda: [
        one for one in notices(server, address) if "a box is silent" in one["subject"]])[0]
    assert name in mail.body and "power, line, lights" in mail.body, mail
    until("the operator is told too", lambda: [
        one for one in notices(server, "ops@example.org") if name in one.body])
    box = next(one for one in boxes if one.name == name)
    box.sync(observation_number=9, observations_full=True)
    until("its return is told", lambda: [
        one for one in notices(server, address) if "a box is back" in one["subject"]])


def without_a_server(folder):
    """Said where a contact is added, and by the doctor; and a password that others may read."""
    with Master().start() as master:
        ann = master.account("ann", "customer")
        made = ann.must(ann.post("/v1/contacts", {"address": "ann@example.org"}))
        assert "no mail server" in made["warning"], made
        assert ann.get("/v1/contacts").json["sender"] == ""
        assert "mail_off" in master.log_text()
    for broken, why in (('server = "a.example"\nsender = "nobody"', "mail.sender"),
                        ('server = "a.example/x"\nsender = "f@a.example"', "mail.server"),
                        ('tls = "none"', "mail.tls"), ('user = "u"', "mail.user"),
                        ('window_ms = 9\nhold_max_ms = 8', "mail.hold_max_ms")):  # fmt: skip
        with open(folder + "/bad.toml", "w", encoding="ascii") as out:
            out.write("[mail]\n" + broken + "\n")
        told = subprocess.run([MASTER, "check-config", folder + "/bad.toml"],
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert told.returncode == 2 and why in told.stderr, (broken, told)
    with open(folder + "/open", "w", encoding="ascii") as out:
        out.write("hush-hush\n")
    with open(folder + "/bad.toml", "w", encoding="ascii") as out:
        out.write(f'[mail]\nserver = "a.example"\nsender = "f@a.example"\nuser = "u"\n'
                  f'password_file = "{folder}/open"\n')  # fmt: skip
    told = subprocess.run([MASTER, "check-config", folder + "/bad.toml"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert told.returncode == 2 and "chmod" in told.stderr and "hush-hush" not in told.stderr, told


def trusts_only_its_roots(folder, known, unknown):
    """Implicit TLS works too; somebody else's certificate gets nothing, nor a wrong password."""
    port, = free_ports(1)
    server = MailServer(port, *unknown, implicit=True).start()
    with Master(mail=settings(folder, port, known[0], tls='"implicit"')).start() as master:
        ann = master.account("ann", "customer")
        made = ann.must(ann.post("/v1/contacts", {"address": "ann@example.org"}))

        def failure():
            return ann.get(f"/v1/contacts/{made['id']}").json["failure"]

        until("the certificate is refused", lambda: "SSL" in failure())
        assert server.attempts == 0 and server.mails == []
        server.stop()
        server = MailServer(port, *known, implicit=True).start()
        until("the code came", lambda: server.to("ann@example.org"))
        master.stop()
        with open(folder + "/password", "w", encoding="ascii") as out:
            out.write("wrong\n")
        master.start()
        other = ann.must(ann.post("/v1/contacts", {"address": "b@example.org"}))
        until("the password is refused", lambda: "user or password" in ann.get(
            f"/v1/contacts/{other['id']}").json["failure"])
        assert ann.get(f"/v1/contacts/{other['id']}").json["state"] == "waits"
        assert "wrong" not in master.log_text() and PASSWORD not in master.log_text()
    server.stop()


def main():
    skip_without_postgres()
    with tempfile.TemporaryDirectory(prefix="foyer-mail-") as folder:
        known, unknown = certificate(folder, "known"), certificate(folder, "unknown")
        without_a_server(folder)
        trusts_only_its_roots(folder, known, unknown)
        port, = free_ports(1)
        server = MailServer(port, *known).start()
        limits = {
            "mail": settings(folder, port, known[0]),
            "agents": {"hold_ms": 1000, "silent_after_ms": 600_000, "isolated_nodes_min": 100},
            "repair": {"missing_after_s": 3, "lost_after_s": 3600},
        }
        with Master(**limits).start() as master:
            boxes = master.homes(4)
            publish(master.account("house", "publisher"))
            ann, bob = master.account("ann", "customer"), master.account("bob", "customer")
            eve = master.account("eve", "customer")
            proves_its_address(master, server, ann, bob)
            mails_no_strangers(server, bob)
            confirmed(eve, server, "eve@example.org", language="fr")
            confirmed(master.operator, server, "ops@example.org", topics=["drain", "box"])
            for number in range(4):
                host = master.account(f"host{number}", "host")
                confirmed(host, server, f"host{number}@example.org")
            host = grouped_and_in_their_language(master, server, boxes, eve)
            refused_for_its_quota(master, server, eve)
            name = next(f"site{n}-1" for n in range(4) if f"host{n}" != host)
            address = f"host{name[4]}@example.org"
            survives_a_bad_server(master, server, name, address)
            refused_for_good(master, server, "host" + name[4], address)
            nothing_lost_over_restarts(master, server, name, address)
            limits["agents"]["silent_after_ms"] = 2000
            master.stop()
            master.write_config(limits)
            master.start()
            silent_box(master, server, boxes, name, "host" + name[4])
            for box in boxes:
                box.close()
        server.stop()


if __name__ == "__main__":
    main()
