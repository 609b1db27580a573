"""How often one token may ask, over HTTPS and gRPC together; others do not feel it."""

import time

from master_fixture import Box, Client, Master, skip_without_postgres

BURST = 20


def ask_until_refused(client):
    connection = client.connect()
    for count in range(10 * BURST):
        answer = client.get("/v1/whoami", connection=connection)
        if answer.status == 429:
            return count, answer, connection
        assert answer.status == 200, answer
        left = int(answer.headers["RateLimit-Remaining"])
        assert 0 <= left < BURST and int(answer.headers["RateLimit-Limit"]) == BURST
    raise AssertionError("never refused")


def main():
    skip_without_postgres()
    limits = {"requests_per_second": 2, "requests_burst": BURST}
    with Master().start() as master:
        operator, carl = master.operator, master.account("carl", "customer")
        for _ in range(3 * BURST):
            assert "RateLimit-Limit" not in operator.get("/v1/whoami").headers
        assert master.stop() == 0
        master.write_config({"api": limits})
        master.start()
        # The token's own measure, whatever it asked for; refused ones cost nothing more.
        count, refused, connection = ask_until_refused(carl)
        assert count >= BURST, count
        assert refused.json["code"] == "resource_exhausted", refused
        details = {one["key"]: one["value"] for one in refused.json["details"]}
        assert details["rule"] == "rate" and 0 < int(details["retry_after_ms"]) <= 500, details
        assert int(refused.headers["Retry-After"]) == 1
        assert int(refused.headers["RateLimit-Reset"]) >= BURST // 2 - 1
        # The connection stays, and goes on when the time has come.
        time.sleep(int(details["retry_after_ms"]) / 1000)
        assert carl.get("/v1/whoami", connection=connection).status == 200
        # gRPC is the same house: no second store of requests.
        while carl.get("/v1/whoami", connection=connection).status == 200:
            pass
        assert grpc_status(master, carl) == "resource_exhausted"
        # Nobody else is held up; what needs no token is not counted.
        assert operator.get("/v1/whoami").status == 200
        assert grpc_status(master, operator) == "ok"
        assert all(Client(master).get("/healthz").status == 200 for _ in range(2 * BURST))
        # A token that is none cannot use up anybody's.
        wrong = carl.token[:-1] + ("y" if carl.token.endswith("x") else "x")
        for _ in range(2 * BURST):
            assert Client(master, wrong).get("/v1/whoami").status == 401
        time.sleep(1.1)
        assert carl.get("/v1/whoami").status == 200
        assert master.stop() == 0


def grpc_status(master, client):
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "api", "address": f"127.0.0.1:{master.grpc}", "ca": file.read()}
    box = Box()
    answer = box.do(**where, token=client.token)
    box.close()
    return answer["who"].get("error", "ok")


main()
