#!/usr/bin/env python3
"""The release "tryton" in real containers: three copies, a post on each country's books, a
takeover."""
import contextlib
import io
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

from support import sandbox
from support.disk import made_in_advance, rot
from support.erp import Erp, Refused
from support.replica import Group, unpack, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "../../deploy/software/tryton/build-image")
PASSWORD = "it's a \\ long: password"
COUNTRIES = [("BE", "nl"), ("BE", "fr"), ("DE", "de"), ("ES", "es"), ("FR", "en")]
# Writes until a table "quiet" is there, which takes no longer than a rejoin on a busy machine does.
NOISE = """SET synchronous_commit = local; DO $$ BEGIN FOR i IN 1..6000 LOOP
 PERFORM pg_logical_emit_message(false, 'noise', repeat('x', 1000)), pg_sleep(0.01);
 EXIT WHEN to_regclass('quiet') IS NOT NULL; END LOOP; END $$; DROP TABLE IF EXISTS quiet"""
QUIET = "SET synchronous_commit = local; CREATE TABLE quiet ()"
DIVERGED_LOOKS = 30
BLOCKED_S = 3   # how long a write that must wait is watched
STUCK_S = 120   # longer than two looks at its health take
WEB_THREADS = 8


def parameters(country="FR", language="fr", company="Acme 'Sàrl' \\ Co"):
    return {"company": company, "country": country, "language": language, "currency": "EUR"}


def secrets(password=PASSWORD):
    return {"admin_password": password, "replication_password": "s'ecret:\\1"}


def sql(replica, text, database="erp"):
    done = replica.exec("/usr/lib/postgresql/17/bin/psql", "-X", "-A", "-t",
                        "-h", "/run/foyer", "-U", "foyer", "-d", database, "-c", text)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def kill(replica, signal_name, pid):
    replica.exec("/bin/bash", "-c", f"kill -s {signal_name} {int(pid)}")


def is_open(replica):
    return (replica.json("health") or {}).get("ready", False)


def port_closed(replica):
    try:
        Erp(replica.address, timeout_s=5).call("common.server.version", database=False)
    except ConnectionRefusedError:
        return True
    return False


def position(replica):
    value = replica.json("position")
    return (value["epoch"], value["flushed_bytes"]) if value else None


def start_three(group):
    """Order to login: the way every instance begins."""
    first, *others = group.replicas
    group.configure()
    status, _ = others[0].run_stopped("join")
    assert status == 75, "joins while nobody answers"
    first.must("init")
    first.must("init")
    first.forget_secret("admin_password")
    first.start()
    wait_for(lambda: first.json("position"), "the primary answers")
    assert port_closed(first), "open to clients while no other copy holds the log"
    assert not is_open(first)
    for standby in others:
        wait_for(standby.joined, "join")
        standby.start()
    wait_for(lambda: is_open(first), "open once another copy holds the log")
    wait_for(lambda: len(first.json("position")["replicas"]) == len(others), "all stream")


def check_first_invoice(group):
    """Log in as a browser would, write, and find it on every copy."""
    first, *others = group.replicas
    erp = Erp(first.address)
    for wrong in ("wrong", ""):
        try:
            erp.login(wrong)
            raise AssertionError("a wrong password logs in")
        except Refused:
            pass
    erp.login(PASSWORD)
    foreign = Erp(first.address)
    foreign.headers["Origin"] = "https://evil.example"
    try:
        foreign.login(PASSWORD)
        raise AssertionError("a foreign page may log in")
    except Refused as refused:
        assert refused.args[1] == 403
    party = erp.create_party("Jane Doe")
    invoice = erp.create_invoice(party)
    erp.post(invoice)
    value = erp.invoice(invoice)
    assert value["state"] == "posted" and value["number"], value
    assert {r["sync_state"] for r in first.json("position")["replicas"]} == {"quorum"}
    for standby in others:
        wait_for(lambda: sql(standby, "SELECT state FROM account_invoice") == "posted", "the copy")
        assert sql(standby, "SELECT name FROM party_party ORDER BY id DESC LIMIT 1") == "Jane Doe"
        assert port_closed(standby)
        assert standby.json("health") == {"healthy": True, "ready": True, "detail": ""}
    return erp, party, invoice, value["number"]


