"""A stand-in for the master's public API, over TLS, with faults on demand.

It keeps what it was asked (`calls`), enforces tokens and idempotency keys as the contract says, and
answers canned rows. Faults are queued: "unavailable" (503), "cut" (the work is done, the answer is
lost), "html" (a proxy's page).
"""
import base64
import hashlib
import json
import re
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = "foyer_op_secretsecretsecret"
PASSWORD = "correct-horse-battery"
NOW = "2026-03-01T12:00:00Z"

SCHEMA = {"type": "object", "required": ["company"], "additionalProperties": False, "properties": {
    "company": {"type": "string", "title": "Company"},
    "seats": {"type": "integer", "title": "Seats", "default": 5},
    "country": {"type": "string", "title": "Country", "enum": ["FR", "BE"]}}}


def replica(index, site, isp, country):
    return {"index": index, "kind": "data", "role": "standby" if index else "primary",
            "node": site + "-1", "site": site, "isp": isp, "country": country, "state": "running"}


QUOTE = {"price_list": "list-2026", "currency": "EUR", "monthly_cents": 3250, "lines": [
    {"item": "copies", "quantity": 3, "each_cents": 900, "total_cents": 2700},
    {"item": "synchronous", "quantity": 3, "each_cents": 100, "total_cents": 300},
    {"item": "further_countries", "quantity": 1, "each_cents": 250, "total_cents": 250}]}


def instance(name):
    return {"name": name, "state": "running", "url": f"https://{name}.foyer.localhost:8443/",
            "generation": 1, "epoch": 1, "release": "tryton", "version": "7.0.30-1", "size": "s",
            "replicas": [replica(0, "lille", "alder", "FR"), replica(1, "liège", "birch", "BE"),
                         replica(2, "paris", "cedar", "FR")],
            "policy": {"replicas": 3, "mode": "synchronous",
                       "short_of_copies": "go_on", "patience": "patient"},
            "quote": QUOTE, "durability": "2 of 3 copies live; a write needs 2", "owner": "acme",
            "revision": 9, "takeover_after_ms": "20000",
            "created_at": NOW, "connection": {"url": f"https://{name}.foyer.localhost:8443/",
                                              "database": "erp", "user": "admin"}}


