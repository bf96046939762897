"""The fault matrix, rows 3, 10 and 13: what an MQTT broker can do to a gateway. (Rows 11 and 12: _mqtt_refusal.)"""
import json
import time
import unittest

from fault_proxy import FaultProxy
from harness import SANITIZED, until
from trial import Trial, mqtt

VERSIONS = ("3.1.1", "5")


class MqttRows(Trial):
    largest = 4096

    def run_sink(self, broker, **options):
        self.start({"broker": mqtt(broker.port, **options)})
        self.load(pause=0.005)

    def each_version(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                yield version
                self.assertEqual(self.gate.stop(), 0)

    def test_row_03_half_open_broker(self):
        """Half-open sink (a black hole): a broker is given up within twice the keep-alive."""
        broker = self.broker()
        proxy = FaultProxy(broker.port)
        self.addCleanup(proxy.close)
        self.start({"broker": mqtt(proxy.port, keepalive="2s", request={"timeout": "2s"})})
        self.load(pause=0.005)
        self.wait_delivered("broker", 50)
        proxy.inflict(stall={"up", "down"})
        began = time.monotonic()
        until(lambda: self.gate.metric("fieldgate_sink_up", sink="broker") == 0, lambda: f"the loss to be seen:\n{self.gate.log()}")
        if not SANITIZED:
            self.assertLess(time.monotonic() - began, 8)
        self.wait_acknowledged(100)
        proxy.heal()
        self.verdict("broker")

    def test_row_10_broker_restarts(self):
        """Broker restart: what was in flight without a PUBACK is sent again from our buffer, not from the client's queue."""
        for version in self.each_version():
            broker = self.broker()
            self.run_sink(broker, version=version)
            for pause in (0.05, 0.2, 0.4):
                self.wait_delivered("broker", 50)
                broker.puback = lambda published: None  # in flight
                until(lambda: broker.unconfirmed, "messages in flight")
                broker.go()
                time.sleep(pause)
                broker.puback, broker.unconfirmed = lambda published: 0, 0
                broker.listen()
            self.verdict("broker")

    def test_row_10_mosquitto_restarts(self):
        """Broker restart, with the real one: every message reaches a subscriber with a session."""
        broker = self.mosquitto()
        subscriber = broker.subscribe("out/#")
        self.run_sink(broker)
        for _ in range(3):
            subscriber.wait(len(subscriber.messages) + 50)
            broker.stop()
            self.wait_acknowledged(50)
            broker.start()
        for device in self.devices:
            device.stop()
        self.rest("broker")

        def all_there():
            return self.oracle.obligations <= {(d["device"], d["n"]) for d in (json.loads(text)["data"] for _, text in subscriber.messages)}
        until(all_there, "every acknowledged message at the subscriber")
        for _, text in subscriber.messages:
            self.oracle.delivered("broker", json.loads(text))
        self.assertEqual(self.oracle.faults("broker"), [])

    def test_row_13_quota(self):
        """PUBACK 0x97 (quota exceeded): throttle and try again; nothing becomes a dead letter."""
        broker = self.broker()
        self.run_sink(broker, version="5")
        self.wait_delivered("broker", 50)
        broker.puback = lambda published: 0x97
        until(lambda: self.gate.metric("fieldgate_sink_retries_total", sink="broker") >= 2, lambda: f"retries:\n{self.gate.log()}")
        self.wait_acknowledged(50)
        broker.puback = lambda published: 0
        self.verdict("broker")
        self.assertEqual(self.gate.metric("fieldgate_sink_dead_letters_total", sink="broker"), 0)

    def test_row_13_refused_publish(self):
        """PUBACK with 0x87 or 0x90 for some messages: they become dead letters, the others go on."""
        for reason in (0x87, 0x90):
            with self.subTest(reason=reason):
                broker = self.broker()
                poisonous = lambda document: document["data"]["n"] % 20 == 7 and document["device"].startswith("d")
                broker.puback = lambda published: reason if poisonous(published.document) else 0
                self.start({"broker": mqtt(broker.port, version="5")})
                devices = self.load(3, count=60)
                for device in devices:
                    device.join()
                self.verdict("broker", excused=9, patience=120)
                self.assertEqual(len(self.oracle.missing("broker")), 9)
                self.assertEqual(self.gate.metric("fieldgate_sink_dead_letters_total", sink="broker"), 9)
                self.oracle.forget(self.oracle.missing("broker"))
                self.assertEqual(self.gate.stop(), 0)

    def test_row_13_window(self):
        """A broker that confirms late: never more in flight than the window."""
        broker = self.broker()
        broker.puback = lambda published: 0.05
        self.run_sink(broker, window=16)
        self.wait_delivered("broker", 200)
        self.assertLessEqual(broker.most_unconfirmed, 16)
        self.verdict("broker", duplicates=0)


if __name__ == "__main__":
    unittest.main()
