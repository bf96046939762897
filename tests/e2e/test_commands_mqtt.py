"""Commands that come from a broker: mosquitto_pub asks, a meter gets the bytes of its data sheet, and what it answers goes back."""
import json
import re
import unittest

from harness import ROOT, Case, fieldgate, free_port, until
from relays import Caller

METER = "868123456789012"
CLOSED = bytes.fromhex("01050000ff008c3a")  # as the data sheet has it: unit 1 closes its relay
OPEN = bytes.fromhex("010500000000cdca")
READING = bytes.fromhex("01030200e639ce")
COMMAND = f"v1/example/{METER}/command"
RESPONSE = f"v1/example/{METER}/response"


class Commands(Case):
    def start(self, *changes):
        """The gateway of the example, with texts of it replaced by others."""
        self.port = free_port()
        text = (ROOT / "config/examples/commands.yaml").read_text()
        for before, after in (("listen: 127.0.0.1:9000", f"listen: 127.0.0.1:{self.port}"),
                              ("mqtt://127.0.0.1:1883", f"mqtt://127.0.0.1:{self.broker.port}"),
                              *changes):
            self.assertIn(before, text)
            text = text.replace(before, after)
        self.gateway_ = self.gateway("admin: { listen: 127.0.0.1:{admin} }\n" + text)
        self.gateway_.wait_log("commands come from v1/example/\\+/command")

    def setUp(self):
        super().setUp()
        self.broker = self.mosquitto()
        self.responses = self.broker.subscribe("v1/example/+/response")

    def meter(self):
        meter = Caller(self.port, METER.encode() + READING)  # who it is, and what it has read
        self.addCleanup(meter.close)
        return meter

    def command(self, state="closed", id_="42", topic=COMMAND, retain=False, options=(), **more):
        document = {"id": id_, "command": "set_relay", "args": {"state": state}, **more}
        self.broker.publish(topic, json.dumps(document), retain=retain, options=options)

    def wait_state(self, state, id_="42", times=1):
        """The response that says so: the first, or which of them."""
        def look():
            found = [json.loads(text) for _, text in self.responses.messages]
            found = [response for response in found if response.get("id") == id_ and response["state"] == state]
            return found[times - 1:] and found[times - 1]
        response = until(look, lambda: f"{state} of {id_}, have {self.responses.messages}; log:\n{self.gateway_.log()}")
        self.assertEqual((response["device"], response["command"]), (METER, "set_relay"))
        return response

    def states(self, id_="42"):
        found = [json.loads(text) for _, text in self.responses.messages]
        return [response["state"] for response in found if response.get("id") == id_]

    def wait_refused(self, pattern, id_="42", times=1):
        response = self.wait_state("refused", id_, times)
        self.assertRegex(response["error"], pattern)
        self.assertNotIn("sent", self.states(id_))

    def test_a_command_is_the_bytes_of_the_data_sheet_and_its_answer_comes_back(self):
        self.start()
        meter = self.meter()
        self.gateway_.wait_metric("fieldgate_adapter_messages_total", 1)
        self.command()
        self.assertEqual(meter.take(8), CLOSED)
        meter.say(CLOSED)
        response = self.wait_state("answered")
        self.assertEqual(response["data"]["state"], "closed")
        self.assertEqual([topic for topic, _ in self.responses.messages], [RESPONSE] * len(self.responses.messages))
        self.assertEqual(self.states()[-2:], ["sent", "answered"])

    def test_version_5_is_answered_at_the_response_topic_with_the_correlation_data(self):
        self.start()
        asker = self.broker.subscribe("asker/7", form="%D %p", options=("-V", "5", "-x", "60"))
        meter = self.meter()
        self.command(options=("-V", "5", "-D", "publish", "response-topic", "asker/7",
                              "-D", "publish", "correlation-data", "c-17"))
        self.assertEqual(meter.take(8), CLOSED)
        meter.say(CLOSED)
        answered = until(lambda: [text for _, text in asker.messages if '"answered"' in text],
                         lambda: f"an answer, have {asker.messages}; log:\n{self.gateway_.log()}")
        correlation, _, document = answered[0].partition(" ")
        self.assertEqual(correlation, "c-17")
        self.assertEqual(json.loads(document)["data"]["state"], "closed")
        self.assertEqual(self.responses.messages, [])

    def test_a_sink_of_version_3_1_1_answers_as_well(self):
        self.start(("    topic: \"v1/", "    version: 3.1.1\n    topic: \"v1/"))
        meter = self.meter()
        self.command("open")
        self.assertEqual(meter.take(8), OPEN)
        meter.say(OPEN)
        self.assertEqual(self.wait_state("answered")["data"]["state"], "open")

    def test_a_command_waits_for_a_meter_that_connects_later(self):
        self.start()
        self.command()
        self.wait_state("queued")
        meter = self.meter()
        self.assertEqual(meter.take(8), CLOSED)
        meter.say(CLOSED)
        self.wait_state("answered")
        self.assertEqual(self.states(), ["queued", "sent", "answered"])

    def test_a_command_that_waited_too_long_is_not_sent(self):
        self.start(("expires: 10m ", "expires: 1s "))
        self.command("closed", "1")
        self.assertTrue(self.wait_state("expired", "1")["error"])
        meter = self.meter()
        self.gateway_.wait_metric("fieldgate_adapter_messages_total", 1)
        self.command("open", "2")
        self.assertEqual(meter.take(8), OPEN)

    def test_a_command_that_is_not_answered_has_failed_and_is_not_sent_again(self):
        self.start(("timeout: 5s ", "timeout: 1s "))
        meter = self.meter()
        self.command("closed", "1")
        self.assertEqual(meter.take(8), CLOSED)
        self.assertTrue(self.wait_state("failed", "1")["error"])
        self.command("open", "2")
        self.assertEqual(meter.take(8), OPEN)

    def test_a_wrong_value_is_refused_with_what_was_wrong(self):
        self.start()
        meter = self.meter()
        self.command("ajar", "1")
        self.wait_refused("state", "1")
        self.command("closed", "2", unknown=1)
        self.wait_state("refused", "2")
        self.command("closed", "3")
        self.assertEqual(meter.take(8), CLOSED)

    def test_what_is_no_command_is_refused(self):
        self.start()
        for text in ("{", "[]", '{"id":"1"}', '"set_relay"'):
            self.broker.publish(COMMAND, text)
        self.broker.publish(COMMAND, json.dumps({"id": "2", "command": "set_relay", "args": {"state": "x" * 70000}}))
        documents = self.responses.wait_documents(5)
        self.assertEqual({document["state"] for document in documents}, {"refused"})
        self.assertTrue(all(document["error"] for document in documents))
        self.assertIn("bytes", documents[4]["error"])

    def test_the_sink_must_allow_it(self):
        self.start(("allow: [set_relay]", "allow: [something_else]"))
        self.meter()
        self.command()
        self.wait_refused("allow")

    def test_the_adapter_must_allow_it(self):
        self.start(("commands: [set_relay]", "commands: [raw]"))
        self.meter()
        self.gateway_.wait_metric("fieldgate_adapter_messages_total", 1)
        self.command()
        self.wait_refused("allow|commands")

    def test_a_retained_command_is_refused_whether_it_comes_late_or_at_once(self):
        self.command(id_="1", retain=True)
        self.start()
        self.wait_refused("retain", "1")
        meter = self.meter()
        self.command(id_="2", retain=True)
        self.wait_refused("retain", "2")
        self.broker.publish(COMMAND, "", retain=True)  # somebody clears the topic
        self.command("open", "3")
        self.assertEqual(meter.take(8), OPEN)
        self.assertEqual(self.gateway_.metric("fieldgate_sink_commands_refused_total", reason="retained"), 2)
        self.assertEqual(self.gateway_.metric("fieldgate_sink_commands_refused_total", reason="malformed"), 0)
        for id_ in ("1", "2"):
            self.gateway_.wait_log(f", id {id_}: retained")

    def test_a_repeated_command_is_answered_and_not_sent_again(self):
        self.start()
        meter = self.meter()
        self.command("closed", "1")
        self.assertEqual(meter.take(8), CLOSED)
        meter.say(CLOSED)
        self.wait_state("answered", "1")
        self.command("closed", "1")
        self.wait_state("answered", "1", times=2)
        self.command("open", "2")
        self.assertEqual(meter.take(8), OPEN)

    def test_answers_wait_for_a_broker_that_is_restarted(self):
        self.start()
        meter = self.meter()
        self.command("closed", "1")
        self.assertEqual(meter.take(8), CLOSED)
        self.wait_state("sent", "1")
        self.broker.stop()
        self.gateway_.wait_log("next attempt in")
        meter.say(CLOSED)
        self.gateway_.wait_metric("fieldgate_adapter_frames_total", 2)
        self.broker.start()
        self.wait_state("answered", "1")
        until(lambda: len(re.findall("commands come from", self.gateway_.log())) == 2, "a second subscription")
        self.command("open", "2")
        self.assertEqual(meter.take(8), OPEN)

    def test_the_example_proves_its_bytes_itself(self):
        result = fieldgate("test", "-c", ROOT / "config/examples/commands.yaml")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