def check_rights(group):
    """The ERP's own role can release no waiting commit and copy no log."""
    first = group.replicas[0]
    rights = sql(first, "SELECT rolsuper, rolreplication, rolcreaterole, rolcreatedb, "
                        "pg_has_role('tryton', 'pg_signal_backend', 'member') FROM pg_roles "
                        "WHERE rolname = 'tryton'")
    assert rights == "f|f|f|f|f", rights
    assert sql(first, "SHOW restart_after_crash") == "off"
    assert sql(first, "SHOW synchronous_standby_names") == 'ANY 1 ("r1g1", "r2g1")'
    log = "".join(replica.log() for replica in group.replicas)
    assert PASSWORD not in log and secrets()["replication_password"] not in log


def write_into(done, erp, name):
    """Many at once wait for one row, the sequence of parties: some are told to try again."""
    with contextlib.suppress(Refused):
        done.append(erp.create_party(name))


def check_write_waits(group, erp):
    """Without any other copy a write is not acknowledged; it is once one is back."""
    others = group.replicas[1:]
    for standby in others:
        standby.stop()
    done = []   # more than the web server has threads: it answers nobody
    writers = [threading.Thread(target=write_into, args=(done, erp, "Waiting"))
               for _ in range(WEB_THREADS + 4)]
    for writer in writers:
        writer.start()
    time.sleep(BLOCKED_S)
    assert not done, "acknowledged with no other copy"
    for _ in range(2):
        assert group.replicas[0].json("health")["healthy"], "waiting for a copy is not ill health"
    for standby in others:
        standby.start()
    for writer in writers:
        writer.join()
    assert done, "the writes failed"


def check_stuck(leader, erp):
    """A web server whose every thread stands is ill; one that is only slow to ask is not."""
    hold = threading.Thread(target=hold_parties, args=(leader,))
    hold.start()
    wait_for(lambda: sql(leader, "SELECT count(*) FROM pg_locks WHERE granted AND "
                                 "mode = 'AccessExclusiveLock'", "postgres") != "0", "the lock")
    writers = [threading.Thread(target=write_into, args=([], erp, "Stuck"))
               for _ in range(WEB_THREADS + 4)]
    for writer in writers:
        writer.start()
    leader.json("health")   # sees what was finished before
    said = leader.json("health")
    sql(leader, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
                f"pg_backend_pid() AND query LIKE '%pg_sleep({STUCK_S})%'", "postgres")
    for thread in (hold, *writers):
        thread.join()
    assert not said["healthy"] and said["detail"] == "the web server does not answer", said
    wait_for(lambda: is_open(leader), "it answers again")


def hold_parties(leader):
    with contextlib.suppress(AssertionError):   # it is ended
        sql(leader, "BEGIN; LOCK TABLE party_party IN ACCESS EXCLUSIVE MODE; "
                    f"SELECT pg_sleep({STUCK_S}); COMMIT")


def check_lock_file(group):
    """A killed PostgreSQL leaves its lock file, a power cut one without content."""
    standby = group.replicas[2]
    standby.stop(signal.SIGKILL)
    lock = f"{standby.folder}/volume/pg/postmaster.pid"
    assert os.path.getsize(lock) > 0
    os.truncate(lock, 0)
    standby.start()
    wait_for(lambda: is_open(standby), "a copy that was killed follows again")


def check_rejoin(old, leader):
    """While clients write: what is rewound needs log that only the leader has, so doing it twice
    must not wait for the old copy to recover alone."""
    writer = threading.Thread(target=lambda: sql(leader, NOISE, "postgres"))
    writer.start()
    status, text = old.run_stopped("rejoin")
    sql(leader, QUIET, "postgres")
    assert status == 0 and "cannot rewind" not in text, text
    status, text = old.run_stopped("rejoin")
    assert status == 0 and "already done" in text, text
    writer.join()


