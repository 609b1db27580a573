"""A client of Tryton 7.0's JSON-RPC, as a customer's program would be one."""
import base64
import datetime
import http.client
import json


class Refused(Exception):
    """An HTTP status other than 200."""


class Erp:
    def __init__(self, address, host="acme.foyer.localhost", timeout_s=30):
        self.address, self.port, self.database, self.timeout_s = address, 8000, "erp", timeout_s
        # What an edge passes on, and what a browser sends.
        self.headers = {"Content-Type": "application/json", "Host": host,
                        "Origin": f"https://{host}", "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
        self.context = {}

    def call(self, method, *params, database=True):
        connection = http.client.HTTPConnection(self.address, self.port, timeout=self.timeout_s)
        body = json.dumps({"id": 1, "method": method, "params": params}, default=encode)
        connection.request("POST", f"/{self.database}/" if database else "/", body, self.headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status != 200:
            raise Refused(answer.status, text[:200])
        value = json.loads(text)
        if isinstance(value, dict) and "error" in value:
            raise Refused(method, value["error"])
        return value["result"] if isinstance(value, dict) and "result" in value else value

    def login(self, password, user="admin", language="en"):
        self.headers.pop("Authorization", None)
        answer = self.call("common.db.login", user, {"password": password}, language)
        user_id, session = answer[0], answer[1]
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
        """A customer's invoice of today with one line on the default revenue account; returns
        its id."""
        address = self.find("party.address", [["party", "=", party]])[0]["id"]
        configuration = self.model("account.configuration", "read", [1], [
            "default_account_receivable", "default_category_account_revenue"])[0]
        journal = self.find("account.journal", [["type", "=", "revenue"]])[0]["id"]
        company = self.find("company.company", [], ("id", "currency"))[0]
        return self.model("account.invoice", "create", [{
            "type": "out", "party": party, "invoice_address": address, "journal": journal,
            "account": configuration["default_account_receivable"], "company": company["id"],
            "currency": company["currency"], "invoice_date": datetime.date.today(),
            "lines": [["create", [{
                "type": "line", "description": "Advice", "quantity": 1, "unit_price": Money(price),
                "account": configuration["default_category_account_revenue"],
                "currency": company["currency"], "company": company["id"]}]]]}])[0]

    def post(self, invoice):
        self.model("account.invoice", "post", [invoice])

    def invoice(self, invoice):
        return self.model("account.invoice", "read", [invoice], [
            "number", "state", "total_amount", "party"])[0]


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