ROWS = {
    "isps": [{"name": "alder", "family": "alder", "created_at": NOW, "asns": [64500],
              "terms": {"stance": "silent", "quote": "", "source": "4.2", "read_on": "2026-11-27"},
              "revision": 7}],
    "webhooks": [{"name": "shop", "url": "https://a.example/", "about": "node", "on": True,
                  "failing_since": NOW, "failure": "answered 500", "deliveries": 7}],
    "contacts": [{"id": "w4c8z1p0qd", "account": "acme", "address": "anna@example.org",
                  "language": "fr", "topics": ["takeover", "quota"], "state": "off", "mails": 7,
                  "failing_since": NOW, "failure": "550 no such user", "off_at": NOW,
                  "created_at": NOW, "confirmed_at": NOW, "revision": 7}],
    "domains": [{"name": "erp.acme.example", "instance": "acme", "owner": "acme",
                 "state": "waiting_for_dns", "use": "web", "created_at": NOW, "certificates": [],
                 "status": "waiting for DNS: there is no TXT record yet",
                 "next": "make the records above",
                 "records": [{"name": "_foyer-challenge.erp.acme.example", "type": "TXT",
                              "value": "foyer-token"},
                             {"name": "erp.acme.example", "type": "CNAME",
                              "value": "acme.cloud.example.org"}]}],
    "applications": [{"id": "q4n8w1z7kp", "state": "open", "site": "dijon", "isp": "orange",
                      "country": "FR", "plan": "fibre", "contact": "ann@example.org",
                      "message": "back door", "cpu_millicores": 2000, "memory_bytes": 4 << 30,
                      "disk_bytes": 50 << 30, "uplink_kbit": 20000, "line_asn": 64500,
                      "line_holder": "Orange", "remarks": ["nobody has read the terms"],
                      "findings": [{"subject": "memory", "value": "8 GiB", "verdict": "good",
                                    "reason": ""}], "created_at": NOW, "until": NOW}],
    "hosts": [{"name": "maison", "created_at": NOW}],
    "sites": [{"name": "lille", "isp": "alder", "country": "FR", "host": "maison",
               "host_class": "house", "nodes": ["lille-1"]}],
    "nodes": [{"name": "lille-1", "site": "lille", "isp": "alder", "country": "FR",
               "state": "online", "cpu_millicores": 4000, "memory_bytes": 8 << 30,
               "disk_bytes": 100 << 30, "partitions": ["acme-0"], "last_seen_at": NOW,
               "clock_offset_ms": -86400000, "clock_standing": "barred",
               "clock_fault": "time", "disk_free_bytes": 1, "wish": "draining",
                "drain_operation": "op-7", "drain_deadline": NOW},
              {"name": "liege-1", "site": "liège", "isp": "birch", "country": "BE",
               "state": "online", "cpu_millicores": 4000, "memory_bytes": 8 << 30,
               "disk_bytes": 100 << 30, "reserved_disk_bytes": 10 << 30, "partitions": [],
               "last_seen_at": NOW, "disk_free_bytes": 3 << 30, "clock_standing": "held",
               "clock_fault": "rate", "clock_rate_ppm": "-812"}],
    "accounts": [{"name": "acme", "roles": ["customer"], "created_at": NOW, "revision": 7,
                  "quota": {"instances": 10, "disk_bytes": 200 << 30},
                  "used": {"instances": 2, "copies": 6, "disk_bytes": 30 << 30}}],
    "tokens": [{"id": "t1", "account": "acme", "token": "", "scopes": ["customer"],
                "read_only": True, "note": "export", "created_at": NOW, "made_by": "t0",
                "expires_at": "2099-01-01T00:00:00Z", "revision": 5},
               {"id": "t2", "account": "acme", "token": "", "scopes": [], "read_only": False,
                "created_at": NOW, "made_by": "", "expires_at": NOW, "revision": 6}],
    "members": [{"account": "acme", "name": "anna", "scopes": ["customer"], "read_only": False,
                 "manages": False, "has_password": True, "totp": True, "oidc": False,
                 "last_login_at": NOW, "created_at": NOW, "made_by": "t1", "revision": 7}],
    "software-releases": [{"name": "tryton", "version": "7.0.30-1", "title": "Tryton ERP",
                           "publisher": "house", "sizes": [{"name": "s", "memory_bytes": 1 << 29}],
                           "parameters_schema_json": json.dumps(SCHEMA), "copies_min": 1,
                           "copies_max": 5, "copies_default": 3, "image_bytes": 123456789}],
    "instances": [instance("acme")],
    "audit": [],
    "agent-releases": [{"version": "0.2.0", "architecture": "amd64", "created_at": NOW}],
    "price-lists": [{"name": "list-2026", "currency": "EUR", "valid_from": NOW, "in_force": True,
                     "sizes": [{"size": "s", "copy_cents": 900, "synchronous_cents": 100,
                                "further_country_cents": 5}]}],
}
FIELDS = {"software-releases": "releases", "price-lists": "price_lists", "audit": "entries",
          "agent-releases": "agent_releases"}


BALANCE = {
    "moves": [
        {"instance": "acme", "index": 1, "from": "lille-1", "to": "gent-2", "gain": "family"}],
    "before": {"mean_millionths": "500000", "family": "alder", "family_millionths": "900000",
               "node": "lille-1", "node_millionths": "900000"},
    "after": {"mean_millionths": "500000", "family": "alder", "family_millionths": "800000",
              "node": "lille-1", "node_millionths": "800000"}}
TIMELINE = {"elects": True, "takeovers": [
    {"from": {"index": 0, "node": "lille-1", "site": "lille", "generation": "1", "epoch": "2"},
     "to": {"index": 1, "node": "gent-1", "site": "gent", "generation": "1", "epoch": "4"},
     "cause": "promise_over", "former_end": "superseded", "former_closing_ms": "90",
     "began_at": NOW, "detected_ms": "5100", "fenced_ms": "7100",
     "elected_ms": "7420", "announced_ms": "7500", "promoted_ms": "8000", "opened_ms": "8260",
     "routed_ms": "7650", "answered_ms": "8400", "edge": "edge-1"},
    {"to": {"index": 0, "node": "lille-1", "site": "lille", "generation": "1", "epoch": "2"},
     "cause": "first", "began_at": NOW, "detected_ms": "0", "fenced_ms": "0",
     "elected_ms": "300"}]}
