"""A customer's program: Tryton's JSON-RPC over HTTPS, through an edge, the certificate verified."""

import base64
import datetime
import http.client
import json
import socket
import ssl
import threading
from urllib.parse import urlsplit


class Refused(Exception):
    """An HTTP status other than 200, or an error of the ERP."""


def dial(host, port, tls, timeout_s):
    """An HTTPS connection to a name of the try-out: it points to 127.0.0.1 by definition of
    .localhost, and resolvers need not know it."""
    plain = socket.create_connection(("127.0.0.1", port), timeout_s)
    connection = http.client.HTTPConnection(host, timeout=timeout_s)
    connection.sock = tls.wrap_socket(plain, server_hostname=host)
    return connection


class Erp:
    last = threading.local()  # of this thread's last call; also where an heir does without __init__

    def __init__(self, url, port, ca_file, database="erp", timeout_s=30):
        self.host = urlsplit(url).hostname
        self.authority = urlsplit(url).netloc
        self.port, self.database, self.timeout_s = port, database, timeout_s
        self.tls = ssl.create_default_context(cafile=str(ca_file))
        self.headers = {"Content-Type": "application/json", "Host": self.authority}
        self.context = {}
        self.last = threading.local()  # of this Erp alone

    def connect(self):
        return dial(self.host, self.port, self.tls, self.timeout_s)

    def fence(self):
        """"generation.epoch" as the edge wrote it on the last answer this thread got; or empty."""
        return getattr(self.last, "fence", "")

    def call(self, method, *params, database=True):
        self.last.fence = ""
        connection = self.connect()
        path = f"/{self.database}/" if database else "/"
        try:
            body = json.dumps({"id": 1, "method": method, "params": params}, default=encode)
            connection.request("POST", path, body, self.headers)
            answer = connection.getresponse()
            text = answer.read()
            self.last.fence = answer.headers.get("X-Foyer-Fence", "")
        except http.client.HTTPException as error:
            raise Refused(method, repr(error)) from error
        finally:
            connection.close()
        if answer.status != 200:
            raise Refused(method, answer.status, text[:200])
        value = json.loads(text)
        if isinstance(value, dict) and "error" in value:
            raise Refused(method, value["error"])
        return value["result"] if isinstance(value, dict) and "result" in value else value

    def login(self, password, user="admin"):
        self.headers.pop("Authorization", None)
        user_id, session = self.call("common.db.login", user, {"password": password}, "en")[:2]
        token = base64.b64encode(f"{user}:{user_id}:{session}".encode()).decode()
        self.headers["Authorization"] = f"Session {token}"
        self.context = self.call("model.res.user.get_preferences", True, {})

    def model(self, name, method, *params):
        return self.call(f"model.{name}.{method}", *params, self.context)

    def find(self, name, domain, fields=("id",)):
        return self.model(name, "search_read", domain, 0, 100, None, list(fields))

    def create_party(self, name):
        return self.model("party.party", "create", [
            {"name": name, "addresses": [["create", [{"street": "1 rue X", "city": "Lille"}]]]}])[0]

    def create_invoice(self, party, price="42.00"):
        """A customer's invoice of today with one line on the default revenue account; its id."""
        address = self.find("party.address", [["party", "=", party]])[0]["id"]
        accounts = self.model("account.configuration", "read", [1], [
            "default_account_receivable", "default_category_account_revenue"])[0]
        journal = self.find("account.journal", [["type", "=", "revenue"]])[0]["id"]
        company = self.find("company.company", [], ("id", "currency"))[0]
        line = {"type": "line", "description": "Advice", "quantity": 1, "unit_price": Money(price),
                "account": accounts["default_category_account_revenue"],
                "currency": company["currency"], "company": company["id"]}
        return self.model("account.invoice", "create", [{
            "type": "out", "party": party, "invoice_address": address, "journal": journal,
            "account": accounts["default_account_receivable"], "company": company["id"],
            "currency": company["currency"], "invoice_date": datetime.date.today(),
            "lines": [["create", [line]]]}])[0]

    def post(self, invoice):
        self.model("account.invoice", "post", [invoice])

    def post_invoice(self, customer, price="42.00"):
        """A new party and its invoice, posted; the invoice's id."""
        invoice = self.create_invoice(self.create_party(customer), price)
        self.post(invoice)
        return invoice

    def invoice(self, invoice):
        return self.model("account.invoice", "read", [invoice],
                          ["number", "state", "total_amount", "party"])[0]


class Money:
    def __init__(self, text):
        self.text = text


def encode(value):
    """Tryton's spelling of what JSON lacks."""
    if isinstance(value, Money):
        return {"__class__": "Decimal", "decimal": value.text}
    if isinstance(value, datetime.date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(type(value))
