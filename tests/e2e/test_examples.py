"""Every configuration that the project ships is loaded, and so are those that its documents show."""
import json
import re
import shutil
import socket
import unittest

from harness import ROOT, Case, fieldgate, free_port, send_tcp, send_udp, until
from peers import Authority


class Examples(Case):
    def copy(self):
        """The shipped configurations beside the certificates that some of them name."""
        folder = self.directory / "config"
        shutil.copytree(ROOT / "config", folder)
        authority = Authority(folder / "examples/certs", "devices-ca")
        authority.issue("gateway")
        return folder

    def test_every_example_loads_without_a_warning(self):
        folder = self.copy()
        shutil.rmtree(folder / "protocols")  # no gateways; `fieldgate test` runs them
        files = sorted(folder.rglob("*.yaml")) + sorted((ROOT / "docker").glob("fieldgate.yaml"))
        self.assertGreater(len(files), 10)
        for path in files:
            with self.subTest(path.name):
                result = fieldgate("check", "--strict", "-c", path)
                self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_each_type_has_an_example(self):
        text = "".join(path.read_text() for path in (ROOT / "config").rglob("*.yaml"))
        for kind in ("adapters", "transforms", "sinks"):
            types = re.findall(r"(?m)^\s+([a-z_]+)\s", fieldgate("list", kind).stdout)
            self.assertTrue(types, kind)
            for type_ in types:
                self.assertRegex(text, rf"type: {type_}\b", f"no example of {kind}: {type_}")

    def test_the_documents_show_what_loads(self):
        """Each block of YAML in README.md and docs/ that is a whole configuration."""
        count = 0
        for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
            for block in re.findall(r"(?ms)^```yaml\n(.*?)^```", page.read_text()):
                if not (re.search("(?m)^adapters:", block) and re.search("(?m)^sinks:", block)):
                    continue
                count += 1
                with self.subTest(page.name):
                    path = self.write(f"block-{count}.yaml", block)
                    result = fieldgate("check", "--syntax", "-c", path)
                    self.assertEqual((result.returncode, result.stderr), (0, ""), block)
        self.assertGreater(count, 1)

    def ported(self, name):
        """An example with its ports replaced by free ones: the text, and where each port went."""
        text = (ROOT / "config/examples" / name).read_text()
        ports = {port: free_port() for port in set(re.findall(r"(?:127\.0\.0\.1|\[::1\]):(\d+)", text))}
        for port, instead in ports.items():
            text = re.sub(rf"((?:127\.0\.0\.1|\[::1\]):){port}\b", rf"\g<1>{instead}", text)
        return "admin: { enabled: false }\n" + text, ports

    def prints(self, name, send):
        text, ports = self.ported(name)
        gateway = self.gateway(text)
        send(ports)
        rows = until(lambda: gateway.output().splitlines(), lambda: "a message; log:\n" + gateway.log())
        return json.loads(rows[0])

    def test_what_the_examples_say_of_themselves(self):
        message = self.prints("sink-console.yaml", lambda ports: send_tcp(ports["9000"], b"hello from a device\n"))
        self.assertEqual(message["data"], {"text": "hello from a device"})
        message = self.prints("framing-length-field.yaml", lambda ports: send_tcp(ports["9000"], b"\x68\x00\x03abc\x16"))
        self.assertEqual(message["data"], {"base64": "YWJj"})
        message = self.prints("adapter-udp.yaml", lambda ports: send_udp(ports["9001"], b"meter-7,230.1,5.2"))
        self.assertEqual((message["device"], message["data"]), ("meter-7", {"meter": "meter-7", "voltage": 230.1, "current": 5.2}))
        message = self.prints("transform-edit.yaml", lambda ports: send_tcp(ports["9000"], b'{"device":"d1","t":21.5,"debug_a":1}\n'))
        self.assertEqual(message["data"], {"temperature": 21.5, "site": "hall-a"})
        message = self.prints("adapter-tcp.yaml", lambda ports: send_tcp(ports["9000"], b'{"device":"d1","ts":1767225600}\n'))
        self.assertEqual(message["time"], "2026-01-01T00:00:00.000Z")
        message = self.prints("transform-filter.yaml", lambda ports: send_tcp(
            ports["9000"], b'{"device":"d1","temperature":20}\n{"device":"d1","alarm":"fire"}\n'))
        self.assertEqual(message["data"]["alarm"], "fire")

    def test_the_example_of_replies_answers_what_is_stored(self):
        text, ports = self.ported("replies.yaml")
        self.gateway(text)
        for port, sent, answer in (("9000", b'{"id":"m-1","seq":7}\n{"id":"m-1","type":"ping"}\n', b'{"ack":7}\npong\n'),
                                   ("9001", b"\x00\x03abc\x00\x01d", b"\x00\x01\x06\x00\x01\x06")):
            with self.subTest(port), send_tcp(ports[port], sent, close=False) as device:
                device.shutdown(socket.SHUT_WR)  # it is still answered
                come = b""
                while piece := device.recv(100):
                    come += piece
                self.assertEqual(come, answer)

    def test_the_example_of_dialling_asks_the_device_that_is_there(self):
        text, ports = self.ported("dial-modbus.yaml")
        text = text.replace("initial: 1s", "initial: 50ms").replace("every: 10s", "at: connect")
        with socket.create_server(("127.0.0.1", ports["5020"])) as meter:  # hall-b is away
            meter.settimeout(30)
            gateway = self.gateway(text)
            line, _ = meter.accept()
            with line:
                line.settimeout(30)
                asked = b""
                while len(asked) < 12:
                    asked += line.recv(100)
                self.assertEqual(asked[4:], bytes.fromhex("0006 01 03 000a 0002"))
                line.sendall(asked[:4] + bytes.fromhex("0007 01 03 04 08fc 0063"))
                rows = until(lambda: gateway.output().splitlines(), lambda: "a message; log:\n" + gateway.log())
        message = json.loads(rows[0])
        self.assertEqual((message["device"], message["data"]["voltage"], message["data"]["power"]), ("hall-a", 230.0, 99))


if __name__ == "__main__":
    unittest.main()
