"""The database away, the master killed: what was answered is kept, what was not may be repeated."""

import http.client
import os
import signal
import socket
import subprocess
import threading

from master_fixture import MASTER, Client, Master, skip_without_postgres, until


def database_away(master, boxes):
    """PostgreSQL stands still for a while: reads and boxes go on, then everything is as before."""
    operator = master.operator
    os.kill(master.postgres_pid(), signal.SIGSTOP)
    children = [
        int(pid)
        for pid in os.listdir("/proc")
        if pid.isdigit() and parent_of(pid) == master.postgres_pid()
    ]
    for child in children:
        os.kill(child, signal.SIGSTOP)
    try:
        until("/healthz tells", lambda: Client(master).get("/healthz").status == 503)
        trouble = Client(master).get("/healthz")
        assert (
            trouble.json["code"] == "unavailable" and "database" in trouble.json["message"]
        ), trouble
        assert operator.get("/v1/isps").status == 200
        answer = boxes[0].sync(immediate=True)
        assert "error" not in answer and answer["lineage"], answer
    finally:
        for child in children:
            os.kill(child, signal.SIGCONT)
        os.kill(master.postgres_pid(), signal.SIGCONT)
    until("/healthz is well again", lambda: Client(master).get("/healthz").status == 200)
    until(
        "writes go on",
        lambda: operator.post("/v1/isps", {"name": "after-stop"}, key="after-stop").status == 200,
    )


def database_killed(master, boxes):
    """PostgreSQL dies; the master starts it again, and reports that come again are acknowledged."""
    os.kill(master.postgres_pid(), signal.SIGKILL)
    first = boxes[0].sync(observation_number=50, observations_full=True)
    assert "error" not in first, first

    def acknowledged():
        answer = boxes[0].sync(observation_number=51, observations_full=True)
        return answer.get("observations_acknowledged") == "51"

    until("the report is acknowledged", acknowledged)
    until(
        "writes go on",
        lambda: master.operator.post("/v1/isps", {"name": "after-kill"}, key="after-kill").status
        == 200,
    )


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return int(file.read().rsplit(")", 1)[1].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def writer(master, number, written, stop):
    client = Client(master, master.operator.token)
    count = 0
    while not stop.is_set():
        name = f"load-{number}-{count}"
        count += 1
        try:
            if client.post("/v1/hosts", {"name": name}, key=name).status == 200:
                written.append(name)
        except (OSError, http.client.HTTPException):
            stop.wait(0.05)


def master_killed(master, boxes):
    """kill -9 under load: everything that was answered is there afterwards, and boxes come back."""
    written, stop = [], threading.Event()
    writers = [
        threading.Thread(target=writer, args=(master, number, written, stop)) for number in range(4)
    ]
    for one in writers:
        one.start()
    until("some writes are done", lambda: len(written) >= 40)
    master.kill()
    killed_at = len(written)
    stop.set()
    for one in writers:
        one.join()
    master.start()
    names, token = set(), ""
    while True:
        page = master.operator.get(f"/v1/hosts?page_size=500&page_token={token}").json
        names |= {row["name"] for row in page["hosts"]}
        token = page["page"]["next_page_token"]
        if not token:
            break
    lost = [name for name in written if name not in names]
    assert not lost, f"acknowledged and gone: {lost}"
    unanswered = sum(name.startswith("load-") for name in names) - len(written)
    print(f"killed after {killed_at} acknowledged writes: none lost, {unanswered} unanswered kept")
    repeated = written[-1]
    assert (
        master.operator.post("/v1/hosts", {"name": repeated}, key=repeated).status == 200
    )  # the same answer, not "exists"
    def heard():  # the first try may find the old connection closed
        answer = boxes[1].do(do="sync", request={"immediate": True}, wait_for_ready=True)
        return answer if answer.get("error") != "unavailable" else None

    answer = until("the box is heard again", heard)
    assert answer.get("observations_wanted") is True, answer
    assert answer["observations_acknowledged"] == "0"
    nodes = master.operator.get("/v1/nodes").json["nodes"]
    assert {row["state"] for row in nodes} == {"online"}


def port_taken(master):
    """Each of its ports, with a database of its own: it says which one, and leaves nothing."""
    other = Master()
    for port in (other.agents, other.https, other.grpc, other.metrics):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", port))
            taken.listen()
            done = subprocess.run(
                [MASTER, "run", "--dev", other.data, "--config", other.config],
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
        assert done.returncode == 1 and f"127.0.0.1:{port}" in done.stderr, done
    with other.start():  # the ports are free now: nothing of the failed starts is in the way
        pass


def last_seen_outlives_the_master(master, boxes):
    """When a box was last heard of is written down now and then, and known after a restart before
    the box is heard again."""
    heartbeat = {"immediate": True, "clock_unix_ms": "1"}
    for _ in range(2):  # the first round may have been on its way before the first heartbeat
        before = master.metric("foyer_planner_commits_total")
        beat = boxes[1].do(do="sync", request=heartbeat, wait_for_ready=True)
        assert "error" not in beat, beat
        until(
            "the times are written, as nothing else is now",
            lambda known=before: master.metric("foyer_planner_commits_total") > known,
        )
    master.kill()
    master.start()
    row = master.operator.get("/v1/nodes/" + boxes[1].name).json
    assert row["last_seen_at"].startswith("20") and row["state"] == "online", row
    assert row["clock_offset_ms"] < -86_400_000, row


def second_master_is_refused(master):
    done = subprocess.run(
        [MASTER, "run", "--dev", master.data, "--config", master.config],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1 and "another foyer-master" in done.stderr, done


def bad_configuration(master):
    with open(master.folder + "/bad.toml", "w", encoding="utf-8") as out:
        out.write("zonne = 1\n[agents]\nlisten = 5\n")
    done = subprocess.run(
        [MASTER, "check-config", master.folder + "/bad.toml"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (
        done.returncode == 2
        and "line 1: zonne" in done.stderr
        and "line 3: agents.listen" in done.stderr
    ), done
    assert (
        subprocess.run([MASTER, "fly"], capture_output=True, timeout=60, check=False).returncode
        == 2
    )
    assert (
        subprocess.run([MASTER, "run"], capture_output=True, timeout=60, check=False).returncode
        == 2
    )


def main():
    skip_without_postgres()
    with Master(agents={"seen_flush_ms": 1_000}).start() as master:
        boxes = master.homes(2)
        bad_configuration(master)
        second_master_is_refused(master)
        port_taken(master)
        database_away(master, boxes)
        database_killed(master, boxes)
        master_killed(master, boxes)
        last_seen_outlives_the_master(master, boxes)
        assert master.stop() == 0


main()
