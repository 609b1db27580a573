"""Shows a lab to people (a table) and to programs (JSON)."""

from pathlib import Path

from .cgroups import Groups, lab_id


def with_machine_pids(state, status):
    """Replaces pids of the world by those of the machine, which is what a person can kill."""
    groups = Groups(lab_id(state))
    for place in status["places"]:
        for box in place["boxes"]:
            inside = {}
            if any(s["pid"] for s in box["services"]):
                inside = _pids_inside(groups.pids(f"{place['name']}/box{box['box']}/agent"))
            for service in box["services"]:
                service["pid"] = inside.get(service["pid"], 0)
    return status


def _pids_inside(pids):
    """World's pid -> the machine's (NSpid lists them from the outside in)."""
    found = {}
    for pid in pids:
        try:
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("NSpid:"):
                    chain = [int(word) for word in line.split()[1:]]
                    if len(chain) > 1:
                        found[chain[1]] = pid
        except OSError:
            continue
    return found


COLUMNS = ("home", "kind", "isp", "country", "class", "nat", "address", "box", "state", "service",
           "pid")


def table(status):
    rows = [COLUMNS]
    for place in status["places"]:
        state = place["state"]
        if place["cut"] and state in ("up", "cut"):
            state = f"cut {place['cut']}" if place["cut"] != "both" else "cut"
        if place["clock_s"]:
            state += f" clock {place['clock_s']:+d}s"
        for box in place["boxes"] or [{"box": "", "services": []}]:
            services = box["services"] or [None]
            for service in services:
                word = f"{service['name']} {service['state']}" if service else "-"
                pid = str(service["pid"]) if service and service["pid"] else "-"
                rows.append((place["name"], place["kind"], place["isp"] or "-",
                             place["country"] or "-", place["class"] or "-", place["nat"],
                             place["public"], str(box["box"]), state, word, pid))
    widths = [max(len(row[n]) for row in rows) for n in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
             for row in rows]
    for entry in status["publish"]:
        lines.append(f"published {entry['name']}: 127.0.0.1:{entry['port']}")
    for cut in status["cuts"]:
        island = " (island)" if cut["island"] else ""
        lines.append(f"cut {cut['scope']} {cut['name']} {cut['direction']}{island}")
    return "\n".join(lines)
