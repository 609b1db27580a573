"""What schemas/proto promises, one line a promise, read from protoc's descriptor set.

The wire format is decoded here (forty lines), so that the test needs protoc and nothing else.
"""

import subprocess
import tempfile
from pathlib import Path

TYPES = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32",
         8: "bool", 9: "string", 10: "group", 11: "message", 12: "bytes", 13: "uint32", 14: "enum",
         15: "sfixed32", 16: "sfixed64", 17: "sint32", 18: "sint64"}


def varint(data, place):
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place


class Message:
    """A decoded message: the values of each field number, as integers or bytes."""

    def __init__(self, data):
        self.fields, place = {}, 0
        while place < len(data):
            key, place = varint(data, place)
            number, wire = key >> 3, key & 7
            if wire == 0:
                value, place = varint(data, place)
            elif wire == 2:
                size, place = varint(data, place)
                value, place = data[place:place + size], place + size
            else:
                size = {1: 8, 5: 4}[wire]
                value, place = data[place:place + size], place + size
            self.fields.setdefault(number, []).append(value)

    def all(self, number):
        return [Message(value) for value in self.fields.get(number, [])]

    def text(self, number):
        return self.fields.get(number, [b""])[-1].decode()

    def number(self, number, absent=0):
        return self.fields.get(number, [absent])[-1]

    def packed(self, number):
        values = []
        for value in self.fields.get(number, []):
            if isinstance(value, int):
                values.append(value)
                continue
            place = 0
            while place < len(value):
                one, place = varint(value, place)
                values.append(one)
        return values


class Schema:
    """promises: the set of lines; naked: names without a comment; faults: broken naming rules."""

    def __init__(self):
        self.promises, self.naked, self.faults, self.used = set(), [], [], {}

    def add_file(self, file):
        package, path = file.text(2), file.text(1)
        if path.rsplit("/", 1)[0] != package.replace(".", "/"):
            self.faults.append(f"{path}: package {package} should be its folder")
        self.comments = {tuple(place.packed(1)) for place in
                         (Message(raw) for info in file.all(9) for raw in info.fields.get(1, []))
                         if place.text(3).strip() or place.text(4).strip()}
        self.promises.add(f"package {package}")
        for index, message in enumerate(file.all(4)):
            self.add_message(package, message, (4, index))
        for index, enum in enumerate(file.all(5)):
            self.add_enum(package, enum, (5, index))
        for index, service in enumerate(file.all(6)):
            self.add_service(package, service, (6, index))

    def need_comment(self, name, path):
        if path not in self.comments:
            self.naked.append(name)

    def add_message(self, scope, message, path):
        name = f"{scope}.{message.text(1)}"
        if message.all(7) and message.all(7)[0].number(7):
            self.promises.add(f"map {name}")  # made by protoc for map<>: nobody wrote it
        else:
            self.need_comment(name, path)
        self.promises.add(f"message {name}")
        oneofs = [oneof.text(1) for oneof in message.all(8)]
        for index, field in enumerate(message.all(2)):
            self.add_field(name, field, oneofs, path + (2, index))
        for index, inner in enumerate(message.all(3)):
            self.add_message(name, inner, path + (3, index))
        for index, enum in enumerate(message.all(4)):
            self.add_enum(name, enum, path + (4, index))
        for reserved in message.all(9):
            self.promises.add(f"reserved {name} {reserved.number(1)}..{reserved.number(2) - 1}")

    def add_field(self, scope, field, oneofs, path):
        kind = TYPES[field.number(5)]
        named = field.text(6).lstrip(".")
        how = {1: "", 2: "required ", 3: "repeated "}[field.number(4)]
        if field.number(17):
            how = "optional "
        elif 9 in field.fields:
            how = f"oneof {oneofs[field.number(9)]} "
        name = f"{scope}.{field.text(1)}"
        self.promises.add(f"field {scope} {field.number(3)} {field.text(1)} {how}{named or kind}")
        if f"map {scope}" not in self.promises:
            self.need_comment(name, path)
        if kind in ("float", "double"):
            self.faults.append(f"{name}: no floating point on the wire")
        if field.text(1) != field.text(1).lower():
            self.faults.append(f"{name}: fields are lower_snake_case")

    def add_enum(self, scope, enum, path):
        name = f"{scope}.{enum.text(1)}"
        self.need_comment(name, path)
        self.promises.add(f"enum {name}")
        prefix = "".join("_" + c if c.isupper() else c.upper() for c in enum.text(1)).lstrip("_")
        for index, value in enumerate(enum.all(2)):
            number = value.number(2)
            self.promises.add(f"value {name} {number} {value.text(1)}")
            self.need_comment(f"{name}.{value.text(1)}", path + (2, index))
            if not value.text(1).startswith(prefix + "_"):
                self.faults.append(f"{name}.{value.text(1)}: should begin with {prefix}_")
            if number == 0 and value.text(1) != f"{prefix}_UNSPECIFIED":
                self.faults.append(f"{name}: value 0 should be {prefix}_UNSPECIFIED")

    def add_service(self, scope, service, path):
        name = f"{scope}.{service.text(1)}"
        self.need_comment(name, path)
        self.promises.add(f"service {name}")
        if not name.endswith("Service"):
            self.faults.append(f"{name}: services end in Service")
        for index, method in enumerate(service.all(2)):
            rpc = method.text(1)
            sent, answered = (method.text(n).lstrip(".") for n in (2, 3))
            flow = ("stream " if method.number(5) else "", "stream " if method.number(6) else "")
            self.promises.add(f"rpc {name} {rpc} {flow[0]}{sent} returns {flow[1]}{answered}")
            self.need_comment(f"{name}.{rpc}", path + (2, index))
            for given, ending in ((sent, "Request"), (answered, "Response")):
                # The public API is about resources: a write answers with its operation.
                if "foyer.api." not in scope and given.rsplit(".", 1)[-1] != rpc + ending:
                    self.faults.append(f"{name}.{rpc}: {given} should be {rpc}{ending}")


def read_schema(folder):
    """The Schema of all .proto files below `folder`; CalledProcessError on a syntax error."""
    folder = Path(folder)
    protos = sorted(str(p.relative_to(folder)) for p in folder.rglob("*.proto"))
    schema = Schema()
    if not protos:
        return schema
    with tempfile.NamedTemporaryFile(suffix=".pb") as out:
        subprocess.run(["protoc", f"--proto_path={folder}", "--include_source_info",
                        f"--descriptor_set_out={out.name}", *protos], check=True,
                       capture_output=True, text=True)
        for file in Message(Path(out.name).read_bytes()).all(1):
            schema.add_file(file)
    return schema