def check_takeover(group, party, invoice, number):
    """The primary is killed; the best standby leads; nothing acknowledged is gone; the old one
    rejoins."""
    first, *others = group.replicas
    cut(group, others)
    held = [position(standby) for standby in others]
    # What only the old primary holds, and nobody was told of: within the segment that the next one
    # goes on with, so that it can stream that segment's beginning again and again.
    sql(first, "SET synchronous_commit = local; CREATE TABLE only_here ()", "postgres")
    first.stop(signal.SIGKILL)
    assert held == [position(standby) for standby in others], "a cut standby still receives"
    best = max(others, key=position)
    assert position(best)[0] == 1
    group.primary, group.epoch = best.index, 2
    for standby in others:
        standby.reload()
    first.configure()
    status, text = first.run_stopped("rejoin")
    assert status == 75 and "not promoted yet" in text, (status, text)
    wait_for(lambda: best.hook("promote")[0] == 0, "promote")
    assert best.hook("promote")[0] == 0, "promote cannot be repeated"
    now = best.json("position")
    assert now["role"] == "primary" and now["epoch"] == 2 and now["timeline"] == 2, now
    assert now["generation"] == 1 and now["quorum"]["copies"] == 2, now
    wait_for(lambda: is_open(best), "open once another copy holds the log")
    erp = Erp(best.address)
    erp.login(PASSWORD)
    assert erp.invoice(invoice)["number"] == number, "an acknowledged invoice is lost"
    erp.create_party("After")
    assert first.run_stopped("join")[0] == 0, "join may be repeated"
    first.start()
    wait_for(lambda: is_diverged(first), "it knows that it diverged")
    for _ in range(DIVERGED_LOOKS):
        assert is_diverged(first), "it says otherwise for a moment"
    first.stop()
    first.start()
    wait_for(lambda: is_diverged(first), "it knows after a restart too")
    first.stop()
    check_rejoin(first, best)
    first.start()
    wait_for(lambda: len(best.json("position")["replicas"]) == 2, "the old primary follows")
    wait_for(lambda: position(first) == position(best), "and holds all")
    assert sql(first, "SELECT count(*) FROM party_party WHERE name = 'After'") == "1"
    assert sql(first, "SELECT to_regclass('only_here')", "postgres") == "", "not rewound"
    later = erp.create_invoice(party, "7.50")
    erp.post(later)
    return best


def cut(group, standbys):
    """They follow nobody: what they hold is all that a later leader has."""
    primary, group.primary = group.primary, None
    for standby in standbys:
        standby.reload()
        wait_for(lambda: standby.json("position") and not standby.json("position")["receiving"],
                 "the receiver stops")
    group.primary = primary


def check_not_replayed(group, leader, standby):
    """A standby that holds more than it has replayed knows not what epoch that is of: it must not
    say where its log ends, cut or not, with its PostgreSQL started anew or not."""
    others = [replica for replica in group.replicas if replica is not standby]
    sql(standby, "SELECT pg_wal_replay_pause()", "postgres")
    sql(leader, "CREATE TABLE kept (); DROP TABLE kept", "postgres")
    wait_for(lambda: position(standby) == position(leader), "it holds all")
    primary, group.primary = group.primary, None
    standby.reload()
    # Recovery that is held up stops no receiver; it ends by itself, as when the leader's line dies.
    receiver = "SELECT pid FROM pg_stat_wal_receiver"
    kill(standby, "TERM", sql(standby, receiver, "postgres"))
    wait_for(lambda: sql(standby, receiver, "postgres") == "", "the receiver is gone")
    for _ in range(5):
        seen = standby.json("position")
        assert seen["receiving"] and seen["replaying"], seen
    sql(standby, "SELECT pg_wal_replay_resume()", "postgres")
    wait_for(lambda: not standby.json("position")["receiving"], "it has replayed all")
    held = position(standby)
    standby.stop()
    made_in_advance(standby)
    standby.start()  # what it received it does not know any more
    wait_for(lambda: standby.json("position") and not standby.json("position")["receiving"],
             "it looked into its log")
    assert position(standby) == held and not standby.json("position")["replaying"]
    group.primary = primary
    standby.reload()
    wait_for(lambda: len(leader.json("position")["replicas"]) == len(others), "it follows again")


