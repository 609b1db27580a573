"""The faults, by name. Each strikes who leads; `fault()` marks the moment that counts."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from inside import partition

from . import machine
from .checks import Lead
from .scene import NeverHappened

PROMISE_S = 7.0
FREEZE_S = 2 * PROMISE_S  # clearly longer than the promise
# Service ends 6 s after a renewal was sent that may be a second old when the line goes, and is sent
# again only a quarter of a second after it is back: of resets up to 5 s some 1 % move the lead.
RESET_S = (1.0, 4.5)
SEGMENTS_MAX = 96  # more than PostgreSQL keeps ready
BACKENDS_TRIED = 10
REBUILT_S = 180.0
IN_A_ROW = 20  # acknowledged writes that count as "goes on"
HEALED_S = 15.0  # a cut that leaves no majority is healed after this
AWAY_S = 60.0  # the master, where nothing else happens; --hold makes it an hour


def nothing(_):
    pass


# What differs from specs/takeover.json, and from its order. A home is given up within seconds only
# where that is the matter; a third country has one home only, so the order has to ask for it.
LABS = {
    "plain": {},
    "three_countries": {
        "isps": [{"name": "vodafone", "country": "DE"}],
        "homes": {"gand": {"name": "bonn", "isp": "vodafone", "nat": "plain"}},
        "order": ("--countries", "FR,BE,DE", "--min-countries", "3")},
    # One home is a machine with a kernel of its own, and has a copy: there are three homes. It is
    # too slow for the ERP itself.
    "machine": {"without": ("gand",), "homes": machine.HOMES,
                "recipe": "tests/image/parties"},
    "quick_clocks": {"master": {
        "groups": {"elect": True, "clock_wrong_after_s": 10, "clock_right_after_s": 10}}},
    "quick_repair": {"master": {
        "agents": {"hold_ms": 4000, "silent_after_ms": 10000},
        "repair": {"lost_after_leading_s": 20, "lost_after_s": 20, "lost_after_edge_s": 20,
                   "retry_after_s": 2}}},
}


NAMED_ONLY = ("machine",)  # labs that neither "all" nor a day means: emulated, they take minutes


@dataclass(frozen=True)
class Scenario:
    name: str
    strike: Callable
    heal: Callable = nothing
    prepare: Callable = nothing
    before: Callable = nothing  # nobody writes yet
    hold_s: float = 0.0  # from the fault to the heal at least
    by_gap: bool = False  # it bites later, or twice: the longest silence counts, not the first
    until: Callable | None = None  # more to wait for before the heal
    until_s: float = 30.0
    lab: str = "plain"  # one of LABS
    lead: Lead = Lead.MOVES  # between the fault and the heal; a run in which it does not is bad
    quiet: bool = False  # its customers notice nothing: each request is answered
    cause: str = ""  # what the timeline may give as the reason: "a|b"; empty: it is not judged
    # Keys of a row (rows.PROMISES) that nobody promised in such a case. Where "unfounded_reads" is
    # one, a key must not go back behind what was acknowledged, but may behind what was only shown.
    excused: tuple = ()


# -- power and lines ------------------------------------------------------------------------------

def power_off(scene):
    with scene.fault():
        scene.power("kill", scene.leader["site"])


def power_on(scene):
    scene.power("boot", scene.leader["site"])


def master_away(scene):
    scene.power("kill", "master")
    time.sleep(2.0)


def power_on_with_master(scene):
    scene.power("boot", "master")
    power_on(scene)


def master_gone(scene):
    with scene.fault():
        scene.power("kill", "master")


def master_returns(scene):
    scene.power("boot", "master")


def cut_line(direction="both"):
    def strike(scene):
        with scene.fault():
            scene.cut("line", scene.leader["site"], direction)
    return strike


def heal_line(scene):
    scene.heal("line", scene.leader["site"])


def cut_line_and_master(scene):
    with scene.fault():
        scene.cut("master")
        scene.cut("line", scene.leader["site"])


def heal_line_and_master(scene):
    scene.heal("master")
    heal_line(scene)


def flap(scene):
    home = scene.leader["site"]
    with scene.fault():
        scene.cut("line", home)
    for number in range(1, 10):
        time.sleep(max(0.0, scene.fault_at + 2.0 * number - time.monotonic()))
        (scene.heal if number % 2 else scene.cut)("line", home)


def reset_line(scene):
    """As an ISP does it each night: gone for some seconds, and there again. Nobody takes over."""
    home = scene.leader["site"]
    with scene.fault():
        scene.cut("line", home)
    time.sleep(scene.rng.uniform(*RESET_S))
    scene.heal("line", home)
    time.sleep(2 * PROMISE_S)


def cut_around(scope):
    """An ISP or a country. Where the group has no majority outside, nobody may take over: then it
    is healed after a while, and the clock runs from there (an order that survives a country has
    members in three)."""
    def strike(scene):
        name = scene.leader[scope]
        inside = [c for c in scene.before["replicas"] if c[scope] == name]
        with scene.fault():
            scene.cut(scope, name)
        if 2 * len(inside) > len(scene.before["replicas"]):
            scene.note(f"no majority outside {name}: healed after {HEALED_S:.0f} s")
            time.sleep(HEALED_S)
            scene.heal(scope, name)
            scene.struck()

    def heal(scene):
        scene.heal(scope, scene.leader[scope])
    return strike, heal


# -- processes that stand still, or end -----------------------------------------------------------

def freeze(scene):
    scene.primaries.freeze(scene.leader["index"])
    with scene.fault():
        scene.power("freeze", scene.leader["site"])


def thaw(scene):
    scene.primaries.thaw(scene.leader["index"])
    scene.power("thaw", scene.leader["site"])


def agent_killed(scene):
    pid = scene.agent(scene.leader["site"])
    with scene.fault():
        os.kill(pid, signal.SIGKILL)


def agent_stopped(scene):
    scene.kept["agent"] = scene.agent(scene.leader["site"])
    with scene.fault():
        os.kill(scene.kept["agent"], signal.SIGSTOP)


def agent_goes_on(scene):
    os.kill(scene.kept["agent"], signal.SIGCONT)


def service_dead(scene):
    with scene.fault():
        scene.kill_postgres(scene.leader)


def backend_killed(scene):
    """As the kernel does when memory is short: one of PostgreSQL's processes, -9."""
    with scene.fault():
        for _ in range(BACKENDS_TRIED):  # the ERP may close the one that was found
            pid = scene.sql(scene.leader,
                            "SELECT pid FROM pg_stat_activity WHERE datname = 'erp' AND "
                            "backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1")
            status, _, errors = scene.in_partition(scene.leader, "kill", "-9", pid or "none")
            if status == 0:
                return
    raise RuntimeError(f"no backend was killed: {errors}")


