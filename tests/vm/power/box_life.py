"""The life of a box whose power is cut at moments of each of its steps: enrolment, upgrade, volume,
writes to that, pause, erasure, departure. After each cut it boots again, does by itself what it
does, and is looked at."""

import json
import re
import sys
import time

from machine import HERE, VM, NoAnswer

sys.path.insert(0, str(VM.parent / "runtime"))
from runtime_lab import release

DATA = "/var/lib/foyer/node"
CONFIG = "/etc/foyer/power.toml"
PATIENCE_S = 240.0
NEXT = "/srv/next.deb"
WRITER = HERE / "write_ahead.py"
KINDS = ("enrol", "upgrade", "volume", "write", "pause", "erase", "leave")
NEEDED = ("enrol", "volume", "erase")  # by what comes after them
CUTS = {"write": 3}  # of a kind in one life, where not one
# What is open of a volume, by how it is encrypted: how many of each.
OPEN = {"fscrypt": {"loop": 1, "mount": 1, "mapping": 0, "program": 0},
        "luks": {"loop": 1, "mount": 1, "mapping": 1, "program": 0},
        "gocryptfs": {"loop": 1, "mount": 3, "mapping": 0, "program": 2}}
WRITE_S = 6
OTHER_KEY = "o" * 52

# What is there of a box, one fact a line. Asked before the agent starts after a cut, and once it
# has come to rest.
LOOK = f"""
cd {DATA} 2>/dev/null || exit 0
find . -xdev \\( -path ./images/roots -o -path './partitions/*/volume' \\) -prune -o \\
    \\( -name '*.new' -o -name '*.new.*' -o -name '*.tmp' -o -name '*.damaged' \\) -print |
    sed 's/^/draft /'
find identity -type f | sed 's/^/identity /'
ls partitions 2>/dev/null | sed 's/^/partition /'
ls state/partitions state/groups 2>/dev/null | grep json | sed 's/^/memory /'
find partitions -maxdepth 2 -name 'store.img*' -printf 'image %p %b\\n'
cat /sys/block/loop*/loop/backing_file 2>/dev/null | sed 's/^/loop /'
grep -o ' /var/lib/foyer[^ ]*' /proc/mounts | sed 's/^/mount/'
ls /dev/mapper 2>/dev/null | grep foyer | sed 's/^/mapping /'
pgrep -x gocryptfs | sed 's/^/program /'
find /sys/fs/cgroup/foyer/partitions -mindepth 1 -type d ! -name .fence 2>/dev/null |
    sed 's/^/group /'
for claim in /var/lib/foyer/uids/[0-9]*; do
    place=$(cat $claim 2>/dev/null) || continue
    [ ! -d "$place" ] || echo "users $place"
done
"""
ENROLLED = {"identity/ca.crt", "identity/node.crt", "identity/node.json", "identity/node.key",
            "identity/wg.key"}
# The receipt is the host's; the lock is that of all agents of the machine.
STAYS = ("/var/lib/foyer", "/var/lib/foyer/uids", "/var/lib/foyer/uids/lock", DATA,
         f"{DATA}/exit-receipt.json")
REST_OF_BOX = ("find /var/lib/foyer /run/foyer; grep foyer /proc/mounts; "
               "cat /sys/block/loop*/loop/backing_file")
REST_OF_DPKG = ("find /usr /etc /var/lib/dpkg -xdev -name '*.dpkg-new' -o -name '*.dpkg-tmp'; "
                "ls /var/lib/dpkg/updates")
END_AGENT = ("pkill -TERM -x foyer-node || true; "
             "while pgrep -x foyer-node >/dev/null; do sleep 0.1; done")
DAMAGE = re.compile(r'"event":"(\w*(?:damaged|forgotten|lost|unreadable)\w*)"')


class Facts:
    def __init__(self, text):
        self.lines = sorted(filter(None, text.splitlines()))

    def of(self, kind):
        return [line[len(kind) + 1:] for line in self.lines if line.startswith(kind + " ")]


