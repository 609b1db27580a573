"""From a spec to addresses, links and scripts for ip, tc and nft. Pure: no effect here.

    internet (the keeper's own network)  198.18.<isp>.1   routes; unknown destinations vanish
      l1 ── wan0 master 198.18.0.2       l2 ── wan0 client 198.18.254.2
      l3 ── wan0 router of a home 198.18.1.2 (NAT) ── lan0 192.168.1.1 ── eth0 boxes 192.168.1.10…
      l4 ── wan0 cgnat-<isp>-<cc> 198.18.2.2 (NAT) ── l5 ── wan0 router 100.64.0.2 (NAT) ── lan0 …
      l6 ── wan0 edge 198.18.3.2
Every home uses the same 192.168.1.0/24 inside, like real ones. Interface names l<n> are unique in
the whole world, so one list of cut lines fits every router.
"""

from dataclasses import dataclass

from .spec import Home

MASTER_PREFIX, CLIENT_PREFIX = 0, 254
LAN_GATEWAY, LAN_FIRST = "192.168.1.1", 10


@dataclass(frozen=True)
class Line:
    """The line of one place: `interface` upstream, wan0 downstream."""
    place: str
    interface: str
    upstream: str  # "internet" or the name of a cgnat place
    gateway: str
    address: str  # on wan0


@dataclass(frozen=True)
class Plan:
    places: dict  # name -> Home, upstream places first
    lines: dict  # name -> Line
    public: dict  # name -> the address others see it come from

    def interfaces_of(self, **wanted):
        """Upstream interfaces of all places with these fields: interfaces_of(isp="bouygues")."""
        return sorted(self.lines[name].interface for name, home in self.places.items()
                      if all(getattr(home, key) == value for key, value in wanted.items()))

    def outermost(self, interfaces):
        """Those that hang on the internet itself, not on a carrier NAT."""
        return sorted(line.interface for line in self.lines.values()
                      if line.interface in interfaces and line.upstream == "internet")


def cgnat_of(home):
    """One carrier NAT per ISP and country, so that cutting a country cuts whole carrier NATs."""
    return f"cgnat-{home.isp}-{home.country.lower()}"


def make_plan(spec):
    places = {"master": Home("master", "", "", "", kind="master", nat="none"),
              "client": Home("client", "", "", "", kind="client", nat="none")}
    for home in spec.homes:
        if home.nat == "cgnat":
            name = cgnat_of(home)
            places.setdefault(name, Home(name, home.isp, home.country, "", kind="cgnat", nat="none",
                                         boxes=()))
    for home in spec.homes:
        places[home.name] = home
    lines, public, next_host = {}, {}, {}
    for number, (name, home) in enumerate(places.items(), 1):
        behind = cgnat_of(home) if home.nat == "cgnat" else "internet"
        if behind == "internet":
            prefix = {"master": MASTER_PREFIX, "client": CLIENT_PREFIX}.get(name)
            prefix = spec.isps[home.isp].number if prefix is None else prefix
            network = f"198.18.{prefix}."
        else:
            network = "100.64.0."
        key = (behind, network)
        next_host[key] = next_host.get(key, 1) + 1
        lines[name] = Line(name, f"l{number}", behind, f"{network}1", f"{network}{next_host[key]}")
        public[name] = lines[name].address if behind == "internet" else public[behind]
    return Plan(places, lines, public)


def lan_address(box):
    """Of box number `box` (from 1) inside its home."""
    return f"192.168.1.{LAN_FIRST + box - 1}"


# -- scripts -------------------------------------------------------------------------------------

ROUTER_SYSCTLS = {"net/ipv4/ip_forward": "1"}
# Addresses are there at once: the lab makes them, nobody else can have them.
PLACE_SYSCTLS = {"net/ipv6/conf/all/accept_dad": "0", "net/ipv6/conf/default/accept_dad": "0"}


def internet_script():
    """What is sent to nobody vanishes silently, as on the real internet; it is never answered."""
    return "link set lo up\nroute add blackhole default\n"


def cgnat_script():
    return "route add blackhole 100.64.0.0/10\n"


def link_script(line, pid, wired):
    """Upstream end. A wired line is made by foyer-lab-wire: both ends are there already."""
    words = [] if wired else [f"link add {line.interface} type veth peer name wan0 netns {pid}"]
    words += [f"addr add {line.gateway}/32 peer {line.address}/32 dev {line.interface}",
              f"link set {line.interface} up"]
    return "\n".join(words) + "\n"


def wan_script(line):
    """Downstream end, in the router of a home or directly in a box with a public address."""
    return (f"link set lo up\naddr add {line.address}/32 dev wan0\nlink set wan0 up\n"
            f"route add {line.gateway} dev wan0\nroute add default via {line.gateway}\n")


def lan_script(box_pids):
    words = ["link add lan0 type bridge", f"addr add {LAN_GATEWAY}/24 dev lan0", "link set lan0 up"]
    for number, pid in enumerate(box_pids, 1):
        words += [f"link add b{number} type veth peer name eth0 netns {pid}",
                  f"link set b{number} master lan0 up"]
    return "\n".join(words) + "\n"


def box_script(box):
    return (f"link set lo up\naddr add {lan_address(box)}/24 dev eth0\nlink set eth0 up\n"
            f"route add default via {LAN_GATEWAY}\n")


def nat_ruleset(nat):
    """A home router: out goes everything, in comes only what was asked for."""
    masquerade = "masquerade fully-random" if nat == "symmetric" else "masquerade"
    return f"""table inet nat {{
  chain postrouting {{
    type nat hook postrouting priority srcnat;
    oifname "wan0" {masquerade}
  }}
  chain forward {{
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname != "wan0" accept
  }}
  chain input {{
    type filter hook input priority filter; policy accept;
    iifname "wan0" ct state new drop
  }}
}}
"""


def rate_script(interface, kbit):
    """For tc: no more than `kbit`; what waits longer than 200 ms is dropped."""
    return f"qdisc add dev {interface} root tbf rate {kbit}kbit burst 32kb latency 200ms\n"