def elect(group, leader, followers):
    group.primary, group.epoch = leader.index, group.epoch + 1
    for replica in (leader, *followers):
        replica.reload()
    wait_for(lambda: leader.hook("promote")[0] == 0, "promote")


def is_diverged(replica):
    return (replica.json("health") or {}).get("diverged")


def must_copy_anew(replica, leader):
    """It follows after a rejoin that copies everything."""
    replica.stop()
    status, text = replica.run_stopped("rejoin")
    assert status == 0 and "copying from" in text, (status, text)
    replica.start()
    wait_for(lambda: position(replica) == position(leader), "it follows again")


def check_lost_source(group, old):
    """Rewound to a leader that dies before its last log reached anybody: the folder can never be
    read any more, PostgreSQL waits in silence, and only a fresh copy helps."""
    second, last = (replica for replica in group.replicas if replica is not old)
    cut(group, (second, last))
    sql(old, "SET synchronous_commit = local; CREATE TABLE only_there ()", "postgres")
    old.stop(signal.SIGKILL)
    elect(group, second, (last,))
    wait_for(lambda: is_open(second), "open once another copy holds the log")
    cut(group, (last,))
    old.configure()
    check_rejoin(old, second)
    second.stop(signal.SIGKILL)
    elect(group, last, ())
    old.configure()
    old.start()
    wait_for(lambda: is_diverged(old), "it knows that it waits for what nobody has")
    assert not old.json("position"), "it answers"
    must_copy_anew(old, last)
    second.configure()
    assert second.run_stopped("rejoin")[0] == 0
    second.start()
    wait_for(lambda: is_open(last) and position(second) == position(last), "all follow")
    return last


def check_log_gone(group, leader):
    """A copy that was away for longer than the log is kept for it."""
    late = next(replica for replica in group.replicas if replica is not leader)
    late.stop()
    sql(leader, f"SELECT pg_drop_replication_slot('r{late.index}g1')", "postgres")
    # Twice what is kept for anybody (wal_limits), in segments of 1 MiB.
    sql(leader, "SELECT count(pg_switch_wal()), count(pg_logical_emit_message(false, 'x', 'x')) "
                "FROM generate_series(1, 512)", "postgres")
    sql(leader, "CHECKPOINT", "postgres")
    leader.reload()
    late.start()
    wait_for(lambda: is_diverged(late), "it knows that its log is gone")
    health = late.json("health")
    assert "no more of the log" in health["detail"], health
    must_copy_anew(late, leader)


def check_rot(group, leader):
    """A page that the disk gives back otherwise than it was written: found before anybody reads
    it, on a copy that follows and on the one that leads, and mended by a fresh copy."""
    scrub = ("/usr/bin/python3", "-IB", "/opt/foyer/lib/scrub.py")
    sql(leader, "CREATE TABLE seldom AS SELECT generate_series(1, 10000)")
    # Nothing writes its pages again, and so over the damage: no hint bit, no vacuum.
    sql(leader, "VACUUM (FREEZE) seldom")
    sql(leader, "CHECKPOINT", "postgres")
    follower = next(replica for replica in group.replicas if replica is not leader)
    wait_for(lambda: position(follower) == position(leader), "it holds the table")
    sql(follower, "CHECKPOINT", "postgres")
    assert follower.exec(*scrub).returncode == 0, "whole, and said to be damaged"
    assert is_open(follower)
    rot(follower, sql(leader, "SELECT pg_relation_filepath('seldom')"))
    done = follower.exec(*scrub)
    assert done.returncode == 1, done
    health = follower.json("health")
    assert health["diverged"] and "page 2" in health["detail"], health
    must_copy_anew(follower, leader)
    assert follower.exec(*scrub).returncode == 0 and not is_diverged(follower)
    rot(leader, sql(leader, "SELECT pg_relation_filepath('seldom')"))
    assert leader.exec(*scrub).returncode == 1
    health = leader.json("health")
    assert not health["healthy"] and "damaged on this disk" in health["detail"], health
    os.unlink(f"{leader.folder}/volume/damaged")
    sql(leader, "DROP TABLE seldom")


