"""A box whose clock is wrong leads nothing that begins, until it has been right for a while; where
most clocks differ it is said, and nothing follows. How long a group waits is chosen with the
order."""

import time

from master_fixture import Master, skip_without_postgres, until
from release_maker import Image, Publisher, document

HOUR_MS = 3_600_000


def publish(client):
    image = Image()
    image.upload(client)
    client.must(client.post("/v1/software-releases", Publisher().request(document(image))))


def beat(boxes, wrong=()):
    """Each box says what time it is; the wrong ones are an hour ahead."""
    for box in boxes:
        now = int(time.time() * 1000) + (HOUR_MS if box in wrong else 0)
        answer = box.do(do="sync", request={"immediate": True, "clock_unix_ms": str(now)})
        assert "error" not in answer, answer


def node(master, box):
    return master.operator.get("/v1/nodes/" + box.name).json


def stands(master, boxes, wrong, box, standing):
    def question():
        beat(boxes, wrong)
        time.sleep(0.2)
        return node(master, box)["clock_standing"] == standing

    until(f"the clock of {box.name} is {standing}", question)


def events(master, kind):
    return master.operator.get("/v1/events?kind=" + kind).json["events"]


def order(name, **policy):
    return {"name": name, "release": "echo", "parameters": {"company": "A"}, "policy": policy}


def patience_is_chosen(customer):
    made = customer.must(customer.post("/v1/instances", order("acme", replicas=3)))
    assert made["instance"]["policy"]["patience"] == "measured", made
    assert any("7 s" in promise for promise in made["promises"]), made["promises"]
    slow = order("slow", replicas=3, patience="patient")
    made = customer.must(customer.post("/v1/instances", slow))
    assert made["instance"]["policy"]["patience"] == "patient", made
    assert any("20 s" in promise for promise in made["promises"]), made["promises"]
    wrong = customer.post("/v1/instances", order("odd", replicas=3, patience="endless"))
    assert wrong.status == 400, wrong
    alone = order("alone", replicas=1, mode="asynchronous", patience="patient")
    refused = customer.post("/v1/instances", alone)
    assert refused.status == 400 and "patience" in refused.json["message"], refused


def a_wrong_clock_founds_nothing(master, customer, boxes):
    bad = boxes[0]
    assert node(master, bad)["clock_standing"] == "right"
    stands(master, boxes, [bad], bad, "barred")
    shown = node(master, bad)
    assert shown["clock_fault"] == "time" and shown["clock_offset_ms"] > HOUR_MS - 60_000, shown
    assert [event["subject"] for event in events(master, "node_clock_wrong")] == [bad.name]
    for number in range(4):
        asked = dict(order(f"try-{number}", replicas=3), validate_only=True)
        chosen = customer.must(customer.post("/v1/instances", asked))["placement"]["chosen"]
        leads = {row["node"]: row["may_lead"] for row in chosen}
        assert chosen[0]["node"] != bad.name, chosen
        assert leads == {name: name != bad.name for name in leads}, chosen
    stands(master, boxes, [], bad, "right")
    assert node(master, bad)["clock_fault"] == "unspecified", node(master, bad)
    assert len(events(master, "node_clock_right")) == 1


def most_clocks_are_not_wrong(master, boxes):
    most = boxes[1:]
    stands(master, boxes, most, most[0], "held")
    assert events(master, "clocks_differ"), "nobody was told"
    assert len(events(master, "node_clock_wrong")) == 1
    stands(master, boxes, [], most[0], "right")


def what_was_judged_outlives_the_master(master, boxes):
    stands(master, boxes, [boxes[3]], boxes[3], "barred")
    master.kill()
    master.start()
    assert node(master, boxes[3])["clock_standing"] == "barred"


def main():
    skip_without_postgres()
    groups = {"elect": "true", "clock_wrong_after_s": 1, "clock_right_after_s": 2}
    with Master(agents={"seen_flush_ms": 1_000}, groups=groups).start() as master:
        boxes = master.homes(4)
        publish(master.account("pub", "publisher"))
        customer = master.account("carl", "customer")
        patience_is_chosen(customer)
        a_wrong_clock_founds_nothing(master, master.operator, boxes)
        most_clocks_are_not_wrong(master, boxes)
        what_was_judged_outlives_the_master(master, boxes)
        assert master.stop() == 0


main()
