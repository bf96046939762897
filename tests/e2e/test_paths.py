"""Every way in and every way out: what a device sends arrives, as the configuration language says it looks."""
import json
import ssl
import socket
import unittest

from harness import PATIENCE, Case, free_port, line, send_tcp, send_udp, until
from peers import Authority

CONFIG = """
gateway: {{ id: plant }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
adapters:
{adapters}
sinks:
{sinks}
"""
JSON_LINES = "protocol: { framing: { type: line }, codec: { type: json }, device: '{{ data.device }}' }"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


def config(adapters, sinks):
    def block(components):
        return "\n".join(f"  {name}: {{ {text} }}" for name, text in components.items())
    return CONFIG.format(adapters=block(adapters), sinks=block(sinks))


def http(sink, extra="encoding: { type: ndjson }"):
    return f"type: http, url: '{sink.url}', batch: {{ timeout: 50ms }}, {extra}"


class Adapters(Case):
    def test_tcp_lines_arrive_by_http_with_their_envelope(self):
        sink, port = self.http_sink(), free_port()
        self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {"out": http(sink)}))
        send_tcp(port, line(device="d1", temperature=21.5) + line(device="d2", temperature=-3))
        records = sink.wait_records(2)
        self.assertEqual([record["device"] for record in records], ["d1", "d2"])
        self.assertEqual({name: records[0][name] for name in ("gateway", "adapter", "data")},
                         {"gateway": "plant", "adapter": "lines", "data": {"device": "d1", "temperature": 21.5}})
        self.assertRegex(records[0]["time"], f"^{TIME}$")
        self.assertEqual(sorted(records[0]), ["adapter", "data", "device", "gateway", "time"])

    def test_order_is_kept_and_nothing_is_lost_or_doubled(self):
        sink, port = self.http_sink(), free_port()
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {"out": http(sink)}))
        connections = [send_tcp(port, b"", close=False) for _ in range(5)]
        for start in range(0, 2000, 100):
            for number, connection in enumerate(connections):
                connection.sendall(b"".join(line(device=f"d{number}", n=n) for n in range(start, start + 100)))
        records = sink.wait_records(10000)
        for number, connection in enumerate(connections):
            self.assertEqual([r["data"]["n"] for r in records if r["device"] == f"d{number}"], list(range(2000)))
            connection.close()
        until(lambda: gateway.metric("fieldgate_sink_delivered_total", sink="out") == 10000, "10000 confirmed")
        self.assertEqual(gateway.metric("fieldgate_sink_accepted_total", sink="out"), 10000)
        self.assertEqual(gateway.metric("fieldgate_sink_backlog", sink="out"), 0)
        self.assertEqual(gateway.metric("fieldgate_adapter_messages_total", adapter="lines"), 10000)

    def test_udp_takes_a_datagram_as_a_frame(self):
        sink, port = self.http_sink(), free_port()
        self.gateway(config({"sensors": f"type: udp, listen: '127.0.0.1:{port}', protocol: {{ codec: {{ type: json }}, "
                             "device: '{{ data.device }}' }"}, {"out": http(sink)}))
        send_udp(port, *[json.dumps({"device": "u1", "n": n}).encode() for n in range(50)])
        records = sink.wait_records(50)
        self.assertEqual(sorted(record["data"]["n"] for record in records), list(range(50)))
        self.assertEqual({record["adapter"] for record in records}, {"sensors"})

    def test_csv_and_text_and_raw(self):
        sink, csv, text, raw = self.http_sink(), free_port(), free_port(), free_port()
        columns = "columns: [ { name: meter, type: text }, { name: voltage, type: number } ]"
        self.gateway(config({
            "csv": f"type: udp, listen: '127.0.0.1:{csv}', protocol: {{ codec: {{ type: csv, {columns} }}, "
                   "device: '{{ data.meter }}' }",
            "text": f"type: tcp, listen: '127.0.0.1:{text}', protocol: {{ framing: {{ type: line }}, codec: {{ type: text }}, "
                    "device: '{{ peer.ip }}' }",
            "raw": f"type: tcp, listen: '127.0.0.1:{raw}', protocol: {{ framing: {{ type: fixed, length: 4 }}, "
                   "codec: { type: raw }, device: '{{ adapter }}' }"}, {"out": http(sink)}))
        send_udp(csv, b"m7,230.5")
        send_tcp(text, "grüß \"dich\"\n".encode())
        send_tcp(raw, b"\x00\xff\x10\x80")
        by_adapter = {record["adapter"]: record for record in sink.wait_records(3)}
        self.assertEqual(by_adapter["csv"]["data"], {"meter": "m7", "voltage": 230.5})
        self.assertEqual(by_adapter["csv"]["device"], "m7")
        self.assertEqual(by_adapter["text"]["data"], {"text": "grüß \"dich\""})
        self.assertEqual(by_adapter["text"]["device"], "127.0.0.1")
        self.assertEqual(by_adapter["raw"]["data"], {"base64": "AP8QgA=="})
        self.assertEqual(by_adapter["raw"]["device"], "raw")

    def test_length_field_frames_however_they_are_cut(self):
        sink, port = self.http_sink(), free_port()
        self.gateway(config({"frames": f"type: tcp, listen: '127.0.0.1:{port}', protocol: {{ framing: {{ type: length_field, "
                             "length_offset: 1, length_size: 2, endian: big, length_adjust: 1, payload: [3, -1] }, "
                             "codec: { type: json }, device: '{{ data.device }}' }"}, {"out": http(sink)}))
        payload = b'{"device":"b1"}'
        frame = b"\x68" + len(payload).to_bytes(2, "big") + payload + b"\x16"
        connection = send_tcp(port, b"", close=False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame * 2:
            connection.sendall(bytes([byte]))
        self.assertEqual([record["device"] for record in sink.wait_records(2)], ["b1", "b1"])
        connection.close()

    def test_an_array_is_many_messages(self):
        sink, port = self.http_sink(), free_port()
        self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {"out": http(sink)}))
        send_tcp(port, b'[{"device":"a"},{"device":"b"},{"device":"c"}]\n')
        self.assertEqual([record["device"] for record in sink.wait_records(3)], ["a", "b", "c"])

    def test_ipv6(self):
        sink, tcp, udp = self.http_sink(), free_port("::1"), free_port("::1")
        self.gateway(config({
            "tcp": f"type: tcp, listen: '[::1]:{tcp}', protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, "
                   "device: '{{ peer.ip }}' }",
            "udp": f"type: udp, listen: '[::1]:{udp}', protocol: {{ codec: {{ type: json }}, device: '{{{{ peer.ip }}}}' }}"},
            {"out": http(sink)}))
        send_tcp(tcp, b'{"n":1}\n', host="::1")
        send_udp(udp, b'{"n":2}', host="::1")
        self.assertEqual({(r["adapter"], r["device"]) for r in sink.wait_records(2)}, {("tcp", "::1"), ("udp", "::1")})


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.directory)
        self.crt, self.key = self.authority.issue("gateway")
        self.sink, self.port = self.http_sink(), free_port()

    def listen(self, device, options=""):
        return self.gateway(config({
            "secure": f"type: tls, listen: '127.0.0.1:{self.port}', tls: {{ crt_file: '{self.crt}', key_file: '{self.key}'{options} }}, "
                      "protocol: { framing: { type: line }, codec: { type: json }, device: '" + device + "' }"},
            {"out": http(self.sink)}))

    def connect(self, certificate=None, versions=None):
        context = ssl.create_default_context(cafile=str(self.authority.crt))
        if certificate:
            context.load_cert_chain(*certificate)
        if versions:
            context.minimum_version, context.maximum_version = versions
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), PATIENCE), server_hostname="localhost")

    def test_a_device_is_known_by_its_certificate(self):
        self.listen("{{ tls.cn }}", f", ca_file: '{self.authority.crt}'")
        certificate = self.authority.issue("device", "press-7")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.connect(certificate, (version, version)) as connection:
                connection.sendall(line(version=version.name))
        records = self.sink.wait_records(2)
        self.assertEqual({record["device"] for record in records}, {"press-7"})
        self.assertEqual({record["data"]["version"] for record in records}, {"TLSv1_2", "TLSv1_3"})

    def test_without_a_client_certificate(self):
        gateway = self.listen("{{ data.device }}")
        with self.connect() as connection:
            connection.sendall(b"".join(line(device="t1", n=n, pad="x" * 400) for n in range(500)))  # several TLS records
            self.assertEqual([r["data"]["n"] for r in self.sink.wait_records(500)], list(range(500)))
            self.assertEqual(gateway.metric("fieldgate_adapter_connections", adapter="secure"), 1)

    def test_a_wrong_or_missing_client_certificate_is_refused_and_counted(self):
        gateway = self.listen("{{ tls.cn }}", f", ca_file: '{self.authority.crt}', verify_client: require")
        stranger = Authority(self.directory / "others", "other").issue("device")
        for certificate in (None, stranger):
            with self.assertRaises(OSError):
                with self.connect(certificate) as connection:
                    connection.settimeout(PATIENCE)
                    connection.sendall(line(n=1))
                    if connection.recv(1) == b"":
                        raise ConnectionResetError
        until(lambda: sum(value for (name, labels), value in gateway.metrics().items()
                          if name in ("fieldgate_adapter_rejected_total", "fieldgate_adapter_errors_total")) >= 2,
              "two refusals in the metrics")
        self.assertEqual(self.sink.records, [])
        with self.connect(self.authority.issue("device", "press-7")) as connection:
            connection.sendall(line(n=2))
        self.assertEqual(self.sink.wait_records(1)[0]["device"], "press-7")


