"""What was good for a time only ends when it is over, wherever it is in use: a token over HTTPS and
gRPC, on a connection that is kept, in a stream that is open; the session of a browser's cookie.
Nothing else ends with it. The master's wall clock is set by the test.
"""

import http.client
import json
import time
from datetime import datetime

from master_fixture import Box, Client, Master, skip_without_postgres, until

from fake_time import WallClock  # of tests/support, by master_fixture

MINUTE, HOUR = 60, 3600
SESSION_HOURS = 12
PASSWORD = "four words in a row"


def facts(details):
    return {one["key"]: one["value"] for one in details}


class Stream:
    """Of events; a read waits until something is told."""

    def __init__(self, client, headers):
        self.connection = client.connect(timeout=60)
        self.connection.request(
            "GET", "/v1/events", headers={"Accept": "text/event-stream", **headers}
        )
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        self.block()  # its place: it has begun

    def block(self):
        """The fields of the next block; None: it has ended."""
        fields = {}
        while True:
            line = self.answer.readline().decode()
            if not line:
                return None
            if line == "\n":
                return fields
            name, _, value = line.rstrip("\n").partition(": ")
            fields[name] = value

    def last_words(self):
        """Told on the way, and why it ended."""
        told = []
        while True:
            fields = self.block()
            assert fields is not None, f"it ended without a word: {told}"
            if fields.get("event") == "refused":
                assert self.block() is None, "it goes on after its end"
                self.connection.close()
                return told, json.loads(fields["data"])
            told.append(fields)


def bearer(token):
    return {"Authorization": "Bearer " + token}


def set_clock(clock, client, seconds):
    """Returns once the master's clock is so far ahead."""
    clock.set(seconds)

    def ahead():
        made = client.must(client.post("/v1/tokens", {"validate_only": True}))["created_at"]
        then = datetime.fromisoformat(made.replace("Z", "+00:00")).timestamp()
        return then - time.time() > seconds - 5

    until("the clock is set", ahead)


def is_over(error, rule="token_expired"):
    assert error["code"] == "unauthenticated", error
    assert facts(error["details"])["rule"] == rule and "expired at" in error["message"], error


class Wires:
    """One token in use in every way at once."""

    def __init__(self, master, box, token, headers=None):
        self.master, self.token, self.headers = master, token, headers or bearer(token)
        self.client = Client(master)
        self.line = self.client.connect()  # kept
        self.box = box
        self.stream = Stream(self.client, self.headers)

    def whoami(self, **more):
        return self.client.get("/v1/whoami", headers=self.headers, **more)

    def grpc(self, rpc="AccountService/WhoAmI"):
        with open(self.master.data + "/ca/ca.crt", encoding="ascii") as file:
            ca = file.read()
        return self.box.do(do="raw", address=f"127.0.0.1:{self.master.grpc}", ca=ca, message="",
                           method="/foyer.api.v1." + rpc,
                           metadata=[["authorization", "Bearer " + self.token]])  # fmt: skip

    def is_good(self):
        assert self.whoami().status == 200
        assert self.whoami(connection=self.line).status == 200
        assert "message" in self.grpc(), self.grpc()

    def ends(self):
        """Waits until it is over, and sees that it is so everywhere."""
        until("it is over", lambda: self.whoami().status == 401)
        is_over(self.whoami().json)
        try:
            is_over(self.whoami(connection=self.line).json)
        except (http.client.HTTPException, OSError):
            pass  # a connection that was not used for long was closed
        for rpc in ("AccountService/WhoAmI", "InstanceService/ListInstances",
                    "AccountService/CreateToken", "EventService/ListEvents"):  # fmt: skip
            told = self.grpc(rpc)
            assert told["error"] == "unauthenticated", told
            assert told["details"]["rule"] == "token_expired", told
        for method, path in (("GET", "/v1/instances"), ("POST", "/v1/tokens"),
                             ("GET", "/v1/events"), ("POST", "/v1/logout"),
                             ("GET", "/v1/events?wait_ms=20000")):  # fmt: skip
            body = {} if method == "POST" else None
            answer = self.client.call(method, path, body=body, headers=self.headers)
            assert answer.status == 401, (method, path, answer)
        again = self.client.get("/v1/events", headers={"Accept": "text/event-stream",
                                                       **self.headers})  # fmt: skip
        assert again.status == 401, again
        return self.stream.last_words()


