"""The keeper: pid 1 of the world. Everything of the lab lives below it and dies with it.

It listens on control.sock in the state folder: one JSON object a line, one answer each, in order.
One thread, one request at a time.
"""

import json
import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path

from . import kernel, services, spec as specs
from .cgroups import Groups
from .cuts import Cut, cut_directions, healed, interfaces
from .disks import Disks
from .errors import LabError, STATE, UNKNOWN
from .network import Network
from .places import Raising
from .plan import lan_address, make_plan

REQUEST_BYTES_MAX = 1 << 20
BURY_S = 30.0


class Keeper:
    def __init__(self, state, lab_id, spec_value, wire_program, published):
        self.state, self.spec = Path(state), specs.parse(spec_value)
        self.plan = make_plan(self.spec)
        self.groups = Groups(lab_id)
        self.standing, self.frozen, self.clocks = {}, set(), {}
        self.disks = Disks(state, self.spec.homes)
        self.services = []
        self.published = published  # [{"name", "port", "descriptor"}]
        self.network = Network(self.plan, self.standing, wire_program)
        self.settled = False  # until `settle`, the world ends with the connection that asked for it
        self.stopping = False

    # -- raising and ending places ----------------------------------------------------------------

    def raise_places(self, names):
        rising = [Raising(self.groups, n, len(self.plan.places[n].boxes)) for n in names]
        for place in rising:
            place.start()
        for place in rising:
            self.standing[place.name] = place.finish()
        self.network.connect(names)

    def kill(self, name):
        """A power cut: nothing in the home runs one instruction more, nothing is told."""
        standing = self.standing.pop(name)
        for service in self._services_of(name):
            service.state = "stopped"
        self.groups.kill(name)
        self.network.disconnect(name)
        self._bury(name, {pid for pid in (standing.wire, standing.holder) if pid})
        self.frozen.discard(name)
        self.groups.remove(name)

    def _bury(self, name, waited):
        """Waits for the end. A holder ends only after all in it are reaped, so reap everybody."""
        for pid in waited:
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + BURY_S
        while waited:
            pid = self._reap_one()
            waited.discard(pid)
            if not pid:
                if time.monotonic() > deadline:
                    raise LabError(f"'{name}' does not end", "a process is stuck in the kernel",
                                   "lab down; dmesg | tail")
                time.sleep(0.001)

    def boot(self, name):
        self.raise_places([name])
        for service in self._services_of(name):
            service.starts.clear()
            self.start(service)

    # -- services ---------------------------------------------------------------------------------

    def _services_of(self, name):
        return [s for s in self.services if s.place == name]

    def start(self, service):
        clock_file = None
        if self.clocks.get(service.place) and service.name == "agent":
            clock_file = self.set_clock(service.place)
        box_pid = self.standing[service.place].box(service.box)
        services.start(service, box_pid, self.groups, clock_file)

    def set_clock(self, place):
        """Writes the file from which agents of a home with a clock of its own read their time."""
        clock_file = self.state / "clocks" / place
        clock_file.parent.mkdir(exist_ok=True)
        fresh = clock_file.with_suffix(".new")
        fresh.write_text(f"{self.clocks[place]:+d}\n")
        fresh.rename(clock_file)
        return clock_file

    def tick(self, now):
        """Starts what is due again; returns the seconds until something is due, None for never."""
        waits = []
        for service in self.services:
            if service.state == "waiting" and service.place in self.standing:
                if service.due <= now:
                    self._start_again(service, now)
                else:
                    waits.append(service.due - now)
        return min(waits, default=None)

    def _start_again(self, service, now):
        try:
            self.start(service)
        except (LabError, OSError) as error:
            print(f"{service.place}/{service.name}: {error}", file=sys.stderr, flush=True)
            service.starts.append(now)
            service.state = "running"
            services.ended(service, -1, now)

    def reap(self):
        """Collects every child that ended: services, wires, and orphans of the world."""
        while pid := self._reap_one():
            for name, standing in list(self.standing.items()):
                if standing.wire == pid:
                    standing.wire = 0
                if standing.holder == pid:  # killed from outside: finish the power cut
                    standing.holder = 0
                    self.kill(name)

    def _reap_one(self):
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return 0
        for service in self.services:
            if pid and service.pid == pid:
                services.ended(service, status, time.monotonic())
        return pid

    # -- requests ---------------------------------------------------------------------------------

    def place(self, name, up=True):
        home = self.plan.places.get(name)
        if home is None:
            raise LabError(f"there is no home '{name}'",
                           f"known: {', '.join(self.plan.places)}", "lab status", UNKNOWN)
        if up and name not in self.standing:
            raise LabError(f"'{name}' has no power", "it was killed", f"lab boot {name}", STATE)
        return home

    def box_pid(self, name, box):
        home = self.place(name)
        if not 1 <= box <= len(home.boxes):
            raise LabError(f"'{name}' has no box {box}", f"it has {len(home.boxes)}",
                           "lab status", UNKNOWN)
        return self.standing[name].box(box)

    def do_status(self, _):
        cut = cut_directions(self.plan, self.network.cuts)
        return {"places": [self._describe(n, cut) for n in self.plan.places],
                "cuts": [vars(c) for c in sorted(self.network.cuts)], "settled": self.settled,
                "publish": [{"name": p["name"], "port": p["port"]} for p in self.published]}

    def _describe(self, name, cut):
        home, line = self.plan.places[name], self.plan.lines[name]
        up = name in self.standing
        ways = cut.get(line.interface, ())
        state = ("killed" if not up else "frozen" if name in self.frozen else
                 "cut" if ways else "up")
        boxes = []
        for number in range(1, len(home.boxes) + 1):
            running = [{"name": s.name, "state": s.state if up else "stopped", "pid": s.pid,
                        "starts": len(s.starts), "status": s.status}
                       for s in self._services_of(name) if s.box == number]
            address = lan_address(number) if home.behind_nat else line.address
            boxes.append({"box": number, "address": address, "services": running,
                          "cgroup_parent": self.groups.path(f"{name}/box{number}/tenants")})
        return {"name": name, "kind": home.kind, "isp": home.isp, "country": home.country,
                "class": home.host_class, "nat": home.nat, "public": self.plan.public[name],
                "state": state, "cut": "both" if len(ways) == 2 else "".join(ways),
                "clock_s": self.clocks.get(name, 0), "boxes": boxes}

    def do_cut(self, request):
        cut = Cut(request["scope"], request["name"], request["direction"], request["island"])
        interfaces(self.plan, cut.scope, cut.name)
        self.network.cuts.add(cut)
        self.network.apply_cuts()
        return {}

    def do_heal(self, request):
        cut = Cut(request["scope"], request["name"], request["direction"])
        interfaces(self.plan, cut.scope, cut.name)
        left = healed(self.network.cuts, cut)
        changed = left != self.network.cuts
        self.network.cuts = left
        self.network.apply_cuts()
        return {"changed": changed}

    def do_kill(self, request):
        home = self.place(request["name"])
        if home.kind == "cgnat":
            raise LabError(f"'{home.name}' is a carrier NAT", "it belongs to its ISP",
                           "lab cut isp NAME", UNKNOWN)
        self.kill(home.name)
        return {}

    def do_boot(self, request):
        name = self.place(request["name"], up=False).name
        if name in self.standing:
            raise LabError(f"'{name}' is up already", "", f"lab kill {name}", STATE)
        self.boot(name)
        return {}

    def do_freeze(self, request):
        name = self.place(request["name"]).name
        if not self.groups.freeze(name):
            self.groups.thaw(name)
            raise LabError(f"'{name}' did not freeze", "a process is stuck in the kernel",
                           "try again")
        self.frozen.add(name)
        return {}

    def do_thaw(self, request):
        name = self.place(request["name"]).name
        self.groups.thaw(name)
        self.frozen.discard(name)
        return {}

    def do_clock(self, request):
        name = self.place(request["name"]).name
        services.faketime_library()
        self.clocks[name] = request["offset_s"]
        self.set_clock(name)
        for service in self._services_of(name):
            if service.name == "agent" and not service.own_clock:
                services.stop(service)
                self.start(service)
        return {}

    def do_disk(self, request):
        self.box_pid(request["name"], request["box"])
        self.disks.leave(request["name"], request["box"], request["room"])
        return {}

    def do_start(self, request):
        service = services.Service(**request["service"])
        self.box_pid(service.place, service.box)
        if service.name == "forwarder":
            service.descriptors = tuple(p["descriptor"] for p in self.published)
        self.services = [s for s in self.services
                         if (s.place, s.box, s.name) != (service.place, service.box, service.name)]
        self.services.append(service)
        self.start(service)
        return {"pid": service.pid}

    def do_restart(self, request):
        self.place(request["name"])
        for service in self._services_of(request["name"]):
            if service.name in ("agent", "master"):
                services.stop(service)
                self.start(service)
        return {}

    def do_published(self, _):
        return self.published

    def do_settle(self, _):
        self.settled = True
        return {}

    def do_down(self, _):
        """Orderly: everybody hears SIGTERM, the database of the master is closed."""
        self.stopping = True
        self.groups.thaw_all()
        for service in reversed(self.services):
            services.stop(service, patience_s=5.0)
        return {}


