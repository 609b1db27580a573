"""People who log in at an identity provider: a real one, a browser's way through it, and what does
not get anybody in. Needs node and the npm package oidc-provider (NODE_PATH).
"""

import http.client
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

from login_test import PASSWORD, joined, rule_of
from master_fixture import Client, Master, free_ports, skip_without_postgres, until

HERE = os.path.dirname(os.path.abspath(__file__))
CLI = os.environ["FOYER_CLI"]
BACK = "http://127.0.0.1:40404/foyer"


def skip_without_provider():
    modules = os.environ.get("NODE_PATH", "")
    if not shutil.which("node") or not os.path.isdir(modules + "/oidc-provider"):
        print("skipped: no node, or no npm package oidc-provider in NODE_PATH")
        sys.exit(77)


class Provider:
    def __init__(self, folder):
        self.folder, self.port = folder, free_ports(1)[0]
        self.issuer = f"https://127.0.0.1:{self.port}"
        self.cert, self.key = folder + "/provider.crt", folder + "/provider.key"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-keyout", self.key, "-out", self.cert, "-subj",
             "/CN=provider", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True)  # fmt: skip
        self.secret = folder + "/secret"
        with open(self.secret, "w", encoding="ascii") as file:
            file.write("a secret of the client\n")
        os.chmod(self.secret, 0o600)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["node", HERE + "/oidc_provider.mjs", str(self.port), self.cert, self.key,
             self.secret],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)  # fmt: skip
        until("the provider listens", lambda: "ready" in self.process.stdout.readline())

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def config(self):
        return (f'[oidc]\nissuer = "{self.issuer}"\nclient_id = "foyer"\n'
                f'client_secret_file = "{self.secret}"\nca_file = "{self.cert}"\n')  # fmt: skip


class Browser:
    """Follows redirects, keeps cookies, sends the forms it is shown."""

    def __init__(self, provider):
        self.provider, self.cookies = provider, {}
        self.tls = ssl.create_default_context(cafile=provider.cert)

    def ask(self, method, url, form=None):
        one = http.client.HTTPSConnection("127.0.0.1", self.provider.port, context=self.tls,
                                          timeout=60)  # fmt: skip
        target = url.removeprefix(self.provider.issuer)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        one.request(method, target, body=urllib.parse.urlencode(form) if form else None,
                    headers=headers)  # fmt: skip
        answer = one.getresponse()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        text = answer.read().decode()
        one.close()
        return answer.status, answer.headers.get("Location"), text

    def logs_in(self, url, person):
        """The address the person comes back to, `http://127.0.0.1:…`."""
        method, form = "GET", None
        for _ in range(12):
            status, location, text = self.ask(method, url, form)
            if location and location.startswith("http://127.0.0.1:"):
                return location
            if location:
                method, form, url = "GET", None, urllib.parse.urljoin(url, location)
                continue
            assert status == 200, (status, text[:500])
            action = re.search(r'<form[^>]*action="([^"]+)"', text)[1]
            prompt = re.search(r'name="prompt" value="(\w+)"', text)[1]
            method, url = "POST", urllib.parse.urljoin(url, action)
            form = {"prompt": prompt}
            if prompt == "login":
                form.update(login=person, password="anything")
        raise AssertionError("the provider never sent the person back")


def begun(client):
    return client.must(client.post("/v1/login:oidc-start", {"redirect_uri": BACK}))


def came_back(provider, start, person):
    location = Browser(provider).logs_in(start["authorization_url"], person)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))
    assert location.startswith(BACK + "?"), location
    return {"flow": start["flow"], "state": query["state"], "code": query["code"]}


def tied_and_in(master, provider, anna):
    nobody = Client(master)
    back = came_back(provider, begun(nobody), "anna-there")
    refused = nobody.post("/v1/login:oidc-finish", {"account": "acme", **back})
    assert refused.status == 401 and rule_of(refused) == ["login_refused"], refused
    back = came_back(provider, begun(anna), "anna-there")
    anna.must(anna.post("/v1/login:oidc-link", back))
    assert anna.get("/v1/accounts/acme/members/anna").json["oidc"]
    back = came_back(provider, begun(nobody), "anna-there")
    answer = nobody.must(nobody.post("/v1/login:oidc-finish", {"account": "acme", **back}))
    client = Client(master, answer["token"])
    who = client.get("/v1/whoami").json
    assert who["member"] == "anna" and who["session"], who
    again = nobody.post("/v1/login:oidc-finish", {"account": "acme", **back})
    assert again.status == 401 and rule_of(again) == ["oidc_refused"], again


