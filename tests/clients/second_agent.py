"""A second node agent, written from schemas/proto/foyer/agent/v1 alone: enrols, renews, pulls,
reports. What it runs is small_log.py. Needs the stubs that protoc makes (README.md).
Usage: second_agent.py DATA WIRE [TOKENFILE]    its own folder; the folder that is the overlay
"""

import base64
import datetime
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from foyer.agent.v1 import agent_pb2 as api, agent_pb2_grpc, host_pb2
from small_log import SmallLog


def now_ms():
    return int(time.time() * 1000)


def new_key():
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.PKCS8, ser.NoEncryption()).decode()


def csr_of(key_pem):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "box")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name)
    signed = request.sign(ser.load_pem_private_key(key_pem.encode(), None), hashes.SHA256())
    return signed.public_bytes(ser.Encoding.PEM).decode()


def pinned_ca(address, fingerprint):
    """The certificate with this SHA-256 among those the server presents. Sends a handshake only."""
    command = ["openssl", "s_client", "-connect", address, "-showcerts", "-alpn", "h2"]
    shown = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    for pem in re.findall(b"-----BEGIN CERT.*?-----END CERTIFICATE-----", shown.stdout, re.DOTALL):
        if x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256()).hex() == fingerprint:
            return pem.decode()
    sys.exit(f"{address} does not show the CA of this token: ask for a new token")


