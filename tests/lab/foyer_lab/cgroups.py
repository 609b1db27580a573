"""Control groups of a lab: one subtree in every hierarchy (v1, v2 or both).

/foyer-lab-ID/world                 keeper, forwarder, wires
/foyer-lab-ID/HOME/hold             the processes that keep the home's namespaces
/foyer-lab-ID/HOME/boxN/agent       what the lab starts on the box (also `exec`)
/foyer-lab-ID/HOME/boxN/tenants     the agent's `cgroup_parent`: its containers go below
"""

import hashlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

SETTLE_S = 10.0  # how long the kernel may take to freeze, or to empty a group


def lab_id(state):
    """The state folder is the lab's identity."""
    return hashlib.sha256(str(Path(state).resolve()).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Hierarchy:
    root: Path
    version: int
    controllers: tuple

    def has(self, controller):
        return controller in self.controllers


def hierarchies():
    """Every writable cgroup hierarchy that is mounted here."""
    found, seen = [], set()
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        after = fields.index("-")
        kind, options = fields[after + 1], fields[after + 3].split(",")
        if kind not in ("cgroup", "cgroup2") or fields[2] in seen or "ro" in fields[5].split(","):
            continue
        seen.add(fields[2])
        root = Path(fields[4])
        if kind == "cgroup2":
            names = tuple((root / "cgroup.controllers").read_text().split())
            found.append(Hierarchy(root, 2, names))
        else:
            found.append(Hierarchy(root, 1, tuple(options)))
    return found


def _copy_cpuset(root, folder):
    """A new v1 cpuset group is empty and takes no process until it has cpus and memory nodes."""
    for name in ("cpuset.cpus", "cpuset.mems"):
        target = folder / name
        if target.exists() and not target.read_text().strip():
            target.write_text((folder.parent / name).read_text())


class Groups:
    """The subtree of one lab. All methods may be repeated; names are relative to the subtree."""

    def __init__(self, lab_id, found=None):
        self.top = f"foyer-lab-{lab_id}"
        self.found = hierarchies() if found is None else found

    def path(self, name):
        """As programs inside write it: absolute below every hierarchy's root."""
        return f"/{self.top}/{name}" if name else f"/{self.top}"

    def _folders(self, name):
        return [(h, h.root / self.top / name if name else h.root / self.top) for h in self.found]

    def make(self, name):
        for hierarchy in self.found:
            folder = hierarchy.root
            for part in (self.top, *name.split("/")):
                folder = folder / part
                folder.mkdir(exist_ok=True)
                if hierarchy.has("cpuset") and hierarchy.version == 1:
                    _copy_cpuset(hierarchy.root, folder)

    def join(self, name):
        """Moves the calling process."""
        for _, folder in self._folders(name):
            (folder / "cgroup.procs").write_text("0")

    def pids(self, name):
        """Processes of the group and all below, as seen from this pid namespace."""
        found = set()
        for _, folder in self._folders(name):
            for procs in folder.glob("**/cgroup.procs"):
                try:
                    found.update(int(line) for line in procs.read_text().split())
                except OSError:
                    continue  # the group went away while we looked
        return found - {0}

    def freezers(self, name):
        """(state file, word to freeze, word to thaw, probe) of the hierarchy that can freeze."""
        v1 = [f for h, f in self._folders(name) if h.has("freezer")]
        if v1:
            return [(f / "freezer.state", "FROZEN", "THAWED") for f in v1]
        return [(f / "cgroup.freeze", "1", "0") for h, f in self._folders(name)
                if h.version == 2 and (f / "cgroup.freeze").exists()]

    def freeze(self, name):
        """Freezes the group and all below; True when the kernel says it is done."""
        for state, frozen, _ in self.freezers(name):
            state.write_text(frozen)
        deadline = time.monotonic() + SETTLE_S
        while not self.is_frozen(name):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.002)
        return True

    def is_frozen(self, name):
        for state, frozen, _ in self.freezers(name):
            if state.name == "freezer.state":
                return state.read_text().strip() == frozen
            return "frozen 1" in (state.parent / "cgroup.events").read_text()
        return False

    def thaw(self, name):
        for state, _, thawed in self.freezers(name):
            try:
                state.write_text(thawed)
            except FileNotFoundError:
                continue

    def thaw_all(self):
        """Also groups that somebody froze deeper: a frozen process cannot die."""
        for hierarchy, top in self._folders(""):
            name, word = (("freezer.state", "THAWED") if hierarchy.has("freezer")
                          else ("cgroup.freeze", "0"))
            for state in sorted(top.glob(f"**/{name}")):
                try:
                    state.write_text(word)
                except OSError:
                    continue

    def kill(self, name):
        """SIGKILL to all at once. Pending signals first, then thaw: nothing runs on in between."""
        for pid in self.pids(name):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.thaw(name)

    def remove(self, name="", patience_s=SETTLE_S):
        """Removes the subtree when its processes are gone; True when nothing is left."""
        deadline = time.monotonic() + patience_s
        while True:
            left = False
            for _, top in self._folders(name):
                folders = sorted((f for f in top.glob("**/") if f.is_dir()), reverse=True)
                for folder in folders:
                    try:
                        folder.rmdir()
                    except FileNotFoundError:
                        continue
                    except OSError:
                        left = True  # EBUSY just after an exit is normal
            if not left:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)

    def exists(self):
        return any(folder.exists() for _, folder in self._folders(""))
