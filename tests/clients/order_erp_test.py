"""The customer's example against a real master: orders, follows, prints; safe to run again."""

import http.server
import json
import ssl
import subprocess
import sys
import threading
import time

from client_lab import ROOT, Lab, Master, instance_is, publish, skip_without

EXAMPLE = ROOT / "deploy/examples/order_erp.py"
USAGE, NOT_FOUND, REFUSED, RUNNING, CONFLICT, NOT_REACHABLE = range(2, 8)


class Customer:
    def __init__(self, lab, name):
        self.lab = lab
        self.client = lab.master.account(name, "customer")
        self.token = lab.folder / f"{name}.api-token"
        self.token.write_text(self.client.token, encoding="ascii")

    def command(self, *words, api=None, ca=None):
        master = self.lab.master
        api = api or f"https://127.0.0.1:{master.https}"
        ca = ca or f"{master.data}/ca/ca.crt"
        command = [sys.executable, "-B", str(EXAMPLE), "--api", api, "--ca", str(ca)]
        return [*command, "--token-file", str(self.token), "--release", "echo", *words]

    def run(self, *words, status=0, **more):
        ended = subprocess.run(
            self.command(*words, **more), capture_output=True, text=True, timeout=300, check=False
        )
        assert ended.returncode == status, (ended.returncode, ended.stdout, ended.stderr)
        return ended


def login_of(text):
    return dict(line.split(maxsplit=1) for line in text.splitlines())


def orders(customer):
    ended = customer.run("acme", "--parameter", "company=Acme", "--replicas", "3")
    login = login_of(ended.stdout)
    assert login["url"] == "https://acme.foyer.localhost/" and login["user"] == "admin", login
    assert len(login["password"]) >= 16, login
    assert "serve: succeeded" in ended.stderr, ended.stderr
    assert login["password"] not in ended.stderr
    instance_is(customer.client, "acme", "running")
    return login


def again(customer, login):
    """The same order is the same order; the password comes again while the API shows it."""
    ended = customer.run("acme", "--parameter", "company=Acme", "--replicas", "3")
    assert login_of(ended.stdout) == login, ended.stdout
    assert len(customer.client.get("/v1/instances").json["instances"]) == 1
    # Ordered otherwise, so under another key: what is there is taken, since it is ours.
    ended = customer.run("acme", "--parameter", "company=Acme")
    assert login_of(ended.stdout)["url"] == login["url"]
    ended = customer.run("acme", "--parameter", "company=A", "--size", "m", status=CONFLICT)
    assert "already_exists" in ended.stderr and "size 's', not 'm'" in ended.stderr, ended.stderr


def two_at_once(customer):
    """Two runs at one time, of which one is killed halfway: one instance, one password."""
    words = customer.command("twice", "--parameter", "company=Twice")
    first = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    login = login_of(customer.run("twice", "--parameter", "company=Twice").stdout)
    first.kill()
    first.wait()
    assert login_of(customer.run("twice", "--parameter", "company=Twice").stdout) == login


def is_refused(lab, customer):
    """Each refusal in the API's words, with the exit status of the foyer command."""
    ended = customer.run("ghost", "--release", "no-such", status=NOT_FOUND)
    assert "request req-" in ended.stderr, ended.stderr
    ended = customer.run("bad", "--parameter", "colour=blue", status=USAGE)
    assert "invalid_argument" in ended.stderr and "company" in ended.stderr, ended.stderr
    ended = customer.run("far", "--parameter", "company=A", "--countries", "BE", status=REFUSED)
    assert "rule: " in ended.stderr, ended.stderr
    customer.run("bad", "--parameter", "nonsense", status=USAGE)
    other = Customer(lab, "other")
    ended = other.run("acme", "--parameter", "company=Other", status=CONFLICT)
    assert "already_exists" in ended.stderr, ended.stderr
    assert other.client.get("/v1/instances/acme").status == 404
    other.token.write_text("foyer_nobody_nothing", encoding="ascii")
    assert "unauthenticated" in other.run("mine", status=REFUSED).stderr
    # Signed by somebody else: the token is not sent.
    wrong = lab.folder / "wrong.crt"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    new += ["-keyout", "/dev/null", "-out", str(wrong)]
    subprocess.run(new, check=True, capture_output=True)
    assert "CERTIFICATE_VERIFY" in customer.run("mine", ca=wrong, status=NOT_REACHABLE).stderr


def not_yet(lab, customer):
    """Boxes are slow: told so in time, and the next run goes on watching."""
    for box in lab.boxes.values():
        box.kill()
    words = ("slow", "--parameter", "company=Slow")
    ended = customer.run(*words, "--patience", "2", status=RUNNING)
    assert ended.stdout == "" and "run the same command again" in ended.stderr, ended
    for box in lab.boxes.values():
        box.start()
    assert login_of(customer.run(*words).stdout)["url"] == "https://slow.foyer.localhost/"


class Unwell(http.server.BaseHTTPRequestHandler):
    """A master whose database is away for two requests, and whose answer is then lost once."""

    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, self.headers["Idempotency-Key"], body))
        if len(self.seen) == 3:
            return self.connection.close()
        codes = {1: 503, 2: 504}
        status = codes.get(len(self.seen), 409)
        code = {503: "unavailable", 504: "unknown"}.get(status, "failed_precondition")
        shape = {"code": code, "message": "no", "details": [], "request_id": "req-1"}
        answer = json.dumps(shape).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        return self.wfile.write(answer)

    def log_message(self, *_):
        pass


def asks_again(lab, customer):
    key, crt = lab.folder / "unwell.key", lab.folder / "unwell.crt"
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x"]
    new += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(crt)]
    subprocess.run(new, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(crt, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Unwell)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api = f"https://127.0.0.1:{server.server_port}"
    ended = customer.run("acme", "--parameter", "company=A", api=api, ca=crt, status=REFUSED)
    server.shutdown()
    assert len(Unwell.seen) == 4 and len(set(Unwell.seen)) == 1, Unwell.seen
    assert Unwell.seen[0][1].startswith("order-"), Unwell.seen
    assert ended.stderr.count("asking again") == 3, ended.stderr


def main():
    skip_without()
    with Master(agents={"hold_ms": 1000, "silent_after_ms": 60_000}).start() as master:
        lab = Lab(master)
        publish(master.account("house", "publisher"))
        lab.online(*[lab.home(isp) for isp in ("alder", "birch", "cedar")])
        customer = Customer(lab, "acme")
        begin = time.monotonic()
        login = orders(customer)
        print(f"served after {time.monotonic() - begin:.1f} s")
        again(customer, login)
        two_at_once(customer)
        is_refused(lab, customer)
        not_yet(lab, customer)
        asks_again(lab, customer)


if __name__ == "__main__":
    main()
