"""A home whose box is a machine with a kernel of its own (tests/vm/takeover). Its power cut loses
what that kernel had not given to its disk, as at a person's home."""

import json
import time

from inside import partition

from .scene import NeverHappened

NAME = "namur"
# Beside it one home that may lead: it founds the instance. The third only votes and follows, so
# that nobody else is quicker than the machine when that one is gone.
HOMES = {NAME: {"machine": True}, "lyon": {"class": "open"}}
LEADS_S, BOOTS_S, WELL_S = 180.0, 240.0, 400.0
UNSYNCED = "/var/lib/foyer-lab/unsynced"  # on its disk: gone after a true power cut
# Of what a member keeps: what is never less after a cut than it was before, what stays as it is,
# and what stays within an epoch. What others were told rests on it.
RISES, STAYS = ("generation", "epoch", "resigned", "counter_limit"), ("incarnation", "retired")


def my_copy(scene):
    return next(copy for copy in scene.before["replicas"] if copy["site"] == NAME)


def memory(scene):
    """What the machine's disk holds of its copy's group, as `parse_memory` tells it."""
    box = scene.cloud.lab_state / "homes" / NAME / "box1"
    return parse_memory(scene.inside.shell(
        NAME, f"tail -n +2 '{box}/state/groups/{partition(my_copy(scene))}.json'"))


def parse_memory(text):
    """{word: the rest of its first line}, from the JSON of a member's state."""
    found = {}
    try:
        for line in json.loads(text)["member"].splitlines():
            word, _, rest = line.partition(" ")
            found.setdefault(word, rest)
        for word in RISES:
            found[word] = int(found[word])
        found["ballot"] = [int(number) for number in found["ballot"].split()]
        found["t_max_ms"] = int(found["t_max_ms"])
    except (ValueError, KeyError) as error:
        raise NeverHappened(f"the machine's memory of its group cannot be read: {error!r}, "
                            f"{text[:300]}") from error
    return found


def forgotten(was, now):
    """What a member knew before a cut and does not know any more; empty: nothing."""
    less = [word for word in (*RISES, "ballot") if now[word] < was[word]]
    less += [word for word in STAYS if now[word] != was[word]]
    if now["epoch"] == was["epoch"]:  # one vote an epoch; t_max falls with a vote only
        less += ["voted_for"] if was["voted_for"] not in ("-", now["voted_for"]) else []
        less += ["t_max_ms"] if now["t_max_ms"] < was["t_max_ms"] else []
    return [f"{word} was {was[word]}, is {now[word]}" for word in less]


def leads_of(scene):
    """The runs of its PostgreSQL that said they were the primary."""
    index = my_copy(scene)["index"]
    return {run for run in scene.primaries.heard() if run[0] == index}


def takes_over(scene):
    """The other home that may lead loses its power; it has it again once the machine leads."""
    home = scene.leader["site"]
    if home == NAME:
        return
    begun = time.monotonic()
    scene.power("kill", home)
    index = my_copy(scene)["index"]
    scene.wait("the machine's copy leads", lambda: scene.leads_now() == index, LEADS_S)
    took = time.monotonic() - begun
    scene.power("boot", home)
    scene.wait_well(WELL_S)
    scene.begin()
    scene.note(f"its copy led {took:.1f} s after the other home was off")


def must_follow(scene):
    if scene.leader["site"] == NAME:
        raise NeverHappened(f"the machine of {NAME} leads")


def off(scene):
    """The power goes. A file that was just written tells later whether it was a power cut."""
    # A new one: what replaces the content of a file is written at once by ext4, when it is closed.
    script = f"rm -f {UNSYNCED}; echo there >{UNSYNCED}"
    status, _, errors = scene.inside.run(NAME, "sh", "-euc", script)
    if status != 0:
        raise NeverHappened(f"nothing can be written in the machine: {errors}")
    scene.kept["memory"] = memory(scene)
    with scene.fault():
        scene.power("kill", NAME)


def on(scene):
    """It boots, remembers, and follows again, as nothing until its group says so."""
    led, begun = leads_of(scene), time.monotonic()
    scene.power("boot", NAME)
    scene.wait("the machine boots again", lambda: scene.inside.run(NAME, "true")[0] == 0, BOOTS_S)
    scene.boots_s.append(round(time.monotonic() - begun, 1))
    if scene.inside.run(NAME, "test", "-s", UNSYNCED)[0] == 0:
        raise NeverHappened("no power cut: the machine kept what its kernel had not written yet")
    if problems := forgotten(scene.kept["memory"], memory(scene)):
        raise NeverHappened(f"the power cut made it forget: {'; '.join(problems)}")
    scene.wait_well(WELL_S)
    scene.note(f"its copy follows {time.monotonic() - begun:.1f} s after the power came back")
    if leads_of(scene) - led:
        raise NeverHappened("its copy led once more, and its group had another leader")
