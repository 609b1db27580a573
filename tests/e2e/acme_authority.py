"""An ACME authority and the world's DNS, in the lab's client room: Debian's pebble, whose
certificates live for minutes, and its pebble-challtestsrv, which says what a test tells it."""
import json
import shutil
import subprocess
import time

ADDRESS = "198.18.254.2"  # of the client's room
DIRECTORY_PORT, ROOTS_PORT, DNS_PORT, TOLD_PORT = 14000, 15000, 8053, 8055
BEGIN_S = 60.0


def is_installed():
    return all(shutil.which(name) for name in ("pebble", "pebble-challtestsrv", "lego", "curl"))


class Authority:
    def __init__(self, folder, lab, lab_state, life_s):
        self.folder, self.lab, self.lab_state = folder, lab, lab_state
        self.life_s, self.programs = life_s, []
        # Made before the lab is up: edges are told whom to believe that it is the authority.
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                        self.folder / "acme.key", "-out", self.ca_file(), "-days", "2",
                        "-subj", "/CN=acme", "-addext",
                        f"subjectAltName=IP:{ADDRESS}"], check=True, stderr=subprocess.DEVNULL)

    def ca_file(self):
        return self.folder / "acme.crt"

    def roots(self):
        """Who vouches for what it issues: made anew at each start of pebble."""
        return self.folder / "acme-roots.pem"

    def start(self):
        config = self.folder / "pebble.json"
        config.write_text(json.dumps({"pebble": {
            "listenAddress": f"{ADDRESS}:{DIRECTORY_PORT}",
            "managementListenAddress": f"{ADDRESS}:{ROOTS_PORT}",
            "certificate": str(self.ca_file()), "privateKey": str(self.folder / "acme.key"),
            "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "",
            "externalAccountBindingRequired": False, "certificateValidityPeriod": self.life_s}}))
        self.run("pebble-challtestsrv", "-defaultIPv4", "", "-defaultIPv6", "", "-dns01",
                 f"{ADDRESS}:{DNS_PORT}", "-http01", "", "-https01", "", "-tlsalpn01", "",
                 "-management", f"{ADDRESS}:{TOLD_PORT}")
        self.run("env", "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "pebble", "-config",
                 config, "-dnsserver", f"{ADDRESS}:{DNS_PORT}")
        deadline = time.monotonic() + BEGIN_S
        while not self.fetch_roots():
            if time.monotonic() > deadline:
                raise AssertionError("pebble did not come up: see " + str(self.folder))
            time.sleep(0.2)

    def fetch_roots(self):
        text = self.curl("--cacert", self.ca_file(), f"https://{ADDRESS}:{ROOTS_PORT}/roots/0")
        if "BEGIN CERTIFICATE" in text:
            self.roots().write_text(text)
        return "BEGIN CERTIFICATE" in text

    def run(self, *argv):
        with open(self.folder / f"{argv[0]}-{len(self.programs)}.log", "wb") as log:
            self.programs.append(subprocess.Popen(self.words(*argv), stdout=log, stderr=log,
                                                  stdin=subprocess.DEVNULL))

    def words(self, *argv):
        return [self.lab, "exec-at", "--state", self.lab_state, "client", "--", *map(str, argv)]

    def curl(self, *words):
        """What comes back; empty where nothing does."""
        done = subprocess.run(self.words("curl", "-sS", "--max-time", "10", *words), text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=60, check=False)
        return done.stdout if done.returncode == 0 else ""

    def stop(self):
        for program in self.programs:
            program.terminate()
            program.wait(timeout=30)

    # -- DNS --------------------------------------------------------------------------------------

    def tell(self, what, body):
        self.curl("-X", "POST", "-d", json.dumps(body), f"http://{ADDRESS}:{TOLD_PORT}/{what}")

    def leads_to(self, name, addresses):
        self.tell("clear-a", {"host": name})
        self.tell("add-a", {"host": name, "addresses": addresses})

    def says(self, name, text):
        self.tell("set-txt", {"host": name + ".", "value": text})
