"""`fieldgate schema`: what the project ships is valid under it, and typical mistakes are not."""
import json
import pathlib
import unittest

from harness import ROOT, Case, fieldgate

try:
    import jsonschema
    import yaml
except ImportError:
    jsonschema = None

GOOD = """\
adapters:
  a: { type: tcp, listen: "127.0.0.1:9000", protocol: { framing: { type: line }, codec: { type: json }, device: "{{ data.id }}" } }
sinks:
  out: { type: console }
"""
MISTAKES = [("type: line", "type: lime"), ("listen:", "lissten:"), ("type: console", "typ: console"), ("device:", "devise:"),
            ("type: json", "type: json, extra: 1"), ("type: line", "type: line, max_length: 10"), ("type: tcp", "type: tcp, limits: { idle: 5 }"),
            ("sinks:", "sinks: []\nsink:"), ("type: line", "type: fixed"), ("type: line", "type: fixed, length: many"),
            ("type: line", "type: switch, cases: [ { match: { bytes: 0x01 }, framing: { type: lines } } ]"),
            ("type: json", "type: binary, fields: [ { name: a, typo: uint8 } ]"),
            ("type: json", "type: binary, fields: [ { name: g, fields: [ { name: a, typo: uint8 } ] } ]")]
GOOD_TOO = [("type: json", "type: binary, fields: [ { name: g, fields: [ { name: a, type: uint8, scale: 0.1 } ] } ]"),
            ("type: line", "type: line, max_length: 10KiB"), ("127.0.0.1:9000", "${ADDRESS}"), ("type: line", "type: line, max_length: \"${MAX}\""),
            ("protocol: { framing: { type: line }, codec: { type: json }, device: \"{{ data.id }}\" }", "protocol: int16"),
            ("protocol: { framing: { type: line }, codec", "protocol: { use: int16, codec")]


@unittest.skipUnless(jsonschema, "needs python3-jsonschema and python3-yaml")
class Schema(Case):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(fieldgate("schema").stdout)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def problems(self, text):
        # Times stay text, as JSON has none.
        document = json.loads(json.dumps(yaml.safe_load(text), default=str))
        return [f"{'.'.join(map(str, e.path))}: {e.message[:200]}" for e in self.validator.iter_errors(document)]

    def test_what_is_shipped_is_valid(self):
        files = [*(ROOT / "config").rglob("*.yaml")]
        self.assertGreater(len(files), 10)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual(self.problems(pathlib.Path(path).read_text()), [])

    def test_mistakes_are_not(self):
        self.assertEqual(self.problems(GOOD), [])
        for old, new in MISTAKES:
            with self.subTest(new):
                self.assertIn(old, GOOD)
                self.assertNotEqual(self.problems(GOOD.replace(old, new, 1)), [])

    def test_what_the_parser_takes_is_valid(self):
        for old, new in GOOD_TOO:
            with self.subTest(new):
                self.assertIn(old, GOOD)
                self.assertEqual(self.problems(GOOD.replace(old, new, 1)), [])

    def test_every_type_has_its_options(self):
        defs = self.schema["$defs"]
        for kind in ("framing", "codec", "adapter", "sink", "transform"):
            for name in defs[kind]["properties"]["type"]["enum"]:
                self.assertEqual(defs[f"{kind}.{name}"]["properties"]["type"], {"const": name})


if __name__ == "__main__":
    unittest.main()
