"""What is run: each model with its bounds, each planted bug, each end that must be reachable.

Bounds are chosen so that the default plan takes a few minutes on two cores; DEEP are complete
searches as well, of a quarter of an hour and several GB. README.md says what they mean.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Run:
    model: str
    name: str
    defines: dict = field(default_factory=dict)
    expect: int = 0  # the invariant Ln that must break; 0: none may
    goal: bool = False  # an end that must be reached

    @property
    def planted(self):
        return self.expect > 0 or self.goal

    @property
    def live(self):
        """Each run must come to a good end: cycles are looked for, not states."""
        return "LIVE" in self.defines

    @property
    def key(self):
        return f"{self.model}/{self.name}".replace(",", "").replace("'", "").replace(" ", "-")


LEASE, SYNC, MEMBERS = "lease_votes", "sync_set", "members"


def sync(epochs, steps, clones, **more):
    return {"EPOCHS": epochs, "STEPS": steps, "CLONES": clones, **more}


def changes(epochs, number, forced=0, **more):
    return {"EPOCHS": epochs, "CHANGES": number, "FORCED": forced, "LOSSES": 0, **more}


TWO = {"EPOCHS": 2, "CRASHES": 1}
WITNESS = {"DATA": 2, "FIRST_S": 3, "FIRST_K": 2}
FOUNDER = {"DATA": 2, "FIRST_S": 1, "FIRST_K": 1}
OUTSIDER = {"FIRST_S": 3, "FIRST_K": 2}  # the third data member is not in S yet
# The service dies only when the margin is used up; clocks err once in a voter's whole wait.
LATE_KILL = {"KILL": 0, "WINDOW": 5}



def live(**more):
    """L18: what comes after the faults. The invariants are the other runs' matter."""
    return {"LIVE": 1, "ONLY": 18, **more}


def live_sync(steps, clones, **more):
    return live(EPOCHS=2, STEPS=steps, CLONES=clones, **more)


def live_change(epochs, number, losses, **more):
    return live(EPOCHS=epochs, CHANGES=number, LOSSES=losses, FORCED=0, **more)


PROTOCOL = [
    Run(LEASE, "two epochs", TWO),
    Run(LEASE, "late kill", {"EPOCHS": 2, "CRASHES": 0, **LATE_KILL}),
    Run(SYNC, "three epochs", sync(3, 0, 1)),
    Run(SYNC, "steps", sync(2, 2, 1)),
    Run(SYNC, "outsider", sync(2, 2, 1, **OUTSIDER)),
    Run(SYNC, "witness", sync(3, 2, 1, **WITNESS)),
    Run(SYNC, "founder", sync(3, 2, 1, **FOUNDER)),
    Run(MEMBERS, "changes", changes(2, 2)),
    Run(MEMBERS, "three epochs", changes(3, 1, LEAN=1)),
    Run(MEMBERS, "generation", changes(1, 1, forced=2)),
    Run(LEASE, "live after a crash", live(EPOCHS=1, CRASHES=1)),
    Run(SYNC, "live", live_sync(1, 2)),
    Run(SYNC, "live outsider", live_sync(1, 1, **OUTSIDER)),
    Run(SYNC, "live witness", live_sync(1, 1, **WITNESS)),
    Run(MEMBERS, "live", live_change(2, 2, 1)),
]

DEEP = [
    Run(LEASE, "live after two epochs", live(EPOCHS=2, CRASHES=0, STEADY=1)),
    Run(LEASE, "live after two epochs and a crash", live(EPOCHS=2, CRASHES=1, STEADY=1)),
    Run(SYNC, "live three epochs", live(EPOCHS=3, STEPS=0, CLONES=1)),
    Run(MEMBERS, "live three epochs", live_change(3, 1, 0)),
    Run(LEASE, "late kill and a crash", {**TWO, **LATE_KILL}),
    Run(LEASE, "no crash", {"EPOCHS": 3, "CRASHES": 0}),
    Run(LEASE, "two crashes", {"EPOCHS": 2, "CRASHES": 2}),
    Run(SYNC, "one step", sync(3, 1, 0)),
    Run(SYNC, "two writes", sync(2, 2, 1, WRITES=2)),
    Run(MEMBERS, "three epochs, all", changes(3, 1)),
    Run(MEMBERS, "four epochs", changes(4, 2, LEAN=1)),
    Run(MEMBERS, "generation, two epochs", changes(2, 1, forced=1)),
]


def bug(model, number, invariant, defines, name=""):
    label = f"bug {name or number} L{invariant}"
    return Run(model, label, {"BUG": number, "ONLY": invariant, **defines}, expect=invariant)


