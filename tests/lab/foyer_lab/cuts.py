"""Which lines are cut, and the firewall that makes it so. Pure.

A cut is a silent black hole: packets are dropped, interfaces stay up, nothing is answered. Cuts add
up: a line cut for itself and by its ISP stays cut until both are healed. The whole ruleset is
replaced in one transaction, so a change is exact and immediate.
"""

from dataclasses import dataclass

from .errors import LabError, UNKNOWN

SCOPES = ("line", "isp", "country", "edge", "master")
DIRECTIONS = ("in", "out", "both")


@dataclass(frozen=True, order=True)
class Cut:
    scope: str
    name: str
    direction: str  # in: towards the home; out: from it
    island: bool = False  # homes of the same ISP or country still reach one another


def interfaces(plan, scope, name):
    """The lines a scope stands for; LabError when there is none of that name."""
    if scope == "master":
        return [plan.lines["master"].interface]
    kinds = {"line": ("home", "edge", "client"), "edge": ("edge",)}
    if scope in kinds:
        known = [n for n, h in plan.places.items() if h.kind in kinds[scope]]
        found = [plan.lines[name].interface] if name in known else []
    elif scope == "isp":
        known = sorted({h.isp for h in plan.places.values() if h.isp})
        found = plan.interfaces_of(isp=name) if name in known else []
    else:
        known = sorted({h.country for h in plan.places.values() if h.country})
        found = plan.interfaces_of(country=name) if name in known else []
    if not found:
        word = {"line": "home", "isp": "ISP"}.get(scope, scope)
        raise LabError(f"there is no {word} '{name}'", f"known: {', '.join(known) or 'none'}",
                       "lab status", UNKNOWN)
    return found


def _rules(plan, cut):
    found = interfaces(plan, cut.scope, cut.name)
    if cut.island:  # what stays among the homes behind one carrier NAT stays inside anyway
        found = plan.outermost(found)
    lines = "{ " + ", ".join(f'"{name}"' for name in found) + " }"
    for direction, here, there in (("out", "iifname", "oifname"), ("in", "oifname", "iifname")):
        if cut.direction in (direction, "both"):
            spare = f" {there} != {lines}" if cut.island else ""
            yield direction, f"{here} {lines}{spare} counter drop"


def ruleset(plan, cuts):
    """The complete nft file for every router of the world."""
    chains = {"forward": [], "input": [], "output": []}
    for cut in sorted(cuts):
        for direction, rule in _rules(plan, cut):
            chains["forward"].append(rule)
            if not cut.island:  # the router's own answers (ping of the gateway) are cut as well
                chains["input" if direction == "out" else "output"].append(rule)
    text = "table inet cuts\ndelete table inet cuts\ntable inet cuts {\n"
    for chain, rules in chains.items():
        text += f"  chain {chain} {{\n    type filter hook {chain} priority -150;\n"
        text += "".join(f"    {rule}\n" for rule in rules) + "  }\n"
    return text + "}\n"


def cut_directions(plan, cuts):
    """Interface -> set of directions in which it is cut now (an island counts as cut)."""
    found = {}
    for cut in cuts:
        for interface in interfaces(plan, cut.scope, cut.name):
            ways = ("in", "out") if cut.direction == "both" else (cut.direction,)
            found.setdefault(interface, set()).update(ways)
    return found


def healed(cuts, cut):
    """The cuts that remain when `cut` is healed: `both` heals any, `in` leaves the other half."""
    left = set()
    for other in cuts:
        if (other.scope, other.name) != (cut.scope, cut.name):
            left.add(other)
        elif cut.direction != "both" and other.direction not in (cut.direction,):
            way = other.direction
            if way == "both":
                way = "out" if cut.direction == "in" else "in"
            left.add(Cut(other.scope, other.name, way, other.island))
    return left
