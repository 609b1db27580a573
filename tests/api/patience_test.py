"""How long HTTPS waits for whom: every limit of time fires, drop by drop too, and gives back what
was held."""

import time

from h2 import closed_after, plain, reads, secure
from master_fixture import Master, sha256, skip_without_postgres, until

LIMIT_S = 1.5
LATE_S = 45  # far beyond: a drop each 100 ms keeps coming as long
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 600


def https(master):
    return secure(master, master.https, alpn=("http/1.1",))


def drips(line, text):
    """A byte each 100 ms; seconds until the other end closed."""
    begun = time.monotonic()
    for byte in text:
        try:
            line.sendall(bytes((byte,)))
        except OSError:
            return time.monotonic() - begun
        if reads(line, 0.1)[1]:
            return time.monotonic() - begun
        if time.monotonic() - begun > LATE_S:
            return None
    raise AssertionError("the test ran out of drops")


def head(master, first, **fields):
    lines = [first, "Host: localhost", "Authorization: Bearer " + master.operator.token]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n"


def cut(what, after):
    assert after is not None, f"{what}: still connected after {LATE_S} s"
    assert after > LIMIT_S / 2, f"{what}: cut after {after:.2f} s already"
    print(f"{what}: cut after {after:.1f} s")


def before_the_handshake(master):
    cut("silence before the handshake", closed_after(plain(master.https), LATE_S))
    cut("a handshake in drops", drips(plain(master.https), HELLO))


def in_the_header(master):
    cut("silence after the handshake", closed_after(https(master), LATE_S))
    half = https(master)
    half.sendall(head(master, "GET /v1/isps HTTP/1.1"))
    cut("half a header", closed_after(half, LATE_S))
    drops = head(master, "GET /v1/isps HTTP/1.1", X_Filler="x" * 600)
    cut("a header in drops", drips(https(master), drops))


def in_the_body(master):
    json = {"Content_Type": "application/json", "Content_Length": 800}
    for what, path in (("a body", "/v1/isps"), ("a stranger's body", "/v1/login")):
        line = https(master)
        line.sendall(head(master, f"POST {path} HTTP/1.1", **json) + b"\r\n" + b'{"')
        cut(f"silence in {what}", closed_after(line, LATE_S))
        line = https(master)
        line.sendall(head(master, f"POST {path} HTTP/1.1", **json) + b"\r\n")
        cut(f"{what} in drops", drips(line, b'{"name": "' + b"x" * 700))
    line = https(master)
    line.sendall(head(master, "POST /v1/isps HTTP/1.1", Transfer_Encoding="chunked") + b"\r\n")
    cut("chunks in drops", drips(line, b"1\r\n{\r\n" * 100))


def upload(master, data, **fields):
    line = https(master)
    line.sendall(head(master, f"PUT /v1/blobs/{sha256(data)} HTTP/1.1", **fields) + b"\r\n")
    return line


def in_a_blob(master):
    """There is one place for uploads: each next one finds it free again."""
    data = b"x" * 300_000
    line = upload(master, data, Content_Length=len(data))
    line.sendall(data[:1000])
    cut("silence in a blob", closed_after(line, LATE_S))
    cut("a blob in drops", drips(upload(master, data, Content_Length=len(data)), data))
    chunks = upload(master, data, Transfer_Encoding="chunked")
    cut("a blob in drops and chunks", drips(chunks, b"1\r\nx\r\n" * 200))
    until("the place of the upload is free", lambda: slow_but_steady(master, data))


def slow_but_steady(master, data):
    """All of it takes longer than a piece may take."""
    line, begun = upload(master, data, Content_Length=len(data)), time.monotonic()
    for at in range(0, len(data), 50_000):
        line.sendall(data[at : at + 50_000])
        time.sleep(LIMIT_S / 4)
    got, _ = reads(line, 5)
    line.close()
    if b" 429 " in got:
        return False
    assert b"HTTP/1.1 201 " in got, got
    assert time.monotonic() - begun > LIMIT_S
    return True


def between_requests(master):
    drops = b"GET /v1/isps HTTP/1.1\r\n" + b"X: y\r\n" * 99
    for what, then in (("silence", b""), ("drops", drops)):
        line = https(master)
        line.sendall(head(master, "GET /v1/isps HTTP/1.1") + b"\r\n")
        got, closed = reads(line, LIMIT_S / 3)
        assert b"HTTP/1.1 200 " in got and not closed, got
        after = drips(line, then) if then else closed_after(line, LATE_S)
        cut(f"{what} after an answer", after + LIMIT_S / 3 if after is not None else None)


def main():
    skip_without_postgres()
    names = ("handshake", "header", "idle", "body")
    api = {f"{name}_timeout_ms": int(LIMIT_S * 1000) for name in names}
    with Master(api=api, blobs={"uploads_max": 1}).start() as master:
        must = master.operator.must
        must(master.operator.post("/v1/accounts", {"name": "house", "roles": ["publisher"]}))
        before_the_handshake(master)
        in_the_header(master)
        in_the_body(master)
        in_a_blob(master)
        between_requests(master)
        until("no connection is left", lambda: master.metric("foyer_http_connections") == 0, LATE_S)
        assert master.stop() == 0


main()
