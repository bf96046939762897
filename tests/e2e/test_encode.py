"""`fieldgate encode`: documents and commands into the bytes that go out; what decode makes of them is the same again."""
import json
import subprocess
import unittest

from harness import FIELDGATE, Case, environment, fieldgate

METER = """\
protocols:
  meter:
    framing:
      type: length_field
      start: 0x68
      length_offset: 1
      length_size: 2
      length_adjust: 2
      checksum: { algorithm: crc16_modbus, over: [0, -2], at: -2, endian: little }
      payload: [3, -2]
    codec:
      type: binary
      fields:
        - { name: kind, type: uint8, enum: { 0x81: reading, 0x06: answer } }
        - { name: voltage, type: uint16, scale: 0.1, unit: V, min: 0, max: 300 }
    device: d
    commands:
      set_relay:
        fields: [ { type: const, hex: "01 05 0000" }, { name: state, type: uint16, enum: { 0: open, 0xff00: closed } } ]
"""


class Encode(Case):
    def setUp(self):
        super().setUp()
        self.path = self.write("meter.yaml", METER)

    def encode(self, *arguments):
        return fieldgate("encode", "-c", self.path, *arguments)

    def test_a_document_is_framed_and_decodes_to_itself(self):
        document = {"kind": "reading", "voltage": 230.1}
        result = self.encode(json.dumps(document))
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^68 00 03 81 08 fd [0-9a-f]{2} [0-9a-f]{2}\n$")
        decoded = fieldgate("decode", "-c", self.path, "--hex", "--json", self.write("hex", result.stdout))
        self.assertEqual(json.loads(decoded.stdout)["events"][0]["messages"][0]["data"], document)

    def test_a_command_is_given_its_arguments(self):
        result = self.encode("--command", "set_relay", '{"state":"closed"}')
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("01 05 00 00 ff 00", result.stdout)
        wrong = self.encode("--command", "set_relay", '{"state":"ajar"}')
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("state", wrong.stderr)
        unknown = self.encode("--command", "set_relais", "{}")
        self.assertEqual(unknown.returncode, 1)
        self.assertIn("set_relay", unknown.stderr)

    def test_what_cannot_be_encoded_says_why(self):
        for document, status in (('{"kind":"reading","voltage":400}', 1), ('{"kind":"reading"}', 1), ("[1]", 65), ("{", 65)):
            with self.subTest(document):
                result = self.encode(document)
                self.assertEqual((result.returncode, result.stdout), (status, ""))
                self.assertTrue(result.stderr.startswith("fieldgate: "), result.stderr)

    def test_raw_bytes_and_standard_input(self):
        result = subprocess.run([FIELDGATE, "encode", "-p", "netstring", "--raw"], input=b'{"text":"hello"}', capture_output=True,
                                env=environment(), check=False)
        self.assertEqual((result.returncode, result.stdout), (0, b"5:hello,"), result.stderr)


if __name__ == "__main__":
    unittest.main()
