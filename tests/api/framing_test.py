"""Where a request ends: whatever a client says of it, one request is answered once, and none that
hides in another is answered at all. What never ends is not kept."""

from concurrent.futures import ThreadPoolExecutor

from h2 import plain, reads, secure
from master_fixture import Master, skip_without_postgres, until

HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
SEEN = b'"status":"ok"'  # of its answer
PATIENCE_S = 60
FLOOD_BYTES = 32 << 20

# Of a body that is said in more than one way, or in none that is one.
BODIES = [
    # (lines of the header, the body as one of its readers sees it)
    (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 4", b"0\r\n\r\n"),
    (b"Transfer-Encoding: xchunked\r\nContent-Length: 4", b"0\r\n\r\n"),
    (b"Content-Length: 4\r\nTransfer-Encoding: xchunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding : chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding\t: chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: xchunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunkedx", b"0\r\n\r\n"),
    (b"Transfer-Encoding: identity", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked, identity", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked, chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked;q=1", b"0\r\n\r\n"),
    (b'Transfer-Encoding: "chunked"', b"0\r\n\r\n"),
    (b"Transfer-Encoding: xchunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: xchunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: chun\r\n ked", b"0\r\n\r\n"),
    (b"Transfer-Encoding:\r\n chunked", b"0\r\n\r\n"),
    (b"X: y\r\n Transfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"X: y\r\n\tContent-Length: 5", b"hello"),
    (b"X-Fold: one\r\n two", b""),
    (b"Transfer-Encoding:\x0bchunked", b"0\r\n\r\n"),
    (b"Transfer-Encoding: \x00chunked", b"0\r\n\r\n"),
    (b"X: y\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"X: y\rTransfer-Encoding: chunked", b"0\r\n\r\n"),
    (b"Content-Length: 0\r\nContent-Length: 5", b"hello"),
    (b"Content-Length: 5\r\nContent-Length: 0", b"hello"),
    (b"Content-Length: 5, 6", b"hello"),
    (b"Content-Length: 5 5", b"hello"),
    (b"Content-Length: +5", b"hello"),
    (b"Content-Length: -5", b"hello"),
    (b"Content-Length: 0x5", b"hello"),
    (b"Content-Length: 5;", b"hello"),
    (b"Content-Length: five", b"hello"),
    (b"Content-Length:", b"hello"),
    (b"Content-Length : 5", b"hello"),
    (b"Content-Length: 1\r\n 0", b"hello"),
    (b"Content-Length: 99999999999999999999999", b"hello"),
    (b"Content-Length: 18446744073709551616", b"hello"),
    (b"Content-Length: 18446744073709551615", b"hello"),
    (b"Content-Length: 9223372036854775808", b"hello"),
    (b" Content-Length: 5", b"hello"),
    (b"Content-Length\x00: 5", b"hello"),
    (b": 5", b"hello"),
]
CHUNKS = [
    b"G\r\n",
    b"-1\r\nx\r\n0\r\n\r\n",
    b"+1\r\nx\r\n0\r\n\r\n",
    b"0x1\r\nx\r\n0\r\n\r\n",
    b" 1\r\nx\r\n0\r\n\r\n",
    b"\r\n1\r\nx\r\n0\r\n\r\n",
    b"1\nx\r\n0\r\n\r\n",
    b"1\r\nxx\r\n0\r\n\r\n",
    b"1\r\nx\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFF\r\nx\r\n0\r\n\r\n",
    b"8000000000000000\r\nx\r\n0\r\n\r\n",
    b"1;a=\x00\r\nx\r\n0\r\n\r\n",
    b"0\r\nContent-Length: 5\r\n\r\n",
    b"0\r\nTransfer-Encoding: chunked\r\n\r\n",
]
# Not HTTP/1.1, or not quite.
STARTS = [
    b"\x16\x03\x01garbage\r\n\r\n",
    b"GET  / HTTP/1.1\r\n\r\n",
    b"GET /healthz\r\n\r\n",
    b"GET /healthz HTTP/0.9\r\n\r\n",
    b"GET /healthz HTTP/2.0\r\n\r\n",
    b"GET /healthz HTTP/1.1\nHost: x\n\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\n\r\n",
    b"GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n",
    b"GET /healthz\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


def https(master):
    return secure(master, master.https, alpn=("http/1.1",))


def raw(master, data):
    """All that is answered until the connection is closed."""
    with https(master) as line:
        line.sendall(data)
        got, closed = reads(line, PATIENCE_S)
        assert closed, (data, got)
        return got


def begin(master, first="POST /v1/isps"):
    return (
        f"{first} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {master.operator.token}\r\n"
    ).encode()


def is_refused_once(master, data):
    got = raw(master, data + HIDDEN)
    assert got.count(b"HTTP/1.1 ") <= 1 and b"HTTP/1.1 2" not in got, (data, got)
    assert SEEN not in got, (data, got)
    assert not got or b"HTTP/1.1 4" in got, (data, got)


def are_refused_once(master, requests):
    """Side by side: the master reads on for two seconds when it refuses what is still sent."""
    with ThreadPoolExecutor(16) as several:
        list(several.map(lambda data: is_refused_once(master, data), requests))


def hidden_ones(master):
    chunked = b"Transfer-Encoding: chunked\r\n\r\n"
    requests = [begin(master) + lines + b"\r\n\r\n" + body for lines, body in BODIES]
    requests += [begin(master) + chunked + body for body in CHUNKS]
    # An old client that never heard of chunks.
    old = begin(master).replace(b"HTTP/1.1", b"HTTP/1.0") + b"Connection: keep-alive\r\n"
    requests.append(old + chunked + b"0\r\n\r\n")
    are_refused_once(master, requests + STARTS)
    # A request without TLS is none.
    with plain(master.https) as line:
        line.sendall(HIDDEN)
        got, closed = reads(line, PATIENCE_S)
        assert closed and SEEN not in got, got


def refused_before_their_body(master):
    """What nobody read is not taken for the next request."""
    body = f"Content-Length: {len(HIDDEN)}\r\n\r\n".encode() + HIDDEN
    chunks = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(HIDDEN) + HIDDEN + b"\r\n0\r\n\r\n"
    asks = ("GET /v1/isps", "POST /v1/nothing", "PUT /v1/isps", "BREW /v1/isps")
    for one in (body, chunks):
        heads = [begin(master, first) for first in asks]
        heads.append(begin(master) + b"Expect: 100-continue\r\nIf-Match: x\r\n")
        heads.append(begin(master).replace(b"Bearer ", b"Bearer no"))
        are_refused_once(master, [head + one for head in heads])
        got = raw(master, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + one)
        assert got.count(b"HTTP/1.1 ") == 1 and got.count(SEEN) == 1, got


def honest_ones(master):
    """One after the other on one connection, with a refusal among them; chunks; a body of lines
    that begin with spaces."""
    name = b'{\r\n\r\n  "name":\r\n\t"chunky"}'
    post = begin(master) + b"Transfer-Encoding: Chunked\r\n\r\n"
    post += b"%x;a=b\r\n" % len(name) + name + b"\r\n0\r\nX-Trailer: y\r\n\r\n"
    missing = begin(master, "GET /v1/isps/none") + b"\r\n"
    last = begin(master, "GET /healthz") + b"Connection: close\r\n\r\n"
    got = raw(master, post + missing + HIDDEN + last)
    answers = [int(piece[:3]) for piece in got.split(b"HTTP/1.1 ")[1:]]
    assert answers == [200, 404, 200, 200], got
    same = begin(master) + b"Content-Length: 16, 16\r\nConnection: close\r\n\r\n"
    got = raw(master, same + b'{"name":"twice"}')
    assert got.count(b"HTTP/1.1 200 ") == 1 and b'"twice"' in got, got


def flood(master, start, piece):
    """How much of what never ends is taken before the connection is closed."""
    sent = 0
    with https(master) as line:
        line.settimeout(PATIENCE_S)
        try:
            line.sendall(start)
            while sent < FLOOD_BYTES:
                line.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
    return sent


def what_never_ends(master):
    """A header of ever more lines, each sent as a whole; the first line of a chunk; a trailer."""
    stranger = b"POST /v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    for what, start, piece in (
        ("header", b"GET /healthz HTTP/1.1\r\n", (b"X-More: " + b"y" * 90 + b"\r\n") * 5),
        ("line of a chunk", stranger + b"1;a=", b"y" * 8_000),
        ("trailer", stranger + b"0\r\n", (b"X-More: " + b"y" * 990 + b"\r\n") * 8),
    ):
        sent = flood(master, start, piece)
        print(f"a {what} without end: closed after {sent >> 10} KiB")
        assert sent < FLOOD_BYTES, what


def main():
    skip_without_postgres()
    with Master().start() as master:
        hidden_ones(master)
        refused_before_their_body(master)
        honest_ones(master)
        what_never_ends(master)
        until("no connection is left", lambda: master.metric("foyer_http_connections") == 0)
        assert master.stop() == 0


main()
