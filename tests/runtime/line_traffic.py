#!/usr/bin/env python3
"""Traffic for limits_test: run inside a network namespace, prints one JSON line at its end.

serve ADDRESS PORT FAR_MS     answers until it is ended; UDP is sent back as it came, after so long
send ADDRESS PORT SECONDS     uploads as fast as it goes -> {"mbit": …}
fetch ADDRESS PORT SECONDS KBIT   downloads, at KBIT where it is not 0 -> {"mbit": …}
ping ADDRESS PORT COUNT       -> {"ms": […]}, a question each 20 ms; lost ones are not in it
"""

import json
import socket
import sys
import threading
import time

PIECE = b"x" * 16384


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def give(peer, kbit):
    begun, sent = time.monotonic(), 0
    while True:
        if kbit and sent * 8 > (time.monotonic() - begun) * kbit * 1000:
            time.sleep(0.002)
            continue
        sent += peer.send(PIECE)


def answer(peer):
    try:
        wish = peer.makefile("rb").readline().split()
        if wish[0] == b"down":
            give(peer, int(wish[1]))
        while peer.recv(65536):
            pass
    except (OSError, IndexError):
        pass
    finally:
        peer.close()


def echo(address, port, far_ms):
    with socket.socket(family(address), socket.SOCK_DGRAM) as post:
        post.bind((address, port))
        while True:
            packet, sender = post.recvfrom(2048)
            time.sleep(far_ms / 1000)
            post.sendto(packet, sender)


def serve(address, port, far_ms):
    threading.Thread(target=echo, args=(address, port, far_ms), daemon=True).start()
    door = socket.create_server((address, port), family=family(address))
    print("{}", flush=True)
    while True:
        threading.Thread(target=answer, args=(door.accept()[0],), daemon=True).start()


def moved(address, port, seconds, wish, act):
    """Mbit/s after the first second, in which a sender finds its pace."""
    with socket.create_connection((address, port), timeout=10) as line:
        line.sendall(wish)
        begun = time.monotonic()
        marks = []
        total = 0
        while (now := time.monotonic() - begun) < seconds + 1:
            total += act(line)
            marks.append((now, total))
    first = next(mark for mark in marks if mark[0] >= 1)
    span = marks[-1][0] - first[0]
    return {"mbit": (total - first[1]) * 8 / span / 1e6 if span > 0 else 0.0}


def ping(address, port, count):
    took = []
    with socket.socket(family(address), socket.SOCK_DGRAM) as post:
        post.settimeout(1)
        for number in range(count):
            begun = time.monotonic()
            post.sendto(number.to_bytes(4, "big"), (address, port))
            try:
                while post.recv(64) != number.to_bytes(4, "big"):
                    pass
                took.append((time.monotonic() - begun) * 1000)
            except TimeoutError:
                pass
            time.sleep(0.02)
    return {"ms": took}


def main():
    what, address, port, *numbers = sys.argv[1:]
    port, numbers = int(port), [int(number) for number in numbers]
    if what == "serve":
        serve(address, port, numbers[0])
    elif what == "send":
        print(json.dumps(moved(address, port, numbers[0], b"up\n", lambda to: to.send(PIECE))))
    elif what == "fetch":
        wish = b"down %d\n" % numbers[1]
        print(json.dumps(moved(address, port, numbers[0], wish, lambda to: len(to.recv(65536)))))
    elif what == "ping":
        print(json.dumps(ping(address, port, numbers[0])))


if __name__ == "__main__":
    main()
