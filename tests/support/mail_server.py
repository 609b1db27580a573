"""A real SMTP server on loopback (aiosmtpd): STARTTLS and a password are required. It keeps every
mail, and behaves as it is told."""

import asyncio
import email
import email.policy
import socket
import ssl
import sys
import time

try:
    from aiosmtpd.controller import Controller
except ImportError:  # another Python than Debian's, which has it
    sys.path.append("/usr/lib/python3/dist-packages")
    from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "foyer", "correct-horse-battery"


class Mail:
    """One that was taken."""

    def __init__(self, envelope):
        self.at = time.monotonic()
        self.sender, self.to = envelope.mail_from, envelope.rcpt_tos
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.body = self.message.get_content()

    def __getitem__(self, header):
        return str(self.message[header])

    def __repr__(self):
        return f"{self.to} {self['subject']!r}\n{self.body}"


class MailServer:
    """`behaviour`: "take", "slow", "huge", "drop" (taken, and the answer never sent), or an answer
    to RCPT or DATA: {"RCPT": "550 5.1.1 no such user"}."""

    def __init__(self, port, cert, key, implicit=False):
        self.port, self.implicit = port, implicit
        self.mails, self.attempts, self.behaviour = [], 0, "take"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(cert, key)
        self.controller = None

    def start(self):
        server = self

        class One(SMTP):
            async def smtp_DATA(self, argument):
                told = server.told("DATA")
                if told:
                    return await self.push(told)
                return await super().smtp_DATA(argument)

        class Loopback(Controller):
            def factory(self):
                more = {} if server.implicit else {
                    "tls_context": server.context, "require_starttls": True}
                return One(self.handler, authenticator=server.check, auth_required=True,
                           auth_require_tls=not server.implicit, loop=self.loop, **more)

            def _trigger_server(self):  # its own speaks TLS as a server does
                if not server.implicit:
                    return super()._trigger_server()
                client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
                with socket.create_connection(("127.0.0.1", server.port)) as one:
                    client.wrap_socket(one).recv(1024)

        more = {"ssl_context": self.context} if self.implicit else {}
        self.controller = Loopback(self, hostname="127.0.0.1", port=self.port, **more)
        self.controller.ready_timeout = 60  # of a machine that does other work too
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
            self.controller = None

    def told(self, command):
        return self.behaviour.get(command) if isinstance(self.behaviour, dict) else None

    def check(self, server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)  # it answers 535 itself

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.attempts += 1
        if self.behaviour == "huge":
            for _ in range(200):
                server._writer.write(b"250-" + b"x" * 900 + b"\r\n")
                await server._writer.drain()
        if self.behaviour == "slow":
            await asyncio.sleep(30)
        told = self.told("RCPT")
        if told:
            return told
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(Mail(envelope))
        if self.behaviour == "drop":
            server.transport.abort()
        return "250 OK"

    def to(self, address):
        return [mail for mail in self.mails if mail.to == [address]]
