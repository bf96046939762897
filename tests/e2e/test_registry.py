"""Devices by name: who may send, with which tags, with which secret, and whether they are there."""
import json
import socket
import ssl
import unittest

from harness import ROOT, Case, fieldgate, free_port, send_tcp, until
from peers import Authority

LINES = "framing: { type: line }, codec: { type: json }, device: '{{ data.device }}'"


def lines_of(device, count):
    """So many lines that the gateway answers."""
    device.settimeout(60)
    come = b""
    while come.count(b"\n") < count:
        try:
            piece = device.recv(1000)
        except (ConnectionResetError, ssl.SSLEOFError):  # it was closed before it was read to its end
            break
        if not piece:
            break
        come += piece
    return come.decode().splitlines()


class Registry(Case):
    def run_gateway(self, devices, protocol=LINES, more=""):
        port = free_port()
        gateway = self.gateway(
            f"gateway: {{ id: g, tags: {{ region: north }} }}\nadmin: {{ listen: '127.0.0.1:{{admin}}' }}\ndevices: {devices}\n"
            f"adapters: {{ lines: {{ type: tcp, listen: '127.0.0.1:{port}', tags: {{ hall: a }}, protocol: {{ {protocol} }} {more} }} }}\n"
            "sinks: { out: { type: console } }\n")
        return gateway, port

    def test_an_unknown_device_is_dropped_counted_logged_and_not_answered(self):
        self.write("devices.csv", 'id,site,secret\n0012,"Halle, Nord",\nm-*,b,\n')
        gateway, port = self.run_gateway("{ unknown: reject, file: devices.csv }",
                                         LINES + ", replies: [ { after: received, text: 'ok {{ data.n }}' } ]")
        sent = b"".join(b'{"device":"%s","n":%d}\n' % (name, n) for n, name in enumerate([b"x-1", b"0012", b"x-2", b"m-7"]))
        with send_tcp(port, sent, close=False) as device:
            self.assertEqual(lines_of(device, 2), ["ok 1", "ok 3"])
        rows = until(lambda: len(gateway.output().splitlines()) >= 2 and gateway.output().splitlines(), "two messages")
        self.assertEqual([(row["device"], row["tags"]) for row in map(json.loads, rows)],
                         [("0012", {"region": "north", "hall": "a", "site": "Halle, Nord"}),
                          ("m-7", {"region": "north", "hall": "a", "site": "b"})])
        gateway.wait_metric("fieldgate_adapter_errors_total", 2, adapter="lines", reason="unknown_device")
        gateway.wait_log("the device 'x-1' is not registered")
        self.assertNotIn("x-2", gateway.log(), "one line a minute and peer")

    def test_each_peer_has_its_line_in_the_log(self):
        gateway, port = self.run_gateway("{ unknown: reject, list: { d: {} } }")
        for name in (b"x-1", b"x-2"):
            send_tcp(port, b'{"device":"%s"}\n' % name)
            gateway.wait_log(f"the device '{name.decode()}' is not registered")

    def test_a_secret_lets_a_device_in_for_as_long_as_it_is_connected(self):
        self.write("devices.csv", "id,secret\nd1,hunter2\nd2,\n")
        gateway, port = self.run_gateway("{ file: devices.csv }", LINES + ", secret: '{{ data.password }}'")
        right, later = b'{"device":"d1","password":"hunter2","n":1}\n', b'{"device":"d1","n":2}\n'
        send_tcp(port, right + later)
        until(lambda: len(gateway.output().splitlines()) == 2, lambda: "two messages; log:\n" + gateway.log())
        for refused in (later, b'{"device":"d1","password":"hunter3"}\n', b'{"device":"d2","password":""}\n',
                        b'{"device":"new","password":"x"}\n'):
            with self.subTest(refused), send_tcp(port, refused + right, close=False) as device:
                self.assertEqual(lines_of(device, 1), [], "the connection is closed")
        gateway.wait_metric("fieldgate_adapter_errors_total", 4, adapter="lines", reason="secret")
        send_tcp(port, b'{"device":"d1","password":"hunter2",\n')
        gateway.wait_log("a frame is no message")
        self.assertEqual(len(gateway.output().splitlines()), 2)
        self.assertNotIn("hunter", gateway.log())

    def test_a_certificate_speaks_only_for_its_device(self):
        authority = Authority(self.directory, "devices-ca")
        authority.issue("gateway")
        crt, key = authority.issue("client", common_name="d1", names="DNS:d2.example.com")
        port, other = free_port(), free_port()
        tls = "crt_file: gateway.crt, key_file: gateway.key, ca_file: devices-ca.crt, verify_client: require"
        adapters = "".join(f"  {name}: {{ type: tls, listen: '127.0.0.1:{at}', tls: {{ {tls} }}, protocol: {{ {LINES}, require: '{rule} == device' }} }}\n"
                           for name, at, rule in (("cn", port, "tls.cn"), ("san", other, "tls.san")))
        gateway = self.gateway(f"admin: {{ listen: '127.0.0.1:{{admin}}' }}\nadapters:\n{adapters}sinks: {{ out: {{ type: console }} }}\n")
        context = ssl.create_default_context(cafile=authority.crt)
        context.load_cert_chain(crt, key)
        for at, mine in ((port, "d1"), (other, "d2.example.com")):
            with context.wrap_socket(socket.create_connection(("127.0.0.1", at), 60), server_hostname="localhost") as device:
                device.sendall(b'{"device":"%s","n":1}\n{"device":"d3","n":2}\n' % mine.encode())
                self.assertEqual(lines_of(device, 1), [], "the connection is closed")
        rows = until(lambda: len(gateway.output().splitlines()) >= 2 and gateway.output().splitlines(), "two messages")
        self.assertEqual([json.loads(row)["device"] for row in rows], ["d1", "d2.example.com"])
        for adapter in ("cn", "san"):
            gateway.wait_metric("fieldgate_adapter_rejected_total", 1, adapter=adapter, reason="require")

    def test_check_names_the_line_of_a_bad_row_and_shows_no_secret(self):
        self.write("devices.csv", "id,site,secret\nd1,a,hunter2\nd1,b,hunter2\nd2,hunter2\n")
        path = self.write("plant.yaml", "devices: { file: devices.csv }\nadapters: { lines: { type: udp, listen: '127.0.0.1:9000', "
                          "protocol: { codec: { type: json }, device: '{{ data.d }}' } } }\nsinks: { out: { type: console } }\n")
        result = fieldgate("check", "-c", path)
        self.assertEqual(result.returncode, 78)
        self.assertRegex(result.stderr, r"devices\.csv:3:1: error: devices\.file: the device 'd1' stands already at \S*devices\.csv:2:1")
        self.assertRegex(result.stderr, r"devices\.csv:4:1: error: devices\.file: the row has 2 columns, the first line has 3")
        self.assertNotIn("hunter", result.stderr)
        (self.directory / "devices.csv").unlink()
        self.assertEqual(fieldgate("check", "--syntax", "-c", path).returncode, 0)

    def test_a_broker_keeps_the_state_of_each_device(self):
        broker = self.mosquitto()
        text = (ROOT / "config/examples/presence.yaml").read_text()
        port = free_port()
        text = text.replace("127.0.0.1:1883", f"127.0.0.1:{broker.port}").replace("127.0.0.1:9000", f"127.0.0.1:{port}")
        gateway = self.gateway("admin: { enabled: false }\n" + text)
        states = broker.subscribe("v1/+/+/state")
        with send_tcp(port, b'{"device":"m-1","v":230.1}\n{"device":"press-7"}\n', close=False):
            for topic, payload in states.wait(2):
                state = json.loads(payload)
                self.assertIn(topic, ("v1/hall-a/m-1/state", "v1/hall-b/press-7/state"))
                self.assertEqual((state["state"], state["adapter"], state["reason"]), ("online", "meters", "message"))
                self.assertRegex(state["address"], r"^127\.0\.0\.1:\d+$")
                self.assertRegex(state["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        states.wait(4)
        kept = [(topic, json.loads(payload)) for topic, payload in broker.subscribe("v1/+/+/state").wait(2)]
        self.assertEqual({(topic, state["state"], state["reason"]) for topic, state in kept},
                         {("v1/hall-a/m-1/state", "offline", "closed"), ("v1/hall-b/press-7/state", "offline", "closed")})
        self.assertEqual(fieldgate("test", "-c", gateway.path).returncode, 0)


if __name__ == "__main__":
    unittest.main()