def check_export(leader):
    status, data = leader.hook("export")
    assert status == 0
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        assert archive.getnames() == ["README.txt", "parameters.json", "erp.dump"]
        assert archive.extractfile("erp.dump").read(5) == b"PGDMP"


def check_health(leader):
    """PostgreSQL killed: the container ends by itself, with an error."""
    pid = sql(leader, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    kill(leader, "KILL", pid)
    assert not (leader.json("health") or {}).get("healthy", False)
    assert leader.wait() != 0


def identity(replica):
    """What two instances may never share."""
    system = sql(replica, "SELECT system_identifier FROM pg_control_system()", "postgres")
    hashes = sql(replica, "SELECT password_hash FROM res_user WHERE login = 'admin'")
    scram = sql(replica, "SELECT rolpassword FROM pg_authid WHERE rolname = 'replicator'",
                "postgres")
    assert sql(replica, "SELECT count(*) FROM ir_session") == "0"
    assert hashes.startswith("$scrypt$") and scram.startswith("SCRAM-SHA-256")
    return {system, hashes, scram}


def check_one_copy(group, language):
    """From the order to a posted invoice with a single copy; returns what must be its own."""
    only = group.replicas[0]
    group.configure()
    only.must("init")
    only.start()
    wait_for(lambda: is_open(only), "open")
    mine = identity(only)
    erp = Erp(only.address)
    erp.login(PASSWORD)
    assert erp.context["language"] == language, erp.context
    invoice = erp.create_invoice(erp.create_party("Kunde"))
    erp.post(invoice)
    assert erp.invoice(invoice)["state"] == "posted", group.parameters
    assert only.stop() == 0, "does not stop cleanly"
    return mine


def check_countries(folder, release, root):
    """One copy each, asynchronous: a company of every country posts an invoice at once."""
    seen = set()
    for number, (country, language) in enumerate(COUNTRIES, start=2):
        with Group(folder, f"c{number}", release, root, parameters(country, language, "Firma"),
                   count=1, copies=1, secrets=secrets(), net=number) as group:
            mine = check_one_copy(group, language)
        assert not mine & seen, f"{country}: shares an identifier or a secret"
        seen |= mine


def check_refusals(folder, release, root):
    group = Group(folder, "bad", release, root, {}, count=1, copies=1, secrets=secrets(), net=9)
    for wrong in ({"country": "XX"}, {"language": "xx"}, {"currency": "USD"}, {"company": ""},
                  {"company": "x" * 101}, {"company": "a\nb"}, {"company": 7}, {"country": None}):
        group.parameters = {**parameters(), **wrong}
        group.configure()
        status, text = group.replicas[0].run_stopped("init")
        assert status == 1 and "parameter" in text, (wrong, status, text)
    assert os.listdir(f"{group.folder}/0/volume") == [], "a refusal leaves something behind"
    group.parameters = parameters()
    group.configure()
    os.makedirs(f"{group.folder}/0/volume/pg.new")   # as an init that was killed leaves it
    owner = group.replicas[0].base + 1000
    os.chown(f"{group.folder}/0/volume/pg.new", owner, owner)
    group.replicas[0].must("init")


def main():
    sandbox.enter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        subprocess.run([BUILD, "--out", f"{folder}/release",
                        *sys.argv[1:]], check=True)
        release = unpack(f"{folder}/release", f"{folder}/root")
        check_refusals(folder, release, f"{folder}/root")
        root = f"{folder}/root"
        with Group(folder, "acme", release, root, parameters(), secrets=secrets()) as group:
            start_three(group)
            erp, party, invoice, number = check_first_invoice(group)
            check_rights(group)
            check_write_waits(group, erp)
            check_stuck(group.replicas[0], erp)
            check_lock_file(group)
            check_not_replayed(group, group.replicas[0], group.replicas[1])
            leader = check_takeover(group, party, invoice, number)
            leader = check_lost_source(group, leader)
            check_log_gone(group, leader)
            check_rot(group, leader)
            check_export(leader)
            check_health(leader)
        check_countries(folder, release, f"{folder}/root")
    print("tryton_test: passed")


if __name__ == "__main__":
    sys.exit(main())
