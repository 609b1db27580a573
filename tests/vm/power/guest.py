"""Inside the machine: does what the judge on the host asks, over a line that a power cut cuts too.

control   one JSON a line: {"id", "argv", "text"} -> {"id", "status", "out"}; several at once.
          "service" instead of "id": started and left running, its output in /run/NAME.log.
          "follow" instead of "id": as "id", but each line that it prints is told at once
mail      one JSON a line, both ways: {"box": 0 or 1, "bytes": hex}: a datagram from, or to, the box
          that the judge plays. Asked for with {"relay": true} on the first line.
"""

import json
import os
import socket
import subprocess
import threading
import time

MAIL_PORT = 7450
BOXES = ("fd50:0:0:1::", "fd50:0:0:2::")  # the judge's
VOTER = "fd50:0:0:9::"
WIRES = (("ip", "netns", "add", "box"),
         ("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", "box"),
         *(("ip", "-6", "addr", "add", f"{box}/48", "dev", "here", "nodad") for box in BOXES),
         ("ip", "link", "set", "here", "up"),
         ("ip", "-n", "box", "link", "set", "lo", "up"),
         ("ip", "-n", "box", "-6", "addr", "add", f"{VOTER}/48", "dev", "there", "nodad"),
         ("ip", "-n", "box", "link", "set", "there", "up"))


def open_line(name):
    """The character device of a virtio port, by its name: no udev makes links."""
    while True:
        for port in os.listdir("/sys/class/virtio-ports"):
            try:
                with open(f"/sys/class/virtio-ports/{port}/name", encoding="ascii") as file:
                    if file.read().strip() == name:
                        return open(f"/dev/{port}", "r+b", buffering=0)
            except FileNotFoundError:
                pass  # a port is there a moment before what belongs to it
        time.sleep(0.05)


class Line:
    """Lines of JSON over a port; several threads may say."""

    def __init__(self, name):
        self.port, self.lock = open_line(name), threading.Lock()

    def say(self, **body):
        text = json.dumps(body).encode() + b"\n"
        with self.lock:
            while text:
                text = text[self.port.write(text):]

    def heard(self):
        rest = b""
        while True:
            piece = self.port.read(65536)
            if not piece:  # nobody listens at the other end
                time.sleep(0.05)
                continue
            *whole, rest = (rest + piece).split(b"\n")
            yield from map(json.loads, whole)


def work(control, asked):
    try:
        done = subprocess.run(asked["argv"], input=asked.get("text", ""), text=True, check=False,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        control.say(id=asked["id"], status=done.returncode, out=done.stdout)
    except OSError as failure:
        control.say(id=asked["id"], status=127, out=str(failure))


def serve(asked):
    with open(f"/run/{asked['service']}.log", "ab") as log:
        subprocess.run(asked["argv"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)


def follow(control, asked):
    number = asked["follow"]
    with subprocess.Popen(asked["argv"], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            control.say(follow=number, line=line.rstrip("\n"))
    control.say(id=number, status=process.returncode, out="")


def relay():
    for wire in WIRES:
        subprocess.run(wire, check=True)
    mail, sockets = Line("mail"), []

    def pass_on(box):
        while True:
            mail.say(box=box, bytes=sockets[box].recv(65536).hex())

    for box, address in enumerate(BOXES):
        sockets.append(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
        sockets[box].bind((address, MAIL_PORT))
        threading.Thread(target=pass_on, args=(box,), daemon=True).start()
    for letter in mail.heard():
        sockets[letter["box"]].sendto(bytes.fromhex(letter["bytes"]), (VOTER, MAIL_PORT))


def main():
    control = Line("control")
    control.say(up=time.monotonic())
    for asked in control.heard():
        if "service" in asked:
            threading.Thread(target=serve, args=(asked,), daemon=True).start()
        elif "follow" in asked:
            threading.Thread(target=follow, args=(control, asked), daemon=True).start()
        elif asked.get("relay"):
            threading.Thread(target=relay, daemon=True).start()
        else:
            threading.Thread(target=work, args=(control, asked), daemon=True).start()


if __name__ == "__main__":
    main()
