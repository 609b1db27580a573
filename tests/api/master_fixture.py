"""A real foyer-master in a folder of its own, and its clients. Standard library only."""

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from free_ports import free_ports  # noqa: E402

MASTER = os.environ["FOYER_MASTER"]
AGENT_TOOL = os.environ["FOYER_AGENT_TOOL"]
PATIENCE_S = 300  # of a machine that does other work too


def skip_without_postgres():
    found = shutil.which("initdb") or any(
        os.path.exists(f"/usr/lib/postgresql/{version}/bin/initdb") for version in range(12, 30)
    )
    if not found:
        print("skipped: no PostgreSQL programs on this machine")
        sys.exit(77)


def until(what, question, patience_s=PATIENCE_S):
    """Asks again and again until the answer is true; gives it back."""
    end = time.monotonic() + patience_s
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"did not happen: {what}")
        time.sleep(0.05)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Client:
    """One caller of the HTTPS API, with one token; a new connection for each request."""

    def __init__(self, master, token=None):
        self.master, self.token = master, token
        self.kept = None

    def connect(self, timeout=PATIENCE_S):
        return http.client.HTTPSConnection(
            "127.0.0.1", self.master.https, context=self.master.tls(), timeout=timeout
        )

    def call(self, method, path, body=None, key=None, headers=None, connection=None):
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", "Bearer " + self.token)
        if key:
            sent["Idempotency-Key"] = key
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent.setdefault("Content-Type", "application/json")
        one = connection or self.connect()
        one.request(method, path, body=body, headers=sent)
        got = one.getresponse()
        answer = Answer(got.status, got.headers, got.read())
        if connection is None:
            one.close()
        return answer

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body=body if body is not None else {}, **more)

    def must(self, answer, *statuses):
        if answer.status not in (statuses or (200,)):
            raise AssertionError(f"expected {statuses or (200,)}, got {answer}")
        return answer.json

    def rows(self, path, field, size=500):
        """A whole list, page after page."""
        found, token = [], ""
        while True:
            page = self.must(self.get(f"{path}?page_size={size}&page_token={token}"))
            found += page[field]
            token = page["page"]["next_page_token"]
            if not token:
                return found


