"""Cuts the power of boxes at random moments of what they do, and looks at what is left. Started by
power_cuts_test, whose head says how."""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import box_life
from cloud import Cloud
from machine import Machine, NoAnswer, copy_disk, output_of
from votes import Voting

VM = Path(__file__).resolve().parents[1]
KINDS = (*box_life.KINDS, "vote")
ENCRYPTIONS = tuple(box_life.OPEN)
VOTES_A_LIFE = 4
VOTE_SPAN_S = 3.0
LATER = 1.15  # moments are drawn from so much of what a step took when nobody cut it
CONFIG = """
[hold]
erase_s = 0
[reserve]
memory_mib = 64
disk_gib = 1
cpu_millicores = 0
[volumes]
encryption = "%s"
"""


def say(text):
    print(f"[{time.monotonic() - BEGUN:7.1f} s] {text}", flush=True)


BEGUN = time.monotonic()


class Rows:
    """What was cut and found, on the disk after each cut: a run may be ended at any moment."""

    def __init__(self, file, seed):
        self.file = file
        self.body = {"seed": seed, "took_s": {}, "rows": []}
        if file and file.exists():
            self.body = json.loads(file.read_text(encoding="utf-8"))

    def save(self):
        if self.file:
            draft = self.file.with_name(self.file.name + ".new")
            draft.write_text(json.dumps(self.body, indent=1) + "\n", encoding="utf-8")
            os.replace(draft, self.file)

    def add(self, **row):
        self.body["rows"].append(row)
        self.save()
        said = f"{row['kind']:8} after {row['moment_s']:5.2f} s: {row['found']}"
        say(f"{len(self.body['rows']):4}  {said}" + "".join("\n      PROBLEM " + one
                                                            for one in row["problems"]))

    def rows(self):
        return self.body["rows"]

    def table(self):
        print(f"\n{'MOMENT OF':10}{'CUTS':>5}{'PROBLEMS':>10}  FOUND AFTER THE CUT")
        for kind in KINDS:
            rows = [row for row in self.rows() if row["kind"] == kind]
            found = Counter(row["found"] for row in rows).most_common()
            bad = sum(bool(row["problems"]) for row in rows)
            if rows:
                print(f"{kind:10}{len(rows):>5}{bad:>10}  " +
                      ", ".join(f"{what}: {count}" for what, count in found))
        bad = sum(bool(row["problems"]) for row in self.rows())
        print(f"{'all':10}{len(self.rows()):>5}{bad:>10}  seed {self.body['seed']}", flush=True)
        return bad


