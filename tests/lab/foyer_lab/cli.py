"""The verbs of `lab`."""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

from .client import Client
from .cuts import DIRECTIONS, SCOPES
from .errors import EXEC, LabError, OK, STATE, USAGE

DEFAULT_STATE = "/var/tmp/foyer-lab"
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
SIZES = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
EXIT_CODES = """exit status:
  0 done             1 it failed           2 usage, or an error in the spec
  3 not in a state for this (not up, already up, no power)
  4 no home, ISP, country or edge of that name
  5 a port to publish is taken            77 this machine cannot run a lab (the reason is printed)
  exec, exec-at: the command's own status; 125 when the lab itself failed

A lab is known by its state folder (--state, or $FOYER_LAB_STATE); several can be up side by side.
"""


def duration(text):
    """±DURATION to seconds: +1d, -90m, 3600."""
    match = re.fullmatch(r"([+-]?)(\d{1,12})([smhdw]?)", text.replace("\u2212", "-"))
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration; write +1d, -90m, +3600s or 0")
    sign, number, unit = match.groups()
    return int(number) * UNITS[unit] * (-1 if sign == "-" else 1)


def room(text):
    """What a disk still has: 0, 600k, 4M; None for "free"."""
    match = re.fullmatch(r"(\d{1,9})([kmg]?)", text.lower())
    if text != "free" and not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; write 0, 600k, 4M or free")
    return int(match[1]) * SIZES[match[2]] if match else None


def parser():
    top = argparse.ArgumentParser(prog="lab", description="Many homes on one machine, each behind "
                                  "its own line, in namespaces that vanish with the lab.",
                                  epilog=EXIT_CODES,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--state", default=os.environ.get("FOYER_LAB_STATE", DEFAULT_STATE),
                        help="the lab's folder: its identity, disks and logs (%(default)s)")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name, text):
        return verbs.add_parser(name, parents=[common], help=text, description=text)

    up = verb("up", "raise the lab; returns when all boxes are ready, it stays in the background")
    up.add_argument("--bin", default=default_bin(), help="folder of the programs (%(default)s)")
    up.add_argument("--owner", type=int, metavar="PID", help="the lab ends when this process ends")
    check = verb("check", "could the lab be raised here and now? Silent if so")
    for entry in (up, check):
        entry.add_argument("--spec", required=True, help="JSON file; see tests/lab/README.md")
        entry.add_argument("--publish", action="append", default=[], metavar="NAME=PORT",
                           help="another port on 127.0.0.1 for an entry of the spec; 0 = any")
    down = verb("down", "end everything in the lab and remove its folder")
    down.add_argument("--keep", action="store_true", help="keep the folder: disks and logs")
    status = verb("status", "table of homes")
    status.add_argument("--json", action="store_true")
    for name in ("cut", "heal"):
        entry = verb(name, f"{name} a line, silently: line HOME, isp NAME, country CC, edge NAME, "
                     "master")
        entry.add_argument("scope", choices=SCOPES)
        entry.add_argument("name", nargs="?", default="")
        entry.add_argument("--direction", choices=DIRECTIONS, default="both",
                           help="in: towards the home; out: from it")
        if name == "cut":
            entry.add_argument("--island", action="store_true", help="isp, country: its homes "
                               "still reach one another")
    for name, text in (("kill", "power cut: SIGKILL to everything in the home; its disks stay"),
                       ("boot", "power is back"), ("freeze", "nothing in the home runs on"),
                       ("thaw", "it runs on"),
                       ("restart", "restart the agents of the home, orderly")):
        verb(name, text).add_argument("home")
    clock = verb("clock", "the home's agents see another wall clock; 0 = the right one")
    clock.add_argument("home")
    clock.add_argument("offset", type=duration, metavar="±DURATION")
    disk = verb("disk", "fill the disk of a box that has its own, up to what is left; free = empty "
                "it of all but the box's own files")
    disk.add_argument("home")
    disk.add_argument("room", type=room, metavar="BYTES|free")
    disk.add_argument("--box", type=int, default=1)
    run = verb("exec", "run a command on a box: exec HOME [--box N] -- CMD")
    run.add_argument("home")
    run.add_argument("--box", type=int, default=1)
    run.add_argument("command", nargs="+")
    run_at = verb("exec-at", "the same at: master | client | edge NAME")
    run_at.add_argument("where", choices=("master", "client", "edge"))
    run_at.add_argument("command", nargs="+")
    return top


def default_bin():
    return str(Path(__file__).resolve().parents[3] / "build" / "release" / "bin")


def main(argv):
    arguments, command = list(argv), None
    if "--" in arguments:  # everything behind it is the command's, also words that look like ours
        where = arguments.index("--")
        arguments, command = arguments[:where], arguments[where + 1:]
    if arguments[:1] == ["clock"]:  # -1d is a value here, not an option
        arguments = [re.sub(r"^-(?=\d)", "\u2212", a) for a in arguments]
    if command is not None and arguments[:1] in (["exec"], ["exec-at"]):
        arguments += command[:1]
    options = parser().parse_args(arguments)
    if command is not None and options.verb in ("exec", "exec-at"):
        options.command = options.command[:-1] + command
    try:
        return VERBS[options.verb](options) or OK
    except LabError as error:
        print(error.text(), file=sys.stderr)
        return EXEC if options.verb in ("exec", "exec-at") else error.code
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 130