# -- clocks and disks -----------------------------------------------------------------------------

def own_clock(scene):
    """The first change of a clock restarts the agent: that is not the fault."""
    scene.lab("clock", name=scene.leader["site"], offset_s=0)
    scene.wait_well()
    if scene.moved():
        raise RuntimeError("a restart of the agent moved the lead")


def clock_steps(scene):
    with scene.fault():
        scene.lab("clock", name=scene.leader["site"], offset_s=scene.rng.choice((-3600, 86400)))


def barred(scene):
    """The master has seen that its clock is wrong, and had it hand the lead over."""
    return scene.moved()


def clock_right(scene):
    scene.lab("clock", name=scene.leader["site"], offset_s=0)


def in_volume(scene, command):
    """On the leader's box, in the volume of its copy."""
    place = (scene.cloud.lab_state / "homes" / scene.leader["site"] / "box1" / "partitions"
             / partition(scene.leader) / "store/private/volume")
    status, _, errors = scene.inside.run(scene.leader["site"], "sh", "-euc",
                                         f"cd {place}; {command}")
    if status != 0:
        raise RuntimeError(f"in {place}: {errors}")


def fill_disk(scene):
    """PostgreSQL has room in its log for a while: what it has is used up too."""
    with scene.fault():
        in_volume(scene, "fallocate -l $(df -B1 --output=avail . | tail -1) filler || true; "
                         "cat /dev/zero >>filler 2>/dev/null || true")
    for _ in range(SEGMENTS_MAX):
        if scene.sql(scene.leader, "SELECT pg_logical_emit_message(true, 'lab', repeat('x', 100)), "
                                   "pg_switch_wal()") is None:
            scene.note("the log of the leader is full")
            return
    scene.note(f"{SEGMENTS_MAX} segments of the log were used, and it goes on")


