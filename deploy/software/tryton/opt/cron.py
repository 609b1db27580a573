"""A uwsgi mule: runs the customer's scheduled tasks. Forked from the loaded server, it costs
little memory."""
import logging
import os
import time

from trytond.pool import Pool

PERIOD_S = 60

while True:
    time.sleep(PERIOD_S)
    if not os.path.exists("/run/foyer/open"):
        continue   # this copy may not write yet
    try:
        Pool("erp").get("ir.cron").run("erp")
    except Exception:
        logging.getLogger("cron").exception("scheduled tasks failed; next try in %s s", PERIOD_S)
