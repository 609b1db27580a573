"""Applies the plan: links, addresses, NAT, rates, wires and cuts. Runs in the keeper."""

import subprocess

from . import cuts, plan as planning
from .errors import LabError
from .places import run, run_jobs, set_sysctls, step_into_network

IP, NFT, TC = ["ip", "-batch", "-"], ["nft", "-f", "-"], ["tc", "-batch", "-"]
KEEPER = 1  # its pid in the world, also seen from its children


class Network:
    """The networks of a world. `standing` (name -> Standing) is the keeper's, shared on purpose."""

    def __init__(self, plan, standing, wire_program):
        self.plan, self.standing, self.wire_program = plan, standing, wire_program
        self.cuts = set()

    def raise_internet(self):
        set_sysctls(planning.ROUTER_SYSCTLS)
        run(IP, planning.internet_script())
        self.apply_cuts()

    def pid_upstream(self, line):
        if line.upstream == "internet":
            return KEEPER
        return self.standing[line.upstream].holder if line.upstream in self.standing else None

    def connect(self, names):
        """Lines and insides of places that stand already; upstream ones come first in the plan."""
        for carrier in (True, False):
            group = [n for n in names if (self.plan.places[n].kind == "cgnat") == carrier]
            for name in group:
                if self.plan.places[name].wired:
                    self._start_wire(name)
            upstreams = {}
            for name in group:
                upstreams.setdefault(self.plan.lines[name].upstream, []).append(name)
            for members in upstreams.values():
                self._lines_upstream(members)
            run_jobs([lambda n=name: self._inside(n) for name in group])

    def _lines_upstream(self, names):
        text = ""
        for name in names:
            home = self.plan.places[name]
            text += planning.link_script(self.plan.lines[name], self._pid_of_wan(name), home.wired)
        self._run_at(self.pid_upstream(self.plan.lines[names[0]]), IP, text)

    def _run_at(self, pid, argv, text, check=True):
        """The keeper itself stays on the internet; other networks are visited by a child."""
        if pid == KEEPER:
            run(argv, text, check)
            return

        def visit():
            step_into_network(pid)
            run(argv, text, check)
        run_jobs([visit])

    def _pid_of_wan(self, name):
        """Who holds wan0: the router of a home, or directly the one box with a public address."""
        standing = self.standing[name]
        in_box = self.plan.places[name].kind in ("edge", "master", "client")
        return standing.box(1) if in_box else standing.holder

    def _inside(self, name):
        home, line, standing = self.plan.places[name], self.plan.lines[name], self.standing[name]
        wan = self._pid_of_wan(name)
        sysctls = dict(planning.PLACE_SYSCTLS)
        script = planning.wan_script(line)
        if home.kind == "cgnat":
            script += planning.cgnat_script()
        if home.behind_nat:
            script += planning.lan_script(standing.boxes)
        if home.behind_nat or home.kind == "cgnat":
            sysctls.update(planning.ROUTER_SYSCTLS)
        step_into_network(wan)  # we are a child of the keeper's, made for this place
        set_sysctls(sysctls)
        run(IP, script)
        if home.behind_nat or home.kind == "cgnat":
            run(NFT, planning.nat_ruleset(home.nat))
        if home.kind == "cgnat":
            run(NFT, cuts.ruleset(self.plan, self.cuts))
        if home.up_kbit:
            run(TC, planning.rate_script("wan0", home.up_kbit))
        for number, pid in enumerate(standing.boxes, 1):
            if home.behind_nat:
                step_into_network(pid)
                set_sysctls(planning.PLACE_SYSCTLS)
                run(IP, planning.box_script(number))
        if home.down_kbit:
            step_into_network(self.pid_upstream(line))
            run(TC, planning.rate_script(line.interface, home.down_kbit))

    def _start_wire(self, name):
        home, line = self.plan.places[name], self.plan.lines[name]
        argv = [self.wire_program, f"/proc/{self.pid_upstream(line)}/ns/net", line.interface,
                f"/proc/{self._pid_of_wan(name)}/ns/net", "wan0", str(int(home.delay_ms * 1000)),
                str(int(home.jitter_ms * 1000)), str(home.loss_permille)]
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, start_new_session=True) as wire:
            said = wire.stdout.readline()  # "ready", or the reason; it lives on when we go
            if said != b"ready\n":
                wire.kill()
                raise LabError(f"the wire of '{name}' did not start", said.decode().strip(),
                               "build it: the target foyer-lab-wire")
            self.standing[name].wire = wire.pid
            wire.returncode = 0  # the keeper reaps it like all its children; do not wait here

    def disconnect(self, name):
        """After a power cut: the line is gone at once, not when the kernel tidies up."""
        line = self.plan.lines[name]
        upstream = self.pid_upstream(line)
        if upstream:
            self._run_at(upstream, ["ip", "link", "del", line.interface], "", check=False)

    def apply_cuts(self):
        text = cuts.ruleset(self.plan, self.cuts)
        routers = [KEEPER] + [s.holder for n, s in self.standing.items()
                                   if self.plan.places[n].kind == "cgnat"]
        for pid in routers:
            self._run_at(pid, NFT, text)
