"""Webhooks, to a real HTTPS receiver: signed, in order, nothing missed whatever the receiver or the
master does; only to addresses and certificates that may be called; nobody else's events.
"""

import base64
import hashlib
import hmac
import json
import os
import ssl
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from master_fixture import MASTER, Client, Master, skip_without_postgres, until


def certificate(folder, name):
    """A certificate of its own for this machine, and its key."""
    cert, key = f"{folder}/{name}.crt", f"{folder}/{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-keyout", key,
         "-out", cert, "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1,IP:::1"],
        check=True, capture_output=True)  # fmt: skip
    return cert, key


class Receiver:
    """Keeps every call; answers as it is told: a status, "hang" or "close"."""

    def __init__(self, cert, key):
        receiver = self
        self.calls, self.behaviour, self.location = [], 204, None
        self.released = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                how = receiver.behaviour
                receiver.calls.append((how, dict(self.headers.items()), body))
                if how == "hang":
                    receiver.released.wait(60)
                if how in ("hang", "close"):
                    self.close_connection = True
                    return
                self.send_response(how)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                if how == 200:
                    self.send_header("Content-Length", str(1 << 30))
                    self.end_headers()
                    try:
                        while True:
                            self.wfile.write(b"x" * 65536)
                    except OSError:
                        self.close_connection = True
                        return
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # clients that do not trust us go away

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path="/hook"):
        return f"https://127.0.0.1:{self.port}{path}"

    def taken(self):
        return [(headers, json.loads(body)) for how, headers, body in self.calls if how == 204]

    def sequences(self):
        return [body["data"]["sequence"] for _, body in self.taken()]

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


