"""Requests: repeated, malformed, too large, too slow; what an answer looks like."""

import json
import resource
import socket
import time

from master_fixture import Client, Master, skip_without_postgres, until


def expect(answer, status, code=None):
    assert answer.status == status, answer
    if code:
        assert answer.json["code"] == code, answer
        assert set(answer.json) == {"code", "message", "details", "request_id", "doc"}, answer
        assert answer.headers["X-Request-Id"] == answer.json["request_id"]
    return answer


def repeated(operator):
    first = expect(operator.post("/v1/isps", {"name": "alder"}, key="k1"), 200)
    again = expect(operator.post("/v1/isps", {"name": "alder"}, key="k1"), 200)
    assert first.body == again.body
    expect(operator.post("/v1/isps", {"name": "beech"}, key="k1"), 409, "aborted")
    expect(operator.post("/v1/isps", {"name": "alder"}, key="k2"), 409, "already_exists")
    expect(operator.post("/v1/hosts", {"name": "alder"}, key="k1"), 409, "aborted")
    token = expect(operator.post("/v1/tokens", {"account": "operator"}, key="t1"), 200)
    assert (
        expect(operator.post("/v1/tokens", {"account": "operator"}, key="t1"), 200).json
        == token.json
    )
    expect(
        operator.post("/v1/isps", {"name": "x", "request_id": "a"}, key="b"),
        400,
        "invalid_argument",
    )
    expect(
        operator.post("/v1/isps", {"name": "x", "request_id": "y" * 65}), 400, "invalid_argument"
    )
    # Only checked: nothing is there afterwards, and the key is still free.
    expect(operator.post("/v1/isps", {"name": "cedar", "validate_only": True}, key="k3"), 200)
    expect(operator.get("/v1/isps/cedar"), 404, "not_found")
    expect(operator.post("/v1/isps", {"name": "cedar"}, key="k3"), 200)


def path_of(answer):
    return [detail["value"] for detail in answer.json["details"] if detail["key"] == "path"]


