"""deploy/monitoring against a real Prometheus that scrapes a real master with boxes, an instance, a
takeover, a refused order and a silent home: every query of every dashboard and rule returns data.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

from client_lab import ROOT, Lab, Master, instance_is, publish, skip_without, until
from free_ports import free_ports
from release_maker import Image, Publisher, document
from second_agent_test import lead_moves

MONITORING = ROOT / "deploy/monitoring"
COMPARISON = re.compile(r"(==|!=|>=|<=|>|<)(?!\s*bool)\s")
PROGRAMS = {"prometheus": "prometheus", "promtool": "prometheus"}


def promtool(*words):
    ended = subprocess.run(
        ["promtool", *words], cwd=MONITORING, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


class Prometheus:
    """A real one, with the shipped configuration but another target and shorter intervals."""

    def __init__(self, master):
        self.folder = Path(tempfile.mkdtemp(prefix="foyer-prometheus-"))
        text = (MONITORING / "prometheus.yml").read_text(encoding="utf-8")
        assert text.count("127.0.0.1:9464") == 1 and text.count("15s") == 2, text
        text = text.replace("127.0.0.1:9464", f"127.0.0.1:{master.metrics}").replace("15s", "1s")
        text = text.replace("foyer.rules.yml", str(MONITORING / "foyer.rules.yml"))
        (self.folder / "prometheus.yml").write_text(text, encoding="utf-8")
        self.port = free_ports(1)[0]
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={self.folder}/prometheus.yml",
                f"--storage.tsdb.path={self.folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            stdout=self.log,
            stderr=self.log,
        )

    def ask(self, path, **query):
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["data"]

    def query(self, text):
        return self.ask("query", query=text)["result"]

    def is_ready(self):
        assert self.process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
        try:
            return self.query("up == 1")
        except OSError:
            return None

    def __enter__(self):
        try:
            until("Prometheus has scraped the master", self.is_ready, 60)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.log.close()
        subprocess.run(["rm", "-rf", str(self.folder)], check=True)


def dashboards():
    """(panel, query) of each; what Grafana needs of a panel is there."""
    found, titles = [], set()
    for path in sorted((MONITORING / "dashboards").glob("*.json")):
        board = json.loads(path.read_text(encoding="utf-8"))
        assert board["uid"] not in titles and board["title"] and board["schemaVersion"] >= 30
        titles.add(board["uid"])
        ids = [panel["id"] for panel in board["panels"]]
        assert len(ids) == len(set(ids)), path
        for panel in board["panels"]:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, panel["title"]
            for target in panel.get("targets", []):
                assert target["datasource"]["uid"] == "${datasource}"
                found.append((f"{board['title']}: {panel['title']}", target["expr"]))
    assert len(titles) == 2 and len(found) > 30
    return found


def explains_itself(alert, foyer):
    """What, why, what to type; and what is to be typed is a command that there is."""
    notes = alert["annotations"]
    assert set(notes) == {"summary", "why", "do"}, alert["name"]
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    for command in re.findall(r"`(foyer [^`]+)`", notes["do"]):
        words = [word for word in shlex.split(command)[1:] if not word.startswith("-")]
        if "--output" in command:
            words.remove("json")
        ended = subprocess.run([foyer, *words, "--help"], capture_output=True, check=False)
        named = f"Usage: foyer {' '.join(words)}" in ended.stdout.decode()
        assert ended.returncode == 0 and named, f"{alert['name']}: no command `{command}`"


def must_return(prometheus, queries):
    """All at once, until each has an answer: rates need a few scrapes."""
    open_ones = dict.fromkeys(queries)

    def all_answer():
        for query in list(open_ones):
            if prometheus.query(query[1]):
                del open_ones[query]
        return not open_ones

    try:
        until("every query returns data", all_answer, 90)
    except AssertionError:
        raise AssertionError("no data for: " + "\n".join(map(str, open_ones))) from None


def life(lab, customer):
    """Real data: an order that serves, one that is refused, a takeover, a home that goes dark."""
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"}}
    customer.must(customer.post("/v1/instances", order))
    acme = instance_is(customer, "acme", "running")
    large = {"name": "huge", "release": "huge", "parameters": {"company": "Huge"}}
    refused = customer.post("/v1/instances", large)
    assert refused.status == 429, refused
    lead_moves(customer, acme)


def home_goes_dark(lab, prometheus):
    """The whole way: a process dies, and the rule that speaks of it is pending."""
    box = next(box for box in lab.boxes.values() if "cedar" in box.name)
    box.kill()
    pending = 'ALERTS{alertname="FoyerBoxesSilent",alertstate="pending",isp="cedar"}'
    until("the alert of a silent home is pending", lambda: prometheus.query(pending), 90)
    assert prometheus.query('foyer_instances_by_state{state="degraded"} == 1')
    others = prometheus.query('count by (isp) (ALERTS{alertname="FoyerBoxesSilent"})')
    assert len(others) == 1, others


def events_are_counted(prometheus):
    # With the next scrape.
    chosen = 'foyer_events_total{kind="leader_chosen"} >= 1'
    until("the new leader is counted", lambda: prometheus.query(chosen), 60)
    refused = 'foyer_http_requests_total{route="/v1/instances",status="429"} == 1'
    until("the refused order is counted", lambda: prometheus.query(refused), 60)
    firing = 'ALERTS{alertname="FoyerOrdersRefused",alertstate="firing"}'
    until("the refused order is an alert", lambda: prometheus.query(firing), 60)


def is_watched(prometheus, queries):
    """A metric that nobody looks at is a mistake, or belongs here with its reason."""
    text = "\n".join(query for _, query in queries)
    named = {
        name for name in prometheus.ask("label/__name__/values") if name.startswith("foyer_")
    }
    unused = {name for name in named if not re.search(rf"\b{name}\b", text)}
    assert not unused, f"no rule and no dashboard uses {sorted(unused)}"


def publish_releases(house):
    """One that runs, and one that is too large for every box."""
    publish(house)
    image = Image()
    image.upload(house)
    huge = document(image, "huge")
    huge["sizes"]["s"]["memory_bytes"] = 512 << 30
    house.must(house.post("/v1/software-releases", Publisher().request(huge)))


def main(foyer):
    skip_without(PROGRAMS)
    promtool("check", "config", "prometheus.yml")
    promtool("check", "rules", "foyer.rules.yml")
    promtool("test", "rules", "foyer.rules.test.yml")
    panels = dashboards()
    with Master(agents={"hold_ms": 1000, "silent_after_ms": 4000}).start() as master:
        lab = Lab(master)
        publish_releases(master.account("house", "publisher"))
        boxes = [lab.home(isp) for isp in ("alder", "birch", "cedar")]
        lab.online(*boxes)
        with Prometheus(master) as prometheus:
            life(lab, master.account("acme", "customer"))
            groups = prometheus.ask("rules")["groups"]
            alerts = [rule for group in groups for rule in group["rules"]]
            assert len(alerts) > 20 and {alert["health"] for alert in alerts} <= {"ok", "unknown"}
            for alert in alerts:
                explains_itself(alert, foyer)
            # A comparison that does not hold returns nothing: asked for its truth, it returns it.
            watched = [(one["name"], COMPARISON.sub(r"\1 bool ", one["query"])) for one in alerts]
            must_return(prometheus, panels + watched)
            events_are_counted(prometheus)
            is_watched(prometheus, panels + watched)
            home_goes_dark(lab, prometheus)
            print(f"{len(panels)} queries of dashboards, {len(alerts)} rules: all return data")


if __name__ == "__main__":
    main(os.environ["FOYER_BINARY"])
