"""A machine with Debian's kernel whose power the judge cuts: what its kernel had not yet given to
the disk is gone. The disk keeps everything that it was given: one that loses that, too, is not
played here."""

import json
import shlex
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
VM = HERE.parent
MASTER = ("10.0.2.100", 7443)  # where the machine finds its master
BOOT_S = 240.0
ANSWER_S = 180.0
SCRIPT_BYTES = 16384
KERNEL = ("root=/dev/vda rw console=ttyS0 quiet panic=-1 no_timer_check net.ifnames=0 "
          "init=/bin/sh -- /dev/vdb")


class NoAnswer(Exception):
    """The machine was cut, or has hung."""


def output_of(*command):
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()


class Line:
    """Lines of JSON to and from the machine, over a socket of qemu's."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        self.heard, self.arrived = [], threading.Condition()
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        rest = b""
        while True:
            try:
                piece = self.socket.recv(65536)
            except OSError:
                piece = b""
            *whole, rest = (rest + piece).split(b"\n")
            now = time.monotonic()
            with self.arrived:
                # A line that the cut tore is none.
                self.heard += [(now, json.loads(line)) for line in whole]
                if not piece:
                    self.heard.append((now, None))
                self.arrived.notify_all()
            if not piece:
                return

    def say(self, **body):
        try:
            with self.lock:
                self.socket.sendall(json.dumps(body).encode() + b"\n")
        except OSError as failure:
            raise NoAnswer(str(failure)) from failure

    def take(self, wanted, patience_s):
        """The first that was heard, or comes within the time, for which `wanted` is true: when, and
        what. None: it does not come."""
        deadline = time.monotonic() + patience_s
        with self.arrived:
            while True:
                for at, (when, body) in enumerate(self.heard):
                    if body is not None and wanted(body):
                        del self.heard[at]
                        return when, body
                over = any(body is None for _, body in self.heard)
                left = deadline - time.monotonic()
                if over or left <= 0:
                    return None
                self.arrived.wait(left)

    def close(self):
        """Once qemu is gone: what it had handed over is heard first."""
        self.reader.join()
        self.socket.close()


class Machine:
    """Made with the power off."""

    guest, memory_mib = HERE / "guest.py", 1024

    def __init__(self, folder, disk, root, master_port, tools=()):
        self.folder, self.disk, self.root = Path(folder), Path(disk), Path(root)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.master_port, self.tools = master_port, tools
        self.accelerator = output_of(VM / "accelerator", root).split()
        self.process, self.control, self.mail, self.number = None, None, None, 0
        self.boots, self.boot_s = 0, 0.0

    def pack(self):
        script = (HERE / "init.sh").read_bytes() + b"exit\n"
        (self.folder / "init").write_bytes(script.ljust(SCRIPT_BYTES, b"\n"))
        with tarfile.open(self.folder / "in.tar", "w") as tar:
            for file in (self.guest, *self.tools):
                tar.add(file, arcname=Path(file).name)

    def network(self):
        """Its first device is the machine's eth0."""
        pipe = shlex.join([sys.executable, "-S", str(HERE / "forward.py"), str(self.master_port)])
        assert "," not in pipe, pipe
        net = f"user,id=net,restrict=on,guestfwd=tcp:{MASTER[0]}:{MASTER[1]}-cmd:{pipe}"
        return ["-netdev", net, "-device", "virtio-net-pci,netdev=net,romfile="]

    def command(self):
        found = ["qemu-system-x86_64", *self.accelerator, "-smp", "2", "-m", str(self.memory_mib),
                 "-display", "none", "-nodefaults", "-no-reboot", "-kernel",
                 str(self.root / "vmlinuz"), "-initrd", str(self.root / "initrd.img"), "-append",
                 KERNEL, "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
                 *self.network(), "-serial", f"file:{self.folder}/console"]
        # cache=unsafe: the host's memory is the disk, and outlives qemu.
        for file, more in ((self.disk, "cache=unsafe"), (self.folder / "init", "readonly=on"),
                           (self.folder / "in.tar", "readonly=on")):
            found += ["-drive", f"file={file},format=raw,if=virtio,{more}"]
        for name in ("control", "mail"):
            path = self.folder / name
            path.unlink(missing_ok=True)
            found += ["-chardev", f"socket,id={name},path={path},server=on,wait=off", "-device",
                      f"virtserialport,chardev={name},name={name}"]
        return found

    def start(self):
        begun = time.monotonic()
        self.pack()
        with open(self.folder / "qemu.log", "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        self.control, self.mail = Line(self.folder / "control"), Line(self.folder / "mail")
        if self.control.take(lambda body: "up" in body, BOOT_S) is None:
            tail = (self.folder / "console").read_text(errors="replace")[-3000:]
            self.cut()
            raise AssertionError("the machine did not start; its console ends with:\n" + tail)
        self.boots += 1
        self.boot_s += time.monotonic() - begun
        return self

    def cut(self):
        """The power goes, in the middle of whatever it does."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for line in (self.control, self.mail):
            line.close()
        self.process = None

    def rest(self):
        """As one switches a machine off: nothing is lost."""
        self.run("sync")
        self.cut()

    # -- what it is asked --------------------------------------------------------------------------

    def begin(self, *argv, text=""):
        """Begins a command; its number."""
        self.number += 1
        self.control.say(id=self.number, argv=[str(word) for word in argv], text=text)
        return self.number

    def follow(self, *argv):
        """Begins a command each line of which is heard at once; its number."""
        self.number += 1
        self.control.say(follow=self.number, argv=[str(word) for word in argv])
        return self.number

    def told(self, number):
        """Lines of a followed command that were not asked for yet: after a cut, all that left the
        machine before it."""
        lines = []
        while found := self.control.take(lambda body: body.get("follow") == number, 0.0):
            lines.append(found[1]["line"])
        return lines

    def answer(self, number, patience_s=ANSWER_S):
        """(status, output), or None: it does not answer."""
        found = self.control.take(lambda body: body.get("id") == number, patience_s)
        return None if found is None else (found[1]["status"], found[1]["out"])

    def ask(self, *argv, text=""):
        found = self.answer(self.begin(*argv, text=text))
        if found is None:
            raise NoAnswer(shlex.join(map(str, argv)))
        return found

    def run(self, *argv, text=""):
        status, out = self.ask(*argv, text=text)
        if status != 0:
            raise AssertionError(f"{shlex.join(map(str, argv))}: status {status}\n{out}")
        return out

    def shell(self, script):
        return self.run("sh", "-euc", script)

    def service(self, name, *argv):
        self.control.say(service=name, argv=[str(word) for word in argv])


def copy_disk(of, to):
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(of), str(to)], check=True)
