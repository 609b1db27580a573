"""What is one organisation's is to every other as if it did not exist: at every door of scope "own"
of the published document, over HTTPS and gRPC. A name of another's is answered like one that never
was, changes nothing, and is in no list, page, stream or refusal that another reads.

A door that this test cannot ask at makes it fail and says what to add (separation_asks.py).
"""

import base64
import difflib
import json

from master_fixture import Answer, Box, Client, Master, skip_without_postgres, until
from separation_asks import doors, own_asks
from separation_story import Caller, Organisation, more_homes, person, publish_sizes, steady

# Names that only one may have in the whole cloud: who wants one that is another's is told that it
# is taken, and not by whom.
ONE_FOR_ALL = {"OrderInstance", "CreateDomain"}
# What is told of a thing changes by itself with the time of day, or is asked of a box.
NOT_STILL = {"GetSitePromise", "GetSiteLetter", "ReadInstanceLog"}
PLACES = ("Date", "X-Request-Id")  # headers that are each answer's own
FAULTS_SHOWN = 20


class Judge:
    """Asks as strangers, and keeps what is wrong for the end."""

    def __init__(self, master, document, organisations):
        self.master, self.organisations = master, organisations
        self.asks = own_asks(document)
        self.doors = doors(document)
        self.faults, self.calls = [], 0
        self.look_again()

    # What must not change.

    def look_again(self):
        """Takes what is there now for what must stay."""
        self.before = {one.word: self.still(one) for one in self.organisations}
        self.audited = self.audit_length()

    def audit_length(self):
        return len(self.master.operator.rows("/v1/audit", "entries"))

    def still(self, owner):
        """All that an owner reads of his own, by path: whole things as bytes, lists as rows."""
        found = {}
        for door in self.doors:
            mine = set(door.path_kinds.values()) <= set(owner.names)
            if door.scope != "own" or door.write or not door.roles & owner.roles or not mine:
                continue
            if door.rpc in NOT_STILL:
                continue
            (ask, *_) = door.asks()
            _, target, _ = ask.http(owner.names)
            answer = owner.get(target)
            assert answer.status == 200, (target, answer)
            listed = "page_size" in door.queries or door.rpc == "GetWebhook"
            found[target] = steady(answer.body.decode()) if listed else answer.body.decode()
        return found

    def nothing_changed(self, victim, ask, stranger):
        after, before = self.still(victim), self.before[victim.word]
        for path, body in before.items():
            if after[path] != body:
                change = list(difflib.ndiff([body], [after[path]]))
                self.fault(f"{stranger.name} changed {path} by {ask}: {change}")
        self.before[victim.word] = after
        audited = self.audit_length()
        if audited != self.audited:
            self.fault(f"{stranger.name} did something by {ask}: it is in the audit log")
        self.audited = audited

    # What must not be told.

    def fault(self, text):
        self.faults.append(text)

    def hear(self, stranger, answer, about, typed=()):
        """Whatever somebody reads, nothing of anybody else's is in it."""
        self.calls += 1
        text = answer.body.decode(errors="replace") + str(list(answer.headers.items()))
        for other in self.organisations:
            told = other.told_by(text, typed) if other.word != stranger.word else ()
            if told:
                self.fault(f"{stranger.name} hears of {told}: {about} -> {answer.body[:1500]!r}")
        if answer.status in (500, "internal"):
            self.fault(f"{about} -> {answer}")

    def same(self, ask, about, there, never):
        """`there` and `never`: answers, and what the caller had typed for each."""
        (real, typed), (ghost, ghost_typed) = there, never
        if real.status == 409 and ask.door.rpc in ONE_FOR_ALL:
            return
        if real.status == "already_exists" and ask.door.rpc in ONE_FOR_ALL:
            return
        one, other = plain(real, typed), plain(ghost, ghost_typed)
        if real.status == ghost.status == 200 and ask.door.write:
            one, other = sorted(json.loads(real.body)), sorted(json.loads(ghost.body))
        if (real.status, one) != (ghost.status, other):
            self.fault(f"not as if it were not there: {about}\n  {real.status} {one}\n"
                       f"  {ghost.status} {other}")  # fmt: skip

    # Asking.

    def send(self, stranger, ask, names, wire, **how):
        only_try, headers = how.get("only_try", False), how.get("headers")
        if wire == "https":
            method, target, body = ask.http(names, only_try)
            return stranger.http(method, target, body, headers)
        return stranger.grpc(ask.door.service, ask.message(names, only_try), headers)

    def ways(self, victim, ask, wire):
        """With each precondition that could tell more than the answer itself."""
        yield None
        if ask.door.write and ask.door.if_match:
            yield from ({"If-Match": value} for value in ('"1"', "*", victim.tag_of(ask)))
        elif not ask.door.write and wire == "https":
            yield from ({"If-None-Match": value} for value in ("*", victim.tag_of(ask)))

    def ask_of(self, stranger, victim, ask, wire):
        """Of what is the victim's, and of what never was."""
        own = {"own " + kind: name for kind, name in stranger.own.items()}
        names, ghosts = {**victim.names, **own}, {**victim.ghosts(), **own}
        if not ask.kinds <= set(names):
            return
        typed, ghost_typed = ask.typed(names), ask.typed(ghosts)
        for headers in self.ways(victim, ask, wire):
            about = f"{wire}, {stranger.name} of {victim.name}: {ask} {headers or ''}"
            for only_try in (True, False) if ask.door.write else (False,):
                if only_try and not ask.door.may_only_try:
                    continue
                how = {"only_try": only_try, "headers": headers}
                never = self.send(stranger, ask, ghosts, wire, **how)
                there = self.send(stranger, ask, names, wire, **how)
                self.hear(stranger, there, about, typed)
                self.hear(stranger, never, about, ghost_typed)
                self.same(ask, about, (there, typed), (never, ghost_typed))
                if only_try and 200 in (there.status, never.status):
                    break  # it is in a space of the stranger's own: nothing of it is made here
            if ask.door.write:
                self.nothing_changed(victim, ask, stranger)

    def ask_for_own(self, stranger, ask, wire):
        """Nothing is named: what comes is the stranger's own."""
        names = {"own " + kind: name for kind, name in stranger.own.items()}
        if not ask.kinds <= set(names):
            return
        only_try = ask.door.write and ask.door.may_only_try
        answer = self.send(stranger, ask, names, wire, only_try=only_try)
        self.hear(stranger, answer, f"{wire}, {stranger.name} for himself: {ask}")

    def ask_everything(self, stranger, victims):
        for wire in ("grpc", "https"):
            for ask in self.asks:
                if not ask.door.roles & stranger.roles:
                    continue
                if not ask.of_others():
                    if ask.door.rpc != "Logout" or wire == "https":
                        self.ask_for_own(stranger, ask, wire)
                    continue
                for victim in victims:
                    self.ask_of(stranger, victim, ask, wire)

    def read_everything(self, stranger):
        """Every list of whatever scope, a row a page; what is not for him refuses in few words."""
        for door in self.doors:
            if door.write or door.path_kinds or "{" in door.path or door.scope == "public":
                continue
            token = ""
            for _ in range(500):
                query = f"?page_size=1&page_token={token}" if "page_size" in door.queries else ""
                if door.rpc == "ListEvents":
                    query = f"?page_size=1&after={token or 0}"
                answer = stranger.get(door.path + query)
                about = f"{stranger.name} reads {door.path}{query}"
                self.hear(stranger, answer, about)
                shown = answer.json if answer.status == 200 and query else {}
                token = shown.get("page", {}).get("next_page_token", "")
                if shown.get("has_more"):
                    token = str(shown["last"])
                page_token = base64.urlsafe_b64decode(token + "==") if "page" in shown else b""
                self.hear(stranger, Answer(200, {}, page_token), about + ", its page token")
                if not token:
                    break
            assert not token, f"{door.path} has no end"


