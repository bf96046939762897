"""`fieldgate learn`: captured bytes in, the framing that they have out."""
import json
import random
import struct
import unittest

from harness import Case, fieldgate
from test_decode import crc16_modbus


class Learn(Case):
    def proposals(self, data, *arguments):
        path = self.directory / "captured"
        path.write_bytes(data)
        result = fieldgate("learn", "--json", *arguments, path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)["proposals"]

    def first(self, data, payloads, *arguments):
        best = self.proposals(data, *arguments)[0]
        self.assertEqual([bytes.fromhex(p) for p in best["payloads"]], payloads, best)
        return best

    def test_lines_of_json_and_of_nmea(self):
        rows = [json.dumps({"id": i}).encode() for i in range(5)]
        self.assertEqual(self.first(b"\r\n".join(rows) + b"\r\n", rows)["codec"], "json")
        nmea = [b"$GPGLL,4916.45,N,12311.12,W,225444,A,*1D"] * 3
        self.assertEqual(self.first(b"\r\n".join(nmea) + b"\r\n", nmea)["codec"], "nmea0183")

    def test_netstrings(self):
        rows = [b"hello", b"", b"a longer one"]
        self.first(b"".join(b"%d:%s," % (len(row), row) for row in rows), rows)

    def test_a_length_field_behind_a_marker_and_its_checksum(self):
        chance = random.Random(1)
        frames = []
        for size in (4, 9, 30, 7, 12):
            body = bytes(chance.randrange(256) for _ in range(size))
            frame = b"\xa5\x5a" + struct.pack(">H", size) + body
            frames.append(frame + crc16_modbus(frame))
        best = self.first(b"".join(frames), frames)
        self.assertIn("length_offset: 2, length_size: 2", best["framing"])
        self.assertIn("algorithm: crc16_modbus", best["framing"])
        self.assertTrue(any("holds in all 5" in sentence for sentence in best["evidence"]), best)

    def recognized(self, data, *arguments):
        path = self.directory / "captured"
        path.write_bytes(data)
        result = fieldgate("learn", "--json", *arguments, path)
        return [protocol["protocol"] for protocol in json.loads(result.stdout)["protocols"]]

    def test_a_shipped_protocol_is_recognized(self):
        login = b"78780d01012345678901234500018cdd0d0a"
        self.assertEqual(self.recognized(login, "--hex")[0], "gt06")
        path = self.directory / "captured"
        said = fieldgate("learn", "--hex", path).stdout
        self.assertIn("protocol: gt06", said)
        self.assertIn(f"fieldgate decode -p gt06 --hex {path}", said)
        self.assertIn('"imei":"123456789012345"', said)

    def test_frames_of_a_connection_whose_login_is_missing_are_recognized(self):
        # Teltonika's own example of codec 8 (wiki.teltonika-gps.com, Codec).
        records = (b"000000000000003608010000016B40D8EA30010000000000000000000000000000000105021503010101425E0F01F10000601A014E00"
                   b"00000000000000010000C7CF")
        self.assertEqual(self.recognized(records, "--hex")[0], "teltonika")

    def test_text_and_noise_are_no_shipped_protocol(self):
        self.assertEqual(self.recognized(b"hello world\n" * 5), [])
        chance = random.Random(3)
        self.assertEqual(self.recognized(bytes(chance.randrange(256) for _ in range(400))), [])

    def test_what_is_proposed_can_be_pasted(self):
        data = b"\x00\x03abc\x00\x01d\x00\x02ef"
        best = self.proposals(data)[0]
        test = {"name": "t", "protocol": "p", "hex": data.hex(), "expect": [{}] * best["frames"], "errors": []}
        config = self.write("p.yaml", f"protocols:\n  p:\n    framing: {best['framing']}\n    codec: {{ type: raw }}\n    device: d\n"
                                      f"tests: [ {json.dumps(test)} ]\n")
        self.assertEqual(fieldgate("test", "-c", config).returncode, 0)

    def test_it_says_what_the_bytes_cannot_tell(self):
        for data, doubt in ((b"\x68\x02ab" * 4, "all frames are the same; give different ones"), (b"\x68\x02ab", "one frame only"),
                            (b"\x68\x02ab\x68\x03abc\x68\x01z", "")):
            path = self.directory / "captured"
            path.write_bytes(data)
            said = fieldgate("learn", path).stderr
            self.assertIn(doubt, said)
            self.assertEqual(bool(doubt), bool(said))

    def test_nothing_to_learn_from(self):
        path = self.write("empty", "")
        self.assertEqual(fieldgate("learn", path).returncode, 65)


if __name__ == "__main__":
    unittest.main()
