"""`fieldgate schema`: what the project ships is valid under it, and typical mistakes are not."""
import json
import pathlib
import re
import textwrap
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
MISTAKES += [("type: json", "type: binary, fields: [ { %s } ]" % field) for field in (
    "name: a, type: uint8, repeat: { cuont: 2 }", "type: tlv, tag: { tpye: uint8 }, cases: {}", "name: a, type: uint8, transform: { xro: 1 }",
    "name: a, type: uint8, transform: revers", "switch: k, cases: { 1: [ { name: a, typo: uint8 } ] }")]
MISTAKES += [("type: line", "type: switch, cases: [ { match: { %s }, framing: { type: line } } ]" % match) for match in (
    "all: [ { byts: 0x01 } ]", "not: { not: { byts: 0x01 } }", "at: many")]
MISTAKES += [("device:", "%s, device:" % extra) for extra in (
    "requests: [ { name: a, every: 60, hex: '01' } ]", "requests: [ { name: a, every: 60s, hex: '01', each: { unit: 1 } } ]",
    "replies: [ { aftr: stored, hex: '01' } ]", "commands: { c: { hex: '01', timeot: 5s } }", "session: { idd: x }")]
MISTAKES += [("sinks:", "tests: [ { name: t, adapter: a, exchange: [ { devise: '0x01' } ] } ]\nsinks:")]
GOOD_TOO = [("type: json", "type: binary, fields: [ { name: g, fields: [ { name: a, type: uint8, scale: 0.1 } ] } ]"),
            ("type: line", "type: line, max_length: 10KiB"), ("127.0.0.1:9000", "${ADDRESS}"), ("type: line", "type: line, max_length: \"${MAX}\""),
            ("protocol: { framing: { type: line }, codec: { type: json }, device: \"{{ data.id }}\" }", "protocol: int16"),
            ("protocol: { framing: { type: line }, codec", "protocol: { use: int16, codec")]

# Sessions, requests, commands, replies, a talk, tags with lengths, repeats, matches in matches, presets: what `check` takes.
LARGE = """\
protocols:
  all:
    framing:
      type: switch
      cases:
        - { name: text, match: { bytes: "*", at: 0 }, framing: { type: start_end, start: "*", end: "#", strip: true } }
        - { name: ping, match: { all: [ { bytes: 0xff }, { not: { at: 1, bytes: 0x00 } } ] }, framing: discard }
        - { match: { in: [0x7878, 0x7979], mask: 0xffff }, framing: { type: length_field, length_offset: 2, length_size: 1, end: 0x0d0a } }
    codec:
      type: binary
      fields:
        - { type: const, hex: 68 }
        - { name: kind, type: uint8, enum: { 0x81: reading, 6: answer } }
        - { name: n, type: uint8 }
        - { name: r, repeat: { count: n }, fields: [ { name: a, type: uint8 } ] }
        - { name: r2, repeat: n, type: uint8 }
        - { name: r3, repeat: { until: "_ == 0", max: 5 }, type: uint8, transform: reverse }
        - { name: g, switch: kind, cases: { reading: [ { name: x, type: uint16, transform: { xor: 0x5a } } ], 2: { name: open, type: bool } } }
        - { name: t, type: tlv, tag: { type: uint8 }, length: uint8, cases: { 0x01: { name: mileage, type: uint32 } } }
    session:
      id: "{{ data.kind }}"
      registration: { regex: "^(?P<imei>[0-9]{15})", on: first, reply: { hex: 01 } }
      heartbeat: { hex: fe, reply: { hex: "fe" } }
    require: "data.n == 1"
    replies: [ { when: "data.kind in ['reading']", after: received, frame: false, hex: "{{ data.kind }} 01" } ]
    requests:
      - { name: r, every: 60s, frame: false, hex: "01", expect: "data.n == 3", retries: 2, codec: { type: raw }, each: { unit: [1, 2] } }
      - { name: c, at: connect, frame: false, text: "hello" }
    commands:
      set_relay: { frame: false, fields: [ { type: const, hex: "01 05" }, { name: state, type: uint16, enum: { 0: open } } ], expires: 10m }
adapters:
  a: { type: tcp, listen: "127.0.0.1:9000", protocol: all }
  b: { type: tcp, listen: "127.0.0.1:9001", protocol: { framing: { type: gt06 }, codec: { type: raw }, device: d } }
  c: { type: tcp, listen: "127.0.0.1:9002", protocol: { use: jt808, device: x } }
sinks: { out: { type: console } }
tests:
  - { name: x, adapter: a, exchange: [ { device: "868" }, { gateway: "0x 01" }, { message: { device: a } },
                                       { command: { command: set_relay, args: { state: open } } } ] }
  - { name: y, adapter: a, hex: [ "01", 02 ], expect: { device: d } }
"""


def load(text):
    """As YAML 1.2 has it, and editors: `on` is a text. Times stay text, as JSON has none."""
    class Loader(yaml.SafeLoader):
        yaml_implicit_resolvers = {first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
                                   for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}
    return json.loads(json.dumps(yaml.load(text, Loader), default=str))


def snippets():
    """The examples in the manual; parts of a protocol stand in one."""
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for i, text in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.S)):
            text = textwrap.dedent(text)
            keys = set(load(text))
            inside = keys & {"framing", "codec", "session", "replies", "requests", "commands", "device"}
            if not inside:
                yield f"{page.name} {i}", text
                continue
            defaults = {"framing": "framing: { type: line }", "codec": "codec: { type: raw }", "device": "device: d"}
            text += "".join(f"{line}\n" for key, line in defaults.items() if key not in keys)
            yield f"{page.name} {i}", "protocols:\n  p:\n" + "".join(f"    {line}\n" for line in text.splitlines())


@unittest.skipUnless(jsonschema, "needs python3-jsonschema and python3-yaml")
class Schema(Case):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(fieldgate("schema").stdout)
        jsonschema.Draft202012Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def problems(self, text):
        document = load(text)
        return [f"{'.'.join(map(str, e.path))}: {e.message[:200]}" for e in self.validator.iter_errors(document)]

    def test_what_is_shipped_is_valid(self):
        files = [*(ROOT / "config").rglob("*.yaml")]
        self.assertGreater(len(files), 10)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual(self.problems(pathlib.Path(path).read_text()), [])

    def test_what_the_manual_shows_is_valid(self):
        shown = list(snippets())
        self.assertGreater(len(shown), 5)
        for name, text in shown:
            with self.subTest(name):
                self.assertEqual(self.problems(text), [])

    def test_a_large_protocol_that_check_takes_is_valid(self):
        result = fieldgate("check", "--syntax", "-c", self.write("large.yaml", LARGE))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.problems(LARGE), [])

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
