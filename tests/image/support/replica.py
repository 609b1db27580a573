"""One replica in a container, as an agent would run it: bundle, volume, secrets, replica.json,
hooks."""
import json
import os
import shutil
import signal
import subprocess
import time

from support import sandbox

ID_RANGE = 65536
ID_BASE = 1 << 20
POLL_S = 0.05
WAIT_S = 180


def wait_for(condition, what, limit_s=WAIT_S):
    """Poll until condition() is true; a time limit that only a broken build meets."""
    deadline = time.monotonic() + limit_s
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {limit_s} s for: {what}")
        time.sleep(POLL_S)
    return value


def unpack(release_folder, root):
    """Unpack the image of a release into root; returns release.json."""
    with open(f"{release_folder}/release.json", encoding="utf-8") as file:
        release = json.load(file)

    def blob(digest):
        return f"{release_folder}/image/blobs/{digest.replace(':', '/')}"
    with open(blob(release["image"]["digest"]), encoding="utf-8") as file:
        manifest = json.load(file)
    os.makedirs(root)
    for layer in manifest["layers"]:
        sandbox.run("tar", "-x", "--numeric-owner", "-z", "-f", blob(layer["digest"]), "-C", root)
    return release


class Group:
    """The replicas of one instance and what they all know."""

    def __init__(self, folder, name, release, root, parameters, count=3, copies=2, secrets=None,
                 net=1):
        self.folder, self.name, self.release, self.root = f"{folder}/{name}", name, release, root
        self.parameters, self.copies, self.epoch, self.primary = parameters, copies, 1, 0
        self.secrets = secrets or {}
        self.replicas = [Replica(self, i, net) for i in range(count)]

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        """Leave nothing running; after a failure show what the replicas said last."""
        for replica in self.replicas:
            if kind and os.path.exists(replica.log_path):
                print(f"--- {replica.id}\n{replica.log()[-3000:]}", flush=True)
            if replica.process:
                replica.stop(signal.SIGKILL)

    def members(self):
        return [{"index": replica.index, "name": f"r{replica.index}g1", "address": replica.address}
                for replica in self.replicas]

    def configure(self, only=None):
        for replica in only or self.replicas:
            replica.configure()


