#!/usr/bin/env python3
"""The edge's proxy: names, fences, waiting, route changes under load, restarts, certificates."""

import http.client
import http.server
import os
import signal
import socket
import ssl
import sys
import threading
import time
import unittest

import runtime_lab
from runtime_lab import Driver, Place, inside, is_alive, pid_of, run

PORT = 8443
BODY_MAX = 1 << 20
NAME = "acme.foyer.localhost"

BACKEND = """
import http.server, os, socket, sys, time
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            open(sys.argv[3] + "/arrived", "w").close()
            until = time.monotonic() + 60
            while time.monotonic() < until and not os.path.exists(sys.argv[3] + "/go"):
                time.sleep(0.05)
        body = (sys.argv[2] + "\\n" + str(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        count = 0
        try:
            if "chunked" in self.headers.get("Transfer-Encoding", ""):
                while size := int(self.rfile.readline(), 16):
                    count += len(self.rfile.read(size))
                    self.rfile.readline()
            else:
                count = len(self.rfile.read(int(self.headers["Content-Length"])))
            self.do_GET()
        except ValueError:  # cut
            pass
        finally:
            with open(sys.argv[3] + "/received", "a") as file:
                file.write(f"{count}\\n")
    def log_message(self, *words): pass
Server((sys.argv[1], 8000), Handler).serve_forever()
"""


