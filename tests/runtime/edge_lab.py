"""An edge's proxy in a network namespace of its own, with two backends: what edge_test.py needs."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

from runtime_lab import Driver, Place, inside, pid_of, run

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
        with open(sys.argv[3] + "/arrivals", "a") as file:
            file.write(sys.argv[2] + self.path + "\\n")
        if self.path == "/die":
            self.rfile.read(1)
            os.kill(os.getpid(), 9)
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


class EdgeCase(unittest.TestCase):
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
            backend.kill()
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

    def assert_not_known(self, answer):
        self.assertEqual(502, answer.get("status"), answer)
        self.assertIn("not known whether", answer["page"])

    def arrivals(self):
        """"backend path" of each POST that reached one, in order."""
        try:
            with open(f"{self.place.path}/arrivals") as file:
                return file.read().split("\n")[:-1]
        except FileNotFoundError:
            return []

    def until_served(self, backend):
        deadline = time.monotonic() + 30
        while not self.get().get("body", "").startswith(backend + "\n"):
            self.assertLess(time.monotonic(), deadline, "it does not answer again")

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

    def send(self, header, body, path="/"):
        """A request whose client stops sending and listens: status and page."""

        def call():
            context = ssl.create_default_context(cafile=f"{self.place.path}/first.pem")
            raw = socket.create_connection(("127.0.0.1", PORT), 30)
            line = context.wrap_socket(raw, server_hostname=NAME)
            head = f"POST {path} HTTP/1.1\r\nHost: {NAME}\r\n{header}\r\n\r\n"
            line.sendall(head.encode() + body)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            return {"status": answer.status, "page": answer.read().decode()}

        return inside(self.space, call)

    def send_aside(self, header, body, path):
        """The thread that does send(), and a list that gets what it returns."""
        answers = []
        client = threading.Thread(target=lambda: answers.append(self.send(header, body, path)))
        client.start()
        return client, answers
