"""`fieldgate devices`, `device`, `send` and `tail`: what an operator sees of a running gateway's devices, and does to them."""
import json
import subprocess
import threading
import unittest

from harness import FIELDGATE, PATIENCE, Case, environment, fieldgate, free_port, line, send_tcp, until

CONFIG = """
gateway: {{ id: plant, data_dir: data }}
admin: {{ listen: "127.0.0.1:{{admin}}" }}
devices: {{ list: {{ away: {{ site: hall-a }} }} }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{tcp}
    commands: [blink, later]
    protocol:
      framing: {{ type: line }}
      codec: {{ type: json }}
      device: "{{{{ data.device }}}}"
      commands:
        blink: {{ text: BLINK, expect: "exists(data.blinked)", timeout: 1m }}
        later: {{ text: LATER, expires: 10m }}
        secret: {{ text: SECRET }}
  others:
    type: udp
    listen: 127.0.0.1:{udp}
    protocol: {{ codec: {{ type: json }}, device: "{{{{ data.device }}}}" }}
sinks:
  out: {{ type: console }}
"""


class Devices(Case):
    def start(self):
        self.tcp = free_port()
        self.running = self.gateway(CONFIG.format(tcp=self.tcp, udp=free_port()))
        return self.running

    def command(self, *arguments, status=0):
        result = fieldgate(*arguments, "-c", self.directory / "gateway.yaml")
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout if status == 0 else result.stderr

    def connect(self, data):
        connection = send_tcp(self.tcp, data, close=False)
        self.addCleanup(connection.close)
        return connection

    def blink(self, device):
        """A running `send` to press-1, whose command has reached `device`."""
        process = subprocess.Popen([FIELDGATE, "send", "press-1", '{"id":"42","command":"blink"}', "--wait", "1m", "-c",
                                    str(self.directory / "gateway.yaml")], stdout=subprocess.PIPE, text=True, env=environment())
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        device.settimeout(PATIENCE)
        self.assertTrue(device.recv(100).startswith(b"BLINK"))
        return process

    def messages(self, count):
        self.running.wait_metric("fieldgate_adapter_messages_total", count, adapter="lines")

    def tail(self, *arguments):
        """A running `tail`, and what it prints; ready when it is connected."""
        process = subprocess.Popen([FIELDGATE, "tail", *arguments, "-c", str(self.directory / "gateway.yaml")],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def feed(self, process, data):
        """Sends until the tail has ended: when it began to listen is not known."""
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(process.stdout))
        reader.start()
        connection = self.connect(b"")

        def ended():
            connection.sendall(data)
            return process.poll() is not None
        until(ended, "the tail to end")
        reader.join()
        return lines

    def test_devices_in_a_table(self):
        self.start()
        self.connect(line(device="press-1", n=1))
        self.messages(1)
        table = self.command("devices")
        self.assertRegex(table, r"press-1 +online +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +lines +1 +127\.0\.0\.1:\d+")
        self.assertRegex(table, r"away +unseen")
        self.assertIn("1 online, 0 late, 0 offline, 1 never heard", table)
        self.assertNotIn("press-1", self.command("devices", "--state", "unseen"))
        answer = json.loads(self.command("devices", "--json"))
        self.assertEqual([device["id"] for device in answer["devices"]], ["away", "press-1"])
        self.assertEqual(answer["counts"]["online"], 1)
        self.assertIn("1 online", self.command("status"))
        self.assertIn("happy", self.command("devices", "--state", "happy", status=64))

    def test_many_devices_come_in_pages(self):
        self.start()
        self.connect(b"".join(line(device=f"d{n:04}", n=n) for n in range(2500)))
        self.messages(2500)
        answer = json.loads(self.command("devices", "--json"))
        self.assertEqual([device["id"] for device in answer["devices"]], ["away"] + [f"d{n:04}" for n in range(2500)])

    def test_a_device_with_its_last_frames_and_verdicts(self):
        self.start()
        self.connect(line(device="press-1", n=1) + b"{broken \x1b[31m\n")
        self.messages(1)
        self.running.wait_metric("fieldgate_adapter_errors_total", 1, adapter="lines")
        shown = self.command("device", "press-1")
        self.assertRegex(shown, r"state +online since")
        self.assertIn("accepts    blink, later", shown)
        self.assertIn("message  30 bytes", shown)
        self.assertIn("7b 22 64 65 76 69 63 65", shown)
        self.assertIn('|{"device": "pres|', shown)
        self.assertNotIn("\x1b", shown)
        frames = json.loads(self.command("device", "press-1", "--json"))["frames"]
        self.assertIn("message", [frame["verdict"] for frame in frames])
        decoded = [frame.get("decoded") for frame in json.loads(self.command("device", "press-1", "--json"))["frames"]]
        self.assertIn([{"device": "press-1", "n": 1}], decoded)
        self.assertIn('    {"device":"press-1","n":1}\n', shown)
        self.assertIn("no such device", self.command("device", "nobody", status=1))
        self.assertIn("ID", self.command("device", "", status=64))

    def test_a_command_that_is_refused_says_why(self):
        self.start()
        self.connect(line(device="press-1", n=1))
        self.messages(1)
        result = fieldgate("send", "press-1", '{"command":"jump","args":{}}', "-c", self.directory / "gateway.yaml")
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertRegex(result.stdout, r"^refused: \w+")
        self.assertIn("DEVICE", self.command("send", "", '{"command":"jump"}', status=64))
        self.assertIn("no JSON object", self.command("send", "press-1", "blink", status=1))
        self.command("send", "press-1", "{}", "--wait", "soon", status=64)

    def test_a_command_is_answered(self):
        self.start()
        device = self.connect(line(device="press-1", n=1))
        self.messages(1)
        process = self.blink(device)
        device.sendall(line(device="press-1", blinked=3))
        self.assertEqual(process.wait(PATIENCE), 0)
        states = process.stdout.read().splitlines()
        self.assertRegex(states[-1], r'^answered \{"device":\s*"press-1",\s*"blinked":\s*3\}$')
        again = self.command("send", "press-1", '{"id":"42","command":"blink"}')
        self.assertRegex(again, r"^answered")  # and was not done again
        shown = self.command("device", "press-1")
        self.assertRegex(shown, r"blink +answered")
        self.assertRegex(shown, r"-> \S+ +command")

    def test_a_command_is_followed_whoever_else_uses_its_id(self):
        self.start()
        device = self.connect(line(device="press-1", n=1) + line(device="press-2", n=1))
        self.messages(2)
        process = self.blink(device)
        self.command("send", "press-2", '{"id":"42","command":"later"}', "--no-wait")
        device.sendall(line(device="press-1", blinked=3))
        self.assertEqual(process.wait(PATIENCE), 0)
        self.assertRegex(process.stdout.read(), r'answered \{"device":\s*"press-1"')

    def test_a_command_waits_for_a_device_that_is_away(self):
        self.start()
        device = self.connect(line(device="press-1", n=1))
        self.messages(1)
        device.close()
        until(lambda: "0 online" in self.command("devices"), "the device to be away")
        self.assertRegex(self.command("send", "press-1", '{"command":"later"}', "--no-wait"), r"^queued until \d{4}-")
        self.assertIn("1 command waiting", self.command("status"))
        again = self.connect(line(device="press-1", n=2))
        again.settimeout(PATIENCE)
        self.assertTrue(again.recv(100).startswith(b"LATER"))

    def test_a_command_waits_for_a_device_that_was_never_heard(self):
        self.start()
        self.assertRegex(self.command("send", "new-1", '{"id":"7","command":"later"}', "--no-wait"), r"^queued until \d{4}-")
        self.assertRegex(self.command("device", "new-1"), r"state +unseen[^$]+later +queued until")
        refused = fieldgate("send", "new-1", '{"command":"blink"}', "-c", self.directory / "gateway.yaml")
        self.assertEqual(refused.returncode, 1)
        self.assertRegex(refused.stdout, "^refused: absent: ")
        device = self.connect(line(device="new-1", n=1))
        device.settimeout(PATIENCE)
        self.assertTrue(device.recv(100).startswith(b"LATER"))

    def test_a_command_that_the_adapter_does_not_allow_is_refused(self):
        self.start()
        self.connect(line(device="press-1", n=1))
        self.messages(1)
        result = fieldgate("send", "press-1", '{"command":"secret"}', "-c", self.directory / "gateway.yaml")
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stdout, r"^refused: ")

    def test_messages_as_they_pass(self):
        self.start()
        tail = self.tail("--count", "2", "--json", "--where", "data.n > 250", "--device", "press-*", "--adapter", "lines")
        lines = self.feed(tail, line(device="press-1", n=1) + line(device="press-1", n=300) + line(device="other", n=300))
        self.assertEqual(tail.returncode, 0)
        self.assertEqual(len(lines), 2)
        for text in lines:
            message = json.loads(text)
            self.assertEqual((message["adapter"], message["device"], message["data"]["n"]), ("lines", "press-1", 300))
        lines = self.feed(self.tail("--count", "1"), line(device="press-1", n=1))
        self.assertRegex(lines[0], r'^\S+Z lines press-1 \{"device":"press-1","n":1\}\n$')

    def test_frames_as_they_pass(self):
        self.start()
        lines = self.feed(self.tail("--raw", "--count", "2", "--adapter", "lines"),
                          line(device="press-1", n=1) + b"{broken\n")
        text = "".join(lines)
        self.assertRegex(text, r"<- 127\.0\.0\.1:\d+ +message  30 bytes")
        self.assertIn("7b 62 72 6f 6b 65 6e", text)
        self.assertIn("|{broken.|", text)

    def test_a_wrong_condition_is_refused_before_anything_is_shown(self):
        self.start()
        self.assertIn("'where'", self.command("tail", "--where", "data.n >", status=1))
        self.assertIn("--raw", self.command("tail", "--where", "data.n > 1", "--raw", status=64))

    def test_an_adapter_that_does_not_exist_is_refused_before_anything_is_shown(self):
        self.start()
        self.assertIn("did you mean 'lines'?", self.command("tail", "--adapter", "line", status=1))

    def test_the_tail_ends_with_the_gateway(self):
        gateway = self.start()
        tail = self.tail()
        connection = self.connect(b"")

        lines = []
        reader = threading.Thread(target=lambda: lines.extend(tail.stdout))
        reader.start()

        def shown():
            connection.sendall(line(device="press-1", n=1))
            return lines
        until(shown, "the first message")
        gateway.stop()
        self.assertEqual(tail.wait(PATIENCE), 1)
        reader.join()
        self.assertIn("the gateway has ended", tail.stderr.read())

    def test_without_a_gateway_they_say_so(self):
        self.start().stop()
        for arguments in (["devices"], ["device", "x"], ["send", "x", '{"command":"blink"}'], ["tail"]):
            self.assertIn("no gateway runs on", self.command(*arguments, status=1), arguments)


if __name__ == "__main__":
    unittest.main()