class Mqtt(Case):
    def test_from_a_broker_to_a_broker_and_to_http(self):
        broker, sink = self.mosquitto(), self.http_sink()
        for version in ("3.1.1", "5"):
            with self.subTest(version=version):
                out = broker.subscribe(f"out{version}/#")
                gateway = self.gateway(config(
                    {"bus": f"type: mqtt, version: '{version}', servers: [ 'mqtt://127.0.0.1:{broker.port}' ], client_id: in-{version}, "
                            f"subscribe: [ {{ topic: '{version}/+/up', qos: 1 }}, {{ topic: '$share/g/{version}/shared', qos: 0 }} ], "
                            "protocol: { codec: { type: json }, device: '{{ topic.1 }}' }"},
                    {"out": f"type: mqtt, version: '{version}', servers: [ 'mqtt://127.0.0.1:{broker.port}' ], client_id: out-{version}, "
                            f"topic: 'out{version}/{{{{ device }}}}/{{{{ data.n }}}}', qos: 1",
                     "lake": http(sink)}), name=f"{version}.yaml")

                def arrives():
                    broker.publish(f"{version}/probe/up", '{"n":0}')
                    return out.messages
                until(arrives, lambda: "the gateway's subscription; log:\n" + gateway.log())
                for n in range(1, 21):
                    broker.publish(f"{version}/press-1/up", json.dumps({"n": n}), qos=n % 3)
                messages = until(lambda: [m for m in out.messages if "/press-1/" in m[0]][19:] and out.messages, "20 messages")
                ours = [(topic, json.loads(text)) for topic, text in messages if "/press-1/" in topic]
                self.assertEqual([topic for topic, _ in ours], [f"out{version}/press-1/{n}" for n in range(1, 21)])
                self.assertEqual(ours[0][1]["data"], {"n": 1})
                self.assertEqual(ours[0][1]["device"], "press-1")
                until(lambda: sum(r["device"] == "press-1" for r in sink.records) == 20, "the same 20 by HTTP")
                sink.records.clear()
                self.assertEqual(gateway.stop(), 0)

    def test_retained_messages_and_a_device_that_tries_to_leave_its_level(self):
        broker, port = self.mosquitto(), free_port()
        out = broker.subscribe("safe/#")
        everything = broker.subscribe("#")
        self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"},
                            {"out": f"type: mqtt, servers: [ 'mqtt://127.0.0.1:{broker.port}' ], retain: true, "
                                    "topic: 'safe/{{ device }}', qos: 1"}))
        send_tcp(port, line(device="../a/b") + line(device="a+#") + line(device="$SYS") + line(device="plain"))
        topics = [topic for topic, _ in out.wait(4)]
        self.assertEqual(topics, ["safe/..%2Fa%2Fb", "safe/a%2B%23", "safe/%24SYS", "safe/plain"])
        self.assertEqual([topic for topic, _ in everything.wait(4)], topics)
        self.assertEqual(sorted(topic for topic, _ in broker.subscribe("safe/#").wait(4)), sorted(topics))  # retained

    def test_the_last_will(self):
        broker, port = self.mosquitto(), free_port()
        status = broker.subscribe("status")
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {
            "out": f"type: mqtt, servers: [ 'mqtt://127.0.0.1:{broker.port}' ], topic: 'a/{{{{ device }}}}', "
                   "will: { topic: status, payload: gone, online: here, qos: 1, retain: true }"}))
        self.assertEqual(status.wait(1), [("status", "here")])
        gateway.process.kill()
        self.assertEqual(status.wait(2)[-1], ("status", "gone"))

    def test_tls_to_the_broker_is_verified(self):
        authority = Authority(self.directory)
        crt, key = authority.issue("broker")
        tls_port = free_port()
        broker = self.mosquitto(extra=f"listener {tls_port} 127.0.0.1\ncafile {authority.crt}\ncertfile {crt}\nkeyfile {key}\n"
                                      "allow_anonymous true")
        out, port, other = broker.subscribe("out/#"), free_port(), free_port()
        stranger = Authority(self.directory / "others", "other").crt
        gateway = self.gateway(config(
            {"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}", "more": f"type: tcp, listen: '127.0.0.1:{other}', {JSON_LINES}"},
            {"good": f"type: mqtt, inputs: [ lines ], servers: [ 'mqtts://localhost:{tls_port}' ], tls: {{ ca_file: '{authority.crt}' }}, "
                     "topic: 'out/{{ device }}', client_id: good",
             "bad": f"type: mqtt, inputs: [ more ], servers: [ 'mqtts://localhost:{tls_port}' ], tls: {{ ca_file: '{stranger}' }}, "
                    "topic: 'out/bad', client_id: bad"}))
        send_tcp(other, line(device="bad"))
        send_tcp(port, line(device="good"))
        self.assertEqual(out.wait(1)[0][0], "out/good")
        until(lambda: gateway.metric("fieldgate_sink_up", sink="bad") == 0, "the sink with the wrong authority to be down")
        gateway.wait_log(r"(?i)sink.*bad.*(certificate|tls|ssl)")
        self.assertEqual(len(out.messages), 1)


