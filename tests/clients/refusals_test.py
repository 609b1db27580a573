"""What hosts refuse: tenants of a country, a kind of releases. A box in another language tells the
master, which places nothing of it there and moves what is there; the operator sees it.
"""

import json

from client_lab import Lab, Master, instance_is, publish, skip_without, until
from lines_test import command

ORDER = {"name": "acme", "release": "echo", "parameters": {"company": "Acme"},
         "policy": {"replicas": 3}}


def refuse(lab, box, **what):
    """As its host would say it: the whole of it, which the box tells at its next Sync."""
    new = box.folder / "refuses.new"
    new.write_text(json.dumps(what))
    new.rename(box.folder / "refuses.json")

    def heard():
        seen = lab.node(box.name).get("refuses", {})
        return [seen.get("countries", []), seen.get("kinds", [])] == [
            what.get("countries", []), what.get("kinds", [])]

    until(f"the master hears what {box.name} refuses", heard)


def homes_of(customer, name):
    return sorted(copy["node"] for copy in customer.get(f"/v1/instances/{name}").json["replicas"])


def is_shown(lab, box):
    shown = command(lab.master, "node", "show", box.name)
    assert "tenants of RU, ZZ; kinds mail" in " ".join(shown.split()), shown
    assert "tenants of RU" in command(lab.master, "node", "ls"), shown
    doctor = " ".join(command(lab.master, "doctor").split())
    assert "1 of 3 boxes refuse something" in doctor, doctor
    events = lab.master.operator.get("/v1/events?kind=node_refuses").json["events"]
    assert [event["subject"] for event in events] == [box.name], events


def nothing_of_it_comes(lab, customer, box):
    """Three homes, one of which refuses this tenant: there is room once a fourth one is there."""
    refused = customer.post("/v1/instances", ORDER)
    assert refused.status == 409, (refused.status, refused.json)
    assert {"key": "excluded_refused_by_host", "value": "1"} in refused.json["details"], refused
    assert "1 box refuses this kind of release or this tenant's country" in (
        refused.json["message"]), refused.json
    assert box.name not in refused.body.decode(), refused.json
    lab.online(lab.home("oak"))
    customer.must(customer.post("/v1/instances", ORDER))
    instance_is(customer, "acme", "running")
    assert box.name not in homes_of(customer, "acme"), homes_of(customer, "acme")
    why = command(lab.master, "instance", "explain", "acme")
    assert "refused_by_host" in why and box.name in why, why


def what_is_there_leaves(lab, customer, former, box):
    """Another host refuses it now. There is no place, until the first one allows it again."""
    refuse(lab, box, countries=["RU"])
    until("the repair waits",
          lambda: lab.master.operator.get("/v1/events?kind=repair_waits").json["events"])
    assert box.name in homes_of(customer, "acme")
    refuse(lab, former)
    until("the copy is on the other box",
          lambda: former.name in homes_of(customer, "acme")
          and box.name not in homes_of(customer, "acme"), 120)
    instance_is(customer, "acme", "running")


def accounts_have_a_country(master):
    refused = command(master, "account", "set", "acme", "--country", "UK", fails=True)
    assert "is not an ISO 3166-1 code" in refused, refused
    command(master, "account", "set", "acme", "--country", "RU")
    command(master, "account", "set", "acme", "--instances", "5")  # the rest stays
    shown = master.operator.get("/v1/accounts/acme").json
    assert shown["country"] == "RU" and shown["quota"] == {"instances": 5}, shown
    command(master, "account", "set", "acme", "--country", "none")
    assert master.operator.get("/v1/accounts/acme").json.get("country", "") == ""
    command(master, "account", "set", "acme", "--country", "RU", "--instances", "none")


def main():
    skip_without()
    master = Master(agents={"hold_ms": 500}, repair={"retry_after_s": 1})
    with master.start():
        command(master, "login", "--api", f"https://127.0.0.1:{master.https}", "--ca",
                master.data + "/ca/ca.crt", "--token-file", master.data + "/operator.token")
        lab = Lab(master)
        publish(master.account("house", "publisher"))
        echo = master.operator.get("/v1/software-releases/echo/versions/latest").json
        assert echo["kind"] == "other", echo
        boxes = [lab.home(isp) for isp in ("alder", "birch", "elm")]
        lab.online(*boxes)
        customer = master.account("acme", "customer")
        accounts_have_a_country(master)
        refuse(lab, boxes[1], countries=["RU", "ZZ"], kinds=["mail"])
        is_shown(lab, boxes[1])
        nothing_of_it_comes(lab, customer, boxes[1])
        what_is_there_leaves(lab, customer, boxes[1], boxes[0])
    print("ok")


if __name__ == "__main__":
    main()