PLACEMENT = {
    "chosen": [{"node": "lille-1", "site": "lille", "isp_family": "alder", "country": "FR",
                "may_lead": True, "score": "250000", "family_use": "125000"}],
    "runners_up": [{"node": "gent-1", "site": "gent", "isp_family": "birch", "country": "BE",
                    "may_lead": False, "score": "500000", "family_use": "400000"}],
    "not_chosen": [{"rule": "capacity", "nodes": "2"}, {"rule": "outranked", "nodes": "1"}],
    "listed": [{"node": "tours-1", "rule": "capacity"}, {"node": "gent-1", "rule": "outranked"}],
    "orders_left": "7"}


def event(sequence, kind):
    return {"revision": 9, "at": NOW, "kind": kind, "subject": "lille-1", "message": "syncs",
            "sequence": sequence, "about": "node", "owner": "maison"}


class Refusal(Exception):
    def __init__(self, status, code, message, details=()):
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "request_id": "req-1",
                     "details": [{"key": k, "value": v} for k, v in details]}


class FakeApi:
    """The state behind the handler. `url` and `ca_file` are what the command needs."""

    def __init__(self, folder, **certificates):
        self.calls, self.faults, self.blobs = [], [], {}
        self.recorded, self.operations, self.published = {}, {}, []
        self.refuse_next = None     # a Refusal for the next write
        self.unquoted = None        # a Refusal for every quote
        self.mail_warning = ""      # of contacts
        self.applications_accepted = True
        self.audit_partial = False
        self.mail_sender = "foyer@example.org"
        self.fail_operations = self.endless_operations = False
        self.instance_state = "running"
        self.roles, self.whoami_more = ["operator"], {}
        self.totp = False           # a login asks for a code
        self.health, self.version, self.clock_shift_s = "ok", "v1", 0
        self.lock = threading.RLock()
        self.ca_file = make_certificates(folder, **certificates)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{folder}/server.crt", f"{folder}/server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"https://localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def writes(self):
        return [call for call in self.calls if call["method"] in ("POST", "PUT", "DELETE")
                and not call["path"].startswith("/v1/blobs/")]

    def answer(self, call):
        """(status, bytes) for a call that passed the doorkeeper."""
        if call["path"].startswith("/v1/blobs/"):
            return self.blob(call)
        if call["path"].startswith("/v1/log"):
            return 200, json.dumps(self.login(call)).encode()
        if call["method"] == "GET":
            return 200, json.dumps(self.read(call["path"], call["query"])).encode()
        return 200, self.write(call)

    def blob(self, call):
        digest = call["path"].rsplit("/", 1)[1]
        if call["method"] == "HEAD":
            return (200 if digest in self.blobs else 404), b""
        if "sha256:" + hashlib.sha256(call["body"]).hexdigest() != digest:
            raise Refusal(400, "invalid_argument", "digest does not match the bytes")
        self.blobs[digest] = call["body"]
        return 201, b"{}"

    def read(self, path, query):
        if path == "/v1/whoami":
            return {"account": "operator", "roles": self.roles, "scopes": self.roles, "token_id":
                    "op", "token_expires_at": "2999-01-01T00:00:00Z", **self.whoami_more}
        if path == "/v1/events":
            return self.events(query)
        if path == "/healthz":
            return {"status": self.health}
        if path == "/v1/openapi.json":
            return {"openapi": "3.1.0", "info": {"version": self.version}}
        members = re.fullmatch(r"/v1/accounts/acme/members(/\w+)?", path)
        if members:
            path = "/v1/members" + (members[1] or "")
        parts = path.split("/")[2:]
        if parts == ["operations"]:
            rows = [{"id": "op-7", "kind": "drain", "node": "lille-1", "state": "running"}]
            return {"operations": rows, "page": {"next_page_token": "", "has_more": False}}
        if parts[0] == "operations":
            return self.operation(parts[1])
        if path == "/v1/rebalance":
            return BALANCE
        if path == "/v1/upgrade":
            return {"version": "0.2.0", "state": "running", "at_most": 2, "started_at": NOW}
        if path == "/v1/sites/lille/promise":
            return {"site": "lille", "month": "2026-11", "currency": "EUR", "monthly_cents": 3000,
                    "earned_cents": 1490, "heard_ms": 3564000, "passed_ms": 3600000}
        if path == "/v1/quote" and self.unquoted:
            raise self.unquoted
        if path == "/v1/quote":
            return QUOTE if "replicas=3" in query else {"price_list": "", "monthly_cents": 0}
        if parts[0] not in ROWS:
            raise Refusal(404, "not_found", f"no route '{path}'")
        if len(parts) == 1:
            return self.page(parts[0], query)
        keys = ("name", "id", "version")
        found = [row for row in ROWS[parts[0]] if parts[1] in map(row.get, keys)]
        if not found:
            raise Refusal(404, "not_found", f"no {parts[0]} '{parts[1]}'")
        if parts[-1] == "events":
            return {"events": [{"revision": 9, "at": NOW, "kind": "running", "subject": parts[1],
                                "message": "serves"}], "page": {}}
        if parts[-1] == "log":
            return self.log(query)
        if parts[-1] == "timeline":
            return TIMELINE
        if parts[-1] == "letter":
            return {"site": parts[1], "title": "What it is", "text": "What it is\n"}
        if parts[-1] == "placement":
            return PLACEMENT
        row = dict(found[0])
        if parts[0] == "instances":
            row["state"] = self.instance_state
        return row

    def events(self, query):
        """Two that have happened; one each time somebody waits, until it is refused."""
        if "after=" not in query:
            return {"events": [event(3, "node_silent"), event(4, "node_back")], "last": 4}
        after = int(query.split("after=")[1].split("&")[0])
        if after >= 6:
            raise Refusal(401, "unauthenticated", "this token expired")
        return {"events": [event(after + 1, "node_silent")], "last": after + 1, "has_more": False}

    def log(self, query):
        """Two lines there are; one each time somebody waits, until it is refused."""
        def line(text, stream="output"):
            return {"at": NOW, "stream": stream, "text": text, "continued": False}
        place = re.search(r"after=7-(\d+)", query)
        if not place:
            lines, at = [line("one"), line("bad \x1b[2J", "error")], 2
        elif int(place[1]) < 4:
            lines, at = [line(f"line {place[1]}")], int(place[1]) + 1
        else:
            raise Refusal(403, "permission_denied", "this token ended")
        return {"lines": lines, "last": f"7-{at}", "index": 1, "gap": at == 4, "has_more": False}

    def page(self, noun, query):
        rows = ROWS[noun]
        if noun == "isps":  # two pages
            second = [{"name": "birch", "family": "birch", "created_at": NOW}]
            rows, token = (second, "") if query == "page_token=p2%2F" else (rows, "p2/")
            return {"isps": rows, "page": {"next_page_token": token, "revision": 3}}
        if noun == "audit":
            return {"entries": rows, "partial": self.audit_partial,
                    "page": {"next_page_token": "", "revision": 3}}
        if noun == "applications":
            return {"applications": rows, "accepted": self.applications_accepted,
                    "master": "master.example:7443", "ca_sha256": "ab" * 32,
                    "page": {"next_page_token": "", "revision": 3}}
        more = {"sender": self.mail_sender} if noun == "contacts" else {}
        return {FIELDS.get(noun, noun): rows, **more,
                "page": {"next_page_token": "", "revision": 3}}

    def login(self, call):
        """As a person: anna, whose password is PASSWORD, with the code 287082 if `totp`."""
        body, verb = json.loads(call["body"] or b"{}"), call["path"].rpartition("/")[2]
        if verb == "login:totp":
            return {"secret": "GEZDGNBV", "uri": "otpauth://totp/Foyer:acme%20anna?secret=GEZDGNBV"}
        if verb not in ("login", "login:password"):
            return {}
        if body["password"] != PASSWORD:
            raise Refusal(401, "unauthenticated", "account, member, password or code is wrong",
                          [("rule", "login_refused")])
        if verb == "login" and self.totp and body.get("code") != "287082":
            raise Refusal(401, "unauthenticated", "this login asks for the code",
                          [("rule", "totp_needed")])
        return {"account": body.get("account"), "member": body.get("member"), "token": TOKEN,
                "device": "device-1", "expires_at": NOW}

    def write(self, call):
        key = call["key"]
        if not key:
            raise Refusal(400, "invalid_argument", "a write needs an Idempotency-Key")
        print_of = (call["method"], call["path"], call["query"], call["body"])
        if key in self.recorded:
            known, answer = self.recorded[key]
            if known != print_of:
                raise Refusal(409, "aborted", f"request id '{key}' was used for another request")
            return answer
        if self.refuse_next:
            refusal, self.refuse_next = self.refuse_next, None
            raise refusal
        body = json.loads(call["body"] or b"{}")
        answer = json.dumps(self.effect(call, body)).encode()
        self.recorded[key] = (print_of, answer)
        return answer

    def effect(self, call, body):
        path = call["path"]
        if path == "/v1/tokens":
            return {"id": "t1", "account": body.get("account", "operator"),
                    "token": "foyer_t1_newsecret",
                    "expires_at": NOW}
        if path == "/v1/webhooks":
            return dict(body, secret="whsec_newsecret", on=True)
        if path == "/v1/contacts":
            return dict(body, id="w4c8z1p0qd", state="waits", warning=self.mail_warning)
        if path.startswith("/v1/contacts/"):
            return dict(ROWS["contacts"][0], **body)
        if path.startswith("/v1/applications/"):
            state = "approved" if path.endswith(":approve") else "rejected"
            return dict(ROWS["applications"][0], state=state, node="dijon-1")
        if path == "/v1/domains":
            mail = {} if body["use"] != "mail" else {
                "records": [{"name": "foyer-1._domainkey." + body["name"], "type": "TXT",
                             "value": "v=DKIM1; k=rsa; p=" + "A" * 392}],
                "mail_hints": [{"name": body["name"], "type": "TXT", "value": "v=spf1 ~all"}]}
            return dict(ROWS["domains"][0], name=body["name"], use=body["use"], **mail)
        if path == "/v1/node-tokens":
            return {"token": "foyer1.abcdef", "node": body.get("node", "lille-2"),
                    "expires_at": NOW}
        if path == "/v1/software-releases":
            self.published.append(body)
            return ROWS["software-releases"][0]
        if path == "/v1/instances":
            answer = {"instance": instance(body["name"]),
                      "promises": ["synchronous: nothing acknowledged is lost"]}
            if body.get("validate_only"):
                answer["placement"] = PLACEMENT
            else:
                answer["operation"] = self.start("order", body["name"])
            return answer
        if path.endswith(":reveal"):
            return dict(instance("acme")["connection"], password=PASSWORD)
        if path.endswith(":exec"):
            said = base64.b64decode(body.get("input", "")) + b"out\x1b\n"
            return {"index": 0, "exit_code": 3 if "input" in body else 0,
                    "output": base64.b64encode(said).decode(),
                    "errors": base64.b64encode(b"no\n").decode(), "timed_out": False,
                    "output_cut": True}
        if path == "/v1/rebalance:start":
            return self.start("rebalance", "")
        if path.endswith(":withdraw"):
            return dict(ROWS["software-releases"][0], withdrawn_reason=body["reason"])
        if call["method"] == "DELETE" and path.startswith("/v1/tokens/"):
            return {"revoked": [path.rsplit("/", 1)[1]]}
        if "/members" in path and call["method"] != "DELETE":
            return dict(ROWS["members"][0], **body, invited_until=NOW,
                        invitation="" if call["method"] == "PUT" else "inv_newsecret")
        if call["method"] == "PUT":
            if call["if_match"] not in ("", '"7"', "*"):
                raise Refusal(412, "aborted", "it changed", [("rule", "if_match")])
            return dict(ROWS[path.split("/")[2]][0], **body)
        action = re.fullmatch(r"/v1/(instances|nodes)/([^/:]+):([\w-]+)", path)
        if action and action[1] == "instances":
            return self.start(action[3], action[2])
        if action and action[3] == "drain":
            return self.start("drain", "", node=action[2])
        if action:
            return dict(ROWS["nodes"][0])
        if call["method"] == "DELETE" and path.startswith("/v1/instances/"):
            return self.start("delete", path.rsplit("/", 1)[1])
        return dict(body, created_at=NOW) if call["method"] == "POST" else {}

    def start(self, kind, name, node=""):
        number = f"op-{len(self.operations) + 1}"
        self.operations[number] = {
            "id": number, "kind": kind, "instance": name, "node": node, "state": "running",
            "revision": 1,
            "created_at": NOW, "steps": [{"name": "place", "state": "running", "started_at": NOW},
                                         {"name": "serve", "state": "unspecified"}]}
        return self.operations[number]

    def operation(self, number):
        """Each look at a running operation moves it on by one step."""
        if number not in self.operations:
            raise Refusal(404, "not_found", f"no operation '{number}'")
        operation = self.operations[number]
        if self.endless_operations or operation["state"] != "running":
            return operation
        operation["revision"] += 1
        for step in operation["steps"]:
            if step["state"] != "succeeded":
                step.update(state="succeeded", started_at=NOW, finished_at=NOW, detail="")
                break
        if all(step["state"] == "succeeded" for step in operation["steps"]):
            operation.update(state="failed" if self.fail_operations else "succeeded",
                             finished_at=NOW)
            if self.fail_operations:
                operation["error"] = {"code": "unavailable", "message": "no copy answered",
                                      "facts": [{"key": "node", "value": "lille-1"}]}
        return operation


