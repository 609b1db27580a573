"""The customer's program of the try-out, at a container's own web port: no edge, no TLS between."""
import http.client
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../../deploy/lib/try"))
import erp as customer  # noqa: E402

Refused = customer.Refused


class Erp(customer.Erp):
    def __init__(self, address, host="acme.foyer.localhost", timeout_s=30):
        self.address, self.database, self.timeout_s = address, "erp", timeout_s
        # What an edge passes on, and what a browser sends.
        self.headers = {"Content-Type": "application/json", "Host": host,
                        "Origin": f"https://{host}", "X-Forwarded-For": "203.0.113.7",
                        "X-Forwarded-Proto": "https"}
        self.context = {}

    def connect(self):
        return http.client.HTTPConnection(self.address, 8000, timeout=self.timeout_s)
