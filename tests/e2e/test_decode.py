"""`fieldgate decode`: bytes, hex and captures in; frames, fields with their ranges, messages, and reasons out."""
import json
import os
import pty
import re
import struct
import subprocess
import unittest

from harness import FIELDGATE, ROOT, Case, environment, fieldgate
from test_encode import METER

FRAME = "68 0003 81 08fd"


def crc16_modbus(data):
    crc = 0xffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xa001 if crc & 1 else 0)
    return struct.pack("<H", crc)


def framed(hexadecimal):
    data = bytes.fromhex(hexadecimal)
    return data + crc16_modbus(data)


def ip4(protocol, payload, sender, receiver, identity=1):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), identity, 0, 64, protocol, 0, bytes(sender), bytes(receiver))
    return b"\2" * 6 + b"\4" * 6 + b"\x08\x00" + header + payload


def tcp(data, sequence, flags=0x18, ports=(40000, 9000), there=True):
    ports = ports if there else ports[::-1]
    segment = struct.pack(">HHIIBBHHH", *ports, sequence, 0, 0x50, flags, 1000, 0, 0) + data
    ends = ((10, 0, 0, 7), (10, 0, 0, 1)) if there else ((10, 0, 0, 1), (10, 0, 0, 7))
    return ip4(6, segment, *ends)


def udp(data, port):
    return ip4(17, struct.pack(">HHHH", 40000, port, 8 + len(data), 0) + data, (10, 0, 0, 8), (10, 0, 0, 1))


def capture(packets, seconds=1767225600):
    out = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
    for packet in packets:
        out += struct.pack("<IIII", seconds, 0, len(packet), len(packet)) + packet
    return out