def handler_of(api):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def date_time_string(self, timestamp=None):
            return super().date_time_string(time.time() + api.clock_shift_s)

        def serve(self):
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            call = {"method": self.command, "path": path, "query": query, "body": body,
                    "key": self.headers.get("Idempotency-Key", ""), "host": self.headers["Host"],
                    "if_match": self.headers.get("If-Match", "")}
            with api.lock:
                api.calls.append(call)
                fault = api.faults.pop(0) if api.faults else None
                status, answer = self.judge(call, fault)
            if fault == "cut":
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        def judge(self, call, fault):
            if fault == "html":
                return 502, b"<html>bad gateway</html>"
            try:
                if fault == "unavailable":
                    raise Refusal(503, "unavailable", "the database is away")
                open_to_all = call["path"] in ("/healthz", "/v1/openapi.json", "/v1/login",
                                               "/v1/login:accept")
                if not open_to_all and self.headers.get("Authorization") != "Bearer " + TOKEN:
                    raise Refusal(401, "unauthenticated", "unknown token")
                return api.answer(call)
            except Refusal as refusal:
                return refusal.status, json.dumps(refusal.body).encode()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = serve

    return Handler


def make_certificates(folder, days=30, names="DNS:localhost", ca_days=30):
    """A CA and a certificate for localhost, in PEM; returns the CA's file."""
    run = lambda *words: subprocess.run(words, cwd=folder, check=True, capture_output=True)
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", *new_key, "-keyout", "ca.key", "-out", "ca.csr", "-subj", "/CN=fake CA")
    with open(f"{folder}/ca.cnf", "w") as file:
        file.write("basicConstraints=critical,CA:TRUE\n")
    run("openssl", "x509", "-req", "-in", "ca.csr", "-signkey", "ca.key", "-days", str(ca_days),
        "-extfile", "ca.cnf", "-out", "ca.crt")
    run("openssl", "req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj",
        "/CN=api")
    with open(f"{folder}/san.cnf", "w") as file:
        file.write(f"subjectAltName={names}\n")
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
        "-CAcreateserial", "-days", str(days), "-extfile", "san.cnf", "-out", "server.crt")
    return f"{folder}/ca.crt"
