"""One connection of the machine to the master: qemu starts this for each, and speaks by its
standard input and output. usage: forward.py PORT. Ends as soon as either side does, as a cut line
would."""

import os
import socket
import sys
import threading


def main():
    master = socket.create_connection(("127.0.0.1", int(sys.argv[1])))

    def answers():
        while piece := master.recv(65536):
            os.write(1, piece)
        os._exit(0)

    threading.Thread(target=answers, daemon=True).start()
    while piece := os.read(0, 65536):
        master.sendall(piece)


if __name__ == "__main__":
    try:
        main()
    except OSError:
        pass