def empty_disk(scene):
    in_volume(scene, "rm filler")


# -- more than one --------------------------------------------------------------------------------

def crash_while_waiting(scene):
    """A standby is off, the other one cut: writes wait. Then their leader loses power."""
    off, cut = scene.standbys[:2]
    with scene.fault():
        scene.power("kill", off["site"])
        scene.cut("line", cut["site"])
    scene.wait_writes_hang()
    time.sleep(1.0)
    scene.power("kill", scene.leader["site"])
    began = time.monotonic()
    scene.heal("line", cut["site"])
    scene.power("boot", off["site"])
    scene.struck(began)


def cancel_while_waiting(scene):
    """Both standbys are cut, waiting writes are cancelled by their own role, their leader loses
    power. PostgreSQL shows others what its own customer would not wait for: a read of it is no
    promise of ours. That it is told as acknowledged to nobody is one."""
    with scene.fault():
        for copy in scene.standbys:
            scene.cut("line", copy["site"])
    scene.wait_writes_hang()
    role = scene.sql(scene.leader, "SELECT usename FROM pg_stat_activity WHERE "
                                   "wait_event = 'SyncRep' LIMIT 1")
    cancelled = scene.sql(scene.leader, f'SET ROLE "{role}"; SELECT count(pg_cancel_backend(pid)) '
                          "FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
    scene.note(f"{cancelled} waiting writes cancelled as {role}")
    time.sleep(1.0)
    scene.power("kill", scene.leader["site"])
    began = time.monotonic()
    for copy in scene.standbys:
        scene.heal("line", copy["site"])
    scene.struck(began)


def standby_then_primary(scene):
    first = scene.standbys[0]["site"]
    scene.power("kill", first)
    time.sleep(3.0)
    with scene.fault():
        scene.power("kill", scene.leader["site"])
    time.sleep(3.0)
    scene.power("boot", first)
    scene.struck()


# -- members come and go --------------------------------------------------------------------------

def rebuilt_elsewhere(scene):
    """As many copies as ordered, all in their place, none in the home that was struck."""
    found = scene.inside.instance()
    away = found and all(copy["site"] != scene.leader["site"] for copy in found["replicas"])
    return away and len(found["replicas"]) == len(scene.before["replicas"]) and (
        not scene.what_is_wrong())


def home_returns(scene):
    """What it still holds is a copy that its group goes on without: it is erased."""
    power_on(scene)
    scene.wait("the home that came back erases its old copy",
               lambda: not scene.has_files(scene.leader), REBUILT_S)


def lose_majority(scene):
    """A standby, and when writes go on without it the leader too: the one copy that is left holds
    everything, but cannot know. A person gives up what the others hold."""
    with scene.fault():
        scene.power("kill", scene.standbys[0]["site"])
    alone = time.monotonic()
    scene.wait("writes go on without one standby",
               lambda: scene.traffic.in_a_row(alone) >= IN_A_ROW)
    scene.power("kill", scene.leader["site"])
    lost = time.monotonic()
    scene.wait("its page says what to type",
               lambda: "--accept-data-loss" in scene.repair_text())
    if any(write.acknowledged for write in scene.traffic.writes() if write.start >= lost):
        raise NeverHappened("writes were refused until somebody accepted the loss")
    scene.give_up_missing()
    scene.struck()


def majority_returns(scene):
    power_on(scene)
    scene.power("boot", scene.standbys[0]["site"])
    for copy in (scene.leader, scene.standbys[0]):
        scene.wait("what was given up is erased", lambda copy=copy: not scene.has_files(copy),
                   REBUILT_S)


def drain(scene):
    with scene.fault():
        scene.operator("node", "drain", scene.leader["node"], "--no-wait")


def undrain(scene):
    scene.operator("node", "cancel-drain", scene.leader["node"])


# -- planned --------------------------------------------------------------------------------------

def promote(scene):
    """As its customer would type it. Refused by the group when it has just elected."""
    with scene.fault():
        scene.promote()


ISP_CUT, ISP_HEAL = cut_around("isp")
COUNTRY_CUT, COUNTRY_HEAL = cut_around("country")

ALL = {scenario.name: scenario for scenario in (
    Scenario("power_off", power_off, power_on, cause="promise_over"),
    Scenario("line_cut", cut_line(), heal_line, cause="promise_over"),
    Scenario("master_off", power_off, power_on_with_master, master_away,
             cause="promise_over"),
    Scenario("master_away", master_gone, master_returns, hold_s=AWAY_S, by_gap=True, quiet=True,
             lead=Lead.STAYS),
    Scenario("isp_cut", ISP_CUT, ISP_HEAL),
    Scenario("frozen", freeze, thaw, hold_s=FREEZE_S),
    Scenario("agent_killed", agent_killed, hold_s=10.0, by_gap=True, lead=Lead.EITHER),
    Scenario("service_dead", service_dead, by_gap=True, hold_s=10.0, lead=Lead.EITHER),
    Scenario("agent_frozen", agent_stopped, agent_goes_on, hold_s=2 * FREEZE_S, by_gap=True),
    Scenario("with_master_cut", cut_line_and_master, heal_line_and_master),
    Scenario("planned", promote, by_gap=True, cause="handed_over|resigned"),
    Scenario("oneway_in", cut_line("in"), heal_line, hold_s=FREEZE_S),
    Scenario("oneway_out", cut_line("out"), heal_line, hold_s=FREEZE_S),
    Scenario("country_cut", COUNTRY_CUT, COUNTRY_HEAL, lab="three_countries"),
    Scenario("nightly_reset", reset_line, by_gap=True, lead=Lead.STAYS),
    Scenario("flapping", flap, heal_line, by_gap=True, lead=Lead.EITHER),
    Scenario("backend_oom", backend_killed, hold_s=10.0, by_gap=True, lead=Lead.EITHER),
    Scenario("clock_step", clock_steps, clock_right, own_clock, hold_s=FREEZE_S, by_gap=True,
             lead=Lead.STAYS),
    Scenario("clock_barred", clock_steps, clock_right, own_clock, by_gap=True, until=barred,
             until_s=60.0, lab="quick_clocks", cause="handed_over"),
    Scenario("disk_full", fill_disk, empty_disk, hold_s=FREEZE_S, by_gap=True, lead=Lead.EITHER),
    Scenario("home_lost", power_off, home_returns, until=rebuilt_elsewhere, until_s=REBUILT_S,
             lab="quick_repair"),
    Scenario("majority_lost", lose_majority, majority_returns, lab="quick_repair"),
    Scenario("drained", drain, undrain, by_gap=True, until=rebuilt_elsewhere, until_s=REBUILT_S,
             lab="quick_repair"),
    Scenario("crash_while_waiting", crash_while_waiting, power_on),
    Scenario("cancel_while_waiting", cancel_while_waiting, power_on,
             excused=("unfounded_reads",)),
    Scenario("standby_then_primary", standby_then_primary, power_on),
    Scenario("machine_leader_off", machine.off, machine.on, lab="machine",
             before=machine.takes_over, cause="promise_over"),
    Scenario("machine_standby_off", machine.off, machine.on, machine.must_follow, lab="machine",
             lead=Lead.STAYS, by_gap=True),
)}