def is_signed(secret, headers, body):
    """As a receiver checks it, with the standard library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and f"v1,{mac}" in headers["webhook-signature"].split(" ")


def asked_of_the_command(folder, secret, headers, body):
    """Exit status and words of `foyer webhook verify`, which asks no master."""
    paths = [folder + "/secret", folder + "/body"]
    for path, content in zip(paths, (secret.encode() + b"\n", body)):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(content)
    ended = subprocess.run(
        [os.environ["FOYER_CLI"], "webhook", "verify", paths[1], "--secret-file", paths[0],
         "--id", headers["webhook-id"], "--timestamp", headers["webhook-timestamp"],
         "--signature", headers["webhook-signature"]],
        capture_output=True, text=True, check=False)  # fmt: skip
    return ended.returncode, ended.stderr


def replay_is_told(folder, receiver, secret):
    """A call that somebody kept and repeats, or changes, is not believed."""
    _, headers, body = receiver.calls[-1]
    assert asked_of_the_command(folder, secret, headers, body)[0] == 0
    code, words = asked_of_the_command(folder, secret, headers, body + b" ")
    assert code == 4 and "signature" in words, words
    # Signed with the secret, but six minutes ago.
    old = dict(headers, **{"webhook-timestamp": str(int(time.time()) - 360)})
    code, words = asked_of_the_command(folder, secret, old, body)
    assert code == 4 and "signature" in words, words
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{old['webhook-id']}.{old['webhook-timestamp']}.".encode() + body
    mac = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    old["webhook-signature"] = "v1," + mac
    code, words = asked_of_the_command(folder, secret, old, body)
    assert code == 4 and "replayed" in words, words


def happens(master, account, count=1):
    """Events that concern an account."""
    for _ in range(count):
        master.operator.must(master.operator.post("/v1/tokens", {"account": account}))


def newest(client):
    return client.must(client.get("/v1/events?newest=1"))["last"]


def own_since(client, after):
    return client.must(client.get(f"/v1/events?after={after}&page_size=500"))["events"]


def refuses_what_it_should(ann, url):
    for bad in ("http://127.0.0.1/", "https://u:p@127.0.0.1/", "https://", "ftp://x", "https://a#b",
                "https://a/" + "x" * 2000):  # fmt: skip
        answer = ann.post("/v1/webhooks", {"name": "bad", "url": bad})
        assert answer.status == 400 and "url" in answer.body.decode(), (bad, answer)
    assert ann.post("/v1/webhooks", {"name": "Bad", "url": url}).status == 400
    assert ann.get("/v1/webhooks").json["webhooks"] == []
    checked = ann.must(
        ann.post("/v1/webhooks", {"name": "shop", "url": url, "validate_only": True})
    )
    assert not checked.get("secret") and ann.get("/v1/webhooks/shop").status == 404


def secret_is_shown_once(ann, url):
    body = {"name": "shop", "url": url, "note": "tells the shop"}
    made = ann.must(ann.post("/v1/webhooks", body, key="k-1"))
    assert made["secret"].startswith("whsec_") and len(base64.b64decode(made["secret"][6:])) == 32
    # Only the same request, whose answer may have been lost, is told again.
    assert ann.must(ann.post("/v1/webhooks", body, key="k-1"))["secret"] == made["secret"]
    assert ann.post("/v1/webhooks", body).status == 409
    shown = ann.must(ann.get("/v1/webhooks/shop"))
    assert not shown["secret"] and shown["on"] and shown["note"] == "tells the shop", shown
    assert made["secret"] not in ann.get("/v1/webhooks").body.decode()
    return made["secret"]


def nobody_else_sees_it(master, ann, bob):
    for other in (bob, master.operator):
        assert other.get("/v1/webhooks").json["webhooks"] == []
        assert other.get("/v1/webhooks/shop").status == 404
        assert other.post("/v1/webhooks/shop:enable").status == 404
        assert other.call("DELETE", "/v1/webhooks/shop").status == 404
    # Names are each account's own, so that taking one tells nothing.
    bob.must(bob.post("/v1/webhooks", {"name": "shop", "url": "https://203.0.113.1/"}))
    bob.must(bob.call("DELETE", "/v1/webhooks/shop"))
    assert ann.get("/v1/webhooks/shop").status == 200


def comes_in_order(master, ann, receiver, secret, begin):
    happens(master, "bob", 3)
    happens(master, "ann", 5)
    happens(master, "bob", 2)
    own = [event["sequence"] for event in own_since(ann, begin)]
    until("five events came", lambda: len(receiver.taken()) >= 5)
    assert receiver.sequences() == own and len(own) == 5, (receiver.sequences(), own)
    for number, (headers, body) in enumerate(receiver.taken(), 1):
        assert body["delivery"] == number and body["data"]["owner"] == "ann", body
        assert headers["webhook-id"] == f"evt_{body['data']['sequence']}"
    for _, headers, body in receiver.calls:
        assert is_signed(secret, headers, body), headers
        assert not is_signed(secret, headers, body + b" ")
    # The event as the API shows it, with all its fields.
    shown, told = own_since(ann, begin)[0], dict(receiver.taken()[0][1]["data"])
    assert told.pop("at")[:19] == shown.pop("at")[:19]
    assert told == shown, (told, shown)


def survives_a_bad_receiver(master, ann, receiver, elsewhere, secret):
    """500, closed, hanging, redirected, endless: the same event comes until it is taken."""
    for how, why in ((500, "answered 500"), ("close", None), ("hang", "Timeout"),
                     (307, "redirects are not followed"), (200, "too long")):  # fmt: skip
        receiver.calls.clear()
        receiver.location = elsewhere.url() if how == 307 else None
        receiver.behaviour = how
        happens(master, "ann", 2)
        until(f"{how} was met twice", lambda: len(receiver.calls) >= 2)

        def told(why=why):
            row = ann.must(ann.get("/v1/webhooks/shop"))
            return row.get("failing_since") and (why is None or why in row["failure"])

        until(f"it is told that {why}", told)
        receiver.behaviour, receiver.location = 204, None
        until(f"both came after {how}", lambda: len(receiver.taken()) >= 2)
        bad = {headers["webhook-id"] for status, headers, _ in receiver.calls if status == how}
        first = receiver.taken()[0][0]
        assert bad == {first["webhook-id"]}, "another event overtook, or its id changed"
        assert all(is_signed(secret, headers, body) for _, headers, body in receiver.calls)
    assert elsewhere.calls == []
    until("it fails no more", lambda: not ann.get("/v1/webhooks/shop").json.get("failing_since"))


def misses_nothing_over_restarts(master, ann, receiver, begin):
    receiver.calls.clear()
    after = newest(ann)
    happens(master, "ann", 3)
    until("the first came", lambda: receiver.taken())
    master.kill()
    master.start()
    receiver.behaviour = 503
    happens(master, "ann", 3)
    assert master.stop() == 0
    master.start()
    receiver.behaviour = 204
    happens(master, "ann", 2)
    own = [event["sequence"] for event in own_since(ann, after)]
    until("all came", lambda: set(own) <= set(receiver.sequences()))
    seen, numbers = [], {}
    for headers, body in receiver.taken():
        if body["data"]["sequence"] not in seen:
            seen.append(body["data"]["sequence"])
        # What comes again has the same id and number.
        once = numbers.setdefault(headers["webhook-id"], body["delivery"])
        assert once == body["delivery"], (headers, body)
    assert seen == own, (seen, own)
    assert list(numbers.values()) == sorted(numbers.values())
    all_own = len(own_since(ann, begin))
    until("all are counted", lambda: ann.get("/v1/webhooks/shop").json["deliveries"] == all_own)
    assert ann.get("/v1/webhooks/shop").json["last"] >= own[-1]


def calls_only_where_it_may(master, ann, stranger):
    """A certificate of somebody else's, and addresses that only the master can reach."""
    private = {
        "cert": (stranger.url(), "SSL"),
        "loop": (f"https://[::1]:{stranger.port}/", "not public"),
        "meta": ("https://169.254.169.254/latest/meta-data/", "not public"),
        "inner": ("https://10.0.0.1/", "not public"),
        "name": (f"https://localhost:{stranger.port}/", None),
    }
    for name, (url, _) in private.items():
        ann.must(ann.post("/v1/webhooks", {"name": name, "url": url}))
    happens(master, "ann")
    for name, (_, why) in private.items():

        def told(name=name, why=why):
            row = ann.get(f"/v1/webhooks/{name}").json
            return row.get("failure") and (why is None or why in row["failure"])

        until(f"{name} is refused: {why}", told)
        assert ann.get(f"/v1/webhooks/{name}").json["deliveries"] == 0
        ann.must(ann.call("DELETE", f"/v1/webhooks/{name}"))
    assert stranger.calls == []