class Life:
    """One box, from an empty disk on. Each step: an order that the world gives, a moment, a cut,
    what the box makes of it."""

    def __init__(self, machine, cloud, number, versions, encryption):
        self.machine, self.cloud, self.number = machine, cloud, number
        self.versions = versions  # sha256 of the agent: what it is called
        self.encryption = encryption  # of its volume
        self.node, self.token = cloud.home(number)
        self.name = f"first{number}"
        self.written = f"{DATA}/partitions/{self.name}-0/store/private/volume/written"
        self.problems = []
        self.told = []  # before the last cut, by a command whose lines are heard at once

    def wrong(self, what):
        self.problems.append(what)

    def until(self, what, holds, patience_s=PATIENCE_S):
        deadline = time.monotonic() + patience_s
        while not (found := holds()):
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {patience_s:.0f} s: {what}\n{self.last_words()}")
            time.sleep(0.2)
        return found

    def last_words(self):
        try:
            status = self.machine.ask("foyer-node", "status")[1]
            return status + self.machine.ask("tail", "-n", "15", "/run/agent.log")[1]
        except (NoAnswer, OSError):
            return "(the machine does not answer)"

    # -- the box -----------------------------------------------------------------------------------

    def look(self):
        return Facts(self.machine.ask("sh", "-c", LOOK)[1])

    def start_agent(self):
        self.machine.service("agent", "foyer-node", "run", "--config", CONFIG, "--cgroup-parent",
                             "/foyer/partitions")

    def status(self):
        code, out = self.machine.ask("foyer-node", "status", "--output", "json")
        return json.loads(out) if code == 0 else {}

    def online(self):
        self.until("the box is online", lambda: self.cloud.node(self.node).get("state") == "online"
                   and self.status().get("master", {}).get("connected"))

    def runs(self):
        copies = self.status().get("partitions", [])
        return [one for one in copies if one["phase"] == "running" and one["role"] == "primary"]

    def serves(self):
        self.until("the copy runs", self.runs)
        self.until("the master knows that it runs",
                   lambda: self.cloud.instance(self.name).get("state") == "running")

    def judge(self, partitions):
        """Nothing half done is there, once the box has come to rest."""
        facts = self.look()
        for draft in facts.of("draft"):
            self.wrong(f"left behind: {draft}")
        if set(facts.of("identity")) != ENROLLED:
            self.wrong(f"identity: {facts.of('identity')}")
        ids = {f"{self.name}-0"} if partitions else set()
        expected = {
            "partition": ids, "memory": {f"{one}.json" for one in ids},
            "image": {f"partitions/{one}/store.img" for one in ids},
            "users": {f"{DATA}/partitions/{one}" for one in ids}}
        for kind, wanted in expected.items():
            found = {line.split()[0] for line in facts.of(kind)}
            if found != wanted:
                self.wrong(f"{kind}: {sorted(found)} instead of {sorted(wanted)}")
        if not partitions and facts.of("group"):
            self.wrong(f"group: {facts.of('group')}")
        for kind, number in OPEN[self.encryption].items():
            if len(facts.of(kind)) != (number if partitions else 0):
                self.wrong(f"{kind}: {facts.of(kind)}")
        self.judge_log()

    def judge_log(self):
        log = self.machine.ask("cat", "/run/agent.log")[1]
        for event in sorted(set(DAMAGE.findall(log))):
            self.wrong(f"the agent says {event}")

    # -- steps: begin() gives the order, and the command whose answer is awaited -------------------

    def begin_enrol(self):
        return self.machine.begin("foyer-node", "enrol", "--token-file", "-", "--config", CONFIG,
                                  text=self.token)

    def begin_upgrade(self):
        return self.machine.begin("sh", "-c", f"exec dpkg --force-confold --install {NEXT} 2>&1")

    def begin_volume(self):
        self.cloud.order(self.name)
        runs = "foyer-node status | grep -q 'primary *running'"
        return self.machine.begin("sh", "-c", f"until {runs}; do sleep 0.1; done")

    def begin_write(self):
        return self.machine.follow("python3", "-B", "-S", "/run/in/write_ahead.py", "write",
                                   self.written, WRITE_S)

    def begin_pause(self):
        return self.machine.begin("foyer-node", "pause", "--now", "--until", "2h")

    def begin_erase(self):
        self.cloud.delete(self.name)
        return self.machine.begin("sh", "-c", f"while [ -d {DATA}/partitions/{self.name}-0 ]; do "
                                              "sleep 0.1; done")

    def begin_leave(self):
        return self.machine.begin("foyer-node", "leave")

    # -- after the cut: `answered` is what the command had said, if anything. Gives what was found.

    def after_enrol(self, answered):
        facts = self.look()
        there = set(facts.of("identity"))
        found = f"{len(there & ENROLLED)} of {len(ENROLLED)} files" if there else "nothing"
        whole = there >= ENROLLED
        if answered and not whole:
            self.wrong(f"enrol had answered, and there is: {sorted(there)}")
        if not whole:
            # What a person does: the same command again, with the token he has.
            code, out = self.machine.answer(self.begin_enrol())
            if code != 0:
                self.wrong(f"enrolling again with the same token: {out}")
                raise AssertionError(out)
        self.start_agent()
        self.online()
        at_home = self.cloud.boxes_at(f"home{self.number}")
        if at_home != [self.node]:
            self.wrong(f"the master knows of {at_home}")
        self.judge(partitions=False)
        return found

    def version(self):
        digest = self.machine.run("sha256sum", "/usr/sbin/foyer-node").split()[0]
        return self.versions.get(digest, "neither")

    def package(self):
        return self.machine.ask("dpkg-query", "-W", "-f", "${db:Status-Status}", "foyer-node")[1]

    def after_upgrade(self, answered):
        found = f"{self.version()} agent, package {self.package()}"
        if self.version() == "neither":
            self.wrong("the agent's program is neither the old one nor the new one")
        # Before anybody mends anything, it serves.
        self.start_agent()
        self.online()
        self.mend_package()
        if answered and (self.package(), self.version()) != ("installed", "new"):
            self.wrong(f"dpkg had answered: {self.package()}, {self.version()}")
        for question in (("dpkg", "--audit"), ("dpkg", "--verify", "foyer-node")):
            if said := self.machine.ask(*question)[1].strip():
                self.wrong(f"{' '.join(question)}: {said}")
        rest = self.machine.ask("sh", "-c", REST_OF_DPKG)[1].strip()
        if rest:
            self.wrong(f"left behind by dpkg: {rest}")
        self.restart_agent()
        self.judge(partitions=False)
        return found

    def mend_package(self):
        """As deploy/debian/foyer-node/README.md says."""
        said = self.machine.ask("dpkg", "--configure", "-a")[1]
        if self.package() != "installed":
            code, out = self.machine.ask("sh", "-c", f"dpkg --force-confold --install {NEXT} 2>&1")
            if code != 0:
                self.wrong(f"dpkg --configure -a: {said}; and again: {out}")

    def restart_agent(self):
        self.machine.shell(END_AGENT)
        self.start_agent()
        self.online()

    def after_volume(self, answered):
        facts = self.look()
        images = [line.split() for line in facts.of("image")]
        found = ("nothing" if not facts.of("partition") else
                 "no image" if not images else
                 "draft of an image" if images[0][0].endswith(".new") else
                 "image" if not answered else "copy ran")
        self.start_agent()
        self.serves()
        log = self.machine.run("foyer-node", "status")
        if "volume_damaged" in log:
            self.wrong(log)
        self.judge(partitions=True)
        return found

    def after_write(self, answered):
        """What fsync had confirmed is there, and nobody with another key gets at it."""
        told = int(self.told[-1]) if self.told else 0
        if answered and not told:
            self.wrong("it wrote nothing")
        self.try_other_key()
        self.start_agent()
        self.serves()
        code, out = self.machine.ask("python3", "-B", "-S", "/run/in/write_ahead.py", "check",
                                     self.written)
        if code != 0:
            self.wrong(f"record {told} was safe, and now: {out}")
            return "unreadable"
        last = json.loads(out)["last"]
        if last < told:
            self.wrong(f"record {told} was safe, and the last that is there is {last}")
        self.judge(partitions=True)
        return "nothing written" if not last else "as told" if last == told else "more than told"

    def try_other_key(self):
        """By the agent's own code, before the agent itself has the right one."""
        config = {"node": self.node, "data_dir": DATA, "run_dir": f"/run/foyer/{self.node}",
                  "uid_claims": "/var/lib/foyer/uids", "cgroup_parent": "/foyer/partitions"}
        address = "fd50:f0e:1:a::1"
        order = {"do": "prepare", "partition": f"{self.name}-0", "address": address,
                 "members": [address], "secrets": {"volume_key": OTHER_KEY},
                 "release": release("sha256:" + "0" * 64, "true")}
        self.machine.run("sh", "-c", "cat >/run/driver.json", text=json.dumps(config))
        # It looks for its helpers beside itself.
        code, out = self.machine.ask("sh", "-c", "ln -sf /usr/libexec/foyer/* /run/in/ && exec "
                                     "/run/in/box-driver /run/driver.json",
                                     text=json.dumps(order) + "\n")
        if code != 0 or "was made with another key" not in out:
            self.wrong(f"with another key it says: {out}")

    def after_pause(self, answered):
        self.start_agent()
        wish = self.until("the agent answers", self.status)["host"]["wish"]
        if answered and wish != "paused":
            self.wrong(f"the pause had been answered, and the box is: {wish}")
        if wish == "paused":
            self.until("nothing runs", lambda: not self.runs())
        self.machine.run("foyer-node", "resume")
        self.serves()
        self.judge(partitions=True)
        return wish

    def after_erase(self, answered):
        facts = self.look()
        found = ("nothing" if not facts.of("partition") else
                 "image" if facts.of("image") else "folder without image")
        if answered and facts.of("image"):
            self.wrong("the partition was erased, and its image is there again")
        self.start_agent()
        self.online()
        self.until("the master forgot the order", lambda: not self.cloud.instance(self.name))
        self.until("the box holds nothing", lambda: not self.status().get("partitions", [1])
                   and not self.look().of("partition"))
        self.judge(partitions=False)
        return found

    def after_leave(self, answered):
        code, receipt = self.machine.ask("foyer-node", "receipt")
        known = bool(self.cloud.node(self.node))
        said = answered and "has left the cloud" in answered[1]
        if said and (code != 0 or known):
            self.wrong(f"it had left; its master knows it: {known}; receipt: {receipt}")
        if not known and code != 0:
            self.wrong(f"its master let it go, and it has no receipt: {receipt}")
        self.start_agent()
        status = self.until("the agent answers", self.status)
        left, wish = status["master"]["left"], status["host"]["wish"]
        found = "left" if left else f"{wish}, master {'knows it' if known else 'let it go'}"
        if not left and wish != "leaving" and known:
            self.machine.answer(self.begin_leave())
        self.until("the box has left", lambda: self.status().get("master", {}).get("left"))
        receipt = self.machine.run("foyer-node", "receipt")
        if f"box      {self.node} of the cloud" not in receipt:
            self.wrong(f"the receipt says: {receipt}")
        if self.cloud.node(self.node):
            self.wrong("it has left, and the master knows it")
        self.judge_log()
        self.clear()
        return found

    def clear(self):
        """The disk is empty of the box, as before."""
        self.machine.shell(f"{END_AGENT}; foyer-node clear --erase")
        rest = self.machine.ask("sh", "-c", REST_OF_BOX)[1]
        rest = [line for line in rest.splitlines() if "No such file" not in line
                and line not in STAYS]
        if rest:
            self.wrong(f"after clear --erase there is: {rest}")

    # -- one step ----------------------------------------------------------------------------------

    def step(self, kind, moment_s):
        """None: no cut, and how long the step takes. Else how the box was found after the cut."""
        begun = time.monotonic()
        number = getattr(self, f"begin_{kind}")()
        if moment_s is None:
            answered = self.machine.answer(number)
            if answered is None or answered[0] != 0:
                raise AssertionError(f"{kind}: {answered}\n{self.last_words()}")
            took = time.monotonic() - begun
            self.machine.run("sync")
        else:
            answered = self.machine.answer(number, moment_s)
            left = moment_s - (time.monotonic() - begun)
            if left > 0:
                time.sleep(left)
        self.machine.cut()
        # What it said up to the last moment counts.
        answered = answered or self.machine.answer(number, 5.0)
        self.told = self.machine.told(number)
        if answered and answered[0] != 0:
            self.wrong(f"{kind} failed before the cut: {answered[1]}")
        self.machine.start()
        found = getattr(self, f"after_{kind}")(answered)
        return took if moment_s is None else (found, answered is not None)
