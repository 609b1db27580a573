"""Every route of the API has a command, and every write can be tried with --dry-run first."""
import hashlib
import json
import os
import pathlib
import re
import subprocess
import unittest

from harness import CliTest

API = json.loads((pathlib.Path(__file__).resolve().parents[2]
                  / "schemas/openapi/foyer.v1.json").read_text())

# operationId: what a person types. A new route needs a command, and a line here.
COMMANDS = {
    "CreateIsp": "isp create dune", "ListIsps": "isp ls", "GetIsp": "isp show alder",
    "UpdateIsp": "isp set alder --asn 64500", "GetSiteLetter": "site letter lille",
    "AcceptNodeLine": "node accept-line lille-1",
    "CreateHost": "host create maison", "ListHosts": "host ls", "GetHost": "host show maison",
    "CreateSite": "site create x --isp alder --country FR --host maison --class house",
    "ListSites": "site ls", "GetSite": "site show lille",
    "GetSitePromise": "site earned lille", "CreateNodeToken": "node token --site lille",
    "ListApplications": "application ls", "GetApplication": "application show q4n8w1z7kp",
    "ApproveApplication": "application approve q4n8w1z7kp",
    "RejectApplication": "application reject q4n8w1z7kp",
    "ListNodes": "node ls", "GetNode": "node show lille-1",
    "DeleteNode": "node delete lille-1 --yes", "CordonNode": "node cordon lille-1",
    "UncordonNode": "node uncordon lille-1", "DrainNode": "node drain lille-1",
    "CancelDrain": "node cancel-drain lille-1", "PlanRebalance": "rebalance plan",
    "StartRebalance": "rebalance start", "StopRebalance": "rebalance stop",
    "PublishAgentRelease": "agent-release publish agent.deb --key publisher.key",
    "GetAgentRelease": "agent-release show 0.2.0", "ListAgentReleases": "agent-release ls",
    "GetUpgrade": "upgrade show", "StartUpgrade": "upgrade start 0.2.0",
    "PauseUpgrade": "upgrade pause", "ResumeUpgrade": "upgrade resume",
    "TurnBackUpgrade": "upgrade back",
    "OrderInstance": "order tryton --name acme", "ListInstances": "instance ls",
    "QuoteOrder": "quote tryton", "GetInstance": "instance show acme",
    "DeleteInstance": "instance delete acme --yes", "StopInstance": "instance stop acme",
    "StartInstance": "instance start acme", "PromoteInstance": "instance promote acme",
    "RevealInstance": "instance reveal acme", "ListInstanceEvents": "instance events acme",
    "GetInstanceTimeline": "instance timeline acme", "ExplainInstance": "instance explain acme",
    "ReadInstanceLog": "logs acme", "ExecInstance": "exec acme true",
    "GetOperation": "op show op-0", "ListOperations": "op ls",
    "ListReleases": "release ls",
    "GetRelease": "release show tryton",
    "WithdrawRelease": "release withdraw tryton@7.0.30-1 --reason x",
    "PublishPriceList": "price-list publish prices.json", "ListPriceLists": "price-list ls",
    "DeletePriceList": "price-list delete list-2026",
    "GetPriceList": "price-list show list-2026", "CreateAccount": "account create a --role host",
    "ListAccounts": "account ls", "CreateToken": "token create --account acme",
    "ListAudit": "audit ls", "WhoAmI": "whoami", "GetHealth": "doctor", "GetOpenApi": "doctor",
    "CreateWebhook": "webhook create hook --url https://a.example/", "ListWebhooks": "webhook ls",
    "GetWebhook": "webhook show shop", "DeleteWebhook": "webhook delete shop",
    "EnableWebhook": "webhook enable shop",
    "AddContact": "contact add anna@example.org", "ListContacts": "contact ls",
    "GetContact": "contact show w4c8z1p0qd", "RemoveContact": "contact rm w4c8z1p0qd",
    "ChangeContact": "contact set w4c8z1p0qd --language en",
    "ResendContactCode": "contact resend w4c8z1p0qd",
    "ConfirmContact": "contact confirm w4c8z1p0qd k7qm2xpd",
    "CreateDomain": "domain add erp.acme.example --instance acme", "ListDomains": "domain ls",
    "GetDomain": "domain show erp.acme.example", "DeleteDomain": "domain rm erp.acme.example",
    "ListEvents": "event ls", "DeleteIsp": "isp delete alder", "DeleteHost": "host delete maison",
    "DeleteSite": "site delete lille", "GetAccount": "account show acme",
    "UpdateAccount": "account set acme --role host", "DeleteAccount": "account delete acme --yes",
    "ListTokens": "token ls", "GetToken": "token show t1", "DeleteToken": "token revoke t1",
    "CreateMember": "member add carl --account acme", "ListMembers": "member ls --account acme",
    "GetMember": "member show anna --account acme",
    "UpdateMember": "member set anna --account acme --read-only",
    "DeleteMember": "member delete anna --account acme --yes",
    "InviteMember": "member invite anna --account acme",
    "PublishRelease": "release publish release --key publisher.key",
}
# Without a command of its own, and why.
OTHERS = {"PutBlob": "release publish sends blobs", "HeadBlob": "release publish asks first",
          "GetBlob": "boxes fetch blobs", "GetDocs": "a page for browsers",
          # Typed unseen: tests/cli/person_test.py; the provider's: tests/api/oidc_test.py.
          "Login": "login", "AcceptInvitation": "me accept", "Logout": "logout",
          "ChangePassword": "me password", "StartTotp": "me totp-on", "ConfirmTotp": "me totp-on",
          "RemoveTotp": "me totp-off", "StartOidc": "login --provider",
          "FinishOidc": "login --provider", "LinkOidc": "me link"}


