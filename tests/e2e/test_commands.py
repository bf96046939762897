"""Commands to devices: what a kill leaves of them, and what a dead device costs the others."""
import collections
import random
import signal
import socket
import time
import unittest

from harness import PATIENCE, Case, free_port, until
from relays import CONFIG, Relay, give


class Commands(Case):
    def config(self, more=""):
        self.port = free_port()
        return CONFIG.format(data=self.directory / "data", port=self.port) + more

    def kill(self, gateway):
        gateway.signal(signal.SIGKILL)
        gateway.wait()

    def test_kills_between_queueing_and_sending_lose_nothing_and_send_nothing_twice(self):
        config = self.config("devices: { list: { relay: {} } }\n")
        count = 0
        for _ in range(6):
            gateway = self.gateway(config)
            for _ in range(5):
                count += 1
                status, answer = give(gateway, "relay", "relay", count)
                self.assertEqual((status, answer["state"]), (202, "queued"), answer)
            self.kill(gateway)
        gateway = self.gateway(config)
        relay = Relay(self.port, "relay")
        until(lambda: len(relay.told) == count, lambda: f"{count} commands, are {relay.told}; log:\n{gateway.log()}")
        until(lambda: gateway.ask("GET", f"/api/v1/commands/relay-{count}")[1]["state"] == "answered", "the last is answered")
        self.assertEqual(relay.order, [f"RELAY {n + 1}" for n in range(count)])
        status, answer = give(gateway, "relay", "relay", 1)
        self.assertEqual(answer["state"], "answered")
        relay.close()
        self.assertEqual(set(relay.told.values()), {1})

    def test_kills_at_any_time_send_nothing_twice_and_no_command_is_without_an_end(self):
        config = self.config("devices: { list: { relay: {} } }\n")
        dice = random.Random(5)
        told = collections.Counter()
        taken = set()
        for life in range(8):
            gateway = self.gateway(config)
            relay = Relay(self.port, "relay")
            end = time.monotonic() + dice.uniform(0.05, 0.4)
            number = life * 1000
            while time.monotonic() < end:
                number += 1
                status, answer = give(gateway, "relay", "relay", number)
                if status == 202:
                    taken.add(number)
            self.kill(gateway)
            relay.close()
            told += relay.told
        gateway = self.gateway(config)
        relay = Relay(self.port, "relay")
        state = lambda number: gateway.ask("GET", f"/api/v1/commands/relay-{number}")[1]
        ends = {}
        for number in sorted(taken):
            ends[number] = until(lambda: (lambda s: s["state"] in ("answered", "failed") and s)(state(number)),
                                 lambda: f"an end of {number}, is {state(number)}; log:\n{gateway.log()}")
        relay.close()
        told += relay.told
        self.assertTrue(taken)
        for number, status in ends.items():
            times = told[f"RELAY {number}"]
            self.assertLessEqual(times, 1, status)
            if status["state"] == "answered":
                self.assertEqual(times, 1)
            else:
                self.assertIn("not known", status["error"])

    def test_a_dead_device_with_many_commands_delays_no_other(self):
        others = 1000
        gateway = self.gateway(self.config())
        dead = Relay(self.port, "dead", answers=False)
        until(lambda: gateway.metric("fieldgate_devices", state="online") == 1, "the dead device")
        for number in range(40):
            self.assertEqual(give(gateway, "dead", "slow", number)[0], 202)
        relays = [Relay(self.port, f"r{n}") for n in range(others)]
        until(lambda: gateway.metric("fieldgate_devices", state="online") == others + 1, "all devices")
        for n in range(others):
            self.assertEqual(give(gateway, f"r{n}", "relay", 7)[0], 202)
        until(lambda: all(relay.told == {"RELAY 7": 1} for relay in relays), "each has its command")
        self.assertEqual(dead.order, ["SLOW 0"])
        for relay in relays + [dead]:
            relay.close()

    def test_a_sender_of_datagrams_is_answered_at_the_last_address_it_was_heard_from(self):
        gateway = self.gateway(self.config().replace("type: tcp", "type: udp"))
        heard = None
        for _ in range(2):
            device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(device.close)
            device.settimeout(PATIENCE)
            device.sendto(b'{"id":"u"}\n', ("127.0.0.1", self.port))
            heard = (heard or 0) + 1
            gateway.wait_metric("fieldgate_adapter_messages_total", heard)
        self.assertEqual(give(gateway, "u", "relay", 7)[0], 202)
        self.assertEqual(device.recv(100), b"RELAY 7\n")
        device.sendto(b'{"id":"u","ok":7}\n', ("127.0.0.1", self.port))
        until(lambda: gateway.ask("GET", "/api/v1/commands/u-7")[1]["state"] == "answered", "the answer")

    def test_a_device_at_a_broker_gets_its_command_at_its_topic_and_answers_at_its_own(self):
        broker = self.mosquitto()
        config = self.config().replace("type: tcp", "type: mqtt").replace("framing: { type: line }", "")
        config = config.replace(f"listen: 127.0.0.1:{self.port}",
                                f'servers: ["mqtt://127.0.0.1:{broker.port}"]\n    subscribe: [ {{ topic: "plant/+/up" }} ]\n'
                                '    publish: { topic: "plant/{{ device }}/down" }')
        config = config.replace("{{ data.id }}", "{{ topic.1 }}")
        down = broker.subscribe("plant/+/down")
        gateway = self.gateway(config)
        broker.publish("plant/a/up", "{}", retain=True)
        gateway.wait_metric("fieldgate_adapter_messages_total", 1)
        self.assertEqual(give(gateway, "a", "relay", 7)[0], 202)
        until(lambda: [tuple(m) for m in down.messages] == [("plant/a/down", "RELAY 7")],
              lambda: f"the command, have {down.messages}; log:\n{gateway.log()}")
        broker.publish("plant/b/up", '{"ok":7}')  # another's answer
        gateway.wait_metric("fieldgate_devices", 2, state="online")
        self.assertEqual(gateway.ask("GET", "/api/v1/commands/a-7")[1]["state"], "sent")
        broker.publish("plant/a/up", '{"ok":7}')
        until(lambda: gateway.ask("GET", "/api/v1/commands/a-7")[1]["state"] == "answered", "the answer")


if __name__ == "__main__":
    unittest.main()
