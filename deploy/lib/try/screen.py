"""What the try-out prints."""

import sys
import time


def step(start, text):
    print(f"[{time.clock_gettime(time.CLOCK_BOOTTIME) - start:6.1f} s] {text}", flush=True)


def give_up(what, why):
    print(f"try: {what}\n  why: {why}", file=sys.stderr)
    sys.exit(1)


def table(instance):
    rows = [("COPY", "HOME", "ISP", "COUNTRY", "ROLE")]
    rows += [(str(copy["index"]), copy["site"], copy["isp"], copy["country"], copy["role"])
             for copy in instance["replicas"]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip())


def trust_line(ca_file):
    return ("mkdir -p $HOME/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n foyer-try "
            f"-i {ca_file}")


def summary(connection, instance, ca_file):
    print(f"""
The ERP is yours:
  URL        {connection['url']}
  database   {connection['database']}
  user       {connection['user']}
  password   {connection['password']}

Your browser trusts it after this line (Chromium; in Firefox import the file under Certificates):
  {trust_line(ca_file)}

Its copies:""")
    table(instance)
    print("\nNow pull the plug of the home that serves it:\n  sudo deploy/try --pull-the-plug")
