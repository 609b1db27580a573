"""The spec of a lab: parsed once, every error with its path, into plain values."""

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from .errors import LabError, USAGE

NAME = re.compile(r"[a-z][a-z0-9-]{0,23}")
COUNTRY = re.compile(r"[A-Z]{2}")
HOST_CLASSES = ("house", "vetted", "open")
NATS = ("plain", "symmetric", "cgnat")
RESERVED = ("master", "client", "internet", "world", "line", "isp", "country", "edge")
ISPS_MAX, HOMES_MAX, BOXES_MAX = 200, 200, 8
CAPACITY = ("cpu_millicores", "memory_mib", "disk_gib", "uplink_kbit")
OWN_DISK = "own_disk"  # the box's folder is a file system of its own


@dataclass(frozen=True)
class Isp:
    name: str
    family: str
    country: str
    number: int  # its prefix is 198.18.<number>.0/24


@dataclass(frozen=True)
class Home:
    name: str
    isp: str
    country: str
    host_class: str
    declares: str = ""  # whose line it says it has
    kind: str = "home"  # home, edge, master, client, cgnat
    nat: str = "plain"  # for homes; others have a public address
    boxes: tuple = ({},)  # per box: declared capacity, {} = as measured; perhaps own_disk
    host: str = ""
    delay_ms: float = 0
    jitter_ms: float = 0
    loss_permille: int = 0
    up_kbit: int = 0
    down_kbit: int = 0
    machine: bool = False  # its box is a machine of its own, with a kernel of its own

    @property
    def behind_nat(self):
        return self.kind == "home"

    @property
    def wired(self):
        return bool(self.delay_ms or self.jitter_ms or self.loss_permille)


@dataclass(frozen=True)
class Publish:
    name: str
    port: int  # on 127.0.0.1 of the machine; 0 = any free one
    to: tuple  # names of places, tried in this order
    inside: int


@dataclass(frozen=True)
class Spec:
    isps: dict
    homes: tuple  # homes and edges, in the order of the file
    publish: tuple
    run: dict | None  # None: Foyer's own programs; else {"master": argv, "box": argv, "edge": argv}
    zone: str = "foyer.localhost"
    settings: dict = field(default_factory=dict)  # {"master": {...}, "node": {...}}: extra keys

    @property
    def edges(self):
        return tuple(h for h in self.homes if h.kind == "edge")


class _Reader:
    """Reads one JSON object, remembers what was read, and refuses what nobody asked for."""

    def __init__(self, value, path):
        if not isinstance(value, dict):
            raise _wrong(path, f"must be an object, is {_kind(value)}")
        self.value, self.path, self.read = value, path, set()

    def take(self, key, kinds, default=None, required=False):
        self.read.add(key)
        where = f"{self.path}.{key}" if self.path else key
        if key not in self.value:
            if required:
                raise _wrong(where, "is missing")
            return default
        value = self.value[key]
        if isinstance(value, bool) and bool not in kinds or not isinstance(value, kinds):
            raise _wrong(where, f"must be {_words(kinds)}, is {_kind(value)}")
        return value

    def word(self, key, pattern, default=None, required=False):
        value = self.take(key, (str,), default, required)
        if value is not None and not pattern.fullmatch(value):
            raise _wrong(f"{self.path}.{key}", f"'{value}' does not match {pattern.pattern}")
        return value

    def one_of(self, key, words, default):
        value = self.take(key, (str,), default)
        if value not in words:
            raise _wrong(f"{self.path}.{key}", f"'{value}' is none of {', '.join(words)}")
        return value

    def number(self, key, low, high, kinds=(int,), default=0):
        value = self.take(key, kinds, default)
        if not low <= value <= high:
            raise _wrong(f"{self.path}.{key}", f"{value} is not between {low} and {high}")
        return value

    def finish(self):
        for key in self.value:
            if key not in self.read:
                where = f"{self.path}.{key}" if self.path else key
                raise _wrong(where, f"unknown key; known here: {', '.join(sorted(self.read))}")


def _kind(value):
    return {dict: "an object", list: "a list", str: "a text", bool: "true or false",
            int: "a number", float: "a number", type(None): "null"}[type(value)]


def _words(kinds):
    return " or ".join(dict.fromkeys(_kind(kind()) for kind in kinds))


def _wrong(path, why):
    return LabError(f"wrong spec: {path or 'the whole file'}", why,
                    "correct it; tests/lab/README.md describes every key", USAGE)


def _isps(reader):
    values = reader.take("isps", (list,), required=True)
    if not 1 <= len(values) <= ISPS_MAX:
        raise _wrong("isps", f"{len(values)} ISPs; 1 to {ISPS_MAX}")
    isps = {}
    for index, value in enumerate(values):
        item = _Reader(value, f"isps[{index}]")
        name = item.word("name", NAME, required=True)
        isp = Isp(name, item.word("family", NAME, default=name),
                  item.word("country", COUNTRY, required=True), index + 1)
        item.finish()
        if name in isps:
            raise _wrong(f"isps[{index}].name", f"'{name}' is there twice")
        isps[name] = isp
    return isps


def _boxes(item):
    value = item.take("boxes", (int, list), 1)
    path = f"{item.path}.boxes"
    if isinstance(value, int):
        value = [{}] * value if 1 <= value <= BOXES_MAX else value
    if not isinstance(value, list) or not 1 <= len(value) <= BOXES_MAX:
        raise _wrong(path, f"1 to {BOXES_MAX} boxes")
    boxes = []
    for index, box in enumerate(value):
        entry = _Reader(box, f"{path}[{index}]")
        boxes.append({key: entry.number(key, 1, 1 << 40, default=1)
                      for key in CAPACITY if key in box})
        for key in CAPACITY:
            entry.read.add(key)
        if entry.take(OWN_DISK, (bool,), False):
            boxes[-1][OWN_DISK] = True
        entry.finish()
    return tuple(boxes)