class Desk:
    """The control socket: reads requests, calls the keeper, answers."""

    def __init__(self, keeper, listener):
        self.keeper, self.listener = keeper, listener
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(listener, selectors.EVENT_READ)
        self.buffers = {}

    def serve(self, wakeup, owner):
        """Until the lab ends. wakeup: readable at signals; owner: pidfd to end with, or None."""
        self.waiting.register(wakeup, selectors.EVENT_READ)
        if owner is not None:
            self.waiting.register(owner, selectors.EVENT_READ)
        while not self.keeper.stopping:
            pause = self.keeper.tick(time.monotonic())
            for key, _ in self.waiting.select(pause):
                if key.fileobj == owner:
                    self.keeper.stopping = True
                elif key.fileobj is wakeup:
                    wakeup.recv(4096)
                elif key.fileobj is self.listener:
                    client, _ = self.listener.accept()
                    self.buffers[client] = b""
                    self.waiting.register(client, selectors.EVENT_READ)
                else:
                    self._read(key.fileobj)
            self.keeper.reap()

    def _read(self, client):
        try:
            data = client.recv(65536)
        except OSError:
            data = b""
        self.buffers[client] += data
        if not data or len(self.buffers[client]) > REQUEST_BYTES_MAX:
            self._leave(client)
            return
        *lines, self.buffers[client] = self.buffers[client].split(b"\n")
        for line in lines:
            self._answer(client, line)

    def _leave(self, client):
        self.waiting.unregister(client)
        del self.buffers[client]
        client.close()
        if not self.keeper.settled and not self.buffers:
            self.keeper.stopping = True  # whoever was raising the lab is gone: leave nothing behind

    def _answer(self, client, line):
        descriptors = []
        try:
            request = json.loads(line)
            if request["do"] == "enter":
                pid = self.keeper.box_pid(request["name"], request["box"])
                descriptors = kernel.namespaces_of(pid)
                answer = {"ok": {"group": f"{request['name']}/box{request['box']}/agent"}}
            else:
                answer = {"ok": getattr(self.keeper, f"do_{request['do']}")(request)}
        except LabError as error:
            answer = {"error": error.as_json()}
        except Exception as error:  # one bad request must not end the world
            answer = {"error": LabError("the keeper could not do it", repr(error)).as_json()}
        try:
            socket.send_fds(client, [json.dumps(answer).encode() + b"\n"], descriptors)
        except OSError:
            pass  # the asker has gone; the loop notices
        for descriptor in descriptors:
            os.close(descriptor)


def run(state, lab_id, spec_value, wire_program, published, listener, owner, say):
    """Body of pid 1. `say` tells the launcher b"ready" or b"!reason"; never returns."""
    try:
        kernel.unshare(kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS
                       | kernel.CLONE_NEWIPC)
        socket.sethostname(f"foyer-lab-{lab_id}")
        kernel.mount(None, "/", None, kernel.MS_REC | kernel.MS_SLAVE)
        kernel.mount("proc", "/proc", "proc",
                     kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
        keeper = Keeper(state, lab_id, spec_value, wire_program, published)
        keeper.groups.make("world")
        keeper.groups.join("world")
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        signal.set_wakeup_fd(near.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: setattr(keeper, "stopping", True))
        keeper.disks.mount()
        keeper.network.raise_internet()
        keeper.raise_places(list(keeper.plan.places))
        say(b"ready")
        Desk(keeper, listener).serve(far, owner)
    except BaseException as error:
        text = error.text() if isinstance(error, LabError) else repr(error)
        say(f"!{text}".encode())
        os._exit(1)
    os._exit(0)
