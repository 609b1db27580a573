"""People of an account: invited, logged in by password and code, kept apart, slowed when they
guess; browsers with cookies that no other site's page can use. And what is written down of it: no
secret.
"""

import base64
import hashlib
import hmac
import http.client
import statistics
import struct
import time

from master_fixture import Client, Master, skip_without_postgres, until

PASSWORD = "four words in a row"
OTHER = "four words in another row"


def code_at(secret, when):
    """TOTP, RFC 6238, written down once more: the master takes what an authenticator shows."""
    counter = struct.pack(">Q", int(when) // 30)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def invited(manager, account, name, **rights):
    made = manager.must(manager.post(f"/v1/accounts/{account}/members", {"name": name, **rights}))
    assert made["invitation"].startswith("inv_") and made["invited_until"], made
    return made["invitation"]


def joined(master, manager, account, name, **rights):
    """A member with PASSWORD, and a client of its first session."""
    nobody = Client(master)
    asked = {"account": account, "member": name, "password": PASSWORD,
             "invitation": invited(manager, account, name, **rights)}  # fmt: skip
    nobody.must(nobody.post("/v1/login:accept", asked))
    return logged_in(master, account, name)


def login_body(account, name, **more):
    return {"account": account, "member": name, "password": PASSWORD, **more}


def logged_in(master, account, name, **more):
    nobody = Client(master)
    answer = nobody.must(nobody.post("/v1/login", login_body(account, name, **more)))
    client = Client(master, answer["token"])
    client.device = answer["device"]
    return client


def rule_of(answer):
    return [d["value"] for d in answer.json["details"] if d["key"] == "rule"]


def from_invitation_to_session(master, acme):
    invitation = invited(acme, "acme", "anna@acme.example", manages=True)
    nobody = Client(master)
    asked = {"account": "acme", "member": "anna@acme.example", "invitation": invitation}
    refused = nobody.post("/v1/login:accept", {**asked, "password": "short"})
    assert refused.status == 400 and "12 letters" in refused.json["message"], refused
    nobody.must(nobody.post("/v1/login:accept", {**asked, "password": PASSWORD}))
    again = nobody.post("/v1/login:accept", {**asked, "password": OTHER})
    assert again.status == 401 and rule_of(again) == ["invitation_refused"], again
    anna = logged_in(master, "acme", "anna@acme.example")
    who = anna.must(anna.get("/v1/whoami"))
    assert who["account"] == "acme" and who["member"] == "anna@acme.example", who
    assert who["session"] and who["manages"] and not who["totp"], who
    row = anna.must(anna.get("/v1/accounts/acme/members/anna%40acme.example"))
    assert row["has_password"] and row["last_login_at"] and not row.get("invitation"), row
    return anna


def each_sees_its_own(master, anna):
    """Another organisation's members are as none, whatever one asks; nobody narrowed manages."""
    eve = master.account("eve", "customer")
    bert = joined(master, anna, "acme", "bert", read_only=True)
    assert [m["name"] for m in bert.rows("/v1/accounts/acme/members", "members")] == [
        "anna@acme.example", "bert"]  # fmt: skip
    assert bert.get("/v1/whoami").json["read_only"]
    ghosts = []
    for name in ("anna@acme.example", "nobody"):
        for method, path, body in (
            ("GET", f"/v1/accounts/acme/members/{name}", None),
            ("PUT", f"/v1/accounts/acme/members/{name}", {}),
            ("DELETE", f"/v1/accounts/acme/members/{name}", None),
            ("POST", f"/v1/accounts/acme/members/{name}:invite", {}),
            ("POST", "/v1/accounts/acme/members", {"name": "spy"}),
            ("GET", "/v1/accounts/acme/members", None),
        ):
            answer = eve.call(method, path, body=body)
            ghosts.append((answer.status, answer.json["message"].replace(name, "X")))
            assert answer.status == 404, (method, path, answer)
    assert ghosts[: len(ghosts) // 2] == ghosts[len(ghosts) // 2 :], ghosts
    refused = bert.post("/v1/accounts/acme/members", {"name": "spy"})
    assert refused.status == 403, refused
    anna.must(anna.call("PUT", "/v1/accounts/acme/members/bert", body={}))
    refused = bert.post("/v1/accounts/acme/members", {"name": "spy"})
    assert refused.status == 403 and rule_of(refused) == ["manages"], refused
    # A member sees and revokes its own tokens only.
    mine = {token["id"] for token in bert.rows("/v1/tokens", "tokens")}
    all_of_acme = {token["id"] for token in anna.rows("/v1/tokens", "tokens")}
    assert len(mine) == 1 and mine < all_of_acme, (mine, all_of_acme)
    for other in all_of_acme - mine:
        assert bert.get("/v1/tokens/" + other).status == 404
        assert bert.call("DELETE", "/v1/tokens/" + other).status == 404
    # What it makes goes with it.
    made = Client(master, bert.must(bert.post("/v1/tokens", {"note": "export"}))["token"])
    assert made.get("/v1/whoami").json["member"] == "bert"
    assert rule_of(made.post("/v1/logout")) == ["session_needed"]
    anna.must(anna.call("DELETE", "/v1/accounts/acme/members/bert"))
    assert made.get("/v1/whoami").status == 401 and bert.get("/v1/whoami").status == 401


def codes_of_an_authenticator(master, anna):
    refused = anna.post("/v1/login:totp", {"password": "not this one at all"})
    assert refused.status == 401, refused
    begun = anna.must(anna.post("/v1/login:totp", {"password": PASSWORD}))
    assert begun["uri"].startswith("otpauth://totp/Foyer:acme%20anna") and begun["secret"]
    wrong = anna.post("/v1/login:totp-confirm", {"code": "000000"})
    assert wrong.status in (401, 200), wrong  # one of a million is right
    now = time.time()
    code = code_at(begun["secret"], now)
    anna.must(anna.post("/v1/login:totp-confirm", {"code": code}))
    nobody, body = Client(master), login_body("acme", "anna@acme.example")
    needed = nobody.post("/v1/login", body)
    assert needed.status == 401 and rule_of(needed) == ["totp_needed"], needed
    # The password comes first: without it nobody learns that codes are asked for.
    refused = nobody.post("/v1/login", {**body, "password": "not this one at all"})
    assert rule_of(refused) == ["login_refused"], refused
    used = nobody.post("/v1/login", {**body, "code": code})
    assert rule_of(used) == ["login_refused"], used
    following = code_at(begun["secret"], now + 30)  # a code is good a little early
    nobody.must(nobody.post("/v1/login", {**body, "code": following}))
    again = nobody.post("/v1/login", {**body, "code": following})
    assert rule_of(again) == ["login_refused"], again
    return begun["secret"]


def a_lost_device_is_replaced(master, acme):
    """Who manages invites again: password and codes are new, old sessions over."""
    carl = joined(master, acme, "acme", "carl")
    anew = acme.must(acme.post("/v1/accounts/acme/members/carl:invite"))
    assert carl.get("/v1/whoami").status == 200  # until it is accepted
    nobody = Client(master)
    nobody.must(nobody.post("/v1/login:accept", {
        "account": "acme", "member": "carl", "invitation": anew["invitation"],
        "password": OTHER}))  # fmt: skip
    assert carl.get("/v1/whoami").status == 401
    assert nobody.post("/v1/login", login_body("acme", "carl")).status == 401
    carl = logged_in(master, "acme", "carl", password=OTHER)
    changed = {"password": OTHER, "new_password": PASSWORD}
    second = logged_in(master, "acme", "carl", password=OTHER)
    carl.must(carl.post("/v1/login:password", changed))
    assert carl.get("/v1/whoami").status == 200 and second.get("/v1/whoami").status == 401
    carl.must(carl.post("/v1/logout"))
    assert carl.get("/v1/whoami").status == 401


class Browser:
    """Keeps cookies as a browser does; a page of `origin` asks."""

    def __init__(self, master):
        self.master, self.cookies, self.csrf = master, {}, None
        self.own = f"https://127.0.0.1:{master.https}"

    def call(self, method, path, body=None, origin=None, csrf=None):
        client, headers = Client(self.master), {}
        if origin:
            headers["Origin"] = origin
        if csrf:
            headers["X-CSRF-Token"] = csrf
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        answer = client.call(method, path, body=body, headers=headers)
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, value = line.split(";")[0].split("=", 1)
            assert name.startswith("__Host-") and "; Secure" in line, line
            assert "; HttpOnly" in line and "; SameSite=Strict" in line, line
            assert "; Path=/" in line and "Domain" not in line, line
            self.cookies[name] = value
            if "Max-Age=0" in line:
                del self.cookies[name]
        return answer


def a_browser_and_other_sites(master):
    browser = Browser(master)
    body = login_body("acme", "carl", cookie=True)
    # A page of another site logs nobody in (into the attacker's account, say).
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{master.https}"):
        refused = browser.call("POST", "/v1/login", body, origin=origin)
        assert refused.status == 403 and rule_of(refused) == ["csrf"], refused
    answer = browser.call("POST", "/v1/login", body, origin=browser.own)
    assert answer.status == 200, answer
    assert not answer.json["token"] and not answer.json["device"], answer
    assert set(browser.cookies) == {"__Host-foyer_session", "__Host-foyer_device"}
    csrf = answer.json["csrf_token"]
    who = browser.call("GET", "/v1/whoami")
    assert who.json["member"] == "carl" and who.headers["X-CSRF-Token"] == csrf, who
    # The browser sends the cookie; only a page of ours knows what else is needed.
    for origin, token in ((None, None), (browser.own, None), (browser.own, "0" * 64),
                          ("https://evil.example", csrf), ("null", csrf)):  # fmt: skip
        refused = browser.call("POST", "/v1/tokens", {}, origin=origin, csrf=token)
        assert refused.status == 403 and rule_of(refused) == ["csrf"], (origin, token, refused)
    made = browser.call("POST", "/v1/tokens", {}, origin=browser.own, csrf=csrf)
    assert made.status == 200, made
    # The token of another session is none of this one.
    second = Browser(master)
    second.cookies["__Host-foyer_device"] = browser.cookies["__Host-foyer_device"]
    second.call("POST", "/v1/login", body, origin=second.own)
    refused = second.call("POST", "/v1/tokens", {}, origin=second.own, csrf=csrf)
    assert refused.status == 403, refused
    ended = browser.call("POST", "/v1/logout", {}, origin=browser.own, csrf=csrf)
    assert ended.status == 200 and "__Host-foyer_session" not in browser.cookies, ended
    assert browser.call("GET", "/v1/whoami").status == 401


def guesses_are_slowed(master, acme):
    """A stranger waits; a known device does not; nobody else's login is touched."""
    dora = joined(master, acme, "acme", "dora")
    joined(master, acme, "acme", "emil")
    stranger = Client(master)
    guess = {**login_body("acme", "dora"), "password": "not this one at all"}
    answers = [stranger.post("/v1/login", guess) for _ in range(12)]
    assert {answer.status for answer in answers} == {401, 429}, answers
    slowed = next(answer for answer in answers if answer.status == 429)
    assert rule_of(slowed) == ["login_slowed"] and int(slowed.headers["Retry-After"]) >= 1, slowed
    # The right password from there waits, too; where she logged in before it does not.
    assert stranger.post("/v1/login", login_body("acme", "dora")).status == 429
    again = stranger.post("/v1/login", login_body("acme", "dora", device=dora.device))
    assert again.status == 200, again
    foreign = stranger.post("/v1/login", login_body("acme", "emil", device=dora.device))
    assert foreign.status == 200, foreign  # not slowed, and her device is not his
    assert foreign.json["device"] != dora.device


def nobody_learns_who_there_is(master):
    """The same answer in the same time, whatever is wrong."""
    def ask(account, member):
        started = time.monotonic()
        # Another device's word, so that it is not slowed: it is none of theirs.
        answer = Client(master).post("/v1/login", {
            "account": account, "member": member, "password": "not this one at all"})  # fmt: skip
        return answer.status, answer.json and answer.json["message"], time.monotonic() - started

    known = [ask("acme", "frida") for _ in range(4)]
    unknown = [ask("acme", "nobody") for _ in range(4)]
    foreign = [ask("no-such-account", "frida") for _ in range(4)]
    messages = {(status, text) for status, text, _ in known + unknown + foreign}
    assert len(messages) == 1 and messages.pop()[0] == 401, (known, unknown, foreign)
    # Hashing takes tens of milliseconds: who skipped it would be ten times as fast.
    medians = [statistics.median(s for *_, s in rows) for rows in (known, unknown, foreign)]
    assert max(medians) < 5 * min(medians), medians


def hostile_logins(master):
    nobody = Client(master)
    long = "x" * 70_000
    for body, status in (
        ({}, 400),
        ({"account": "acme"}, 400),
        ({"account": "acme", "member": "m" * 65, "password": PASSWORD}, 400),
        ({"account": "acme", "member": "../carl", "password": PASSWORD}, 401),
        ({"account": "acme", "member": "CARL", "password": PASSWORD}, 401),
        ({"account": "acme", "member": "carl", "password": long}, 401),
        ({"account": "acme", "member": "carl", "password": ""}, 401),
        ({"account": "acme", "member": "carl", "password": PASSWORD, "device": long}, 200),
        ({"account": "acme", "member": "carl", "password": PASSWORD, "code": "123456"}, 200),
        ({"account": "acme", "member": "carl", "password": 7}, 400),
    ):
        answer = nobody.post("/v1/login", body)
        assert answer.status == status or answer.status == 429, (body, answer)
    # A secret does not belong into an address, where everybody on the way writes it down.
    answer = nobody.post("/v1/login?password=" + "a" * 12, {"account": "acme", "member": "carl"})
    assert answer.status == 400 and "secret" in answer.json["message"], answer


def nothing_secret_is_written_down(master, secrets):
    text = master.log_text()
    audit = master.operator.rows("/v1/audit", "entries")
    rpcs = {entry["rpc"].rsplit("/", 1)[1] for entry in audit}
    assert {"CreateMember", "AcceptInvitation", "Login", "Logout", "ConfirmTotp"} <= rpcs, rpcs
    logins = [entry for entry in audit if entry["rpc"].endswith("/Login")]
    assert {entry["account"] for entry in logins} == {"acme"}, logins
    assert {"anna@acme.example", "bert"} <= {entry["member"] for entry in logins}, logins
    # Two logins of one person leave the same hash: nothing of the password or code is in it.
    assert len({entry["body_hash"] for entry in logins if "anna" in entry["member"]}) == 1
    for secret in secrets:
        assert secret not in text, "a secret is in the log"
        assert secret not in str(audit), "a secret is in the audit log"


def over_grpc_too(master):
    """The same service, the same guard; a token comes back, never a cookie."""
    assert http.client.HTTPSConnection  # the HTTP side is all above
    from master_fixture import Box  # noqa: PLC0415

    box = Box()
    with open(master.data + "/ca/ca.crt", encoding="ascii") as file:
        where = {"do": "login", "address": f"127.0.0.1:{master.grpc}", "ca": file.read()}
    answer = box.do(**where, account="acme", member="gus", password=PASSWORD)
    assert answer["token"].startswith("foyer_") and answer["member"] == "gus", answer
    answer = box.do(**where, account="acme", member="gus", password="not this one at all")
    assert answer["error"] == "unauthenticated", answer
    box.close()


def after_a_restart(master, client):
    master.stop()
    master.start()
    until("the session lives on", lambda: client.get("/v1/whoami").status == 200)


def main():
    skip_without_postgres()
    with Master().start() as master:
        acme = master.account("acme", "customer", "host")
        anna = from_invitation_to_session(master, acme)
        each_sees_its_own(master, anna)
        seed = codes_of_an_authenticator(master, anna)
        a_lost_device_is_replaced(master, acme)
        after_a_restart(master, anna)  # and what was slowed is forgotten
        a_browser_and_other_sites(master)
        joined(master, acme, "acme", "frida")
        joined(master, acme, "acme", "gus")
        nobody_learns_who_there_is(master)
        master.stop()
        master.start()
        over_grpc_too(master)
        guesses_are_slowed(master, acme)
        hostile_logins(master)
        nothing_secret_is_written_down(master, (PASSWORD, OTHER, seed, anna.token, anna.device))
    print("login: all good")


if __name__ == "__main__":
    main()
