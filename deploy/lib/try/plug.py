"""Pulls the plug: invoices are posted, the ISP of the leading copy is cut, its group elects another
copy by itself, and the same invoices are opened at the same URL. Says how long it took, and what
was lost.
"""

import subprocess
import time

import screen
from erp import Erp, Refused

OPEN_S = 120.0  # the other home must answer within this


def pull(cloud, name):
    connection = cloud.order()["instance"]["connection"]
    erp = Erp(connection["url"], cloud.port("web"), cloud.ca_file())
    erp.login(connection["password"])
    screen.step(cloud.start, "logged in through the edge")
    invoices = [erp.post_invoice(f"Customer {number}") for number in range(1, 4)]
    numbers = [erp.invoice(invoice)["number"] for invoice in invoices]
    screen.step(cloud.start, f"three invoices posted: {', '.join(numbers)}")
    before = cloud.instance()
    lead = next((copy for copy in before["replicas"] if copy["role"] == "primary"), None)
    if lead is None:
        screen.give_up(f"no copy of {name} leads just now ({before['state']})", "try it again")
    cut(cloud, lead["isp"])
    began = time.monotonic()
    screen.step(cloud.start, f"ISP '{lead['isp']}' is cut: every home on it is dark, "
                             f"'{lead['site']}' with the active copy of {name} among them")
    try:
        screen.step(cloud.start, "nobody does anything: the other copies elect one of them once "
                                 "the promise they gave the silent one is over")
        found = reopen(erp, connection["password"], invoices)
        gap = time.monotonic() - began
        report(cloud, name, numbers, found, gap)
    finally:
        cut(cloud, lead["isp"], verb="heal")
        screen.step(cloud.start, f"ISP '{lead['isp']}' is back; the old copy rejoins as standby")
    return 0


def cut(cloud, isp, verb="cut"):
    done = cloud.lab(verb, "isp", isp, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        screen.give_up(f"the lab could not {verb} ISP '{isp}'", "see above")


def reopen(erp, password, invoices):
    """The invoices as the other home knows them; a session lives in the database, so it goes on."""
    deadline = time.monotonic() + OPEN_S
    while True:
        try:
            return [erp.invoice(invoice) for invoice in invoices]
        except (Refused, OSError) as error:
            if time.monotonic() > deadline:
                screen.give_up(f"no home answered within {OPEN_S:.0f} s", str(error))
        time.sleep(0.2)


def report(cloud, name, numbers, found, gap):
    posted = [row["number"] for row in found if row["state"] == "posted"]
    lost = [number for number in numbers if number not in posted]
    screen.step(cloud.start, f"the same invoices open at the same URL, {gap:.1f} s after the cut: "
                             f"{', '.join(posted)}")
    print(f"\n  seconds without the ERP   {gap:.1f}\n  acknowledged invoices lost   {len(lost)}"
          f"{' (' + ', '.join(lost) + ')' if lost else ''}\n")
    screen.table(cloud.instance())
