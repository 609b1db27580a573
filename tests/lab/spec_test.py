#!/usr/bin/python3
"""Specs, plans and cuts as pure functions: no root, no namespace."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from foyer_lab import cli, cuts, plan, spec as specs  # noqa: E402
from foyer_lab.errors import LabError, UNKNOWN, USAGE  # noqa: E402

SPECS = Path(__file__).with_name("specs")


def small():
    return {"isps": [{"name": "red", "country": "FR"}, {"name": "blue", "country": "BE"}],
            "homes": [{"name": "one", "isp": "red"},
                      {"name": "two", "isp": "blue", "nat": "cgnat"},
                      {"name": "three", "isp": "blue", "country": "FR"}],
            "edges": [{"name": "gate", "isp": "red"}], "run": "nothing"}


class Spec(unittest.TestCase):
    def refused(self, value, path, why):
        with self.assertRaises(LabError) as caught:
            specs.parse(value)
        self.assertEqual(caught.exception.code, USAGE)
        self.assertEqual(caught.exception.what, f"wrong spec: {path}")
        self.assertIn(why, caught.exception.why)

    def test_an_error_names_the_path_of_what_is_wrong(self):
        def changed(change):
            value = small()
            change(value)
            return value

        self.refused([], "the whole file", "must be an object")
        self.refused({}, "isps", "is missing")
        self.refused(changed(lambda v: v["homes"][1].update(isp="green")), "homes[1].isp",
                     "red, blue")
        self.refused(changed(lambda v: v["homes"][1].update(name="one")), "homes[1].name", "twice")
        self.refused(changed(lambda v: v["homes"][0].update(nat="cone")), "homes[0].nat", "plain")
        self.refused(changed(lambda v: v["homes"][0].update(boxes=0)), "homes[0].boxes", "1 to 8")
        self.refused(changed(lambda v: v["homes"][0].update(boxes=[{"ram": 3}])),
                     "homes[0].boxes[0].ram", "unknown key")
        self.refused(changed(lambda v: v["homes"][0].update(boxes=[{"own_disk": 1}])),
                     "homes[0].boxes[0].own_disk", "must be true or false")
        self.refused(changed(lambda v: v["homes"][0].update(boxes=2, machine=True)),
                     "homes[0].machine", "one box")
        self.refused(changed(lambda v: v["edges"][0].update(machine=True)), "edges[0].machine",
                     "one box")
        self.refused(changed(lambda v: v["homes"][2].update(loss_permille=1001)),
                     "homes[2].loss_permille", "between 0 and 1000")
        self.refused(changed(lambda v: v["homes"][2].update(loss_permille=True)),
                     "homes[2].loss_permille", "is true or false")
        self.refused(changed(lambda v: v["isps"][0].update(country="fr")), "isps[0].country", "fr")
        self.refused(changed(lambda v: v["edges"][0].update({"class": "open"})), "edges[0]",
                     "house")
        self.refused(changed(lambda v: v.update(color="red")), "color", "unknown key")
        self.refused(changed(lambda v: v["homes"][0].update(name="master")), "homes[0].name",
                     "word")
        self.refused(changed(lambda v: v.update(run={"box": [1]})), "run.box", "list of texts")

    def test_broken_json_names_line_and_column(self):
        path = Path(self.enterContext(_folder())) / "x.json"
        path.write_text('{\n  "isps": [,]\n}')
        with self.assertRaises(LabError) as caught:
            specs.load(path)
        self.assertIn("line 2, column 12", caught.exception.why)

    def test_every_spec_we_ship_is_right(self):
        for path in SPECS.glob("*.json"):
            with self.subTest(path.name):
                plan.make_plan(specs.load(path))

    def test_the_try_has_what_it_promises(self):
        spec = specs.load(SPECS / "try.json")
        homes = [h for h in spec.homes if h.kind == "home"]
        self.assertEqual((len(homes), len(spec.isps)), (12, 5))
        self.assertEqual(len({h.country for h in homes}), 3)
        self.assertEqual(len({h.isp for h in spec.edges}), 2)
        self.assertIn(2, [len(h.boxes) for h in homes])
        self.assertEqual({h.nat for h in homes}, {"plain", "symmetric", "cgnat"})
        leaders = {h.isp for h in homes if h.country in ("FR", "BE") and h.host_class != "open"}
        self.assertGreaterEqual(len(leaders), 3)

    def test_ports_of_the_command_line_win(self):
        spec = specs.load(SPECS / "standin.json")
        self.assertEqual(specs.with_ports(spec, ["web=9443"]).publish[0].port, 9443)
        for wrong in ("web", "web=x", "web=70000", "door=1"):
            with self.assertRaises(LabError):
                specs.with_ports(spec, [wrong])


class Plan(unittest.TestCase):
    def test_a_source_address_tells_the_isp(self):
        found = plan.make_plan(specs.parse(small()))
        self.assertEqual(found.public, {
            "master": "198.18.0.2", "client": "198.18.254.2", "cgnat-blue-be": "198.18.2.2",
            "one": "198.18.1.2", "two": "198.18.2.2", "three": "198.18.2.3", "gate": "198.18.1.3"})
        self.assertEqual(found.lines["two"].address, "100.64.0.2")


class Cuts(unittest.TestCase):
    def setUp(self):
        self.plan = plan.make_plan(specs.parse(small()))

    def lines(self, *names):
        return sorted(self.plan.lines[n].interface for n in names)

    def test_scopes_name_their_lines(self):
        def of(scope, name):
            return cuts.interfaces(self.plan, scope, name)

        self.assertEqual(of("line", "one"), self.lines("one"))
        self.assertEqual(of("isp", "blue"), self.lines("cgnat-blue-be", "two", "three"))
        self.assertEqual(of("country", "FR"), self.lines("one", "three", "gate"))
        self.assertEqual(of("edge", "gate"), self.lines("gate"))
        for scope, name in (("line", "x"), ("isp", "x"), ("country", "XX"), ("edge", "one")):
            with self.assertRaises(LabError) as caught:
                of(scope, name)
            self.assertEqual(caught.exception.code, UNKNOWN)

    def test_an_island_spares_what_stays_inside(self):
        text = cuts.ruleset(self.plan, {cuts.Cut("isp", "blue", "out", island=True)})
        outer = ", ".join(f'"{n}"' for n in self.lines("cgnat-blue-be", "three"))
        self.assertIn(f"iifname {{ {outer} }} oifname != {{ {outer} }} counter drop", text)
        self.assertNotIn(self.lines("two")[0] + '"', text)

    def test_healing_one_direction_leaves_the_other(self):
        both, out = cuts.Cut("line", "one", "both"), cuts.Cut("line", "one", "out")
        self.assertEqual(cuts.healed({both}, cuts.Cut("line", "one", "in")), {out})
        self.assertEqual(cuts.healed({both}, both), set())
        self.assertEqual(cuts.healed({out}, cuts.Cut("line", "one", "in")), {out})

    def test_healing_an_isp_leaves_a_line_cut_for_itself(self):
        line, isp = cuts.Cut("line", "three", "both"), cuts.Cut("isp", "blue", "both")
        self.assertEqual(cuts.healed({line, isp}, isp), {line})


class Durations(unittest.TestCase):
    def test_signs_and_units(self):
        words = {"+1d": 86400, "-90m": -5400, "3600": 3600, "\u22122h": -7200, "0": 0,
                 "-1w": -604800}
        self.assertEqual({w: cli.duration(w) for w in words}, words)
        for wrong in ("", "1y", "d", "+-1d", "1.5h"):
            with self.assertRaises(Exception):
                cli.duration(wrong)


def _folder():
    import tempfile
    return tempfile.TemporaryDirectory()


if __name__ == "__main__":
    unittest.main(verbosity=2)