def next_package(package, folder):
    """The same package, of a later version, with another program in it."""
    tree = folder / "tree"
    output_of("dpkg-deb", "-R", package, tree)
    for program in ("usr/sbin/foyer-node", "usr/libexec/foyer/foyer-crun"):
        with open(tree / program, "ab") as file:
            file.write(b"a later version\n")
    control = tree / "DEBIAN/control"
    lines = control.read_text(encoding="utf-8").splitlines()
    lines = [line + "+next" if line.startswith("Version:") else line for line in lines]
    control.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sums = output_of("sh", "-c", f"cd {tree} && find usr -type f -exec md5sum {{}} +")
    (tree / "DEBIAN/md5sums").write_text(sums + "\n", encoding="utf-8")
    output_of("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "-b", tree, folder / "next.deb")
    digest = hashlib.sha256((tree / "usr/sbin/foyer-node").read_bytes()).hexdigest()
    shutil.rmtree(tree)
    return folder / "next.deb", digest


class Play:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.rows = Rows(options.resume, options.seed)
        self.root = Path(output_of(VM / "vm-root"))
        self.base = folder / "base.ext4"
        self.cloud = Cloud(options.programs, folder)
        self.voting = None
        self.versions = {}

    def machine(self, name, disk, tools=()):
        return Machine(self.folder / name, disk, self.root, self.cloud.master.agents, tools)

    def make_base(self):
        """A disk with the package, and the next one, on it."""
        package = self.options.package
        later, digest = next_package(package, self.folder)
        copy_disk(self.root / "root.ext4", self.base)
        machine = self.machine("base", self.base, (package, later)).start()
        machine.run("dpkg", "--install", f"/run/in/{package.name}")
        machine.run("cp", "/run/in/next.deb", box_life.NEXT)
        config = CONFIG % self.options.encryption
        machine.run("sh", "-c", f"cat >{box_life.CONFIG}", text=config)
        old = machine.run("sha256sum", "/usr/sbin/foyer-node").split()[0]
        self.versions = {old: "old", digest: "new"}
        machine.rest()
        say(f"the machine is made; it boots in {machine.boot_s:.1f} s")

    def left(self):
        return self.options.runs - len(self.rows.rows())

    def run(self):
        number = max((row["life"] for row in self.rows.rows()), default=0) + 1
        wanted = self.options.kinds
        if any(kind in box_life.KINDS for kind in wanted):
            self.cloud.up()
            self.make_base()
            if not set(self.kinds()) <= self.rows.body["took_s"].keys():
                self.live(0, cut=False)
        while self.left() > 0:
            if any(kind in box_life.KINDS for kind in wanted):
                self.live(number, cut=True)
            if "vote" in wanted and self.left() > 0:
                self.vote(number)
            number += 1

    def kinds(self):
        """Of a life: those that are wanted, and what is needed before the last of them."""
        wanted = [at for at, kind in enumerate(box_life.KINDS) if kind in self.options.kinds]
        return [kind for at, kind in enumerate(box_life.KINDS)
                if at in wanted or kind in box_life.NEEDED and at < wanted[-1]]

    def tool(self, name):
        """A program of the build for the machine, without its debug symbols."""
        stripped = self.folder / name
        output_of("strip", "-o", stripped, self.options.programs / name)
        return stripped

    def live(self, number, cut):
        """A box from first to last, with cuts in each step; or none, for the times they take."""
        disk = self.folder / "box.ext4"
        copy_disk(self.base, disk)
        tools = (box_life.WRITER, self.tool("box-driver"))
        machine = self.machine("box", disk, tools).start()
        life = box_life.Life(machine, self.cloud, number, self.versions, self.options.encryption)
        try:
            for kind in self.kinds():
                wanted = cut and kind in self.options.kinds
                for turn in range(box_life.CUTS.get(kind, 1) if wanted else 1):
                    if cut and self.left() <= 0:
                        return
                    self.step(life, kind, turn if wanted else None)
        except (AssertionError, NoAnswer) as failure:
            if not cut:
                raise
            say(f"this box is given up: {failure}")
        finally:
            machine.cut()
            if self.cloud.instance(life.name):
                self.cloud.delete(life.name)
            self.cloud.forget_box(life.node)

    def step(self, life, kind, turn):
        """turn: which cut of this kind in this life it is. None: no cut."""
        if turn is None:
            took = life.step(kind, None)
            self.rows.body["took_s"].setdefault(kind, round(took, 2))
            self.rows.save()
            say(f"      {kind:8} takes {took:5.2f} s when nobody cuts it"
                + "".join("\n      PROBLEM " + one for one in life.problems))
            assert not life.problems, "without a cut it must be right"
            return
        place = f"{life.number}/{kind}" + (f"/{turn}" if turn else "")
        rng = random.Random(f"{self.rows.body['seed']}/{place}")
        moment = rng.random() * self.rows.body["took_s"][kind] * LATER
        begun, before, found, answered = time.monotonic(), len(life.problems), "?", None
        given_up = None
        try:
            found, answered = life.step(kind, moment)
        except (AssertionError, NoAnswer) as failure:
            life.wrong(str(failure))
            given_up = failure
        # A run that is ended here has not judged this one: no row.
        self.rows.add(life=life.number, kind=kind, moment_s=round(moment, 3), found=found,
                      answered=answered, told=len(life.told), problems=life.problems[before:],
                      took_s=round(time.monotonic() - begun, 1))
        if given_up:
            raise given_up

    def voter(self):
        """It runs; the same one as long as it answers."""
        if self.voting:
            return self.voting.boot()
        disk = self.folder / "voter.ext4"
        copy_disk(self.root / "root.ext4", disk)
        machine = self.machine("voter", disk, (self.tool("voter-driver"),))
        self.voting = Voting(machine, self.options.programs, late=self.options.plant == "late")
        return self.voting.found()

    def vote(self, number):
        self.voter()
        for cut in range(min(VOTES_A_LIFE, self.left())):
            rng = random.Random(f"{self.rows.body['seed']}/{number}/vote/{cut}")
            moment, begun = 0.3 + rng.random() * VOTE_SPAN_S, time.monotonic()
            book = self.voting.book
            answers, before, found = book.answers, len(book.problems), "?"
            try:
                found = self.voting.cut_once(rng, moment)
            except (AssertionError, NoAnswer) as failure:
                book.wrong(str(failure))
            self.rows.add(life=number, kind="vote", moment_s=round(moment, 3), found=found,
                          answers=book.answers - answers, problems=book.problems[before:],
                          took_s=round(time.monotonic() - begun, 1))
            if found == "?":  # another one, from an empty disk
                self.voting.close()
                self.voting = None
                return
        self.voting.off()

    def end(self):
        if self.voting:
            self.voting.close()
        self.cloud.down()


def read_options():
    parser = argparse.ArgumentParser(prog="power_cuts_test")
    parser.add_argument("--programs", type=Path, required=True)
    parser.add_argument("--package", type=Path)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--encryption", choices=ENCRYPTIONS, default=ENCRYPTIONS[0])
    parser.add_argument("--resume", type=Path)
    parser.add_argument("--plant", choices=["late"])
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    if unknown := set(options.kinds) - set(KINDS):
        parser.error(f"no such moments: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    return options


def main():
    options = read_options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # machine and master end with it
    folder = Path(tempfile.mkdtemp(prefix="foyer-power-"))
    play = Play(options, folder)
    say(f"seed {play.rows.body['seed']}, {play.left()} cuts to go")
    try:
        play.run()
    finally:
        play.end()
        bad = play.rows.table()
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            shutil.move(folder, options.keep)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