class Replica:
    def __init__(self, group, index, net):
        self.group, self.index = group, index
        self.id = f"{group.name}-{index}"
        self.folder = f"{group.folder}/{index}"
        self.address = f"{sandbox.PREFIX}:{net:x}{index:x}::1"
        self.base = ID_BASE + (net * 8 + index) * ID_RANGE
        self.netns = sandbox.add_namespace(f"n{net}{index}", self.address)
        # Two tests at a time share the cgroup tree, so the name carries the test's folder.
        self.cgroup = f"/foyer-test-{os.path.basename(os.path.dirname(group.folder))}/{self.id}"
        self.process = None
        self.log_path = f"{self.folder}/log"
        self.prepare()

    def prepare(self):
        user = self.group.release["user"]
        for name, mode in (("", 0o755), ("volume", 0o700), ("config", 0o755), ("secrets", 0o755)):
            os.makedirs(f"{self.folder}/{name}", exist_ok=True)
            os.chmod(f"{self.folder}/{name}", mode)
        os.chown(f"{self.folder}/volume", self.base + user["uid"], self.base + user["gid"])
        for name, value in self.group.secrets.items():
            path = f"{self.folder}/secrets/{name}"
            with open(path, "w", encoding="utf-8") as file:
                file.write(value)
            os.chmod(path, 0o400)
            os.chown(path, self.base + user["uid"], self.base + user["gid"])

    def forget_secret(self, name):
        os.unlink(f"{self.folder}/secrets/{name}")

    def configure(self):
        group = self.group
        leads = group.primary == self.index
        value = {"instance": group.name, "release": group.release["name"],
                 "version": group.release["version"], "hostname": f"{group.name}.foyer.localhost",
                 "url": f"https://{group.name}.foyer.localhost:8443/",
                 "parameters": group.parameters,
                 "index": self.index, "role": "primary" if leads else "standby", "generation": 1,
                 "epoch": group.epoch, "address": self.address, "copies": group.copies,
                 "members": group.members(), "proxies": []}
        if group.primary is not None:
            value["primary"] = group.members()[group.primary]
        path = f"{self.folder}/config/replica.json"
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
        os.chmod(path + ".new", 0o644)
        os.rename(path + ".new", path)

    def bundle(self, argv):
        """The container of runtime.md's shape around argv; returns the bundle's folder."""
        size = self.group.release["sizes"]["s"]
        user = self.group.release["user"]

        def tmpfs(path, options):
            return {"destination": path, "type": "tmpfs", "source": "tmpfs",
                    "options": ["nosuid", "nodev", *options]}

        def bind(source, path, mode):
            return {"destination": path, "type": "bind", "source": source,
                    "options": ["rbind", "nosuid", "nodev", mode]}
        mapping = [{"containerID": 0, "hostID": self.base, "size": ID_RANGE}]
        config = {
            "ociVersion": "1.0.0",
            "process": {"terminal": False, "user": user, "args": argv, "cwd": "/",
                        "env": ["PATH=/usr/bin:/bin"], "noNewPrivileges": True, "capabilities": {},
                        "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 4096, "hard": 4096}]},
            "root": {"path": self.group.root, "readonly": True},
            "hostname": self.group.name,
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                tmpfs("/dev", ["mode=755", "size=65536k"]),
                tmpfs("/dev/shm", ["mode=1777"]),
                tmpfs("/tmp", ["mode=1777"]),
                tmpfs("/run", ["noexec", "mode=755", f"uid={user['uid']}", f"gid={user['gid']}"]),
                bind(f"{self.folder}/volume", "/foyer/volume", "rw"),
                bind(f"{self.folder}/config", "/foyer/config", "ro"),
                bind(f"{self.folder}/secrets", "/foyer/secrets", "ro")],
            "linux": {
                "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount", "user")] +
                              [{"type": "network", "path": self.netns}],
                "uidMappings": mapping, "gidMappings": mapping, "cgroupsPath": self.cgroup,
                "resources": {"memory": {"limit": size["memory_bytes"],
                                         "swap": size["memory_bytes"]},
                              "pids": {"limit": size["pids"]},
                              "cpu": {"quota": size["cpu_millicores"] * 100, "period": 100000}}}}
        folder = f"{self.folder}/bundle"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        with open(f"{folder}/config.json", "w", encoding="utf-8") as file:
            json.dump(config, file)
        return folder

    def crun(self, *argv, **options):
        return subprocess.run(["crun", f"--root={self.group.folder}/crun", *argv], check=False,
                              **options)

    def run_stopped(self, hook):
        """Run a "stopped" hook in a container of its own; returns (exit status, standard error)."""
        assert self.process is None, "the service runs"
        bundle = self.bundle(self.group.release["hooks"][hook]["argv"])
        done = self.crun("run", "--bundle", bundle, self.id, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True,
                         timeout=self.group.release["hooks"][hook]["timeout_s"])
        return done.returncode, done.stdout

    def must(self, hook):
        status, text = self.run_stopped(hook)
        assert status == 0, f"{self.id} {hook} ended with {status}:\n{text}"

    def exec(self, *argv, **options):
        user = self.group.release["user"]
        return self.crun("exec", "--user", f"{user['uid']}:{user['gid']}", self.id, *argv,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def hook(self, hook):
        """Run a "running" hook; returns (exit status, standard output as bytes)."""
        done = self.exec(*self.group.release["hooks"][hook]["argv"],
                         timeout=self.group.release["hooks"][hook]["timeout_s"])
        return done.returncode, done.stdout

    def joined(self):
        """Run `join` once; False while the primary does not answer, an error on other failures."""
        status, text = self.run_stopped("join")
        assert status in (0, 75), f"{self.id} join ended with {status}:\n{text}"
        return status == 0

    def json(self, hook):
        """What `position` or `health` says; None while it does not, or not in time."""
        try:
            status, text = self.hook(hook)
        except subprocess.TimeoutExpired:
            return None
        return json.loads(text) if status == 0 else None

    def start(self):
        assert self.process is None
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["crun", f"--root={self.group.folder}/crun", "run", "--bundle",
                 self.bundle(self.group.release["command"]), self.id],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)

    def send(self, number):
        self.crun("kill", self.id, str(int(number)), stderr=subprocess.DEVNULL)

    def reload(self):
        self.configure()
        self.send(signal.SIGHUP)

    def stop(self, number=signal.SIGTERM):
        """Returns the exit status of the service."""
        self.send(number)
        return self.wait()

    def wait(self):
        status = self.process.wait(timeout=WAIT_S)
        self.process = None
        self.crun("delete", "--force", self.id, stderr=subprocess.DEVNULL)
        return status

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()
