"""A name of one's own that somebody else asks for, too: nobody is kept from it, and the first who
proves it has it. DNS is a few lines of this test."""
import socket
import struct
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from master_fixture import Master, skip_without_postgres, until  # noqa: E402
from release_maker import publish  # noqa: E402

NAME = "erp.ann.example"
PATH = "/v1/domains/" + NAME
EDGE = "198.18.1.11"
A, TXT = 1, 16


class Dns(threading.Thread):
    """Answers what it was told, and that there is nothing else."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.records = {}  # (name, type): data

    def run(self):
        while True:
            asked, whom = self.socket.recvfrom(4096)
            self.socket.sendto(self.answer(asked), whom)

    def answer(self, asked):
        at, labels = 12, []
        while asked[at]:
            labels.append(asked[at + 1:at + 1 + asked[at]].decode().lower())
            at += asked[at] + 1
        (kind,) = struct.unpack(">H", asked[at + 1:at + 3])
        data = self.records.get((".".join(labels), kind))
        head = asked[:2] + struct.pack(">5H", 0x8580, 1, 1 if data else 0, 0, 0)
        body = asked[12:at + 5]
        if data:
            body += struct.pack(">HHHIH", 0xC00C, kind, 1, 1, len(data)) + data
        return head + body

    def says(self, name, text):
        parts = [text[at:at + 255] for at in range(0, len(text), 255)]
        self.records[name, TXT] = b"".join(bytes([len(part)]) + part.encode() for part in parts)

    def leads_to(self, name, address):
        self.records[name, A] = socket.inet_aton(address)


def customer(master, name):
    client = master.account(name, "customer")
    order = {"name": f"{name}-shop", "release": "echo", "parameters": {"company": name}}
    client.must(client.post("/v1/instances", order))
    return client


def ask(client, name):
    return client.post("/v1/domains", {"name": NAME, "instance": f"{name}-shop"})


def token_of(domain):
    return next(row["value"] for row in domain["records"] if row["type"] == "TXT")


def each_asks_and_sees_his_own(ann, bob):
    taken = bob.must(ask(bob, "bob"))
    bob.must(bob.call("DELETE", PATH))
    taken = bob.must(ask(bob, "bob"))  # as often as he likes
    own = ann.must(ask(ann, "ann"))
    assert own["owner"] == "ann" and token_of(own) != token_of(taken), (own, taken)
    again = ask(ann, "ann")
    assert (again.status, again.json["code"]) == (409, "already_exists"), again
    for client, name in ((ann, "ann"), (bob, "bob")):
        assert client.must(client.get(PATH))["owner"] == name
        rows = client.must(client.get("/v1/domains"))["domains"]
        assert [(row["name"], row["owner"]) for row in rows] == [(NAME, name)]
    # Another's is as if it did not exist, also for who knows whose it is.
    assert ann.get(PATH + "?account=bob").status == 404
    assert ann.call("DELETE", PATH + "?account=bob").status == 404
    assert ann.must(ann.get(PATH + "?account=ann"))["owner"] == "ann"
    return own


def an_operator_says_whose(operator):
    for answer in (operator.get(PATH), operator.call("DELETE", PATH)):
        facts = {fact["key"]: fact["value"] for fact in answer.json["details"]}
        assert answer.status == 400 and facts["field"] == "account", answer
        assert facts["rule"] == "domain_ambiguous" and "ann, bob" in answer.json["message"], answer
    for name in ("ann", "bob"):
        assert operator.must(operator.get(f"{PATH}?account={name}"))["owner"] == name
    for size in (1, 2, 500):
        rows = operator.rows("/v1/domains", "domains", size)
        assert [row["owner"] for row in rows] == ["ann", "bob"], (size, rows)


def who_proves_it_has_it(dns, own, ann, bob):
    dns.leads_to(NAME, EDGE)
    dns.says("_foyer-challenge." + NAME, token_of(own))
    until("the name is proven", lambda: ann.get(PATH).json.get("proven_at"))
    lapsed = bob.must(bob.get(PATH))
    assert lapsed["state"] == "lapsed" and lapsed["records"] == [], lapsed
    assert "proven by somebody else" in lapsed["status"] and "ann-" not in str(lapsed), lapsed
    told = [row for row in bob.must(bob.get("/v1/events"))["events"]
            if row["kind"] == "domain_lapsed"]
    assert [row["subject"] for row in told] == ["bob-shop"], told
    assert "ann-" not in str(told), told
    bob.must(bob.call("DELETE", PATH))
    refused = ask(bob, "bob")
    assert refused.status == 409 and "domain_taken" in str(refused.json["details"]), refused
    assert "ann-" not in refused.json["message"], refused


def mail_as_a_domain(dns, ann):
    """It is proven by its token and its key, and leads wherever it likes."""
    made = ann.must(ann.post("/v1/domains", {
        "name": "ann.example", "instance": "ann-shop", "use": "mail"}))
    assert made["use"] == "mail", made
    assert [row["type"] for row in made["records"]] == ["TXT", "TXT"], made
    token, key = made["records"]
    assert token["name"] == "_foyer-challenge.ann.example", made
    assert key["name"].startswith("foyer-") and key["name"].endswith("._domainkey.ann.example")
    assert key["value"].startswith("v=DKIM1; k=rsa; p=MIIBIjAN") and len(key["value"]) > 400, key
    hints = {row["name"]: row["value"] for row in made["mail_hints"]}
    assert hints == {"ann.example": f"v=spf1 ip4:{EDGE} ~all",
                     "_dmarc.ann.example": "v=DMARC1; p=none"}, hints
    assert "PRIVATE" not in str(made)
    path = "/v1/domains/ann.example"
    dns.leads_to("ann.example", "203.0.113.80")
    dns.says(token["name"], token["value"])
    until("the key is missed",
          lambda: "._domainkey.ann.example' yet" in ann.get(path).json["status"])
    dns.says(key["name"], key["value"].replace("p=MIIB", "p=MIIC"))
    until("another key is seen", lambda: "has another key" in ann.get(path).json["status"])
    dns.says(key["name"], key["value"])
    until("the domain is proven", lambda: ann.get(path).json.get("proven_at"))
    shown = ann.must(ann.get(path))
    assert shown["state"] == "serving" and "may send mail as @ann.example" in shown["status"], shown
    bad = ann.post("/v1/domains", {"name": "b.example", "instance": "ann-shop", "use": "post"})
    assert bad.status == 400, bad
    other = ann.must(ann.post("/v1/domains", {
        "name": "c.example", "instance": "ann-shop", "use": "web_and_mail"}))
    assert other["records"][1]["value"] != key["value"], other
    assert "A" in [row["type"] for row in other["records"]], other
    ann.must(ann.call("DELETE", "/v1/domains/c.example"))
    return shown


def main():
    skip_without_postgres()
    dns = Dns()
    dns.start()
    master = Master(more=f'[domains]\nresolver = "127.0.0.1:{dns.port}"')
    with master.start():
        operator = master.operator
        boxes = master.homes(3)
        publish(master.account("house", "publisher"))
        operator.must(operator.post("/v1/node-tokens", {
            "site": "site0", "edge": True, "public_address": EDGE}))
        ann, bob = customer(master, "ann"), customer(master, "bob")
        own = each_asks_and_sees_his_own(ann, bob)
        an_operator_says_whose(operator)
        who_proves_it_has_it(dns, own, ann, bob)
        mail = mail_as_a_domain(dns, ann)
        bob.must(bob.post("/v1/domains", {"name": "shop.bob.example", "instance": "bob-shop"}))
        assert operator.must(operator.get(PATH))["owner"] == "ann"
        master.kill()
        master.start()
        assert master.operator.must(master.operator.get(PATH))["proven_at"]
        again = master.operator.must(master.operator.get("/v1/domains/ann.example"))
        assert again["records"] == mail["records"] and again["proven_at"], again
        assert [row["name"] for row in bob.rows("/v1/domains", "domains")] == ["shop.bob.example"]
        master.operator.must(master.operator.call("DELETE", PATH))
        bob.must(ask(bob, "bob"))
        for box in boxes:
            box.close()


main()