class Box:
    """A rude little agent (agent_tool)."""

    def __init__(self):
        self.process = subprocess.Popen(
            [AGENT_TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def send(self, **command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.process.stdout.readline())

    def do(self, **command):
        self.send(**command)
        return self.receive()

    def sync(self, **request):
        return self.do(do="sync", request=request)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Master:
    def __init__(self, **limits):
        self.folder = tempfile.mkdtemp(prefix="foyer-api-")
        os.chmod(self.folder, 0o755)
        self.data = self.folder + "/data"
        self.agents, self.https, self.grpc, self.metrics = free_ports(4)
        self.config = self.folder + "/master.toml"
        self.write_config(limits)
        self.environment = dict(os.environ)
        self.process = None

    def write_config(self, limits):
        agents = "\n".join(f"{key} = {value}" for key, value in limits.get("agents", {}).items())
        # Tests ask as fast as they can; rates_test.py asks too fast.
        api = {"requests_per_second": 0, **limits.get("api", {})}
        api = "\n".join(f"{key} = {value}" for key, value in api.items())
        blobs = "\n".join(f"{key} = {value}" for key, value in limits.get("blobs", {}).items())
        calls = limits.get("webhooks", {})
        webhooks = "\n".join(f"{key} = {value}" for key, value in calls.items())
        mail, repair = (
            "\n".join(f"{key} = {value}" for key, value in limits.get(table, {}).items())
            for table in ("mail", "repair")
        )
        # The boxes of these tests are a tool without voters.
        groups = {"elect": "false", **limits.get("groups", {})}
        groups = "\n".join(f"{key} = {value}" for key, value in groups.items())
        with open(self.config, "w", encoding="utf-8") as out:
            out.write(f"""
{limits.get("root", "")}
[agents]
listen = "127.0.0.1:{self.agents}"
addresses = ["127.0.0.1:{self.agents}"]
{agents}
[api]
https_listen = "127.0.0.1:{self.https}"
grpc_listen = "127.0.0.1:{self.grpc}"
{api}
[blobs]
{blobs}
[groups]
{groups}
[webhooks]
{webhooks}
[mail]
{mail}
[repair]
{repair}
[metrics]
listen = "127.0.0.1:{self.metrics}"
{limits.get("more", "")}
""")

    def start(self):
        self.log = open(self.folder + "/log", "ab")
        self.process = subprocess.Popen(
            [MASTER, "run", "--dev", self.data, "--config", self.config],
            stderr=self.log,
            env=self.environment,
        )
        try:
            self.wait_until_ready()
        except BaseException:
            sys.stderr.write(self.log_text()[-3000:])
            self.stop()
            raise
        return self

    def wait_until_ready(self):
        until("the master is healthy", self.healthy)
        until("the operator's token", lambda: os.path.exists(self.data + "/operator.token"))
        self.operator = Client(
            self, open(self.data + "/operator.token", encoding="ascii").read().strip()
        )
        until("the token is committed", lambda: self.operator.get("/v1/whoami").status == 200)

    def healthy(self):
        if self.process.poll() is not None:
            raise AssertionError("the master ended:\n" + self.log_text()[-3000:])
        try:
            return Client(self).get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    def threads(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def log_text(self):
        with open(self.folder + "/log", encoding="utf-8") as file:
            return file.read()

    def metrics_page(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics}/metrics", timeout=60) as page:
            return page.read().decode()

    def metric(self, name):
        return int(re.search(rf"^{name} (\d+)$", self.metrics_page(), re.M)[1])

    def tls(self):
        return ssl.create_default_context(cafile=self.data + "/ca/ca.crt")

    def postgres_pid(self):
        with open(self.data_file("postmaster.pid"), encoding="ascii") as file:
            return int(file.readline())

    def data_file(self, name):
        for where, _, files in os.walk(self.data + "/postgres"):
            if name in files:
                return os.path.join(where, name)
        raise AssertionError(f"no {name} below {self.data}/postgres")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=PATIENCE_S)
        return self.process.returncode if self.process else 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            sys.stderr.write(self.log_text()[-6000:])
        try:
            if self.process and self.process.poll() == -signal.SIGKILL:
                self.start()  # a killed master leaves its database running: the next one stops it
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def account(self, name, *roles):
        self.operator.must(self.operator.post("/v1/accounts", {"name": name, "roles": list(roles)}))
        token = self.operator.must(self.operator.post("/v1/tokens", {"account": name}))
        return Client(self, token["token"])

    def homes(self, count, country="FR"):
        """ISPs, hosts and sites, one of each a home, with an enrolled box that said it is empty."""
        boxes = []
        post, must = self.operator.post, self.operator.must
        for number in range(count):
            must(post("/v1/isps", {"name": f"isp{number}"}))
            must(post("/v1/hosts", {"name": f"host{number}"}))
            must(
                post(
                    "/v1/sites",
                    {
                        "name": f"site{number}",
                        "isp": f"isp{number}",
                        "country": country,
                        "host": f"host{number}",
                        "host_class": "vetted",
                    },
                )
            )
            token = must(post("/v1/node-tokens", {"site": f"site{number}"}))
            box = Box()
            box.master = self
            box.name = token["node"]
            box.token = token["token"]
            assert box.do(do="enrol", token=box.token).get("node") == box.name
            answer = box.sync(observation_number=1, observations_full=True)
            assert answer.get("observations_acknowledged") == "1", answer
            box.lineage, box.revision = answer["lineage"], int(answer["revision"])
            boxes.append(box)
        return boxes


def sha256(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()