def a_token_of_a_minute(master, box, clock, acme):
    """61 seconds later it is over; one that was made with it, too; others go on."""
    made = acme.must(acme.post("/v1/tokens", {"valid_seconds": MINUTE, "note": "brief"}))
    brief = Wires(master, box, made["token"])
    child = Client(master, brief.client.must(
        brief.client.post("/v1/tokens", {}, headers=brief.headers))["token"])  # fmt: skip
    other = Wires(master, box, acme.token)
    brief.is_good()
    set_clock(clock, acme, MINUTE - 20)
    brief.is_good()
    tokens = {row["id"] for row in acme.rows("/v1/tokens", "tokens")}
    clock.set(MINUTE + 1)
    _, why = brief.ends()
    is_over(why)
    is_over(child.get("/v1/whoami").json)
    # What happens then is told to who may hear it still, and to nobody else.
    event = acme.must(acme.post("/v1/tokens", {"note": "after"}))["id"]
    while event not in json.dumps(other.stream.block()):
        pass
    other.is_good()
    other.stream.connection.close()
    # Nothing was made with a token that is over.
    after = {row["id"] for row in acme.rows("/v1/tokens", "tokens")}
    assert after - tokens == {event}, after ^ tokens


def a_session_of_a_browser(master, box, clock, acme):
    """Twelve hours after the login its cookie opens nothing, and its page writes nothing."""
    invitation = acme.must(acme.post("/v1/accounts/acme/members", {"name": "anna"}))["invitation"]
    nobody, person = Client(master), {"account": "acme", "member": "anna", "password": PASSWORD}
    nobody.must(nobody.post("/v1/login:accept", {**person, "invitation": invitation}))
    origin = {"Origin": f"https://127.0.0.1:{master.https}"}
    login = nobody.post("/v1/login", {**person, "cookie": True}, headers=origin)
    (session,) = [line for line in login.headers.get_all("Set-Cookie")
                  if line.startswith("__Host-foyer_session=")]  # fmt: skip
    assert f"; Max-Age={SESSION_HOURS * HOUR};" in session, session
    cookie = session.split(";")[0]
    page = {**origin, "Cookie": cookie, "X-CSRF-Token": login.json["csrf_token"]}
    browser = Wires(master, box, cookie.partition("=")[2], headers=page)
    browser.is_good()
    assert browser.client.post("/v1/tokens", {}, headers=page).status == 200
    begin = MINUTE + 1
    set_clock(clock, acme, begin + SESSION_HOURS * HOUR - MINUTE)
    browser.is_good()
    clock.set(begin + SESSION_HOURS * HOUR + 1)
    _, why = browser.ends()
    is_over(why)
    # The person may come again, and what else the account has goes on.
    again = nobody.post("/v1/login", {**person, "cookie": True}, headers=origin)
    assert again.status == 200, again
    assert acme.get("/v1/whoami").status == 200
    return browser


def main():
    skip_without_postgres()
    # A stream looks again at its beat whether its token is still good.
    with Master(api={"event_beat_ms": 500}) as master:
        clock = WallClock(master.folder)
        master.environment.update(clock.environment)
        master.start()
        acme, box = master.account("acme", "customer"), Box()
        a_token_of_a_minute(master, box, clock, acme)
        browser = a_session_of_a_browser(master, box, clock, acme)
        # Nor does it come to life again with the next master.
        assert master.stop() == 0
        master.start()
        assert browser.whoami().status == 401
        assert acme.get("/v1/whoami").status == 200
        box.close()
        assert master.stop() == 0


if __name__ == "__main__":
    main()
