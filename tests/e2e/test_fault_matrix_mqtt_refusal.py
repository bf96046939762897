"""The fault matrix, rows 11 and 12: brokers that do not want the gateway."""
import time
import unittest

from trial import Trial, mqtt


class RefusalRows(Trial):
    largest = 4096

    def run_sink(self, broker, **options):
        self.start({"broker": mqtt(broker.port, **options)})
        self.load(pause=0.005)

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
        time.sleep(2)
        self.assertLess(len(broker.connects) - before, 30, "a hot loop")
        self.gate.wait_log("(?i)not authori|bad user|password|identifier|refused")
        self.assertEqual(self.gate.metric("fieldgate_sink_up", sink="broker"), 0)
        broker.connack = lambda client: 0
        self.verdict("broker")
        self.assertEqual(self.gate.stop(), 0)

    def test_row_12_session_taken_over(self):
        """Session taken over (0x8E, or a kick right after CONNACK): counts as a failure, backs off, the log says why."""
        for version in ("3.1.1", "5"):
            with self.subTest(version=version):
                self.taken_over(version)

    def taken_over(self, version):
        broker = self.broker()
        broker.kick = 0.02
        self.run_sink(broker, version=version, reconnect={"initial": "100ms", "max": "4s"})
        broker.wait_connects(3)
        before = len(broker.connects)
        time.sleep(2)
        self.assertLessEqual(len(broker.connects) - before, 8, "it must back off")
        self.gate.wait_log("(?i)taken over|same client|client.?id")
        broker.kick = None
        self.verdict("broker", patience=120)
        self.assertEqual(self.gate.stop(), 0)


if __name__ == "__main__":
    unittest.main()