# One run for each invariant that section 12 says a bug breaks: the others are not checked in it.
NO_CRASH = {"EPOCHS": 2, "CRASHES": 0}
ONE_STEP = sync(2, 1, 0)
SWAPS = changes(2, 2)
BUGS = [
    bug(LEASE, 1, 1, TWO),
    bug(LEASE, 101, 1, TWO, "1 only after a restart"),
    bug(LEASE, 2, 9, TWO),
    bug(LEASE, 2, 2, TWO),
    bug(LEASE, 102, 9, TWO, "2 vote not fsynced"),
    bug(LEASE, 102, 2, TWO, "2 vote not fsynced"),
    bug(LEASE, 8, 9, TWO),
    bug(LEASE, 8, 2, TWO),
    bug(LEASE, 9, 1, NO_CRASH),
    bug(LEASE, 12, 14, TWO),
    bug(LEASE, 12, 1, TWO),
    bug(LEASE, 17, 1, NO_CRASH),
    bug(SYNC, 3, 7, ONE_STEP),
    bug(SYNC, 3, 5, ONE_STEP),
    bug(SYNC, 3, 10, ONE_STEP),
    bug(SYNC, 4, 5, sync(3, 0, 0, WRITES=2)),
    bug(SYNC, 5, 6, ONE_STEP),
    bug(SYNC, 5, 5, ONE_STEP),
    bug(SYNC, 10, 12, ONE_STEP),
    bug(SYNC, 10, 5, sync(3, 1, 0)),
    bug(SYNC, 11, 3, ONE_STEP),
    bug(SYNC, 13, 6, {**ONE_STEP, **OUTSIDER}),
    bug(SYNC, 13, 5, {**ONE_STEP, **OUTSIDER}),
    bug(SYNC, 14, 11, ONE_STEP),
    bug(SYNC, 14, 5, ONE_STEP),
    bug(SYNC, 15, 5, sync(2, 0, 1)),
    bug(SYNC, 18, 5, sync(2, 0, 1)),
    bug(SYNC, 19, 5, sync(2, 0, 1)),
    bug(MEMBERS, 2, 9, changes(2, 0)),
    bug(MEMBERS, 2, 2, changes(2, 0)),
    bug(MEMBERS, 6, 4, SWAPS),
    bug(MEMBERS, 6, 2, SWAPS),
    bug(MEMBERS, 7, 4, SWAPS),
    bug(MEMBERS, 7, 2, SWAPS),
    bug(MEMBERS, 8, 9, changes(2, 0) | {"LOSSES": 1}),
    bug(MEMBERS, 8, 2, changes(2, 0) | {"LOSSES": 1}),
    bug(MEMBERS, 11, 3, SWAPS),
    bug(MEMBERS, 16, 4, changes(4, 2, LEAN=1)),
]


# The same of L18, which says that it comes back.
LIVE_BUGS = [
    bug(LEASE, 201, 18, live(EPOCHS=1, CRASHES=0), "201 a promise that never ends"),
    bug(LEASE, 202, 18, live(EPOCHS=1, CRASHES=0), "202 stands once only"),
    bug(LEASE, 203, 18, live(EPOCHS=1, CRASHES=0), "203 all wait equally long"),
    bug(SYNC, 211, 18, live_sync(1, 2), "211 no vote by a base"),
    bug(SYNC, 212, 18, live_sync(1, 0), "212 what was learnt is not accepted"),
    bug(SYNC, 213, 18, live_sync(1, 0, **OUTSIDER), "213 ahead and learns nothing"),
    bug(SYNC, 214, 18, live_sync(1, 0), "214 a step never given up"),
    bug(MEMBERS, 221, 18, live_change(2, 1, 0), "221 a joint state of another"),
    bug(MEMBERS, 222, 18, live_change(2, 1, 0), "222 what was learnt is not accepted"),
    bug(MEMBERS, 223, 18, live_change(2, 1, 0), "223 refused and learns nothing"),
]
BUGS += LIVE_BUGS


def goal(model, number, name, defines):
    return Run(model, f"goal {name}", {"GOAL": number, **defines}, goal=True)


GOALS = [
    goal(LEASE, 1, "a second leader after a crash", {**TWO, "STEADY": 1}),
    goal(LEASE, 2, "a leader resumes", TWO),
    goal(LEASE, 3, "handed over early", TWO),
    goal(LEASE, 5, "a loser's voter follows", TWO),
    goal(SYNC, 1, "two leaders acknowledge", sync(2, 0, 0)),
    goal(SYNC, 2, "shrunk, then grown by the next", sync(2, 2, 0)),
    goal(SYNC, 3, "an old leader rejoins and leads", sync(3, 0, 0)),
    goal(SYNC, 4, "a superseded leader acknowledges", sync(2, 0, 0)),
    goal(SYNC, 5, "goes on with one copy", sync(2, 2, 0, **WITNESS)),
    goal(SYNC, 6, "two that rejoin elect their leader again", sync(2, 0, 2)),
    goal(SYNC, 7, "one that rejoins elects another", sync(3, 0, 1)),
    goal(MEMBERS, 1, "a second leader ends the change", changes(2, 1)),
    goal(MEMBERS, 2, "a change is forgotten", changes(2, 1)),
    goal(MEMBERS, 3, "a forced generation leads", changes(2, 0, forced=1) | {"LOSSES": 1}),
    goal(MEMBERS, 4, "a spare leads after two changes", changes(2, 2)),
    goal(MEMBERS, 5, "a lost member is replaced", changes(2, 1) | {"LOSSES": 1}),
]

# Too many to visit all: bitstate hashing in random orders. Not exhaustive.
SWARM = [
    Run(LEASE, "five voters", {"N": 5, "EPOCHS": 3, "CRASHES": 2}),
    Run(SYNC, "three data and a witness", sync(3, 2, 1, N=4, WRITES=2)),
    Run(SYNC, "three data and two witnesses", sync(3, 2, 1, N=5)),
    Run(MEMBERS, "five voters and two spares", changes(4, 2, forced=2, VOTERS=5)),
]