def plain(answer, typed):
    """An answer without what the caller typed, and without what is each answer's own."""
    text = steady(answer.body.decode())
    for word in sorted(typed, key=len, reverse=True):
        text = text.replace(word, "…")
    body = json.loads(text) if text else None
    if isinstance(body, dict):
        body.pop("request_id", None)
    headers = {name: value for name, value in answer.headers.items() if name not in PLACES}
    return body, headers


def an_open_door_is_noticed(judge, nosy, victims):
    """A stranger whom every door lets through, as an operator, is a fault at every door; but where
    each caller has names of his own."""
    kept, noticed, asked = judge.faults, set(), set()
    for wire in ("grpc", "https"):
        for ask in (ask for ask in judge.asks if ask.of_others()):
            judge.faults = []
            for victim in victims:
                judge.ask_of(nosy, victim, ask, wire)
            asked.add((ask.door.rpc, wire))
            noticed |= {(ask.door.rpc, wire)} if judge.faults else set()
    missed = {rpc for rpc, _ in asked - noticed}
    assert missed == {f"{verb}Webhook" for verb in ("Create", "Get", "Enable", "Delete")}, missed
    judge.faults = kept
    judge.look_again()


def keys_are_each_ones_own(judge, stranger, victim):
    """What was answered under an Idempotency-Key is repeated to who asked, and to nobody else."""
    shop = "/v1/instances/" + victim.names["instance"]
    for path, body in (
        ("/v1/tokens", {"note": "alike"}),
        ("/v1/contacts", {"address": "alike@example.org"}),
        ("/v1/webhooks", {"name": "alike", "url": "https://a.example/", "kind": "no_such_kind"}),
        ("/v1/domains", {"name": "alike.example", "instance": victim.names["instance"]}),
        (shop + ":start", {}),
    ):
        key = {"Idempotency-Key": "alike-" + path.rpartition("/")[2][:20]}
        made = victim.http("POST", path, body, headers=key)
        assert made.status == 200, (path, made)
        answer = stranger.http("POST", path, body, headers=key)
        about = f"{stranger.name} knows the key of {path}"
        judge.hear(stranger, answer, about, victim.names.values())
        secrets = {made.json.get(field) for field in ("token", "secret", "id")} - {None, ""}
        if any(secret in answer.body.decode() for secret in secrets):
            judge.fault(f"{about} -> {answer}")
        if victim.names["instance"] in path + str(body) and answer.status != 404:
            judge.fault(f"{about} -> {answer}")


