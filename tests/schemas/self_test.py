#!/usr/bin/env python3
"""The golden test tested: additions pass, each incompatible change of a toy schema is refused."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from descriptors import read_schema  # noqa: E402
from golden_test import problems_of  # noqa: E402

PROTO = """syntax = "proto3";
package foyer.toy.v1;
// Colour of a box.
enum BoxColor {
  // Never answered.
  BOX_COLOR_UNSPECIFIED = 0;
  // Red.
  BOX_COLOR_RED = 1;
}
// A box.
message Box {
  reserved 9;
  // Its name.
  string name = 1;
  // Bytes. Absent: unknown.
  optional uint64 disk_bytes = 2;
  // By name.
  map<string, int32> parts = 3;
  // One of two.
  oneof owner {
    // A person.
    string person = 4;
    // A team.
    string team = 5;
  }
  // Colours seen.
  repeated BoxColor colors = 6;
}
// Ask for a box.
message GetBoxRequest {
  // Its name.
  string name = 1;
}
// The box.
message GetBoxResponse {
  // It.
  Box box = 1;
}
// Boxes.
service BoxService {
  // One box.
  rpc GetBox(GetBoxRequest) returns (GetBoxResponse);
}
"""
# (what, old text, new text): each must be refused as incompatible.
INCOMPATIBLE = [
    ("field removed", "  // Its name.\n  string name = 1;\n  // Bytes", "  // Bytes"),
    ("field renumbered", "string person = 4", "string person = 7"),
    ("field renamed", "string person = 4", "string human = 4"),
    ("field retyped", "uint64 disk_bytes", "int64 disk_bytes"),
    ("field made repeated", "Its name.\n  string name", "Its name.\n  repeated string name"),
    ("presence lost", "optional uint64", "uint64"),
    ("taken out of its oneof", "    // A team.\n    string team = 5;\n  }",
     "  }\n  // A team.\n  string team = 5;"),
    ("map retyped", "map<string, int32>", "map<string, int64>"),
    ("number no longer reserved", "  reserved 9;\n", ""),
    ("enum value removed", "  // Red.\n  BOX_COLOR_RED = 1;\n", ""),
    ("enum value renumbered", "BOX_COLOR_RED = 1", "BOX_COLOR_RED = 2"),
    ("enum value renamed", "BOX_COLOR_RED", "BOX_COLOR_ROUGE"),
    ("rpc removed", "  // One box.\n  rpc GetBox(GetBoxRequest) returns (GetBoxResponse);\n", ""),
    ("rpc renamed", "rpc GetBox(", "rpc ReadBox("),
    ("request changed", "rpc GetBox(GetBoxRequest)", "rpc GetBox(Box)"),
    ("answer streamed", "returns (GetBoxResponse)", "returns (stream GetBoxResponse)"),
    ("package moved", "foyer.toy.v1", "foyer.toy.v2"),
]
# (what, old text, new text): compatible, but style is refused.
UNSTYLED = [
    ("field without comment", "  // Its name.\n", ""),
    ("value without comment", "  // Red.\n", ""),
    ("message without comment", "// A box.\n", ""),
    ("rpc without comment", "  // One box.\n", ""),
    ("service without comment", "// Boxes.\n", ""),
    ("float", "  reserved 9;", "  reserved 9;\n  // Share.\n  double share = 8;"),
    ("capital in a name", "  reserved 9;", "  reserved 9;\n  // X.\n  string diskName = 8;"),
    ("shared request", "(GetBoxResponse);",
     "(GetBoxResponse);\n  // X.\n  rpc PutBox(Box) returns (Box);"),
]


def schema_of(text):
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "foyer/toy/v1/toy.proto"
        place.parent.mkdir(parents=True)
        place.write_text(text)
        return read_schema(folder)


def changed(old, new):
    if PROTO.count(old) < 1:
        raise ValueError(f"the toy schema does not hold {old!r}")
    return PROTO.replace(old, new, 1)


class Golden(unittest.TestCase):
    golden = schema_of(PROTO).promises

    def test_an_unchanged_schema_passes(self):
        self.assertEqual(([], [], []), problems_of(schema_of(PROTO), self.golden))

    def test_each_incompatible_change_is_refused(self):
        for what, old, new in INCOMPATIBLE:
            with self.subTest(what):
                self.assertTrue(problems_of(schema_of(changed(old, new)), self.golden)[0])

    def test_an_addition_is_compatible_but_asks_to_be_recorded(self):
        text = changed("  reserved 9;", "  reserved 9;\n  // Grams.\n  uint32 weight_g = 8;")
        broken, added, style = problems_of(schema_of(text), self.golden)
        self.assertEqual(([], 1, []), (broken, len(added), style))

    def test_comments_and_names_are_held_to_the_rules(self):
        for what, old, new in UNSTYLED:
            with self.subTest(what):
                self.assertTrue(problems_of(schema_of(changed(old, new)), self.golden)[2])

    def test_update_records_additions_and_refuses_removals(self):
        script = str(Path(__file__).parent / "golden_test.py")
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / "protos/foyer/toy/v1/toy.proto"
            golden = Path(folder) / "golden.txt"
            place.parent.mkdir(parents=True)

            def run(text, *more):
                place.write_text(text)
                command = [sys.executable, script, "--golden", golden,
                           "--protos", Path(folder) / "protos", *more]
                return subprocess.run(command, capture_output=True).returncode
            self.assertEqual(1, run(PROTO))
            self.assertEqual(0, run(PROTO, "--update"))
            self.assertEqual(0, run(PROTO))
            kept = golden.read_text()
            self.assertEqual(1, run(changed("string person = 4", "string person = 7"), "--update"))
            self.assertEqual(kept, golden.read_text())


if __name__ == "__main__":
    unittest.main()
