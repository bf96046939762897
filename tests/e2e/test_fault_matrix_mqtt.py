"""The fault matrix, rows 3 and 10 to 13: what an MQTT broker can do to a gateway."""
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

    def test_row_11_broker_refuses(self):
        """Broker refuses (CONNACK 0x85, 0x86, 0x87; 5 in v3): back off, a distinct log line per code, never a hot loop."""
        for version, codes in (("3.1.1", (5, 4)), ("5", (0x85, 0x86, 0x87))):
            for code in codes:
                with self.subTest(version=version, code=code):
                    self.refused(version, code)

    def refused(self, version, code):
        broker = self.broker()
        broker.connack = lambda client: code
        self.run_sink(broker, version=version)
        broker.wait_connects(1)
        self.wait_acknowledged(50)
        before = len(broker.connects)
        time.sleep(3)
        self.assertLess(len(broker.connects) - before, 30, "a hot loop")
        self.gate.wait_log("(?i)not authori|bad user|password|identifier|refused")
        self.assertEqual(self.gate.metric("fieldgate_sink_up", sink="broker"), 0)
        broker.connack = lambda client: 0
        self.verdict("broker")
        self.assertEqual(self.gate.stop(), 0)

    def test_row_12_session_taken_over(self):
        """Session taken over (0x8E, or a kick right after CONNACK): counts as a failure, backs off, the log says why."""
        for version in self.each_version():
            broker = self.broker()
            broker.kick = 0.02
            self.run_sink(broker, version=version, reconnect={"initial": "100ms", "max": "4s"})
            broker.wait_connects(3)
            before = len(broker.connects)
            time.sleep(3)
            self.assertLessEqual(len(broker.connects) - before, 8, "it must back off")
            self.gate.wait_log("(?i)taken over|same client|client.?id")
            broker.kick = None
            self.verdict("broker", patience=120)

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
