"""Who may hold a connection of HTTPS: nobody all of them, silence none that somebody else needs,
and a request under way is never cut for another."""

import re
import time

from h2 import plain, reads, secure
from master_fixture import Client, Master, skip_without_postgres, until

PER_SOURCE, MOST = 4, 7


def https(master, source="127.0.0.1"):
    return secure(master, master.https, alpn=("http/1.1",), source=source)


def ask(master, line, path="/v1/whoami", **fields):
    text = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {master.operator.token}\r\n"
    text += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    line.sendall(text.encode() + b"\r\n")
    return line


def answers(master, line):
    ask(master, line)
    line.settimeout(60)
    answered = b"HTTP/1.1 200 " in line.recv(65536)
    time.sleep(0.2)  # the answer is here a moment before its connection waits for more
    return answered


def stream(master, source="127.0.0.1"):
    """A connection that is at work as long as the test likes."""
    line = ask(master, https(master, source), "/v1/events", Accept="text/event-stream")
    line.settimeout(60)
    assert b"HTTP/1.1 200 " in line.recv(65536)
    return line


def is_open(line):
    return not reads(line, 0.1)[1]


def is_closed(line):
    return reads(line, 60)[1]


def counted(master, what, limit):
    labels = f'{{listener="https",limit="{limit}"}}'
    return master.metric(re.escape(f"foyer_connections_{what}_total{labels}"))


def is_refused(master, source="127.0.0.1"):
    try:
        line = ask(master, https(master, source))
        line.settimeout(60)
        return line.recv(65536) == b""
    except OSError:  # in the midst of the handshake
        return True


def all_gone(master, *lines):
    for line in lines:
        line.close()
    until("all are gone", lambda: master.metric("foyer_http_connections") == 0)


def silence_makes_place(master):
    """Before the handshake, in the header, between requests: whoever waits longest goes."""
    waiting = [plain(master.https), https(master), https(master), https(master)]
    waiting[1].sendall(b"GET /v1/whoami HTTP/1.1\r\nHost: x\r\n")
    assert answers(master, waiting[2])
    assert answers(master, waiting[3])
    until("all are there", lambda: master.metric("foyer_http_connections") == PER_SOURCE)
    before = counted(master, "displaced", "source")
    newcomers = []
    for gone in waiting[:3]:
        newcomers.append(https(master))
        assert is_closed(gone)
        assert answers(master, newcomers[-1])
    assert counted(master, "displaced", "source") == before + 3
    assert counted(master, "refused", "source") == 0
    assert answers(master, waiting[3]), "who came last may stay"
    all_gone(master, *waiting, *newcomers)


def work_is_never_cut(master):
    busy = [stream(master) for _ in range(PER_SOURCE)]
    assert is_refused(master)
    assert counted(master, "refused", "source") == 1
    assert '"event":"connections_full"' in master.log_text()
    assert all(is_open(line) for line in busy)
    # Nobody else feels it.
    other = https(master, source="127.0.0.2")
    assert answers(master, other)
    busy.pop().close()
    until("the place is free", lambda: not is_refused(master))
    all_gone(master, other, *busy)


def all_are_full(master):
    """The source that holds most gives way, and only what waits."""
    most = [stream(master), https(master), https(master)]
    assert answers(master, most[1]) and answers(master, most[2])
    few = [https(master, source="127.0.0.2"), https(master, source="127.0.0.2")]
    assert all(answers(master, line) for line in few)
    last = [stream(master, source=f"127.0.0.{number}") for number in (3, 4)]
    assert master.metric("foyer_http_connections") == MOST
    newcomer = https(master, source="127.0.0.5")
    assert is_closed(most[1]) and answers(master, newcomer)
    assert counted(master, "displaced", "all") == 1
    assert is_open(most[2]) and all(is_open(line) for line in few)
    all_gone(master, newcomer, *most, *few, *last)


def one_source_may_hold_all(master):
    """As a proxy does, where its operator says so."""
    busy = [stream(master) for _ in range(MOST)]
    assert is_refused(master)
    assert counted(master, "refused", "all") == 1
    busy.pop().close()
    until("the place is free", lambda: not is_refused(master))
    all_gone(master, *busy)


def main():
    skip_without_postgres()
    limits = {"connections_per_source_max": PER_SOURCE, "connections_max": MOST}
    with Master(api=limits).start() as master:
        all_gone(master)
        silence_makes_place(master)
        work_is_never_cut(master)
        all_are_full(master)
        assert Client(master).get("/healthz").status == 200
        assert master.stop() == 0
        master.write_config({"api": {**limits, "connections_per_source_max": 0}})
        master.start()
        all_gone(master)
        one_source_may_hold_all(master)
        assert master.stop() == 0


main()
