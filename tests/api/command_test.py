"""The `foyer` command with a real master: doctor, lists in every form, names for completion, orders
at the price that was looked up."""

import csv
import io
import json
from email.utils import parsedate_to_datetime

from command_test_tools import commander
from master_fixture import Master, skip_without_postgres
from release_maker import publish

PRICES = {"name": "list-2026", "currency": "EUR", "sizes": [
    {"size": "s", "copy_cents": 900, "synchronous_cents": 100, "further_country_cents": 250}]}
LISTS = ("isp", "host", "site", "node", "account", "instance", "release", "price-list", "audit",
         "agent-release")


def findings(foyer, code=0):
    report = json.loads(foyer("doctor", "--output", "json", code=code))
    return {one["check"]: (one["state"], one["said"]) for one in report["checks"]}


def doctor(master, foyer):
    found = findings(foyer)
    assert {state for state, _ in found.values()} <= {"ok", "warning"}, found
    assert found["clock"][0] == "ok" and found["tls"][0] in ("ok", "warning"), found
    assert found["boxes"] == ("ok", "2 boxes heard of"), found
    assert found["drains"] == ("ok", "none") and found["instances"][0] == "ok", found
    customer = commander(master, master.account("anna", "customer").token)
    assert "boxes" not in findings(customer)


def lists(foyer):
    for noun in LISTS:
        tree = json.loads(foyer(noun, "ls", "--output", "json"))
        (rows,) = (value for value in tree.values() if isinstance(value, list))
        header, *lines = csv.reader(io.StringIO(foyer(noun, "ls", "--output", "csv")))
        assert len(lines) == len(rows), noun
        for line, row in zip(lines, rows):
            for column, cell in zip(header, line):
                value = row.get(column)
                want = "" if value is None else value if isinstance(value, str) else None
                assert cell == want if want is not None else json.loads(cell) == value, (
                    noun, column, cell, value)


def names(foyer):
    def offered(*words):
        return [line.split("\t")[0] for line in foyer("__complete", *words).splitlines()[1:]]
    assert offered("isp", "show", "isp") == ["isp0", "isp1"]
    assert offered("node", "drain", "") == ["site0-1", "site1-1"], offered("node", "drain", "")
    assert offered("site", "create", "x", "--host=host1") == ["--host=host1"]
    assert offered("instance", "show", "") == []


def orders(master, foyer):
    """What it looked up is what it orders at; refusals say what to type next."""
    publish(master.account("house", "publisher"))

    def order(name, *more, **terms):
        return foyer("order", "echo", "--name", name, "--replicas", "2", "--mode", "asynchronous",
                     "--param", "company=A", "--no-wait", *more, **terms)

    free = json.loads(order("free", "--output", "json"))
    assert "quote" not in free["instance"], free
    master.operator.must(master.operator.post("/v1/price-lists", PRICES))
    priced = json.loads(order("priced", "--output", "json"))
    assert priced["instance"]["quote"]["monthly_cents"] == 1800, priced
    said = order("dear", "--expected-price", "17", code=4, stream="stderr")
    assert "it costs 18.00 EUR a month" in said and "next: foyer quote" in said, said
    assert "next: foyer instance ls" in order("free", code=6, stream="stderr")
    operator = commander(master, master.operator.token)
    said = operator("site", "delete", "site0", code=4, stream="stderr")
    assert "next: foyer node show site0-1" in said, said


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes = master.homes(2)
        answer = master.operator.get("/healthz")
        assert abs((parsedate_to_datetime(answer.headers["Date"])
                    - parsedate_to_datetime(master.operator.get("/v1/nope").headers["Date"])
                    ).total_seconds()) < 60
        foyer = commander(master, master.operator.token)
        names(foyer)
        lists(foyer)
        doctor(master, foyer)
        orders(master, commander(master, master.account("ann", "customer").token))
        foyer = commander(master, "foyer_wrong")
        assert findings(foyer, code=4)["token"][0] == "wrong"
        assert master.stop() == 0
        assert findings(foyer, code=7)["connection"][0] == "wrong"
        for box in boxes:
            box.close()


main()
