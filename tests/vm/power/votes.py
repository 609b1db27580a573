"""Whether a voter whose power is cut forgets, or contradicts, what it has told others. The judge
plays the two members that could lead, and asks as they would: votes, writes, renewals,
resignations."""

import json
import subprocess
import time

from machine import NoAnswer

PROMISE_MS = 3000
SLACK_S = 0.05   # a promise is over a little earlier for who counts from another moment
ASK_EACH_S = 0.02
AGAIN_S = 0.25
GRANTED_WITHIN_S = 60.0
FOLDER = "/var/lib/foyer-voter"
NOTHING = (0, (0, 0, 0))
# Datagrams of one life overtake one another, and what waits for the disk is overtaken by what does
# not: so long after it showed more, less may arrive that was sent before.
LATE_S = 2.0


class Book:
    """What was heard of a voter, and what it may therefore never say again."""

    def __init__(self):
        self.incarnation = None
        self.votes = {}       # epoch: for whom
        self.written = {}     # ballot: record that was accepted
        self.shown = {}       # box: (epoch, ballot) of the most that it was shown
        self.rose = {}        # box: when that rose last
        self.least = NOTHING  # what every life after the last cut has to know: (epoch, ballot)
        self.counters = set()
        self.floor = 0        # counters of earlier lives end here
        self.promise = None   # (to whom, until)
        self.resigned = {}    # box: when it resigned last
        self.problems = []
        self.answers = 0

    def wrong(self, what):
        self.problems.append(what)

    def cut(self):
        self.floor = max(self.counters, default=0)
        for epoch, ballot in self.shown.values():
            self.least = (max(self.least[0], epoch), max(self.least[1], ballot))
        self.rose = {}        # nothing of the life before is on its way any more

    def released(self, when, who):
        self.resigned[who] = when
        if self.promise and self.promise[0] == who:
            self.promise = None

    def told(self, when, to, sent, message):
        """`sent`: when the request that this answers left, its record and that one's ballot."""
        self.answers += 1
        self.check_identity(message)
        ballot, epoch = self.ballot_in(message), message["epoch"]
        self.check_order(when, to, message, epoch, ballot)
        if message.get("reason") == "retired":
            self.wrong("it knows that it lost its newest state, and retires")
        good = message.get("reason") == "granted"
        if good and message["kind"] == "vote":
            self.check_vote(when, to, message)
            # It holds what it voted for.
            epoch, ballot = max(epoch, message["of_epoch"]), max(ballot, sent[2])
        if good and message["kind"] == "write":
            ballot = tuple(message["ballot"])
            if self.written.setdefault(ballot, sent[1]) != sent[1]:
                self.wrong(f"two records accepted at {ballot}")
        before = self.shown.get(to, NOTHING)
        self.shown[to] = (max(before[0], epoch), max(before[1], ballot))
        if self.shown[to] != before:
            self.rose[to] = when
        if message.get("promised_ms", 0) > 0 and sent[0] > self.resigned.get(to, 0.0):
            self.promise = (to, sent[0] + message["promised_ms"] / 1000 - SLACK_S)

    def check_identity(self, message):
        self.incarnation = self.incarnation or message["incarnation"]
        if message["incarnation"] != self.incarnation:
            self.wrong("it came back as another voter: its memory was gone")
        counter = message["counter"]
        if counter in self.counters or counter <= self.floor:
            self.wrong(f"counter {counter} was used before ({self.floor} in an earlier life)")
        self.counters.add(counter)

    @staticmethod
    def ballot_in(message):
        """The newest record that it must hold, by its own words."""
        if message["kind"] == "write":  # the ballot of what was asked
            return (0, 0, 0)
        names = ("held", "ballot", "before")
        return tuple(next((message[name] for name in names if name in message), (0, 0, 0)))

    def check_order(self, when, to, message, epoch, ballot):
        """What it says later never shows less: neither of epochs nor of records."""
        late = to in self.rose and when - self.rose[to] < LATE_S
        shown = NOTHING if late else self.shown.get(to, NOTHING)
        least = (max(shown[0], self.least[0]), max(shown[1], self.least[1]))
        if epoch < least[0]:
            self.wrong(f"epoch {epoch} after {least[0]} was told ({message['kind']})")
        if ballot != (0, 0, 0) and ballot < least[1]:
            self.wrong(f"record {ballot} after {least[1]} was told ({message['kind']})")

    def check_vote(self, when, to, message):
        epoch = message["of_epoch"]
        if self.votes.setdefault(epoch, to) != to:
            self.wrong(f"two votes in epoch {epoch}: for {self.votes[epoch]}, then for {to}")
        if self.promise and self.promise[0] != to and when < self.promise[1]:
            left = self.promise[1] - when
            self.wrong(f"a vote for {to} in epoch {epoch}, {left:.2f} s before a promise to "
                       f"{self.promise[0]} was over")