def _home(value, path, kind, isps):
    item = _Reader(value, path)
    name = item.word("name", NAME, required=True)
    if name in RESERVED or name.startswith("cgnat-"):
        raise _wrong(f"{path}.name", f"'{name}' is a word of the lab itself")
    isp = item.word("isp", NAME, required=True)
    if isp not in isps:
        raise _wrong(f"{path}.isp", f"'{isp}' is none of the ISPs {', '.join(isps)}")
    declares = item.word("declares", NAME, default=isp)
    if declares not in isps:
        raise _wrong(f"{path}.declares", f"'{declares}' is none of the ISPs {', '.join(isps)}")
    home = Home(
        name=name, isp=isp, kind=kind, declares=declares,
        country=item.word("country", COUNTRY, default=isps[isp].country),
        host_class=item.one_of("class", HOST_CLASSES, "house" if kind == "edge" else "vetted"),
        nat=item.one_of("nat", NATS, "plain") if kind == "home" else "none",
        boxes=_boxes(item), host=item.word("host", NAME, default=f"host-{name}"),
        delay_ms=item.number("delay_ms", 0, 10_000, (int, float)),
        jitter_ms=item.number("jitter_ms", 0, 10_000, (int, float)),
        loss_permille=item.number("loss_permille", 0, 1000),
        up_kbit=item.number("up_kbit", 0, 100_000_000),
        down_kbit=item.number("down_kbit", 0, 100_000_000),
        machine=item.take("machine", (bool,), False))
    item.finish()
    if kind == "edge" and (home.host_class == "open" or len(home.boxes) != 1):
        raise _wrong(path, "an edge is one box of class house or vetted")
    if home.machine and (kind == "edge" or len(home.boxes) != 1):
        raise _wrong(f"{path}.machine", "only for a home of one box")
    return home


def _homes(reader, isps):
    homes = []
    for key, kind in (("homes", "home"), ("edges", "edge")):
        for index, value in enumerate(reader.take(key, (list,), [])):
            home = _home(value, f"{key}[{index}]", kind, isps)
            if any(home.name == other.name for other in homes):
                raise _wrong(f"{key}[{index}].name", f"'{home.name}' is there twice")
            homes.append(home)
    if not 1 <= len(homes) <= HOMES_MAX:
        raise _wrong("homes", f"{len(homes)} homes and edges; 1 to {HOMES_MAX}")
    return tuple(homes)


def _publish(reader, homes):
    names = {"master": ("master",), "edges": tuple(h.name for h in homes if h.kind == "edge")}
    names.update({home.name: (home.name,) for home in homes if home.kind == "edge"})
    found = []
    for index, value in enumerate(reader.take("publish", (list,), [])):
        item = _Reader(value, f"publish[{index}]")
        to = item.one_of("to", tuple(names), "edges")
        found.append(Publish(item.word("name", NAME, required=True),
                             item.number("port", 0, 65535), names[to],
                             item.number("inside", 1, 65535, default=443)))
        item.finish()
        if not names[to]:
            raise _wrong(f"publish[{index}].to", "there is no edge")
    return tuple(found)


def _argv(reader, key):
    value = reader.take(key, (list,), [])
    if not all(isinstance(word, str) for word in value):
        raise _wrong(f"run.{key}", "must be a list of texts")
    return tuple(value)


def parse(value):
    """The Spec in a parsed JSON value; LabError names the path of the first thing wrong."""
    reader = _Reader(value, "")
    isps = _isps(reader)
    homes = _homes(reader, isps)
    run = reader.take("run", (str, dict), "foyer")
    if isinstance(run, dict):
        item = _Reader(run, "run")
        run = {key: _argv(item, key) for key in ("master", "box", "edge")}
        item.finish()
    elif run not in ("foyer", "nothing"):
        raise _wrong("run", f"'{run}' is none of foyer, nothing, or an object of commands")
    commands = {"foyer": None, "nothing": {}}[run] if isinstance(run, str) else run
    spec = Spec(isps=isps, homes=homes, publish=_publish(reader, homes), run=commands,
                zone=reader.take("zone", (str,), "foyer.localhost"),
                settings={"master": reader.take("master", (dict,), {}),
                          "node": reader.take("node", (dict,), {})})
    reader.finish()
    return spec


def load(path):
    try:
        text = Path(path).read_text()
    except OSError as error:
        raise LabError(f"cannot read the spec {path}", error.strerror or str(error),
                       "name a spec; examples: tests/lab/specs/*.json", USAGE) from error
    try:
        return parse(json.loads(text))
    except json.JSONDecodeError as error:
        raise LabError(f"wrong spec: {path}", f"line {error.lineno}, column {error.colno}: "
                       f"{error.msg}", "correct it; it must be JSON", USAGE) from error


def with_ports(spec, overrides):
    """The spec with ports of the command line: ["web=9443", ...]."""
    ports = {}
    for text in overrides:
        name, _, port = text.partition("=")
        if not port.isdigit() or int(port) > 65535:
            raise LabError(f"--publish {text}: no port", "write NAME=PORT, 0 for any free one",
                           "lab up --help", USAGE)
        if name not in [p.name for p in spec.publish]:
            known = ", ".join(p.name for p in spec.publish) or "nothing"
            raise LabError(f"--publish {text}: the spec publishes no '{name}'", f"it publishes "
                           f"{known}", "lab up --help", USAGE)
        ports[name] = int(port)
    return replace(spec, publish=tuple(replace(p, port=ports.get(p.name, p.port))
                                       for p in spec.publish))
