"""Whatever arrives, the gateway counts it by its reason, says so once, keeps its memory, and serves the others."""
import random
import socket
import ssl
import unittest

from harness import PATIENCE, SANITIZED, Case, free_port, line, send_tcp, send_udp, until

CONFIG = """
gateway: {{ id: plant }}
devices: {{ recorder: 64KiB }}   # full at once, so that filling it is not taken for growing
admin: {{ listen: "127.0.0.1:{{admin}}" }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    limits: {{ connections: 200, per_ip: 150 }}
    protocol: {{ framing: {{ type: line, max_length: 1KiB }}, codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
  frames:
    type: tcp
    listen: 127.0.0.1:{frames}
    protocol:
      framing: {{ type: length_field, length_offset: 0, length_size: 4, length_adjust: -4, max_length: 4KiB }}
      codec: {{ type: raw }}
      device: "{{{{ peer.ip }}}}"
  datagrams:
    type: udp
    listen: 127.0.0.1:{udp}
    protocol: {{ codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
sinks:
  out: {{ type: http, url: "{url}", encoding: {{ type: ndjson }}, batch: {{ timeout: 50ms }}, buffer: {{ when_full: drop_oldest }} }}
"""


class BadInput(Case):
    def setUp(self):
        super().setUp()
        self.sink, self.tcp, self.frames, self.udp = self.http_sink(), free_port(), free_port(), free_port()
        self.start()

    def start(self):
        self.g = self.gateway(CONFIG.format(tcp=self.tcp, frames=self.frames, udp=self.udp, url=self.sink.url))

    def errors(self, adapter, **labels):
        return self.g.metric("fieldgate_adapter_errors_total", adapter=adapter, **labels)

    def reasons(self, adapter):
        return {dict(labels)["reason"]: value for (name, labels), value in self.g.metrics().items()
                if name == "fieldgate_adapter_errors_total" and ("adapter", adapter) in labels}

    def serves(self):
        """A good device gets through, as if nothing had been."""
        seen = len(self.sink.records)
        send_tcp(self.tcp, line(device="good"))
        until(lambda: any(record["device"] == "good" for record in self.sink.records[seen:]), lambda: self.g.log())

    def test_broken_json_is_counted_and_the_next_line_arrives(self):
        broken = [b'{"device":"x"', b"{'device':'x'}", b'{"device":"x"}}', b'{"device":01}', b"tru", b"[1,2}", b'{"a":"\xff"}',
                  b"[" * 500, b'{"a":1}{"b":2}', b'{"a":1e}', b'"\\u12"', b"\x00\x01\x02"]
        for bad in broken:
            send_tcp(self.tcp, bad + b"\n")
        until(lambda: self.errors("lines") >= len(broken), lambda: f"{len(broken)} errors, have {self.reasons('lines')}")
        self.serves()
        self.assertEqual(self.errors("lines"), len(broken), self.reasons("lines"))
        self.assertEqual(len(self.sink.records), 1)
        self.g.wait_log("lines")

    def test_an_oversized_line_is_dropped_once_and_the_next_one_arrives(self):
        send_tcp(self.tcp, b"x" * 5000 + b"\n" + line(device="after"))
        self.assertEqual(self.sink.wait_records(1)[0]["device"], "after")
        self.assertEqual(self.errors("lines", reason="too_long"), 1, self.reasons("lines"))

    def test_hostile_lengths(self):
        for head in (b"\x00\x00\x00\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x03", b"\x80\x00\x00\x00"):
            before = self.errors("frames")
            connection = send_tcp(self.frames, head + b"abcdefgh", close=False)
            until(lambda: self.errors("frames") > before, lambda: f"an error for the length {head.hex()}")
            connection.close()
        send_tcp(self.frames, b"\x00\x00\x00\x06hi")
        self.assertEqual(self.sink.wait_records(1)[-1]["data"], {"base64": "AAAABmhp"})

    def test_http_and_tls_on_the_raw_port(self):
        request = b"GET / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: curl\r\n\r\n"
        send_tcp(self.tcp, request)
        until(lambda: self.errors("lines") >= 3, lambda: f"errors, have {self.reasons('lines')}")
        before = self.errors("lines")
        with socket.create_connection(("127.0.0.1", self.tcp), PATIENCE) as connection:
            connection.settimeout(0.5)
            with self.assertRaises(OSError):
                ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")
            connection.close()
        send_tcp(self.tcp, b"\x16\x03\x01\x02\x00\x01\n" * 3)
        until(lambda: self.errors("lines") >= before + 3, "errors of a TLS hello")
        self.serves()

    def test_random_bytes_do_not_make_it_grow(self):
        noise = random.Random(7)

        def storm(rounds):
            for _ in range(rounds):
                bytes_ = noise.randbytes(20000)
                for port in (self.tcp, self.frames):
                    try:
                        send_tcp(port, bytes_)
                    except OSError:
                        pass  # it may hang up on us
                send_udp(self.udp, *[noise.randbytes(noise.randrange(1400)) for _ in range(20)])
            self.serves()
        storm(20)
        before = self.g.rss_kib()
        storm(150)
        self.assertGreater(self.errors("lines"), 1000)
        self.assertGreater(self.errors("datagrams"), 100)
        if not SANITIZED:  # a sanitizer keeps what is freed
            self.assertLess(self.g.rss_kib() - before, 1024, "KiB more than before the storm")

    def test_datagrams_empty_huge_and_broken(self):
        send_udp(self.udp, b"", b"{", b"x" * 60000, b'{"device":"u1"}')
        self.assertEqual(self.sink.wait_records(1)[0]["device"], "u1")
        until(lambda: self.errors("datagrams") >= 2, lambda: f"errors, have {self.reasons('datagrams')}")

    def test_a_device_that_cannot_be_named_is_counted(self):
        send_tcp(self.tcp, b'{"temperature":1}\n' + line(device="") + line(device="x" * 300) + line(device="good"))
        self.assertEqual([record["device"] for record in self.sink.wait_records(1)], ["good"])
        until(lambda: self.errors("lines") + self.g.metric("fieldgate_sink_dead_letters_total") >= 3,
              lambda: f"three nameless messages counted, have {self.reasons('lines')}")

    def test_more_connections_than_allowed_are_refused_with_the_limits_name(self):
        open_ = [socket.create_connection(("127.0.0.1", self.tcp), PATIENCE) for _ in range(160)]
        self.g.wait_metric("fieldgate_adapter_rejected_total", 10, adapter="lines", reason="per_ip")
        self.assertEqual(self.g.metric("fieldgate_adapter_connections", adapter="lines"), 150)
        self.g.wait_log("per_ip")
        for connection in open_:
            connection.close()
        until(lambda: self.g.metric("fieldgate_adapter_connections", adapter="lines") == 0, "all connections to end")
        self.serves()

    def test_text_of_a_device_cannot_forge_the_log(self):
        hostile = "\x1b[2J\r\n2026-01-01 00:00:00 error forged\u0085\u2028"
        send_tcp(self.tcp, hostile.encode() + b"\n" + line(device=hostile) + line(hostile=hostile))
        send_udp(self.udp, hostile.encode() + b"\nforged")
        until(lambda: self.errors("datagrams") >= 1 and self.errors("lines") >= 1, "errors counted")
        self.serves()
        self.g.stop()
        text = self.g.log()
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\r", text)
        self.assertFalse([row for row in text.splitlines() if row.startswith(("forged", "2026-01-01 00:00:00 error forged"))], text)

    def test_the_admin_listener_survives_what_is_not_http(self):
        for bad in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"A" * 100000, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10000,
                    b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"):
            try:
                send_tcp(self.g.admin, bad)
            except OSError:
                pass  # it may hang up on us
        self.assertEqual(self.g.get("/healthz")[0], 200)
        self.assertEqual(self.g.get("/nothing")[0], 404)
        self.assertEqual(self.g.get("/metrics", "POST")[0], 405)
        self.serves()


if __name__ == "__main__":
    unittest.main()