def streams(judge, stranger, victim):
    """A stream from the first event on, while others act, tells its reader of his own only."""
    connection = stranger.client.connect(timeout=60)
    headers = {"Accept": "text/event-stream", "Authorization": "Bearer " + stranger.client.token}
    connection.request("GET", "/v1/events?after=0", headers=headers)
    answer = connection.getresponse()
    victim.make("/v1/tokens", note="in between")
    for verb in ("stop", "start") if "instance" in victim.names else ():
        victim.make(f"/v1/instances/{victim.names['instance']}:{verb}")
    mark = stranger.client.must(stranger.client.post("/v1/tokens", {}))["id"].encode()
    heard = b""
    while mark not in heard:
        line = answer.readline()
        assert line, "the stream ended"
        heard += line
    connection.close()
    judge.hear(stranger, Answer(200, {}, heard), f"{stranger.name} hears the stream of events")


def refused_orders(judge, strangers, victim, host):
    """Why an order has no place is told without whose copies stand where, and in whose homes."""
    order = {"name": "mine", "release": "echo", "size": "xl", "parameters": {"company": "X"}}
    victim.make("/v1/instances", **{**order, "name": victim.word + "-big"})

    def refused(policy):
        for stranger in strangers:
            for only_try in (True, False):
                body = {**order, "policy": policy, "validate_only": only_try}
                answer = stranger.http("POST", "/v1/instances", body)
                about = f"{stranger.name} orders with {policy}"
                judge.hear(stranger, answer, about)
                facts = {one["key"]: one["value"] for one in answer.json.get("details", ())}
                assert facts.get("rule") and facts["recruit"], (about, answer)
        return judge.master.operator.post("/v1/instances", {**order, "policy": policy}).body

    # Sites of the same ISP: two more have room, which is one too few.
    more_homes(judge.master, host.word, "isp-d", host.word + "-four", host.word + "-five")
    assert (host.word + "-four").encode() in refused({"allow_same_isp": True})
    # Another home has room, so that it would help to move a copy of the victim's.
    more_homes(judge.master, host.word, "isp-e", host.word + "-six")
    assert (victim.word + "-big").encode() in refused({})
    refused({"countries": ["BE"]})
    refused({"countries": ["FR", "BE"], "min_countries": 2})


def settled(organisations):
    """Waits until nothing moves by itself any more."""
    for one in organisations:
        if "domain" in one.names:
            path = "/v1/domains/" + one.names["domain"]
            until("DNS was asked", lambda one=one, path=path: "not asked yet" not in
                  one.get(path).json["status"])  # fmt: skip
        one.own.update(one.names)


def main():
    skip_without_postgres()
    quiet = {"silent_after_ms": 3_600_000, "hold_ms": 30_000, "errand_margin_ms": 100}
    nowhere = '[domains]\nresolver = "127.0.0.1:9"\n'
    with Master(agents=quiet, more=nowhere, root='contact = "Foyer asbl"').start() as master:
        boxes = master.homes(3)
        publish_sizes(master.account("house", "publisher"))
        box = Box()

        def organisation(word, *roles):
            return Organisation(master, box, word, *roles)

        acme, rival = organisation("acme7q", "customer"), organisation("rival3k", "customer")
        hanna, hugo = organisation("hanna8w", "host"), organisation("hugo5t9", "host")
        rover = organisation("rover2m", "customer", "host", "publisher")
        rita = person(master, rival, "rita")
        everybody = [acme, rival, hanna, hugo, rover]
        settled(everybody)
        document = Client(master).get("/v1/openapi.json").json
        judge = Judge(master, document, everybody)
        for stranger in (rival, rita, hugo, rover, acme, hanna):
            judge.read_everything(stranger)
        for stranger, victims in ((rival, [acme, hanna]), (hugo, [hanna, acme]),
                                  (rover, [acme, hanna]), (rita, [acme])):  # fmt: skip
            judge.ask_everything(stranger, victims)
        nosy = Caller(master.operator, box, "an operator", rival.word)
        nosy.own = rival.own
        an_open_door_is_noticed(judge, nosy, [acme, hanna])
        keys_are_each_ones_own(judge, rival, acme)
        streams(judge, rival, acme)
        streams(judge, hugo, hanna)
        refused_orders(judge, [rival, rover], acme, hanna)
        # What is read from the database is as far apart as what is read from memory.
        assert master.stop() == 0
        master.start()
        for stranger in (rival, hugo, rover):
            judge.read_everything(stranger)
        for fault in judge.faults[:FAULTS_SHOWN]:
            print(fault)
        assert not judge.faults, f"{len(judge.faults)} faults, the first of them above"
        print(f"{judge.calls} answers at {len({ask.door.rpc for ask in judge.asks})} doors")
        for one in [*boxes, box]:
            one.close()
        assert master.stop() == 0


if __name__ == "__main__":
    main()
