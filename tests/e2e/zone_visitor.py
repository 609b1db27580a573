"""Somebody who uses an instance by its name alone, from the lab's client room: asks the name
servers it knows, believes an answer for as long as its TTL says, dials one address after the other.
One JSON line a visit on standard output: {at, ok, took, dialled, problem}.

usage: zone_visitor.py CA_FILE NAME SECONDS SERVER[,SERVER…]
       zone_visitor.py --ask NAME TYPE SERVER          one answer: {code, texts, ttl}
"""

import http.client
import json
import os
import random
import ssl
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import dns_client as dns  # noqa: E402

PORT, WEB_PORT = 53, 443
PERIOD_S = 0.25
DIAL_S, ANSWER_S = 2, 20  # an edge holds a request for 15 s while nobody leads


class Resolver:
    def __init__(self, servers):
        self.servers, self.known, self.until = servers, [], 0.0

    def addresses(self, name):
        if time.monotonic() < self.until:
            return self.known
        random.shuffle(self.servers)
        for server in self.servers:
            try:
                answer = dns.ask(server, PORT, name, dns.A)
            except OSError:
                continue
            if answer.code == dns.OK and answer.records:
                self.known = sorted(answer.texts(dns.A))
                self.until = time.monotonic() + answer.records[0][2]
                return self.known
        raise OSError(f"no server knows {name}")


def visit(name, resolver, tls):
    """Addresses dialled, the last of which answered."""
    dialled, problem = [], "no address"
    addresses = list(resolver.addresses(name))
    random.shuffle(addresses)
    for address in addresses:
        dialled.append(address)
        try:
            raw = dns.socket.create_connection((address, WEB_PORT), DIAL_S)
            with raw, tls.wrap_socket(raw, server_hostname=name) as line:
                line.settimeout(ANSWER_S)
                connection = http.client.HTTPConnection(name)
                connection.sock = line
                connection.request("GET", "/")
                answer = connection.getresponse()
                answer.read()
            if answer.status == 200:
                return dialled
            problem = f"{address}: {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            problem = f"{address}: {error!r}"
    raise OSError(problem)


def main(ca_file, name, seconds, servers):
    resolver, tls = Resolver(servers.split(",")), ssl.create_default_context(cafile=ca_file)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        begun, row = time.monotonic(), {"at": time.clock_gettime(time.CLOCK_BOOTTIME)}
        try:
            row |= {"dialled": visit(name, resolver, tls), "ok": True}
        except OSError as error:
            row |= {"ok": False, "problem": str(error)}
        print(json.dumps({**row, "took": round(time.monotonic() - begun, 3)}), flush=True)
        time.sleep(PERIOD_S)


def ask_once(name, kind, server):
    answer = dns.ask(server, PORT, name, int(kind), timeout=1)
    print(json.dumps({"code": answer.code, "texts": sorted(map(str, answer.texts(int(kind)))),
                      "ttl": [ttl for _, _, ttl, _ in answer.records]}))


if __name__ == "__main__":
    if sys.argv[1] == "--ask":
        ask_once(*sys.argv[2:])
    else:
        main(*sys.argv[1:])