class Agent:
    def __init__(self, data, wire, token=None):
        self.data, self.wire, self.token = data, wire, token
        data.mkdir(mode=0o700, exist_ok=True)
        self.journal = {"at": ["", 0], "wishes": [], "copies": {}, "me": {}}
        if (data / "journal.json").exists():
            self.journal = json.loads((data / "journal.json").read_text())
        self.me, self.copies = self.journal["me"], self.journal["copies"]
        kept = [api.Assignment.FromString(bytes.fromhex(x)) for x in self.journal["wishes"]]
        self.wishes = {wish.partition: wish for wish in kept}
        self.number = now_ms()  # above all numbers of an earlier life
        self.heard, self.erased, self.full, self.hold_s = {}, set(), True, 30
        self.told = None  # of what its host refuses

    def save(self):
        self.journal["wishes"] = [x.SerializeToString().hex() for x in self.wishes.values()]
        new = os.open(self.data / "journal.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(new, "w", encoding="ascii") as file:
            file.write(json.dumps(self.journal))
            file.flush()
            os.fsync(new)
        os.replace(self.data / "journal.new", self.data / "journal.json")

    # Identity: the token, the pinned CA, a key of its own, a certificate that is renewed.

    def connect(self, *pair):
        trusted = grpc.ssl_channel_credentials(self.me["ca"].encode(), *map(str.encode, pair))
        channel = grpc.secure_channel(self.me["masters"][0], trusted)
        self.stub = agent_pb2_grpc.AgentServiceStub(channel)

    def enrol(self):
        body = self.token.read_text(encoding="ascii").strip().removeprefix("foyer1.")
        told = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        wg = x25519.X25519PrivateKey.generate()
        wg_public = wg.public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw)
        self.me.update(masters=told["a"], ca=pinned_ca(told["a"][0], told["ca"]))
        self.me.setdefault("key", new_key())
        self.save()  # the answer may be lost: the token is good again for the same key
        self.connect()
        request = api.EnrolRequest(token_secret=told["t"], csr_pem=csr_of(self.me["key"]))
        request.wg_public_key = base64.b64encode(wg_public).decode()
        request.agent_version, request.clock_unix_ms = "second-1", now_ms()
        request.capacity.cpu_millicores, request.capacity.uplink_kbit = 4000, 20_000
        request.capacity.memory_bytes, request.capacity.disk_bytes = 8 << 30, 100 << 30
        answer = self.stub.Enrol(request, timeout=20)
        self.me.update(certificate=answer.certificate_pem, ca=answer.ca_pem, node=answer.node)
        self.me["masters"] = list(answer.master_addresses)
        self.save()

    def renew(self):
        mine = x509.load_pem_x509_certificate(self.me["certificate"].encode())
        life = mine.not_valid_after - mine.not_valid_before
        if datetime.datetime.utcnow() < mine.not_valid_before + life * 2 / 3:
            return
        self.me.setdefault("next_key", new_key())
        self.save()  # the answer may be lost: it is asked for again with the same new key
        csr = csr_of(self.me["next_key"])
        answer = self.stub.Renew(api.RenewRequest(csr_pem=csr), timeout=20)
        self.me.update(certificate=answer.certificate_pem, ca=answer.ca_pem)
        self.me["key"] = self.me.pop("next_key")
        self.save()
        self.connect(self.me["key"], self.me["certificate"])

    # Copies: what the master wishes, one step nearer; and what is true afterwards.

    def refuses(self):
        """What its host refuses, as he wrote it into a file."""
        file = self.data / "refuses.json"
        said = json.loads(file.read_text()) if file.exists() else {}
        kinds = [f"RELEASE_KIND_{kind.upper()}" for kind in said.pop("kinds", [])]
        return host_pb2.HostRefusals(kinds=kinds, **said)

    def refused(self, wish):
        refuses, country = self.refuses(), wish.tenant_country or "ZZ"
        kind = json.loads(wish.release_json).get("kind", "other")
        if host_pb2.ReleaseKind.Value(f"RELEASE_KIND_{kind.upper()}") in refuses.kinds:
            return f"its host takes no releases of the kind {kind}"
        return f"its host takes no tenants of {country}" if country in refuses.countries else ""

    def tend(self, wish):
        begun = self.copies.get(wish.partition, {}).get("initialized")
        if not begun and (why := self.refused(wish)):
            return api.Observation(partition=wish.partition, role=api.REPLICA_ROLE_STANDBY,
                                   phase=api.PARTITION_PHASE_FAILED,
                                   reason=f"refused_by_host: {why}")
        new = {"order": wish.ordered_at_unix_ms, "initialized": False, "led": None}
        memory = self.copies.setdefault(wish.partition, new)
        before, seen = dict(memory), SmallLog(self.wire, wish, memory).step()
        if memory != before:
            self.save()  # before it is told
        return seen

    # The master: one call is heartbeat, report and pull.

    def apply(self, answer):
        lineage, revision = self.journal["at"]
        if answer.base_revision and (answer.lineage, answer.base_revision) != (lineage, revision):
            self.journal["at"] = ["", 0]  # it does not fit: all of it, please
            return
        removed, named = set(answer.removed_assignments), {x.partition for x in answer.assignments}
        if not answer.base_revision and answer.lineage == lineage:
            removed |= set(self.wishes) - named
        for wish in answer.assignments:
            held = self.copies.get(wish.partition, {"order": wish.ordered_at_unix_ms})
            if held["order"] != wish.ordered_at_unix_ms:
                removed.add(wish.partition)  # the name was deleted and ordered anew
        for partition in removed:
            if partition in self.wishes:
                SmallLog(self.wire, self.wishes.pop(partition), {}).erase()
            self.copies.pop(partition, None)
            self.erased.add(partition)
        self.wishes.update({wish.partition: wish for wish in answer.assignments})
        self.erased -= named
        self.journal["at"] = [answer.lineage, answer.revision]
        self.save()

    def news(self):  # all of it while `full`
        seen = {name: self.tend(wish) for name, wish in self.wishes.items()}
        return {name: x for name, x in seen.items() if self.full or self.heard.get(name) != x}

    def sync(self):
        news, erased, refuses = self.news(), set(self.erased), self.refuses()
        request = api.SyncRequest(clock_unix_ms=now_ms(), agent_version="second-1")
        request.applied_lineage, request.applied_revision = self.journal["at"]
        request.disk_free_bytes = max(1, shutil.disk_usage(self.data).free)
        if news or erased or self.full or refuses != self.told:
            self.number += 1  # what is sent again gets a new number
            request.observation_number, request.observations_full = self.number, self.full
            request.observations.extend(news.values())
            request.erased_partitions.extend(erased)
            request.refuses.CopyFrom(refuses)
        call = self.stub.Sync.future(request, timeout=self.hold_s + 10)
        while not call.done():
            time.sleep(0.1)
            if not request.observation_number and (self.news() or self.refuses() != refuses):
                return call.cancel() and 0  # a newer call carries the news
        answer = call.result()
        heard = answer.observations_acknowledged
        if request.observation_number and heard == self.number:
            self.heard.update(news)
            self.told = refuses
            self.erased -= erased
            self.full = False
        # 0: a new master. More than we have told: our clock was ahead in an earlier life.
        self.full |= answer.observations_wanted or heard == 0 or heard > self.number
        self.number = max(self.number, heard)
        self.hold_s = answer.hold_ms_max / 1000
        self.apply(answer)
        return answer.next_delay_ms / 1000

    def run(self):
        failures = 0
        if "certificate" not in self.me:
            self.enrol()
        self.connect(self.me["key"], self.me["certificate"])
        while True:
            try:
                self.renew()
                pause, failures = self.sync(), 0
            except grpc.RpcError as error:
                failures += 1
                print(error.code().name, error.details(), flush=True)
                pause = random.uniform(0.5, 1) * min(30, 0.5 * 2**failures)
            time.sleep(pause)


if __name__ == "__main__":
    Agent(*map(Path, sys.argv[1:])).run()