class Decode(Case):
    def setUp(self):
        super().setUp()
        self.path = self.write("meter.yaml", METER)

    def decode(self, data, *arguments):
        file = self.directory / "input"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return fieldgate("decode", "-c", self.path, *arguments, file)

    def json(self, data, *arguments, status=0):
        result = self.decode(data, "--json", *arguments)
        self.assertEqual((result.returncode, result.stderr), (status, ""))
        return json.loads(result.stdout)

    def test_a_frame_is_shown_with_its_fields_and_their_ranges(self):
        found = self.json(framed(FRAME))
        self.assertEqual((found["frames"], found["messages"], found["rejected_bytes"]), (1, 1, 0))
        event = found["events"][0]
        self.assertEqual((event["kind"], event["offset"], event["length"], event["payload"]), ("frame", 0, 8, [3, 6]))
        fields = {field["path"]: field for field in event["fields"]}
        self.assertEqual((fields["kind"]["range"], fields["kind"]["value"], fields["kind"]["type"]), ([3, 4], "reading", "uint8"))
        self.assertEqual((fields["voltage"]["range"], fields["voltage"]["raw"], fields["voltage"]["value"], fields["voltage"]["unit"]),
                         ([4, 6], "2301", 230.1, "V"))
        self.assertEqual(event["messages"][0]["data"], {"kind": "reading", "voltage": 230.1})

    def test_people_get_lines_without_colours_in_a_pipe(self):
        text = self.decode(framed(FRAME)).stdout
        self.assertIn("frame at 0, 8 bytes\n  0000  68 00 03 81 08 fd", text)
        self.assertRegex(text, r"(?m)^  \[4, 6\] +voltage +uint16 +2301 +230\.1 V$")
        self.assertRegex(text, r'(?m)^  message \{"gateway":')
        self.assertNotIn("\x1b", text)

    def test_a_terminal_gets_colours_unless_it_says_no(self):
        for extra, coloured in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            ours, theirs = pty.openpty()
            try:
                file = self.write("frame.hex", framed(FRAME).hex())
                subprocess.run([FIELDGATE, "decode", "-c", self.path, "--hex", file], stdout=theirs, stdin=subprocess.DEVNULL,
                               env={**environment(), "NO_COLOR": "", **extra}, check=True)
                self.assertEqual(b"\x1b[" in os.read(ours, 65536), coloured, extra)
            finally:
                os.close(ours), os.close(theirs)

    def test_hex_may_be_written_as_people_do(self):
        digits = framed(FRAME).hex()
        for text in (digits, digits.upper(), " ".join(re.findall("..", digits)), ":".join(re.findall("..", digits)),
                     "0x" + digits, " ".join("0x" + pair for pair in re.findall("..", digits)),
                     f"# a frame\n{digits[:6]}\n{digits[6:]}  # its rest\n"):
            with self.subTest(text):
                self.assertEqual(self.json(text, "--hex")["messages"], 1)
        wrong = self.decode("68\n6g", "--hex")
        self.assertEqual(wrong.returncode, 65)
        self.assertIn("line 2: '6g' is not hex: 'g' is no hex digit", wrong.stderr)

    def test_what_is_no_frame_says_why(self):
        bad = framed(FRAME)[:-1] + b"\0"
        found = self.json(b"\xff\xff" + bad + framed(FRAME))
        self.assertEqual((found["frames"], found["messages"]), (1, 1))
        reasons = [event["reason"] for event in found["events"] if event["kind"] == "rejected"]
        self.assertEqual(reasons[0], "garbage_bytes")
        self.assertIn("bad_checksum", reasons)
        self.assertEqual(found["rejected_bytes"], 10)
        self.assertEqual(found["events"][-1]["offset"], 10)
        text = self.decode(bad).stdout
        computed = crc16_modbus(bytes.fromhex(FRAME))[::-1].hex()
        self.assertRegex(text, rf"bad_checksum at 0, \d+ bytes?: .*computed 0x{computed}, but .*0x00")

    def test_garbage_behind_a_bad_frame_is_not_why_no_message_came(self):
        bad = self.decode(framed(FRAME)[:-1] + b"\0")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("garbage_bytes", bad.stdout)
        self.assertRegex(bad.stderr, "no message came of 8 bytes: bad_checksum: ")

    def test_the_documents_show_what_is_printed(self):
        text = (ROOT / "docs" / "laboratory.md").read_text()
        config = re.search(r"```yaml\n(protocols:\n  meter:.*?)```", text, re.S)[1]
        shown = re.search(r"```\n\$ fieldgate decode -c meter.yaml --hex two.hex\n(.*?)```", text, re.S)[1]
        good = "6800128112345678901208fce240000180697dba22963d"
        two = self.write("two.hex", good + good.replace("08fc", "08fd"))
        found = fieldgate("decode", "-c", self.write("meter.yaml", config), "--hex", two)
        self.assertEqual(found.stdout, shown)

    def test_bytes_that_wait_are_shown_with_what_they_wait_for(self):
        found = self.json(framed(FRAME) + b"\x68\x00\x20\x81", status=0)
        self.assertEqual([(w["offset"], w["length"]) for w in found["waiting"]], [(8, 4)])
        self.assertRegex(found["waiting"][0]["text"], "4 bytes wait for the rest of a frame.*33 ")

    def test_a_capture_is_put_together_whatever_came_late_or_twice(self):
        stream = framed(FRAME) * 3
        a, b, c = stream[:5], stream[5:13], stream[13:]
        packets = [tcp(b"", 999, 0x02), tcp(a, 1000), tcp(c, 1013), tcp(b, 1005), tcp(b, 1005), tcp(stream[4:9], 1004),
                   tcp(framed(FRAME), 7000, there=False), udp(framed(FRAME), 9000), tcp(framed(FRAME), 1, ports=(40001, 9009))]
        path = self.directory / "x.pcap"
        path.write_bytes(capture(packets))
        config = METER + "adapters: { meters: { type: tcp, listen: 127.0.0.1:9000, protocol: meter } }\n"
        file = self.write("plant.yaml", config)
        found = json.loads(fieldgate("decode", "-c", file, "--json", path).stdout)
        self.assertEqual((found["frames"], found["rejected_bytes"]), (3, 0))
        event = found["events"][-1]
        self.assertEqual(event["stream"], "tcp 10.0.0.7:40000 > 10.0.0.1:9000")
        self.assertEqual(event["messages"][0]["time"], "2026-01-01T00:00:00.000Z")
        both = json.loads(fieldgate("decode", "-c", file, "--json", "--both", path).stdout)
        self.assertEqual(both["frames"], 4)
        other = json.loads(fieldgate("decode", "-c", file, "--json", "--port", "9009", path).stdout)
        self.assertEqual(other["frames"], 1)
        none = fieldgate("decode", "-c", file, "--port", "1", path)
        self.assertIn("none of the 9 packets is for this adapter", none.stdout)

    def test_bytes_of_which_no_message_came_end_with_1_and_why(self):
        wrong = self.decode(framed(FRAME)[:-1] + b"\0")
        self.assertEqual(wrong.returncode, 1)
        self.assertRegex(wrong.stderr.splitlines()[-1], "no message came of 8 bytes: .*checksum|garbage")
        begun = self.decode(framed(FRAME)[:5])
        self.assertEqual(begun.returncode, 1)
        self.assertIn("wait for the rest of a frame", begun.stderr)
        self.assertEqual(self.decode(framed(FRAME) + b"\0").returncode, 0)

    def test_one_mistake_is_one_error(self):
        good = "framing: { type: line }, codec: { type: json }, device: d"
        for old, new, said in (
                ("codec: { type: json }, ", "", "'codec' is required: write codec: { type: .. } with one of .*raw"),
                ("codec:", "codce:", "unknown key 'codce', did you mean 'codec'"),
                ("codec: { type: json }", "codec: json", "write codec: { type: json }"),
                ("type: line", "type: length_field, lenght_size: 2", "unknown key 'lenght_size', did you mean 'length_size'"),
                ("type: line", "type: length_field, length_size: 1, start: 0x123", "'123' is not whole bytes"),
                ("type: line", "type: switch, cases: [ { match: { bytes: a } } ]", "'framing' is required"),
                ("type: json", "type: regex, pattern: '(?<imei>[0-9]{15}'", r"missing \) in '\(\?<imei>"),
                ("type: json", "type: binary, fields: [ { type: const, hex: '012' } ]", "'012' is not whole bytes"),
                ("type: json", "type: lua, file: nowhere.lua", "codec.file: cannot read '.*nowhere.lua': No such file"),
                ("type: json", "type: protobuf, proto_file: no.proto, message_type: A", "proto_file: cannot read '.*no.proto': No such file"),
                ("device: d", "device: '{{ date.id }}'", "did you mean 'data'"),
                ("device: d", "device: d, requests: [ { name: a, every: 60, hex: '01' } ]", "'60' needs a unit"),
                (good, "use: gt06", "use: stands at an adapter only")):
            with self.subTest(new):
                self.assertIn(old, good)
                path = self.write("wrong.yaml", "protocols: { p: { %s } }\n" % good.replace(old, new, 1))
                result = fieldgate("decode", "-c", path, "--hex", self.write("none.hex", ""))
                self.assertEqual(result.returncode, 78)
                self.assertRegex(result.stderr, said)
                self.assertRegex(result.stderr, r"(?m)^1 error$")

    def test_usage(self):
        self.assertEqual(fieldgate("decode").returncode, 64)
        self.assertEqual(fieldgate("decode", "-c", self.path, "-p", "metre").returncode, 64)
        self.assertEqual(fieldgate("decode", "-c", self.directory / "nowhere.yaml").returncode, 78)
        self.assertEqual(self.decode("").returncode, 0)
        self.assertEqual(self.decode("zzzz").returncode, 1)
        hint = self.decode(framed(FRAME).hex())
        self.assertIn("--hex", hint.stderr)
        broken = self.directory / "broken.pcap"
        broken.write_bytes(b"nothing of the kind")
        self.assertEqual(fieldgate("decode", "-c", self.path, broken).returncode, 65)


if __name__ == "__main__":
    unittest.main()