def operations():
    for path, methods in API["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path, operation


def can_be_tried(operation):
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").split("/")[-1]
    fields = API["components"]["schemas"].get(name, {}).get("properties", {})
    return "validate_only" in fields or any(p.get("name") == "validate_only"
                                            for p in operation.get("parameters", []))


class Routes(CliTest):
    def setUp(self):
        super().setUp()
        self.write_file("prices.json", '{"name": "list-2026", "currency": "EUR", "sizes": []}')
        self.api.start("order", "acme")
        self.api.operations["op-0"] = self.api.operations.pop("op-1")
        self.release()
        self.agent()

    def agent(self):
        """The smallest package of the boxes' agent."""
        os.makedirs(self.path("deb/DEBIAN"), 0o755)
        self.write_file("deb/DEBIAN/control",
                        "Package: foyer-node\nVersion: 0.2.0\nArchitecture: amd64\n"
                        "Maintainer: F <f@foyer.invalid>\nDescription: of a test\n")
        subprocess.run(["dpkg-deb", "--root-owner-group", "--build", self.path("deb"),
                        self.path("agent.deb")], check=True, capture_output=True)

    def release(self):
        """The smallest that can be signed and sent."""
        blobs = self.path("release/image/blobs/sha256")
        os.makedirs(blobs)

        def blob(content):
            name = hashlib.sha256(content).hexdigest()
            pathlib.Path(blobs, name).write_bytes(content)
            return {"mediaType": "m", "digest": "sha256:" + name, "size": len(content)}
        manifest = blob(json.dumps({"config": blob(b"{}"), "layers": [blob(b"layer")]}).encode())
        for name, value in (("image/oci-layout", {"imageLayoutVersion": "1.0.0"}),
                            ("image/index.json", {"manifests": [manifest]}),
                            ("release.json", {"name": "tryton", "version": "1",
                                              "image": {"digest": manifest["digest"]}})):
            pathlib.Path(self.path("release"), name).write_text(json.dumps(value))
        self.ok("release", "keygen", "--key", self.path("publisher.key"))

    def run_line(self, line, *more):
        words = [self.path(word) if word in ("release", "publisher.key", "prices.json", "agent.deb")
                 and index > 1 else word for index, word in enumerate(line.split())]
        before = len(self.api.calls)
        done = self.foyer(*words, *more)
        self.assertIn(done.code, (0, 1), done)
        return self.api.calls[before:]

    def test_every_documented_route_is_named_once(self):
        documented = {name for name, *_ in operations()}
        self.assertEqual(documented - set(COMMANDS) - set(OTHERS), set(),
                         "routes without a command: write one, and its line in this test")
        self.assertEqual((set(COMMANDS) | set(OTHERS)) - documented, set())

    def test_every_command_takes_its_route(self):
        for name, method, path, _ in operations():
            if name not in COMMANDS:
                continue
            with self.subTest(name):
                template = re.sub(r"\\{\w+\\}", "[^/:]+", re.escape(path))
                calls = [(call["method"], call["path"]) for call in self.run_line(COMMANDS[name])]
                self.assertTrue(any(m == method and re.fullmatch(template, p) for m, p in calls),
                                calls)

    def test_every_write_can_be_tried_first(self):
        for name, method, _, operation in operations():
            if name not in COMMANDS or method == "GET":
                continue
            with self.subTest(name):
                self.assertTrue(can_be_tried(operation))
                writes = [call for call in self.run_line(COMMANDS[name], "--dry-run")
                          if call["method"] not in ("GET", "HEAD")]
                self.assertEqual(len(writes), 1, writes)
                body = json.loads(writes[0]["body"] or b"{}")
                self.assertTrue(body.get("validate_only")
                                or "validate_only=true" in writes[0]["query"])


if __name__ == "__main__":
    unittest.main()