class Sinks(Case):
    def run_one(self, sinks, payload, adapter=JSON_LINES, transforms=""):
        port = free_port()
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {adapter}"}, sinks) + transforms)
        send_tcp(port, payload)
        return gateway

    def test_http_as_an_array_and_compressed(self):
        sink = self.http_sink()
        self.run_one({"out": http(sink, "encoding: { type: json_array, content: data }, compression: gzip, "
                                        "headers: { X-Site: hall-a }, auth: { type: bearer, token: s3cret }")},
                     line(device="d1", n=1) + line(device="d1", n=2))
        self.assertEqual(sink.wait_records(2), [{"device": "d1", "n": 1}, {"device": "d1", "n": 2}])
        _, path, headers, _ = sink.requests[0]
        self.assertEqual(path, "/ingest")
        self.assertEqual(headers["Content-Encoding"], "gzip")
        self.assertEqual(headers["X-Site"], "hall-a")
        self.assertEqual(headers["Authorization"], "Bearer s3cret")
        self.assertEqual(headers["Content-Type"], "application/json")

    def test_http_one_connection_for_many_requests(self):
        sink = self.http_sink()
        accepted = []
        take = sink.server.process_request
        sink.server.process_request = lambda request, address: (accepted.append(address), take(request, address))
        gateway = self.run_one({"out": http(sink, "encoding: { type: ndjson }").replace("timeout: 50ms", "max_messages: 10, timeout: 50ms")},
                               b"".join(line(device="d1", n=n) for n in range(200)))
        sink.wait_records(200)
        self.assertEqual([record["data"]["n"] for record in sink.records], list(range(200)))
        self.assertGreaterEqual(len(sink.requests), 20)
        self.assertEqual(len(accepted), 1, gateway.log())

    def test_https_is_verified(self):
        authority = Authority(self.directory)
        sinks = {}
        for name, authorities in (("good", authority), ("bad", Authority(self.directory / "others", "other"))):
            sink = self.http_sink()
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*authorities.issue("server"))
            sink.server.socket = context.wrap_socket(sink.server.socket, server_side=True)
            sinks[name] = sink
        port = free_port()
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {
            name: http(sink, f"encoding: {{ type: ndjson }}, tls: {{ ca_file: '{authority.crt}' }}, buffer: {{ when_full: drop_oldest }}, "
                             "request: { retry_initial: 100ms }").replace(sink.url, f"https://localhost:{sink.port}/ingest")
            for name, sink in sinks.items()}))
        send_tcp(port, line(device="d1"))
        sinks["good"].wait_records(1)
        gateway.wait_metric("fieldgate_sink_retries_total", 1, sink="bad")
        self.assertEqual(sinks["bad"].records, [])
        self.assertEqual(gateway.metric("fieldgate_sink_backlog", sink="bad"), 1)
        gateway.wait_log(r"(?i)sink.*bad.*certificate")

    def test_console_prints_a_message_a_line(self):
        gateway = self.run_one({"screen": "type: console"}, line(device="d1", n=1) + line(device="d1", n=2))
        until(lambda: len(gateway.output().splitlines()) == 2, lambda: f"two lines, have {gateway.output()}")
        self.assertEqual([json.loads(text)["data"]["n"] for text in gateway.output().splitlines()], [1, 2])

    def test_file_takes_lines_and_rotates(self):
        path = self.directory / "messages.ndjson"
        self.run_one({"out": f"type: file, path: '{path}', rotate: {{ max_size: 20KiB, keep: 100 }}, batch: {{ max_messages: 10, timeout: 50ms }}"},
                     b"".join(line(device="d1", n=n, pad="x" * 100) for n in range(500)))

        def files():
            return sorted(self.directory.glob("messages*"))

        def rows():
            try:
                return [json.loads(row) for file in files() for row in file.read_text().splitlines() if row.endswith("}")]
            except FileNotFoundError:
                return []  # just then it was renamed
        until(lambda: len(rows()) == 500, lambda: f"500 lines, have {len(rows())} in {files()}")
        self.assertEqual(sorted(row["data"]["n"] for row in rows()), list(range(500)))
        self.assertGreater(len(files()), 2)
        self.assertTrue(all(file.stat().st_size < 25 * 1024 for file in files()))

    def test_filter_and_edit_shape_what_passes(self):
        sink = self.http_sink()
        self.run_one(
            {"out": "inputs: [ tidy ], " + http(sink)},
            line(device="d1", t=70.5, debug_a=1, debug_b=2) + line(device="d1", t=20) + line(device="d2", t="hot") + line(device="d3", t=99),
            transforms="""
transforms:
  hot: { type: filter, inputs: [ lines ], where: "data.t > 60 and device != 'd3'" }
  tidy: { type: edit, inputs: [ hot ], rename: { t: temperature }, set: { site: "hall-{{ gateway }}" }, drop: [ "debug_*" ] }
""")
        self.assertEqual(sink.wait_records(1)[0]["data"], {"device": "d1", "temperature": 70.5, "site": "hall-plant"})

    def test_what_the_service_refuses_is_a_dead_letter_and_the_rest_goes_on(self):
        sink = self.http_sink()
        sink.status = 400
        port = free_port()
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {"out": http(sink)}))
        send_tcp(port, line(device="d1", n=1))
        gateway.wait_metric("fieldgate_sink_dead_letters_total", 1, sink="out")
        gateway.wait_log("400")
        sink.status = 200
        send_tcp(port, line(device="d1", n=2))
        self.assertEqual([record["data"]["n"] for record in sink.wait_records(1)], [2])

    def test_a_message_whose_template_cannot_be_filled_is_a_dead_letter(self):
        broker, port = self.mosquitto(), free_port()
        out = broker.subscribe("out/#")
        gateway = self.gateway(config({"lines": f"type: tcp, listen: '127.0.0.1:{port}', {JSON_LINES}"}, {
            "out": f"type: mqtt, servers: [ 'mqtt://127.0.0.1:{broker.port}' ], topic: 'out/{{{{ data.site }}}}'"}))
        send_tcp(port, line(device="d1") + line(device="d1", site="") + line(device="d1", site="x" * 300) + line(device="d1", site="s"))
        self.assertEqual([topic for topic, _ in out.wait(1)], ["out/s"])
        gateway.wait_metric("fieldgate_sink_dead_letters_total", 3, sink="out")


if __name__ == "__main__":
    unittest.main()