def nobody_else(master, provider):
    nobody = Client(master)
    first, second = begun(nobody), begun(nobody)
    back = came_back(provider, first, "anna-there")
    for wrong, rule in (
        ({"state": "another"}, "oidc_flow"),
        ({"flow": second["flow"]}, "oidc_flow"),
        ({"flow": "rubbish"}, "oidc_flow"),
        ({"code": "rubbish"}, "oidc_refused"),
    ):
        refused = nobody.post("/v1/login:oidc-finish", {"account": "acme", **back, **wrong})
        assert refused.status == 401 and rule_of(refused) == [rule], (wrong, refused)
    for account in ("other", "nowhere", ""):
        back = came_back(provider, begun(nobody), "anna-there")
        refused = nobody.post("/v1/login:oidc-finish", {"account": account, **back})
        assert refused.status == 401 and rule_of(refused) == ["login_refused"], refused
    back = came_back(provider, begun(nobody), "somebody else")
    refused = nobody.post("/v1/login:oidc-finish", {"account": "acme", **back})
    assert refused.status == 401 and rule_of(refused) == ["login_refused"], refused
    for uri in ("https://evil.example/", "http://127.0.0.1:40404@evil.example/", ""):
        refused = nobody.post("/v1/login:oidc-start", {"redirect_uri": uri})
        assert refused.status == 400, (uri, refused)


def by_the_command(master, provider):
    """`foyer login --provider`: the terminal shows a page, the browser comes back to it."""
    config = master.folder + "/cli.toml"
    process = subprocess.Popen(
        [CLI, "login", "--api", f"https://127.0.0.1:{master.https}", "--ca",
         master.data + "/ca/ca.crt", "--account", "acme", "--provider"],
        env={**os.environ, "FOYER_CONFIG": config}, stderr=subprocess.PIPE, text=True)  # fmt: skip
    said = ""
    while "https://" not in said:
        line = process.stderr.readline()
        assert line, said
        said = line
    location = Browser(provider).logs_in(said.strip(), "anna-there")
    back = urllib.parse.urlsplit(location)
    one = http.client.HTTPConnection(back.hostname, back.port, timeout=60)
    one.request("GET", f"{back.path}?{back.query}")
    assert b"close this page" in one.getresponse().read()
    one.close()
    assert process.wait(60) == 0 and "logged in" in process.stderr.read()
    done = subprocess.run([CLI, "whoami", "--output", "json"], check=True, capture_output=True,
                          env={**os.environ, "FOYER_CONFIG": config}, text=True)  # fmt: skip
    assert '"member":"anna"' in done.stdout.replace(" ", ""), done.stdout
    assert oct(os.stat(config).st_mode & 0o777) == "0o600"


def without_the_provider(master, provider):
    """It is away: that is said, and the password still gets her in."""
    nobody = Client(master)
    start = begun(nobody)
    provider.stop()
    back = {"account": "acme", "flow": start["flow"], "code": "x"}
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(start["authorization_url"]).query)
    away = nobody.post("/v1/login:oidc-finish", {**back, "state": state["state"][0]})
    assert away.status == 503 and rule_of(away) == ["oidc_unavailable"], away
    body = {"account": "acme", "member": "anna", "password": PASSWORD}
    assert nobody.post("/v1/login", body).status == 200


def not_configured():
    with Master().start() as master:
        refused = Client(master).post("/v1/login:oidc-start", {"redirect_uri": BACK})
        assert refused.status == 409 or refused.status == 400, refused
        assert rule_of(refused) == ["oidc_off"], refused


def main():
    skip_without_postgres()
    skip_without_provider()
    not_configured()
    with tempfile.TemporaryDirectory(prefix="foyer-oidc-") as folder:
        provider = Provider(folder)
        provider.start()
        try:
            with Master(more=provider.config()).start() as master:
                acme = master.account("acme", "customer")
                joined(master, master.account("other", "customer"), "other", "anna")
                anna = joined(master, acme, "acme", "anna")
                tied_and_in(master, provider, anna)
                nobody_else(master, provider)
                master.stop()
                master.start()
                by_the_command(master, provider)
                without_the_provider(master, provider)
                assert "a secret of the client" not in master.log_text()
        finally:
            provider.stop()
    print("oidc: all good")


if __name__ == "__main__":
    main()
