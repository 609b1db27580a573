"""What the tests of this folder share: a box-driver in a network namespace, and a tiny image."""

import ctypes
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

BIN = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/bin")


def pid_of(file):
    """The number in a pid file of ours: "boot pid start"."""
    with open(file) as text:
        return int(text.read().split()[1])


def skip_unless_able():
    missing = [
        tool
        for tool in ("crun", "conmon", "umoci", "nft", "wg", "haproxy", "busybox")
        if not shutil.which(tool)
    ]
    if os.geteuid() != 0 or missing:
        print("skipped: needs root" if not missing else "skipped: missing " + " ".join(missing))
        sys.exit(77)


def run(*argv, check=True, **options):
    return subprocess.run(argv, check=check, text=True, capture_output=True, timeout=60, **options)


def inside(netns, call):
    """The result of call() made in another network namespace, by a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            fd = os.open(netns, os.O_RDONLY)
            if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000) != 0:
                raise OSError("setns")
            result = call()
        except Exception as failure:  # told to the parent
            result = {"failure": repr(failure)}
        os.write(writer, json.dumps(result).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return json.loads(text)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"  # its parent may be slow
    except FileNotFoundError:
        return False


class Place:
    """A scratch folder passable by mapped users, with network namespaces that go away with it."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="foyer-test-")
        os.chmod(self.path, 0o711)
        self.spaces = []

    def netns(self, name):
        file = f"{self.path}/ns-{name}"
        open(file, "w").close()
        run("unshare", f"--net={file}", "true")
        self.spaces.append(file)
        run("nsenter", f"--net={file}", "ip", "link", "set", "lo", "up")
        return file

    def folder(self, name):
        path = f"{self.path}/{name}"
        os.makedirs(path, mode=0o711, exist_ok=True)
        return path

    def cgroup_parent(self, suffix=""):
        """A group of this test's own; with FOYER_TEST_CGROUP=chosen (tests/vm) the one that an
        agent chooses for itself."""
        if os.environ.get("FOYER_TEST_CGROUP") == "chosen":
            return ""
        return f"/{os.path.basename(self.path)}{suffix}"

    def remove(self):
        with open("/proc/self/mounts") as mounts:
            points = [
                line.split()[1] for line in mounts if line.split()[1].startswith(self.path + "/")
            ]
        for point in reversed(points):
            run("umount", "-l", point, check=False)
        with open("/proc/self/mounts") as mounts:
            groups = [line.split()[1] for line in mounts if line.split()[2].startswith("cgroup")]
        for group in groups:  # cgroup_parent of our boxes begins with the folder's name
            for name in [
                name for name in os.listdir(group) if name.startswith(os.path.basename(self.path))
            ]:
                run("rmdir", f"{group}/{name}/.fence", f"{group}/{name}", check=False)
        run("rm", "-rf", self.path, check=False)  # also what is too deep for a path


class Driver:
    """One box. kill() is kill -9; another Driver with the same folders adopts."""

    def __init__(self, place, name, netns, before=(), **config):
        self.netns = netns
        config = {
            "node": name,
            "data_dir": place.folder(f"{name}/data"),
            "run_dir": place.folder(f"{name}/run"),
            "uid_claims": f"{place.path}/uids",
            **config,
        }
        self.run_dir, self.data_dir = config["run_dir"], config["data_dir"]
        os.chmod(place.folder(name), 0o711)
        with open(f"{place.path}/{name}.json", "w") as file:
            json.dump(config, file)
        self.process = subprocess.Popen(
            [*before, "nsenter", f"--net={netns}", f"{BIN}/box-driver"]
            + [f"{place.path}/{name}.json"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("box-driver ended")
        return json.loads(line)

    def ask(self, do, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def must(self, do, **arguments):
        answer = self.ask(do, **arguments)
        if "error" in answer:
            raise AssertionError(f"{do}: {answer['error']['message']}")
        return answer

    def must_soon(self, do, seconds=20):
        """As the agent does, again and again."""
        end = time.monotonic() + seconds
        while "error" in self.ask(do) and time.monotonic() < end:
            time.sleep(0.2)
        return self.must(do)

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


def add_blob(folder, content):
    name = hashlib.sha256(content).hexdigest()
    with open(f"{folder}/{name}", "wb") as file:
        file.write(content)
    return {"digest": "sha256:" + name, "size": len(content)}


def layer(entries):
    """A gzip layer of [(name, mode, content | None for a folder | ("->", target))]."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, mode, content in entries:
            entry = tarfile.TarInfo(name)
            entry.mode, entry.uid, entry.gid = mode, 0, 0
            if content is None:
                entry.type = tarfile.DIRTYPE
                tar.addfile(entry)
            elif isinstance(content, tuple) and content[0] == "->":
                entry.type, entry.linkname = tarfile.SYMTYPE, content[1]
                tar.addfile(entry)
            elif isinstance(content, tuple):
                entry.type, entry.devmajor, entry.devminor = tarfile.CHRTYPE, 1, 5
                tar.addfile(entry)
            else:
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
    return raw.getvalue(), gzip.compress(raw.getvalue(), mtime=0)


def busybox_entries():
    with open(shutil.which("busybox"), "rb") as file:
        busybox = file.read()
    folders = [
        "bin",
        "dev",
        "etc",
        "proc",
        "sys",
        "tmp",
        "run",
        "foyer",
        "foyer/volume",
        "foyer/config",
        "foyer/secrets",
    ]
    entries = [(name, 0o755, None) for name in folders] + [("bin/busybox", 0o4755, busybox)]
    applets = "sh cat ls id sleep dd mount nc true kill env touch".split()
    return entries + [(f"bin/{applet}", 0o777, ("->", "busybox")) for applet in applets]


def make_image(folder, layers):
    """Blobs of an OCI image in folder; returns the manifest's digest."""
    os.makedirs(folder, exist_ok=True)
    packed = [layer(entries) for entries in layers]
    config = add_blob(
        folder,
        json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Env": ["FROM_IMAGE=yes"]},
                "rootfs": {
                    "type": "layers",
                    "diff_ids": ["sha256:" + hashlib.sha256(raw).hexdigest() for raw, _ in packed],
                },
            }
        ).encode(),
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config},
        "layers": [
            {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **add_blob(folder, data)}
            for _, data in packed
        ],
    }
    return add_blob(folder, json.dumps(manifest).encode())["digest"]


def release(image, command, hooks=None, pids=64):
    argv = ["/bin/sh", "-c"]
    return {
        "schema": 1,
        "name": "probe",
        "version": "1-1",
        "image": {"digest": image},
        "command": argv + [command],
        "user": {"uid": 1000, "gid": 1000},
        "sizes": {"s": {"pids": pids}},
        "hooks": {
            name: {"argv": argv + [text], "timeout_s": seconds}
            for name, (text, seconds) in (hooks or {}).items()
        },
        "ports": {"web": 8000, "replication": 5432},
        "stop_timeout_s": 2,
        "health_period_s": 2,
    }
