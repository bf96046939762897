"""The admin listener against strangers: names, origins, forged requests, the token, TLS, sizes, slow readers; and its answers
against docs/openapi.yaml."""
import http.client
import json
import socket
import ssl
import unittest

import jsonschema
import yaml

from harness import PATIENCE, ROOT, Case, fieldgate, free_port, line, send_tcp, until
from peers import Authority

CONFIG = """
gateway: {{ id: plant, data_dir: data, tags: {{ region: north }} }}
admin: {{ {admin} }}
devices: {{ list: {{ away: {{ site: hall-a }} }} }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
transforms:
  hot: {{ type: filter, inputs: [lines], where: "data.n > 250" }}
sinks:
  out: {{ type: console, inputs: [lines] }}
  alarms: {{ type: console, inputs: [hot] }}
"""
TOKEN = "a-token-of-more-than-16-bytes"
API = "/api/v1"


class Api(Case):
    def start(self, admin='listen: "127.0.0.1:{admin}"'):
        self.tcp = free_port()
        self.running = self.gateway(CONFIG.format(admin=admin, tcp=self.tcp))
        self.port = self.running.admin
        return self.running

    def ask(self, path, method="GET", headers=None, body=None, context=None):
        """Status, headers and the body, from JSON where it is that."""
        kind = http.client.HTTPConnection if context is None else http.client.HTTPSConnection
        options = {} if context is None else {"context": context}
        connection = kind("127.0.0.1", self.port, timeout=PATIENCE, **options)
        self.addCleanup(connection.close)
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        text = response.read().decode()
        is_json = response.headers["Content-Type"] == "application/json"
        return response.status, response.headers, json.loads(text) if is_json and text else text

    def status(self, *arguments, **options):
        return self.ask(*arguments, **options)[0]

    def raw(self, request):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.settimeout(PATIENCE)
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer


class Access(Api):
    def test_other_names_and_other_origins_are_refused(self):
        self.start()
        path = API + "/status"
        self.assertEqual(self.status(path), 200)
        self.assertEqual(self.status(path, headers={"Host": "localhost:1"}), 200)
        for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1"):
            self.assertEqual(self.status(path, headers={"Host": host}), 421, host)
        for origin in ("http://evil.example", "null", f"https://127.0.0.1:{self.port}"):
            self.assertEqual(self.status(path, headers={"Origin": origin}), 403, origin)
        status, headers, _ = self.ask(path, headers={"Origin": f"http://127.0.0.1:{self.port}"})
        self.assertEqual(status, 200)
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertFalse([name for name in headers if name.lower().startswith("access-control")])
        self.assertEqual(self.running.metric("fieldgate_admin_refused_total", reason="host"), 3)

    def test_what_changes_anything_cannot_be_forged(self):
        self.start()
        path = API + "/dead-letters/purge?all=true"
        good = {"Content-Type": "application/json", "X-Fieldgate": "1"}
        self.assertEqual(self.status(path, "POST", good), 200)
        self.assertEqual(self.status(path, "POST", {"X-Fieldgate": "1"}, "{}"), 415)
        self.assertEqual(self.status(path, "POST", {**good, "Content-Type": "text/plain"}, "{}"), 415)
        self.assertEqual(self.status(path, "POST", {"Content-Type": "application/json"}, "{}"), 403)
        self.assertEqual(self.status(path, "POST", {**good, "X-Fieldgate": "yes"}, "{}"), 403)
        self.assertEqual(self.status(path, "GET", good), 405)
        for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
            self.assertEqual(self.status(path, method, good), 405, method)

    def test_the_token_is_asked_for_and_guessing_it_is_slow(self):
        self.directory.joinpath("token").write_text(TOKEN + "\n")
        self.start('listen: "127.0.0.1:{admin}", token: "${file:token}"')
        path = API + "/status"
        status, headers, body = self.ask(path)
        self.assertEqual(status, 401)
        self.assertIn("Bearer", headers["WWW-Authenticate"])
        self.assertIn("token", body["error"])
        right = {"Authorization": f"Bearer {TOKEN}"}
        self.assertEqual(self.status(path, headers=right), 200)
        for open_path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(self.status(open_path), 200, open_path)
        for _ in range(5):
            self.assertEqual(self.status(path, headers={"Authorization": "Bearer wrong"}), 401)
        status, headers, _ = self.ask(path, headers=right)
        self.assertEqual(status, 429)
        self.assertEqual(headers["Retry-After"], "60")
        self.assertEqual(self.status("/healthz"), 200)
        # The control socket is its owner's alone: no token there.
        self.assertEqual(fieldgate("status", "-c", self.running.path).returncode, 0)
        self.assertNotIn(TOKEN, self.running.log())

    def test_off_loopback_it_needs_tls_and_a_token(self):
        config = CONFIG.format(admin='listen: "0.0.0.0:1"', tcp=1)
        result = fieldgate("check", "-c", self.write("bare.yaml", config))
        self.assertEqual(result.returncode, 78)
        self.assertIn("needs 'tls' and 'token'", result.stderr)
        crt, key = Authority(self.directory).issue("gw", names="DNS:gw.example.com")
        with_tls = f'tls: {{ crt_file: {crt}, key_file: {key} }}'
        result = fieldgate("check", "-c", self.write("short.yaml", CONFIG.format(
            admin=f'listen: "0.0.0.0:1", {with_tls}, token: "${{TOKEN}}"', tcp=1)), env={"TOKEN": "short"})
        self.assertEqual(result.returncode, 78)
        self.assertIn("at least 16 bytes", result.stderr)

    def test_off_loopback_with_tls_and_a_token(self):
        authority = Authority(self.directory)
        crt, key = authority.issue("gw", names="DNS:gw.example.com,DNS:*.plant.example")
        self.directory.joinpath("token").write_text(TOKEN)
        self.start(f'listen: "0.0.0.0:{{admin}}", token: "${{file:token}}", tls: {{ crt_file: {crt}, key_file: {key} }}')
        context = ssl.create_default_context(cafile=authority.crt)
        context.check_hostname = False
        right = {"Authorization": f"Bearer {TOKEN}"}
        path = API + "/status"
        for host in ("gw.example.com", "a.plant.example:8970", "localhost", f"127.0.0.1:{self.port}"):
            self.assertEqual(self.status(path, headers={**right, "Host": host}, context=context), 200, host)
        for host in ("evil.example", "10.1.2.3", "plant.example"):
            self.assertEqual(self.status(path, headers={**right, "Host": host}, context=context), 421, host)
        origin = {"Host": "gw.example.com", "Origin": "https://gw.example.com"}
        self.assertEqual(self.status(path, headers={**right, **origin}, context=context), 200)
        self.assertEqual(self.status(path, context=context), 401)
        self.assertEqual(self.status("/metrics", context=context), 401)
        for probe in ("/healthz", "/readyz"):
            self.assertEqual(self.status(probe, context=context), 200)
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.status("/healthz")  # without TLS
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises(OSError):
            self.status("/healthz", context=old)

    def test_what_is_too_large_or_odd_is_refused_and_the_connection_with_it(self):
        self.start()
        post = (f"POST {API}/devices/away/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                "X-Fieldgate: 1\r\n").encode()
        for request in (post + b"Content-Length: 1048577\r\n\r\n",
                        post + b"Transfer-Encoding: xchunked\r\n\r\n",
                        post + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
                        f"GET {API}/status HTTP/1.1\r\nHost: localhost\r\nX: ".encode() + b"a" * 9000 + b"\r\n\r\n",
                        f"GET {API}/status?{'a' * 2100} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(),
                        f"GET {API}/status HTTP/1.1\r\n\r\n".encode()):
            answer = self.raw(request + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer[:200])
            self.assertEqual(answer.count(b"HTTP/1.1"), 1)
        self.assertEqual(self.status("/healthz"), 200)


class Answers(Api):
    def setUp(self):
        super().setUp()
        self.spec = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text())

    def validate(self, name, value):
        schema = {"$ref": f"#/components/schemas/{name}", "components": self.spec["components"]}
        jsonschema.Draft202012Validator(schema).validate(value)

    def test_the_description_is_itself_whole(self):
        def references(value):
            if isinstance(value, dict):
                yield from ([value["$ref"]] if "$ref" in value else [])
                for each in value.values():
                    yield from references(each)
            elif isinstance(value, list):
                for each in value:
                    yield from references(each)
        for reference in references(self.spec):
            at = self.spec
            for step in reference.removeprefix("#/").split("/"):
                at = at[step]
        for name in self.spec["components"]["schemas"]:
            jsonschema.Draft202012Validator.check_schema(self.spec["components"]["schemas"][name])

    def test_every_answer_is_as_it_is_described(self):
        gateway = self.start()
        send_tcp(self.tcp, line(device="a/b", n=1) + b"{broken\n" + line(device="d2", n=300) + line(n=1))
        gateway.wait_metric("fieldgate_adapter_messages_total", 2, adapter="lines")
        until(lambda: self.ask(API + "/dead-letters")[2]["dead_letters"], "the dead letter")
        for path, name in (("/status", "Status"), ("/components", "Components"), ("/devices", "Devices"),
                           ("/devices?limit=1", "Devices"), ("/devices?state=unseen", "Devices"),
                           ("/devices/a%2Fb", "DeviceDetails"), ("/devices/away", "DeviceDetails"),
                           ("/devices/a%2Fb/commands", "Commands"), ("/incidents", "Incidents"),
                           ("/dead-letters", "DeadLetters"), ("/dead-letters/1", "DeadLetters")):
            status, _, body = self.ask(API + path)
            self.assertEqual(status, 200, f"{path}: {body}")
            self.validate(name, body)
        for path, wanted in (("/devices/nobody", 404), ("/commands/none", 404), ("/devices?limit=x", 400), ("/nothing", 404),
                             ("/tail?where=data.n%20%3E", 400), ("/tail?raw=perhaps", 400), ("/dead-letters/99", 404)):
            status, _, body = self.ask(API + path)
            self.assertEqual(status, wanted, path)
            self.validate("Error", body)
        self.validate("Readiness", self.ask("/readyz")[2])
        good = {"Content-Type": "application/json", "X-Fieldgate": "1"}
        self.validate("Replayed", self.ask(API + "/dead-letters/replay?all=true", "POST", good)[2])
        self.validate("Purged", self.ask(API + "/dead-letters/purge?all=true", "POST", good)[2])
        status, _, body = self.ask(API + "/devices/d2/commands", "POST", good, json.dumps({"id": "7", "command": "blink"}))
        self.assertEqual(status, 409, body)
        self.assertEqual(body["state"], "refused")
        self.validate("Command", body)

    def test_a_device_shows_its_state_its_tags_and_its_frames(self):
        gateway = self.start()
        self.addCleanup(send_tcp(self.tcp, line(device="a/b", n=1), close=False).close)
        gateway.wait_metric("fieldgate_adapter_messages_total", 1, adapter="lines")
        device = self.ask(API + "/devices/a%2Fb")[2]
        self.assertEqual((device["id"], device["state"], device["adapter"], device["messages"]), ("a/b", "online", "lines", 1))
        self.assertEqual(device["tags"], {"region": "north"})
        self.assertEqual(device["accepts"], [])
        frame = device["frames"][0]
        self.assertEqual((frame["verdict"], frame["direction"]), ("message", "in"))
        self.assertEqual(json.loads(bytes.fromhex(frame["hex"])), {"device": "a/b", "n": 1})
        away = self.ask(API + "/devices/away")[2]
        self.assertEqual((away["state"], away["heard"], away["tags"]), ("unseen", None, {"region": "north", "site": "hall-a"}))
        self.assertEqual(self.ask(API + "/devices/a%252Fb")[0], 404)
        self.assertEqual(self.ask(API + "/devices/../status")[0], 404)
        self.assertEqual(self.ask(API + "/components")[2]["transforms"], [{"name": "hot", "type": "filter", "dropped": 1}])

    def test_a_slow_reader_of_the_tail_loses_lines_and_is_told(self):
        gateway = self.start()
        reader = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self.addCleanup(reader.close)
        reader.settimeout(PATIENCE)
        reader.sendall(f"GET {API}/tail HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.assertTrue(reader.recv(12).startswith(b"HTTP/1.1 200"))
        filler = "x" * 4000
        sent = 0
        connection = socket.create_connection(("127.0.0.1", self.tcp), PATIENCE)
        self.addCleanup(connection.close)
        while sent < 5000:  # 20 MB: more than all buffers between take
            connection.sendall(b"".join(line(device="d", n=sent + i, filler=filler) for i in range(500)))
            sent += 500
        gateway.wait_metric("fieldgate_adapter_messages_total", sent, adapter="lines")
        seen, lost, rest = 0, 0, b""
        connection.sendall(line(device="last", n=0))
        while b'"last"' not in rest and seen + lost <= sent:
            part = reader.recv(1 << 20)
            self.assertTrue(part, "the stream ended")
            rest += part
            *lines, rest = rest.split(b"\n")
            for text in lines:
                if text.startswith(b'{"lost":'):
                    lost += json.loads(text)["lost"]
                elif text.startswith(b"{"):
                    seen += 1
                    self.validate("TailLine", json.loads(text)) if seen == 1 else None
            if lost and seen + lost >= sent:
                break
        self.assertGreater(lost, 0)
        self.assertGreater(seen, 0)
        self.assertIn(seen + lost, (sent, sent + 1))
        self.assertEqual(self.status("/healthz"), 200)

    def test_readers_of_the_tail_are_few(self):
        self.start()
        readers = []
        for _ in range(8):
            reader = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
            self.addCleanup(reader.close)
            reader.settimeout(PATIENCE)
            reader.sendall(f"GET {API}/tail HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            self.assertTrue(reader.recv(12).startswith(b"HTTP/1.1 200"))
            readers.append(reader)
        status, _, body = self.ask(API + "/tail")
        self.assertEqual(status, 503)
        self.validate("Error", body)
        for reader in readers:
            reader.close()
        good = f"GET {API}/tail HTTP/1.0\r\n\r\n".encode()

        def again():
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
                connection.sendall(good)
                return connection.recv(12) == b"HTTP/1.1 200"
        until(again, "a reader's place to be free again")


if __name__ == "__main__":
    unittest.main()
