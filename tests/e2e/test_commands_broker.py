"""Commands and brokers: documents to devices that speak JSON, brokers that go while a command is under way or refuse them."""
import json
import unittest

from harness import Case, fieldgate, free_port, line, until
from relays import Caller, give
from scripted_broker import ScriptedBroker

LINES = """
gateway: {{ id: plant, data_dir: {data} }}
admin: {{ listen: 127.0.0.1:{{admin}} }}
adapters:
  lines:
    type: tcp
    listen: 127.0.0.1:{port}
    commands: [json]
    protocol: {{ framing: {{ type: line }}, codec: {{ type: json }}, device: "{{{{ data.id }}}}" }}
sinks:
  cloud:
    type: mqtt
    servers: [ "mqtt://127.0.0.1:{broker}" ]
    topic: "up/{{{{ device }}}}"
    commands: {{ subscribe: "down/+", device: "{{{{ topic.1 }}}}", respond: "answers/{{{{ device }}}}", allow: [json] }}
"""

AT_BROKER = """
gateway: {{ id: plant, data_dir: {data} }}
admin: {{ listen: 127.0.0.1:{{admin}} }}
adapters:
  plant:
    type: mqtt
    servers: [ "mqtt://127.0.0.1:{broker}" ]
    reconnect: {{ initial: 100ms, max: 500ms }}
    subscribe: [ {{ topic: "plant/+/up" }} ]
    publish: {{ topic: "plant/{{{{ device }}}}/down" }}
    commands: [relay]
    protocol:
      codec: {{ type: json }}
      device: "{{{{ topic.1 }}}}"
      commands:
        relay: {{ text: "RELAY {{{{ args.n }}}}", expect: "data.ok == args.n", timeout: 60s, expires: 10m }}
sinks: {{ out: {{ type: console }} }}
"""


class Documents(Case):
    def test_a_document_is_a_frame_with_its_very_bytes(self):
        broker = self.mosquitto()
        answers = broker.subscribe("answers/+")
        port = free_port()
        gateway = self.gateway(LINES.format(data=self.directory / "data", port=port, broker=broker.port))
        gateway.wait_log("commands come from down/\\+")
        device = Caller(port, line(id="d1"))
        self.addCleanup(device.close)
        gateway.wait_metric("fieldgate_adapter_messages_total", 1)
        result = fieldgate("send", "d1", '{"json": {"set": {"relay": true, "level": 2.50}, "note": "\\u00fc"}}', "-c", gateway.path)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        expected = '{"set":{"relay":true,"level":2.5},"note":"ü"}\n'.encode()
        self.assertEqual(sorted(json.loads(device.take(len(expected))).items()), sorted(json.loads(expected).items()))
        broker.publish("down/d1", '{"id": "7", "json": {"reboot": 1}}')
        self.assertEqual(device.take(13), b'{"reboot":1}\n')
        until(lambda: [json.loads(text)["state"] for _, text in answers.messages] == ["queued", "sent"],
              lambda: f"queued and sent, have {answers.messages}")
        broker.publish("down/d1", '{"id": "8", "hex": "00"}')
        until(lambda: any('"refused"' in text for _, text in answers.messages), "bytes are not allowed")

    def test_a_broker_that_refuses_the_subscription_is_told_of_and_messages_go_on(self):
        broker = ScriptedBroker()
        self.addCleanup(broker.close)
        broker.suback = lambda topic: 0x87 if topic.startswith("down/") else 1
        port = free_port()
        gateway = self.gateway(LINES.format(data=self.directory / "data", port=port, broker=broker.port))
        gateway.wait_log(r"error sink cloud: the broker refuses the subscription to down/\+, so no command comes: .*not authorized")
        self.assertEqual(gateway.metric("fieldgate_sink_commands_refused_total", sink="cloud", reason="subscribe_refused"), 1)
        device = Caller(port, line(id="d1", n=1))
        self.addCleanup(device.close)
        until(lambda: [p.topic for p in broker.published] == ["up/d1"], "the message")
        self.assertEqual(gateway.metric("fieldgate_sink_up", sink="cloud"), 1)


class AtABroker(Case):
    def start(self):
        self.broker = self.mosquitto()
        self.down = self.broker.subscribe("plant/+/down")
        self.gate = self.gateway(AT_BROKER.format(data=self.directory / "data", broker=self.broker.port))
        self.broker.publish("plant/a/up", "{}", retain=True)
        self.gate.wait_metric("fieldgate_adapter_messages_total", 1)

    def state(self, number):
        return self.gate.ask("GET", f"/api/v1/commands/a-{number}")[1]["state"]

    def told(self):
        return [text for _, text in self.down.messages]

    def test_commands_wait_for_a_broker_that_is_away_and_its_devices_stay(self):
        self.start()
        self.broker.stop()
        self.gate.wait_metric("fieldgate_adapter_connections_total", 1)
        until(lambda: self.gate.metric("fieldgate_adapter_connections") == 0, "the broker is lost")
        for number in (1, 2):
            status, answer = give(self.gate, "a", "relay", number)
            self.assertEqual((status, answer["state"]), (202, "queued"), answer)
        self.assertEqual(self.gate.ask("GET", "/api/v1/devices/a")[1]["state"], "online")  # it may be there still
        self.assertEqual(self.gate.get("/readyz")[0], 200)
        self.broker.start()
        for number in (1, 2):
            until(lambda: self.told() == [f"RELAY {n}" for n in range(1, number + 1)],
                  lambda: f"up to {number}, have {self.told()}; log:\n{self.gate.log()}")
            self.broker.publish("plant/a/up", json.dumps({"ok": number}))
            until(lambda: self.state(number) == "answered", "the answer")

    def test_an_answer_that_comes_after_the_broker_was_away_still_counts(self):
        self.start()
        self.assertEqual(give(self.gate, "a", "relay", 1)[0], 202)
        until(lambda: self.told() == ["RELAY 1"], "the command")
        self.broker.stop()
        until(lambda: self.gate.metric("fieldgate_adapter_connections") == 0, "the broker is lost")
        self.assertEqual(self.state(1), "sent")
        self.broker.start()
        self.gate.wait_metric("fieldgate_adapter_connections", 1)
        self.broker.publish("plant/a/up", '{"ok":1}')
        until(lambda: self.state(1) == "answered", lambda: f"the answer; log:\n{self.gate.log()}")
        self.assertEqual(self.told(), ["RELAY 1"])

    def test_what_waits_for_an_answer_when_the_gateway_stops_has_failed_at_the_next_start(self):
        self.start()
        self.assertEqual(give(self.gate, "a", "relay", 1)[0], 202)
        until(lambda: self.told() == ["RELAY 1"], "the command")
        until(lambda: self.state(1) == "sent", "it is told as sent")
        self.assertEqual(self.gate.stop(), 0)
        self.gate = self.gateway(AT_BROKER.format(data=self.directory / "data", broker=self.broker.port))
        until(lambda: self.state(1) == "failed", lambda: f"an end; log:\n{self.gate.log()}")
        self.gate.wait_metric("fieldgate_adapter_messages_total", 1)
        self.assertEqual(give(self.gate, "a", "relay", 2)[0], 202)
        until(lambda: self.told() == ["RELAY 1", "RELAY 2"], lambda: f"only the second again, have {self.told()}")


if __name__ == "__main__":
    unittest.main()
