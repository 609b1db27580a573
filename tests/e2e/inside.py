"""What a test sees and kills inside a lab's boxes. Every process is found by a pid file of its own
box, and signalled from within that box, where no other process can be met.
"""
import json
import shlex
import ssl
import subprocess
import urllib.request
from pathlib import Path

import cloud_of_homes

LAB, INSTANCE = cloud_of_homes.tryout.LAB, cloud_of_homes.tryout.INSTANCE
PSQL = ["env", "PGHOST=/run/foyer", "PGUSER=foyer", "/usr/lib/postgresql/17/bin/psql",
        "-X", "-A", "-t", "-q"]
COMMAND_S = 60


class Inside:
    def __init__(self, cloud):
        self.cloud = cloud

    # -- looking ----------------------------------------------------------------------------------

    def run(self, place, *argv, timeout=COMMAND_S):
        """A command on the (first) box of a place: (exit status, standard output, errors)."""
        done = subprocess.run([LAB, "exec", "--state", self.cloud.lab_state, place, "--", *argv],
                              text=True, check=False, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout)
        return done.returncode, done.stdout, done.stderr

    def shell(self, place, script):
        """What the script prints; empty when it fails."""
        status, out, _ = self.run(place, "sh", "-euc", script)
        return out.strip() if status == 0 else ""

    def sql(self, copy, database, query, timeout=COMMAND_S):
        """What the database of one copy answers; None while it does not."""
        status, out, _ = self.run(copy["site"], *in_partition(copy, *PSQL, "-d", database, "-c",
                                                              query), timeout=timeout)
        return out.strip() if status == 0 else None

    def service(self, place, name):
        """The machine's pid of what the lab itself runs there; 0: it does not run."""
        for found in (self.cloud.status() or {}).get("places", []):
            if found["name"] == place:
                for service in found["boxes"][0]["services"]:
                    if service["name"] == name:
                        return service["pid"]
        return 0

    def agent(self, site, verb, *words):
        """`foyer-node` on the first box of a place, as its host types it."""
        folder = self.cloud.lab_state / "homes" / site / "box1"
        return self.run(site, self.cloud.programs / "foyer-node", verb, *words, "--data", folder)

    def box_status(self, site):
        """What the box says of itself; None while it does not."""
        status, out, _ = self.agent(site, "status", "--output", "json")
        return json.loads(out) if status == 0 else None

    def agent_log(self, site):
        return self.cloud.lab_state / "log" / f"{site}-1-agent.log"

    def print_logs(self, copies, lines=40):
        """What a failure leaves of these copies: the end of their agents' logs and of their own."""
        for copy in copies:
            said = self.cloud.foyer("acme-sarl", "logs", INSTANCE, "--copy", str(copy["index"]),
                                    "--newest", str(lines), check=False) or ""
            for what, text in (("agent", self.agent_log(copy["site"]).read_text(errors="replace")),
                               ("copy", said)):
                print(f"-- {copy['site']}, {what}", *text.splitlines()[-lines:], sep="\n",
                      flush=True)

    def instance(self):
        """As the customer sees it; None while the API does not answer."""
        text = self.cloud.foyer("acme-sarl", "instance", "show", INSTANCE, "--output", "json",
                                check=False)
        try:
            return json.loads(text)
        except ValueError:
            return None

    def timeline(self):
        """Its takeovers, as the customer sees them; None while the API does not answer."""
        text = self.cloud.foyer("acme-sarl", "instance", "timeline", INSTANCE, "--output", "json",
                                check=False)
        try:
            return json.loads(text)
        except ValueError:
            return None

    def api_is_well(self):
        """The master answers, and so does its database."""
        tls = ssl.create_default_context(cafile=str(self.cloud.ca_file()))
        url = f"https://localhost:{self.cloud.port('api')}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=5, context=tls) as answer:
                return answer.status == 200
        except OSError:
            return False

    def edge_in_use(self):
        """The edge that carries the client's connections now."""
        seen = self.shell("client", "ss -Htan '( dport = :443 )'")
        peers = [line.split()[4] for line in seen.splitlines()]
        edges = [place for place in self.cloud.status()["places"] if place["kind"] == "edge"]
        return max(edges, key=lambda place: peers.count(f"{place['public']}:443"))["name"]

    # -- processes --------------------------------------------------------------------------------

    def identity(self, place, pid_file):
        """"pid start" of the living process a pid file names, in its box's view; or empty."""
        return self.shell(place, f"{first_process(pid_file)}; cut -d' ' -f1,22 /proc/$pid/stat")

    def kill(self, place, pid_file, children=False):
        """SIGKILL to the process that the file names, and to its children if so wished."""
        find = "more=$(cat /proc/$pid/task/$pid/children)" if children else "more="
        # A child may have ended by itself meanwhile.
        self._kill(place, pid_file, f"{find}; kill -9 $pid; [ -z \"$more\" ] || "
                                    "kill -9 $more 2>/dev/null || :")

    def kill_child(self, place, pid_file, name):
        """SIGKILL to the child with that name of the process that the file names."""
        self._kill(place, pid_file, f"""
            for child in $(cat /proc/$pid/task/$pid/children); do
                if [ "$(cat /proc/$child/comm)" = {name} ]; then kill -9 $child; exit; fi
            done; exit 1""")

    def kill_parent(self, place, pid_file):
        """SIGKILL to the process that watches the one the file names."""
        self._kill(place, pid_file, "kill -9 $(cut -d' ' -f4 /proc/$pid/stat)")

    def _kill(self, place, pid_file, script):
        status, _, errors = self.run(place, "sh", "-euc", f"{first_process(pid_file)}\n{script}")
        if status != 0:
            raise RuntimeError(f"nothing was killed at {place} ({pid_file}): {errors}")


def first_process(pid_file):
    """Shell that sets $pid. haproxy's file holds three words: boot, pid, start; others begin with
    the pid."""
    where = 2 if str(pid_file).endswith("haproxy.pid") else 1
    return f"pid=$(head -n 1 {shlex.quote(str(pid_file))} | cut -d' ' -f{where})"


def run_dir(copy):
    """Of its agent, on its box."""
    return Path("/run/foyer") / copy["node"]


def partition(copy):
    """Of the instance the lab orders, unless the copy names another one."""
    return f"{copy.get('instance', INSTANCE)}-{copy['index']}"


def container_pid(copy):
    return run_dir(copy) / "partitions" / partition(copy) / "pid"


def in_partition(copy, *argv):
    """A command inside a copy's container. A box that has just booted has no crun folder yet: crun
    would make it and all above it, passable for root alone, and the agent refuse to run there."""
    return ("sh", "-c", 'test -d "$1" && exec crun --root "$@"', "sh", f"{run_dir(copy)}/crun",
            "exec", "--user", "1000:1000", partition(copy), *argv)


def haproxy_pid(edge):
    """An edge is a place of one box."""
    return f"/run/foyer/{edge}-1/edge/haproxy.pid"
