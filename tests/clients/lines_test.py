"""Whose line a box is really behind, by a database of networks that MaxMind's own writer made: the
master takes it from the address it sees, tells a difference, and gives such a box nothing new.
"""

import json
import os
import subprocess
import tempfile

from client_lab import ROOT, Lab, Master, publish, skip_without, until

CLI = os.environ["FOYER_BINARY"]
WRITER = ROOT / "tests/support/write_asn_database.pl"
SETTLES_MS = 1000
CONTACT = "Foyer asbl, hello@foyer.example"


def write_database(path, *lines):
    subprocess.run(["perl", str(WRITER), str(path)], input="".join(f"{line}\n" for line in lines),
                   text=True, check=True)


def command(master, *words, fails=False):
    """`foyer …` as the operator; what it prints."""
    ended = subprocess.run(
        [CLI, *words], capture_output=True, text=True, check=False,
        env={**os.environ, "FOYER_CONFIG": master.folder + "/cli.toml", "COLUMNS": "200"})
    if bool(ended.returncode) != fails:
        raise AssertionError(f"foyer {' '.join(words)}: {ended.stdout}{ended.stderr}")
    return ended.stderr if fails else ended.stdout


def check_of(lab, box):
    return lab.node(box.name).get("line", {}).get("check")


def is_told(lab, alder, birch):
    """Both boxes dial from loopback, which is alder's network: birch's home says what is not so."""
    until("birch's line differs", lambda: check_of(lab, birch) == "differs")
    until("alder's line is as declared", lambda: check_of(lab, alder) == "declared")
    line = lab.node(birch.name)["line"]
    assert (line["asn"], line["holder"]) == (64500, "Alder Networks"), line
    events = lab.master.operator.get("/v1/events?kind=node_line_differs").json["events"]
    assert [event["subject"] for event in events] == [birch.name], events
    assert "one of 'alder'" in events[0]["message"], events
    shown = command(lab.master, "node", "show", birch.name)
    assert "no network of birch, so nothing new comes" in shown, shown
    assert "online, line differs" in command(lab.master, "node", "ls"), shown
    said = " ".join(command(lab.master, "doctor").split())
    assert "its address is not its ISP's" in said, said


def nothing_new_comes(lab, birch):
    customer = lab.master.account("acme", "customer")
    order = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"},
             "policy": {"replicas": 3}}
    refused = customer.post("/v1/instances", order)
    assert refused.status == 409, (refused.status, refused.json)
    assert {"key": "excluded_line", "value": "1"} in refused.json["details"], refused.json
    told = lab.master.operator.post("/v1/instances", order).json["details"]
    assert {"key": "excluded_line", "value": birch.name} in told, told
    command(lab.master, "node", "accept-line", birch.name)
    assert check_of(lab, birch) == "accepted"
    customer.must(customer.post("/v1/instances", order))


def register_is_kept(lab):
    master = lab.master
    refused = command(master, "isp", "set", "oak", "--asn", "64500", fails=True)
    assert "AS64500 is a network of 'alder', of another family" in refused, refused
    command(master, "isp", "set", "oak", "--asn", "64510")
    command(master, "isp", "set", "oak", "--asn", "AS64502")
    refused = command(master, "isp", "set", "oak", "--terms", "forbidden", "--read-on",
                      "2026-11-27", fails=True)
    assert "quote the sentence" in refused, refused
    command(master, "isp", "set", "oak", "--terms", "forbidden", "--quote", "No servers.",
            "--source", "terms 4.2", "--read-on", "2026-11-27")
    shown = command(master, "isp", "show", "oak")
    assert 'forbidden, read on 2026-11-27 in terms 4.2: "No servers."' in shown, shown
    assert "AS64502, AS64510" in shown, shown  # what the flags did not name stayed
    # Other terms have words of their own.
    refused = command(master, "isp", "set", "oak", "--terms", "allowed", fails=True)
    assert "on which day the terms were read" in refused, refused
    ask = master.operator
    site = {"name": "late", "isp": "oak", "country": "FR", "host": "host-oak",
            "host_class": "open"}
    refused = ask.post("/v1/sites", site)
    assert refused.status == 409, (refused.status, refused.json)
    assert '"No servers." (terms 4.2, read on 2026-11-27)' in refused.json["message"]
    assert ask.post("/v1/node-tokens", {"site": "home-oak"}).status == 409
    listed = json.loads(command(master, "isp", "ls", "--output", "json"))["isps"]
    assert [isp.get("terms", {}).get("stance") for isp in listed] == [None, None, "forbidden"]


def letter_is_printed(lab):
    text = command(lab.master, "site", "letter", "home-alder", "--language", "fr")
    assert CONTACT in text and "Elle peut être débranchée" in text, text
    page = command(lab.master, "site", "letter", "home-alder", "--html")
    assert page.startswith("<!doctype html>") and page.endswith("</html>\n"), page
    host = lab.master.account("host-alder", "host")
    assert host.get("/v1/sites/home-alder/letter").status == 200
    assert host.get("/v1/sites/home-birch/letter").status == 404


def another_database(lab, alder, birch, database):
    """A newer one is taken at a start; a change is believed only once it has lasted."""
    write_database(database, "127.0.0.0/8 64501 Birch Telecom")
    lab.master.stop()
    lab.master.start()
    until("alder's box is behind birch's line", lambda: check_of(lab, alder) == "differs", 60)
    until("birch's box is behind its own", lambda: check_of(lab, birch) == "declared", 60)


def main():
    skip_without({"perl": "perl"})
    if subprocess.run(["perl", "-MMaxMind::DB::Writer::Tree", "-e1"], capture_output=True,
                      check=False).returncode != 0:
        raise SystemExit(77)
    folder = tempfile.TemporaryDirectory(prefix="foyer-networks-")
    database = folder.name + "/networks.mmdb"
    write_database(database, "127.0.0.0/8 64500 Alder Networks", "2001:db8::/32 64503 Elsewhere")
    master = Master(root=f'contact = "{CONTACT}"',
                    agents={"line_settles_ms": SETTLES_MS, "hold_ms": 500,
                            "asn_database": f'"{database}"'})
    with folder, master.start():
        command(master, "login", "--api", f"https://127.0.0.1:{master.https}", "--ca",
                master.data + "/ca/ca.crt", "--token-file", master.data + "/operator.token")
        lab = Lab(master)
        publish(master.account("house", "publisher"))
        alder, birch, oak = (lab.home(isp) for isp in ("alder", "birch", "oak"))
        lab.online(alder, birch, oak)
        until("a line nobody recorded is unknown", lambda: check_of(lab, oak) == "unknown")
        for isp, asn in (("alder", "64500"), ("birch", "64501")):
            command(master, "isp", "set", isp, "--asn", asn)
        is_told(lab, alder, birch)
        nothing_new_comes(lab, birch)
        register_is_kept(lab)
        letter_is_printed(lab)
        another_database(lab, alder, birch, database)
    print("ok")


if __name__ == "__main__":
    main()
