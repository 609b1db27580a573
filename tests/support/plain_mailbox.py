"""A mailbox on loopback without TLS or password (aiosmtpd), in a process and network namespace of
its own: each mail is a file. Started with: plain_mailbox.py PORT FOLDER."""

import os
import sys
import time

try:
    from aiosmtpd.controller import Controller
except ImportError:  # another Python than Debian's, which has it
    sys.path.append("/usr/lib/python3/dist-packages")
    from aiosmtpd.controller import Controller


class Mailbox:
    """`FOLDER/answer`, where it is there, is what a recipient is answered. Nobody is called
    nobody."""

    def __init__(self, folder):
        self.folder = folder
        self.taken = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 there is nobody"
        try:
            with open(f"{self.folder}/answer") as file:
                return file.read().strip()
        except FileNotFoundError:
            envelope.rcpt_tos.append(address)
            return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        name = f"{self.folder}/{self.taken:04}"
        with open(f"{name}.part", "wb") as file:
            file.write(f"{envelope.mail_from}\n{' '.join(envelope.rcpt_tos)}\n".encode())
            file.write(envelope.original_content)
        os.rename(f"{name}.part", f"{name}.mail")
        return "250 OK"


def main():
    port, folder = int(sys.argv[1]), sys.argv[2]
    controller = Controller(Mailbox(folder), hostname="127.0.0.1", port=port)
    controller.ready_timeout = 60  # of a machine that does other work too
    controller.start()
    open(f"{folder}/ready", "w").close()
    while os.getppid() != 1:
        time.sleep(0.5)


if __name__ == "__main__":
    main()