def malformed(operator):
    for body, path in (
        ("{", None),
        ('{"name":1}', "/name"),
        ('{"nam":"x"}', "/nam"),
        ('{"name":"a","name":"b"}', "/name"),
        ("[]", ""),
        ('{"name":"\\ud800"}', None),
        ("{" * 50, None),
        ('{"x":' * 100 + "1" + "}" * 100, None),
    ):
        answer = expect(
            operator.call(
                "POST", "/v1/isps", body=body, headers={"Content-Type": "application/json"}
            ),
            400,
            "invalid_argument",
        )
        assert path is None or path_of(answer) == [path], answer
    expect(operator.call("POST", "/v1/isps", body=b'{"name":"\xff"}'), 400, "invalid_argument")
    expect(
        operator.call(
            "POST",
            "/v1/isps",
            body="name=x",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
        415,
        "invalid_argument",
    )
    expect(operator.call("POST", "/v1/isps", body=b" " * ((1 << 20) + 1)), 413, "invalid_argument")
    expect(operator.get("/v1/nothing"), 404, "not_found")
    expect(operator.get("/v1/instances/%2e%2e/accounts"), 400, "invalid_argument")
    assert (
        "POST"
        in expect(operator.call("PUT", "/v1/isps", body="{}"), 405, "invalid_argument").headers[
            "Allow"
        ]
    )
    expect(operator.call("PATCH", "/v1/isps"), 405, "invalid_argument")
    expect(operator.call("BREW", "/v1/isps"), 405, "invalid_argument")
    expect(operator.get("/v1/isps?colour=red"), 400, "invalid_argument")
    expect(operator.get("/v1/isps?page_size=1&page_size=2"), 400, "invalid_argument")
    expect(operator.call("GET", "/v1/isps", body='{"page": {}}'), 400, "invalid_argument")
    expect(operator.get("/v1/isps?page_size=0x10"), 400, "invalid_argument")
    expect(operator.get("/v1/isps?page_size=501"), 400, "invalid_argument")
    expect(operator.get("/v1/isps?page_token=***"), 400, "invalid_argument")
    expect(operator.get("/v1/isps", headers={"X-Filler": "y" * 20_000}), 431, "invalid_argument")
    expect(operator.post("/v1/isps", {"name": "Not A Name"}), 400, "invalid_argument")


def pages_and_tags(operator):
    names = [f"page-{number:02}" for number in range(25)]
    for name in names:
        expect(operator.post("/v1/hosts", {"name": name}), 200)
    seen, token = [], ""
    while True:
        page = expect(operator.get(f"/v1/hosts?page_size=10&page_token={token}"), 200).json
        seen += [row["name"] for row in page["hosts"]]
        token = page["page"]["next_page_token"]
        if not token:
            break
    assert [name for name in seen if name.startswith("page-")] == names and len(seen) == len(
        set(seen)
    )
    host = expect(operator.get("/v1/hosts/page-00"), 200).json
    assert set(host) == {"name", "created_at", "revision"} and host["created_at"].endswith("Z")
    assert (
        operator.get("/healthz", headers={"X-Request-Id": "mine-1"}).headers["X-Request-Id"]
        == "mine-1"
    )
    line = operator.connect()
    for _ in range(3):  # one connection, several requests, a refusal among them
        assert operator.get("/v1/whoami", connection=line).status == 200
        assert operator.get("/v1/isps/none", connection=line).status == 404


def slow_and_silent(master, count):
    """Connections that say nothing, or little, cost others nothing, and the master no thread."""
    threads, lines = master.threads(), []
    for number in range(count):
        plain = socket.create_connection(("127.0.0.1", master.https), timeout=60)
        if number % 20 == 0:
            plain = master.tls().wrap_socket(plain, server_hostname="localhost")
            plain.sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        lines.append(plain)
    times = []
    for _ in range(20):
        began = time.monotonic()
        assert master.operator.get("/v1/whoami").status == 200
        times.append(time.monotonic() - began)
    assert master.threads() == threads, (master.threads(), threads)
    print(f"{count} silent connections open: median answer {sorted(times)[10] * 1000:.1f} ms")
    for line in lines:
        line.close()


def metrics(master):
    with socket.create_connection(("127.0.0.1", master.metrics), timeout=60) as line:
        line.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        got = b""
        while chunk := line.recv(65536):
            got += chunk
    for name in (
        b"foyer_up 1",
        b"foyer_planner_commits_total",
        b'foyer_http_requests_total{route="/v1/isps",status="200"}',
        b"foyer_resident_bytes",
    ):
        assert name in got, (name, got)


def secrets_stay_out_of_the_log(master):
    text = master.log_text()
    assert master.operator.token not in text
    for line in text.splitlines():
        if line.startswith("{"):  # gRPC's own complaints are plain text
            json.loads(line)


def a_secret_is_shown_for_a_short_time():
    """The same request id shows it again, then no more; the request is not done a second time."""
    with Master(api={"reveal_again_ms": 1_000}).start() as master:
        token = {"account": "operator"}
        shown = expect(master.operator.post("/v1/tokens", token, key="t1"), 200).json
        assert Client(master, shown["token"]).get("/v1/whoami").status == 200
        late = until_refused(master.operator, token)
        assert {"key": "rule", "value": "secret_wiped"} in late.json["details"], late
        assert shown["token"] not in late.body.decode()
        other = {**token, "note": "other"}
        expect(master.operator.post("/v1/tokens", other, key="t1"), 409, "aborted")
        expect(master.operator.post("/v1/tokens", token, key="t2"), 200)


def until_refused(operator, body):
    def refused():
        answer = operator.post("/v1/tokens", body, key="t1")
        return answer if answer.status != 200 else None

    return expect(until("the secret is over", refused), 409, "failed_precondition")


def main():
    skip_without_postgres()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    a_secret_is_shown_for_a_short_time()
    silent = {"header_timeout_ms": 20_000, "connections_per_source_max": 0}
    with Master(api=silent).start() as master:
        repeated(master.operator)
        malformed(master.operator)
        pages_and_tags(master.operator)
        slow_and_silent(master, 2_000)
        metrics(master)
        secrets_stay_out_of_the_log(master)
        assert Client(master).get("/healthz").json == {"status": "ok"}
        assert master.stop() == 0


main()
