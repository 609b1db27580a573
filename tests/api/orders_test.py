"""Many order at the same moment: each free slot is given once, none is lost, and who comes too late
is told so."""

import threading
from collections import Counter

from master_fixture import Master, skip_without_postgres
from release_maker import Image, Publisher, document

HOMES, SLOTS = 20, 10  # a box of 4 cores, a copy of 0.4
TOO_LATE = 40


def publish(client):
    image = Image()
    image.upload(client)
    release = document(image)
    release["sizes"]["s"]["cpu_millicores"] = 400
    client.must(client.post("/v1/software-releases", Publisher().request(release)))


class Customer(threading.Thread):
    """Orders once; whoever lost his answer asks again with the same key."""

    def __init__(self, number, client, start):
        super().__init__()
        self.number, self.client, self.start_line = number, client, start
        self.answers = []

    def run(self):
        order = {"name": f"shop-{self.number}", "release": "echo", "size": "s",
                 "parameters": {"company": "A"}, "policy": {"replicas": 1, "mode": "asynchronous"}}
        connection = self.client.connect()
        connection.connect()
        self.start_line.wait()
        for _ in range(1 + self.number % 2):
            self.answers.append(self.client.post("/v1/instances", order, key=f"k-{self.number}",
                                                 connection=connection))
        connection.close()


def main():
    skip_without_postgres()
    with Master().start() as master:
        boxes = master.homes(HOMES)
        publish(master.account("pub", "publisher"))
        clients = [master.account(f"shop-owner-{number}", "customer") for number in range(10)]
        everybody = HOMES * SLOTS + TOO_LATE
        start = threading.Barrier(everybody)
        customers = [Customer(number, clients[number % 10], start) for number in range(everybody)]
        for one in customers:
            one.start()
        for one in customers:
            one.join()
        got = [one for one in customers if one.answers[0].status == 200]
        late = [one for one in customers if one.answers[0].status != 200]
        assert len(got) == HOMES * SLOTS, (len(got), late[:1] and late[0].answers)
        for one in late:
            answer = one.answers[0]
            assert answer.status == 429 and answer.json["code"] == "resource_exhausted", answer
        # A repetition is the same order, not another one.
        for one in got:
            assert len({answer.body for answer in one.answers}) == 1, one.answers
        rows = master.operator.rows("/v1/instances", "instances")
        assert {row["name"] for row in rows} == {f"shop-{one.number}" for one in got}
        held = Counter(copy["node"] for row in rows for copy in row["replicas"])
        assert held == {box.name: SLOTS for box in boxes}, held
        # And so says the database.
        assert master.stop() == 0
        master.start()
        again = master.operator.rows("/v1/instances", "instances")
        assert {row["name"] for row in again} == {row["name"] for row in rows}
        for box in boxes:
            box.close()
        assert master.stop() == 0


main()
