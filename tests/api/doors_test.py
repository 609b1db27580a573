"""The doors of gRPC, for boxes and for the public API: who is silent is let go, nobody holds them
all, and they outlive a time in which the machine has nothing left to open them with."""

import os
import re
import resource
import time

from h2 import Sender, call, closed_after, greeted, plain, reads, secure
from master_fixture import Master, skip_without_postgres, until

HANDSHAKE_S, IDLE_S = 1, 2
LATE_S = 45  # gRPC alone would wait two minutes for a handshake, and for ever for a call
REFLECTION = b"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
THREADS = 4
PER_SOURCE, MOST = 6, 10
FEW = 300  # descriptors
SYNC = b"/foyer.agent.v1.AgentService/Sync"
MEMORY_MIB = 32


def connections(master, listener):
    return master.metric(re.escape(f'foyer_grpc_connections{{listener="{listener}"}}'))


def refused(master, listener, limit):
    labels = f'{{listener="{listener}",limit="{limit}"}}'
    return master.metric(re.escape("foyer_connections_refused_total" + labels))


def silent_ones_are_let_go(master, listener, port):
    """Each in its own time, not when gRPC would have; and their places are free again."""
    lines = {
        "nothing at all": (plain(port), HANDSHAKE_S),
        "a handshake, no HTTP/2": (secure(master, port), HANDSHAKE_S),
        "no call": (greeted(master, port), IDLE_S),
    }
    for what, (line, limit_s) in lines.items():
        after = closed_after(line, LATE_S)
        assert after is not None, f"{listener}: {what} is still connected"
        print(f"{listener}: {what}: closed after {after:.1f} s")
        assert after > limit_s / 2 or what != "nothing at all", (what, after)
        line.close()
    until("their places are free", lambda: connections(master, listener) == 0, LATE_S)


def a_byte_now_and_then_is_silence(port):
    line, begun = plain(port), time.monotonic()
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 400
    try:
        for byte in hello:
            line.sendall(bytes((byte,)))
            time.sleep(0.1)
            assert time.monotonic() - begun < LATE_S, "a handshake may take for ever"
            if reads(line, 0.001)[1]:
                break
    except OSError:
        pass
    line.close()


def a_held_call_is_no_silence(box):
    """Longer than a connection may be idle."""
    begun = time.monotonic()
    answer = box.sync(applied_lineage=box.lineage, applied_revision=str(box.revision))
    held_s = time.monotonic() - begun
    assert "error" not in answer, answer
    assert held_s > IDLE_S + 1, held_s


def held_reflection_takes_few_threads(master):
    """Anybody may ask for it, and each question holds a thread until it is over."""
    tasks = f"/proc/{master.process.pid}/task"
    before = len(os.listdir(tasks))
    lines = [greeted(master, master.grpc) for _ in range(PER_SOURCE - 1)]
    for line in lines:
        for number in range(20):
            line.sendall(call(2 * number + 1, REFLECTION))
    time.sleep(2)
    after = len(os.listdir(tasks))
    print(f"{20 * len(lines)} calls of reflection held: {before} threads, then {after}")
    assert after <= before + THREADS + 4, (before, after)
    assert master.operator.get("/v1/whoami").status == 200
    for line in lines:
        line.close()
    until("they are gone", lambda: connections(master, "grpc") == 0, LATE_S)


def nobody_holds_them_all(master, listener, port):
    own = [greeted(master, port) for _ in range(PER_SOURCE)]
    until("all are there", lambda: connections(master, listener) == PER_SOURCE)
    assert closed_after(plain(port), LATE_S) is not None
    assert refused(master, listener, "source") == 1
    others = [plain(port, source="127.0.0.2") for _ in range(MOST - PER_SOURCE)]
    until("others find room", lambda: connections(master, listener) == MOST)
    assert closed_after(plain(port, source="127.0.0.3"), LATE_S) is not None
    assert refused(master, listener, "all") == 1
    assert "connections_full" in master.log_text()
    for line in own + others:
        line.close()
    until("places come back", lambda: connections(master, listener) == 0, LATE_S)
    line = greeted(master, port)
    assert reads(line, 0.5)[0], "a newcomer is served again"
    line.close()


def unfinished_messages(master):
    """What strangers begin to say and never end takes no more memory than is allowed for it."""

    def resident():
        return master.metric("foyer_resident_bytes") >> 20

    before, taken, senders = resident(), 0, []
    for _ in range(30):
        senders.append(Sender(master, master.agents))
        try:
            for number in range(4):
                taken += senders[-1].begin(2 * number + 1, SYNC, 3_000_000)
        except OSError:
            pass  # let go
    grown, taken = resident() - before, taken >> 20
    print(f"{taken} MiB of unfinished messages: the master grew by {grown} MiB")
    assert taken > 4 * MEMORY_MIB, "no flood at all"
    assert grown < taken / 2, (grown, taken)
    assert master.operator.get("/v1/whoami").status == 200
    for sender in senders:
        sender.line.close()
    until("they are gone", lambda: connections(master, "agents") == 0, LATE_S)
    line = greeted(master, master.agents)
    assert reads(line, 5)[0], "a newcomer is served again"
    line.close()


def nothing_left_to_open(master):
    """More connections than the machine gives descriptors: afterwards every door is open again."""
    resource.prlimit(master.process.pid, resource.RLIMIT_NOFILE, (FEW, FEW))
    lines = []
    for port in (master.agents, master.grpc, master.https):
        lines += [plain(port) for _ in range(FEW)]
    time.sleep(1)
    for line in lines:
        line.close()
    until("HTTPS answers", master.healthy, LATE_S)
    for port in (master.agents, master.grpc):
        line = greeted(master, port)
        assert reads(line, 5)[0], "the door is shut for good"
        line.close()


def main():
    skip_without_postgres()
    times = {"handshake_timeout_ms": HANDSHAKE_S * 1000, "idle_timeout_ms": IDLE_S * 1000}
    counts = {"connections_per_source_max": PER_SOURCE}
    agents = {**times, **counts, "connections_max": MOST, "hold_ms": 5_000}
    api = {**times, **counts, "grpc_connections_max": MOST, "grpc_threads_max": THREADS}
    with Master(agents=agents, api=api).start() as master:
        for listener, port in (("agents", master.agents), ("grpc", master.grpc)):
            silent_ones_are_let_go(master, listener, port)
            a_byte_now_and_then_is_silence(port)
            nobody_holds_them_all(master, listener, port)
        held_reflection_takes_few_threads(master)
        a_held_call_is_no_silence(master.homes(1)[0])
        assert master.stop() == 0
    with Master(agents={"memory_bytes_max": MEMORY_MIB << 20}).start() as master:
        unfinished_messages(master)
        nothing_left_to_open(master)


main()
