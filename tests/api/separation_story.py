"""Organisations that must not hear of each other, one of everything for each; and how one of them
asks over HTTPS and gRPC.

What an organisation has is named by one word that nothing else holds: wherever another hears the
word, or one of its ids, something is told that should not be.
"""

import http.client
import json
import os
import re

from master_fixture import Answer, Box, Client
from release_maker import Image, Publisher, document

DESCRIPTORS = os.environ["FOYER_API_DESCRIPTORS"]
PASSWORD = "four words in a row"
ID_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class Caller:
    """Somebody with a token; one connection that is kept."""

    def __init__(self, client, box, name, word=None):
        self.client, self.box, self.name, self.word = client, box, name, word or name
        self.connection = None
        who = client.must(client.get("/v1/whoami"))
        self.roles = set(who["scopes"])
        self.own = {}  # the names of what it has, as an ask takes them

    def http(self, method, path, body=None, headers=None):
        for again in (False, True):
            self.connection = self.connection or self.client.connect(timeout=60)
            try:
                return self.client.call(method, path, body=body, headers=headers,
                                        connection=self.connection)  # fmt: skip
            except (http.client.HTTPException, OSError):
                self.connection.close()
                self.connection = None
                if again:
                    raise
        raise AssertionError("not reached")

    def get(self, path):
        return self.http("GET", path)

    def grpc(self, rpc, message, headers=None):
        """As an Answer: the status is 200 or the name of the code."""
        master = self.client.master
        with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
            ca = file.read()
        metadata = [["authorization", "Bearer " + self.client.token]]
        metadata += [[name.lower(), value] for name, value in (headers or {}).items()]
        told = self.box.do(do="call", address=f"127.0.0.1:{master.grpc}", ca=ca, rpc=rpc,
                           descriptors=DESCRIPTORS, request=message, metadata=metadata)
        assert told.get("error") not in ("bad test", "bad answer"), (rpc, message, told)
        body = told["answer"] if "answer" in told else told
        return Answer(told.get("error", 200), {}, json.dumps(body).encode())


class Organisation(Caller):
    """An account with one of everything that its roles give it."""

    def __init__(self, master, box, word, *roles):
        if "host" in roles:
            master.operator.must(master.operator.post("/v1/hosts", {"name": word}))
        super().__init__(master.account(word, *roles), box, word)
        self.master = master
        self.ids = {self.client.get("/v1/whoami").json["token_id"]}
        self.names = {"account": word}
        self.add_what_everybody_has()
        if "host" in roles:
            self.add_home()
        if "customer" in roles:
            self.add_shop()

    def make(self, path, **body):
        return self.client.must(self.client.post(path, body))

    def tag_of(self, ask):
        """The ETag of the thing that the path of an ask names; where it names none, another."""
        path = ask.http(self.names)[1].split("?")[0]
        ends = ask.door.path.rpartition("}")[2]
        read = self.get(path[: len(path) - len(ends)]) if ask.door.path_kinds else None
        return read.headers.get("ETag", '"2"') if read else '"2"'

    def note_id(self, kind, row):
        self.names[kind] = row["id"]
        self.ids.add(row["id"])

    def add_what_everybody_has(self):
        word = self.word
        self.note_id("token", self.make("/v1/tokens", note=word + "-export"))
        self.names["address"] = f"boss@{word}.example"
        self.note_id("contact", self.make("/v1/contacts", address=self.names["address"]))
        # Nothing that happens fits, so nobody is called.
        self.make("/v1/webhooks", name=word + "-hook", url=f"https://{word}.example/hook",
                  kind="no_such_kind", note=word + "-note")
        self.names["webhook"] = word + "-hook"
        self.names["member"] = f"anna@{word}.example"
        self.make(f"/v1/accounts/{word}/members", name=self.names["member"])

    def add_home(self):
        """A box that holds no copies, so that nobody sees it for one that stands there."""
        operator, word = self.master.operator, self.word
        isp = "isp-" + self.ghost_word()
        operator.must(operator.post("/v1/isps", {"name": isp}))
        site = {"name": word + "-home", "isp": isp, "country": "FR", "host_class": "vetted"}
        operator.must(operator.post("/v1/sites", {**site, "host": word}))
        token = operator.must(operator.post("/v1/node-tokens", {"site": word + "-home"}))
        self.names |= {"site": word + "-home", "node": token["node"]}
        enrolled(token)
        operator.must(operator.post(f"/v1/nodes/{token['node']}:cordon"))

    def add_shop(self):
        word = self.word
        made = self.make("/v1/instances", name=word + "-shop", release="echo",
                         parameters={"company": word + " SARL"})
        self.names["instance"] = word + "-shop"
        self.note_id("operation", made["operation"])
        self.names["domain"] = f"erp.{word}.example"
        self.make("/v1/domains", name=self.names["domain"], instance=word + "-shop")

    def ghost_word(self):
        return (self.word[::-1] + "x")[: len(self.word)]

    def ghosts(self):
        """Names like its own, as long, of things that never were."""
        found = {}
        for kind, name in self.names.items():
            if name in self.ids:  # of the same letters, turned
                turned = str.maketrans(ID_LETTERS, ID_LETTERS[7:] + ID_LETTERS[:7])
                head, _, tail = name.rpartition("-")
                found[kind] = f"{head}-{tail.translate(turned)}" if head else name.translate(turned)
            else:
                found[kind] = name.replace(self.word, self.ghost_word())
            assert found[kind] != name and len(found[kind]) == len(name), (kind, name)
        return found

    def told_by(self, text, typed=()):
        """Of what is its own, what a text tells beyond what its reader had typed himself."""
        for word in sorted(typed, key=len, reverse=True):
            text = text.replace(word, "")
        return sorted(word for word in {self.word} | self.ids if word in text)


def enrolled(token):
    box = Box()
    answer = box.do(do="enrol", token=token["token"])
    assert answer.get("node") == token["node"], answer
    answer = box.sync(observation_number=1, observations_full=True)
    assert answer.get("observations_acknowledged") == "1", answer
    box.close()


def person(master, organisation, name):
    """A session of a member who manages the organisation."""
    nobody, account = Client(master), organisation.word
    made = organisation.client.post(f"/v1/accounts/{account}/members",
                                    {"name": name, "manages": True})  # fmt: skip
    invitation = organisation.client.must(made)["invitation"]
    body = {"account": account, "member": name, "password": PASSWORD}
    nobody.must(nobody.post("/v1/login:accept", {**body, "invitation": invitation}))
    session = nobody.must(nobody.post("/v1/login", body))["token"]
    caller = Caller(Client(master, session), organisation.box, name, organisation.word)
    caller.own = organisation.own
    return caller


def publish_sizes(client):
    """Release "echo" in two sizes; of the large one a box holds one copy."""
    image = Image()
    image.upload(client)
    release = document(image)
    release["sizes"]["xl"] = {**release["sizes"]["s"], "cpu_millicores": 3000}
    client.must(client.post("/v1/software-releases", Publisher().request(release)))


def more_homes(master, host, isp, *sites):
    """Homes of a host that is there, of one ISP that is new."""
    operator, must = master.operator, master.operator.must
    must(operator.post("/v1/isps", {"name": isp}))
    rest = {"isp": isp, "country": "FR", "host": host, "host_class": "vetted"}
    for site in sites:
        must(operator.post("/v1/sites", {"name": site, **rest}))
        enrolled(must(operator.post("/v1/node-tokens", {"site": site})))


def steady(text):
    """Without what moves from one moment to the next."""
    return re.sub(r'"(revision|last)": ?"?\d+"?', r'"\1": 0', text)