def up(options):
    from . import launch, preflight, raise_lab, spec as specs  # other verbs start without them
    began = time.monotonic()
    spec_path, state = Path(options.spec), Path(options.state).resolve()
    spec = specs.load(spec_path)
    spec = specs.with_ports(spec, options.publish)
    launch.check_folder(state, "the state folder")
    preflight.check(spec)
    preflight.check_programs(spec, options.bin)
    if spec.run is None:
        launch.check_visible(options.bin, "the folder of programs")
    first_time = not state.exists()
    if not first_time and any(state.iterdir()) and not (state / launch.MARK).exists():
        raise LabError(f"{state} is not empty and not a lab's folder", "it would be removed later",
                       "choose another --state", USAGE)
    state.mkdir(parents=True, exist_ok=True)
    (state / launch.MARK).write_text("{}\n")
    with launch.Lock(state):
        living = launch.open_keeper(state)
        if living is not None:
            os.close(living)
            raise LabError("this lab is up already", str(state), f"lab down --state {state}", STATE)
        launch.sweep(state)
        clear_folder(state)
        listeners = launch.bind_ports(spec.publish)  # before anything is raised
        raise_lab.up(state, json.loads(spec_path.read_text()), spec, Path(options.bin).resolve(),
                     listeners, began, options.owner)
    print(f"lab up in {time.monotonic() - began:.1f} s: {len(spec.homes)} homes and edges, "
          f"state {state}")


def check(options):
    """All but the programs, which may not be built yet."""
    from . import launch, preflight, spec as specs
    spec = specs.with_ports(specs.load(Path(options.spec)), options.publish)
    preflight.check(spec)
    state = Path(options.state).resolve()
    launch.check_folder(state, "the state folder")
    living = launch.open_keeper(state)
    if living is not None:  # its ports are taken by itself, and free once it is down
        os.close(living)
        return
    for _, listener in launch.bind_ports(spec.publish):
        listener.close()


def clear_folder(state, everything=False):
    """Removes what a lab makes in its folder, by name: never anything else."""
    from . import launch
    for name in launch.OURS:
        path = state / name
        if name in (launch.MARK, "lock") and not everything:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def down(options):
    from . import launch
    state = Path(options.state).resolve()
    if not (state / launch.MARK).exists():
        raise LabError("no lab is here", f"{state} is not a lab's folder", "lab up --spec FILE",
                       STATE)
    with launch.Lock(state):
        living = launch.open_keeper(state)
        if living is not None:
            try:
                with Client(state) as client:
                    client.ask("down")
            except LabError:  # it is ending already, or stuck
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(living, signal.SIGKILL)
            launch.wait_gone(living, state, 30.0)
        else:
            launch.sweep(state)
        if not options.keep:
            clear_folder(state, everything=True)
            if not any(state.iterdir()):
                state.rmdir()


def status(options):
    from . import show
    with Client(options.state) as client:
        found = show.with_machine_pids(options.state, client.ask("status"))
    found["state"] = str(Path(options.state).resolve())
    print(json.dumps(found, indent=2) if options.json else show.table(found))


def cut_or_heal(options):
    if options.scope != "master" and not options.name:
        raise LabError(f"{options.verb} {options.scope}: which one?", "the name is missing",
                       f"lab {options.verb} {options.scope} NAME", USAGE)
    island = getattr(options, "island", False)
    if island and options.scope not in ("isp", "country"):
        raise LabError("--island is for isp and country", "a single line has no neighbours",
                       "leave it away", USAGE)
    with Client(options.state) as client:
        answer = client.ask(options.verb, scope=options.scope, name=options.name,
                            direction=options.direction, island=island)
    if options.verb == "heal" and not answer["changed"]:
        print(f"lab: {options.scope} {options.name} was not cut", file=sys.stderr)


def simple(options):
    with Client(options.state) as client:
        client.ask(options.verb, name=options.home)


def clock(options):
    with Client(options.state) as client:
        client.ask("clock", name=options.home, offset_s=options.offset)


def disk(options):
    with Client(options.state) as client:
        client.ask("disk", name=options.home, box=options.box, room=options.room)


def run_inside(options):
    with Client(options.state) as client:
        return client.exec(options.home, options.box, options.command)


def run_at(options):
    name = options.where
    if name == "edge":
        if len(options.command) < 2:
            raise LabError("exec-at edge: which one?", "", "lab exec-at edge NAME -- CMD", USAGE)
        name, options.command = options.command[0], options.command[1:]
    with Client(options.state) as client:
        return client.exec(name, 1, options.command)


VERBS = {"up": up, "check": check, "down": down, "status": status, "cut": cut_or_heal,
         "heal": cut_or_heal, "kill": simple, "boot": simple, "freeze": simple, "thaw": simple,
         "restart": simple, "clock": clock, "disk": disk, "exec": run_inside, "exec-at": run_at}