class Candidates:
    """The program that knows the groups' language (candidate_driver.cpp)."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)

    def do(self, **asked):
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        if "error" in told:
            raise AssertionError(f"candidate-driver, {asked}: {told['error']}")
        return told

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Voting:
    """One voter, over all its lives."""

    def __init__(self, machine, programs, late=False):
        self.machine, self.late = machine, late
        self.speaker = Candidates(programs / "candidate-driver")
        self.book, self.asked = Book(), {}
        self.epoch, self.seq, self.mark, self.holder = 1, 0, 0, None
        self.first = self.record = None
        self.ballot = (1, 0, 0)

    def close(self):
        self.speaker.close()
        self.machine.cut()

    # -- the machine -------------------------------------------------------------------------------

    def found(self):
        """Makes the voter and its group."""
        self.machine.start()
        key = self.speaker.do(do="keys")["voter_key"]
        self.machine.run("sh", "-c", f"umask 077; mkdir -p {FOLDER}; cat >{FOLDER}/voter.key",
                         text=key)
        self.wire()
        incarnation = self.machine.run("/run/in/voter-driver", FOLDER).split()[-1]
        told = self.speaker.do(do="first", incarnation=incarnation, promise_ms=PROMISE_MS)
        self.first = self.record = told["record"]
        self.book.incarnation = incarnation
        self.machine.run("sh", "-c", f"cat >{FOLDER}/first && sync", text=self.first)
        self.serve()

    def wire(self):
        self.machine.control.say(relay=True)
        self.machine.shell("until ip -n box addr show there 2>/dev/null | grep -q 'state UP'; "
                           "do sleep 0.1; done")

    def serve(self):
        words = ["late"] if self.late else []
        self.machine.service("voter", "/run/in/voter-driver", FOLDER, *words)

    def boot(self):
        self.machine.start()
        self.wire()
        self.serve()

    # -- what is said ------------------------------------------------------------------------------

    def say(self, box, what, **more):
        told = self.speaker.do(do="say", **{"from": box}, what=what, **more)
        self.machine.mail.say(box=box, bytes=told["bytes"])
        return told

    def ask(self, box, what, **more):
        self.number = getattr(self, "number", 0) + 1
        carried, ballot = more.get("record"), self.ballot
        told = self.say(box, what, number=self.number, **more)
        if what == "write":
            carried, ballot = told["record"], tuple(told["ballot"])
        self.asked[self.number] = (time.monotonic(), carried, ballot)
        return self.number

    def listen(self, patience_s):
        """All that arrives within the time; the messages. Ends at once where the power is off."""
        found, deadline = [], time.monotonic() + patience_s
        while True:
            left = max(0.0, deadline - time.monotonic())
            letter = self.machine.mail.take(lambda body: "bytes" in body, 0.0 if found else left)
            if letter is None:
                return found
            when, body = letter
            heard = self.speaker.do(do="hear", to=body["box"], bytes=body["bytes"])
            for message in heard["messages"]:
                self.hear(when, body["box"], message)
                found.append(message)

    def hear(self, when, box, message):
        if message["kind"] == "read":  # it asks what others have seen of it
            self.say(box, "read_answer", number=message["number"], epoch=self.epoch,
                     record=self.record)
        sent = self.asked.get(message["number"], (0.0, None, (0, 0, 0)))
        self.book.told(when, box, sent, message)
        if message["kind"] == "vote" and message["reason"] == "granted":
            if message["of_epoch"] > self.epoch:  # told once more, nothing begins anew
                self.epoch, self.holder, self.seq = message["of_epoch"], box, 0
        if message["kind"] == "write" and message["reason"] == "granted":
            if tuple(message["ballot"]) > self.ballot:
                self.ballot, self.record = tuple(message["ballot"]), sent[1]

    def do_something(self, rng):
        other = 1 - (self.holder or 0)
        dice = rng.random()
        if self.holder is None or dice < 0.1:
            who = rng.randrange(2) if self.holder is None else other
            self.ask(who, "vote", epoch=self.epoch + 1, record=self.record)
        elif dice < 0.2:
            # The rival of a vote that was given: it may never have one.
            self.ask(other, "vote", epoch=self.epoch, record=self.record)
        elif dice < 0.55:
            self.seq += 1
            self.mark += 1
            self.ask(self.holder, "write", epoch=self.epoch, seq=self.seq, mark=self.mark)
        elif dice < 0.9:
            self.ask(self.holder, "renew", epoch=self.epoch)
        elif dice < 0.95:
            self.ask(rng.randrange(2), "read", epoch=self.epoch)
        else:
            self.book.released(time.monotonic(), self.holder)
            self.say(self.holder, "resign", epoch=self.epoch)
            self.ask(other, "vote", epoch=self.epoch + 1, record=self.record)

    def talk(self, rng, span_s):
        end = time.monotonic() + span_s
        while time.monotonic() < end:
            self.do_something(rng)
            self.listen(ASK_EACH_S)

    # -- one cut -----------------------------------------------------------------------------------

    def until_granted(self):
        """Somebody else asks at once, and again, until it may have the vote: what was promised
        before the cut holds after it."""
        rival = 1 - (self.holder or 0)
        deadline = time.monotonic() + GRANTED_WITHIN_S
        epoch, said = self.epoch + 1, None
        while self.holder != rival or self.epoch < epoch:
            if time.monotonic() > deadline:
                raise AssertionError(f"it gave {rival} no vote in {epoch} any more; last: {said}"
                                     f"\n{self.log()}")
            self.ask(rival, "vote", epoch=epoch, record=self.record)
            said = self.listen(AGAIN_S) or said

    def off(self):
        self.machine.cut()
        self.listen(0.0)
        self.book.cut()

    def cut_once(self, rng, moment_s):
        """From a voter that runs to one that was cut and runs again: how it was found."""
        self.talk(rng, moment_s)
        self.off()
        told = self.book.least
        self.boot()
        seen = self.status()
        self.learn(seen)
        self.until_granted()
        further = (seen["fence_epoch"], tuple(seen.get("ballot", (0, 0, 0)))) != told
        return "more on the disk than told" if further else "as told"

    def learn(self, seen):
        """What it had written, and could not tell any more, is told now."""
        if seen["fence_epoch"] > self.epoch:
            self.epoch, self.holder, self.seq = seen["fence_epoch"], seen["holder"], 0
        if "ballot" in seen and tuple(seen["ballot"]) > self.ballot:
            self.ballot, self.record = tuple(seen["ballot"]), seen["record"]
            self.seq = max(self.seq, self.ballot[2])

    def status(self):
        deadline = time.monotonic() + GRANTED_WITHIN_S
        while time.monotonic() < deadline:
            self.ask(0, "read", epoch=self.epoch)
            for message in self.listen(AGAIN_S):
                if message["kind"] == "read_answer":
                    return message
        raise NoAnswer(f"the voter does not say what it remembers:\n{self.log()}")

    def log(self):
        return self.machine.ask("tail", "-n", "20", "/run/voter.log")[1]