def filters(master, ann, receiver):
    receiver.calls.clear()
    wanted = {"name": "all", "url": receiver.url("/op"), "about": "account", "subject": "bob",
              "kind": "token_created"}  # fmt: skip
    operator = master.operator
    operator.must(operator.post("/v1/webhooks", wanted))
    ann.must(ann.call("DELETE", "/v1/webhooks/shop"))
    happens(master, "ann")
    happens(master, "bob", 2)
    operator.must(operator.post("/v1/accounts", {"name": "dora", "roles": ["customer"]}))
    until("the operator heard of bob", lambda: len(receiver.taken()) >= 2)
    time.sleep(1)
    told = [body["data"] for _, body in receiver.taken()]
    assert [(event["subject"], event["kind"]) for event in told] == [("bob", "token_created")] * 2
    operator.must(operator.call("DELETE", "/v1/webhooks/all"))


def few_at_most(ann, receiver):
    for number in range(10):
        ann.must(ann.post("/v1/webhooks", {"name": f"w{number}", "url": receiver.url()}))
    answer = ann.post("/v1/webhooks", {"name": "w10", "url": receiver.url()})
    assert answer.status == 429 and "webhooks_max" in answer.body.decode(), answer
    listed = ann.must(ann.get("/v1/webhooks?page_size=7"))
    assert len(listed["webhooks"]) == 7 and listed["page"]["next_page_token"], listed


