"""The master of the boxes whose power is cut: a real one, on the host, whose power is not."""

import http.client
import os
import subprocess
import sys
from pathlib import Path

from machine import MASTER, output_of

ROOT = Path(__file__).resolve().parents[3]
# What its clients share with those of the API's tests. Their agent is not used here.
os.environ.setdefault("FOYER_AGENT_TOOL", "/nonexistent")
sys.path.insert(0, str(ROOT / "tests/api"))


def master_class(programs):
    os.environ["FOYER_MASTER"] = str(programs / "foyer-master")
    import master_fixture  # it asks for these as it is read

    class Master(master_fixture.Master):
        def write_config(self, limits):
            with open(self.config, "w", encoding="utf-8") as out:
                out.write(f"""
[agents]
listen = "127.0.0.1:{self.agents}"
addresses = ["{MASTER[0]}:{MASTER[1]}"]
hold_ms = 5000
silent_after_ms = 20000
[api]
https_listen = "127.0.0.1:{self.https}"
grpc_listen = "127.0.0.1:{self.grpc}"
requests_per_second = 0
[metrics]
listen = "127.0.0.1:{self.metrics}"
""")

    return Master


class Cloud:
    def __init__(self, programs, folder):
        self.programs, self.folder = programs, Path(folder)
        self.master = master_class(programs)()
        self.ask = None

    def up(self):
        self.master.start()
        self.ask = self.master.operator
        self.must(self.ask.post("/v1/isps", {"name": "alder"}))
        self.must(self.ask.post("/v1/hosts", {"name": "ann"}))
        release = self.folder / "release"
        output_of(ROOT / "tests/image/minimal/build-image", "--out", release)
        data = self.master.data
        self.foyer("login", "--api", f"https://127.0.0.1:{self.master.https}", "--ca",
                   f"{data}/ca/ca.crt", "--token-file", f"{data}/operator.token")
        self.foyer("release", "keygen", "--key", self.folder / "publisher.key")
        self.foyer("release", "publish", release, "--key", self.folder / "publisher.key")
        return self

    def down(self):
        self.master.__exit__(None, None, None)

    def must(self, answer):
        return self.ask.must(answer)

    def foyer(self, *words):
        environment = {**os.environ, "FOYER_CONFIG": str(self.folder / "operator.toml")}
        done = subprocess.run([self.programs / "foyer", "--quiet", *map(str, words)], text=True,
                              env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise AssertionError(f"foyer {words}: status {done.returncode}\n{done.stdout}")
        return done.stdout

    def home(self, number):
        """A new home; its box's name and token."""
        site = {"name": f"home{number}", "isp": "alder", "country": "FR", "host": "ann"}
        self.must(self.ask.post("/v1/sites", {**site, "host_class": "vetted"}))
        token = self.must(self.ask.post("/v1/node-tokens", {"site": site["name"]}))
        return token["node"], token["token"]

    def found(self, path):
        """What is there, or {}."""
        try:
            answer = self.ask.get(path)
        except (OSError, http.client.HTTPException):
            return {}
        return answer.json if answer.status == 200 else {}

    def node(self, name):
        return self.found(f"/v1/nodes/{name}")

    def instance(self, name):
        return self.found(f"/v1/instances/{name}")

    def boxes_at(self, site):
        rows = self.ask.rows("/v1/nodes", "nodes")
        return [row["name"] for row in rows if row.get("site") == site]

    def order(self, name):
        self.foyer("order", "echo", "--name", name, "--replicas", "1", "--mode", "asynchronous",
                   "--param", "greeting=Bonjour", "--no-reveal", "--no-wait")

    def delete(self, name):
        self.foyer("instance", "delete", name, "--yes", "--no-wait")

    def forget_box(self, name):
        """Of a life that ended in the middle: no later order may wait for it."""
        self.ask.call("DELETE", f"/v1/nodes/{name}")