class Edge(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Place()
        cls.space = cls.place.netns("edge")
        with open(f"{cls.place.path}/edge.key", "w") as file:
            file.write(run("wg", "genkey").stdout)
        cls.make_certificate("first")
        cls.backends = []
        cls.box = cls.driver()
        cls.box.must(
            "overlay_apply",
            prefix="fd50:f0e:1:1::/64",
            cluster="fd50:f0e:1::/48",
            edge=True,
            peers={},
        )
        for number in (1, 2):
            box = f"--net={cls.box.run_dir}/netns/box"
            address = f"fd50:f0e:1:f::{number}/128"
            run("nsenter", box, "ip", "address", "add", address, "dev", "lo")
            cls.serve(number)

    @classmethod
    def driver(cls):
        return Driver(
            cls.place,
            "edge",
            cls.space,
            key_file=f"{cls.place.path}/edge.key",
            https_port=PORT,
            body_max=BODY_MAX,
            cgroup_parent=f"/{os.path.basename(cls.place.path)}",
        )

    @classmethod
    def serve(cls, number):
        import subprocess

        cls.backends.append(
            subprocess.Popen(
                [
                    "nsenter",
                    f"--net={cls.box.run_dir}/netns/box",
                    sys.executable,
                    "-c",
                    BACKEND,
                    f"fd50:f0e:1:f::{number}",
                    f"backend {number}",
                    cls.place.path,
                ]
            )
        )

    @classmethod
    def make_certificate(cls, name):
        words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30"
        run(
            *words.split(),
            "-subj",
            f"/CN={name}",
            "-addext",
            "subjectAltName=DNS:*.foyer.localhost",
            "-keyout",
            f"{cls.place.path}/{name}.key.pem",
            "-out",
            f"{cls.place.path}/{name}.pem",
        )

    def certificate(self, name):
        with open(f"{self.place.path}/{name}.pem") as chain, open(
            f"{self.place.path}/{name}.key.pem"
        ) as key:
            self.box.must("edge_certificate", chain=chain.read(), key=key.read())

    @classmethod
    def tearDownClass(cls):
        cls.box.must("edge_stop")
        cls.box.close()
        for backend in cls.backends:
            os.kill(backend.pid, signal.SIGKILL)
        folder = cls.box.run_dir + "/wg"
        for name in os.listdir(folder):
            if name.endswith(".pid"):
                os.kill(pid_of(f"{folder}/{name}"), signal.SIGKILL)
        cls.place.remove()

    @classmethod
    def haproxy_pid(cls):
        return pid_of(cls.box.run_dir + "/edge/haproxy.pid")

    def get(self, name=NAME, trust="first", headers=None, timeout=30, path="/"):
        def call():
            context = ssl.create_default_context(cafile=f"{self.place.path}/{trust}.pem")
            connection = http.client.HTTPSConnection(
                "127.0.0.1", PORT, context=context, timeout=timeout
            )
            raw = socket.create_connection(("127.0.0.1", PORT), timeout)
            connection.sock = context.wrap_socket(raw, server_hostname=name)
            begun = time.monotonic()
            connection.request("GET", path, headers={"Host": name, **(headers or {})})
            answer = connection.getresponse()
            return {
                "status": answer.status,
                "body": answer.read().decode(),
                "headers": {key.lower(): value for key, value in answer.getheaders()},
                "took": time.monotonic() - begun,
            }

        return inside(self.space, call)

    def route(self, backend, epoch, generation=1):
        where = f"[fd50:f0e:1:f::{backend}]:8000" if backend else ""
        self.box.must(
            "edge_apply",
            routes={NAME: {"backend": where, "epoch": epoch, "generation": generation}},
        )

    def test_1_a_name_is_served_with_its_fence_and_clean_headers(self):
        self.route(1, 1)
        self.certificate("first")
        self.box.must("edge_check")
        answer = self.get(
            headers={
                "X-Forwarded-For": "6.6.6.6",
                "X-Forwarded-Proto": "gopher",
                "X-Forwarded-Host": "evil",
                "Forwarded": "for=evil",
            }
        )
        self.assertEqual(200, answer.get("status"), answer)
        self.assertTrue(answer["body"].startswith("backend 1\n"))
        self.assertEqual("1.1", answer["headers"]["x-foyer-fence"])
        self.assertNotIn("6.6.6.6", answer["body"])
        self.assertNotIn("evil", answer["body"])
        self.assertIn("x-forwarded-proto: https", answer["body"].lower())
        self.assertIn("127.0.0.1", answer["body"])

    def test_2_an_unknown_name_has_a_page(self):
        answer = self.get("other.foyer.localhost")
        self.assertEqual(404, answer.get("status"), answer)
        self.assertIn("Unknown address", answer["body"])

    def test_3_a_route_change_needs_no_reload_and_never_goes_back(self):
        before = self.haproxy_pid()
        self.route(2, 2)
        self.assertEqual("1.2", self.get()["headers"]["x-foyer-fence"])
        self.assertTrue(self.get()["body"].startswith("backend 2\n"))
        self.route(1, 1)
        self.assertTrue(self.get()["body"].startswith("backend 2\n"))
        self.assertEqual(before, self.haproxy_pid())

    def test_4_a_request_waits_for_the_new_leader(self):
        self.route(None, 3)
        mover = threading.Timer(2.5, lambda: self.route(1, 4))
        mover.start()
        answer = self.get()
        mover.join()
        self.assertEqual(200, answer.get("status"), answer)
        self.assertEqual("1.4", answer["headers"]["x-foyer-fence"])
        print(f"held {answer['took']:.1f} s, of which 2.5 s nobody led", file=sys.stderr)

    def test_5_waiting_ends_with_a_page(self):
        self.route(None, 5)
        answer = self.get()
        self.assertEqual(503, answer.get("status"), answer)
        self.assertIn("Being moved", answer["body"])
        self.assertEqual("5", answer["headers"]["retry-after"])
        print(f"gave up after {answer['took']:.1f} s", file=sys.stderr)
        self.route(1, 6)

    def test_6_requests_go_on_while_routes_change(self):
        stop, failures, count = threading.Event(), [], [0]

        def client():
            while not stop.is_set():
                answer = self.get()
                count[0] += 1
                if answer.get("status") != 200:
                    failures.append(answer)

        threads = [threading.Thread(target=client) for _ in range(3)]
        for thread in threads:
            thread.start()
        for epoch in range(7, 27):
            self.route(1 + epoch % 2, epoch)
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
        # A request in flight to the old leader at the moment of a change is cut: one a client.
        print(f"{count[0]} requests during 20 changes, {len(failures)} cut", file=sys.stderr)
        self.assertLessEqual(len(failures), 20 * len(threads))
        self.assertTrue(
            all(failure.get("status") in (None, 502, 503) for failure in failures), failures
        )

    def test_7_the_proxy_outlives_the_agent_and_is_adopted(self):
        before = self.haproxy_pid()
        self.box.kill()
        self.assertEqual(200, self.get().get("status"))
        type(self).box = self.driver()
        self.box.must(
            "overlay_apply",
            prefix="fd50:f0e:1:1::/64",
            cluster="fd50:f0e:1::/48",
            edge=True,
            peers={},
        )
        self.box.must("edge_check")
        self.assertEqual(before, self.haproxy_pid())
        self.route(1, 3)  # older than what the dead agent had seen
        self.assertEqual("1.26", self.get()["headers"]["x-foyer-fence"])

    def test_7b_while_a_proxy_is_adopted_every_name_stays_known(self):
        crowd = {f"a{number}.foyer.localhost" for number in range(200)}  # all before NAME
        routes = {name: {"backend": "[fd50:f0e:1:f::1]:8000", "epoch": 1} for name in crowd}
        routes[NAME] = {"backend": "[fd50:f0e:1:f::1]:8000", "epoch": 30}
        self.box.must("edge_apply", routes=routes)
        ended, seen = f"{self.place.path}/adopted", {}
        client = threading.Thread(target=lambda: seen.update(self.ask_until(ended)))
        client.start()
        for _ in range(5):
            self.box.kill()
            type(self).box = self.driver()
            self.box.must("edge_apply", routes=routes)
            self.box.must("edge_check")
        open(ended, "w").close()
        client.join()
        print(f"{seen} while five agents came and went", file=sys.stderr)
        self.assertEqual(["200 1.30"], list(seen), "a status and fence of NAME, how often")

    def test_7c_a_former_leader_answers_nobody_after_an_adoption(self):
        answers = []
        client = threading.Thread(target=lambda: answers.append(self.get(path="/slow")))
        client.start()
        deadline = time.monotonic() + 30
        while not os.path.exists(f"{self.place.path}/arrived"):
            self.assertLess(time.monotonic(), deadline, "the request did not arrive")
            time.sleep(0.05)
        self.box.kill()
        type(self).box = self.driver()
        self.route(2, 31)
        open(f"{self.place.path}/go", "w").close()
        client.join()
        self.assertNotEqual(200, answers[0].get("status"), answers)
        self.assertTrue(self.get()["body"].startswith("backend 2\n"))

    def ask_until(self, file):
        """{"status fence": how often} of requests, one after the other, until `file` is there."""

        def call():
            context = ssl.create_default_context(cafile=f"{self.place.path}/first.pem")
            raw = socket.create_connection(("127.0.0.1", PORT), 30)
            connection = http.client.HTTPConnection("127.0.0.1", PORT)
            connection.sock = context.wrap_socket(raw, server_hostname=NAME)
            seen = {}
            while not os.path.exists(file):
                connection.request("GET", "/", headers={"Host": NAME})
                answer = connection.getresponse()
                answer.read()
                key = f"{answer.status} {answer.headers['X-Foyer-Fence']}"
                seen[key] = seen.get(key, 0) + 1
            return seen

        return inside(self.space, call)

    def test_8_a_dead_proxy_is_started_again_as_it_was(self):
        before = self.haproxy_pid()
        os.kill(before, signal.SIGKILL)
        time.sleep(0.3)
        self.box.must("edge_check")
        self.assertNotEqual(before, self.haproxy_pid())
        self.assertEqual("1.31", self.get()["headers"]["x-foyer-fence"])

    def flood(self, size, *options):
        """Sends so many bytes without waiting for anything: status, and what the backend got."""
        begun = self.bodies()
        curl = (
            f"head -c {size} /dev/zero | curl -sS -m 30 -X POST -H Expect: -o /dev/null "
            f"--cacert {self.place.path}/first.pem --resolve {NAME}:{PORT}:127.0.0.1 "
            f"-w '%{{http_code}}' {' '.join(options)} https://{NAME}:{PORT}/"
        )
        done = run("nsenter", f"--net={self.space}", "sh", "-c", curl, check=False)
        refused_at_once = "--data-binary" in options and done.stdout != "200"
        return done.stdout, 0 if refused_at_once else self.next_body(begun)

    def bodies(self):
        """Bytes that the backends got of each body, whole or cut."""
        try:
            with open(f"{self.place.path}/received") as file:
                return [int(line) for line in file]
        except FileNotFoundError:
            return []

    def next_body(self, begun):
        deadline = time.monotonic() + 10
        while len(self.bodies()) == len(begun):
            self.assertLess(time.monotonic(), deadline, "the backend got no body")
            time.sleep(0.05)
        return self.bodies()[len(begun)]

    def send(self, header, body):
        """A request whose client stops sending and listens: status and page."""

        def call():
            context = ssl.create_default_context(cafile=f"{self.place.path}/first.pem")
            raw = socket.create_connection(("127.0.0.1", PORT), 30)
            line = context.wrap_socket(raw, server_hostname=NAME)
            line.sendall(f"POST / HTTP/1.1\r\nHost: {NAME}\r\n{header}\r\n\r\n".encode() + body)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return {"status": answer.status, "page": answer.read().decode()}

        return inside(self.space, call)

    def test_8b_a_body_longer_than_the_limit_is_refused_whether_its_length_is_told_or_not(self):
        begun = self.bodies()
        chunk = b"4000\r\n" + bytes(0x4000) + b"\r\n"
        chunks = chunk * (BODY_MAX // 0x4000) + b"2\r\nxx"  # and no end of the body
        for header, body in (
            ("Transfer-Encoding: chunked", chunks),
            (f"Content-Length: {BODY_MAX + 1}", b""),
        ):
            with self.subTest(header):
                answer = self.send(header, body)
                self.assertEqual(413, answer.get("status"), answer)
                self.assertIn("at most 1 MiB", answer["page"])
        self.assertLessEqual(self.next_body(begun), BODY_MAX)
        self.assertEqual(200, self.get().get("status"))
        with open(self.box.run_dir + "/edge/haproxy.log") as log:
            self.assertEqual("", log.read(), "nobody fills the box's memory with lines")

    def test_8c_a_body_as_long_as_the_limit_passes_and_a_flood_does_not(self):
        for version in ("--http1.1", "--http2"):
            for told in (("--data-binary", "@-"), ("-T", "-")):
                with self.subTest(version=version, told=told):
                    self.assertEqual(("200", BODY_MAX), self.flood(BODY_MAX, version, *told))
                    status, received = self.flood(64 * BODY_MAX, version, *told)
                    self.assertIn(status, ("413", "000"))  # 000: cut while it was sending
                    self.assertLessEqual(received, BODY_MAX)
        self.assertEqual(200, self.get().get("status"))

    def test_9_a_certificate_is_replaced_without_a_restart(self):
        before = self.haproxy_pid()
        ended, seen, slow = f"{self.place.path}/replaced", {}, []
        busy = [
            threading.Thread(target=lambda: seen.update(self.ask_until(ended))),
            threading.Thread(target=lambda: slow.append(self.get(path="/slow"))),
        ]
        for thread in busy:
            thread.start()
        time.sleep(1)  # both are under way
        self.make_certificate("second")
        self.certificate("second")
        self.assertEqual(200, self.get(trust="second").get("status"))
        self.assertIn("failure", self.get(trust="first"))
        open(ended, "w").close()
        for thread in busy:
            thread.join()
        self.assertEqual(200, slow[0].get("status"), slow)
        self.assertEqual(["200"], [key.split()[0] for key in seen], seen)
        self.assertEqual(before, self.haproxy_pid())

    def test_9b_a_proxy_that_did_not_hear_of_a_certificate_is_told_again(self):
        before = self.haproxy_pid()
        os.kill(before, signal.SIGSTOP)
        self.make_certificate("third")
        with self.assertRaises(AssertionError):
            self.certificate("third")
        os.kill(before, signal.SIGCONT)
        # It has the order of before to take up yet, and lets nobody touch certificates meanwhile.
        self.box.must_soon("edge_check")
        self.assertEqual(200, self.get(trust="third").get("status"))
        self.make_certificate("fourth")
        os.kill(before, signal.SIGSTOP)
        with self.assertRaises(AssertionError):
            self.certificate("fourth")
        self.box.kill()
        os.kill(before, signal.SIGCONT)
        type(self).box = self.driver()
        self.box.must_soon("edge_check")
        self.assertEqual(200, self.get(trust="fourth").get("status"))
        self.assertEqual(before, self.haproxy_pid())

    def test_9c_a_box_that_is_an_edge_no_more_leaves_nothing_of_it(self):
        pid = self.haproxy_pid()
        folders = [f"{self.box.data_dir}/edge", f"{self.box.run_dir}/edge"]
        self.box.must("edge_stop")
        self.assertFalse(is_alive(pid))
        self.assertEqual([], [folder for folder in folders if os.path.exists(folder)])
        self.assertIn("ConnectionRefused", self.get().get("failure", ""))
        self.box.must("edge_stop")
        # The listener that an agent made and its proxy inherited ends with both.
        self.route(1, 1)
        self.assertIn("no certificate", self.box.ask("edge_check")["error"]["message"])
        self.certificate("first")
        self.box.must("edge_check")
        self.assertEqual("1.1", self.get()["headers"]["x-foyer-fence"])
        self.box.kill()
        type(self).box = self.driver()
        self.box.must("edge_stop")
        self.assertIn("ConnectionRefused", self.get().get("failure", ""))


if __name__ == "__main__":
    runtime_lab.skip_unless_able()
    unittest.main(argv=sys.argv[:1], verbosity=2, warnings="ignore")