def refused_without_the_key(folder, receiver, ca_file):
    """The shipped configuration calls nobody on this machine or in its networks."""
    receiver.calls.clear()
    with Master(webhooks={"ca_file": json.dumps(ca_file), "retry_max_ms": 200}).start() as master:
        ann = master.account("ann", "customer")
        ann.must(ann.post("/v1/webhooks", {"name": "shop", "url": receiver.url()}))
        happens(master, "ann")
        until(
            "it is told",
            lambda: "not public" in ann.get("/v1/webhooks/shop").json["failure"],
        )
        assert master.metric("foyer_webhooks_failing") == 1
        assert master.metric("foyer_webhook_failures_total") >= 1
    assert receiver.calls == [] and os.path.isdir(folder)


def bad_networks_are_told(folder):
    with open(folder + "/bad.toml", "w", encoding="ascii") as out:
        out.write('[webhooks]\nallow = ["127.0.0.0/8", "10.0.0.1"]\n')
    told = subprocess.run([MASTER, "check-config", folder + "/bad.toml"],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert told.returncode == 2 and "'10.0.0.1' is no network" in told.stderr, told


def hears_no_more_than_its_token(master, url):
    """A narrow token of an operator's account makes none: it would hear what the account may."""
    both = master.account("both", "operator", "customer")
    token = both.must(both.post("/v1/tokens", {"scopes": ["customer"]}))["token"]
    hook = {"name": "all", "url": url}
    refused = Client(master, token).post("/v1/webhooks", hook)
    assert refused.status == 403, refused
    assert {"key": "scope", "value": "operator"} in refused.json["details"], refused
    both.must(both.post("/v1/webhooks", hook))
    # It goes with its account.
    operator = master.operator
    operator.must(operator.call("DELETE", "/v1/accounts/both"))
    operator.must(operator.post("/v1/accounts", {"name": "both", "roles": ["customer"]}))
    again = operator.must(operator.post("/v1/tokens", {"account": "both"}))["token"]
    assert Client(master, again).get("/v1/webhooks").json["webhooks"] == []


def main():
    skip_without_postgres()
    with tempfile.TemporaryDirectory(prefix="foyer-webhooks-") as folder:
        bad_networks_are_told(folder)
        known, unknown = certificate(folder, "known"), certificate(folder, "unknown")
        receiver, elsewhere, stranger = Receiver(*known), Receiver(*known), Receiver(*unknown)
        settings = {
            "allow": '["127.0.0.0/8"]',
            "ca_file": json.dumps(known[0]),
            "timeout_ms": 1000,
            "retry_min_ms": 50,
            "retry_max_ms": 200,
        }
        with Master(webhooks=settings).start() as master:
            ann, bob = master.account("ann", "customer"), master.account("bob", "host")
            refuses_what_it_should(ann, receiver.url())
            secret = secret_is_shown_once(ann, receiver.url())
            nobody_else_sees_it(master, ann, bob)
            begin = newest(ann)
            comes_in_order(master, ann, receiver, secret, begin)
            replay_is_told(folder, receiver, secret)
            survives_a_bad_receiver(master, ann, receiver, elsewhere, secret)
            misses_nothing_over_restarts(master, ann, receiver, begin)
            calls_only_where_it_may(master, ann, stranger)
            filters(master, ann, receiver)
            few_at_most(ann, receiver)
            hears_no_more_than_its_token(master, receiver.url())
            assert secret not in master.log_text()
        refused_without_the_key(folder, receiver, known[0])
        for one in (receiver, elsewhere, stranger):
            one.close()


if __name__ == "__main__":
    main()
