#!/usr/bin/python3
"""A stand-in for a box or an edge: answers on TCP and UDP with who it is and who asked.

standin.py NAME PORT: one answer a connection, "NAME <address> <port>" of the asker; UDP the same.
Also notes the wall clock in ./clock every 0.1 s, so that a test sees its clock.
"""

import os
import selectors
import socket
import sys
import time


def main(name, port):
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("0.0.0.0", port))
    tcp.listen(64)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("0.0.0.0", port))
    waiting = selectors.DefaultSelector()
    waiting.register(tcp, selectors.EVENT_READ)
    waiting.register(udp, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select(0.1):
            if key.fileobj is tcp:
                client, address = tcp.accept()
                with client:
                    client.sendall(f"{name} {address[0]} {address[1]}\n".encode())
            else:
                _, address = udp.recvfrom(2048)
                udp.sendto(f"{name} {address[0]} {address[1]}\n".encode(), address)
        with open("clock.new", "w", encoding="ascii") as file:
            file.write(f"{time.time():.3f}\n")
        os.replace("clock.new", "clock")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
