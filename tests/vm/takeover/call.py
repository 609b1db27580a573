"""A command inside the machine of the home where this stands: call.py ARGV…; its status, output
and errors are the command's. 125: the machine does not answer."""

import json
import os
import socket
import sys
import threading

DOOR = ("127.0.0.1", 7460)
NO_ANSWER = 125


def feed(line):
    try:
        while piece := os.read(0, 65536):
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def exactly(source, size):
    data = source.read(size)
    if len(data) != size:
        raise OSError("the machine is gone")
    return data


def main():
    line = socket.create_connection(DOOR, timeout=5)
    line.settimeout(None)
    line.sendall(json.dumps({"argv": sys.argv[1:]}).encode() + b"\n")
    threading.Thread(target=feed, args=(line,), daemon=True).start()
    source = line.makefile("rb")
    while True:
        head = exactly(source, 5)
        data = exactly(source, int.from_bytes(head[1:], "big"))
        if head[0] == 0:
            status = int(data)
            return status if status >= 0 else 128 - status
        while data:
            data = data[os.write(head[0], data):]


if __name__ == "__main__":
    try:
        code = main()
    except OSError as failure:
        os.write(2, f"the machine does not answer: {failure}\n".encode())
        code = NO_ANSWER
    os._exit(code)
