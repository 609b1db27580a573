#!/usr/bin/env python3
"""The OpenAPI test tested: additions pass, each incompatible change of a toy is refused."""

import copy
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from openapi_promises import broken_promises, promises_of  # noqa: E402

STRING = {"type": "string"}
TOY = {
    "paths": {"/boxes": {
        "get": {"operationId": "ListBoxes", "x-foyer-roles": ["operator", "host"], "security": [],
                "parameters": [{"$ref": "#/components/parameters/Size"}],
                "responses": {"200": {"content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Box"}}}}, "400": {}}},
        "post": {"operationId": "MakeBox", "x-foyer-roles": [],
                 "requestBody": {"content": {"application/json": {
                     "schema": {"$ref": "#/components/schemas/MakeBoxRequest"}}}},
                 "responses": {"200": {}}}}},
    "components": {
        "parameters": {"Size": {"name": "page_size", "in": "query",
                                "schema": {"type": "integer", "maximum": 500}}},
        "schemas": {
            "Box": {"type": "object", "required": ["name"], "properties": {
                "name": STRING, "colors": {"type": "array", "items": STRING}}},
            "Color": {"enum": ["red", "green"]},
            "MakeBoxRequest": {"type": "object", "additionalProperties": False,
                               "required": ["name"], "properties": {
                                   "name": {"type": "string", "maxLength": 40},
                                   "note": STRING}}}}}
GET, POST = "get", "post"


def schemas(document):
    return document["components"]["schemas"]


def size(document):
    return document["components"]["parameters"]["Size"]


def route(document, method):
    return document["paths"]["/boxes"][method]


# (what, a change of the document): each must be refused.
INCOMPATIBLE = [
    ("route removed", lambda d: d["paths"]["/boxes"].pop(POST)),
    ("operation renamed", lambda d: route(d, GET).update(operationId="GetBoxes")),
    ("role taken away", lambda d: route(d, GET)["x-foyer-roles"].remove("host")),
    ("a token needed now", lambda d: route(d, GET).pop("security")),
    ("parameter removed", lambda d: route(d, GET).update(parameters=[])),
    ("parameter required now", lambda d: size(d).update(required=True)),
    ("parameter retyped", lambda d: size(d)["schema"].update(type="string")),
    ("less room in a parameter", lambda d: size(d)["schema"].update(maximum=100)),
    ("success removed", lambda d: route(d, GET)["responses"].pop("200")),
    ("answer of another form", lambda d: route(d, GET)["responses"]["200"]["content"]
     ["application/json"].update(schema=STRING)),
    ("field of an answer removed", lambda d: schemas(d)["Box"]["properties"].pop("colors")),
    ("field of an answer retyped",
     lambda d: schemas(d)["Box"]["properties"].update(name={"type": "integer"})),
    ("field of an answer may be missing now", lambda d: schemas(d)["Box"].pop("required")),
    ("field of a request removed",
     lambda d: schemas(d)["MakeBoxRequest"]["properties"].pop("note")),
    ("field of a request needed now",
     lambda d: schemas(d)["MakeBoxRequest"]["required"].append("note")),
    ("less room in a field",
     lambda d: schemas(d)["MakeBoxRequest"]["properties"]["name"].update(maxLength=20)),
    ("a bound where there was none",
     lambda d: schemas(d)["MakeBoxRequest"]["properties"].update(
         note={"type": "string", "maxLength": 9})),
    ("value removed", lambda d: schemas(d)["Color"]["enum"].remove("red")),
    ("body needed now", lambda d: route(d, POST)["requestBody"].update(required=True)),
]
# Each must pass.
COMPATIBLE = [
    ("route added", lambda d: d["paths"].update({"/more": {GET: route(d, GET)}})),
    ("field of an answer added",
     lambda d: schemas(d)["Box"]["properties"].update(weight={"type": "integer"})),
    ("field of a request added", lambda d: schemas(d)["MakeBoxRequest"]["properties"].update(
        color={"type": "string", "maxLength": 5})),
    ("field of a request no longer needed",
     lambda d: schemas(d)["MakeBoxRequest"].pop("required")),
    ("more room in a parameter", lambda d: size(d)["schema"].update(maximum=1000)),
    ("bound removed", lambda d: size(d)["schema"].pop("maximum")),
    ("refusal removed", lambda d: route(d, GET)["responses"].pop("400")),
    ("value added", lambda d: schemas(d)["Color"]["enum"].append("blue")),
]


class Promises(unittest.TestCase):
    def broken_by(self, change):
        changed = copy.deepcopy(TOY)
        change(changed)
        return broken_promises(promises_of(TOY), promises_of(changed))

    def test_an_unchanged_document_passes(self):
        self.assertEqual([], self.broken_by(lambda document: None))

    def test_each_incompatible_change_is_refused(self):
        for what, change in INCOMPATIBLE:
            with self.subTest(what):
                self.assertTrue(self.broken_by(change))

    def test_additions_pass(self):
        for what, change in COMPATIBLE:
            with self.subTest(what):
                self.assertEqual([], self.broken_by(change))


if __name__ == "__main__":
    unittest.main()
